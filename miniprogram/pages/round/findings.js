// @ts-check
// One resident: what became of them, what was measured, what is to be said. Everything typed stays on the phone until the
// server has it. It goes through the queue even with a network: however often the line breaks, a measurement counts once.

const { Refusal } = require('../../api/refusals')
const { faultOf, meaningOf } = require('../../kit/measures')
const { page } = require('../../kit/page')
const queue = require('../../kit/queue')
const { OUTCOMES, backTo, cardOf, measures, standing, told } = require('./desk')
const drafts = require('../../kit/round-drafts')

/** @typedef {import('../../kit/round-drafts').Draft} Draft */
/** @typedef {Api.Card<'MeasureCard'>} Measure */

const NOTES = /** @type {Record<string, string>} */ ({ seen: '测一测，记几句', absent: '人不在房里，也没有找到', refused: '老人说今天不看' })
const CHOICES = Object.entries(OUTCOMES).map(([key, words]) => ({ key, words, note: NOTES[key] }))
const MISSING = '这一项必须填写。' // as the record says it
const SWAPPED = '低压应比高压低，请看看是不是填反了。'

/** What of the draft cannot be, by column. @param {Draft} draft @param {Measure[]} known */
function faultsOf(draft, known) {
  if (draft.outcome !== 'seen') return {}
  const found = known.map((measure) => [measure.key, faultOf(measure, draft.values[measure.key] || '')])
  const faults = Object.fromEntries(found.filter(([, words]) => words))
  const { systolic, diastolic } = draft.values
  if (systolic && !diastolic) faults.diastolic = MISSING
  if (diastolic && !systolic) faults.systolic = MISSING
  if (systolic && diastolic && !faults.diastolic && Number(systolic) <= Number(diastolic)) faults.diastolic = SWAPPED
  return faults
}

/** @param {string} item @param {Draft} draft @returns {Api.Card<'Found'>} */
function foundOf(item, { outcome, values, text, note, urgent }) {
  const seen = outcome === 'seen'
  const number = (/** @type {string} */ key) => (seen && values[key] ? Number(values[key]) : null)
  return {
    item,
    outcome: /** @type {any} */ (outcome),
    systolic: number('systolic'),
    diastolic: number('diastolic'),
    pulse: number('pulse'),
    temperature: number('temperature'),
    glucose: number('glucose'),
    spo2: number('spo2'),
    weight: number('weight'),
    text: seen ? text.trim() : '',
    note: seen ? '' : note.trim(),
    urgent: seen && urgent,
  }
}

