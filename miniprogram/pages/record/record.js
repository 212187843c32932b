// @ts-check
// One page in plain words: what needs care, what is due, what is known; everything else is one tap away.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { choose } = require('./chosen')
const { PURPOSES, choosePurpose, plainly, readingOf } = require('./reading')
const { SIGNS, origin, told } = require('./words')

const GROUPS = /** @type {{ kinds: Api.Card<'EntryKind'>[], words: string, icon: string, lead: RegExp }[]} */ ([
  { kinds: ['allergy'], words: '过敏', icon: 'warn', lead: /^过敏：/ },
  { kinds: ['condition'], words: '现有的病', icon: 'record', lead: /^疾病：/ },
  { kinds: ['observation'], words: '最近量的', icon: 'chart', lead: /^$/ },
  { kinds: ['medication'], words: '正在吃的药', icon: 'clock', lead: /^药：/ },
  { kinds: ['diagnostic_report', 'follow_up', 'assessment', 'note', 'referral'], words: '检查和记录', icon: 'record', lead: /^$/ },
])
const RANK = /** @type {Api.Card<'Sign'>[]} */ (['urgent', 'watch'])

/** @param {Api.Card<'SentenceCard'>} each @param {string} resident */
function line(each, resident) {
  const to = each.kind === 'observation' ? `trend?resident=${resident}&code=${each.code}` : `entry?resident=${resident}&uid=${each.entry_uid}`
  return {
    uid: each.entry_uid,
    words: told(each),
    note: origin(each.source, each.day),
    sign: each.sign,
    mark: SIGNS[each.sign],
    to: `/pages/record/${to}`,
  }
}

/** @param {Api.Card<'SentenceCard'>[]} sentences @param {string} resident */
function groupsOf(sentences, resident) {
  return GROUPS.map(({ kinds, words, icon, lead }) => {
    const own = sentences.filter((each) => kinds.includes(each.kind)).map((each) => line(each, resident))
    return { words, icon, lines: own.map((each) => ({ ...each, words: each.words.replace(lead, '') })) }
  }).filter((each) => each.lines.length)
}

/** @param {Api.Card<'SentenceCard'>[]} sentences */
function verdictOf(sentences) {
  const count = (/** @type {Api.Card<'Sign'>[]} */ signs) => sentences.filter((each) => signs.includes(each.sign)).length
  const [care, good] = [count(RANK), count(['good'])]
  if (care) return `有 ${care} 样要留意`
  // Only some measures have a target; of the others nothing is claimed.
  return good ? `有目标的 ${good} 样，${good > 1 ? '都' : ''}在目标范围内` : ''
}

/** @param {Api.Card<'DueCard'>[]} due */
function nextOf(due) {
  const late = due.filter((each) => each.overdue)
  if (late.length) return { words: `有 ${late.length} 件该做了：${late.map((each) => each.words).join('、')}`, note: '看看该谁来办', late: true }
  const [next] = [...due].sort((a, b) => (a.due_day < b.due_day ? -1 : 1))
  return next ? { words: next.words, note: `${day(next.due_day)}前做就行`, late: false } : null
}

page({
  data: {
    resident: '',
    name: '',
    age: 0,
    family: true,
    purposes: /** @type {{ key: string, words: string, on: boolean }[]} */ ([]),
    verdict: '',
    care: /** @type {ReturnType<typeof line>[]} */ ([]),
    groups: /** @type {ReturnType<typeof groupsOf>} */ ([]),
    due: /** @type {ReturnType<typeof nextOf>} */ (null),
    categories: /** @type {Api.Card<'CategoryCount'>[]} */ ([]),
    spoken: '',
  },

  opened() {
    choosePurpose(this.query.resident, this.query.purpose)
  },

  async load() {
    const resident = this.query.resident
    const { family, said } = await readingOf(resident)
    const asked = Promise.all([
      get('/residents/{resident_uid}/record/summary', said),
      get('/residents/{resident_uid}/record/categories', said),
    ])
    const [summary, categories] = await plainly(family, asked)
    const { sentences } = summary
    const care = RANK.flatMap((sign) => sentences.filter((each) => each.sign === sign))
    const rest = sentences.filter((each) => !care.includes(each))
    const verdict = verdictOf(sentences)
    const due = nextOf(summary.due)
    const read = [...care, ...rest].map((each) => `${told(each)}。`).join('')
    return {
      resident,
      name: summary.name,
      age: summary.age,
      family,
      purposes: family ? [] : PURPOSES.map((each) => ({ ...each, on: each.key === said.purpose })),
      verdict,
      care: care.map((each) => line(each, resident)),
      groups: groupsOf(rest, resident),
      due,
      categories,
      spoken: `${summary.name}，${summary.age} 岁。${verdict ? `${verdict}。` : ''}${read}${due ? `${due.words}，${due.note}。` : ''}`,
    }
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  readFor(event) {
    choosePurpose(this.query.resident, event.currentTarget.dataset.key)
    return this.refresh()
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  category(event) {
    const { category, words } = this.data.categories[event.currentTarget.dataset.index]
    choose(category, words)
    wx.navigateTo({ url: `/pages/record/category?resident=${this.query.resident}` })
  },
})
