// @ts-check
// Only nurses of a home stand in for residents without a phone.

const { signedIn } = require('../../api/client')

/** @returns {Promise<{ who: 'nurse' | 'unapproved' | 'nurses' | 'other', homes: string[], name: string }>} */
async function nurse() {
  const { account, needs, roles, workplaces } = await signedIn()
  const homes = workplaces.filter((each) => each.role === 'nurse').map((each) => each.institution_uid || '')
  const who = roles.includes('nurse') ? 'nurse' : needs.includes('device_approval') ? 'unapproved' : roles.includes('clinician') ? 'nurses' : 'other'
  return { who, homes: homes.filter(Boolean), name: account.name }
}

module.exports = { nurse }
