// @ts-check
// What was done at a bedside and is not with the server yet. Everything is written down on the phone before it is sent,
// leaves in the order in which it happened, and is recognised by the server under its own id: sent twice, it counts once.
//
// Kept on the phone: of what still waits, or was refused, the whole event (measurements and words of the finding) with the
// resident's name and bed; of what was accepted only name, bed and verdict, and that no longer than until it was looked at.

const { get, send, signedIn } = require('../api/client')
const { Refusal, refusalOf } = require('../api/refusals')
const copy = require('./round-copy')
const drafts = require('./round-drafts')
const sheets = require('./sheets')

const KEPT = 'visit-queue'
const AT_ONCE = 20 // events in one batch; the server takes a hundred
const PAUSES = [15000, 30000, 60000] // before it is tried again while the app stays open

/**
 * @typedef {'waiting' | 'accepted' | 'accepted_late' | 'refused'} State
 * @typedef {object} Item
 * @property {string} client_uid
 * @property {string} account whose work it is; nobody else's session sends it
 * @property {Api.Card<'EventKind'>} kind
 * @property {string} visit
 * @property {string} line of the round, for findings
 * @property {string} label whom it is about, in words
 * @property {string} at device time
 * @property {Api.Card<'Held'> | null} event gone as soon as the server has it
 * @property {State} state
 * @property {string} message the server's own sentence
 * @property {boolean} tried once tried, its content stands: the server may have it already
 */

/** @type {Item[] | null} */
let kept = null
/** @type {Set<() => void>} */
const listeners = new Set()
/** @type {Promise<void> | null} */
let under = null
let wanted = false
let failures = 0
/** @type {import('../api/refusals').Refusal | null} why the last attempt did not get through */
let fault = null
/** @type {any} */
let timer

/** A ULID: the server knows what happened offline by it. */
function newUid() {
  const letters = '0123456789ABCDEFGHJKMNPQRSTVWXYZ'
  let time = Date.now()
  let head = ''
  for (let i = 0; i < 10; i += 1) {
    head = letters[time % 32] + head
    time = Math.floor(time / 32)
  }
  let tail = ''
  for (let i = 0; i < 16; i += 1) tail += letters[Math.floor(Math.random() * 32)]
  return head + tail
}

function all() {
  if (!kept) kept = /** @type {Item[]} */ (wx.getStorageSync(KEPT) || [])
  return kept
}

/** @param {Item[]} items */
function save(items) {
  wx.setStorageSync(KEPT, items)
  kept = items
  for (const told of [...listeners]) told()
}

/** @param {string} uid @param {Partial<Item>} news */
const change = (uid, news) => save(all().map((each) => (each.client_uid === uid ? { ...each, ...news } : each)))

/** @param {string} [visit] @returns {Item[]} what I did, in the order in which it happened */
function items(visit) {
  const mine = copy.whose()
  return all().filter((each) => (!visit || each.visit === visit) && each.account === mine)
}

/** @param {string} [visit] */
const waiting = (visit) => items(visit).filter((each) => each.state === 'waiting')

/** @param {string} uid @returns {Item | undefined} */
const item = (uid) => all().find((each) => each.client_uid === uid)

/**
 * Write down what was done. It is on the phone when this returns.
 * @param {{ kind: Item['kind'], visit: string, label: string, line?: string, scan?: Api.Card<'Scan'>, results?: Api.Card<'Found'>[] }} done
 * @returns {Item}
 */
function hold(done) {
  const at = done.scan ? done.scan.device_time : new Date().toISOString()
  const uid = newUid()
  /** @type {Item} */
  const made = {
    client_uid: uid,
    account: copy.whose(),
    kind: done.kind,
    visit: done.visit,
    line: done.line || '',
    label: done.label,
    at,
    event: { client_uid: uid, kind: done.kind, visit: done.visit, device_time: at, scan: done.scan || null, results: done.results || [] },
    state: 'waiting',
    message: '',
    tried: false,
  }
  save([...all(), made])
  return made
}

/** Take something off the phone: a person has seen that it was refused, or writes it anew. @param {string} uid */
const drop = (uid) => save(all().filter((each) => each.client_uid !== uid))

/** One leaves for good: nothing of other people's stays on this phone, not even what the server never had. */
function dropAll() {
  save([])
  copy.wipe()
  drafts.wipe()
  sheets.wipe()
}

/** What was accepted and looked at need not stay. @param {string[]} uids */
function seen(uids) {
  const gone = (/** @type {Item} */ each) => uids.includes(each.client_uid) && (each.state === 'accepted' || each.state === 'accepted_late')
  if (all().some(gone)) save(all().filter((each) => !gone(each)))
}

