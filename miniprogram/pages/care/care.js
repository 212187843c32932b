// @ts-check
// How somebody is cared for, on one page: level, referral, family doctor, medicines, home bed, check-up, follow-ups. At work: what is due besides the round, and to do it.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { mine, plainly, readingOf } = require('../record/reading')
const { about, bare, controlOf, ifMine, levelOf, nextStep, nextTime, stateOf } = require('./words')

const SCREEN = 'selfcare' // the questionnaire that is short enough to be begun at a bed
const SOON = 30 // days before a contract's end
const FEW = 7 // days for which a medicine still lasts
const CHECKUPS = /** @type {Record<string, { mark: string, sign: string }>} */ ({
  due: { mark: '今年还没做', sign: 'watch' },
  partly: { mark: '还差几项', sign: 'watch' },
  examined: { mark: '今年做过了', sign: 'good' },
  elsewhere: { mark: '今年做过了', sign: 'good' },
})

/** @typedef {{ icon: string, label: string, note: string, mark: string, sign: string, tone: string, to: string }} Line */

/** @param {Api.Card<'ResidentAssessments'>} known @param {string} to @returns {Line} */
function levelLine({ care, results }, to) {
  const [last] = results
  const label = care ? `医护分级：${care.grade_words}` : last ? `${last.title}：${levelOf(last)}` : '还没有做过评估'
  const note = last ? `${last.score.plain}${last.assessed_on ? `${day(last.assessed_on)}评的。` : ''}` : '评过以后，这里看得到级别和结果。'
  return { icon: 'person', label, note, tone: '', ...(last ? stateOf(last) : { mark: '', sign: 'plain' }), to: last ? `/pages/care/level?${to}` : '' }
}

/** @param {Api.Card<'StorySheet'>} story @param {string} to @returns {Line} */
const storyLine = (story, to) => ({
  icon: 'door', label: story.story, note: nextStep(story), mark: story.urgent ? '紧急' : story.late ? '过了时限' : '', sign: story.urgent ? 'urgent' : 'watch',
  tone: story.urgent ? 'urgent' : 'strong', to: `/pages/care/referral?${to}&uid=${story.uid}`,
})

/** @param {Api.Card<'CheckupLine'>} line @param {string} to @param {string} name @returns {Line} */
const checkupLine = (line, to, name) => ({
  icon: 'calendar', label: about(bare(line.sentence), name), note: about(line.appointment, name) || line.next_words, ...(CHECKUPS[line.standing] || { mark: '', sign: 'plain' }),
  tone: '', to: `/pages/care/checkup?${to}`,
})

/** Only whom it concerns: who has one, was asked, or could sign now. @param {Api.Card<'FamilyDoctor'> | null} told @param {string} to @returns {Line[]} */
function doctorLine(told, to) {
  if (!told || (!told.active && !told.open && !told.teams.length)) return []
  const { active, open } = told
  const asked = Boolean(open && told.open_text_hash)
  const ending = active && active.days_left !== null && active.days_left <= SOON
  const label = active ? `家庭医生：${active.leader_name}` : asked ? '有一份家庭医生协议等签字' : open ? '签家庭医生：等团队确认' : '还没有家庭医生'
  const note = active && active.last_on ? `${active.institution_name}，${day(active.last_on)}到期` : open ? open.institution_name : '想签的话，点这里选'
  return [{ icon: 'person', label, note, mark: asked ? '等您看' : ending ? '快到期了' : '', sign: 'watch', tone: asked ? 'strong' : '', to: `/pages/doctor/doctor?${to}` }]
}

/** @param {Api.Card<'MedicineCard'>[] | null} cards @param {string} to @returns {Line[]} */
function medicineLine(cards, to) {
  const all = (cards || []).flatMap((each) => each.medicines)
  if (!all.length) return []
  const first = all.reduce((one, other) => (other.until < one.until ? other : one))
  const few = first.days_left <= FEW
  return [{ icon: 'clock', label: `长期吃的药：${new Set(all.map((each) => each.name)).size} 种`, note: `最早${day(first.until)}吃完`, mark: few ? '快吃完了' : '', sign: 'watch', tone: '', to: `/pages/medicine/medicine?${to}` }]
}

/** @param {Api.Card<'BedStory'>[] | null} stories @param {boolean} lives in a home, without which there is none @param {string} to @returns {Line[]} */
function bedLine(stories, lives, to) {
  const live = (stories || []).find((each) => each.live)
  if (!stories || (!stories.length && !lives)) return []
  const label = live ? bare(live.story) : '家庭病床'
  const note = live ? (live.next_by ? `接下来：${live.next_by}` : '') : '现在没有办。想办，点这里看看'
  return [{ icon: 'bed', label, note, mark: live && live.late ? '过了时限' : '', sign: 'watch', tone: '', to: `/pages/bed/bed?${to}` }]
}

