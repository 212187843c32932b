// @ts-check
// One result in plain words: who, when, how long it holds, what was answered, and how to say that it is not right.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { plainly, readingOf } = require('../record/reading')
const { levelOf, stateOf } = require('./words')

page({
  data: {
    title: '评估结果',
    card: /** @type {Api.Card<'ResultCard'> | null} */ (null),
    level: '',
    on: '',
    until: '',
    state_: { mark: '', sign: 'plain' },
    sections: /** @type {Api.Card<'AnsweredSection'>[]} */ ([]),
    dispute: /** @type {Api.Card<'DisputeCard'> | null} */ (null),
    answerBy: '',
    doubt: '',
    doubtUntil: '',
    unfolded: false,
    spoken: '',
  },

  async load() {
    const { resident, uid } = this.query
    const { family, said } = await readingOf(resident)
    const sheet = await plainly(family, get('/assessments/{assessment_uid}', { assessment_uid: uid, purpose: said.purpose }))
    const { card, dispute } = sheet
    const on = card.assessed_on ? day(card.assessed_on) : ''
    const until = card.valid_until ? day(card.valid_until) : ''
    const level = levelOf(card)
    const doubtUntil = family && sheet.dispute_until ? day(sheet.dispute_until) : ''
    return {
      title: card.title,
      card,
      level,
      on,
      until,
      state_: stateOf(card),
      // What was not asked says nothing.
      sections: sheet.sections.map((each) => ({ ...each, items: each.items.filter(({ answer }) => answer !== '—') })).filter(({ items }) => items.length),
      dispute,
      answerBy: dispute ? day(dispute.due_at) : '',
      doubt: doubtUntil ? `/pages/care/doubt?resident=${resident}&uid=${uid}` : '',
      doubtUntil,
      spoken: `${card.title}。${level}。${card.score.plain}${on}由${card.institution}的${card.assessors.join('、')}评的${until ? `，有效到${until}` : ''}。${doubtUntil ? `觉得不对，${doubtUntil}前可以说。` : ''}`,
    }
  },

  unfold() {
    this.setData({ unfolded: true })
  },
})
