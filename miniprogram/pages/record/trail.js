// @ts-check
// Who has looked: every line says who, from where, why, on what ground and at what. Alike looks of one day are one line.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { extended, rejoined } = require('../../kit/paged')
const { clock, day } = require('../../kit/times')
const { mine, plainly } = require('./reading')

/** @typedef {Api.Card<'LookCard'>} Look */

const FILTERS = [
  { key: 'others', words: '别人看的', note: '不算本人和家里人' },
  { key: 'all', words: '全部', note: '本人和家里人也在内' },
]

/** @param {Look[]} looks the newest first */
function daysOf(looks) {
  /** @type {{ on: string, lines: { uid: string, words: string, times: string[], urgent: boolean }[] }[]} */
  const days = []
  for (const each of looks) {
    const on = day(each.at)
    if (!days.length || days[days.length - 1].on !== on) days.push({ on, lines: [] })
    const { lines } = days[days.length - 1]
    const alike = lines.find((line) => line.words === each.words)
    if (!alike) lines.push({ uid: each.uid, words: each.words, times: [clock(each.at)], urgent: each.basis === 'emergency' })
    else if (!alike.times.includes(clock(each.at))) alike.times.push(clock(each.at))
  }
  return days.map(({ on, lines }) => ({ on, lines: lines.map((each) => ({ ...each, at: each.times.join('、') })) }))
}

page({
  data: {
    resident: '',
    filters: FILTERS,
    chosen: 'others',
    days: /** @type {ReturnType<typeof daysOf>} */ ([]),
    urgent: 0,
    more: false,
    mayConsent: false,
    spoken: '',
  },

  opened() {
    Object.assign(this, { list: { items: [], next: null } })
  },

  /** @param {string | null} after */
  async looks(after) {
    const others_only = this.data.chosen === 'others'
    const said = { resident_uid: this.query.resident, others_only, ...(after ? { after } : {}) }
    return plainly(true, get('/residents/{resident_uid}/record/access-trail', said))
  },

  async load() {
    const [first, who] = await Promise.all([this.looks(null), mine(this.query.resident)])
    return { resident: this.query.resident, mayConsent: Boolean(who && who.scopes.includes('consent')), ...this.shownWith(rejoined(first, /** @type {any} */ (this).list)) }
  },

  /** @param {{ items: Look[], next: string | null }} list */
  shownWith(list) {
    Object.assign(this, { list })
    const days = daysOf(list.items)
    const urgent = list.items.filter((each) => each.basis === 'emergency').length
    return {
      days,
      urgent,
      more: Boolean(list.next),
      spoken: days.length
        ? days.map(({ on, lines }) => `${on}，${lines.map((each) => each.words).join('；')}`).join('。')
        : '还没有别人看过。',
    }
  },

  async older() {
    const { list } = /** @type {any} */ (this)
    const found = await this.act('older', () => this.looks(list.next))
    if (found && found !== true) this.setData(this.shownWith(extended(list, found)))
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  filter(event) {
    const { key } = event.currentTarget.dataset
    if (key === this.data.chosen) return undefined
    Object.assign(this, { list: { items: [], next: null } })
    this.setData({ chosen: key })
    return this.refresh()
  },
})
