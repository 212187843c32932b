// @ts-check
// My work of a month: how much it counts, and every line with the visit behind it.

const { get } = require('../../api/client')
const { session } = require('../../api/session')
const { page } = require('../../kit/page')
const { extended, rejoined } = require('../../kit/paged')
const { day } = require('../../kit/times')
const { standing } = require('../round/desk')

const WHOLE = 100 // one plain service; weights and points are in hundredths

/** @typedef {Api.Card<'WorkLine'>} Line */

/** "2026 年 3 月". @param {string} month */
const monthOf = (month) => `${Number(month.slice(0, 4))} 年 ${Number(month.slice(5, 7))} 月`

/** How the weights make what it counts; a plain one is not spoken of. @param {Line} each */
function reckoned(each) {
  const parts = [['项目', each.item_weight], ['岗位', each.role_weight], ['在养老院', each.place_weight]]
  const said = parts.filter(([, weight]) => weight !== WHOLE).map(([words, weight]) => `${words} ×${Number(weight) / WHOLE}`)
  return said.length ? `（${said.join('，')}）` : ''
}

/** @param {Line} each */
const line = (each) => ({
  uid: each.uid,
  label: `${day(each.on_day)}，${each.service}`,
  note: `${each.home}${reckoned(each)}${each.late ? '。以前月份的，关账以后记在这个月' : ''}`,
  mark: each.kind === 'reversal' ? `冲回 ${each.points}` : `算 ${each.points} 次`,
  sign: each.kind === 'reversal' ? 'watch' : 'plain',
  to: `/pages/round/visit?visit=${each.visit_uid}`,
})

page({
  data: {
    who: 'staff',
    month: '',
    points: '',
    services: 0,
    lines: /** @type {ReturnType<typeof line>[]} */ ([]),
    more: false,
    months: /** @type {{ month: string, label: string, note: string, to: string }[]} */ ([]),
    spoken: '',
  },

  opened() {
    Object.assign(this, { list: { items: [], next: null } })
  },

  async load() {
    const who = await standing()
    if (who !== 'staff') return { who }
    const known = session()
    if (known && !known.roles.includes('clinician')) return { who: 'nobody' }
    const mine = await get('/workload', { month: this.query.month })
    const months = mine.months.filter((each) => each.month !== mine.month).map((each) => ({
      month: each.month, label: monthOf(each.month), note: `做了 ${each.services} 次，算 ${each.points} 次`, to: `/pages/duty/workload?month=${each.month}`,
    }))
    const month = monthOf(mine.month)
    return {
      who,
      month,
      points: mine.points,
      services: mine.services,
      months,
      spoken: `${month}，做了 ${mine.services} 次服务，折算 ${mine.points} 次。`,
      ...this.shownWith(rejoined(mine.lines, /** @type {any} */ (this).list)),
    }
  },

  /** @param {{ items: Line[], next: string | null }} list */
  shownWith(list) {
    Object.assign(this, { list })
    return { lines: list.items.map(line), more: Boolean(list.next) }
  },

  async older() {
    const { list } = /** @type {any} */ (this)
    const found = await this.act('older', () => get('/workload', { month: this.query.month, after: list.next }))
    if (found && found !== true) this.setData(this.shownWith(extended(list, found.lines)))
  },
})
