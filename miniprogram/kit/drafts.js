// @ts-check
// What somebody has begun to write, until it is handed in: it survives 返回 and a refusal. Kept in memory only, because
// it may speak of illness.

/** @type {Map<string, string>} */
const begun = new Map()

/** @param {string} key page and uid */
const draft = (key) => begun.get(key) || ''

/** @param {string} key @param {string} words */
const keepDraft = (key, words) => begun.set(key, words)

/** @param {string} key */
const dropDraft = (key) => begun.delete(key)

module.exports = { draft, dropDraft, keepDraft }
