// @ts-check
// On the home's own phone: the code that the visiting doctor scans. It changes by itself until the visit has begun.

const { get } = require('../../api/client')
const { refusalOf } = require('../../api/refusals')
const { page } = require('../../kit/page')
const { cut, standing } = require('./desk')

const STEP = 5000 // ms between two looks at the clock
const SOON = 4000 // ms until it is tried again when the line was cut

page({
  data: {
    who: 'staff',
    modules: /** @type {string[]} */ ([]),
    left: 0,
    begun: false,
    stale: false,
  },

  opened() {
    wx.setKeepScreenOn({ keepScreenOn: true, fail: () => {} })
  },

  closed() {
    clearTimeout(/** @type {any} */ (this).timer)
    wx.setKeepScreenOn({ keepScreenOn: false, fail: () => {} })
  },

  async load() {
    const who = await standing()
    if (who !== 'staff') return { who }
    try {
      const shown = await get('/visits/{visit_uid}/rotating-code', { visit_uid: this.query.visit })
      const self = /** @type {any} */ (this)
      self.until = Date.now() + shown.seconds_left * 1000
      this.tick()
      return { who, modules: shown.modules, left: shown.seconds_left, stale: false }
    } catch (fault) {
      const { code } = refusalOf(fault)
      if (code === 'visits.not_this_now') return { who, begun: true, modules: [] }
      if (cut(fault) && this.data.modules.length) {
        this.later(SOON)
        return { who, stale: true }
      }
      throw fault
    }
  },

  /** Say how long it lasts, and fetch the next one in time, without a word. */
  tick() {
    const rest = /** @type {any} */ (this).until - Date.now()
    this.later(rest > STEP ? STEP : Math.max(rest + 300, 300), rest > STEP)
  },

  /** @param {number} pause @param {boolean} [same] whether the code on the screen still holds */
  later(pause, same) {
    const self = /** @type {any} */ (this)
    clearTimeout(self.timer)
    self.timer = setTimeout(() => {
      if (!same) return this.refresh()
      this.setData({ left: Math.max(0, Math.round((self.until - Date.now()) / 1000)) })
      return this.tick()
    }, pause)
  },

  round() {
    wx.redirectTo({ url: '/pages/round/round' })
  },
})
