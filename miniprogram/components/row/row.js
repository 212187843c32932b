// @ts-check
// One line of a list that opens something.
Component({
  properties: {
    label: { type: String, value: '' },
    note: { type: String, value: '' },
    icon: { type: String, value: '' },
    mark: { type: String, value: '' },
    sign: { type: String, value: 'plain' },
    tone: { type: String, value: '' },
    to: { type: String, value: '' },
  },
  methods: {
    tapped() {
      if (this.data.to) wx.navigateTo({ url: this.data.to })
      else this.triggerEvent('act')
    },
  },
})
