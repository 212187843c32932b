// @ts-check
// What is coming and what was, the next one first.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { comparing, note } = require('../../kit/receipts')
const { when } = require('../../kit/times')

/** @typedef {Api.Card<'AppointmentCard'>} Appointment */

const SIGNS = /** @type {Record<string, string>} */ ({ held: 'urgent', booked: 'good', arrived: 'good', cancelled: 'watch', noshow: 'watch' })
const SILENT = ['lapsed', 'rescheduled', 'entered_in_error'] // nobody went, or it stands elsewhere in the list
const WORDS = /** @type {Record<string, string>} */ ({ held: '还没有确认', booked: '', arrived: '已经到医院', fulfilled: '看过了', cancelled: '取消了', noshow: '没有去' })

/** @param {Appointment} card @param {boolean} several */
const line = (card, several) => ({
  uid: card.uid,
  label: when(card.starts_at),
  note: `${several ? `${card.resident_name}，` : ''}${card.institution_name}${card.department_name}`,
  mark: WORDS[card.status] === undefined ? card.status_text : WORDS[card.status],
  sign: SIGNS[card.status] || 'plain',
  tone: card.status === 'held' ? 'urgent' : '',
  to: `/pages/booking/appointment?uid=${card.uid}`,
})

page({
  data: {
    resident: '',
    coming: /** @type {ReturnType<typeof line>[]} */ ([]),
    past: /** @type {ReturnType<typeof line>[]} */ ([]),
    waiting: 0,
    older: false,
    lost: /** @type {string[]} */ ([]),
    told: '',
    spoken: '',
  },

  ...comparing,

  async load() {
    const { resident } = this.query
    const [{ items, next }, waiting] = await Promise.all([
      get('/appointments', { resident, limit: this.data.older ? 100 : 40 }),
      get('/waitlist'),
    ])
    note(items)
    const now = Date.now()
    const lapsed = (/** @type {Appointment} */ card) => card.status === 'held' && Date.parse(card.hold_expires_at || '') <= now
    const shown = items.filter((card) => !SILENT.includes(card.status) && !lapsed(card))
    const live = (/** @type {Appointment} */ card) => ['held', 'booked', 'arrived'].includes(card.status) && Date.parse(card.ends_at) > now
    const byTime = (/** @type {Appointment} */ one, /** @type {Appointment} */ other) => Date.parse(one.starts_at) - Date.parse(other.starts_at)
    const several = new Set(shown.map((card) => card.resident_uid)).size > 1
    const coming = shown.filter(live).sort(byTime).map((card) => line(card, several))
    return {
      resident: resident || '',
      coming,
      past: shown.filter((card) => !live(card)).sort(byTime).reverse().map((card) => line(card, several)),
      waiting: waiting.filter((each) => !resident || each.resident_uid === resident).length,
      more: Boolean(next) && !this.data.older,
      spoken: coming.length ? coming.map((each) => `${each.label}，${each.note}。`).join('') : '现在没有约好的号。',
    }
  },

  all() {
    this.setData({ older: true })
    return this.refresh()
  },
})
