// @ts-check
// One's own word beside an entry. It cannot be taken off again, so the page says first what will happen.

const { get, send } = require('../../api/client')
const { draft, dropDraft, keepDraft } = require('../../kit/drafts')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { plainly, readingOf } = require('./reading')

const LONGEST = 500

page({
  data: {
    entry: '',
    source: '',
    text: '',
    left: LONGEST,
    done: '',
    due: '',
    spoken: '',
  },

  opened() {
    this.written(draft(`objection ${this.query.uid}`))
  },

  async load() {
    if (this.data.done) return {}
    const { resident, uid } = this.query
    const { family, said } = await readingOf(resident)
    const [entry] = await plainly(
      family,
      get('/residents/{resident_uid}/record/entries/{entry_uid}/history', { ...said, entry_uid: uid }),
    )
    return {
      entry: entry.words,
      source: entry.source,
      spoken: `这一条写的是：${entry.words}。请在格子里写下哪里不对。您的话会写在它旁边，看的人都看得到；原来写的不会改掉，${entry.source}会收到。`,
    }
  },

  /** @param {string} text */
  written(text) {
    this.setData({ text, left: LONGEST - text.length })
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    keepDraft(`objection ${this.query.uid}`, event.detail.value)
    this.written(event.detail.value)
  },

  async hand() {
    const text = this.data.text.trim()
    if (!text) {
      this.refuse('还没有写。请在格子里写下哪里不对，再点一次。')
      return
    }
    const said = { resident_uid: this.query.resident }
    const body = { text, entry: this.query.uid }
    const answer = await this.act(
      'hand',
      (key) => send('post', '/residents/{resident_uid}/rectifications', said, body, key),
      text,
    )
    if (!answer || answer === true) return
    dropDraft(`objection ${this.query.uid}`)
    this.setData({ done: text, due: day(answer.due_at), spoken: `写好了。您写的是：${text}。${this.data.source}要在${day(answer.due_at)}以前答复您。` })
  },

  back() {
    wx.navigateBack()
  },
})
