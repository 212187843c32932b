// @ts-check
// The entries of one category, newest first. Opened without a choice, it asks which.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { extended, rejoined } = require('../../kit/paged')
const { choose, chosen } = require('./chosen')
const { plainly, readingOf } = require('./reading')
const { origin } = require('./words')

/** @typedef {Api.Card<'EntryCard'>} Entry */

page({
  data: {
    category: /** @type {Api.Card<'RecordCategory'> | ''} */ (''),
    words: '',
    categories: /** @type {Api.Card<'CategoryCount'>[]} */ ([]),
    lines: /** @type {{ uid: string, words: string, note: string, objected: boolean, to: string }[]} */ ([]),
    more: false,
    spoken: '',
  },

  opened() {
    const own = /** @type {any} */ (this)
    own.list = /** @type {{ items: Entry[], next: string | null }} */ ({ items: [], next: null })
    this.setData(chosen())
  },

  async load() {
    const { family, said } = await readingOf(this.query.resident)
    const { category } = this.data
    if (!category) {
      const categories = await plainly(family, get('/residents/{resident_uid}/record/categories', said))
      return { categories, spoken: categories.map((each) => `${each.words}，${each.entries} 条`).join('。') }
    }
    const first = await plainly(family, get('/residents/{resident_uid}/record/entries', { ...said, category }))
    return this.shownWith(rejoined(first, /** @type {any} */ (this).list))
  },

  /** @param {{ items: Entry[], next: string | null }} list */
  shownWith(list) {
    Object.assign(this, { list })
    const lines = list.items.map((each) => ({
      uid: each.uid,
      words: each.words,
      note: origin(each.source, each.effective_at),
      objected: each.objections.length > 0,
      to: `/pages/record/entry?resident=${this.query.resident}&uid=${each.uid}`,
    }))
    return { lines, more: Boolean(list.next), spoken: lines.map((each) => `${each.note}：${each.words}`).join('。') }
  },

  async older() {
    const { family, said } = await readingOf(this.query.resident)
    const { list } = /** @type {any} */ (this)
    const category = /** @type {Api.Card<'RecordCategory'>} */ (this.data.category)
    const found = await this.act('older', () =>
      plainly(family, get('/residents/{resident_uid}/record/entries', { ...said, category, after: list.next })),
    )
    if (found && found !== true) this.setData(this.shownWith(extended(list, found)))
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  which(event) {
    const { category, words } = this.data.categories[event.currentTarget.dataset.index]
    choose(category, words)
    this.setData({ category, words, state: 'loading' })
    return this.refresh()
  },
})
