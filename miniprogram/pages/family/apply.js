// @ts-check
// Somebody asks to act for a resident. Each step is this page again, one further on the stack. The answer never tells
// whether there is such a resident; the identity number lives in memory until it is sent, and nowhere else.

const { send, signedIn } = require('../../api/client')
const { learn } = require('../../api/session')
const { page } = require('../../kit/page')
const { dropApplication, theApplication } = require('./draft')
const { RELATIONS, SCOPES, relationWords, scopeWords } = require('./words')

const STEPS = 4
const QUESTIONS = ['您想替哪位老人办事？', '您是老人的什么人？', '凭什么替老人办？', '想办哪些事？']
/** @type {{ key: Api.Card<'Basis'>, words: string, note: string }[]} */
const BASES = [
  { key: 'own_consent', words: '老人自己愿意', note: '老人会在手机上，或者当着工作人员的面点头' },
  { key: 'durable', words: '老人以前和我说定了监护', note: '有公证过的意定监护协议' },
  { key: 'statutory', words: '我是法定监护人', note: '有居委会、民政或法院的文件' },
]
const LENGTH = 18
const WEIGHTS = [7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2]
const CHECKS = '10X98765432'

/** What is wrong with an identity number, as GB 11643 has it; empty if nothing is. @param {string} number */
function faultOf(number) {
  if (!number) return '请写上老人的身份证号。'
  if (number.length !== LENGTH) return `身份证号是 ${LENGTH} 位，现在是 ${number.length} 位，请对一对。`
  if (!/^\d{17}[\dX]$/.test(number)) return '身份证号只有数字，最后一位可以是 X，请对一对。'
  const sum = WEIGHTS.reduce((total, weight, at) => total + weight * Number(number[at]), 0)
  return CHECKS[sum % 11] === number[17] ? '' : '身份证号有一位抄错了，请对着证件一位一位看。'
}

const cleaned = (/** @type {string} */ number) => number.replace(/\s/g, '').toUpperCase()

page({
  data: {
    step: 1,
    steps: STEPS,
    question: QUESTIONS[0],
    needsName: false,
    own: '',
    name: '',
    number: '',
    faults: /** @type {Record<string, string>} */ ({}),
    relations: RELATIONS,
    relation: '',
    bases: BASES,
    basis: '',
    needsDocument: false,
    document: '',
    scopes: /** @type {any[]} */ ([]),
    made: false,
    summary: /** @type {any} */ ({}),
    kinds: ['tmpl_kinship_verified'],
    spoken: '',
  },

  async load() {
    const { needs } = await signedIn()
    return { needsName: needs.includes('name'), ...this.view() }
  },

  view() {
    const step = Number(this.query.step) || 1
    const draft = theApplication()
    const question = draft.made ? '申请交上去了' : QUESTIONS[step - 1]
    return {
      step,
      question,
      own: draft.own,
      name: draft.name,
      number: draft.number,
      faults: draft.numberFault ? { number: draft.numberFault } : {},
      relation: draft.relation,
      basis: draft.basis,
      needsDocument: Boolean(draft.basis) && draft.basis !== 'own_consent',
      document: draft.document,
      scopes: SCOPES.map((each) => ({ ...each, on: draft.scopes.includes(each.key) })),
      made: Boolean(draft.made),
      summary: { relation: draft.relation ? relationWords(draft.relation) : '', can: scopeWords(draft.scopes) },
      spoken: draft.made ? `${question}。带上证件去养老院核对。` : question,
    }
  },

  /** A field was written in. @param {WechatMiniprogram.Input} event */
  write(event) {
    const which = /** @type {'own' | 'name' | 'number' | 'document'} */ (event.currentTarget.dataset.which)
    const draft = theApplication()
    draft[which] = event.detail.value
    if (which === 'number') draft.numberFault = ''
    this.setData({ [which]: event.detail.value, faults: { ...this.data.faults, [which]: '' } })
  },

  /** One of several was chosen. @param {WechatMiniprogram.TouchEvent} event */
  choose(event) {
    const { which, key } = event.currentTarget.dataset
    const draft = /** @type {any} */ (theApplication())
    draft[which] = key
    this.setData({ ...this.view(), refusal: null })
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  tick(event) {
    const { key } = event.currentTarget.dataset
    const draft = theApplication()
    draft.scopes = draft.scopes.includes(key) ? draft.scopes.filter((each) => each !== key) : [...draft.scopes, key]
    this.setData({ ...this.view(), refusal: null })
  },

  /** What is missing on this step, by field. @returns {Record<string, string>} */
  missing() {
    const draft = theApplication()
    const { step, needsName } = this.data
    /** @type {Record<string, string>} */
    const faults = {}
    if (step === 1) {
      if (needsName && draft.own.trim().length < 2) faults.own = '请写上您自己的姓名，和身份证上的一样。'
      if (draft.name.trim().length < 2) faults.name = '请写上老人的姓名。'
      const number = faultOf(cleaned(draft.number))
      if (number) faults.number = number
    }
    if (step === 2 && !draft.relation) faults.relation = '请先点一下，您是老人的什么人。'
    if (step === 3) {
      if (!draft.basis) faults.basis = '请先点一下，凭什么办。'
      else if (draft.basis !== 'own_consent' && !draft.document.trim()) faults.document = '请写上文件上的编号，养老院要看原件。'
    }
    if (step === 4 && !draft.scopes.length) faults.scopes = '请至少选一件想办的事。'
    return faults
  },

  next() {
    const faults = this.missing()
    this.setData({ faults })
    const first = Object.values(faults)[0]
    if (first) return this.refuse(first)
    this.setData({ refusal: null })
    return wx.navigateTo({ url: `/pages/family/apply?step=${this.data.step + 1}` })
  },

  async submit() {
    const faults = this.missing()
    const first = Object.values(faults)[0]
    if (first) return this.refuse(first)
    const draft = theApplication()
    const number = cleaned(draft.number)
    // Whoever came here past the first questions (an old page brought back) has nothing to send.
    if (!draft.name || faultOf(number) || !draft.relation || !draft.basis) return this.refuse('前面的还没有填，请点左上角返回，从头填一遍。')
    const body = {
      name: draft.name.trim(),
      national_id: number,
      basis: draft.basis,
      relation: draft.relation,
      scopes: draft.scopes,
      categories: [],
      last_day: null,
      document_ref: draft.basis === 'own_consent' ? null : draft.document.trim(),
    }
    const { needsName } = this.data
    const card = await this.act(
      'submit',
      async (key) => {
        if (needsName) {
          learn(await send('put', '/session/name', {}, { name: draft.own.trim() }))
          this.setData({ needsName: false })
        }
        return send('post', '/proxies', {}, body, key)
      },
      body,
    )
    const refusal = this.data.refusal
    if (card && card !== true) {
      draft.made = card
      draft.number = ''
      draft.name = ''
      this.toFirst()
    } else if (refusal && refusal.code === 'people.wrong_national_id') {
      draft.numberFault = refusal.words
      this.toFirst()
    }
    return undefined
  },

  /** To the first question, which shows what came of it. */
  toFirst() {
    const pages = getCurrentPages()
    const before = pages.slice(0, -1).reverse().findIndex((each) => each.route !== 'pages/family/apply')
    const questions = before < 0 ? pages.length - 1 : before
    if (questions > 0) wx.navigateBack({ delta: questions })
    else this.setData(this.view())
  },

  closed() {
    // Leaving the end, or the first question, is leaving the whole: the number does not stay behind.
    if (this.data.made || this.data.step === 1) dropApplication()
  },
})
