// @ts-check
// Every way in which the server or the network says no, as one sentence that tells the person what to do next.

class Refusal extends Error {
  /**
   * @param {{ code: string, words: string, status?: number, fields?: Record<string, string>, again?: boolean, pause?: number }} said
   * `again`: the same request may be sent again; nothing was refused for good. `pause`: not before so many milliseconds.
   */
  constructor(said) {
    super(said.code)
    this.name = 'Refusal'
    this.code = said.code
    this.words = said.words
    this.status = said.status || 0
    this.fields = said.fields || {}
    this.again = Boolean(said.again)
    this.pause = said.pause || 0
  }
}

const OFFLINE = '手机现在没有网络。请看看无线网或流量开了没有，再点一次。'
const UNREACHED = '没有连上。您填的都还在，请过一会儿再点一次；总是这样，请打电话。'
const SLOW = '网络很慢，还没等到回音。您填的都还在，请再点一次。'
const BUSY = '系统正忙，请过一会儿再试。有急事请直接打电话。'
const BROKEN = '系统出了点问题，我们会尽快修好。您填的都还在，请过一会儿再试。'
const UPDATE = '小程序有新版本，请退出微信小程序后重新打开。'

/**
 * Why nothing came back: no network at all, too slow, or cut on the way.
 * @param {{ errMsg: string }} fault what `fail` of wx.request was given
 * @returns {Promise<Refusal>}
 */
function unreached(fault) {
  if (/timeout|time out/i.test(fault.errMsg)) return Promise.resolve(new Refusal({ code: 'network.slow', words: SLOW, again: true }))
  return new Promise((done) => {
    const cut = new Refusal({ code: 'network.cut', words: UNREACHED, again: true })
    const offline = new Refusal({ code: 'network.offline', words: OFFLINE, again: true })
    wx.getNetworkType({ success: ({ networkType }) => done(networkType === 'none' ? offline : cut), fail: () => done(cut) })
  })
}

/** @param {{ statusCode: number, data: any, header: Record<string, string> }} answer */
function refused(answer) {
  const { statusCode: status, data } = answer
  const wait = Number(answer.header['retry-after'] || answer.header['Retry-After'] || 0) * 1000
  const told = data && typeof data.code === 'string' && typeof data.detail === 'string'
  const again = status === 502 || status === 503 || status === 504
  if (told) return new Refusal({ code: data.code, words: data.detail, status, fields: data.fields, again, pause: wait })
  if (again) return new Refusal({ code: 'server.busy', words: BUSY, status, again, pause: wait })
  if (status === 404) return new Refusal({ code: 'server.unknown_route', words: UPDATE, status })
  return new Refusal({ code: 'server.broken', words: BROKEN, status })
}

/** What a page shows of anything that was thrown. @param {unknown} fault @returns {Refusal} */
function refusalOf(fault) {
  if (fault instanceof Refusal) return fault
  console.error(fault)
  return new Refusal({ code: 'phone.broken', words: BROKEN })
}

module.exports = { Refusal, refusalOf, refused, unreached }
