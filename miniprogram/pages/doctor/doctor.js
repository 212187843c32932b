// @ts-check
// Somebody's family doctor: who, until when, what they do, what waits for a word, and how to sign, renew or leave.

const { get } = require('../../api/client')
const { calling } = require('../../kit/calling')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { mine, plainly } = require('../record/reading')

const SOON = 30 // days before its end in which one is reminded

/** @typedef {Api.Card<'FamilyDoctor'>} Told */

page({
  data: {
    whose: '',
    told: /** @type {Told | null} */ (null),
    until: '',
    ending: false,
    answer: '',
    read: '',
    choose: '',
    leave: '',
    takeBack: '',
    maySign: false,
    unfolded: false,
    spoken: '',
  },

  ...calling,

  async load() {
    const { resident } = this.query
    const told = await plainly(true, get('/residents/{resident_uid}/family-doctor', { resident_uid: resident }))
    const self = await mine(resident)
    const { active, open, active_package: has } = told
    const maySign = Boolean(self && self.scopes.includes('consent'))
    const to = (/** @type {string} */ page, /** @type {string} */ uid) => `/pages/doctor/${page}?resident=${resident}${uid ? `&uid=${uid}` : ''}`
    const asked = open && told.open_text_hash ? open.uid : ''
    return {
      whose: self && self.myself ? '我' : self ? self.name : '',
      told,
      until: active && active.last_on ? day(active.last_on) : '',
      ending: Boolean(active && active.days_left !== null && active.days_left <= SOON),
      answer: open && open.answer_by ? day(open.answer_by) : '',
      read: asked && maySign ? to('contract', asked) : '',
      choose: told.teams.length && maySign ? to('choose', '') : '',
      leave: active && maySign ? to('leave', active.uid) : '',
      takeBack: open && maySign ? to('leave', open.uid) : '',
      maySign,
      spoken: `${told.sentence}${has ? `签的是${has.name}：${has.items.join('，')}。` : ''}`,
    }
  },

  unfold() {
    this.setData({ unfolded: true })
  },
})
