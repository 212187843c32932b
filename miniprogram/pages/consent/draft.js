// @ts-check
// What somebody is about to decide, from one page of the flow to the next. In memory only: which parts of a record are
// meant, and somebody's signature, are nothing to leave on a phone. Whoever starts the app afresh chooses afresh.

/**
 * @typedef {Api.Card<'RecordCategory'>} Category
 * @typedef {object} Draft
 * @property {string} hash of the text that is on the screen
 * @property {Category[]} yes what they may see
 * @property {Category[]} no the sensitive parts that were said no to; the others are not decided yet
 * @property {boolean} changed the text is another one than when the choosing began
 * @property {any} signature
 */

/** @type {Record<string, Draft>} */
const drafts = {}
/** @type {Record<string, 'granted' | 'overtaken'>} what the page of signing found out, by consent */
const news = {}

/**
 * The draft to a text as it was just read. Another text keeps the choices, and says that it is another.
 * @param {Api.Card<'ConsentSheet'>} sheet
 */
function draftFor(sheet) {
  const { uid, provisions } = sheet.card
  const before = drafts[uid]
  if (before && before.hash === sheet.text_hash) return before
  const asked = provisions.map((each) => each.category)
  drafts[uid] = before
    ? { ...before, hash: sheet.text_hash, yes: before.yes.filter((each) => asked.includes(each)), changed: true }
    : {
        hash: sheet.text_hash,
        // What is sensitive is never chosen beforehand (PIPL art. 29).
        yes: provisions.filter((each) => !each.restricted).map((each) => each.category),
        no: [],
        changed: false,
        signature: null,
      }
  return drafts[uid]
}

/** @param {string} uid @returns {Draft | undefined} */
const draftOf = (uid) => drafts[uid]

/** @param {string} uid */
function dropDraft(uid) {
  delete drafts[uid]
}

/** @param {string} uid @param {'granted' | 'overtaken'} what */
function tell(uid, what) {
  news[uid] = what
}

/** @param {string} uid */
function heard(uid) {
  const what = news[uid]
  delete news[uid]
  return what
}

module.exports = { draftFor, draftOf, dropDraft, heard, tell }
