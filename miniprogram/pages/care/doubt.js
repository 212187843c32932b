// @ts-check
// Say, once, that a result is not right. Whoever assessed must answer within a term.

const { get, send } = require('../../api/client')
const { draft, dropDraft, keepDraft } = require('../../kit/drafts')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { plainly, readingOf } = require('../record/reading')
const { levelOf } = require('./words')

const LONGEST = 500

page({
  data: { result: '', institution: '', text: '', left: LONGEST, done: '', due: '', over: false, spoken: '' },

  opened() {
    this.written(draft(`doubt ${this.query.uid}`))
  },

  async load() {
    if (this.data.done) return {}
    const { resident, uid } = this.query
    const { family, said } = await readingOf(resident)
    const { card, dispute_until } = await plainly(family, get('/assessments/{assessment_uid}', { assessment_uid: uid, purpose: said.purpose }))
    const result = `${card.title}：${levelOf(card)}`
    return { result, institution: card.institution, over: !dispute_until, spoken: `${result}。请在格子里写下哪里不对。${card.institution}会收到，没有签过名的人来核对，答复您。` }
  },

  /** @param {string} text */
  written(text) {
    this.setData({ text, left: LONGEST - text.length })
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    keepDraft(`doubt ${this.query.uid}`, event.detail.value)
    this.written(event.detail.value)
  },

  async hand() {
    const text = this.data.text.trim()
    if (!text) return this.refuse('还没有写。请在格子里写下哪里不对，再点一次。')
    const answer = await this.act('hand', (key) => send('post', '/assessments/{assessment_uid}/disputes', { assessment_uid: this.query.uid }, { text }, key), text)
    if (!answer || answer === true) return undefined
    dropDraft(`doubt ${this.query.uid}`)
    const due = day(answer.due_at)
    return this.setData({ done: text, due, spoken: `交上去了。${this.data.institution}要在${due}前答复您。` })
  },

  back() {
    wx.navigateBack()
  },
})
