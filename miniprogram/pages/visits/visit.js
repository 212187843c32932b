// @ts-check
// One visit as the person who was visited sees it: who came, what was done and found, and whether both sides say so.

const { get, signedIn } = require('../../api/client')
const { isStaff } = require('../../api/session')
const { page } = require('../../kit/page')
const { mine, plainly, readingOf } = require('../record/reading')
const { SIGNS } = require('../record/words')
const { OUTCOMES, isComing, sideOf, statusOf, timeOf, whoOf } = require('./words')

/** @typedef {Api.Card<'VisitCard'>} Visit */
/** @typedef {Api.Card<'EntryCard'>} Entry */

const WAITING = ['finished', 'attested_provider', 'attested_host']

/** What becomes of a question that the page can do without. @template T @param {Promise<T>} answer */
const ifPossible = (answer) =>
  answer.catch((fault) => {
    console.info('left out', fault)
    return null
  })

/** @param {Visit} visit @param {Api.Card<'VisitItemCard'>} item */
function questionOf(visit, item) {
  if (visit.status === 'planned') return '医生要来'
  if (visit.status === 'started') return '医生正在看'
  return item.outcome === 'seen' ? '这次看了什么？' : '这次没有看成'
}

/** @param {Visit} visit */
const sidesOf = (visit) =>
  visit.finished_at
    ? [
        { key: 'provider', who: visit.provider_name, said: sideOf(visit.provider_verdict, visit.provider_by_name) },
        { key: 'host', who: visit.home_name, said: sideOf(visit.host_verdict, visit.host_by_name) },
      ]
    : []

/** @param {Entry} entry @param {string} resident */
function finding(entry, resident) {
  return {
    uid: entry.uid,
    words: entry.words,
    note: entry.verdict,
    sign: entry.sign,
    mark: SIGNS[entry.sign],
    to: `/pages/record/entry?resident=${resident}&uid=${entry.uid}`,
  }
}

page({
  data: {
    question: '一次巡诊',
    time: '',
    who: '',
    status: { words: '', sign: 'plain' },
    item: /** @type {Api.Card<'VisitItemCard'> | null} */ (null),
    outcome: '',
    several: /** @type {{ uid: string, words: string, note: string, to: string }[]} */ ([]),
    proof: '',
    sides: /** @type {ReturnType<typeof sidesOf>} */ ([]),
    reason: '',
    found: /** @type {ReturnType<typeof finding>[]} */ ([]),
    unread: false,
    rate: '',
    complain: '',
    dispute: '',
    coming: false,
    spoken: '',
  },

  async load() {
    const { uid } = this.query
    await signedIn()
    const visit = await plainly(!isStaff(), get('/visits/{visit_uid}', { visit_uid: uid }))
    const resident = this.query.resident || (visit.items.length === 1 ? visit.items[0].resident_uid : '')
    const item = visit.items.find((each) => each.resident_uid === resident)
    if (!item) return this.chooseOf(visit)
    const { family } = await readingOf(resident)
    const [found, rate, who] = await Promise.all([
      item.findings ? ifPossible(get('/visits/{visit_uid}/residents/{resident_uid}/findings', { visit_uid: uid, resident_uid: resident })) : [],
      family ? this.tokenFor(visit, resident) : '',
      family ? ifPossible(mine(resident)) : null,
    ])
    const status = statusOf(visit)
    const mayComplain = Boolean(who && who.scopes.includes('rating') && !isComing(visit))
    const shown = {
      question: questionOf(visit, item),
      time: timeOf(visit),
      who: whoOf(visit),
      status,
      item,
      outcome: item.outcome ? OUTCOMES[item.outcome] : '',
      several: [],
      proof: this.proofOf(visit),
      sides: sidesOf(visit),
      reason: visit.reason || '',
      found: (found || []).map((each) => finding(each, resident)),
      unread: found === null,
      rate,
      complain: mayComplain ? `/pages/feedback/complaint?institution=${visit.provider_uid}&resident=${resident}` : '',
      dispute: !family && WAITING.includes(visit.status) ? `/pages/visits/dispute?uid=${uid}` : '',
      coming: isComing(visit),
    }
    return { ...shown, spoken: this.read(shown) }
  },

  /** A visit to several, opened without saying whom it is about. @param {Visit} visit */
  chooseOf(visit) {
    const several = visit.items.map((each) => ({
      uid: each.uid,
      words: `${each.bed} 床 ${each.resident_name}`,
      note: each.outcome ? OUTCOMES[each.outcome] : '还没有记下结果',
      to: `/pages/visits/visit?uid=${visit.uid}&resident=${each.resident_uid}`,
    }))
    return { question: '看哪一位？', time: timeOf(visit), item: null, several, spoken: several.map((each) => each.words).join('。') }
  },

  /** @param {Visit} visit */
  proofOf(visit) {
    if (visit.evidence === 'accepted') return '医生到床边扫了码，证明确实来过。'
    if (visit.evidence === 'exception') return '扫码时有一处没对上，养老院会核对医生是不是真的来过。'
    return ''
  },

  /** @param {{ question: string, time: string, who: string, status: { words: string }, item: Api.Card<'VisitItemCard'>, outcome: string, found: { words: string, note: string }[] }} shown */
  read(shown) {
    const found = shown.found.map((each) => `${each.words}${each.note ? `，${each.note}` : ''}`)
    const words = [shown.time, shown.who, shown.outcome || shown.item.due, ...found, shown.item.note, shown.status.words]
    return words.filter(Boolean).map((each) => each.replace(/。$/, '')).join('。')
  },

  /** @param {Visit} visit @param {string} resident */
  async tokenFor(visit, resident) {
    if (visit.status !== 'confirmed') return ''
    const tokens = await ifPossible(get('/rating-tokens', { limit: 50 }))
    const own = (tokens ? tokens.items : []).find((each) => each.source_uid === visit.uid && each.resident_uid === resident)
    return own ? `/pages/feedback/rate?token=${own.uid}` : ''
  },
})
