// @ts-check
// Rewrite a text that may not be shown as it is. The score stands whatever becomes of the words.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { texts } = require('./draft')
const { scoreWords } = require('./words')

page({
  data: { gone: false, before: '', reason: '', score: '', institution: '', text: '', done: '', spoken: '' },

  async load() {
    const { uid } = this.query
    if (this.data.done) return {}
    const card = (await get('/ratings', { limit: 100 })).items.find((each) => each.uid === uid && each.is_author)
    if (!card || !['returned_for_edit', 'withheld'].includes(card.status)) return { gone: true, spoken: '这条评价的文字现在不用改。' }
    const text = texts[uid] === undefined ? card.text : texts[uid]
    const reason = card.reason || '文字暂时不能公开，请换个说法。'
    return { gone: false, before: card.text, reason, score: scoreWords(card.score), institution: card.institution, text, spoken: `请改一改文字。${reason}您原来写的是：${card.text}。` }
  },

  /** @param {WechatMiniprogram.Input} event */
  write({ detail }) {
    texts[this.query.uid] = detail.value
    this.setData({ text: detail.value, refusal: null })
  },

  async give() {
    const text = this.data.text.trim()
    if (!text) return this.refuse('还没有写。不想写了，请点下面的“不写了，只留打分”。')
    if (text === this.data.before) return this.refuse('文字还和原来一样，请照上面说的改一改。')
    await this.put('give', text)
  },

  async leaveOut() {
    await this.put('leaveOut', '')
  },

  /** @param {string} name @param {string} text */
  async put(name, text) {
    const { uid } = this.query
    const card = await this.act(name, (key) => send('put', '/ratings/{rating_uid}/text', { rating_uid: uid }, { text }, key), text)
    if (!card || card === true) return
    if (card.status === 'returned_for_edit') {
      this.setData({ before: card.text, reason: card.reason || this.data.reason })
      return this.refuse(`改过的文字还不行：${card.reason || '请再换个说法。'}`)
    }
    delete texts[uid]
    this.setData({ done: text ? '改好的文字已经交了，看过就公开。' : '文字拿掉了，打分还在。', spoken: '好了，谢谢您。' })
  },

  back() {
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: '/pages/feedback/ratings' })
  },
})
