// @ts-check
// Who may see a record: what waits for an answer, what is allowed now, what is over.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { whose } = require('../../kit/whose')
const { line } = require('./words')

const MOST = 100
const OVER = 20 // of what is past, at a time

page({
  data: {
    who: '您',
    resident: '',
    nobody: false,
    waiting: /** @type {ReturnType<typeof line>[]} */ ([]),
    allowed: /** @type {ReturnType<typeof line>[]} */ ([]),
    over: /** @type {ReturnType<typeof line>[]} */ ([]),
    more: /** @type {string | null} */ (null),
    mayDecide: true,
    kinds: ['tmpl_consent_asked'],
    spoken: '',
  },

  async load() {
    const wanted = this.query.resident || whose()
    const residents = get('/residents')
    // Whose page it is, is mostly known: then nothing waits for anything.
    const resident = wanted || ((await residents)[0] || { uid: '' }).uid
    if (!resident) return { nobody: true }
    const [mine, waiting, allowed, all] = await Promise.all([
      residents,
      get('/consents', { resident, status: 'requested', limit: MOST }),
      get('/consents', { resident, status: 'granted', limit: MOST }),
      get('/consents', { resident, limit: OVER }),
    ])
    const about = mine.find((each) => each.uid === resident)
    // A nurse may read what concerns her home; here it is about one's own family only.
    if (!about) return { nobody: true }
    const who = about.myself ? '您' : about.name
    const lines = { waiting: waiting.items.map(line), allowed: allowed.items.map(line), over: past(all.items) }
    const spoken = [
      lines.waiting.length ? `有 ${lines.waiting.length} 件等您决定。` : '',
      ...lines.waiting.map((each) => `${each.recipient}想看${each.asked}。`),
      ...lines.allowed.map((each) => `${each.recipient}现在能看${each.parts}，到${each.until}为止。`),
    ].join('')
    return {
      ...lines,
      nobody: false,
      who,
      resident,
      more: all.next,
      mayDecide: about.scopes.includes('consent'),
      spoken: spoken || `现在没有谁能看${who}的档案。`,
    }
  },

  async older() {
    const { resident } = this.data
    const after = this.data.more || undefined
    const all = await this.act('older', () => get('/consents', { resident, limit: OVER, after }))
    if (all && all !== true) this.setData({ over: [...this.data.over, ...past(all.items)], more: all.next })
  },
})

/** @param {Api.Card<'ConsentCard'>[]} cards */
const past = (cards) => cards.filter((each) => each.status !== 'requested' && each.status !== 'granted').map(line)

