// @ts-check
// A button: at least 60 px, says what it does, and says that it is at work. Kinds: main, plain, quiet, alarm.
Component({
  properties: {
    label: { type: String, value: '' },
    note: { type: String, value: '' },
    kind: { type: String, value: 'main' },
    icon: { type: String, value: '' },
    busy: { type: Boolean, value: false },
    waiting: { type: String, value: '正在办，请稍等……' },
    to: { type: String, value: '' },
  },
  methods: {
    tapped() {
      if (this.data.busy) return
      if (this.data.to) wx.navigateTo({ url: this.data.to })
      else this.triggerEvent('act')
    },
  },
})
