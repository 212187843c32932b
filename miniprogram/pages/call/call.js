// @ts-check
// Whom to call. Nothing is loaded here: it works without network, and the numbers are large enough to dial by hand.

const { calling } = require('../../kit/calling')
const { emergencyCalls } = require('../../kit/emergency')
const { page } = require('../../kit/page')

page({
  data: { calls: /** @type {ReturnType<typeof emergencyCalls>} */ ([]), spoken: '' },

  shown() {
    const calls = emergencyCalls()
    this.setData({ calls, spoken: calls.map((each) => `${each.words}，电话 ${each.number.split('').join(' ')}`).join('。') })
  },

  ...calling,
})