/** @param {Api.Card<'ResidentLine'>} line @param {string} to @returns {Line} */
const followLine = (line, to) => ({
  icon: 'chart', label: `${line.disease_words}${line.measured ? `：${line.measured}` : '随访'}`, note: nextTime(line) || bare(line.sentence), ...controlOf(line),
  tone: '', to: `/pages/care/followup?${to}&uid=${line.episode_uid}`,
})

page({
  data: {
    resident: '',
    name: '',
    family: true,
    referrals: /** @type {Line[]} */ ([]),
    lines: /** @type {{ words: string, lines: Line[] }[]} */ ([]),
    todo: /** @type {Line[]} */ ([]),
    mayBegin: false,
    partly: false,
    spoken: '',
  },

  async load() {
    const { resident } = this.query
    const { family, said } = await readingOf(resident)
    const [known, checkup, follow, stories, taken, doctor, beds] = await plainly(family, Promise.all([
      ifMine(get('/residents/{resident_uid}/assessments', said)),
      ifMine(get('/residents/{resident_uid}/checkup', said)),
      ifMine(get('/residents/{resident_uid}/follow-ups', said)),
      family ? ifMine(get('/residents/{resident_uid}/referrals', { resident_uid: resident })) : null,
      ifMine(get('/residents/{resident_uid}/medicines', said)),
      family ? ifMine(get('/residents/{resident_uid}/family-doctor', { resident_uid: resident })) : null,
      family ? ifMine(get('/residents/{resident_uid}/home-beds', { resident_uid: resident })) : null,
    ]))
    // Not one of them: the ordinary sentence, with whom to ask.
    if (!known && !checkup && !follow && !stories) await plainly(family, get('/residents/{resident_uid}/assessments', said))
    const to = `resident=${resident}`
    const self = family ? await mine(resident) : null
    const name = self ? self.name : (known && known.resident) || ''
    const other = self && self.myself ? '' : name || '老人'
    const open = (stories || []).filter((each) => each.open)
    const old = (stories || []).filter((each) => !each.open)
    const referrals = open.map((each) => storyLine(each, to))
    const lines = [
      { words: '照护级别和评估', lines: known ? [levelLine(known, to)] : [] },
      { words: '家庭医生、药和家庭病床', lines: [...doctorLine(doctor, to), ...medicineLine(taken, to), ...bedLine(beds, Boolean(self && self.home_uid), to)] },
      { words: '年度体检', lines: checkup ? [checkupLine(checkup, to, other)] : [] },
      { words: '慢性病随访', lines: (follow || []).map((each) => followLine(each, to)) },
      { words: '以前的转诊', lines: old.slice(0, 1).map((each) => ({ ...storyLine(each, to), mark: '', tone: '', note: '' })) },
    ].filter((each) => each.lines.length)
    return {
      resident,
      name,
      family,
      referrals,
      lines,
      todo: family ? [] : this.todoOf(known, follow || []),
      mayBegin: !family && Boolean(known && this.mayScreen(known)),
      partly: !known || !checkup || !follow,
      spoken: [...referrals, ...lines.flatMap((each) => each.lines)].map((each) => `${bare(each.label)}。${each.mark ? `${each.mark}。` : ''}${each.note}`).join(''),
    }
  },

  /** What this colleague may do here and now. @param {Api.Card<'ResidentAssessments'> | null} known @param {Api.Card<'ResidentLine'>[]} follow @returns {Line[]} */
  todoOf(known, follow) {
    const due = follow.filter((each) => each.may_record).map((each) => ({
      icon: 'pen', label: `记一次${each.disease_words}随访`, note: nextTime(each), mark: each.overdue ? '过期了' : '', sign: 'watch', tone: 'strong',
      to: `/pages/round/sheet?kind=followup&uid=${each.episode_uid}`,
    }))
    const begun = (known ? known.work : []).map((each) => ({
      icon: 'pen', label: `${each.short}：${each.status_words}`, note: each.status === 'proposed' ? '请第二位评估员在电脑上核对、签名。' : each.returned || '接着填',
      mark: '', sign: 'plain', tone: 'strong', to: each.status === 'proposed' ? '' : `/pages/round/sheet?kind=assessment&uid=${each.uid}`,
    }))
    return [...due, ...begun]
  },

  /** @param {Api.Card<'ResidentAssessments'>} known */
  mayScreen(known) {
    const begun = known.work.some((each) => each.questionnaire === SCREEN)
    return known.may_begin && !begun && !known.results.some((each) => each.questionnaire === SCREEN && each.is_valid)
  },

  async begin() {
    const body = { questionnaire: SCREEN, reason: /** @type {const} */ ('routine'), institution: null }
    const begun = await this.act('begin', (key) => send('post', '/residents/{resident_uid}/assessments', { resident_uid: this.query.resident }, body, key))
    if (begun && begun !== true) wx.navigateTo({ url: `/pages/round/sheet?kind=assessment&uid=${begun.uid}` })
  },
})
