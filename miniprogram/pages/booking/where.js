// @ts-check
// The first step, one question a page: for whom, which hospital, which department, what for, with whom. The last two come
// before the seat is kept, because the server writes them down together with the seat.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { whose } = require('../../kit/whose')
const { COMPANIONS, REASONS, draftOf, said } = require('./draft')

const NOT_TO_BOOK_AT = ['nursing_home', 'civil_affairs_bureau', 'health_commission']

/** @typedef {{ key: string, icon: string, label: string, note: string, to: string }} Line */

/** @param {Record<string, string>} query */
const here = (query) => `/pages/booking/where?${Object.entries(query).map(([key, value]) => `${key}=${value}`).join('&')}`

page({
  data: {
    question: '预约看病',
    lead: '',
    stage: '',
    nobody: false,
    lines: /** @type {Line[]} */ ([]),
    others: /** @type {Line[]} */ ([]),
    unfolded: false,
    reasons: REASONS,
    companions: COMPANIONS,
    reason: /** @type {string[]} */ ([]),
    own: '',
    companion: /** @type {string[]} */ ([]),
    more: '',
    edit: false,
    spoken: '',
  },

  async load() {
    const mine = (await get('/residents')).filter((each) => each.scopes.includes('booking'))
    const { resident, institution, department } = this.query
    const who = mine.find((each) => each.uid === resident) || (resident ? undefined : mine.length === 1 ? mine[0] : undefined)
    if (!who) return mine.length && !resident ? this.askWhose(mine) : this.nobody()
    this.query.resident = who.uid
    if (!institution) return this.askHospital(who)
    if (!department) return this.askDepartment(who, institution)
    return this.query.ask === 'company' ? this.askCompany(who) : this.askWhatFor(who)
  },

  nobody() {
    return { stage: 'nobody', nobody: true, question: '您现在还不能替这位老人约号', lead: '', spoken: '您现在还不能替这位老人约号。要先由老人同意，养老院核对过身份，才能替老人约。' }
  },

  /** @param {Api.Card<'MyResidentCard'>[]} mine */
  askWhose(mine) {
    const first = whose()
    const lines = [...mine]
      .sort((one, other) => Number(other.uid === first) - Number(one.uid === first))
      .map((each) => ({ key: each.uid, icon: 'person', label: each.myself ? `我自己（${each.name}）` : each.name, note: `${each.age} 岁`, to: here({ resident: each.uid }) }))
    return { stage: 'lines', question: '给谁约号？', lead: '', lines, spoken: `给谁约号？${lines.map((each) => each.label).join('，')}。` }
  },

  /** @param {Api.Card<'MyResidentCard'>} who */
  async askHospital(who) {
    const bound = who.home_uid ? await get('/institutions/{institution_uid}/partners', { institution_uid: who.home_uid }) : []
    const all = this.data.unfolded || !bound.length ? (await get('/institutions', { limit: 100 })).items : []
    const line = (/** @type {Api.Card<'InstitutionCard'>} */ each, /** @type {string} */ note) => ({
      key: each.uid, icon: 'visit', label: each.name, note: [note, each.address].filter(Boolean).join('。'), to: here({ resident: who.uid, institution: each.uid }),
    })
    const can = (/** @type {Api.Card<'InstitutionCard'>} */ each) => !NOT_TO_BOOK_AT.includes(each.kind)
    const known = new Set(bound.map((each) => each.uid))
    const lines = bound.filter(can).map((each) => line(each, '和养老院签了约'))
    const others = all.filter((each) => can(each) && !known.has(each.uid)).map((each) => line(each, ''))
    const name = who.myself ? '您' : who.name
    return {
      stage: 'lines',
      question: '去哪家医院看？',
      lead: lines.length ? `${who.home}和下面的医院签了约，有给${name}们留的号。` : '',
      lines,
      others,
      spoken: `去哪家医院看？${lines.map((each) => each.label).join('，')}。`,
    }
  },

  unfold() {
    this.setData({ unfolded: true })
    return this.refresh()
  },

  /** @param {Api.Card<'MyResidentCard'>} who @param {string} institution */
  async askDepartment(who, institution) {
    const found = await get('/institutions/{institution_uid}/departments', { institution_uid: institution })
    const lines = found.map((each) => ({ key: each.uid, icon: 'visit', label: each.name, note: '', to: here({ resident: who.uid, institution, department: each.uid }) }))
    return {
      stage: 'lines',
      question: lines.length ? '看哪个科？' : '这家医院现在不能在手机上约',
      lead: lines.length ? `${found[0].institution}。不知道看哪个科，可以打电话问，或者请护士帮您选。` : '可以换一家医院，或者打电话请人帮您约。',
      lines,
      spoken: `看哪个科？${lines.map((each) => each.label).join('，')}。`,
    }
  },

  /** @param {Api.Card<'MyResidentCard'>} who */
  askWhatFor(who) {
    const draft = draftOf(who.uid)
    return {
      stage: 'what',
      question: who.myself ? '您这次去看什么？' : `${who.name}这次去看什么？`,
      lead: '点一个，或者自己写。',
      reason: draft.reason ? [draft.reason] : [],
      own: draft.own,
      edit: Boolean(this.query.edit),
      spoken: `这次去看什么？${REASONS.map((each) => each.words).join('，')}，或者自己写。`,
    }
  },

  /** @param {Api.Card<'MyResidentCard'>} who */
  askCompany(who) {
    const draft = draftOf(who.uid)
    return {
      stage: 'company',
      question: '有人陪着去吗？',
      lead: '不说也行。',
      companion: draft.companion ? [draft.companion] : [],
      more: draft.more,
      edit: Boolean(this.query.edit),
      spoken: `有人陪着去吗？${COMPANIONS.map((each) => each.words).join('，')}。不说也行。`,
    }
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pickReason({ detail }) {
    draftOf(this.query.resident).reason = detail.chosen[0] || ''
    this.setData({ reason: detail.chosen })
  },
  /** @param {{ detail: { chosen: string[] } }} event */
  pickCompanion({ detail }) {
    draftOf(this.query.resident).companion = detail.chosen[0] || ''
    this.setData({ companion: detail.chosen })
  },
  /** @param {WechatMiniprogram.Input} event */
  writeOwn({ detail }) {
    draftOf(this.query.resident).own = detail.value
    this.setData({ own: detail.value })
  },
  /** @param {WechatMiniprogram.Input} event */
  writeMore({ detail }) {
    draftOf(this.query.resident).more = detail.value
    this.setData({ more: detail.value })
  },

  next() {
    if (!said(draftOf(this.query.resident)).reason) return this.refuse('请先点一个，或者写一句这次去看什么，医生好准备。')
    this.setData({ refusal: null })
    wx.navigateTo({ url: here({ ...this.query, ask: 'company' }) })
  },

  onward() {
    const { resident, institution, department } = this.query
    // Both questions lie between here and the page that reads everything back.
    if (this.data.edit) wx.navigateBack({ delta: 2 })
    else wx.navigateTo({ url: `/pages/booking/when?resident=${resident}&institution=${institution}&department=${department}` })
  },
})
