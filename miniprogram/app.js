// @ts-check
const { dropCopies } = require('./kit/handing')
const { listenForNeed } = require('./kit/privacy')
const queue = require('./kit/queue')
const receipts = require('./kit/receipts')

App({
  onLaunch() {
    listenForNeed()
    dropCopies()
    receipts.sweep()
    const update = wx.getUpdateManager()
    // A page that is being filled in is not torn away: the new version is used at the next start.
    update.onUpdateReady(() => console.info('a new version waits for the next start'))
  },

  onShow() {
    // What was done at a bedside without a network leaves as soon as there is one.
    queue.watch()
  },
})
