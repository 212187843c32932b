// @ts-check
// The contract word for word, and a yes to just these words: one that was offered, or one that was chosen on the pages before.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { plainly } = require('../record/reading')
const { chosen } = require('./draft')

/** @typedef {Api.Card<'EnrolmentCard'>} Enrolment */

/** What became of it, in a title and a sentence. @param {Enrolment} card */
function outcome(card) {
  if (card.status === 'active') return { title: '签好了，从今天开始', words: `${card.institution_name}的${card.leader_name}是家庭医生了${card.last_on ? `，签到${day(card.last_on)}` : ''}。` }
  if (card.status === 'signed') return { title: '签好了', words: `接着原来的签约${card.starts_on ? `，从${day(card.starts_on)}开始` : ''}，不用再做什么。` }
  return { title: '签好字了，等团队确认', words: `${card.institution_name}${card.answer_by ? `最晚${day(card.answer_by)}` : ''}答复，会发消息给您。` }
}

page({
  data: {
    stage: '',
    sections: /** @type {Api.Card<'SectionCard'>[]} */ ([]),
    hash: '',
    done: /** @type {ReturnType<typeof outcome> | null} */ (null),
    spoken: '',
  },

  async load() {
    if (this.data.done) return {}
    const { resident, uid } = this.query
    const said = { resident_uid: resident }
    const draft = chosen(resident)
    if (uid) {
      const told = await plainly(true, get('/residents/{resident_uid}/family-doctor', said))
      const waits = told.open && told.open.uid === uid && told.open_text_hash
      return waits ? this.reading(told.open_sections, told.open_text_hash) : { stage: 'over', sections: [], hash: '', spoken: '' }
    }
    if (!draft.team || !draft.package) return { stage: 'missing', sections: [], hash: '', spoken: '' }
    const offer = await plainly(true, get('/residents/{resident_uid}/family-doctor/offer', { ...said, team: draft.team, package: draft.package }))
    return this.reading(offer.sections, offer.text_hash)
  },

  /** @param {Api.Card<'SectionCard'>[]} sections @param {string} hash */
  reading: (sections, hash) => ({ stage: 'read', sections, hash, spoken: sections.map((each) => `${each.heading}。${each.sentence}`).join('') }),

  async sign() {
    const { resident, uid } = this.query
    const { hash } = this.data
    const draft = chosen(resident)
    const body = { team: draft.team, package: draft.package, text_hash: hash }
    const card = uid
      ? await this.act('sign', (key) => send('post', '/family-doctor/{enrolment_uid}/signature', { enrolment_uid: uid }, { text_hash: hash }, key), hash)
      : await this.act('sign', (key) => send('post', '/residents/{resident_uid}/family-doctor', { resident_uid: resident }, body, key), body)
    const refused = this.data.refusal
    // Other words than those on the screen: they are shown before anybody says yes to them.
    if (!card && refused && refused.code === 'enrolments.text_changed') await this.refresh()
    if (!card || card === true) return
    const done = outcome(card)
    this.setData({ done, stage: 'done', spoken: `${done.title}。${done.words}` })
  },

  /** Back to where it is told how it stands. */
  home() {
    const behind = getCurrentPages()
    const steps = [...behind].reverse().findIndex((each) => each.route === 'pages/doctor/doctor')
    if (steps > 0) wx.navigateBack({ delta: steps })
    else wx.redirectTo({ url: `/pages/doctor/doctor?resident=${this.query.resident}` })
  },
})
