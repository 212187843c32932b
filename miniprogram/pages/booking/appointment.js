// @ts-check
// One appointment: when, where, the code for the desk; confirm it, move it, or give it back. Cancelling cannot be undone
// on the server, so it is a page of its own that says what will happen.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { noted } = require('../../kit/receipts')
const { clock, day, when } = require('../../kit/times')

/** @typedef {Api.Card<'AppointmentSheet'>} Appointment */

const QUESTIONS = /** @type {Record<string, string>} */ ({
  held: '这个号还没有确认，要不要？',
  booked: '约好的号',
  arrived: '已经到医院了',
  fulfilled: '这次已经看过了',
  released: '这个号没有要，放回去了',
  cancelled: '这个号取消了',
  rescheduled: '这个号已经改到别的时间',
  noshow: '那天没有等到您来',
  lapsed: '留的时间过了，号放回去了',
  entered_in_error: '这是登记错的，已经改正',
})
const FRESH = /** @type {Record<string, string>} */ ({ booked: '约好了', moved: '改好了' })
const REASONS = ['时间不合适', '身体好些了，不去了', '住院了', '没有人陪'].map((words) => ({ key: words, words }))

/** Four and four: nobody can read twelve letters at once. @param {string} code */
const inFours = (code) => (code.match(/.{1,4}/g) || []).map((words, at) => ({ at, words }))

/** Who gave it up, and what that means. @param {Appointment} card */
function endedBecause(card) {
  const why = card.ended_reason ? `原因：${card.ended_reason}。` : ''
  if (card.status === 'cancelled' && card.cancelled_by === 'provider') {
    return `是医院取消的，不算您没去。${why}已经把您排在等号的最前面，一有号先告诉您。`
  }
  if (card.status === 'cancelled' && card.cancelled_by === 'resident') return `是您这边取消的：您自己、家里人或者养老院。${why}`
  if (card.status === 'cancelled') return `医院的安排变了，号自动取消了，不算您没去。${why}`
  if (card.status === 'noshow') return '还需要看病的话，可以重新约。去不了的时候，提前取消就行。'
  if (card.status === 'released') return '这个号只是留了一会儿，没有约。还需要的话，可以重新约。'
  if (card.status === 'lapsed') return '没有按时确认，号让给了别人。还需要的话，可以重新约。'
  if (card.status === 'entered_in_error') return '医院登记错了，不算您没去。'
  if (card.status === 'rescheduled') return '请看“约好的号”里新的时间。'
  return ''
}

page({
  data: {
    question: '约好的号',
    lead: '',
    fresh: '',
    cancelling: false,
    card: /** @type {Appointment | null} */ (null),
    day: '',
    clock: '',
    code: /** @type {{ at: number, words: string }[]} */ ([]),
    until: '',
    ended: '',
    again: '',
    waitlist: false,
    mayConfirm: false,
    mayMove: false,
    mayCancel: false,
    reasons: REASONS,
    reason: /** @type {string[]} */ ([]),
    kinds: ['tmpl_appointment_reminder', 'tmpl_appointment_cancelled', 'tmpl_appointment_booked'],
    spoken: '',
  },

  async load() {
    const card = noted(await get('/appointments/{appointment_uid}', { appointment_uid: this.query.uid }))
    const now = Date.now()
    const until = card.hold_expires_at ? Date.parse(card.hold_expires_at) : 0
    const held = card.status === 'held' && until > now
    const status = card.status === 'held' && !held ? 'lapsed' : card.status
    const live = status !== 'lapsed'
    const mayCancel = live && card.may_cancel
    const fresh = status === 'booked' ? this.query.fresh || '' : ''
    const cancelling = this.query.ask === 'cancel' && mayCancel
    const ended = endedBecause(/** @type {Appointment} */ ({ ...card, status }))
    const where = `${card.institution_name}${card.department_name}`
    const question = cancelling ? '要取消这个号吗？' : FRESH[fresh] || QUESTIONS[status] || card.status_text
    return {
      question,
      lead: '',
      fresh,
      cancelling,
      card,
      day: day(card.starts_at),
      clock: clock(card.starts_at),
      code: ['booked', 'arrived'].includes(status) ? inFours(card.arrival_code) : [],
      until: held ? `${day(card.hold_expires_at || '')}${clock(card.hold_expires_at || '')}` : '',
      ended,
      again: ['released', 'cancelled', 'noshow', 'lapsed', 'fulfilled'].includes(status) ? `/pages/booking/where?resident=${card.resident_uid}&institution=${card.institution_uid}` : '',
      waitlist: card.cancelled_by === 'provider',
      mayConfirm: held && card.may_confirm,
      mayMove: live && card.may_reschedule,
      mayCancel,
      spoken: `${question}。${card.resident_name}，${when(card.starts_at)}，${where}，第 ${card.number} 号。${ended}${status === 'booked' ? `到了医院，把到诊码给服务台看：${card.arrival_code.split('').join(' ')}。` : ''}`,
    }
  },

  async confirm() {
    const { uid } = this.query
    const card = await this.act('confirm', (key) => send('post', '/appointments/{appointment_uid}/confirm', { appointment_uid: uid }, undefined, key).then((made) => noted(made)))
    if (card) this.query.fresh = 'booked'
    await this.reloadKeepingRefusal()
  },

  /** What was refused is explained beside what is true now. */
  async reloadKeepingRefusal() {
    const { refusal } = this.data
    await this.refresh()
    if (refusal) this.setData({ refusal })
  },

  /** @param {{ detail: { chosen: string[] } }} event */
  pickReason({ detail }) {
    this.setData({ reason: detail.chosen })
  },

  async cancel() {
    const { uid } = this.query
    const reason = this.data.reason[0] || ''
    const card = await this.act('cancel', (key) => send('post', '/appointments/{appointment_uid}/cancel', { appointment_uid: uid }, { reason }, key).then((ended) => noted(ended)), reason)
    if (!card) return this.data.refusal && this.data.refusal.again ? undefined : this.reloadKeepingRefusal()
    this.leave()
  },

  leave() {
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: `/pages/booking/appointment?uid=${this.query.uid}` })
  },

  home() {
    wx.reLaunch({ url: '/pages/home/home' })
  },
})
