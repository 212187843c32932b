// @ts-check
// The frame of every page: one question, where one is, what went wrong, and help at the same place.

const PATIENCE = 4000 // milliseconds after which waiting is explained

Component({
  options: { multipleSlots: false },
  properties: {
    question: { type: String, value: '' },
    lead: { type: String, value: '' },
    step: { type: Number, value: 0 },
    steps: { type: Number, value: 0 },
    state: { type: String, value: 'ready' },
    fault: { type: Object, value: /** @type {any} */ (null) },
    refusal: { type: Object, value: /** @type {any} */ (null) },
    spoken: { type: String, value: '' },
    help: { type: Boolean, value: true },
  },
  data: { long: false },
  lifetimes: {
    attached() {
      /** @type {any} */ (this).clock = setTimeout(() => this.setData({ long: true }), PATIENCE)
    },
    detached() {
      clearTimeout(/** @type {any} */ (this).clock)
    },
  },
  observers: {
    refusal(/** @type {unknown} */ said) {
      // The sentence stands at the top: bring it into sight.
      if (said) wx.pageScrollTo({ scrollTop: 0, duration: 200 })
    },
  },
  methods: {
    again() {
      this.triggerEvent('again')
    },
    leave() {
      // A message may have opened this very page: then there is nothing behind it.
      if (getCurrentPages().length > 1) wx.navigateBack()
      else wx.reLaunch({ url: '/pages/home/home' })
    },
    read() {
      this.triggerEvent('speak', { words: this.data.spoken })
    },
    call() {
      wx.navigateTo({ url: '/pages/call/call' })
    },
  },
})
