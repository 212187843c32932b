// @ts-check
// Why somebody sees nothing of a page for people at work, and what they can do. `kind`: unapproved, nurses, other.

const { get } = require('../../api/client')
const { refusalOf } = require('../../api/refusals')
const { learn } = require('../../api/session')

Component({
  properties: {
    kind: { type: String, value: 'other' },
  },
  data: { busy: false, words: '' },
  methods: {
    async look() {
      this.setData({ busy: true, words: '' })
      try {
        const now = await get('/session')
        learn(now)
        if (now.needs.includes('device_approval')) this.setData({ words: '管理员还没有点“批准”。请再提醒一下，批准以后再点。' })
        else this.triggerEvent('changed')
      } catch (fault) {
        this.setData({ words: refusalOf(fault).words })
      } finally {
        this.setData({ busy: false })
      }
    },
    home() {
      wx.reLaunch({ url: '/pages/home/home' })
    },
  },
})
