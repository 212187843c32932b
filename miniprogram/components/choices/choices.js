// @ts-check
// Big choices to tap, one or several of them. Tells the page what is chosen now: `bind:pick`, detail.chosen.

/** @typedef {{ key: string, words: string, note?: string }} Option */

Component({
  properties: {
    label: { type: String, value: '' },
    options: { type: Array, value: /** @type {Option[]} */ ([]) },
    chosen: { type: Array, value: /** @type {string[]} */ ([]) },
    many: { type: Boolean, value: false },
    loose: { type: Boolean, value: false }, // of one choice: a second tap takes it back
  },
  data: { shown: /** @type {(Option & { on: boolean })[]} */ ([]) },
  observers: {
    'options, chosen'(/** @type {Option[]} */ options, /** @type {string[]} */ chosen) {
      this.setData({ shown: options.map((each) => ({ ...each, on: chosen.includes(each.key) })) })
    },
  },
  methods: {
    /** @param {WechatMiniprogram.TouchEvent} event */
    tapped(event) {
      const key = event.currentTarget.dataset.key
      const { chosen, many, loose } = this.data
      const on = chosen.includes(key)
      if (many) this.triggerEvent('pick', { chosen: on ? chosen.filter((each) => each !== key) : [...chosen, key] })
      else if (!on) this.triggerEvent('pick', { chosen: [key] })
      else if (loose) this.triggerEvent('pick', { chosen: [] })
    },
  },
})
