// @ts-check
// A list of which the older pages are fetched on wish.

/**
 * What to show after the first page was read again: what was already fetched further down stays.
 * @template {{ uid: string }} T
 * @param {{ items: T[], next: string | null }} first @param {{ items: T[], next: string | null }} before
 */
function rejoined(first, before) {
  const last = first.items[first.items.length - 1]
  const place = last ? before.items.findIndex((each) => each.uid === last.uid) : -1
  const older = place < 0 ? [] : before.items.slice(place + 1)
  return older.length ? { items: [...first.items, ...older], next: before.next } : first
}

/**
 * @template {{ uid: string }} T
 * @param {{ items: T[] }} before @param {{ items: T[], next: string | null }} older
 */
const extended = (before, older) => ({ items: [...before.items, ...older.items], next: older.next })

module.exports = { extended, rejoined }
