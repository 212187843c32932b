// @ts-check
// WeChat asks for agreement to the privacy guide before some of its interfaces; the question is put only when one of them
// is needed, and a no keeps nothing else from working.

/** @type {((answer: { event: 'agree' | 'disagree', buttonId?: string }) => void)[]} */
let waiting = []

/** Registered once, at start. */
function listenForNeed() {
  wx.onNeedPrivacyAuthorization((/** @type {any} */ resolve) => {
    waiting.push(resolve)
    if (waiting.length === 1) wx.navigateTo({ url: '/pages/settings/agree' })
  })
}

/** Tell the platform what was decided. @param {boolean} agreed @param {string} [buttonId] of the button that was tapped */
function decide(agreed, buttonId) {
  const asked = waiting
  waiting = []
  for (const resolve of asked) resolve(agreed ? { event: 'agree', buttonId } : { event: 'disagree' })
}

/** @returns {Promise<string>} the title of the guide as filed with the platform */
function contractName() {
  return new Promise((done) => {
    wx.getPrivacySetting({ success: (said) => done(said.privacyContractName), fail: () => done('') })
  })
}

function openContract() {
  wx.openPrivacyContract({})
}

module.exports = { contractName, decide, listenForNeed, openContract }