/** The visit was started after all: starts of it that were refused no longer hold up what followed. @param {string} visit */
function started(visit) {
  const old = (/** @type {Item} */ each) => each.visit === visit && each.kind === 'start' && each.state === 'refused'
  if (all().some(old)) save(all().filter((each) => !old(each)))
}

/** Visits whose start was refused: what followed waits until they have been started properly. */
const held = () => new Set(all().filter((each) => each.kind === 'start' && each.state === 'refused').map((each) => each.visit))

/** @param {string} mine @param {number} most @returns {Item[]} what may be sent now */
function next(mine, most) {
  const blocked = held()
  const batch = []
  for (const each of all()) {
    if (each.state !== 'waiting' || each.account !== mine || blocked.has(each.visit)) continue
    batch.push(each)
    // Whether the rest of the visit may be sent depends on what becomes of its start.
    if (each.kind === 'start') blocked.add(each.visit)
    if (batch.length === most) break
  }
  return batch
}

/** @param {Api.Card<'IngestCard'>} verdict */
async function settle(verdict) {
  const about = item(verdict.client_uid)
  if (!about) return
  const news = { state: verdict.result, message: verdict.message }
  if (about.kind === 'finish' && verdict.reasons.includes('visits.not_this_now')) {
    // An answer may have been lost on the way: if the visit has ended, it was this that ended it.
    const visit = await get('/visits/{visit_uid}', { visit_uid: about.visit })
    if (visit.finished_at) Object.assign(news, { state: 'accepted', message: '' })
  }
  change(about.client_uid, news.state === 'refused' ? news : { ...news, event: null })
  if (about.kind === 'start' && news.state !== 'refused') started(about.visit)
}

async function run() {
  let most = AT_ONCE
  do {
    wanted = false
    const mine = await sender()
    const batch = mine ? next(mine, most) : []
    if (!batch.length) continue
    const sent = batch.map((each) => each.client_uid)
    save(all().map((each) => (sent.includes(each.client_uid) ? { ...each, tried: true } : each)))
    try {
      const events = /** @type {Api.Card<'Held'>[]} */ (batch.map((each) => each.event))
      const { verdicts } = await send('post', '/visits/offline-batch', {}, { events })
      for (const verdict of verdicts) await settle(verdict)
    } catch (error) {
      const refusal = refusalOf(error)
      if (refusal.status !== 422) throw refusal
      // One of them has no shape that the server understands; the others must not wait for it.
      if (batch.length === 1) change(sent[0], { state: 'refused', message: refusal.words })
      most = 1
    }
    const left = batch.filter((each) => waiting().some((still) => still.client_uid === each.client_uid))
    if (left.length === batch.length && batch.length === 1) throw new Refusal({ code: 'queue.no_verdict', words: '还没等到回音，过一会儿会再传。', again: true })
    wanted = true
  } while (wanted)
}

/** @returns {Promise<string>} the account that may send now, or '' */
async function sender() {
  if (!all().some((each) => each.state === 'waiting')) return ''
  const { networkType } = await wx.getNetworkType()
  // Nothing is tried without a network: what was not tried can still be changed by the person.
  return networkType === 'none' ? '' : (await signedIn()).account.uid
}

/** Send what waits. Never fails: what did not get through stays, and is tried again. */
function flush() {
  wanted = true
  if (!under) {
    clearTimeout(timer)
    under = run()
      .then(
        () => {
          fault = null
          failures = 0
        },
        (error) => {
          fault = refusalOf(error)
          timer = setTimeout(flush, PAUSES[Math.min(failures, PAUSES.length - 1)])
          failures += 1
        },
      )
      .then(() => {
        under = null
        for (const told of [...listeners]) told()
        if (wanted && !fault) return flush()
        return undefined
      })
  }
  return under
}

/** Wait for a verdict, but not so long that a person at a bed would. @param {string} uid @param {number} [patience] ms @returns {Promise<Item | undefined>} */
async function verdict(uid, patience = 4000) {
  await Promise.race([flush(), new Promise((done) => setTimeout(done, patience))])
  return item(uid)
}

/** @param {() => void} told called when something changed */
const listen = (told) => void listeners.add(told)
/** @param {() => void} told */
const unlisten = (told) => void listeners.delete(told)

let watching = false
/** From now on: send when the network returns, and at once. For whenever the app comes into sight. */
function watch() {
  copy.read() // wipes what is over
  drafts.sweep()
  sheets.sweep()
  if (!watching) {
    watching = true
    wx.onNetworkStatusChange(({ isConnected }) => {
      if (isConnected && waiting().length) flush()
    })
  }
  if (waiting().length) flush()
}

const trouble = () => fault

module.exports = { drop, dropAll, flush, hold, items, listen, newUid, seen, started, trouble, unlisten, verdict, waiting, watch }
