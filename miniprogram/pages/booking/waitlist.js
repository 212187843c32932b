// @ts-check
// Waiting for a seat: for what, how many are before; `join=1` asks for which days, `leave=<uid>` says what leaving means.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { dateOf, day } = require('../../kit/times')
const { REASONS, draftOf, forgetDraft, said } = require('./draft')
const { dateWords } = require('./seats')

const SPANS = [
  { key: 'week', words: '一个星期里，哪天都行', ahead: 7 },
  { key: 'fortnight', words: '两个星期里，哪天都行', ahead: 14 },
  { key: 'three', words: '就这三天', ahead: 2 },
]

/** @param {Api.Card<'WaitlistCard'>} card */
const line = (card) => {
  const first = dateOf(Date.parse(card.earliest_at))
  const last = dateOf(Date.parse(card.latest_at) - 1) // the window ends with the day, at midnight
  return {
    uid: card.uid,
    title: `${card.institution_name}${card.department_name}`,
    who: card.resident_name,
    window: first === last ? `等 ${day(first)}的号` : `等 ${day(first)}到 ${day(last)}的号`,
    place: card.status === 'offered' ? '有号了，请您决定要不要' : card.ahead ? `前面还有 ${card.ahead} 位` : '您排在第一位',
    sign: card.status === 'offered' ? 'urgent' : 'good',
    offered: card.status === 'offered',
    explanation: card.explanation,
    leave: `/pages/booking/waitlist?leave=${card.uid}`,
  }
}

page({
  data: {
    stage: 'list',
    question: '等别人退号',
    lead: '',
    entries: /** @type {ReturnType<typeof line>[]} */ ([]),
    one: /** @type {ReturnType<typeof line> | null} */ (null),
    offers: /** @type {{ uid: string, to: string }[]} */ ([]),
    spans: /** @type {{ key: string, words: string }[]} */ (SPANS),
    span: /** @type {string[]} */ (['week']),
    reasons: REASONS,
    reason: /** @type {string[]} */ ([]),
    own: '',
    fresh: '',
    kinds: ['tmpl_waitlist_offer'],
    spoken: '',
  },

  async load() {
    if (this.query.join) return this.joinForm()
    const [cards, offers] = await Promise.all([get('/waitlist'), get('/offers')])
    const entries = cards.map(line)
    if (this.query.leave) return this.leaveForm(entries.find((each) => each.uid === this.query.leave))
    return {
      stage: 'list',
      question: entries.length ? '正在等这些号' : '现在没有在等的号',
      lead: entries.length ? '有人退号，按先后给您。不用一直守着手机。' : '想去的时间约满了，可以登记一下，有人退号就给您。',
      entries,
      fresh: this.query.fresh || '',
      offers: offers.map((each) => ({ uid: each.uid, to: `/pages/booking/offer?uid=${each.uid}` })),
      spoken: entries.length ? entries.map((each) => `${each.title}，${each.place}。${each.explanation}`).join('') : '现在没有在等的号。',
    }
  },

  async joinForm() {
    const { resident, institution, department, day: wished } = this.query
    const found = (await get('/institutions/{institution_uid}/departments', { institution_uid: institution })).find((each) => each.uid === department)
    const draft = draftOf(resident)
    const own = wished ? [{ key: 'day', words: `只要 ${day(wished)}${day(wished).includes('月') ? '' : `，${dateWords(wished)}`}`, ahead: 0 }] : []
    const spans = [...own, ...SPANS]
    return {
      stage: 'join',
      question: '想等哪几天的号？',
      lead: found ? `${found.institution}${found.name}。有人退号，按登记先后给您，会发消息告诉您。` : '',
      spans,
      span: spans.some((each) => each.key === draft.span) ? [draft.span] : [spans[0].key],
      reason: draft.reason ? [draft.reason] : [],
      own: draft.own,
      spoken: `想等哪几天的号？${spans.map((each) => each.words).join('，')}。`,
    }
  },

  /** @param {ReturnType<typeof line> | undefined} one */
  leaveForm(one) {
    if (!one) return { stage: 'gone', question: '已经不在等了', lead: '', one: null, spoken: '已经不在等了。' }
    return { stage: 'leave', question: '不再等了吗？', lead: '', one, spoken: `不再等${one.title}的号了吗？退出以后，排队的位置就没有了。` }
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pickSpan({ detail }) {
    draftOf(this.query.resident).span = detail.chosen[0] || ''
    this.setData({ span: detail.chosen })
  },
  /** @param {{ detail: { chosen: string[] } }} event */
  pickReason({ detail }) {
    draftOf(this.query.resident).reason = detail.chosen[0] || ''
    this.setData({ reason: detail.chosen })
  },
  /** @param {WechatMiniprogram.Input} event */
  writeOwn({ detail }) {
    draftOf(this.query.resident).own = detail.value
    this.setData({ own: detail.value })
  },

  async join() {
    const { resident, department, day: wished } = this.query
    const { reason } = said(draftOf(resident))
    if (!reason) return this.refuse('请先点一个，或者写一句去看什么，医生好准备。')
    const chosen = this.data.span[0]
    const span = SPANS.find((each) => each.key === chosen)
    const days = span ? { first_day: dateOf(), last_day: dateOf(Date.now(), span.ahead) } : { first_day: wished, last_day: wished }
    const body = /** @type {const} */ ({ resident, department, ...days, reason, urgency: 'routine' })
    const card = await this.act('join', (key) => send('post', '/waitlist', {}, body, key), body)
    if (!card) return
    forgetDraft(resident)
    wx.redirectTo({ url: '/pages/booking/waitlist?fresh=1' })
  },

  async leave() {
    const done = await this.act('leave', (key) => send('delete', '/waitlist/{entry_uid}', { entry_uid: this.query.leave }, undefined, key))
    if (done) this.back()
  },

  back() {
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: '/pages/booking/waitlist' })
  },
})
