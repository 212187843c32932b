// @ts-check
// One authority: who, what, until when, on what word; and what may be done with it by whoever looks.

const { get, send } = require('../../api/client')
const { Refusal } = require('../../api/refusals')
const { page } = require('../../kit/page')
const { BY_STAFF_ONLY, SCOPES, proxyLine } = require('./words')

/** @typedef {Api.Card<'ProxyCard'>} Card */
/** @typedef {'resident' | 'proxy' | 'other'} Side whether the one who looks is the resident, the proxy, or a third person */
/** @typedef {{ key: Api.Card<'EndReason'>, words: string, note: string }} Choice */

/** @type {Choice[]} */
const PAUSE_REASONS = [
  { key: 'resident_wish', words: '我想先停一停', note: '以后您自己点一下就恢复' },
  { key: 'safeguarding', words: '我不放心，怕吃亏', note: '要养老院或民政核实以后才能恢复' },
]
/** @type {Choice[]} */
const RESIDENT_END_REASONS = [
  { key: 'resident_wish', words: '我不用人办了', note: '' },
  { key: 'relation_changed', words: '我们的关系变了', note: '' },
  { key: 'moved_away', words: '搬走了，或者联系不上了', note: '' },
  { key: 'proxy_incapacity', words: '对方身体不行，办不了', note: '' },
  { key: 'abuse', words: '对我做了不好的事', note: '您不用怕。也请打电话告诉养老院或 96345' },
]
/** @type {Choice[]} */
const PROXY_END_REASONS = [
  { key: 'proxy_wish', words: '我不想再办了', note: '' },
  { key: 'proxy_incapacity', words: '我身体不好，办不了', note: '' },
  { key: 'moved_away', words: '我要搬走', note: '' },
  { key: 'relation_changed', words: '我们的关系变了', note: '' },
]

/** @param {Side} side @param {string} asking */
function reasonsFor(side, asking) {
  if (asking === 'pause') return PAUSE_REASONS
  return side === 'proxy' ? PROXY_END_REASONS : RESIDENT_END_REASONS
}

/** What was just done, and how to go back on it. @type {Record<string, (who: string) => { title: string, words: string }>} */
const DONE = {
  confirm: (who) => ({ title: '办好了，您同意了', words: `${who}现在能替您办下面这些事。您随时可以停。` }),
  decline: (who) => ({ title: '记下了，您没有同意', words: `${who}不能替您办事。以后改主意，您发一份邀请就行。` }),
  suspend: (who) => ({ title: '停好了', words: `${who}从现在起什么都不能替您办，也看不到您的档案。` }),
  resume: (who) => ({ title: '恢复了', words: `${who}又可以替您办下面这些事了。` }),
  end: () => ({ title: '结束了', words: '从现在起不能再办，也看不到档案了。以后想再请，重新发一份邀请就行。' }),
  withdraw: () => ({ title: '申请收回了', words: '没有留下任何代办。想再申请，重新填一次就行。' }),
}

/**
 * The card and who I am to it. The server tells of grants by resident, or as my own; there is no single one to ask for.
 * @param {string} uid @param {string | undefined} resident
 * @returns {Promise<{ card: Card, side: Side, who: string }>}
 */
async function find(uid, resident) {
  const [residents, grants] = await Promise.all([get('/residents'), get('/proxies')])
  const own = grants.find((each) => each.uid === uid)
  if (own) {
    const known = residents.find((each) => each.uid === own.resident_uid)
    return { card: own, side: 'proxy', who: known ? known.name : own.resident || '' }
  }
  const places = residents.filter((each) => each.scopes.includes('profile') && (!resident || each.uid === resident))
  const lists = await Promise.all(places.map((each) => get('/residents/{resident_uid}/proxies', { resident_uid: each.uid })))
  for (const [at, list] of lists.entries()) {
    const card = list.find((each) => each.uid === uid)
    if (card) return { card, side: places[at].myself ? 'resident' : 'other', who: places[at].name }
  }
  throw new Refusal({ code: 'family.gone', words: '没有找到这一条，可能已经不归您看了。请回到“我的家人”看看。' })
}

