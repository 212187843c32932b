// @ts-check
// The choice shows at once, on the page itself.

const { page } = require('../../kit/page')
const { available } = require('../../kit/speech')
const { SIZES, chooseSize, chosenSize, rem } = require('../../kit/type')

page({
  data: { sizes: SIZES, chosen: '', speech: available(), spoken: '您的血压是一百三十二、七十八，正常。' },

  shown() {
    this.setData({ chosen: chosenSize() })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  choose(event) {
    chooseSize(event.currentTarget.dataset.key)
    this.setData({ chosen: chosenSize(), rem: rem() })
  },
})
