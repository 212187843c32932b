// @ts-check
// Start a visit: the plate at the bed or door, then the code on the home's own phone, then the server's verdict in words.

const { send } = require('../../api/client')
const { Refusal } = require('../../api/refusals')
const { seen } = require('../../kit/camera')
const { page } = require('../../kit/page')
const queue = require('../../kit/queue')
const copy = require('../../kit/round-copy')
const { cardOf, cut, standing, told, within } = require('./desk')

const FRESH = 45000 // ms; the server takes a nonce for 90 s, and the second code is still to be scanned
const PLATE = /^P[0-9A-Za-z][\w-]{28}$/
const ROTATING = /^R[0-9A-Za-z][\w-]{27}$/

const NOT_OURS = '这不是本平台的码，手机没有打开它。'
const FOREIGN = {
  plate: { other: `${NOT_OURS}请扫床头或门口的牌子。`, swapped: '这是护士手机上的动态码。请先扫床头或门口的牌子。' },
  code: { other: `${NOT_OURS}请扫养老院护士手机上的码。`, swapped: '这是床头的牌子。请扫养老院护士手机上的码，它每 30 秒换一张。' },
}
const NO_NONCE = '现在没有网络，这部手机上也没有备用的扫码凭证了。请到有信号的地方打开一次“今天的巡诊”，再来扫。'

/** @typedef {{ kind: string, mark?: string, title: string, words: string, again: string }} Answer */

/** @param {Api.Card<'ScanCard'>} card @returns {Answer} */
function answerOf({ result, message, reasons }) {
  if (result === 'accepted') return { kind: 'good', title: '扫码成功，巡诊开始了', words: '可以去看老人了。', again: '' }
  if (result === 'exception') return { kind: 'watch', title: '巡诊开始了，有一处要核实', words: message, again: '' }
  return refusedFor(message, reasons[0] || '')
}

/** @param {string} words @param {string} reason @returns {Answer} */
function refusedFor(words, reason) {
  if (reason.startsWith('code_')) return { kind: 'urgent', title: '还没有开始', words, again: 'code' }
  const scannable = reason.startsWith('plate_') || reason.startsWith('nonce_') || reason === 'device_time_wrong' || reason === 'id_reused'
  return { kind: 'urgent', title: '还没有开始', words, again: scannable ? 'plate' : '' }
}

const HELD = { kind: 'watch', mark: '存在手机上', title: '先记在手机上了', words: '现在没有网络。扫的码已经存在手机上，有网络时会自己上传。可以去看老人了。', again: '' }

page({
  data: {
    who: 'staff',
    part: 'plate',
    visit: '',
    home: '',
    begun: false,
    visiting: true,
    answer: /** @type {Answer | null} */ (null),
    old: '',
  },

  async load() {
    const who = await standing()
    if (who !== 'staff') return { who }
    const { card, old } = await cardOf(this.query.visit)
    const it = told(card)
    return { who, visit: it.uid, home: it.home, begun: it.begun && !this.data.answer, visiting: it.visiting, old }
  },

  closed() {
    const { nonce } = /** @type {any} */ (this)
    if (nonce && nonce.spare) copy.putBack(nonce.text)
  },

  /** Have a nonce before scanning: what was scanned earlier, or elsewhere, does not count. */
  async ready() {
    const self = /** @type {any} */ (this)
    if (self.nonce && (self.nonce.spare || Date.now() - self.nonce.at < FRESH)) return
    try {
      const got = await within(send('post', '/visits/nonces', {}, { offline: 0 }), 5000)
      self.nonce = { text: got.nonces[0], at: Date.now(), spare: false }
    } catch (fault) {
      if (!cut(fault)) throw fault
      const text = copy.takeNonce()
      if (!text) throw new Refusal({ code: 'phone.no_nonce', words: NO_NONCE })
      self.nonce = { text, at: Date.now(), spare: true }
    }
  },

  /** @param {'plate' | 'code'} kind @returns {Promise<string>} what the camera read, if it is ours; '' when it was closed */
  async look(kind) {
    const found = await seen()
    if (!found) return ''
    // A plate that was printed as a mini-program code carries the same text in its path.
    const scene = /[?&]scene=([^&]+)/.exec(found.path || '')
    const text = scene ? decodeURIComponent(scene[1]) : found.result
    const [mine, other] = kind === 'plate' ? [PLATE, ROTATING] : [ROTATING, PLATE]
    if (mine.test(text)) return text
    throw new Refusal({ code: 'phone.foreign_code', words: other.test(text) ? FOREIGN[kind].swapped : FOREIGN[kind].other })
  },

  scanPlate() {
    return this.act('plate', async () => {
      await this.ready()
      const plate = await this.look('plate')
      if (!plate) return
      const self = /** @type {any} */ (this)
      self.plate = plate
      this.setData({ part: 'code', answer: null })
    })
  },

  scanCode() {
    return this.act('code', async () => {
      await this.ready()
      const code = await this.look('code')
      if (code) await this.start({ code, device_unavailable: false })
    })
  },

  withoutCode() {
    return this.act('without', async () => {
      await this.ready()
      await this.start({ code: null, device_unavailable: true })
    })
  },

  /** @param {{ code: string | null, device_unavailable: boolean }} second */
  async start(second) {
    const self = /** @type {any} */ (this)
    const { nonce, plate } = self
    const scan = { client_uid: queue.newUid(), plate, nonce: nonce.text, device_time: new Date().toISOString(), from_camera: true, ...second }
    self.nonce = null // spent, whatever comes of it
    const answer = (!nonce.spare && (await this.sent(scan))) || (await this.kept(scan))
    if (answer.kind !== 'urgent') queue.started(this.query.visit)
    this.setData({ part: 'answer', answer, begun: false })
  },

  /** @param {Api.Card<'Scan'>} scan @returns {Promise<Answer | null>} null when the line was cut on the way */
  async sent(scan) {
    try {
      return answerOf(await within(send('post', '/visits/{visit_uid}/scans', { visit_uid: this.query.visit }, scan)))
    } catch (fault) {
      if (!cut(fault)) throw fault
      return null
    }
  },

  /** The very same scan, handed in later: if the server has it already, it counts once. @param {Api.Card<'Scan'>} scan @returns {Promise<Answer>} */
  async kept(scan) {
    const { client_uid } = queue.hold({ kind: 'start', visit: this.query.visit, label: `开始巡诊，${this.data.home}`, scan })
    const now = await queue.verdict(client_uid, 2000)
    if (!now || now.state === 'waiting') return HELD
    if (now.state !== 'refused') return { kind: 'watch', title: '巡诊开始了，有一处要核实', words: now.message, again: '' }
    queue.drop(client_uid)
    return refusedFor(now.message, 'plate_')
  },

  again() {
    const part = this.data.answer && this.data.answer.again
    this.setData({ part: part || 'plate', answer: null, refusal: null })
  },

  visit() {
    wx.redirectTo({ url: `/pages/round/visit?visit=${this.query.visit}` })
  },

  round() {
    wx.redirectTo({ url: '/pages/round/round' })
  },
})
