// @ts-check
// The one door to the server: signs in, repeats what is safe to repeat, and turns every no into a Refusal.

const { server } = require('../config')
const { Refusal, refused, unreached } = require('./refusals')
const { forget, session, signIn } = require('./session')

const PREFIX = '/api/v1'
const TIMEOUT = 12000 // milliseconds; the platform's own limit is 60 s, which nobody waits
const PAUSES = [500, 1500] // before the second and the third try
const LONGEST_PAUSE = 5000

/** A key under which the server recognises the same write again. */
function newKey() {
  const letters = '0123456789abcdefghjkmnpqrstvwxyz'
  let key = Date.now().toString(36)
  for (let i = 0; i < 16; i += 1) key += letters[Math.floor(Math.random() * letters.length)]
  return key
}

/** @param {number} milliseconds */
const pause = (milliseconds) => new Promise((done) => setTimeout(done, milliseconds))

/**
 * @param {string} path with {names} in braces
 * @param {Record<string, any>} said names in braces go into the path, the rest becomes the query
 */
function address(path, said) {
  const query = { ...said }
  const filled = path.replace(/\{(\w+)\}/g, (_, name) => {
    const value = String(query[name])
    delete query[name]
    return encodeURIComponent(value)
  })
  const rest = Object.entries(query).filter(([, value]) => value !== undefined && value !== null && value !== '')
  const text = rest.map(([key, value]) => `${encodeURIComponent(key)}=${encodeURIComponent(String(value))}`).join('&')
  return server + PREFIX + filled + (text ? `?${text}` : '')
}

/**
 * @param {string} method @param {string} url @param {any} body @param {Record<string, string>} header
 * @returns {Promise<any>}
 */
function once(method, url, body, header) {
  return new Promise((done, fail) => {
    wx.request({
      url,
      method: /** @type {any} */ (method),
      // WeChat would make a query of an object in a DELETE; a string is sent as it is.
      data: body === undefined ? undefined : JSON.stringify(body),
      header: body === undefined ? header : { ...header, 'content-type': 'application/json' },
      timeout: TIMEOUT,
      success: (answer) => (answer.statusCode < 400 ? done(answer.data) : fail(refused(/** @type {any} */ (answer)))),
      fail: (fault) => void unreached(fault).then(fail),
    })
  })
}

/** @param {string} method @param {string} url @param {any} body @param {Record<string, string>} header */
async function patiently(method, url, body, header) {
  for (let tried = 0; ; tried += 1) {
    try {
      return await once(method, url, body, header)
    } catch (fault) {
      const refusal = /** @type {Refusal} */ (fault)
      // A phone without network is told at once; waiting would not bring the network back.
      if (!refusal.again || refusal.code === 'network.offline' || tried >= PAUSES.length) throw fault
      await pause(Math.min(Math.max(PAUSES[tried], refusal.pause), LONGEST_PAUSE))
    }
  }
}

const exchange = (/** @type {string} */ code, /** @type {string | null} */ device) =>
  patiently('POST', address('/session', {}), device ? { code, device_id: device } : { code }, {})

/** @returns {Promise<import('./session').Session>} who is signed in; signs in if nobody is */
async function signedIn() {
  return session() || signIn(exchange)
}

/**
 * A token that has died is replaced once; the request is then sent again under the same key.
 * @param {string} method @param {string} path @param {Record<string, any>} said @param {any} body @param {string} key
 */
async function authorised(method, path, said, body, key) {
  const url = address(path, said)
  const { token } = await signedIn()
  const header = (/** @type {string} */ bearer) => ({
    authorization: `Bearer ${bearer}`,
    ...(key ? { 'idempotency-key': key } : {}),
  })
  try {
    return await patiently(method, url, body, header(token))
  } catch (fault) {
    if (!(fault instanceof Refusal) || fault.status !== 401) throw fault
    const now = session()
    if (now && now.token === token) forget()
    const fresh = await signedIn()
    return patiently(method, url, body, header(fresh.token))
  }
}

/**
 * @template {Api.Reads} P
 * @param {P} path @param {Api.ReadParams<P>} [said]
 * @returns {Promise<Api.ReadAnswer<P>>}
 */
function get(path, said) {
  return authorised('GET', path, said || {}, undefined, '')
}

/**
 * Send a write. `key` is kept by whoever may have to repeat it; the server then does it once.
 * @template {Api.Verb} V
 * @template {Api.Writes<V>} P
 * @param {V} verb @param {P} path @param {Api.WriteParams<V, P>} said @param {Api.WriteBody<V, P>} [body] @param {string} [key]
 * @returns {Promise<Api.WriteAnswer<V, P>>}
 */
function send(verb, path, said, body, key) {
  return authorised(verb.toUpperCase(), path, said, body, key || newKey())
}

module.exports = { get, newKey, send, signedIn }
