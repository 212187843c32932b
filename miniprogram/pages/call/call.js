// @ts-check
// Whom to call. Nothing is loaded here: it works without network, and the numbers are large enough to dial by hand.

const { emergencyCalls } = require('../../kit/emergency')
const { page } = require('../../kit/page')

page({
  data: { calls: /** @type {ReturnType<typeof emergencyCalls>} */ ([]), spoken: '' },

  shown() {
    const calls = emergencyCalls()
    this.setData({ calls, spoken: calls.map((each) => `${each.words}，电话 ${each.number.split('').join(' ')}`).join('。') })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  async call(event) {
    try {
      await wx.makePhoneCall({ phoneNumber: event.currentTarget.dataset.number })
    } catch (fault) {
      // "cancel" is a decision, not a fault.
      if (!/cancel/.test(/** @type {any} */ (fault).errMsg)) this.refuse('这部手机没有打出去，请用手边的电话照上面的号码拨。')
    }
  },
})
