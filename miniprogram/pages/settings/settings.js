// @ts-check
const { signedIn } = require('../../api/client')
const { page } = require('../../kit/page')
const { available } = require('../../kit/speech')
const { SIZES, chosenSize } = require('../../kit/type')

page({
  data: { name: '', phone: '', size: '', speech: false },

  async load() {
    const { account } = await signedIn()
    const size = SIZES.find((each) => each.key === chosenSize()) || SIZES[0]
    return { name: account.name, phone: account.phone || '', size: size.words, speech: available() }
  },
})