page({
  data: {
    who: 'staff',
    visit: '',
    name: '',
    bed: '',
    due: '',
    age: 0,
    resident: '',
    stand: 'open', // open, early, over, underway
    before: '',
    refusedBefore: '',
    choices: CHOICES,
    draft: drafts.empty(),
    chosen: /** @type {string[]} */ ([]),
    rows: /** @type {{ key: string, words: string, unit: string, value: string, meaning: string, sign: string, fault: string }[]} */ ([]),
    pad: /** @type {Measure | null} */ (null),
    next: '',
    faults: /** @type {Record<string, string>} */ ({}),
    padFault: '',
  },

  async load() {
    const who = await standing()
    if (who !== 'staff') return { who }
    const { visit, item } = this.query
    const self = /** @type {any} */ (this)
    const [{ card }, known] = await Promise.all([cardOf(visit), measures()])
    const it = told(card)
    const line = card.items.find((each) => each.uid === item)
    if (!line) throw new Refusal({ code: 'phone.no_line', words: '这位老人不在这次巡诊的名单里。请返回上一页再看看。' })
    const own = queue.items(visit).filter((each) => each.line === item)
    const waits = own.find((each) => each.state === 'waiting')
    const refused = own.find((each) => each.state === 'refused')
    const kept = drafts.read(visit, item)
    const written = waits || refused
    const draft = kept || (written && written.event ? drafts.draftOf(written.event.results[0]) : { ...drafts.empty(), outcome: line.outcome || '' })
    Object.assign(self, { known, waits, refused })
    return {
      who,
      visit,
      name: line.resident_name,
      bed: line.bed,
      age: line.age,
      resident: line.resident_uid,
      due: line.due || line.service_name,
      stand: it.ended || !it.visiting ? 'over' : !it.begun ? 'early' : waits && waits.tried ? 'underway' : 'open',
      before: line.outcome ? `已经记过：${line.outcome_text}${line.findings ? `，${line.findings} 项` : ''}。这里再记的会另外加上去，原来的不变。` : '',
      refusedBefore: refused ? refused.message : '',
      ...this.shape(draft, known, this.data.faults, line.age),
    }
  },

  /** @param {Draft} draft @param {Measure[]} known @param {Record<string, string>} faults @param {number} age */
  shape(draft, known, faults, age) {
    const rows = known.map((measure) => {
      const value = draft.values[measure.key] || ''
      const meaning = meaningOf(measure, value, age)
      return { key: measure.key, words: measure.words, unit: measure.unit, value, meaning: meaning.words, sign: meaning.sign, fault: faults[measure.key] || '' }
    })
    return { draft, rows, faults, chosen: draft.outcome ? [draft.outcome] : [] }
  },

  /** @param {Partial<Draft>} news @param {Record<string, string>} [faults] */
  put(news, faults) {
    const draft = { ...this.data.draft, ...news }
    drafts.keep(this.query.visit, this.query.item, draft)
    this.setData(this.shape(draft, /** @type {any} */ (this).known, faults || this.data.faults, this.data.age))
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pick(event) {
    this.put({ outcome: event.detail.chosen[0] }, {})
  },

  /** @param {{ detail: { value: string } }} event */
  say(event) {
    this.put({ text: event.detail.value })
  },

  /** @param {{ detail: { value: string } }} event */
  remark(event) {
    this.put({ note: event.detail.value })
  },

  flag() {
    this.put({ urgent: !this.data.draft.urgent })
  },

  /** @param {string} key */
  showPad(key) {
    const known = /** @type {Measure[]} */ (/** @type {any} */ (this).known)
    const place = known.findIndex((each) => each.key === key)
    const next = known[place + 1]
    this.setData({ pad: known[place], next: next ? next.words : '', padFault: this.data.faults[key] || '', refusal: null })
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  measure(event) {
    this.showPad(event.currentTarget.dataset.key)
  },

  /** @param {{ detail: { value: string } }} event */
  typed(event) {
    const pad = /** @type {Measure} */ (this.data.pad)
    const { [pad.key]: _, ...faults } = this.data.faults
    this.put({ values: { ...this.data.draft.values, [pad.key]: event.detail.value } }, faults)
    this.setData({ padFault: '' })
  },

  /** Whether the number may stand; if not, the sentence says why. */
  stands() {
    const pad = /** @type {Measure} */ (this.data.pad)
    const padFault = faultOf(pad, this.data.draft.values[pad.key] || '')
    this.setData({ padFault })
    return !padFault
  },

  onward() {
    if (!this.stands()) return
    const known = /** @type {Measure[]} */ (/** @type {any} */ (this).known)
    const place = known.findIndex((each) => each.key === /** @type {Measure} */ (this.data.pad).key)
    if (known[place + 1]) this.showPad(known[place + 1].key)
    else this.setData({ pad: null })
  },

  list() {
    if (this.stands()) this.setData({ pad: null })
  },

  async save() {
    const { draft, name, bed } = this.data
    const { visit, item } = this.query
    const self = /** @type {any} */ (this)
    if (!draft.outcome) return this.refuse('请先选一样：已看，不在，还是本人不愿意。')
    const faults = faultsOf(draft, self.known)
    if (Object.keys(faults).length) {
      this.put({}, faults)
      return this.refuse(Object.values(faults)[0])
    }
    const done = await this.act('save', async () => {
      const results = [foundOf(item, draft)]
      const before = [self.waits, self.refused].filter(Boolean)
      // Written anew: what never left the phone, or was refused, is replaced by this.
      const held = queue.hold({ kind: 'findings', visit, line: item, label: `${name}，${bed}\u00a0床`, results })
      for (const each of before) queue.drop(each.client_uid)
      const now = await queue.verdict(held.client_uid)
      if (now && now.state === 'refused') {
        queue.drop(held.client_uid)
        Object.assign(self, { waits: null, refused: null })
        throw new Refusal({ code: 'queue.refused', words: now.message })
      }
      drafts.drop(visit, item)
    })
    if (done) backTo(`/pages/round/visit?visit=${visit}`)
    return undefined
  },
})
