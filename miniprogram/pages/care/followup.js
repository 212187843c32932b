// @ts-check
// One disease that is followed up: the last value against the line, what follows from it, and when they come again.

const { get } = require('../../api/client')
const { Refusal } = require('../../api/refusals')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { plainly, readingOf } = require('../record/reading')
const { COURSES, controlOf, nextTime } = require('./words')

page({
  data: {
    line: /** @type {Api.Card<'ResidentLine'> | null} */ (null),
    control: { mark: '', sign: 'plain' },
    next: '',
    last: /** @type {Api.Card<'server__followups__queries__cards__FollowUpCard'> | null} */ (null),
    on: '',
    course: '',
    family: true,
    urgent: false,
    record: '',
    before: /** @type {{ uid: string, words: string }[]} */ ([]),
    trend: '',
    spoken: '',
  },

  async load() {
    const { resident, uid } = this.query
    const { family, said } = await readingOf(resident)
    const lines = await plainly(family, get('/residents/{resident_uid}/follow-ups', said))
    const line = lines.find((each) => each.episode_uid === uid)
    if (!line) throw new Refusal({ code: 'phone.no_follow_up', words: '没有找到这项随访。请返回上一页再看看。', status: 404 })
    const [last, ...earlier] = line.follow_ups
    const next = nextTime(line)
    const code = line.disease === 'hypertension' ? '85354-9' : '1558-6'
    return {
      line,
      control: controlOf(line),
      next,
      last: last || null,
      on: last ? day(last.happened_on) : '',
      course: last ? (family ? COURSES[last.course] : last.course_words) : '',
      family,
      urgent: Boolean(last && last.course === 'urgent'),
      record: line.may_record ? `/pages/round/sheet?kind=followup&uid=${uid}` : '',
      before: earlier.map((each) => ({ uid: each.uid, words: `${day(each.happened_on)}，${each.outcome_words}，${family ? COURSES[each.course] : each.course_words}` })),
      trend: last ? `/pages/record/trend?resident=${resident}&code=${code}` : '',
      spoken: `${line.disease_words}随访。${last ? `上次${line.measured}，${line.verdict}。${last.why.join('，')}。${COURSES[last.course]}。` : line.sentence}控制线：${line.aim}。${next}。`,
    }
  },
})
