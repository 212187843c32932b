// @ts-check
// Messages: always here, whether or not WeChat was allowed to send them. Opening one marks it as read.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { when } = require('../../kit/times')

/** @param {Api.Card<'InboxCard'>} each */
const line = (each) => ({ ...each, at: when(each.at), to: each.target ? `/${each.target}` : '' })

page({
  data: {
    messages: /** @type {ReturnType<typeof line>[]} */ ([]),
    after: /** @type {string | null} */ (null),
    unread: 0,
    spoken: '',
  },

  async load() {
    const first = await get('/inbox')
    const messages = first.items.map(line)
    const unread = messages.filter((each) => !each.read).length
    const news = messages.filter((each) => !each.read).slice(0, 5)
    return { messages, after: first.next, unread, spoken: news.map((each) => `${each.title}。${each.text}`).join('') || '没有新消息。' }
  },

  async older() {
    const after = this.data.after
    if (!after) return
    const next = await this.act('older', () => get('/inbox', { after }))
    if (!next || next === true) return
    this.setData({ messages: [...this.data.messages, ...next.items.map(line)], after: next.next })
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  async open(event) {
    const { uid, to } = event.currentTarget.dataset
    const message = this.data.messages.find((each) => each.uid === uid)
    if (message && !message.read) {
      // Whether it counts as read must not keep anybody from reading on.
      send('post', '/inbox/{message_uid}/read', { message_uid: uid }).catch(() => {})
      this.setData({ messages: this.data.messages.map((each) => (each.uid === uid ? { ...each, read: true } : each)) })
    }
    if (to) wx.navigateTo({ url: to })
  },

  async readAll() {
    if (await this.act('readAll', (key) => send('post', '/inbox/read', {}, undefined, key))) await this.refresh()
  },
})
