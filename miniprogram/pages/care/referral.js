// @ts-check
// One referral: where they are, whose turn it is and until when, the slip's code, and what to bring.

const { get } = require('../../api/client')
const { Refusal } = require('../../api/refusals')
const { calling } = require('../../kit/calling')
const { page } = require('../../kit/page')
const { day, when } = require('../../kit/times')
const { plainly } = require('../record/reading')
const { nextStep } = require('./words')

/** @typedef {Api.Card<'StorySheet'>} Story */

page({
  data: {
    story: /** @type {Story | null} */ (null),
    next: '',
    come: '',
    calls: /** @type {{ words: string, number: string }[]} */ ([]),
    others: /** @type {{ uid: string, label: string, note: string, to: string }[]} */ ([]),
    spoken: '',
  },

  async load() {
    const { resident, uid } = this.query
    const stories = await plainly(true, get('/residents/{resident_uid}/referrals', { resident_uid: resident }))
    const story = stories.find((each) => each.uid === uid) || (uid ? null : stories.find((each) => each.open) || stories[0])
    if (!story) throw new Refusal({ code: 'phone.no_referral', words: '没有找到这次转诊。想问清楚，请打电话给养老院。', status: 404 })
    const next = nextStep(story)
    const come = story.come_at && story.open ? when(story.come_at) : ''
    const calls = [
      { words: story.lower_name, number: story.lower_phone },
      { words: story.upper_name, number: story.upper_phone },
    ].filter((each) => each.number)
    const others = stories.filter((each) => each.uid !== story.uid).map((each) => ({
      uid: each.uid, label: each.story, note: each.sent_at ? day(each.sent_at) : '', to: `/pages/care/referral?resident=${resident}&uid=${each.uid}`,
    }))
    const bring = story.bring.length ? `要带：${story.bring.join('、')}。` : ''
    return { story, next, come, calls, others, spoken: `${story.story}${next}${come ? `${come}到${story.upper_name}${story.come_to}。` : ''}${bring}` }
  },

  ...calling,
})
