// @ts-check
// Type size: the system's own wish, or a larger one chosen here, never a smaller. 1rem is the body text.

const BODY = 20 // px at factor 1; the standard for elders' versions asks for 18 at least, and up to 30 on wish
const LARGEST = 1.5
const KEPT = 'type-size'

const SIZES = [
  { key: 'system', factor: 1, words: '跟随手机' },
  { key: 'large', factor: 1.25, words: '大' },
  { key: 'largest', factor: LARGEST, words: '特大' },
]

/** @returns {string} key of the chosen size */
function chosenSize() {
  return wx.getStorageSync(KEPT) || 'system'
}

/** @param {string} key */
function chooseSize(key) {
  wx.setStorageSync(KEPT, key)
}

/** @returns {number} px of one rem on this phone, now */
function rem() {
  const system = Number(wx.getAppBaseInfo().fontSizeScaleFactor) || 1
  const own = (SIZES.find((each) => each.key === chosenSize()) || SIZES[0]).factor
  return Math.round(BODY * Math.min(Math.max(system, own, 1), LARGEST) * 10) / 10
}

module.exports = { SIZES, chooseSize, chosenSize, rem }
