// @ts-check
// A curve of what was measured, for the eye; the same is said in words beside it.

const { LETTERS, draw } = require('./drawing')

/** @typedef {import('./drawing').Chart} Chart */

Component({
  properties: {
    chart: { type: Object, value: /** @type {Chart | null} */ (null) },
    words: { type: String, value: '' },
    rem: { type: Number, value: 20 },
  },
  observers: {
    'chart, rem'() {
      this.drawn()
    },
  },
  lifetimes: {
    attached() {
      /** @type {any} */ (this).standing = true
      wx.nextTick(() => this.drawn())
    },
    ready() {
      this.drawn()
    },
    detached() {
      /** @type {any} */ (this).standing = false
    },
  },
  pageLifetimes: {
    show() {
      this.drawn()
    },
    resize() {
      this.drawn()
    },
  },
  methods: {
    /** Draw to the size that the canvas has now. */
    drawn() {
      const chart = /** @type {Chart | null} */ (this.data.chart)
      if (!(/** @type {any} */ (this).standing) || !chart || !chart.points.length) return
      wx.createSelectorQuery()
        .in(this)
        .select('#trend-canvas')
        .fields({ node: true, size: true })
        .exec(([found]) => {
          if (!found || !found.node || !found.width) return
          const ratio = wx.getWindowInfo().pixelRatio
          found.node.width = found.width * ratio
          found.node.height = found.height * ratio
          const pen = found.node.getContext('2d')
          pen.scale(ratio, ratio)
          draw(pen, chart, { width: found.width, height: found.height, size: this.data.rem * LETTERS })
        })
    },
  },
})
