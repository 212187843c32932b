// @ts-check
// Say what went wrong, one question a page: what it is about, where, and what happened. It opens a case at once.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { whose } = require('../../kit/whose')
const { complaintOf, forgetComplaint } = require('./draft')
const { KINDS } = require('./words')

const NOT_COMPLAINED_OF = ['civil_affairs_bureau', 'health_commission']

page({
  data: {
    stage: '',
    step: 0,
    question: '反映问题',
    lead: '',
    people: /** @type {{ uid: string, label: string, to: string }[]} */ ([]),
    kinds: KINDS,
    kind: /** @type {string[]} */ ([]),
    places: /** @type {{ key: string, words: string }[]} */ ([]),
    place: /** @type {string[]} */ ([]),
    text: '',
    spoken: '',
  },

  async load() {
    const mine = (await get('/residents')).filter((each) => each.scopes.includes('rating'))
    const { resident, step = '1' } = this.query
    const who = mine.find((each) => each.uid === resident) || (!resident && mine.length === 1 ? mine[0] : undefined)
    if (!who) return mine.length && !resident ? this.askWhose(mine) : this.nobody()
    this.query.resident = who.uid
    const draft = complaintOf(who.uid)
    const kept = { kind: draft.kind ? [draft.kind] : [], place: draft.institution ? [draft.institution] : [], text: draft.text }
    if (step === '2') return { ...kept, ...(await this.askWhere(who)) }
    if (step === '3') return { ...kept, stage: 'text', step: 3, question: '出了什么事？', lead: '什么时候、谁、怎么了，想怎么办。想到什么说什么。', spoken: '出了什么事？什么时候、谁、怎么了，想怎么办，想到什么说什么。' }
    return { ...kept, stage: 'kind', step: 1, question: '是哪方面的事？', lead: who.myself ? '' : `为${who.name}反映`, spoken: `是哪方面的事？${KINDS.map((each) => `${each.words}，${each.note}`).join('。')}` }
  },

  nobody() {
    return { stage: 'nobody', step: 0, question: '您现在还不能替老人反映', lead: '', spoken: '您现在还不能替老人反映。可以打电话给养老服务热线。' }
  },

  /** @param {Api.Card<'MyResidentCard'>[]} mine */
  askWhose(mine) {
    const first = whose()
    const people = [...mine]
      .sort((one, other) => Number(other.uid === first) - Number(one.uid === first))
      .map((each) => ({ uid: each.uid, label: each.myself ? `我自己（${each.name}）` : each.name, to: `/pages/feedback/complaint?resident=${each.uid}` }))
    return { stage: 'people', step: 0, question: '是谁遇到的事？', lead: '', people, spoken: `是谁遇到的事？${people.map((each) => each.label).join('，')}。` }
  },

  /** @param {Api.Card<'MyResidentCard'>} who */
  async askWhere(who) {
    const partners = who.home_uid ? await get('/institutions/{institution_uid}/partners', { institution_uid: who.home_uid }) : (await get('/institutions', { limit: 100 })).items
    const home = who.home_uid && who.home ? [{ key: who.home_uid, words: who.home }] : []
    const places = [...home, ...partners.filter((each) => !NOT_COMPLAINED_OF.includes(each.kind)).map((each) => ({ key: each.uid, words: each.name }))]
    return { stage: 'place', step: 2, question: '是在哪里？', lead: '', places, spoken: `是在哪里？${places.map((each) => each.words).join('，')}。` }
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pickKind({ detail }) {
    complaintOf(this.query.resident).kind = detail.chosen[0]
    this.setData({ kind: detail.chosen, refusal: null })
  },
  /** @param {{ detail: { chosen: string[] } }} event */
  pickPlace({ detail }) {
    complaintOf(this.query.resident).institution = detail.chosen[0]
    this.setData({ place: detail.chosen, refusal: null })
  },
  /** @param {WechatMiniprogram.Input} event */
  write({ detail }) {
    complaintOf(this.query.resident).text = detail.value
    this.setData({ text: detail.value })
  },

  next() {
    const { step } = this.data
    const draft = complaintOf(this.query.resident)
    if (step === 1 && !draft.kind) return this.refuse('请先点一个，是哪方面的事。')
    if (step === 2 && !draft.institution) return this.refuse('请先点一个，是在哪里。')
    wx.navigateTo({ url: `/pages/feedback/complaint?resident=${this.query.resident}&step=${step + 1}` })
  },

  async give() {
    const { resident } = this.query
    const draft = complaintOf(resident)
    if (!draft.text.trim()) return this.refuse('请写一两句，出了什么事。不方便写的话，可以打电话请人帮您说。')
    if (!draft.kind || !draft.institution) return this.refuse('前面还有没点的，请返回点一下。')
    const body = { resident, institution: draft.institution, kind: /** @type {Api.Card<'ComplaintKind'>} */ (draft.kind), text: draft.text.trim() }
    const card = await this.act('give', (key) => send('post', '/complaints', {}, body, key), body)
    if (!card || card === true) return
    forgetComplaint(resident)
    wx.reLaunch({ url: `/pages/feedback/case?uid=${card.uid}&fresh=1` })
  },
})
