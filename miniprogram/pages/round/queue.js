// @ts-check
// What is still on this phone: waiting, accepted, accepted with something to be looked at, or refused and why.

const { isStaff, session } = require('../../api/session')
const { page } = require('../../kit/page')
const queue = require('../../kit/queue')
const { clock, day } = require('../../kit/times')
const sheets = require('../../kit/sheets')
const { standing } = require('./desk')

/** @typedef {import('../../kit/queue').Item} Item */

const ICONS = /** @type {Record<string, string>} */ ({ start: 'scan', findings: 'pen', finish: 'check' })
const STATES = /** @type {Record<string, { mark: string, sign: string }>} */ ({
  waiting: { mark: '等着上传', sign: 'plain' },
  accepted: { mark: '已收下', sign: 'good' },
  accepted_late: { mark: '收下了，但要核实', sign: 'watch' },
  refused: { mark: '没有收下', sign: 'urgent' },
})

/** What to do about something that was refused. @param {Item} item */
function wayOut(item) {
  if (item.kind === 'start') return { label: '重新扫码开始', to: `/pages/round/scan?visit=${item.visit}` }
  if (item.kind === 'finish') return { label: '去看这次巡诊', to: `/pages/round/visit?visit=${item.visit}` }
  return { label: '改一改，再记一次', to: `/pages/round/findings?visit=${item.visit}&item=${item.line}` }
}

/** @param {Item} item @param {boolean} blocked */
function row(item, blocked) {
  return {
    uid: item.client_uid,
    icon: ICONS[item.kind],
    label: item.label,
    note: `${item.kind === 'findings' ? '看老人的记录，' : ''}${day(item.at)}${clock(item.at)}`,
    ...STATES[item.state],
    message: item.state === 'waiting' && blocked ? '这次巡诊的扫码没有收下。重新扫码以后，这一条会接着上传。' : item.message,
    refused: item.state === 'refused',
    out: item.state === 'refused' ? wayOut(item) : null,
  }
}

page({
  data: {
    who: 'staff',
    rows: /** @type {ReturnType<typeof row>[]} */ ([]),
    sheets: /** @type {{ uid: string, label: string, note: string, mark: string, to: string }[]} */ ([]),
    waiting: 0,
    trouble: '',
    spoken: '',
  },

  opened() {
    const self = /** @type {any} */ (this)
    self.told = () => this.data.state === 'ready' && this.setData(this.shape())
    queue.listen(self.told)
  },

  closed() {
    const self = /** @type {any} */ (this)
    queue.unlisten(self.told)
    // Seen: what was accepted need not stay on the phone.
    if (self.shown) queue.seen(self.shown)
  },

  async load() {
    // What is on the phone shows without a network, too.
    const who = session() ? (isStaff() || queue.items().length || sheets.begun().length ? 'staff' : await standing()) : 'staff'
    queue.flush()
    return { who, ...this.shape() }
  },

  shape() {
    const items = queue.items()
    const starts = items.filter((each) => each.kind === 'start' && each.state === 'refused').map((each) => each.visit)
    const rows = items.map((each) => row(each, starts.includes(each.visit)))
    const self = /** @type {any} */ (this)
    self.shown = items.filter((each) => each.state === 'accepted' || each.state === 'accepted_late').map((each) => each.client_uid)
    const fault = queue.trouble()
    const spoken = rows.map((each) => `${each.label}，${each.mark}。${each.message}`).join('。')
    const waiting = queue.waiting().filter((each) => each.kind === 'start' || !starts.includes(each.visit)).length
    const begun = sheets.begun().map((each) => ({
      uid: each.uid, label: each.title, note: each.who, mark: each.key ? '还没有交上去' : '填了一半',
      to: `/pages/round/sheet?kind=${each.kind}&uid=${each.uid}`,
    }))
    return { rows, sheets: begun, waiting, trouble: fault ? fault.words : '', spoken: spoken || '手机上没有等着上传的了。' }
  },

  again() {
    return this.act('again', () => queue.flush())
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  drop(event) {
    queue.drop(event.currentTarget.dataset.uid)
  },
})
