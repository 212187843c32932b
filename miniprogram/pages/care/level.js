// @ts-check
// The care level and why, and every result, the newest first.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { plainly, readingOf } = require('../record/reading')
const { levelOf, stateOf } = require('./words')

/** @param {Api.Card<'ResultCard'>} card @param {string} resident */
const line = (card, resident) => ({
  uid: card.uid,
  label: `${card.title}：${levelOf(card)}`,
  note: `${card.score.plain}${card.assessed_on ? `${day(card.assessed_on)}，` : ''}${card.institution}`,
  ...stateOf(card),
  to: `/pages/care/result?resident=${resident}&uid=${card.uid}`,
})

page({
  data: {
    care: /** @type {Api.Card<'CareCard'> | null} */ (null),
    since: '',
    results: /** @type {ReturnType<typeof line>[]} */ ([]),
    spoken: '',
  },

  async load() {
    const { resident } = this.query
    const { family, said } = await readingOf(resident)
    const { care, results } = await plainly(family, get('/residents/{resident_uid}/assessments', said))
    const lines = results.map((each) => line(each, resident))
    const since = care ? day(care.since) : ''
    const level = care ? `医护分级是${care.grade_words}，${since}起。因为：${care.because}。每月至少来看 ${care.visits_a_month} 次。` : ''
    return { care, since, results: lines, spoken: `${level}${lines.map((each) => `${each.label}。${each.note}。${each.mark}。`).join('')}` || '还没有做过评估。' }
  },
})
