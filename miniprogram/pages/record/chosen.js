// @ts-check
// Which category was chosen on the page before. Its name speaks of illness, so it does not stand in an address.

/** @type {{ category: Api.Card<'RecordCategory'> | '', words: string }} */
let now = { category: '', words: '' }

/** @param {Api.Card<'RecordCategory'>} category @param {string} words */
function choose(category, words) {
  now = { category, words }
}

const chosen = () => now

module.exports = { choose, chosen }
