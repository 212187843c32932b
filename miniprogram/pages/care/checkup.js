// @ts-check
// The year's check-up: due or not and why, when they come, what was found, and what becomes of what is abnormal.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { mine, plainly, readingOf } = require('../record/reading')
const { about } = require('./words')

/** @param {Api.Card<'AbnormalStep'>} each */
const step = (each) => ({
  ...each,
  mark: each.done ? '办好了' : each.grave ? '要紧' : each.overdue ? '过了日子' : '正在办',
  sign: each.done ? 'good' : each.grave ? 'urgent' : 'watch',
})

/** @param {Api.Card<'ReportCard'>} report */
const groupsOf = (report) => report.groups.map(([words, pairs]) => ({ words, pairs: pairs.map(([label, value]) => ({ label, value })) }))

page({
  data: {
    line: /** @type {Api.Card<'CheckupLine'> | null} */ (null),
    last: /** @type {Api.Card<'ReportCard'> | null} */ (null),
    on: '',
    steps: /** @type {ReturnType<typeof step>[]} */ ([]),
    others: /** @type {string[]} */ ([]),
    hidden: '',
    well: '',
    groups: /** @type {ReturnType<typeof groupsOf>} */ ([]),
    before: /** @type {{ uid: string, words: string }[]} */ ([]),
    unfolded: false,
    spoken: '',
  },

  async load() {
    const { family, said } = await readingOf(this.query.resident)
    const [told, self] = await Promise.all([plainly(family, get('/residents/{resident_uid}/checkup', said)), family ? mine(this.query.resident) : null])
    const other = self ? (self.myself ? '' : self.name) : '老人'
    const line = { ...told, sentence: about(told.sentence, other), appointment: about(told.appointment, other) }
    const [last, ...earlier] = line.reports
    const steps = line.steps.map(step)
    // What is told with its step is not told twice.
    const others = (last ? last.abnormal : []).filter((each) => !steps.some((known) => known.sentence === each))
    const found = [...steps.map((each) => `${each.sentence}。${each.words}`), ...others.map((each) => `${each}。`)].join('')
    // Good is said only of what is seen as a whole.
    const hidden = last && last.hidden ? '这次还有化验结果没有给您看，这里说的不是全部。想知道，请问体检的医疗机构。' : ''
    const well = last && !found && !hidden ? '没有看到不正常的' : ''
    return {
      line,
      last: last || null,
      on: last ? day(last.examined_on) : '',
      steps,
      others,
      hidden,
      well,
      groups: last ? groupsOf(last) : [],
      before: earlier.map((each) => ({ uid: each.uid, words: `${day(each.examined_on)}，${each.institution_name}：${each.conclusion}` })),
      spoken: `${line.sentence}${line.appointment}${last ? `${day(last.examined_on)}体检${well && `：${well}`}。` : ''}${found}${hidden}${line.next_words}`,
    }
  },

  unfold() {
    this.setData({ unfolded: true })
  },
})
