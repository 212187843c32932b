// @ts-check
// One request to see a part of a record: read, choose, say yes or no; later, take it back.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { draftFor, draftOf, dropDraft, heard } = require('./draft')
const { called, line } = require('./words')

/** @typedef {Api.Card<'ConsentSheet'>} Sheet */

const TITLES = /** @type {Record<string, string>} */ ({
  granted: '现在让他们看',
  denied: '您没有同意',
  withdrawn: '已经收回了',
  lapsed: '已经过了时间',
  expired: '已经到期了',
  superseded: '已经换成新的了',
})

/** The choices as they stand. @param {Sheet} sheet */
function choicesOf(sheet) {
  const draft = draftFor(sheet)
  const { provisions } = sheet.card
  const chosen = provisions.filter((each) => draft.yes.includes(each.category)).map((each) => each.words)
  return {
    ordinary: provisions.filter((each) => !each.restricted).map((each) => ({ ...each, on: draft.yes.includes(each.category) })),
    sensitive: provisions
      .filter((each) => each.restricted)
      .map((each) => ({ ...each, yes: draft.yes.includes(each.category), no: draft.no.includes(each.category) })),
    chosen: chosen.join('、'),
    count: chosen.length,
  }
}

/** @param {Sheet} sheet @param {string} who @param {boolean} mayDecide */
function viewOf(sheet, who, mayDecide) {
  const said = line(sheet.card)
  const requested = said.status === 'requested'
  const choices = requested ? choicesOf(sheet) : { ordinary: [], sensitive: [], chosen: '', count: 0 }
  const question = requested ? `让${said.recipient}看${who}的这些档案吗？` : TITLES[said.status]
  const text = sheet.sections.map((each) => `${each.heading}。${each.sentence}`).join('')
  return {
    who,
    mayDecide,
    said,
    question,
    sections: sheet.sections,
    ...choices,
    changed: requested && draftFor(sheet).changed,
    spoken: requested ? `${question}${text}` : `${question}。${said.recipient}，为了${said.purpose}。`,
  }
}

page({
  data: {
    who: '您',
    mayDecide: false,
    said: /** @type {ReturnType<typeof line> | null} */ (null),
    question: '谁想看档案',
    sections: /** @type {Api.Card<'SectionCard'>[]} */ ([]),
    ordinary: /** @type {any[]} */ ([]),
    sensitive: /** @type {any[]} */ ([]),
    chosen: '',
    count: 0,
    changed: false,
    just: '',
    unfolded: false,
    spoken: '',
  },

  async load() {
    const consent_uid = this.query.uid
    const [sheet, mine] = await Promise.all([get('/consents/{consent_uid}', { consent_uid }), get('/residents')])
    const before = draftOf(consent_uid)
    const overtaken = Boolean(before) && sheet.card.status !== 'requested'
    const news = heard(consent_uid)
    if (sheet.card.status !== 'requested') dropDraft(consent_uid)
    Object.assign(this, { sheet })
    // Staff may read what their institution asked for; deciding is the family's.
    const mayDecide = mine.some((each) => each.uid === sheet.card.resident_uid && each.scopes.includes('consent'))
    const view = viewOf(sheet, called(mine, sheet.card.resident_uid, sheet.card.resident), mayDecide)
    if (view.changed && !this.data.changed) wx.pageScrollTo({ scrollTop: 0, duration: 200 })
    const just = news === 'granted' ? 'granted' : news === 'overtaken' || overtaken ? 'overtaken' : this.data.just
    return { ...view, just }
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  tick(event) {
    const { category } = event.currentTarget.dataset
    const { draft, sheet } = this.draft()
    draft.yes = draft.yes.includes(category) ? draft.yes.filter((each) => each !== category) : [...draft.yes, category]
    this.setData(choicesOf(sheet))
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  decide(event) {
    const { category, yes } = event.currentTarget.dataset
    const { draft, sheet } = this.draft()
    const others = (/** @type {Api.Card<'RecordCategory'>[]} */ list) => list.filter((each) => each !== category)
    draft.yes = yes ? [...others(draft.yes), category] : others(draft.yes)
    draft.no = yes ? others(draft.no) : [...others(draft.no), category]
    this.setData(choicesOf(sheet))
  },

  draft() {
    const { sheet } = /** @type {{ sheet: Sheet }} */ (/** @type {any} */ (this))
    return { sheet, draft: draftFor(sheet) }
  },

  agree() {
    const { draft, sheet } = this.draft()
    if (!draft.yes.length) return this.refuse('一项都没有选。不想让他们看，请点“不同意”，什么都不会变。')
    draft.changed = false
    return wx.navigateTo({ url: `/pages/consent/sign?uid=${sheet.card.uid}` })
  },

  async deny() {
    const consent_uid = this.query.uid
    const card = await this.act('deny', (key) => send('post', '/consents/{consent_uid}/denial', { consent_uid }, undefined, key))
    await this.decided(card, 'denied')
  },

  async withdraw() {
    const consent_uid = this.query.uid
    const card = await this.act('withdraw', (key) => send('post', '/consents/{consent_uid}/withdrawal', { consent_uid }, undefined, key))
    await this.decided(card, 'withdrawn')
  },

  /** Show what the server has answered; what was refused because it had changed is read afresh. @param {any} card @param {string} just */
  async decided(card, just) {
    const own = /** @type {any} */ (this)
    if (card) {
      own.sheet = { ...own.sheet, card }
      dropDraft(card.uid)
      this.setData({ ...viewOf(own.sheet, this.data.who, this.data.mayDecide), just })
      wx.pageScrollTo({ scrollTop: 0, duration: 200 })
    } else if (this.data.refusal && !this.data.refusal.again) await this.refresh()
  },

  /** To where one came from; whoever came from a message sees what else there is. */
  finish() {
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: `/pages/consent/consents?resident=${this.data.said ? this.data.said.resident_uid : ''}` })
  },

  unfold() {
    this.setData({ unfolded: !this.data.unfolded })
  },
})
