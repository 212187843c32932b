// @ts-check
// The word of a resident without a phone: read together, chosen item by item, before two of the home's staff.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { lastDay } = require('../../kit/until')
const { draftFor, dropDraft } = require('./draft')
const { nurse } = require('./staff')

/** @typedef {Api.Card<'ConsentSheet'>} Sheet */
/** @typedef {import('./draft').Draft} Draft */

const STEPS = { read: 1, choose: 2, witness: 3 }
const ANSWERS = [
  { key: 'grant', words: '老人同意，给看下面选的' },
  { key: 'deny', words: '老人不同意，都不给看', note: '不影响住养、看病和任何服务' },
]
const SIGNATURE_LEAST = 12 // points; fewer is a slip of the finger

/** @param {Sheet} sheet @param {Draft} draft */
function shape(sheet, draft) {
  const { provisions } = sheet.card
  const named = (/** @type {string[]} */ chosen) => provisions.filter((each) => chosen.includes(each.category)).map((each) => each.words).join('、')
  return {
    part: draft.part,
    step: STEPS[draft.part],
    answer: draft.answer ? [draft.answer] : [],
    ordinary: provisions.filter((each) => !each.restricted).map((each) => ({ key: each.category, words: each.words })),
    sensitive: provisions.filter((each) => each.restricted).map((each) => ({ key: each.category, words: each.words, chosen: draft.yes.includes(each.category) ? ['yes'] : draft.no.includes(each.category) ? ['no'] : [] })),
    yes: draft.yes,
    chosen: named(draft.yes),
    evidence: draft.evidence,
    second: draft.second,
    signature: draft.signature,
  }
}

