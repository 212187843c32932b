// @ts-check
// What the home has registered is wrong: said in one's own words, answered by the home within days.

const { get, send } = require('../../api/client')
const { draft, dropDraft, keepDraft } = require('../../kit/drafts')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')

const DRAFT = 'correct'
const LONGEST = 500

page({
  data: {
    people: /** @type {{ key: string, words: string }[]} */ ([]),
    whom: /** @type {string[]} */ ([]),
    text: '',
    done: '',
    due: '',
    longest: LONGEST,
    spoken: '',
  },

  opened() {
    this.setData({ text: draft(DRAFT) })
  },

  async load() {
    if (this.data.done) return {}
    const residents = (await get('/residents')).filter((each) => each.scopes.includes('profile'))
    const people = residents.map((each) => ({ key: each.uid, words: each.myself ? '我自己' : each.name }))
    const whom = this.data.whom.length ? this.data.whom : people.slice(0, 1).map((each) => each.key)
    return { people, whom, spoken: '请写下哪里不对，应该是怎样。写好后养老院会收到，核对以后答复您。' }
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  pick(event) {
    this.setData({ whom: event.detail.chosen })
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    keepDraft(DRAFT, event.detail.value)
    this.setData({ text: event.detail.value })
  },

  async hand() {
    const text = this.data.text.trim()
    if (!text) {
      this.refuse('还没有写。请在格子里写下哪里不对，再点一次。')
      return
    }
    const said = { resident_uid: this.data.whom[0] }
    const body = { text, entry: null } // no entry of the record, but what is registered
    const answer = await this.act('hand', (key) => send('post', '/residents/{resident_uid}/rectifications', said, body, key), { ...said, text })
    if (!answer || answer === true) return
    dropDraft(DRAFT)
    this.setData({ done: answer.institution, due: day(answer.due_at), spoken: `交上去了，${answer.institution}最晚${day(answer.due_at)}答复您。` })
  },

  back() {
    wx.navigateBack()
  },
})
