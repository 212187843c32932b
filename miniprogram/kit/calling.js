// @ts-check
// Call a number that stands on the page: `...calling` in a page, `data-number` and `bind:act="call"` on a button.

const calling = {
  /** @param {WechatMiniprogram.CustomEvent} event */
  async call(event) {
    try {
      await wx.makePhoneCall({ phoneNumber: event.currentTarget.dataset.number })
    } catch (fault) {
      // "cancel" is a decision, not a fault.
      if (!/cancel/.test(/** @type {any} */ (fault).errMsg)) /** @type {any} */ (this).refuse('这部手机没有打出去，请用手边的电话照上面的号码拨。')
    }
  },
}

module.exports = { calling }
