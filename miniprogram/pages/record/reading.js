// @ts-check
// As whom this person reads a record: as family, or at work and then for a purpose, which the resident will see.

const { get, signedIn } = require('../../api/client')
const { Refusal } = require('../../api/refusals')
const { isStaff } = require('../../api/session')

/** @typedef {'care' | 'visit' | 'treatment'} Purpose */

const PURPOSES = /** @type {{ key: Purpose, words: string }[]} */ ([
  { key: 'care', words: '日常照护' },
  { key: 'visit', words: '上门巡诊' },
  { key: 'treatment', words: '看病诊疗' },
])
const CLOSED = {
  family:
    '没有找到，或者现在还不能给您看。替老人办事的，要等老人和养老院都同意了才能看；链接是别人发来的，请让他自己打开。想问清楚，请打电话给养老院。',
  staff: '没有找到，或者老人没有同意给您的单位看。需要看的，请单位管理员先征求老人同意。',
}

/** @type {Map<string, Purpose>} */
const chosen = new Map()

/** @param {string} resident @param {string} purpose */
function choosePurpose(resident, purpose) {
  const known = PURPOSES.find((each) => each.key === purpose)
  if (known) chosen.set(resident, known.key)
}

/** @returns {Promise<Purpose>} what somebody at work most likely reads for: at the home care, from outside a visit */
async function usualPurpose() {
  return (await signedIn()).roles.includes('nurse') ? 'care' : 'visit'
}

/** @type {Api.Card<'MyResidentCard'>[]} */
let known = []

/** One of one's own residents, or null. Asked again only for whom we do not know. @param {string} resident */
async function mine(resident) {
  const found = () => known.find((each) => each.uid === resident) || null
  if (!found()) known = await get('/residents')
  return found()
}

/**
 * @param {string} resident
 * @returns {Promise<{ family: boolean, said: { resident_uid: string, purpose?: Purpose } }>} `said` goes with every question
 */
async function readingOf(resident) {
  await signedIn()
  if (!isStaff() || (await mine(resident))) return { family: true, said: { resident_uid: resident } }
  return { family: false, said: { resident_uid: resident, purpose: chosen.get(resident) || (await usualPurpose()) } }
}

/**
 * What one may not see looks like what is not there; say in plain words what may be the matter.
 * @template T @param {boolean} family @param {Promise<T>} answer @returns {Promise<T>}
 */
async function plainly(family, answer) {
  try {
    return await answer
  } catch (fault) {
    if (!(fault instanceof Refusal) || (fault.status !== 404 && fault.status !== 403)) throw fault
    throw new Refusal({ code: fault.code, words: family ? CLOSED.family : CLOSED.staff, status: fault.status })
  }
}

module.exports = { PURPOSES, choosePurpose, mine, plainly, readingOf }
