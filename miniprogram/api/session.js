// @ts-check
// Who is signed in on this phone. Signing in is silent: WeChat vouches, nobody types anything.

const KEPT = 'session'
const DEVICE = 'device'
const SPENT = ['identity.login_code_refused', 'identity.login_code_seen']

/** @typedef {Pick<Api.Card<'SignedIn'>, 'token' | 'expires_at' | 'account' | 'roles' | 'workplaces' | 'needs'>} Session */

/** @type {Session | null | undefined} undefined: not looked for yet */
let current
/** @type {Promise<Session> | null} */
let signingIn = null

/** @returns {Session | null} */
function session() {
  if (current === undefined) {
    const kept = wx.getStorageSync(KEPT)
    current = kept && Date.parse(kept.expires_at) > Date.now() ? kept : null
  }
  return current || null
}

/** @param {Session} said */
function keep(said) {
  const { token, expires_at, account, roles, workplaces, needs } = said
  current = { token, expires_at, account, roles, workplaces, needs }
  wx.setStorageSync(KEPT, current)
  return current
}

/** The server renewed what it knows of this person. @param {Partial<Session>} news */
function learn(news) {
  const before = session()
  if (before) keep({ ...before, ...news })
}

/** Forget the token, and with `all` also what marks this installation. */
function forget({ all = false } = {}) {
  current = null
  wx.removeStorageSync(KEPT)
  if (all) wx.removeStorageSync(DEVICE)
}

/**
 * Sign in, once: whoever asks while it is under way waits for the same answer. Two calls of wx.login at the same
 * time would make the platform refuse one of them.
 * @param {(code: string, device: string | null) => Promise<Api.Card<'SignedIn'>>} exchange
 */
function signIn(exchange) {
  if (!signingIn) {
    const oneTry = () => wx.login({ timeout: 8000 }).then(({ code }) => exchange(code, wx.getStorageSync(DEVICE) || null))
    signingIn = oneTry()
      // A code serves once: where the answer to the first was lost on the way, the platform gives a new one, once.
      .catch((fault) => (SPENT.includes(fault.code) ? oneTry() : Promise.reject(fault)))
      .then((said) => {
        wx.setStorageSync(DEVICE, said.device_id)
        return keep(said)
      })
      .finally(() => {
        signingIn = null
      })
  }
  return signingIn
}

const STAFF = ['nurse', 'clinician']

/** Whether this person works at bedsides. */
function isStaff() {
  const known = session()
  return Boolean(known && known.roles.some((role) => STAFF.includes(role)))
}

module.exports = { forget, isStaff, learn, session, signIn }
