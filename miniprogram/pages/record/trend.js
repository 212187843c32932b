// @ts-check
// One measurement over time: what it means in words, the curve, and every value to read. The address says what was
// measured (a LOINC code), never what came of it.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { clock, day } = require('../../kit/times')
const { plainly, readingOf } = require('./reading')
const { SIGNS, short } = require('./words')

/** @typedef {Api.Card<'TrendCard'>} Trend */

const PERIODS = [
  { days: 31, words: '一个月' },
  { days: 92, words: '三个月' },
  { days: 366, words: '一年' },
  { days: 3660, words: '全部' },
]
const USUAL = 366
const AT_ONCE = 6 // values read at first; the rest on wish

/** @param {number} value */
const rounded = (value) => Math.round(value * 10) / 10

/** "比上一次：高压高了 4，低压没有变。" @param {Trend} trend */
function changeOf({ points, names }) {
  if (points.length < 2) return '只量过一次，还看不出变化。'
  const [before, last] = points.slice(-2)
  const said = names.map((name, part) => {
    const more = rounded(last.values[part] - before.values[part])
    const who = names.length > 1 ? short(name) : ''
    return more === 0 ? `${who}没有变` : `${who}${more > 0 ? '高' : '低'}了 ${Math.abs(more)}`
  })
  return `比上一次：${said.join('，')}。`
}

/** @param {Trend} trend */
function countOf({ points, lines }) {
  const good = points.filter((each) => each.sign === 'good').length
  return `这段时间量了 ${points.length} 次${lines.length ? `，${good} 次在目标范围内` : ''}。`
}

/** @param {Trend} trend @param {string} resident @param {number} most */
function valuesOf({ points }, resident, most) {
  const several = new Set(points.map((each) => each.source)).size > 1
  return [...points]
    .reverse()
    .slice(0, most)
    .map((each) => ({
      uid: each.entry_uid,
      words: each.words,
      note: `${day(each.at)}${clock(each.at)}${several ? `，${each.source}` : ''}`,
      mark: SIGNS[each.sign],
      sign: each.sign,
      to: `/pages/record/entry?resident=${resident}&uid=${each.entry_uid}`,
    }))
}

page({
  data: {
    title: '',
    days: USUAL,
    periods: PERIODS,
    most: AT_ONCE,
    latest: /** @type {{ words: string, verdict: string, on: string, mark: string, sign: string } | null} */ (null),
    change: '',
    count: '',
    chart: /** @type {any} */ (null),
    said: '',
    values: /** @type {ReturnType<typeof valuesOf>} */ ([]),
    folded: 0,
    spoken: '',
  },

  async load() {
    const { resident, code } = this.query
    const { family, said } = await readingOf(resident)
    const asked = get('/residents/{resident_uid}/record/trends/{code}', { ...said, code, days: this.data.days })
    return this.shownWith(await plainly(family, asked))
  },

  /** @param {Trend} trend */
  shownWith(trend) {
    Object.assign(this, { trend })
    const { points, lines, names, title } = trend
    const last = points[points.length - 1]
    const words = last ? [changeOf(trend), countOf(trend)] : ['', '']
    const latest = last
      ? { words: last.words, verdict: last.verdict, on: day(last.at), mark: SIGNS[last.sign], sign: last.sign }
      : null
    return {
      title,
      latest,
      change: words[0],
      count: words[1],
      chart: last
        ? { names: names.map(short), lines, points: points.map((each) => ({ at: Date.parse(each.at), values: each.values })) }
        : null,
      said: last ? `${title}的曲线。${words.join('')}每一次的数都写在下面。` : '',
      values: valuesOf(trend, this.query.resident, this.data.most),
      folded: Math.max(0, points.length - this.data.most),
      spoken: latest
        ? `最近一次，${latest.on}，${latest.words}${latest.verdict ? `，${latest.verdict}` : ''}。${words.join('')}`
        : `这段时间没有量过${title}。`,
    }
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  over(event) {
    this.setData({ days: Number(event.currentTarget.dataset.days), most: AT_ONCE })
    return this.refresh()
  },

  unfold() {
    this.setData({ most: this.data.most + AT_ONCE * 2 })
    this.setData(this.shownWith(/** @type {any} */ (this).trend))
  },
})
