// @ts-check
// Which team and which package were chosen on the pages before. A package's name may speak of illness, so it does not stand in an address.

/** @type {{ resident: string, team: string, package: string }} */
let now = { resident: '', team: '', package: '' }

/** @param {string} resident @param {Partial<typeof now>} news */
function choose(resident, news) {
  now = { ...(now.resident === resident ? now : { team: '', package: '' }), ...news, resident }
}

/** @param {string} resident */
const chosen = (resident) => (now.resident === resident ? now : { resident, team: '', package: '' })

module.exports = { choose, chosen }
