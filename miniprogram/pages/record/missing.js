// @ts-check
// What is due, who owes it, and whom to call when nobody comes.

const { get } = require('../../api/client')
const { hotline } = require('../../config')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { plainly, readingOf } = require('./reading')

/** @param {Api.Card<'DueCard'>} each */
const line = (each) => ({
  code: each.code,
  words: each.words,
  owed: each.owed_by,
  last: each.last_day ? `上次：${day(each.last_day)}` : '上次：没有找到记录',
  // What was never done is due today, and that is no deadline to anybody.
  until: each.overdue && !each.last_day ? '现在就该做' : `${day(each.due_day)}${each.overdue ? '前就该做了' : '前做就行'}`,
  late: each.overdue,
})

page({
  data: {
    late: /** @type {ReturnType<typeof line>[]} */ ([]),
    later: /** @type {ReturnType<typeof line>[]} */ ([]),
    calls: /** @type {{ words: string, number: string }[]} */ ([]),
    spoken: '',
  },

  async load() {
    const { resident } = this.query
    const { family, said } = await readingOf(resident)
    // The number is the home's of this very resident; whoever works there needs none.
    const home = family ? get('/home', { resident }).catch(() => null) : null
    const due = (await plainly(family, get('/residents/{resident_uid}/record/missing', said))).map(line)
    const known = await home
    const theirs = known && known.resident_uid === resident ? known.emergency : null
    const late = due.filter((each) => each.late)
    return {
      late,
      later: due.filter((each) => !each.late),
      calls: [
        ...(theirs && theirs.home && theirs.home_phone ? [{ words: theirs.home, number: theirs.home_phone }] : []),
        ...(family ? [hotline] : []),
      ],
      spoken: due.map((each) => `${each.words}，${each.until}，由${each.owed}来办`).join('。') || '现在没有要做的检查。',
    }
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  async call(event) {
    try {
      await wx.makePhoneCall({ phoneNumber: event.currentTarget.dataset.number })
    } catch (fault) {
      // "cancel" is a decision, not a fault.
      if (!/cancel/.test(/** @type {any} */ (fault).errMsg)) this.refuse('这部手机没有打出去，请用手边的电话照上面的号码拨。')
    }
  },
})
