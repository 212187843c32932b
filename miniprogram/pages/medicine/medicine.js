// @ts-check
// What somebody takes by long prescription, how long it lasts, when and where the next comes, and how to ask for a refill.

const { get, send } = require('../../api/client')
const { calling } = require('../../kit/calling')
const { page } = require('../../kit/page')
const { dateOf, day } = require('../../kit/times')
const { mine, plainly, readingOf } = require('../record/reading')

const FEW = 7 // days for which something lasts, from which on it is said

/** @typedef {Api.Card<'MedicineCard'>} Card */

/** How long it lasts. @param {Api.Card<'Medicine'>} each @returns {{ mark: string, sign: string, end: string }} */
function lasts({ first_on, until, days_left }) {
  const end = `吃到${day(until)}。`
  if (first_on > dateOf()) return { mark: '还没有开始吃', sign: 'plain', end: `${day(first_on)}开始，${end}` }
  if (days_left <= FEW) return { mark: days_left === 1 ? '只够今天吃了' : `只够吃 ${days_left} 天了`, sign: 'watch', end }
  return { mark: `还能吃 ${days_left} 天`, sign: 'good', end }
}

/** When the next comes, and where to. @param {Card} card */
function bringing({ next_delivery_on: coming, brought_to: home }) {
  if (!coming) return ''
  const today = dateOf()
  const by = coming < today ? `${day(coming)}该送到的，还没有到` : coming === today ? '今天送到' : `${day(coming)}前送到`
  return coming < today ? by : `${by}${home ? `${home}，由护士收` : ''}`
}

/** @param {Card} card */
function told(card) {
  const { next_delivery_on: coming, refill_due_on: due } = card
  const few = card.medicines.some((each) => each.first_on <= dateOf() && each.days_left <= FEW)
  return {
    uid: card.prescription_uid,
    from: `${card.institution_name}，${card.prescriber_name}医生开的`,
    medicines: card.medicines.map((each) => ({ name: each.name, how: `每次 ${each.dose}，${each.frequency}`, ...lasts(each) })),
    delivery: bringing(card),
    late: Boolean(coming && coming < dateOf()),
    dispenser: coming ? `${card.dispenser_name}配药` : '',
    asked: card.refill_asked && Boolean(due),
    mayAsk: card.may_ask,
    few,
    due: due ? `医生会在${day(due)}前续方` : '',
    institution: card.institution_name,
    phone: card.institution_phone,
    spoken: card.sentence,
  }
}

page({
  data: {
    whose: '',
    family: true,
    cards: /** @type {ReturnType<typeof told>[]} */ ([]),
    just: '',
    spoken: '',
  },

  ...calling,

  async load() {
    const { resident } = this.query
    const { family, said } = await readingOf(resident)
    const found = await plainly(family, get('/residents/{resident_uid}/medicines', said))
    const self = family ? await mine(resident) : null
    const cards = found.map(told)
    const each = found.flatMap((card) => card.medicines.map((one) => one.sentence))
    return {
      whose: self && !self.myself ? self.name : '',
      family,
      cards,
      spoken: [...each, ...cards.map((card) => card.spoken)].join('') || '现在没有长期处方。',
    }
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  async ask(event) {
    const { uid } = event.currentTarget.dataset
    const said = { resident_uid: this.query.resident, prescription_uid: uid }
    const done = await this.act(uid, (key) => send('post', '/residents/{resident_uid}/medicines/{prescription_uid}/refill', said, undefined, key), uid)
    const refused = this.data.refusal
    // Somebody of the family was faster: that is shown, not complained of.
    if (!done && !(refused && refused.code === 'prescriptions.refill_asked')) return
    this.setData({ just: done ? uid : '' })
    await this.refresh()
  },
})
