// @ts-check
// Large digits for one hand. Writes down a number as text, says what it means, and refuses what cannot be.

const { meaningOf, typed } = require('../../kit/measures')

Component({
  properties: {
    measure: { type: Object, value: /** @type {any} */ (null) }, // Api.Card<'MeasureCard'>
    value: { type: String, value: '' },
    age: { type: Number, value: 0 },
  },
  data: {
    keys: ['1', '2', '3', '4', '5', '6', '7', '8', '9'],
    words: '',
    sign: 'plain',
    range: '',
    point: false,
    full: '',
  },
  observers: {
    'measure, value, age'() {
      const { value, age } = this.data
      const measure = /** @type {any} */ (this.data.measure)
      if (!measure) return
      this.setData({
        ...meaningOf(measure, value, age),
        range: `能记的范围：${measure.low} 到 ${measure.high} ${measure.unit}`,
        point: measure.decimals > 0,
      })
    },
  },
  methods: {
    press(/** @type {WechatMiniprogram.TouchEvent} */ event) {
      const { value } = this.data
      const measure = /** @type {any} */ (this.data.measure)
      const { key } = event.currentTarget.dataset
      const next = typed(measure, value, key)
      const most = value.includes('.') ? `只记到小数点后 ${measure.decimals} 位` : `整数最多 ${String(Math.floor(measure.high)).length} 位`
      this.setData({ full: next === value && key !== '.' ? `${measure.words}${most}，后面的没有记。` : '' })
      if (next !== value) this.say(next)
    },
    less() {
      this.setData({ full: '' })
      this.say(this.data.value.slice(0, -1))
    },
    clear() {
      this.setData({ full: '' })
      this.say('')
    },
    say(/** @type {string} */ value) {
      wx.vibrateShort({ type: 'light', fail: () => {} })
      this.triggerEvent('change', { value })
    },
  },
})
