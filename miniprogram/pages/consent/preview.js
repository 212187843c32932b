// @ts-check
// Before deciding: exactly what the recipient would see, with the categories as they are chosen now.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { draftOf } = require('./draft')

/** @param {Api.Card<'PreviewGroup'>} group */
const shown = (group) => ({
  category: group.category,
  words: group.words,
  count: group.entries,
  more: group.entries > group.newest.length,
  entries: group.newest.map((each) => ({
    uid: each.uid,
    title: each.title,
    words: each.words,
    when: day(each.effective_at),
    source: each.source,
  })),
})

page({
  data: {
    recipient: '',
    groups: /** @type {ReturnType<typeof shown>[]} */ ([]),
    nothing: false,
    spoken: '',
  },

  async load() {
    const { uid } = this.query
    const draft = draftOf(uid)
    if (draft && !draft.yes.length) return { nothing: true, groups: [], spoken: '您一项都没有选，他们什么也看不到。' }
    const said = await get('/consents/{consent_uid}/preview', { consent_uid: uid, categories: draft ? draft.yes.join(',') : undefined })
    const groups = said.groups.map(shown)
    const spoken = groups.map((each) => `${each.words}，${each.count} 条。${each.entries.map((entry) => `${entry.title}，${entry.words}`).join('。')}`).join('。')
    return { nothing: false, recipient: said.recipient, groups, spoken: `${said.recipient}会看到这些。${spoken}` }
  },

  back() {
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: `/pages/consent/consent?uid=${this.query.uid}` })
  },
})
