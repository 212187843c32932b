// @ts-check
// Asking whether WeChat may send a message: only from a tap, only when the message is of use to what was just done,
// never as a condition. What was answered is told to the server, which counts how many messages it may send.

const { get, send } = require('../api/client')

/** @type {Api.Card<'CreditCard'>[] | null} */
let known = null

/** Fetch the templates beforehand: between the tap and the question nothing may be awaited. */
async function prepareToAsk() {
  if (!known) known = await get('/subscriptions')
}

/**
 * Ask about these kinds of message. Whatever happens here, the work that was done stays done.
 * @param {string[]} kinds
 */
async function askToNotify(kinds) {
  const templates = (known || []).filter((each) => kinds.includes(each.kind)).map((each) => each.template)
  if (!templates.length) return
  try {
    const said = /** @type {Record<string, string>} */ (await wx.requestSubscribeMessage({ tmplIds: templates.slice(0, 3) }))
    const choices = Object.fromEntries(Object.entries(said).filter(([id]) => templates.includes(id)))
    known = await send('post', '/subscriptions', {}, { choices: /** @type {any} */ (choices) })
  } catch (fault) {
    console.info('subscription not asked', fault)
  }
}

module.exports = { askToNotify, prepareToAsk }
