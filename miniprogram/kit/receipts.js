// @ts-check
// The server's signed receipts of what is booked: a row that the database has lost becomes visible instead of silent.
//
// Kept on the phone: the uids of the appointment, its slot and its resident, the time and the signature, which is what the
// server must be given to know its own receipt again; and the account that was told. No name, no place, no reason. At most
// 20, the soonest ones; gone when the day is over, when somebody else signs in and is told of one, and when one signs out.

const { get, signedIn } = require('../api/client')
const { session } = require('../api/session')
const { dateOf, when } = require('./times')

const KEPT = 'receipts'
const MOST = 20
const STANDING = ['booked', 'arrived']

/** @typedef {Pick<Api.Card<'AppointmentCard'>, 'uid' | 'status' | 'slot_uid' | 'resident_uid' | 'starts_at' | 'receipt'>} Told */
/** @typedef {{ account: string, uid: string, slot: string, resident: string, starts_at: string, receipt: string }} Receipt */

/** @param {Receipt} each */
const coming = (each) => dateOf(Date.parse(each.starts_at)) >= dateOf()

/** @returns {Receipt[]} */
const all = () => /** @type {Receipt[]} */ (wx.getStorageSync(KEPT) || []).filter(coming)

/** @param {Receipt[]} receipts */
function save(receipts) {
  const soonest = receipts.filter(coming).sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at))
  try {
    wx.setStorageSync(KEPT, soonest.slice(0, MOST))
  } catch (fault) {
    // The seat is booked all the same: a full phone must not make that look refused.
    console.info('receipts were not kept', fault)
  }
}

/** @param {string[]} uids */
const drop = (uids) => save(all().filter((each) => !uids.includes(each.uid)))

/** Keep the receipts of what stands, and let go of those that the server itself says are over. @param {Told[]} cards */
function note(cards) {
  const known = session()
  const account = known ? known.account.uid : ''
  const told = new Set(cards.map((each) => each.uid))
  const before = all().filter((each) => each.account === account && !told.has(each.uid))
  const standing = cards.filter((each) => STANDING.includes(each.status))
  save([
    ...before,
    ...standing.map(({ uid, slot_uid: slot, resident_uid: resident, starts_at, receipt }) => ({ account, uid, slot, resident, starts_at, receipt })),
  ])
}

/** Note the answer to a write before anything else can go wrong. @template {Told} T @param {T} card @param {string} [replaced] uid @returns {T} */
function noted(card, replaced) {
  if (replaced) drop([replaced])
  note([card])
  return card
}

/** Something to say on the telephone: four and four of the signature. @param {string} receipt */
const shortOf = (receipt) => receipt.slice(-8).toUpperCase().replace(/(.{4})/, '$1\u00a0')

/** @param {Receipt} each @param {Api.Card<'MyResidentCard'>} who */
const sentence = (each, who) =>
  `${who.myself ? '您' : who.name}${when(each.starts_at)}约好的号，系统里现在查不到了，不是您弄错的，请打电话报凭证号 ${shortOf(each.receipt)}，让工作人员查一查、补上。`

/**
 * Ask the server for what it has, and about each receipt that is not among it. Only what it has signed and no longer finds
 * is lost: what was cancelled or moved by others is found, and for whom one may no longer book nothing can be said.
 * @returns {Promise<string[]>} a sentence for each
 */
async function lost() {
  if (!all().length) return []
  const { account } = await signedIn()
  const held = all().filter((each) => each.account === account.uid)
  if (!held.length) return []
  const { items, next } = await get('/appointments', { live: true, limit: 100 })
  const there = new Set(items.map((each) => each.uid))
  // Written in again by hand it has another uid, but the same person has the same slot.
  const again = (/** @type {Receipt} */ each) => items.some((card) => card.slot_uid === each.slot && card.resident_uid === each.resident)
  const missing = held.filter((each) => !there.has(each.uid))
  if (!missing.length) return []
  const mine = await get('/residents')
  const told = []
  const over = []
  for (const each of missing) {
    const who = mine.find((one) => one.uid === each.resident && one.scopes.includes('booking'))
    if (!who) continue
    const { uid, slot, resident, starts_at, receipt } = each
    const verdict = again(each) ? { genuine: true, found: true } : await get('/appointments/{appointment_uid}/receipt', { appointment_uid: uid, slot, resident, starts_at, receipt })
    if (verdict.genuine && !verdict.found) told.push(sentence(each, who))
    else if (!next) over.push(uid) // of a list that was cut, what is missing may still stand
  }
  if (over.length) drop(over)
  return told
}

/**
 * For a page that says so: `...comparing`, `lost` and `told` in its data, `<lost lines="{{lost}}" />`. Nothing waits for it,
 * and where it could not be asked, what was known before still stands.
 */
const comparing = {
  async shown() {
    const self = /** @type {any} */ (this)
    try {
      const found = await lost()
      if (found.length || self.data.lost.length) self.setData({ lost: found, told: found.join('') })
    } catch (fault) {
      console.info('receipts were not compared', fault)
    }
  },
}

/** What is over goes, even if no page asks for it any more. */
const sweep = () => save(all())

/** Nothing of it may stay: one signs out. */
const wipe = () => wx.removeStorageSync(KEPT)

module.exports = { comparing, note, noted, sweep, wipe }
