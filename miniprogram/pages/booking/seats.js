// @ts-check
// Seats as an older adult chooses them: a day, then a time. Which pool a seat comes from is ours to sort out.

const { get } = require('../../api/client')
const { clock, dateOf, day } = require('../../kit/times')

const MOST_PAGES = 4 // of a hundred: a department's next weeks

/**
 * @typedef {Api.Card<'SlotCard'>} Slot
 * @typedef {{ key: string, slot: string, words: string, free: number, green: number }} Time
 * @typedef {{ key: string, words: string, date: string, free: number, green: number }} Day
 */

/**
 * @param {{ institution: string, department: string, resident: string, day?: string }} wish
 * @returns {Promise<Slot[]>}
 */
async function slotsOf({ institution, department, resident, day: only }) {
  /** @type {Slot[]} */
  const found = []
  /** @type {string | undefined} */
  let after
  for (let pages = 0; pages < MOST_PAGES; pages += 1) {
    const asked = { institution_uid: institution, department, resident, day: only, limit: 100, after }
    const page = await get('/institutions/{institution_uid}/slots', asked)
    found.push(...page.items)
    if (!page.next) break
    after = page.next
  }
  return found
}

/** @param {Slot} slot */
const open = (slot) => (slot.for_you ? Math.max(0, slot.free) : 0)

/** @param {Slot[]} slots @param {(slot: Slot) => string} by */
function grouped(slots, by) {
  /** @type {Map<string, Slot[]>} */
  const groups = new Map()
  for (const slot of slots) groups.set(by(slot), [...(groups.get(by(slot)) || []), slot])
  return [...groups.entries()]
}

/** @param {Slot[]} slots */
const freeIn = (slots) => slots.reduce((sum, slot) => sum + open(slot), 0)
/** @param {Slot[]} slots */
const greenIn = (slots) => freeIn(slots.filter((slot) => slot.pool === 'green'))

/** @param {string} date YYYY-MM-DD */
const dateWords = (date) => `${Number(date.slice(5, 7))} 月 ${Number(date.slice(8))} 日`

/** @param {Slot[]} slots @returns {Day[]} */
const daysOf = (slots) =>
  grouped(slots, (slot) => dateOf(Date.parse(slot.starts_at))).map(([date, those]) => {
    const words = day(date)
    return { key: date, words, date: words.includes('月') ? '' : dateWords(date), free: freeIn(those), green: greenIn(those) }
  })

/**
 * The seat taken at a time: the one that is kept for them already, else a reserved one, which nobody outside could use.
 * @param {Slot[]} slots @param {string} [kept] uid of the slot where a seat is kept for them
 * @returns {Time[]}
 */
const timesOf = (slots, kept) =>
  grouped(slots, (slot) => slot.starts_at).map(([at, those]) => {
    const mine = those.find((slot) => slot.uid === kept)
    const best = mine || those.find((slot) => slot.pool === 'green' && open(slot)) || those.find((slot) => open(slot))
    return { key: at, slot: best ? best.uid : '', words: clock(at), free: freeIn(those), green: greenIn(those) }
  })

module.exports = { dateWords, daysOf, slotsOf, timesOf }
