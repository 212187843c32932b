// @ts-check
// What a resident without a phone thinks of a service, in their own words, written down by a nurse and marked as such.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { nurse } = require('./staff')

const SCORES = ['很不满意', '不满意', '一般', '满意', '很满意'].map((words, place) => ({ key: String(place + 1), words: `${place + 1} 分，${words}` })).reverse()
const TAGS = [
  { key: 'attitude', words: '态度' },
  { key: 'punctual', words: '准时' },
  { key: 'explained', words: '讲得明白' },
  { key: 'skill', words: '技术' },
  { key: 'waiting', words: '等候' },
  { key: 'surroundings', words: '环境' },
  { key: 'cost', words: '费用' },
]

/** What was typed, by token, in memory only. @type {Record<string, { score: string[], tags: string[], text: string }>} */
const drafts = {}

page({
  data: {
    who: 'nurse',
    token: /** @type {Api.Card<'TokenCard'> | null} */ (null),
    what: '',
    scores: SCORES,
    tagChoices: TAGS,
    score: /** @type {string[]} */ ([]),
    tags: /** @type {string[]} */ ([]),
    text: '',
    done: '',
  },

  async load() {
    const { who } = await nurse()
    if (who !== 'nurse') return { who }
    if (this.data.done) return {}
    const { items } = await get('/rating-tokens/to-assist', { limit: 100 })
    const token = items.find((each) => each.uid === this.query.token) || null
    const what = token ? `${token.institution}${token.department ? `，${token.department}` : ''}，${day(token.served_at)}${token.source === 'visit' ? '的巡诊' : '看的病'}` : ''
    return { who, token, what, ...(drafts[this.query.token] || {}) }
  },

  /** @param {Partial<{ score: string[], tags: string[], text: string }>} news */
  put(news) {
    const { score, tags, text } = { ...this.data, ...news }
    drafts[this.query.token] = { score, tags, text }
    this.setData({ score, tags, text })
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pick(event) {
    this.put({ score: event.detail.chosen })
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  about(event) {
    this.put({ tags: event.detail.chosen })
  },

  /** @param {{ detail: { value: string } }} event */
  write(event) {
    this.put({ text: event.detail.value })
  },

  async send() {
    const { score, tags, text } = this.data
    if (!score.length) return this.refuse('请先问老人打几分，选一个。')
    const body = { score: Number(score[0]), tags: /** @type {any[]} */ (tags), text: text.trim() }
    const done = await this.act('send', (key) => send('post', '/rating-tokens/{token_uid}/assisted-rating', { token_uid: this.query.token }, body, key), body)
    if (!done) return undefined
    delete drafts[this.query.token]
    this.setData({ done: `${score[0]} 分` })
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
    return undefined
  },

  list() {
    wx.redirectTo({ url: '/pages/witness/witness' })
  },
})
