// @ts-check
// The doctors' visits to one resident: those that will come, and those that were, newest first.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { extended, rejoined } = require('../../kit/paged')
const { when } = require('../../kit/times')
const { plainly, readingOf } = require('../record/reading')
const { OUTCOMES, isComing, statusOf, whoOf } = require('./words')

/** @typedef {Api.Card<'VisitCard'>} Visit */

/** @param {Visit} visit @param {string} resident */
function line(visit, resident) {
  const own = visit.items.find((each) => each.resident_uid === resident)
  const outcome = own && own.outcome && own.outcome !== 'seen' ? `${OUTCOMES[own.outcome]}。` : ''
  const status = statusOf(visit)
  return {
    uid: visit.uid,
    words: when(visit.started_at || visit.starts_at),
    note: `${outcome}${whoOf(visit)}，${visit.kind_text}`,
    mark: status.words,
    sign: status.sign,
    to: `/pages/visits/visit?uid=${visit.uid}&resident=${resident}`,
  }
}

page({
  data: {
    coming: /** @type {ReturnType<typeof line>[]} */ ([]),
    past: /** @type {ReturnType<typeof line>[]} */ ([]),
    more: false,
    spoken: '',
  },

  opened() {
    Object.assign(this, { list: { items: [], next: null } })
  },

  async load() {
    const { family } = await readingOf(this.query.resident)
    const first = await plainly(family, get('/residents/{resident_uid}/visits', { resident_uid: this.query.resident }))
    return this.shownWith(rejoined(first, /** @type {any} */ (this).list))
  },

  /** @param {{ items: Visit[], next: string | null }} list */
  shownWith(list) {
    Object.assign(this, { list })
    const lines = (/** @type {Visit[]} */ visits) => visits.map((each) => line(each, this.query.resident))
    // What comes next stands first; what was, newest first as the server gives it.
    const coming = lines(list.items.filter(isComing).reverse())
    const past = lines(list.items.filter((each) => !isComing(each)))
    const read = [...coming, ...past].map((each) => `${each.words}，${each.note}，${each.mark}`)
    return { coming, past, more: Boolean(list.next), spoken: read.join('。') || '医生还没有来过，也没有约。' }
  },

  async older() {
    const { list } = /** @type {any} */ (this)
    const said = { resident_uid: this.query.resident, after: list.next }
    const found = await this.act('older', () => get('/residents/{resident_uid}/visits', said))
    if (found && found !== true) this.setData(this.shownWith(extended(list, found)))
  },
})
