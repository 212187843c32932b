// @ts-check
// Staff of either side say that a visit was not so. It cannot be taken back alone: both sides then have to agree.

const { get, send, signedIn } = require('../../api/client')
const { isStaff } = require('../../api/session')
const { draft, dropDraft, keepDraft } = require('../../kit/drafts')
const { page } = require('../../kit/page')
const { plainly } = require('../record/reading')
const { statusOf, timeOf, whoOf } = require('./words')

const LONGEST = 200
const WAITING = ['finished', 'attested_provider', 'attested_host']

page({
  data: {
    time: '',
    who: '',
    status: { words: '', sign: 'plain' },
    sides: /** @type {{ key: 'provider' | 'host', words: string }[]} */ ([]),
    side: /** @type {'provider' | 'host' | ''} */ (''),
    both: false,
    mine: false,
    waits: false,
    text: '',
    left: LONGEST,
    done: false,
    spoken: '',
  },

  opened() {
    this.written(draft(`dispute ${this.query.uid}`))
  },

  async load() {
    if (this.data.done) return {}
    const { workplaces } = await signedIn()
    const visit = await plainly(!isStaff(), get('/visits/{visit_uid}', { visit_uid: this.query.uid }))
    const houses = workplaces.map((each) => each.institution_uid)
    const sides = /** @type {{ key: 'provider' | 'host', words: string }[]} */ (
      [
        houses.includes(visit.provider_uid) && { key: 'provider', words: visit.provider_name },
        houses.includes(visit.home_uid) && { key: 'host', words: visit.home_name },
      ].filter(Boolean)
    )
    return {
      time: timeOf(visit),
      who: whoOf(visit),
      status: statusOf(visit),
      sides,
      both: sides.length > 1,
      mine: sides.length > 0,
      waits: WAITING.includes(visit.status),
      spoken: `${timeOf(visit)}，${whoOf(visit)}。请写下哪里不是这样。`,
    }
  },

  /** @param {string} text */
  written(text) {
    this.setData({ text, left: LONGEST - text.length })
  },

  /** @param {WechatMiniprogram.Input} event */
  write(event) {
    keepDraft(`dispute ${this.query.uid}`, event.detail.value)
    this.written(event.detail.value)
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  speakFor(event) {
    this.setData({ side: event.currentTarget.dataset.key })
  },

  async hand() {
    const reason = this.data.text.trim()
    if (!reason) {
      this.refuse('还没有写。请写下哪里不是这样，再点一次。')
      return
    }
    if (this.data.both && !this.data.side) {
      this.refuse('您在两家单位都有工作，请先选这次替哪一家说。')
      return
    }
    const body = { reason, side: this.data.side || null }
    const answer = await this.act(
      'hand',
      (key) => send('post', '/visits/{visit_uid}/dispute', { visit_uid: this.query.uid }, body, key),
      body,
    )
    if (!answer) return
    dropDraft(`dispute ${this.query.uid}`)
    this.setData({ done: true, spoken: '记下了。这次先不算数，等两边核对。' })
  },

  back() {
    wx.navigateBack()
  },
})
