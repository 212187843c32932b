// @ts-check
// Rate one service, one question a page: how it was, what it was about, in one's own words. What was said can be taken
// back as long as the server allows; then it may be said again.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { clock, day } = require('../../kit/times')
const { opinionOf } = require('./draft')
const { SCORES, TAGS, scoreWords, tagWords } = require('./words')

const LONGEST = 24 * 3600 * 1000 // of an alarm

/** @typedef {Api.Card<'RatingCard'>} Rating */

page({
  data: {
    stage: '',
    step: 0,
    question: '评价服务',
    lead: '',
    scores: SCORES,
    score: /** @type {string[]} */ ([]),
    tags: TAGS,
    chosen: /** @type {string[]} */ ([]),
    text: '',
    done: /** @type {Rating | null} */ (null),
    words: '',
    about: '',
    until: '',
    low: false,
    spoken: '',
  },

  async load() {
    const { token, step = '1' } = this.query
    const opinion = opinionOf(token)
    if (opinion.done) return this.said(opinion.done)
    const services = await get('/rating-tokens', { limit: 100 })
    const service = services.items.find((each) => each.uid === token)
    if (!service) return { stage: 'gone', step: 0, question: '这次服务现在不能评', lead: '', spoken: '这次服务现在不能评。可能已经评过了，也可能时间过了。' }
    const about = `${day(service.served_at)}，${service.institution}${service.department || ''}给${service.resident}的服务`
    const kept = { score: opinion.score ? [opinion.score] : [], chosen: opinion.tags, text: opinion.text }
    if (step === '2') return { ...kept, ...this.askTags(opinion.score) }
    if (step === '3') return { ...kept, stage: 'text', step: 3, question: '还想说什么？', lead: '不写也行。写了会给大家看，您的名字不会出现。', spoken: '还想说什么？不写也行。写了会给大家看，您的名字不会出现。' }
    return { ...kept, stage: 'score', step: 1, question: '这次服务怎么样？', lead: about, spoken: `${about}，怎么样？${SCORES.map((each) => each.words).join('，')}。` }
  },

  /** @param {string} score */
  askTags(score) {
    const question = Number(score) >= 4 ? '哪里好？' : Number(score) === 3 ? '主要是说哪些？' : '哪里不好？'
    return { stage: 'tags', step: 2, question, lead: '可以点几个，也可以不点。', spoken: `${question}${TAGS.map((each) => each.words).join('，')}。可以点几个，也可以不点。` }
  },

  /** @param {Rating} done */
  said(done) {
    const self = /** @type {any} */ (this)
    clearTimeout(self.alarm)
    const left = done.can_take_back_until ? Date.parse(done.can_take_back_until) - Date.now() : 0
    if (left > 0 && left < LONGEST) self.alarm = setTimeout(() => this.setData({ until: '' }), left)
    const until = left > 0 ? clock(done.can_take_back_until || '') : ''
    const words = scoreWords(done.score)
    return {
      stage: 'done', step: 0, question: '谢谢您，评好了', lead: '', done, words, until,
      about: [done.institution, tagWords(done.tags)].filter(Boolean).join('：'),
      low: done.score <= 2,
      spoken: `谢谢您，评好了。您说的是：${words}。${until ? `到${until}以前，可以收回重新评。` : ''}`,
    }
  },

  closed() {
    clearTimeout(/** @type {any} */ (this).alarm)
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pickScore({ detail }) {
    opinionOf(this.query.token).score = detail.chosen[0]
    this.setData({ score: detail.chosen, refusal: null })
  },
  /** @param {{ detail: { chosen: string[] } }} event */
  pickTags({ detail }) {
    opinionOf(this.query.token).tags = detail.chosen
    this.setData({ chosen: detail.chosen })
  },
  /** @param {WechatMiniprogram.Input} event */
  write({ detail }) {
    opinionOf(this.query.token).text = detail.value
    this.setData({ text: detail.value })
  },

  next() {
    const { token } = this.query
    if (!opinionOf(token).score) return this.refuse('请先点一个：很满意、满意、一般、不满意，还是很不满意。')
    wx.navigateTo({ url: `/pages/feedback/rate?token=${token}&step=${this.data.step + 1}` })
  },

  async give() {
    const { token } = this.query
    const opinion = opinionOf(token)
    if (!opinion.score) return this.refuse('还没有点满意不满意，请返回前面点一个。')
    const body = { score: Number(opinion.score), tags: TAGS.map((each) => each.key).filter((key) => opinion.tags.includes(key)), text: opinion.text.trim() }
    const card = await this.act('give', (key) => send('post', '/rating-tokens/{token_uid}/rating', { token_uid: token }, body, key), body)
    if (!card || card === true) return
    opinion.done = card
    // The first page of the three shows what was said; the way back must not lead through the questions.
    const mine = getCurrentPages().filter((each) => each.route === 'pages/feedback/rate').length
    if (mine > 1) wx.navigateBack({ delta: mine - 1 })
    else this.setData(this.said(card))
  },

  async takeBack() {
    const { token } = this.query
    const { done } = opinionOf(token)
    if (!done) return
    const gone = await this.act('takeBack', (key) => send('delete', '/ratings/{rating_uid}', { rating_uid: done.uid }, undefined, key))
    if (gone) {
      opinionOf(token).done = null
      return this.refresh()
    }
    if (this.data.refusal && !this.data.refusal.again) this.setData({ until: '' })
  },

  home() {
    opinionOf(this.query.token).done = null
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.reLaunch({ url: '/pages/home/home' })
  },
})
