// @ts-check
// The numbers to call stay on the phone: they are needed most when nothing else works.

const { hotline } = require('../config')

const KEPT = 'emergency'

/** @param {Api.Card<'EmergencyLine'>} said */
function rememberEmergency(said) {
  wx.setStorageSync(KEPT, said)
}

/** @returns {{ icon: string, words: string, number: string, note: string }[]} whom to call, the nearest help first */
function emergencyCalls() {
  const kept = wx.getStorageSync(KEPT) || {}
  const own = kept.home && kept.home_phone ? [{ icon: 'visit', words: kept.home, number: kept.home_phone, note: '养老院值班电话' }] : []
  const family = kept.family && kept.family_phone ? [{ icon: 'family', words: kept.family, number: kept.family_phone, note: '家里人' }] : []
  return [
    { icon: 'warn', words: '急救', number: '120', note: '喘不上气、胸口痛、摔伤、叫不醒' },
    ...own,
    ...family,
    { icon: 'phone', words: hotline.words, number: hotline.number, note: '有事不知道找谁' },
  ]
}

module.exports = { emergencyCalls, rememberEmergency }
