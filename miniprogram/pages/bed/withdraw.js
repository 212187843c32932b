// @ts-check
// Take an application for a home bed back, and say why in one tap.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { plainly } = require('../record/reading')

const REASONS = ['身体好些了，先不办', '要先去住院', '家里人还要商量', '别的原因'].map((words) => ({ key: words, words }))

page({
  data: { reasons: REASONS, chosen: /** @type {string[]} */ ([]), name: '', over: false, done: false, spoken: '' },

  async load() {
    if (this.data.done) return {}
    const { resident, uid } = this.query
    const stories = await plainly(true, get('/residents/{resident_uid}/home-beds', { resident_uid: resident }))
    const story = stories.find((each) => each.uid === uid)
    return { name: story ? story.institution_name : '', over: !story || !story.may_withdraw, spoken: `为什么撤回？${REASONS.map((each) => each.words).join('，')}。` }
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pick({ detail }) {
    this.setData({ chosen: detail.chosen, refusal: null })
  },

  async hand() {
    const [reason] = this.data.chosen
    if (!reason) return this.refuse('还没有选。请先点一个原因，医院好知道。')
    const gone = await this.act('hand', (key) => send('post', '/home-beds/{bed_uid}/withdraw', { bed_uid: this.query.uid }, { reason }, key), reason)
    if (gone) this.setData({ done: true, spoken: '撤回了。以后想办，可以再申请。' })
    return undefined
  },

  back() {
    wx.navigateBack()
  },
})