page({
  data: {
    who: 'nurse',
    resident: '',
    recipient: '',
    purpose: '',
    until: '',
    sections: /** @type {Api.Card<'SectionCard'>[]} */ ([]),
    part: /** @type {'read' | 'choose' | 'witness' | 'done'} */ ('read'),
    step: 1,
    answers: ANSWERS,
    answer: /** @type {string[]} */ ([]),
    ordinary: /** @type {{ key: string, words: string }[]} */ ([]),
    sensitive: /** @type {{ key: string, words: string, chosen: string[] }[]} */ ([]),
    eitherWay: [{ key: 'yes', words: '这一项给看' }, { key: 'no', words: '这一项不给看' }],
    yes: /** @type {string[]} */ ([]),
    chosen: '',
    people: /** @type {{ key: string, words: string }[]} */ ([]),
    second: /** @type {string[]} */ ([]),
    evidence: '',
    evidenceFault: '',
    signature: /** @type {any} */ (null),
    me: '',
    ended: '',
    done: '',
    spoken: '',
  },

  async load() {
    const { who, homes, name } = await nurse()
    if (who !== 'nurse') return { who }
    if (this.data.done) return {}
    const uid = this.query.uid
    const [sheet, ...staff] = await Promise.all([
      get('/consents/{consent_uid}', { consent_uid: uid }),
      ...homes.map((home) => get('/institutions/{institution_uid}/colleagues', { institution_uid: home })),
    ])
    const { card } = sheet
    const self = /** @type {any} */ (this)
    self.sheet = sheet
    const people = staff.reduce((all, some) => [...all, ...some], /** @type {Api.Card<'ColleagueCard'>[]} */ ([]))
    return {
      who,
      me: name,
      resident: card.resident,
      recipient: card.recipient,
      purpose: card.purpose_words,
      until: lastDay(card.until),
      sections: sheet.sections,
      people: people.filter((each, place) => people.findIndex((other) => other.uid === each.uid) === place).map((each) => ({ key: each.uid, words: each.name })),
      ended: card.status === 'requested' ? '' : card.status_words,
      spoken: sheet.sections.map((each) => `${each.heading}。${each.sentence}`).join(''),
      ...shape(sheet, draftFor(uid, sheet.text_hash)),
    }
  },

  /** @param {Partial<Draft>} news */
  put(news) {
    const { sheet } = /** @type {{ sheet: Sheet }} */ (/** @type {any} */ (this))
    const draft = Object.assign(draftFor(this.query.uid, sheet.text_hash), news)
    this.setData({ ...shape(sheet, draft), refusal: null })
  },

  /** @param {'read' | 'choose' | 'witness'} part */
  turn(part) {
    this.put({ part })
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
  },

  choose() {
    this.turn('choose')
  },

  read() {
    this.turn('read')
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  decide(event) {
    this.put({ answer: /** @type {any} */ (event.detail.chosen[0]) })
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  tick(event) {
    const { ordinary } = this.data
    const before = this.data.yes.filter((each) => !ordinary.some((item) => item.key === each))
    this.put({ yes: [...before, ...event.detail.chosen] })
  },

  /** @param {any} event */
  either(event) {
    const { key } = event.currentTarget.dataset
    const { sheet } = /** @type {{ sheet: Sheet }} */ (/** @type {any} */ (this))
    const draft = draftFor(this.query.uid, sheet.text_hash)
    const without = (/** @type {string[]} */ list) => list.filter((each) => each !== key)
    const yes = event.detail.chosen[0] === 'yes'
    this.put({ yes: yes ? [...without(draft.yes), key] : without(draft.yes), no: yes ? without(draft.no) : [...without(draft.no), key] })
  },

  witness() {
    const [answer] = this.data.answer
    if (!answer) return this.refuse('请先问老人，选“同意”还是“不同意”。')
    if (answer === 'grant' && !this.data.yes.length) return this.refuse('一项都没有选。老人一项都不想给看的话，请选“不同意”，不会影响任何服务。')
    return this.turn('witness')
  },

  /** @param {{ detail: { value: string } }} event */
  write(event) {
    this.put({ evidence: event.detail.value })
    this.setData({ evidenceFault: '' })
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pick(event) {
    this.put({ second: event.detail.chosen })
  },

  /** @param {{ detail: { signature: any } }} event */
  sign(event) {
    this.put({ signature: event.detail.signature })
  },

  async send() {
    const { answer, second, signature, ordinary, sensitive, yes } = this.data
    const evidence = this.data.evidence.trim()
    if (!second.length) return this.refuse('请选一位在场的同事，他也要亲眼看见、亲耳听见。')
    if (!evidence) {
      this.setData({ evidenceFault: '请写明签字纸或录音放在哪里。' })
      return this.refuse('请写明签字纸或录音放在哪里。')
    }
    const points = signature ? signature.strokes.reduce((/** @type {number} */ sum, /** @type {any[]} */ stroke) => sum + stroke.length, 0) : 0
    if (signature && points < SIGNATURE_LEAST) return this.refuse('签名太短，没有写完整。请擦掉重写；老人写不了，擦掉不签也可以。')
    const { sheet } = /** @type {{ sheet: Sheet }} */ (/** @type {any} */ (this))
    const consent_uid = this.query.uid
    const common = { evidence, second: second[0] }
    const among = (/** @type {{ key: string }[]} */ list) => /** @type {any[]} */ (list.map((each) => each.key).filter((key) => yes.includes(key)))
    const grant = { ...common, text_hash: sheet.text_hash, categories: among(ordinary), restricted: among(sensitive), signature }
    const granting = answer[0] === 'grant'
    const done = await this.act(
      'send',
      (key) => granting
        ? send('post', '/consents/{consent_uid}/witnessed-grant', { consent_uid }, grant, key)
        : send('post', '/consents/{consent_uid}/witnessed-denial', { consent_uid }, common, key),
      granting ? grant : common,
    )
    if (done) {
      dropDraft(consent_uid)
      this.setData({ part: 'done', done: granting ? 'grant' : 'deny' })
      wx.pageScrollTo({ scrollTop: 0, duration: 0 })
    } else {
      // The text may have changed, or the family was faster: show what holds now, under the sentence.
      const { refusal } = this.data
      if (refusal && (refusal.code === 'consent.text_changed' || refusal.code === 'consent.already_decided')) await this.refresh()
    }
    return undefined
  },

  list() {
    wx.redirectTo({ url: '/pages/witness/witness' })
  },
})
