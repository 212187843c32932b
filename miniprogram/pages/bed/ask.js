// @ts-check
// Ask for a home bed: at which hospital, and what happens then.

const { get, send } = require('../../api/client')
const { Refusal } = require('../../api/refusals')
const { page } = require('../../kit/page')
const { lastDay } = require('../../kit/until')
const { mine, plainly } = require('../record/reading')

const MEDICAL = /** @type {Api.Card<'InstitutionKind'>[]} */ (['hospital', 'community_health_center', 'township_health_center', 'nursing_hospital'])
const NEAREST = MEDICAL.slice(1) // whoever comes to a bedside most days; hospitals stand below

page({
  data: {
    name: '',
    options: /** @type {{ key: string, words: string, note: string }[]} */ ([]),
    chosen: /** @type {string[]} */ ([]),
    done: '',
    until: '',
    spoken: '',
  },

  async load() {
    if (this.data.done) return {}
    const self = await plainly(true, mine(this.query.resident))
    if (!self) throw new Refusal({ code: 'phone.not_mine', words: '没有找到这位老人。请返回首页再看看。', status: 404 })
    const bound = self.home_uid ? await get('/institutions/{institution_uid}/partners', { institution_uid: self.home_uid }) : []
    const rank = (/** @type {Api.Card<'InstitutionCard'>} */ each) => (NEAREST.includes(each.kind) ? 0 : 1)
    const options = bound
      .filter((each) => MEDICAL.includes(each.kind))
      .sort((one, other) => rank(one) - rank(other))
      .map((each) => ({ key: each.uid, words: each.name, note: each.address }))
    return {
      name: self.myself ? '' : self.name,
      options,
      chosen: this.data.chosen.length ? this.data.chosen : options.length === 1 ? [options[0].key] : [],
      spoken: options.length ? `请选一家医院来管家庭病床：${options.map((each) => each.words).join('，')}。` : '养老院还没有和医院签约，现在不能在手机上申请。',
    }
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pick({ detail }) {
    this.setData({ chosen: detail.chosen, refusal: null })
  },

  async hand() {
    const [institution] = this.data.chosen
    if (!institution) return this.refuse('还没有选。请先点一家医院。')
    const said = { resident_uid: this.query.resident }
    const bed = await this.act('hand', (key) => send('post', '/residents/{resident_uid}/home-beds', said, { institution }, key), institution)
    if (!bed || bed === true) return undefined
    const until = bed.next_deadline ? lastDay(bed.next_deadline) : ''
    return this.setData({ done: bed.institution_name, until, spoken: `交上去了。${bed.institution_name}会派医生来看${until ? `，最晚${until}` : ''}。` })
  },

  back() {
    wx.navigateBack()
  },
})
