// @ts-check
// A form at the bed, a question at a time: a follow-up, or an assessment. What must be known comes first, the rest is a list from
// which one may choose. It is done when the server says so; until then it is on this phone and says that.

const { get, send } = require('../../api/client')
const { Refusal } = require('../../api/refusals')
const { faultOf } = require('../../kit/measures')
const { page } = require('../../kit/page')
const sheets = require('../../kit/sheets')
const { dateOf } = require('../../kit/times')
const { cut, standing, within } = require('./desk')

/** @typedef {import('../../kit/sheets').Sheet} Sheet */
/** @typedef {import('../../kit/sheets').Question} Question */

// What a sheet that was begun on another day is dated by: the server takes the day of a follow-up, and dates a signature itself.
const OLD = /** @type {Record<string, string>} */ ({
  followup: '这份是前两天开始填的，交上去按开始那天记。不对的话，请重新填一份。',
  assessment: '这份是前两天开始填的，签名和评估日期都记今天。老人的情况有变化的话，请先改好再交。',
})

/** @param {string} kind @param {string} uid @returns {Promise<Sheet>} */
async function asked(kind, uid) {
  if (kind === 'followup') return sheets.ofFollowUp(await get('/follow-ups/{episode_uid}/form', { episode_uid: uid }), dateOf())
  return sheets.ofAssessment(await get('/assessments/{assessment_uid}/work', { assessment_uid: uid }), dateOf())
}

/** @param {Sheet} sheet @returns {Promise<{ title: string, words: string[], note: string, urgent: boolean }>} the server's own word */
async function handedIn(sheet) {
  const answers = sheets.answersOf(sheet)
  if (sheet.kind === 'followup') {
    const body = { answers, version: sheet.version, happened_on: sheet.day, next_on: null }
    const card = await within(send('post', '/follow-ups/{episode_uid}/records', { episode_uid: sheet.uid }, body, sheet.key))
    return { title: card.course_words, words: [`${card.outcome_words}。`, ...card.why], note: card.sentence.split('。').slice(-2).join('。'), urgent: card.course === 'urgent' }
  }
  const signed = await within(send('post', '/assessments/{assessment_uid}/signature', { assessment_uid: sheet.uid }, { answers }, sheet.key))
  const note = signed.status === 'proposed' ? '您签了第一个名。请另一位评估员在电脑上核对、签名，签了才算数。' : '已经写进健康档案，老人和家里人看得到。'
  return { title: signed.result, words: [], note, urgent: false }
}

