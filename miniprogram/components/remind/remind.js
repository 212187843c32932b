// @ts-check
// Asks, after something was done, whether WeChat may send a message about it. Whatever is answered, nothing is lost by it.

const { get } = require('../../api/client')
const { askToNotify, prepareToAsk } = require('../../kit/subscribe')

Component({
  properties: {
    kinds: { type: Array, value: /** @type {string[]} */ ([]) }, // the first is the one that `words` are about
    words: { type: String, value: '' },
    label: { type: String, value: '好，用微信提醒我' },
  },
  data: { ready: false, asking: false, answer: '' },
  lifetimes: {
    async attached() {
      try {
        await prepareToAsk() // between the tap and the platform's question nothing may be awaited
        this.setData({ ready: true })
      } catch (fault) {
        console.info('subscription not prepared', fault)
      }
    },
  },
  methods: {
    async ask() {
      if (this.data.asking) return
      this.setData({ asking: true })
      await askToNotify(this.data.kinds)
      this.setData({ asking: false, answer: (await this.agreed()) ? 'yes' : 'no' })
    },

    /** The server counts how many messages it may send: its word stands, not ours. */
    async agreed() {
      try {
        return (await get('/subscriptions')).some((each) => each.kind === this.data.kinds[0] && each.remaining > 0)
      } catch {
        return false
      }
    },
  },
})
