// @ts-check
// The relative opens an invitation. Who it is from is told only once the code has been taken; the code stays in memory.

const { send, signedIn } = require('../../api/client')
const { learn } = require('../../api/session')
const { page } = require('../../kit/page')
const { proxyLine } = require('./words')

const LENGTH = 24

/** What somebody wrote down by ear: the code has none of these figures. @type {Record<string, string>} */
const MEANT = { 0: 'O', 1: 'I', 8: 'B' }

/** @param {string} words */
const cleaned = (words) => words.toUpperCase().replace(/[^A-Z0-9]/g, '').replace(/[018]/g, (each) => MEANT[each])

page({
  data: {
    needsName: false,
    name: '',
    code: '',
    given: false, // the code came with the card
    nameFault: '',
    codeFault: '',
    said: /** @type {ReturnType<typeof proxyLine> | null} */ (null),
    kinds: ['tmpl_kinship_verified'],
    spoken: '',
  },

  opened() {
    const code = cleaned(this.query.code || '')
    this.setData({ code, given: code.length === LENGTH })
  },

  async load() {
    const { needs } = await signedIn()
    const spoken = '有家里的老人请您帮忙办事。点“接受邀请”，再带上证件去养老院核对。'
    return { needsName: needs.includes('name'), spoken }
  },

  /** @param {WechatMiniprogram.Input} event */
  writeName(event) {
    this.setData({ name: event.detail.value, nameFault: '' })
  },

  /** @param {WechatMiniprogram.Input} event */
  writeCode(event) {
    this.setData({ code: event.detail.value, codeFault: '' })
  },

  other() {
    this.setData({ given: false, code: '' })
  },

  async accept() {
    const { needsName } = this.data
    const name = this.data.name.trim()
    const code = cleaned(this.data.code)
    if (needsName && name.length < 2) {
      this.setData({ nameFault: '请写上您的姓名，和身份证上的一样。' })
      return this.refuse('还没有写您的姓名。')
    }
    if (code.length !== LENGTH) {
      this.setData({ codeFault: `邀请码一共 ${LENGTH} 个字母和数字，现在是 ${code.length} 个。` })
      return this.refuse('邀请码没有写全，请对一对。')
    }
    const card = await this.act(
      'accept',
      async (key) => {
        if (needsName) {
          learn(await send('put', '/session/name', {}, { name }))
          this.setData({ needsName: false })
        }
        return send('post', '/invitations/redeem', {}, { code }, key)
      },
      code,
    )
    if (card && card !== true) {
      this.setData({ said: proxyLine(card), code: '', spoken: `接受了，您可以替${card.resident || '老人'}办事。下一步，带上证件去养老院核对。` })
      wx.pageScrollTo({ scrollTop: 0, duration: 200 })
    }
    return undefined
  },
})
