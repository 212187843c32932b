// @ts-check
// Which of one's residents the pages are about, when nothing else says so.

const KEPT = 'whose'

/** @returns {string} uid, or empty */
const whose = () => wx.getStorageSync(KEPT) || ''

/** @param {string} uid */
const chooseWhose = (uid) => wx.setStorageSync(KEPT, uid)

const forgetWhose = () => wx.removeStorageSync(KEPT)

module.exports = { chooseWhose, forgetWhose, whose }
