// @ts-check
// What one is called, a phone number if one likes to give it, and for staff the code that the institution handed over.

const { send, signedIn } = require('../../api/client')
const { learn } = require('../../api/session')
const { page } = require('../../kit/page')

page({
  data: { name: '', kept: '', phone: '', bindCode: '', roles: 0, waiting: false, bound: '' },

  async load() {
    const { account, roles, needs } = await signedIn()
    return {
      name: this.data.name || account.name,
      kept: account.name,
      phone: account.phone || '',
      roles: roles.filter((each) => each !== 'person').length,
      waiting: needs.includes('device_approval'),
    }
  },

  /** @param {WechatMiniprogram.Input} event */
  named(event) {
    this.setData({ name: event.detail.value })
  },

  /** @param {WechatMiniprogram.Input} event */
  coded(event) {
    this.setData({ bindCode: event.detail.value })
  },

  async rename() {
    const name = this.data.name.trim()
    if (name.length < 2) return this.refuse('请把姓名写完整，至少两个字。')
    const known = await this.act('rename', (key) => send('put', '/session/name', {}, { name }, key), name)
    if (!known || known === true) return undefined
    learn(known)
    return this.refresh()
  },

  /** @param {{ detail: { code?: string } }} event */
  async phoned(event) {
    const { code } = event.detail
    // Not given: nothing is lost, and nothing is asked again.
    if (!code) return
    const known = await this.act('phone', (key) => send('post', '/session/phone', {}, { code }, key), code)
    if (!known || known === true) return
    learn(known)
    await this.refresh()
  },

  async bind() {
    const code = this.data.bindCode.trim()
    if (code.length < 8) return this.refuse('绑定码是 8 位，请照单位给您的写。')
    const bound = await this.act('bind', (key) => send('post', '/session/bind', {}, { code }, key), code)
    if (!bound || bound === true) return undefined
    const news = await this.act('whoami', () => require('../../api/client').get('/session'))
    if (news && news !== true) learn(news)
    this.setData({ bindCode: '', bound: bound.name })
    return this.refresh()
  },
})
