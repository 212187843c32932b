// @ts-check
// A name written with a finger. What is handed on are whole numbers in a box of the writer's own, within what the server
// takes; drawn again at any size. The strokes stay in memory only: a signature is nothing to leave on a phone.

/** @typedef {{ width: number, height: number, strokes: [number, number][][] }} Signature */

const MOST_STROKES = 120
const MOST_POINTS = 4000
const NEAR = 2 // px: a finger at rest must not fill the points
const INK = '#2a2018'
const LINE = '#84714f'

/** @param {Signature} ink */
const pointsOf = (ink) => ink.strokes.reduce((sum, stroke) => sum + stroke.length, 0)

Component({
  properties: {
    /** What was written before, to be shown again. */
    value: { type: Object, value: /** @type {any} */ (null) },
    label: { type: String, value: '签名的地方，请用手指写' },
  },
  data: { written: false, wiped: false, full: false },
  observers: {
    value(/** @type {Signature | null} */ value) {
      const self = /** @type {any} */ (this)
      if (JSON.stringify(value || null) === JSON.stringify(self.ink || null)) return
      self.ink = value || null
      this.told()
      this.draw()
    },
  },
  lifetimes: {
    ready() {
      this.measure()
    },
  },
  pageLifetimes: {
    show() {
      // Some phones hand an empty canvas back.
      this.measure()
    },
    resize() {
      this.measure()
    },
  },
  methods: {
    measure() {
      const self = /** @type {any} */ (this)
      wx.createSelectorQuery()
        .in(this)
        .select('.signature-pad')
        .fields({ node: true, size: true })
        .exec(([found]) => {
          if (!found || !found.node || !found.width) return
          const sharp = wx.getWindowInfo().pixelRatio
          const { node, width, height } = found
          node.width = width * sharp
          node.height = height * sharp
          const pen = node.getContext('2d')
          pen.scale(sharp, sharp)
          Object.assign(self, { pen, width, height })
          this.draw()
        })
    },

    /** How many of the ink's units one px is: who turned the phone goes on in the first box. */
    scale() {
      const self = /** @type {any} */ (this)
      return self.ink ? Math.min(self.width / self.ink.width, self.height / self.ink.height) : 1
    },

    draw() {
      const self = /** @type {any} */ (this)
      const { pen, width, height, ink } = self
      if (!pen) return
      pen.clearRect(0, 0, width, height)
      pen.strokeStyle = LINE
      pen.lineWidth = 1
      pen.beginPath()
      pen.moveTo(16, height * 0.78)
      pen.lineTo(width - 16, height * 0.78)
      pen.stroke()
      if (!ink) return
      for (const stroke of ink.strokes) this.trace(stroke)
    },

    /** @param {[number, number][]} stroke */
    trace(stroke) {
      const { pen } = /** @type {any} */ (this)
      if (!pen || !stroke.length) return
      const scale = this.scale()
      const at = stroke.map(([x, y]) => [x * scale, y * scale])
      pen.strokeStyle = INK
      pen.lineWidth = 4
      pen.lineCap = 'round'
      pen.lineJoin = 'round'
      pen.beginPath()
      pen.moveTo(at[0][0], at[0][1])
      if (at.length === 1) pen.lineTo(at[0][0] + 0.1, at[0][1])
      for (const [x, y] of at.slice(1)) pen.lineTo(x, y)
      pen.stroke()
    },

    /** @param {{ touches: { identifier: number, x: number, y: number }[] }} event */
    began(event) {
      const self = /** @type {any} */ (this)
      if (!self.pen) return this.measure()
      if (self.finger !== undefined) return undefined
      const touch = event.touches[0]
      if (!self.ink) {
        self.ink = { width: Math.max(1, Math.round(self.width)), height: Math.max(1, Math.round(self.height)), strokes: [] }
      }
      if (self.ink.strokes.length >= MOST_STROKES) return this.setData({ full: true })
      self.finger = touch.identifier
      self.stroke = []
      self.ink.strokes.push(self.stroke)
      return this.reach(touch)
    },

    /** @param {{ touches: { identifier: number, x: number, y: number }[] }} event */
    moved(event) {
      const self = /** @type {any} */ (this)
      const touch = event.touches.find((each) => each.identifier === self.finger)
      if (self.finger !== undefined && touch) this.reach(touch)
    },

    /** @param {{ x: number, y: number }} touch */
    reach({ x, y }) {
      const self = /** @type {any} */ (this)
      const { ink, stroke } = self
      if (pointsOf(ink) >= MOST_POINTS) return this.setData({ full: true })
      const scale = this.scale()
      const within = (/** @type {number} */ value, /** @type {number} */ most) => Math.min(Math.max(Math.round(value / scale), 0), most)
      const point = /** @type {[number, number]} */ ([within(x, ink.width), within(y, ink.height)])
      const last = stroke[stroke.length - 1]
      if (last && Math.hypot(last[0] - point[0], last[1] - point[1]) * scale < NEAR) return undefined
      stroke.push(point)
      this.trace(stroke.slice(-2))
      return undefined
    },

    ended() {
      const self = /** @type {any} */ (this)
      if (self.finger === undefined) return
      self.finger = undefined
      this.told()
      this.triggerEvent('change', { signature: self.ink })
    },

    clear() {
      const self = /** @type {any} */ (this)
      self.wiped = self.ink
      self.ink = null
      this.told()
      this.draw()
      this.triggerEvent('change', { signature: null })
    },

    restore() {
      const self = /** @type {any} */ (this)
      self.ink = self.wiped
      self.wiped = null
      this.told()
      this.draw()
      this.triggerEvent('change', { signature: self.ink })
    },

    told() {
      const self = /** @type {any} */ (this)
      this.setData({
        written: Boolean(self.ink),
        wiped: Boolean(!self.ink && self.wiped),
        full: Boolean(self.ink) && (self.ink.strokes.length >= MOST_STROKES || pointsOf(self.ink) >= MOST_POINTS),
      })
    },
  },
})
