// @ts-check
// A QR code out of rows of '0' and '1', dark on white whatever the page's colours are, with the quiet zone a scanner needs.

const { rem } = require('../../kit/type')

const QUIET = 4 // modules of white around it, as the standard asks
const WIDEST = 14 // rem, never less than 12 unless the screen is narrower
const DARK = '#000000'
const LIGHT = '#ffffff'

Component({
  properties: {
    modules: { type: Array, value: /** @type {string[]} */ ([]) },
    label: { type: String, value: '二维码' },
  },
  data: { side: 0 },
  lifetimes: {
    attached() {
      this.measure()
    },
  },
  observers: {
    modules() {
      if (this.data.side) this.draw()
      else this.measure()
    },
  },
  methods: {
    measure() {
      wx.createSelectorQuery()
        .in(this)
        .select('.qr-box')
        .boundingClientRect()
        .exec(([box]) => {
          if (!box || !box.width) return // not in sight, or gone already
          const side = Math.floor(Math.min(box.width - 2, WIDEST * rem()))
          this.setData({ side }, () => this.draw())
        })
    },

    draw() {
      wx.createSelectorQuery()
        .in(this)
        .select('.qr-canvas')
        .fields({ node: true })
        .exec(([found]) => {
          if (found && found.node) this.paint(found.node)
        })
    },

    /** Whole device pixels for every module: blurred edges cost the scanner time. @param {WechatMiniprogram.Canvas} canvas */
    paint(canvas) {
      const { modules, side } = this.data
      const full = Math.round(side * wx.getWindowInfo().pixelRatio)
      canvas.width = full
      canvas.height = full
      const pen = canvas.getContext('2d')
      pen.fillStyle = LIGHT
      pen.fillRect(0, 0, full, full)
      if (!modules.length) return
      const unit = Math.max(1, Math.floor(full / (modules.length + 2 * QUIET)))
      const edge = Math.floor((full - unit * modules.length) / 2)
      pen.fillStyle = DARK
      modules.forEach((/** @type {string} */ row, /** @type {number} */ y) => {
        for (let x = 0; x < row.length; x += 1) {
          if (row[x] === '1') pen.fillRect(edge + x * unit, edge + y * unit, unit, unit)
        }
      })
    },
  },
})
