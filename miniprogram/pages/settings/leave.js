// @ts-check
// Closing the account takes effect at once and cannot be undone, so the page says all of it first; no dialog, no detour,
// no proof beyond WeChat's own (PIPL art. 47; the draft rules of January 2026 ask for an easy way).

const { send } = require('../../api/client')
const { forget } = require('../../api/session')
const { page } = require('../../kit/page')
const { dropAll, waiting } = require('../../kit/queue')
const { forgetWhose } = require('../../kit/whose')

page({
  data: { left: false, unsent: 0, spoken: '注销以后，这个微信里的登录、代办、消息都会删掉，不能恢复。老人的健康档案按规定还在养老院和医院，不会丢。' },

  shown() {
    this.setData({ unsent: waiting().length })
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
    this.setData({ left: true })
  },
})
