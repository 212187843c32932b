// @ts-check
const { page } = require('../../kit/page')
const { contractName, decide, openContract } = require('../../kit/privacy')

page({
  data: { contract: '', spoken: '接下来要用到手机的一项功能。同意的话点“同意”，不同意也能继续用别的。' },

  async load() {
    return { contract: await contractName() }
  },

  read: openContract,

  agree() {
    decide(true, 'agree')
    wx.navigateBack()
  },

  disagree() {
    decide(false)
    wx.navigateBack()
  },

  closed() {
    decide(false) // gone back without an answer; after an answer nobody waits any more
  },
})
