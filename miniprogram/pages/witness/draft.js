// @ts-check
// What was taken down so far at a bedside, in memory only: going back and coming again loses nothing, a restart does.

/**
 * @typedef {object} Draft
 * @property {'read' | 'choose' | 'witness'} part
 * @property {string} textHash of the text these choices were made on
 * @property {string[]} yes categories
 * @property {string[]} no of the sensitive ones
 * @property {'' | 'grant' | 'deny'} answer
 * @property {string} evidence
 * @property {string[]} second
 * @property {any} signature
 */

/** @type {Record<string, Draft>} */
const drafts = {}

/** @param {string} uid @param {string} textHash @returns {Draft} */
function draftFor(uid, textHash) {
  const known = drafts[uid]
  // Another text is another question: what was chosen on the old one does not count.
  if (!known || known.textHash !== textHash) {
    drafts[uid] = { part: 'read', yes: [], no: [], answer: '', evidence: '', second: [], signature: null, ...(known ? { evidence: known.evidence, second: known.second } : {}), textHash }
  }
  return drafts[uid]
}

/** @param {string} uid */
function dropDraft(uid) {
  delete drafts[uid]
}

module.exports = { draftFor, dropDraft }
