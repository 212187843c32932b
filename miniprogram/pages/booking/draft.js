// @ts-check
// A visit that is being asked for, carried from step to step and kept when one goes back. In memory only: why somebody
// goes to the doctor is a health word, which neither an address nor the phone's storage may hold.

/**
 * @typedef {{ uid: string, slot: string, about: string }} Hold `about`: what was said when the seat was kept
 * @typedef {object} Draft
 * @property {string} reason one of REASONS, or ''
 * @property {string} own in one's own words
 * @property {string} companion one of COMPANIONS, or ''
 * @property {string} more what the hospital should know besides
 * @property {string} span which days one would wait for, or ''
 * @property {Hold | null} hold
 * @property {import('../../kit/page').Told | null} told why the last seat was not had
 * @property {Record<string, string>} keys under which a seat was asked for whose answer did not come
 */

const REASONS = ['身体不舒服', '以前的病，来复查', '配药', '做检查', '看检查结果'].map((words) => ({ key: words, words }))
const COMPANIONS = ['家里人陪着', '护理员陪着', '自己去'].map((words) => ({ key: words, words }))

/** @type {Record<string, Draft>} by resident */
const drafts = {}

/** @param {string} resident @returns {Draft} */
function draftOf(resident) {
  if (!drafts[resident]) drafts[resident] = { reason: '', own: '', companion: '', more: '', span: '', hold: null, told: null, keys: {} }
  return drafts[resident]
}

/** It is booked, or waited for: the next visit begins anew. @param {string} resident */
function forgetDraft(resident) {
  delete drafts[resident]
}

/** @param {string[]} parts */
const joined = (parts) => parts.filter(Boolean).join('，')

/** What is sent of it. @param {Draft} draft */
const said = (draft) => ({
  reason: joined([draft.reason, draft.own.trim()]),
  companion_note: joined([draft.companion, draft.more.trim()]),
})

module.exports = { COMPANIONS, REASONS, draftOf, forgetDraft, said }
