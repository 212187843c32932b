// @ts-check
// What is being filled in, from one step to the next. In memory only: somebody's identity number, and a code that opens a
// way to a record, are never left on a phone. Whoever starts the app afresh fills in afresh.

/** @typedef {Api.Card<'Relation'>} Relation */
/** @typedef {Api.Card<'ProxyScope'>} Scope */

/**
 * @typedef {object} Invitation
 * @property {Relation | ''} relation
 * @property {Scope[]} scopes
 * @property {string} lasts
 * @property {Api.Card<'Invited'> | null} made
 */
/**
 * @typedef {object} Application
 * @property {string} own the applicant's own name
 * @property {string} name
 * @property {string} number
 * @property {string} numberFault
 * @property {Api.Card<'Basis'> | ''} basis
 * @property {string} document
 * @property {Relation | ''} relation
 * @property {Scope[]} scopes
 * @property {Api.Card<'ProxyCard'> | null} made
 */

/** @type {Record<string, Invitation>} */
const invitations = {}

/** @type {Application | null} */
let application = null

/** @param {string} resident uid @returns {Invitation} */
function invitationFor(resident) {
  if (!invitations[resident]) invitations[resident] = { relation: '', scopes: [], lasts: '', made: null }
  return invitations[resident]
}

/** @param {string} resident uid */
function dropInvitation(resident) {
  delete invitations[resident]
}

/** @returns {Application} */
function theApplication() {
  if (!application) {
    application = { own: '', name: '', number: '', numberFault: '', basis: '', document: '', relation: '', scopes: [], made: null }
  }
  return application
}

function dropApplication() {
  application = null
}

module.exports = { dropApplication, dropInvitation, invitationFor, theApplication }
