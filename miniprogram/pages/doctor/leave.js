// @ts-check
// End the contract with the family doctor, or take an application back: at any time, without a reason, and what stays as it is.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { plainly } = require('../record/reading')

page({
  data: { leader: '', ends: false, unsigned: false, over: false, done: false, spoken: '' },

  async load() {
    if (this.data.done) return {}
    const { resident, uid } = this.query
    const told = await plainly(true, get('/residents/{resident_uid}/family-doctor', { resident_uid: resident }))
    const card = [told.active, told.open].find((each) => each && each.uid === uid)
    if (!card) return { over: true, spoken: '' }
    const ends = card.status === 'active'
    const what = ends ? `要结束和${card.leader_name}医生的签约吗？` : '要撤回吗？'
    return { leader: card.leader_name, ends, unsigned: Boolean(told.open_text_hash) && !ends, over: false, spoken: `${what}不用说理由。看病、住养和别的服务都照旧。` }
  },

  async leave() {
    const gone = await this.act('leave', (key) => send('post', '/family-doctor/{enrolment_uid}/leave', { enrolment_uid: this.query.uid }, undefined, key))
    if (gone) this.setData({ done: true, spoken: '办好了。以后想签，可以再选。' })
  },

  back() {
    wx.navigateBack()
  },
})
