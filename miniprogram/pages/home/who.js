// @ts-check
// Whose record the first screen shows.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { chooseWhose, whose } = require('../../kit/whose')

page({
  data: { residents: /** @type {Api.Card<'MyResidentCard'>[]} */ ([]), chosen: '' },

  async load() {
    const residents = await get('/residents')
    const kept = whose()
    const chosen = residents.some((each) => each.uid === kept) ? kept : residents.length ? residents[0].uid : ''
    return { residents, chosen }
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  choose(event) {
    chooseWhose(event.currentTarget.dataset.uid)
    wx.navigateBack()
  },
})
