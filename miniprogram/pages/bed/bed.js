// @ts-check
// Somebody's home bed: how it stands, who comes next and by when, how many days, and how to ask for one.

const { get } = require('../../api/client')
const { calling } = require('../../kit/calling')
const { page } = require('../../kit/page')
const { lastDay } = require('../../kit/until')
const { mine, plainly } = require('../record/reading')

/** @typedef {Api.Card<'BedStory'>} Story */

const MARKS = /** @type {Record<Api.Card<'HomeBedStatus'>, { mark: string, sign: string }>} */ ({
  applied: { mark: '申请好了', sign: 'plain' },
  assessed: { mark: '评估通过了', sign: 'good' },
  opened: { mark: '开着', sign: 'good' },
  suspended: { mark: '住院期间停一停', sign: 'watch' },
  closed: { mark: '', sign: 'plain' },
  declined: { mark: '', sign: 'plain' },
  withdrawn: { mark: '', sign: 'plain' },
})

/** Who does what next, and until when. @param {Story} story */
function nextOf(story) {
  if (!story.next_by || !story.next_until) return ''
  const until = lastDay(story.next_until)
  return story.late ? `${story.next_by}，应在${until}前办好，已经过了` : `${story.next_by}，最晚${until}`
}

page({
  data: {
    whose: '',
    story: /** @type {Story | null} */ (null),
    now: { mark: '', sign: 'plain' },
    next: '',
    past: /** @type {Story[]} */ ([]),
    ask: '',
    withdraw: '',
    spoken: '',
  },

  ...calling,

  async load() {
    const { resident } = this.query
    const stories = await plainly(true, get('/residents/{resident_uid}/home-beds', { resident_uid: resident }))
    const self = await mine(resident)
    const story = stories.find((each) => each.live) || null
    const past = stories.filter((each) => !each.live)
    const next = story ? nextOf(story) : ''
    const said = story ? `${story.story}${next ? `接下来：${next}。` : ''}${story.days ? `已经开了 ${story.days} 天。` : ''}${story.emergency}` : '现在没有办家庭病床。'
    return {
      whose: self && self.myself ? '我' : self ? self.name : '',
      story,
      now: story ? MARKS[story.status] : { mark: '', sign: 'plain' },
      next,
      past,
      ask: !story && self && self.home_uid ? `/pages/bed/ask?resident=${resident}` : '',
      withdraw: story && story.may_withdraw ? `/pages/bed/withdraw?resident=${resident}&uid=${story.uid}` : '',
      spoken: said,
    }
  },
})
