// @ts-check
// Closing the account takes effect at once and cannot be undone, so the page says all of it first; no dialog, no detour,
// no proof beyond WeChat's own (PIPL art. 47; the draft rules of January 2026 ask for an easy way).

const { get, send } = require('../../api/client')
const { forget } = require('../../api/session')
const { dropCopies } = require('../../kit/handing')
const { page } = require('../../kit/page')
const { dropAll, waiting } = require('../../kit/queue')
const receipts = require('../../kit/receipts')
const sheets = require('../../kit/sheets')
const { forgetWhose } = require('../../kit/whose')

page({
  data: {
    left: false,
    unsent: 0,
    told: /** @type {Api.Card<'ClosurePreview'>} */ ({ deleted: [], kept: [], grants: 0, bookings: 0, blocked: 0 }),
    spoken: '',
  },

  async load() {
    // Whoever has left has no account to ask with, and asking would open a new one.
    if (this.data.left) return {}
    const told = await get('/account/closure')
    return {
      told,
      unsent: waiting().length + sheets.begun().length,
      spoken: `注销以后，${told.deleted.join('，')}都会删掉，不能恢复。${told.kept.map((each) => `${each.what}还留着，${each.why}`).join('。')}。`,
    }
  },

  async leave() {
    const done = await this.act('leave', async (key) => {
      const { code } = await wx.login({ timeout: 8000 })
      await send('post', '/account/closure', {}, { code }, key)
    })
    if (!done) return
    forget({ all: true })
    forgetWhose()
    dropAll()
    dropCopies()
    receipts.wipe()
    this.setData({ left: true, spoken: '账号已经注销。您的登录、代办和消息已经删掉。' })
  },
})
