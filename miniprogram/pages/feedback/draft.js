// @ts-check
// What is being said, kept while one goes back and forth; in memory only, because opinions of people are nobody else's.

/** @typedef {{ score: string, tags: string[], text: string, done: Api.Card<'RatingCard'> | null }} Opinion */
/** @typedef {{ kind: string, institution: string, text: string }} Complaint */

/** @type {Record<string, Opinion>} by token */
const opinions = {}
/** @type {Record<string, Complaint>} by resident */
const complaints = {}
/** @type {Record<string, string>} by what is answered: a rating's uid, a case's uid */
const texts = {}

/** @param {string} token @returns {Opinion} */
function opinionOf(token) {
  if (!opinions[token]) opinions[token] = { score: '', tags: [], text: '', done: null }
  return opinions[token]
}

/** @param {string} resident @returns {Complaint} */
function complaintOf(resident) {
  if (!complaints[resident]) complaints[resident] = { kind: '', institution: '', text: '' }
  return complaints[resident]
}

/** @param {string} resident */
function forgetComplaint(resident) {
  delete complaints[resident]
}

module.exports = { complaintOf, forgetComplaint, opinionOf, texts }
