// @ts-check
// A resident asks a relative to help: who, with what, until when; then an invitation to hand on. Each step is this page
// again, one further on the stack, so that going back is going back one question.

const { send } = require('../../api/client')
const { page } = require('../../kit/page')
const { dateOf, day } = require('../../kit/times')
const { dropInvitation, invitationFor } = require('./draft')
const { RELATIONS, SCOPES, relationWords, scopeWords } = require('./words')

const STEPS = 3
const QUESTIONS = ['想请谁来帮忙？', '帮您办哪些事？', '帮到什么时候？']
const LASTS = [
  { key: 'open', words: '一直帮下去', note: '每年核对一次，您随时可以停', days: 0 },
  { key: 'year', words: '一年', note: '', days: 365 },
  { key: 'quarter', words: '三个月', note: '', days: 90 },
]
const GROUP = 4 // letters of the code that are read out in one breath

/** @param {string} code */
const grouped = (code) => (code.match(new RegExp(`.{1,${GROUP}}`, 'g')) || []).map((words, at) => ({ at, words }))

page({
  data: {
    step: 1,
    steps: STEPS,
    question: QUESTIONS[0],
    relations: RELATIONS,
    relation: '',
    scopes: /** @type {any[]} */ ([]),
    lasts: LASTS,
    last: '',
    made: false,
    code: /** @type {ReturnType<typeof grouped>} */ ([]),
    summary: /** @type {any} */ ({}),
    spoken: '',
  },

  shown() {
    this.show()
  },

  show() {
    const step = Number(this.query.step) || 1
    const draft = invitationFor(this.query.resident)
    const { made } = draft
    const question = made ? '邀请做好了，发给家里人吧' : QUESTIONS[step - 1]
    this.setData({
      step,
      question,
      relation: draft.relation,
      scopes: SCOPES.map((each) => ({ ...each, on: draft.scopes.includes(each.key) })),
      last: draft.lasts,
      made: Boolean(made),
      code: made ? grouped(made.code) : [],
      summary: {
        relation: draft.relation ? relationWords(draft.relation) : '',
        can: scopeWords(draft.scopes),
        until: made ? day(made.expires_at) : '',
      },
      spoken: made ? `${question}。点“发给家里人”，在微信里选一个人。也可以把邀请码念给家里人听。` : question,
    })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  chooseRelation(event) {
    invitationFor(this.query.resident).relation = event.currentTarget.dataset.key
    this.setData({ refusal: null })
    this.show()
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  tickScope(event) {
    const { key } = event.currentTarget.dataset
    const draft = invitationFor(this.query.resident)
    draft.scopes = draft.scopes.includes(key) ? draft.scopes.filter((each) => each !== key) : [...draft.scopes, key]
    this.setData({ refusal: null })
    this.show()
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  chooseLast(event) {
    invitationFor(this.query.resident).lasts = event.currentTarget.dataset.key
    this.setData({ refusal: null })
    this.show()
  },

  next() {
    const { step } = this.data
    const draft = invitationFor(this.query.resident)
    if (step === 1 && !draft.relation) return this.refuse('请先点一下，是您的什么人。')
    if (step === 2 && !draft.scopes.length) return this.refuse('请至少选一件要帮的事。')
    return wx.navigateTo({ url: `/pages/family/invite?resident=${this.query.resident}&step=${step + 1}` })
  },

  async make() {
    const resident_uid = this.query.resident
    const draft = invitationFor(resident_uid)
    const chosen = LASTS.find((each) => each.key === draft.lasts)
    // Whoever came here past the first questions (an old page brought back) has nothing to send.
    if (!draft.relation || !draft.scopes.length) return this.refuse('前面的还没有选，请点左上角返回，从头选一遍。')
    if (!chosen) return this.refuse('请先点一下，帮到什么时候。')
    const last_day = chosen.days ? dateOf(Date.now(), chosen.days) : null
    const body = { relation: draft.relation, scopes: draft.scopes, categories: [], last_day }
    const made = await this.act('make', (key) => send('post', '/residents/{resident_uid}/invitations', { resident_uid }, body, key), body)
    if (!made || made === true) return undefined
    draft.made = made
    // Back to the first step, which now shows the invitation: the questions are answered.
    const pages = getCurrentPages()
    const before = pages.slice(0, -1).reverse().findIndex((each) => each.route !== 'pages/family/invite')
    const questions = before < 0 ? pages.length - 1 : before
    if (questions > 0) return wx.navigateBack({ delta: questions })
    return this.show()
  },

  finish() {
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: `/pages/family/family?resident=${this.query.resident}` })
  },

  closed() {
    // Leaving the finished invitation is the end of it; leaving a question keeps what was chosen.
    if (this.data.made) dropInvitation(this.query.resident)
  },

  /**
   * The only secret of ours that ever stands in a path: the invitation is handed on as a card in WeChat, and a card carries
   * nothing but its path. The code works once, for a week, opens nothing by itself (the home compares papers with the
   * face), can be taken back, and the page it opens keeps it in memory only.
   */
  onShareAppMessage() {
    const { made } = invitationFor(this.query.resident)
    if (!made) return { title: '长者健康', path: '/pages/home/home' }
    return { title: '请您来帮我办点事', path: `/pages/family/join?code=${made.code}` }
  },
})
