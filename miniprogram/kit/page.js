// @ts-check
// What every page does alike: type size, loading, one sentence when something fails, and no second tap while busy.

const { newKey } = require('../api/client')
const { refusalOf } = require('../api/refusals')
const { quiet, speak } = require('./speech')
const { rem } = require('./type')

/**
 * @typedef {{ words: string, code: string, again: boolean, retry?: boolean, fields: Record<string, string> }} Told
 * @typedef {object} Common
 * @property {number} rem
 * @property {'loading' | 'ready' | 'failed'} state
 * @property {Told | null} fault why there is nothing to see
 * @property {Told | null} refusal why the last action was not done
 * @property {string} busy name of the action under way
 * @property {string} spoken what the read-aloud button reads; empty where there is nothing to read
 */
/**
 * @template D, M
 * @typedef {M & {
 *   data: Common & D,
 *   query: Record<string, string>,
 *   setData: (news: Partial<Common & D> & Record<string, any>) => void,
 *   refresh: () => Promise<void>,
 *   act: <T>(name: string, work: (key: string) => Promise<T>, about?: any) => Promise<T | true | undefined>,
 *   refuse: (words: string) => void,
 *   createSelectorQuery: () => WechatMiniprogram.SelectorQuery,
 *   route: string,
 * }} Self
 */

/** @param {unknown} fault @returns {Told} */
function told(fault) {
  const { words, code, again, fields, status } = refusalOf(fault)
  // A no of the server's stays a no; anything else may be over in a moment.
  return { words, code, again, retry: status < 400 || status >= 500, fields }
}

const common = {
  async refresh() {
    const self = /** @type {any} */ (this)
    if (!self.load) return
    const asked = (self._asked = (self._asked || 0) + 1)
    try {
      const news = await self.load()
      // A slower, older answer must not overwrite a newer one.
      if (asked === self._asked) self.setData({ ...news, state: 'ready', fault: null })
    } catch (fault) {
      if (asked !== self._asked) return
      // What is already on the screen stays; the person is told that it may be old.
      self.setData(self.data.state === 'ready' ? { refusal: told(fault) } : { state: 'failed', fault: told(fault) })
    }
  },

  /**
   * Do one thing, once. A second tap while it is under way does nothing; if the line broke, the next tap sends the same
   * request under the same key, so that the server does it once. Resolves with what `work` gave (`true` for nothing), or
   * with undefined when it was refused: the sentence then stands in `data.refusal`.
   * @param {string} name @param {(key: string) => Promise<any>} work @param {any} [about] what is sent: another content, another key
   */
  async act(name, work, about) {
    const self = /** @type {any} */ (this)
    if (self.data.busy || self._acting) return undefined
    self._acting = true // setData is not immediate everywhere
    self.setData({ busy: name, refusal: null })
    const content = JSON.stringify(about === undefined ? null : about)
    const kept = self._keys[name]
    const key = kept && kept.content === content ? kept.key : newKey()
    self._keys[name] = { content, key }
    try {
      const answer = await work(key)
      delete self._keys[name]
      return answer === undefined || answer === '' ? true : answer
    } catch (fault) {
      const refusal = told(fault)
      if (!refusal.again) delete self._keys[name]
      self.setData({ refusal })
      return undefined
    } finally {
      self._acting = false
      self.setData({ busy: '' })
    }
  },

  /** Tell why something cannot be done, decided on the phone. @param {string} words */
  refuse(words) {
    const self = /** @type {any} */ (this)
    self.setData({ refusal: { words, code: 'phone.refused', again: false, fields: {} } })
  },

  /** For `bindtap` with `data-to`. @param {WechatMiniprogram.TouchEvent} event */
  go(event) {
    wx.navigateTo({ url: event.currentTarget.dataset.to })
  },

  /** For the read-aloud button of a screen. @param {{ detail: { words: string } }} event */
  async speak(event) {
    const self = /** @type {any} */ (this)
    try {
      await speak(event.detail.words)
    } catch (fault) {
      self.setData({ refusal: told(fault) })
    }
  },
}

/**
 * Declare a page. `opened` runs once with `this.query` decoded; `load` returns what to show and runs whenever the page
 * comes into sight, so that a page to which one goes back is never stale.
 * @template {Record<string, any>} D
 * @template {Record<string, any>} M
 * @param {M & { data?: D, opened?: () => void, load?: () => Promise<Record<string, any>>, shown?: () => void } & ThisType<Self<D, M>>} own
 */
function page(own) {
  Page(/** @type {any} */ ({
    ...common,
    ...own,
    data: {
      rem: rem(),
      state: own.load ? 'loading' : 'ready',
      fault: null,
      refusal: null,
      busy: '',
      spoken: '',
      ...(own.data || {}),
    },

    onLoad(/** @type {Record<string, string>} */ said) {
      const self = /** @type {any} */ (this)
      self._keys = {}
      self.query = Object.fromEntries(Object.entries(said).map(([key, value]) => [key, decodeURIComponent(value)]))
      if (own.opened) own.opened.call(self)
    },

    onShow() {
      const self = /** @type {any} */ (this)
      const size = rem()
      if (size !== self.data.rem) self.setData({ rem: size })
      if (own.shown) own.shown.call(self)
      return self.refresh()
    },

    onHide() {
      quiet()
    },

    onUnload() {
      const self = /** @type {any} */ (this)
      self._asked = -1 // an answer that comes now finds nobody
      quiet()
      if (own.closed) own.closed.call(self)
    },
  }))
}

module.exports = { page }
