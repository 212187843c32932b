// @ts-check
// What will be confirmed, and what either side has said of it. Only what both confirm counts.

const { send } = require('../../api/client')
const { page } = require('../../kit/page')
const copy = require('../../kit/round-copy')
const { clock } = require('../../kit/times')
const { cardOf, parts, standing, told } = require('./desk')

/** @typedef {'host' | 'provider'} Side */

const VERDICTS = /** @type {Record<string, { mark: string, sign: string }>} */ ({
  confirmed: { mark: '已确认', sign: 'good' },
  disputed: { mark: '有异议', sign: 'urgent' },
  void: { mark: '说不算数', sign: 'urgent' },
})
const NOTHING = { mark: '还没有说', sign: 'plain' }
const OPEN = /** @type {Record<string, Side[]>} */ ({ finished: ['host', 'provider'], attested_provider: ['host'], attested_host: ['provider'] })

/** @param {Api.Card<'VisitCard'>} card @param {Side} side @param {boolean} own */
function sideOf(card, side, own) {
  const host = side === 'host'
  const said = host ? card.host_verdict : card.provider_verdict
  const name = host ? card.home_name : card.provider_name
  return { side, own, name, by: (host ? card.host_by_name : card.provider_by_name) || '', ...((said && VERDICTS[said]) || NOTHING) }
}

page({
  data: {
    who: 'staff',
    it: /** @type {ReturnType<typeof told> | null} */ (null),
    span: '',
    sides: /** @type {ReturnType<typeof sideOf>[]} */ ([]),
    open: /** @type {Side[]} */ ([]),
    sideChoices: /** @type {{ key: string, words: string }[]} */ ([]),
    chosen: /** @type {string[]} */ ([]),
    reason: '',
    reasonFault: '',
    disputing: false,
    why: '',
    spoken: '',
  },

  async load() {
    const who = await standing()
    if (who !== 'staff') return { who }
    return { who, ...this.shape((await cardOf(this.query.visit)).card) }
  },

  /** @param {Api.Card<'VisitCard'>} card */
  shape(card) {
    const it = told(card)
    const { hosting, visiting } = parts(card)
    const mine = /** @type {Side[]} */ ([hosting ? 'host' : '', visiting ? 'provider' : ''].filter(Boolean))
    const sides = /** @type {Side[]} */ (hosting ? ['host', 'provider'] : ['provider', 'host']).map((side) => sideOf(card, side, mine.includes(side)))
    const open = (OPEN[card.status] || []).filter((side) => mine.includes(side))
    const span = card.started_at && card.finished_at ? `${clock(card.started_at)}开始，${clock(card.finished_at)}结束` : '还没有结束'
    const people = it.items.map((item) => `${item.plain}，${item.mark}`).join('。')
    return {
      it,
      span,
      sides,
      open,
      sideChoices: open.length > 1 ? sides.map((each) => ({ key: each.side, words: each.name })) : [],
      chosen: open.length > 1 ? this.data.chosen : open.slice(),
      why: card.reason || '',
      spoken: `${it.when}，${span}。${people}。${sides.map((each) => `${each.name}，${each.mark}`).join('。')}。`,
    }
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pick(event) {
    this.setData({ chosen: event.detail.chosen })
  },

  /** @returns {Side | null} for whom, where that must be said */
  side() {
    return this.data.open.length > 1 ? /** @type {Side} */ (this.data.chosen[0]) : null
  },

  /** @param {Api.Card<'VisitCard'>} card */
  settled(card) {
    copy.renew(card)
    this.setData({ ...this.shape(card), disputing: false })
    wx.pageScrollTo({ scrollTop: 0, duration: 200 })
  },

  async confirm() {
    if (!this.data.chosen.length) return this.refuse('您在两家单位都有工作，请先选这次代表哪一家。')
    const body = { side: this.side() }
    const card = await this.act('confirm', (key) => send('post', '/visits/{visit_uid}/attestation', { visit_uid: this.query.visit }, body, key), body)
    if (card && card !== true) this.settled(card)
    else await this.refresh()
    return undefined
  },

  dispute() {
    this.setData({ disputing: true, refusal: null })
  },

  undo() {
    this.setData({ disputing: false, refusal: null })
  },

  /** @param {{ detail: { value: string } }} event */
  write(event) {
    this.setData({ reason: event.detail.value, reasonFault: '' })
  },

  async sendDispute() {
    if (!this.data.chosen.length) return this.refuse('您在两家单位都有工作，请先选这次代表哪一家。')
    const reason = this.data.reason.trim()
    if (!reason) {
      this.setData({ reasonFault: '请写明原因，对方和主管部门会看到。' })
      return this.refuse('请写明原因，对方和主管部门会看到。')
    }
    const body = { reason, side: this.side() }
    const card = await this.act('dispute', (key) => send('post', '/visits/{visit_uid}/dispute', { visit_uid: this.query.visit }, body, key), body)
    if (card && card !== true) this.settled(card)
    return undefined
  },

  round() {
    wx.reLaunch({ url: '/pages/round/round' })
  },
})