page({
  data: {
    who: 'staff',
    title: '',
    person: '',
    lead: '',
    question: /** @type {Question | null} */ (null),
    step: 0,
    steps: 0,
    chosen: /** @type {string[]} */ ([]),
    text: '',
    fault_: '',
    single: false, // one question out of the list
    parts: /** @type {{ title: string, note: string, open: boolean, rows: { name: string, words: string, said: string, fault: string }[] }[]} */ ([]),
    missing: 0,
    sent: false,
    old: '',
    done: /** @type {Awaited<ReturnType<typeof handedIn>> | null} */ (null),
  },

  async load() {
    const who = await standing()
    if (who !== 'staff' || this.data.done) return { who }
    const self = /** @type {any} */ (this)
    if (self.sheet) return { who }
    const { kind, uid } = this.query
    const kept = sheets.read(kind, uid)
    // What was begun goes on with its own questions; the server says if they are no longer those in use.
    self.sheet = kept || (await asked(kind, uid))
    self.faults = {}
    self.open = {}
    const sheet = /** @type {Sheet} */ (self.sheet)
    const next = sheets.walkOf(sheet).findIndex((each) => !sheets.settled(each, sheet.answers[each.name]))
    const lead = [sheet.aim && `控制线：${sheet.aim}。`, sheet.last].filter(Boolean).join('')
    return { who, title: sheet.title, person: sheet.who, lead, old: sheet.day === dateOf() ? '' : OLD[sheet.kind], ...(next < 0 ? this.listed() : this.asking(next)) }
  },

  /** @param {number} place in the walk */
  asking(place) {
    const sheet = /** @type {Sheet} */ (/** @type {any} */ (this).sheet)
    const walk = sheets.walkOf(sheet)
    return { ...this.posed(walk[place]), step: place + 1, steps: walk.length, single: false, sent: Boolean(sheet.key) }
  },

  /** @param {Question} question */
  posed(question) {
    const self = /** @type {any} */ (this)
    const answer = self.sheet.answers[question.name]
    const chosen = question.ask === 'tick' ? (answer ? ['yes'] : []) : [answer].flat().filter(Boolean)
    const options = question.ask === 'tick' ? [{ key: 'yes', words: '是' }] : question.options
    return { question: { ...question, options }, chosen, text: typeof answer === 'string' ? answer : '', fault_: self.faults[question.name] || '', refusal: null }
  },

  listed() {
    const self = /** @type {any} */ (this)
    const sheet = /** @type {Sheet} */ (self.sheet)
    const walk = sheets.walkOf(sheet)
    const row = (/** @type {Question} */ each) => ({ name: each.name, words: each.words, said: sheets.saidOf(each, sheet.answers[each.name]), fault: self.faults[each.name] || '' })
    const rest = sheet.sections.map(({ title, questions }) => ({ title, rows: questions.filter((each) => !each.first && each.ask !== 'day').map(row) }))
    const parts = [
      { title: '要填的', note: '', open: true, rows: walk.map(row) },
      ...rest.filter(({ rows }) => rows.length).map(({ title, rows }) => {
        const count = rows.filter(({ said }) => said).length
        const open = Boolean(self.open[title]) || rows.some(({ fault }) => fault)
        return { title, note: count ? `可以不填，填了 ${count} 项` : '可以不填', open, rows }
      }),
    ]
    const missing = walk.filter((each) => !sheets.settled(each, sheet.answers[each.name])).length
    return { question: null, step: 0, steps: 0, single: false, parts, missing, sent: Boolean(sheet.key) }
  },

  /** @param {import('../../kit/sheets').Answer} answer */
  put(answer) {
    const self = /** @type {any} */ (this)
    const { name } = /** @type {Question} */ (this.data.question)
    delete self.faults[name]
    // Another content goes under another key.
    self.sheet = { ...self.sheet, answers: { ...self.sheet.answers, [name]: answer }, key: '' }
    sheets.keep(self.sheet)
    this.setData(this.posed(/** @type {Question} */ (this.data.question)))
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pick({ detail: { chosen } }) {
    const { ask, none } = /** @type {Question} */ (this.data.question)
    if (ask === 'tick') return this.put(chosen.length > 0)
    if (ask !== 'many') return this.put(chosen[0] || '')
    // "None of it" excludes the others, as the last tap has it.
    const fresh = chosen.filter((key) => !this.data.chosen.includes(key))
    return this.put(fresh.includes(none) ? [none] : chosen.filter((key) => key !== none))
  },

  /** @param {{ detail: { value: string } }} event */
  typed({ detail }) {
    this.put(detail.value)
  },

  /** Whether the answer may stand; if not, a sentence says why. */
  stands() {
    const question = /** @type {Question} */ (this.data.question)
    // Whoever goes on past a list of signs has looked: there is none.
    if (question.name === sheets.DANGER && !this.data.chosen.length) this.put([])
    const answer = /** @type {any} */ (this).sheet.answers[question.name]
    const fault_ = !this.data.single && !sheets.settled(question, answer)
      ? question.options.length ? '请先选一样。' : '请先填上。'
      : question.measure ? faultOf(question.measure, String(answer || '')) : ''
    this.setData({ fault_ })
    return !fault_
  },

  /** @param {Record<string, any>} news */
  turn(news) {
    this.setData(news)
    wx.pageScrollTo({ scrollTop: 0, duration: 0 })
  },

  onward() {
    if (!this.stands()) return
    const walk = sheets.walkOf(/** @type {any} */ (this).sheet)
    const next = walk.findIndex((each) => each.name === /** @type {Question} */ (this.data.question).name) + 1
    this.turn(this.data.single || next >= walk.length ? this.listed() : this.asking(next))
  },

  backward() {
    this.turn(this.asking(this.data.step - 2))
  },

  list() {
    this.turn(this.listed())
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  edit(event) {
    const sheet = /** @type {Sheet} */ (/** @type {any} */ (this).sheet)
    const question = sheet.sections.flatMap(({ questions }) => questions).find((each) => each.name === event.currentTarget.dataset.name)
    if (question) this.turn({ ...this.posed(question), step: 0, steps: 0, single: true })
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  unfold(event) {
    const self = /** @type {any} */ (this)
    const { title } = event.currentTarget.dataset
    self.open[title] = !self.open[title]
    this.setData(this.listed())
  },

  async hand() {
    const self = /** @type {any} */ (this)
    if (this.data.missing) return this.refuse(`还有 ${this.data.missing} 项要填。点“没有填”的那一行，就能填。`)
    // The key is on the phone before anything leaves it: sent again, even after a restart, it counts once.
    self.sheet = sheets.keyed(self.sheet)
    this.setData({ sent: true })
    const done = await this.act('hand', async () => {
      try {
        return await handedIn(self.sheet)
      } catch (fault) {
        if (fault instanceof Refusal && !cut(fault)) {
          self.faults = fault.fields
          self.sheet = { ...self.sheet, key: '' }
          sheets.keep(self.sheet)
        }
        throw fault
      }
    })
    if (!done || done === true) {
      const { refusal } = this.data
      return this.turn({ ...this.listed(), refusal })
    }
    sheets.drop(this.query.kind, this.query.uid)
    return this.turn({ done, question: null })
  },

  throwAway() {
    sheets.drop(this.query.kind, this.query.uid)
    this.leave()
  },

  leave() {
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: '/pages/round/round' })
  },
})