/** @param {Card} card @param {Side} side @param {string} who */
function viewOf(card, side, who) {
  const line = proxyLine(card)
  const toWhom = (/** @type {string} */ words) => (side === 'resident' ? words.replace('老人', '您') : words)
  const said = { ...line, how: toWhom(line.how), reason: toWhom(line.reason) }
  const may = {
    confirm: side === 'resident' && card.status === 'id_verified' && card.basis === 'own_consent',
    decline: side === 'resident' && ['applied', 'id_verified'].includes(card.status),
    pause: side === 'resident' && card.status === 'active',
    resume: side === 'resident' && card.status === 'suspended' && !BY_STAFF_ONLY.includes(card.reason || ''),
    end: side !== 'other' && ['active', 'suspended'].includes(card.status),
    withdraw: side === 'proxy' && ['applied', 'id_verified'].includes(card.status),
  }
  const name = side === 'proxy' ? `您替${who || '老人'}办事` : card.proxy
  const question = may.confirm ? `让${card.proxy}替您办这些事吗？` : name
  return {
    side,
    who,
    said,
    may,
    question,
    stopped: side === 'resident' && card.status === 'suspended' && !may.resume,
    scopes: SCOPES.filter((each) => card.scopes.includes(each.key)),
    spoken: `${question}。${said.relation}，${said.mark}。可以办：${said.can}。${said.until}。`,
  }
}

page({
  data: {
    side: /** @type {Side} */ ('other'),
    who: '',
    said: /** @type {ReturnType<typeof proxyLine> | null} */ (null),
    may: /** @type {any} */ ({}),
    question: '我的家人',
    stopped: false,
    scopes: /** @type {any[]} */ ([]),
    asking: '',
    reasons: /** @type {Choice[]} */ ([]),
    reason: '',
    done: /** @type {{ title: string, words: string } | null} */ (null),
    spoken: '',
  },

  async load() {
    const { card, side, who } = await find(this.query.uid, this.query.resident)
    return viewOf(card, side, who)
  },

  confirm() {
    return this.change('confirm', '/proxies/{grant_uid}/confirm')
  },

  decline() {
    return this.change('decline', '/proxies/{grant_uid}/decline')
  },

  resume() {
    return this.change('resume', '/proxies/{grant_uid}/resume')
  },

  withdraw() {
    return this.change('withdraw', '/proxies/{grant_uid}/withdraw')
  },

  askPause() {
    this.ask('pause')
  },

  askEnd() {
    this.ask('end')
  },

  /** @param {string} asking */
  ask(asking) {
    this.setData({ asking, reason: '', done: null, refusal: null, reasons: asking ? reasonsFor(this.data.side, asking) : [] })
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
  },

  leave() {
    this.ask('')
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  choose(event) {
    this.setData({ reason: event.currentTarget.dataset.key, refusal: null })
  },

  async stop() {
    const { asking, reason } = this.data
    if (!reason) return this.refuse('请先点一个原因，再停。')
    const path = asking === 'pause' ? '/proxies/{grant_uid}/suspend' : '/proxies/{grant_uid}/end'
    return this.change(asking === 'pause' ? 'suspend' : 'end', path, { reason })
  },

  /** @param {string} what @param {any} path @param {any} [body] */
  async change(what, path, body) {
    const grant_uid = this.query.uid
    const card = /** @type {any} */ (await this.act(what, (key) => send('post', path, /** @type {any} */ ({ grant_uid }), body, key), body))
    const { side, who } = this.data
    if (card) {
      this.setData({ ...viewOf(card, side, who), asking: '', done: DONE[what](card.proxy) })
      wx.pageScrollTo({ scrollTop: 0, duration: 200 })
    } else if (this.data.refusal && !this.data.refusal.again) {
      // Somebody else was faster, or it is not for me to do: show how it stands.
      this.setData({ asking: '' })
      await this.refresh()
    }
  },
})
