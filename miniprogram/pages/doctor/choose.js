// @ts-check
// Which team, then which package: one question a page. With one team to choose from nobody is asked which.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { plainly } = require('../record/reading')
const { choose, chosen } = require('./draft')

/** @typedef {{ key: string, words: string, note: string }} Option */

page({
  data: {
    ask: '',
    options: /** @type {Option[]} */ ([]),
    picked: /** @type {string[]} */ ([]),
    spoken: '',
  },

  async load() {
    const { resident } = this.query
    const { teams, packages } = await plainly(true, get('/residents/{resident_uid}/family-doctor', { resident_uid: resident }))
    const draft = chosen(resident)
    const known = teams.some((each) => each.uid === draft.team)
    if (!known && draft.team) choose(resident, { team: '' })
    if (teams.length === 1) choose(resident, { team: teams[0].uid })
    const ask = !teams.length ? 'nothing' : teams.length > 1 && (this.query.ask !== 'package' || !known) ? 'team' : 'package'
    const options = ask === 'team'
      ? teams.map((each) => ({ key: each.uid, words: `${each.leader_name}医生`, note: `${each.institution_name}，${each.name}，还能签 ${each.free} 人` }))
      : packages.map((each) => ({ key: each.code, words: `${each.name}，${each.price_words}`, note: `${each.for_whom}：${each.items.join('，')}` }))
    const before = ask === 'team' ? draft.team : draft.package
    const picked = options.some((each) => each.key === before) ? [before] : []
    const question = ask === 'team' ? '想签哪位医生？' : '要哪个服务包？'
    return { ask, options, picked, spoken: `${question}${options.map((each) => `${each.words}，${each.note}`).join('。')}` }
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pick({ detail }) {
    const [key] = detail.chosen
    choose(this.query.resident, this.data.ask === 'team' ? { team: key } : { package: key })
    this.setData({ picked: detail.chosen, refusal: null })
  },

  next() {
    if (!this.data.picked.length) return this.refuse('还没有选。请先点一个。')
    const to = this.data.ask === 'team' ? 'choose?ask=package&' : 'contract?'
    return wx.navigateTo({ url: `/pages/doctor/${to}resident=${this.query.resident}` })
  },
})
