// @ts-check
// What is being typed at a bed, until the server has it or it stands in the queue: measurements and words about one line of
// a round, kept on the phone under the uids of visit and line, and thrown away after two days.

const { whose } = require('./round-copy')

const KEPT = 'visit-drafts'
const LIVES = 48 * 3600 * 1000

/**
 * @typedef {object} Draft
 * @property {string} outcome '' until chosen
 * @property {Record<string, string>} values by column, as typed
 * @property {string} text
 * @property {string} note
 * @property {boolean} urgent
 */

/** @returns {Draft} */
const empty = () => ({ outcome: '', values: {}, text: '', note: '', urgent: false })

/** @returns {Record<string, { at: number, account: string, draft: Draft }>} */
function all() {
  const kept = Object.entries(wx.getStorageSync(KEPT) || {})
  return Object.fromEntries(kept.filter(([, each]) => Date.now() - each.at < LIVES && each.account === whose()))
}

/** @param {string} visit @param {string} line @returns {Draft | null} */
function read(visit, line) {
  const found = all()[`${visit}/${line}`]
  return found ? found.draft : null
}

/** @param {string} visit @param {string} line @param {Draft} draft */
function keep(visit, line, draft) {
  wx.setStorageSync(KEPT, { ...all(), [`${visit}/${line}`]: { at: Date.now(), account: whose(), draft } })
}

/** @param {string} visit @param {string} line */
function drop(visit, line) {
  const { [`${visit}/${line}`]: _, ...rest } = all()
  wx.setStorageSync(KEPT, rest)
}

/** What an event in the queue says, to be changed or written anew. @param {Api.Card<'Found'>} found @returns {Draft} */
function draftOf(found) {
  const { item: _, outcome, text, note, urgent, ...measured } = found
  const values = Object.entries(measured).filter(([, value]) => value !== null)
  return { outcome, values: Object.fromEntries(values.map(([key, value]) => [key, String(value)])), text, note, urgent }
}

/** What is too old goes, even if nobody asks for it any more. */
const sweep = () => wx.setStorageSync(KEPT, all())

/** Nothing of it may stay: one signs out, or leaves. */
const wipe = () => wx.removeStorageSync(KEPT)

module.exports = { draftOf, drop, empty, keep, read, sweep, wipe }
