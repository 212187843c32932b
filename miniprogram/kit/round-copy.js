// @ts-check
// Today's round as it was when there was last a signal, so that one can work at a bed without one.
//
// Kept on the phone: names, ages and beds of the residents of today's visits, what is due for them and what became of them
// (seen, away, declined), the bounds of the measurements, and nonces for scanning. No measurement, no finding. It is replaced
// by the next copy, and wiped when the day is over, when somebody else signs in, and when one signs out.

const { send } = require('../api/client')
const { session } = require('../api/session')
const { dateOf } = require('./times')

const KEPT = 'round-copy'
const POCKET = 'visit-nonces'
const DEVICE = 'device' // gone once one has signed out for good (api/session)
const OWNER = 'visit-owner' // an account's uid: whose the queue is while no token is valid
const MOST = 5 // nonces in the pocket; the server gives no more
const FEW = 3

/**
 * @typedef {object} Copy
 * @property {string} account
 * @property {string} device
 * @property {string} day
 * @property {string} at
 * @property {Api.Card<'VisitCard'>[]} visits
 * @property {Api.Card<'MeasureCard'>[]} measures
 * @property {Record<string, string>} also by resident: what is due besides
 */

/** The account that works on this phone, even while its token has run out without a network. */
function whose() {
  const known = session()
  const before = String(wx.getStorageSync(OWNER) || '')
  if (known && known.account.uid !== before) wx.setStorageSync(OWNER, known.account.uid)
  return known ? known.account.uid : before
}

/** @returns {Copy | null} */
function read() {
  const copy = /** @type {Copy | ''} */ (wx.getStorageSync(KEPT))
  if (!copy) return null
  const holds = copy.day === dateOf() && copy.account === whose() && copy.device === wx.getStorageSync(DEVICE)
  if (!holds) wipe()
  return holds ? copy : null
}

/** @param {Api.Card<'VisitCard'>[]} visits @param {Api.Card<'MeasureCard'>[]} measures @param {Record<string, string>} also */
function keep(visits, measures, also) {
  const copy = { account: whose(), device: wx.getStorageSync(DEVICE), day: dateOf(), at: new Date().toISOString(), visits, measures, also }
  wx.setStorageSync(KEPT, copy)
}

/** One visit of the copy as it stands now. @param {Api.Card<'VisitCard'>} card */
function renew(card) {
  const copy = read()
  if (!copy || !copy.visits.some((each) => each.uid === card.uid)) return
  wx.setStorageSync(KEPT, { ...copy, visits: copy.visits.map((each) => (each.uid === card.uid ? card : each)) })
}

function wipe() {
  wx.removeStorageSync(KEPT)
  wx.removeStorageSync(POCKET)
}

/** @returns {{ nonces: string[], expires_at: string, account: string }} */
function pocket() {
  const held = wx.getStorageSync(POCKET)
  const good = held && held.account === whose() && Date.parse(held.expires_at) > Date.now()
  return good ? held : { nonces: [], expires_at: '', account: '' }
}

/** @returns {string} a nonce for a scan without a network, or '' */
function takeNonce() {
  const held = pocket()
  const [first, ...rest] = held.nonces
  if (first) wx.setStorageSync(POCKET, { ...held, nonces: rest })
  return first || ''
}

/** It was not used after all. @param {string} nonce */
function putBack(nonce) {
  const held = pocket()
  if (held.expires_at) wx.setStorageSync(POCKET, { ...held, nonces: [nonce, ...held.nonces] })
}

/** Fill the pocket while there is a signal. What the server does not give is no fault: most scans need none of these. */
async function fillPocket() {
  const held = pocket()
  if (held.nonces.length >= FEW) return
  try {
    const got = await send('post', '/visits/nonces', {}, { offline: MOST - held.nonces.length })
    const until = held.expires_at && held.expires_at < got.expires_at ? held.expires_at : got.expires_at
    wx.setStorageSync(POCKET, { account: whose(), nonces: [...held.nonces, ...got.nonces], expires_at: until })
  } catch (fault) {
    console.info('no nonces for work without a network', fault)
  }
}

module.exports = { fillPocket, keep, putBack, read, renew, takeNonce, whose, wipe }
