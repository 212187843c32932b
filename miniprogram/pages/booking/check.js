// @ts-check
// The last step: the seat is kept while one reads everything once more, and is only then booked. With `move` nothing has to
// be kept: the old seat is given up only when the new one is had.

const { get, newKey, send } = require('../../api/client')
const { Refusal } = require('../../api/refusals')
const { page } = require('../../kit/page')
const { noted } = require('../../kit/receipts')
const { clock, when } = require('../../kit/times')
const { draftOf, forgetDraft, said } = require('./draft')
const { slotsOf } = require('./seats')

/** @typedef {Api.Card<'AppointmentCard'>} Appointment */

const GONE = 'booking.hold_lapsed'
const DONE = 'booking.already_booked'
const KEPT_ALREADY = 'booking.already_held'
const LONGEST = 20 * 60 * 1000 // milliseconds: no seat is kept longer; a phone whose clock says otherwise goes wrong

page({
  data: {
    question: '看一遍，对不对？',
    move: '',
    lines: /** @type {{ name: string, words: string }[]} */ ([]),
    until: '',
    lapsed: false,
    left: false,
    change: '',
    uid: '',
    spoken: '',
  },

  async load() {
    try {
      return this.query.move ? await this.loadMove() : this.show(await this.keepSeat())
    } catch (fault) {
      if (!(fault instanceof Refusal) || fault.status !== 409) throw fault
      this.backToTimes(fault)
      return { left: true }
    }
  },

  // ---- a seat that is kept

  /** The seat of before if it still stands, else a new one. @returns {Promise<Appointment>} */
  async keepSeat() {
    const { resident, slot } = this.query
    const draft = draftOf(resident)
    const about = JSON.stringify(said(draft))
    if (draft.hold && draft.hold.slot === slot && draft.hold.about === about) {
      const standing = await get('/appointments/{appointment_uid}', { appointment_uid: draft.hold.uid })
      if (!['released', 'lapsed', 'cancelled'].includes(standing.status)) return standing
      draft.hold = null
    }
    if (draft.hold) await this.giveBack()
    return this.hold(slot, about)
  },

  /** Another answer to a broken line is the same request again: one seat is kept, not two. @param {string} slot @param {string} about */
  async hold(slot, about) {
    const draft = draftOf(this.query.resident)
    const wish = `${slot} ${about}`
    draft.keys[wish] = draft.keys[wish] || newKey()
    const body = { resident: this.query.resident, ...said(draft) }
    try {
      const card = await send('post', '/slots/{slot_uid}/holds', { slot_uid: slot }, body, draft.keys[wish])
      delete draft.keys[wish]
      draft.hold = { uid: card.uid, slot, about }
      return card
    } catch (fault) {
      if (!(fault instanceof Refusal) || fault.again) throw fault
      delete draft.keys[wish]
      if (fault.code !== KEPT_ALREADY) throw fault
      return this.keptBefore(slot, fault)
    }
  },

  /** The app was closed in between: the seat is still theirs. @param {string} slot @param {Refusal} fault */
  async keptBefore(slot, fault) {
    const mine = await get('/appointments', { resident: this.query.resident, live: true, limit: 100 })
    const kept = mine.items.find((each) => each.slot_uid === slot && each.status === 'held')
    if (!kept) throw fault
    draftOf(this.query.resident).hold = { uid: kept.uid, slot, about: JSON.stringify(said(draftOf(this.query.resident))) }
    return kept
  },

  /** Somebody else may have it. What cannot be given back now runs out by itself. */
  async giveBack() {
    const draft = draftOf(this.query.resident)
    const { hold } = draft
    draft.hold = null
    if (!hold) return
    try {
      await send('post', '/appointments/{appointment_uid}/cancel', { appointment_uid: hold.uid }, { reason: '' })
    } catch (fault) {
      console.info('a seat was not given back', fault)
    }
  },

  /** @param {Appointment} card */
  show(card) {
    if (card.status !== 'held') {
      this.arrived(card.uid)
      return { left: true }
    }
    const until = card.hold_expires_at || card.ends_at
    const lapsed = this.watch(until)
    const what = [
      { name: '谁去', words: card.resident_name },
      { name: '时间', words: when(card.starts_at) },
      { name: '地方', words: `${card.institution_name}${card.department_name}` },
      { name: '看什么', words: card.reason },
      ...(card.companion_note ? [{ name: '陪同', words: card.companion_note }] : []),
    ]
    const { resident, institution, department } = this.query
    return {
      uid: card.uid,
      lines: what,
      until: clock(until),
      lapsed,
      left: false,
      change: `/pages/booking/where?resident=${resident}&institution=${institution || card.institution_uid}&department=${department}&edit=1`,
      spoken: `请听一遍对不对。${what.map((each) => `${each.name}，${each.words}`).join('。')}。这个号给您留到${clock(until)}，慢慢看。`,
    }
  },

  /** Say so when the time is over, also while nobody touches the phone. @param {string} until */
  watch(until) {
    const self = /** @type {any} */ (this)
    clearTimeout(self.alarm)
    const wait = Date.parse(until) - Date.now()
    if (wait <= 0) return true
    if (wait < LONGEST) self.alarm = setTimeout(() => this.setData({ lapsed: true, refusal: null }), wait)
    return false
  },

  closed() {
    clearTimeout(/** @type {any} */ (this).alarm)
  },

  async keepAgain() {
    draftOf(this.query.resident).hold = null
    const card = await this.act('again', () => this.keepSeat())
    if (card && card !== true) return this.setData(this.show(card))
    const { refusal } = this.data
    if (refusal && !refusal.again) this.backToTimes(refusal)
  },

  async confirm() {
    const { uid } = this.data
    const card = await this.act('confirm', (key) => send('post', '/appointments/{appointment_uid}/confirm', { appointment_uid: uid }, undefined, key).then((made) => noted(made)))
    const refused = this.data.refusal
    if (card || (refused && refused.code === DONE)) return this.arrived(uid)
    if (refused && refused.code === GONE) this.setData({ lapsed: true, refusal: null })
  },

  async other() {
    await this.act('other', () => this.giveBack())
    this.backToTimes(null)
  },

  // ---- another time for what stands

  async loadMove() {
    const old = await get('/appointments/{appointment_uid}', { appointment_uid: this.query.move })
    const { institution, department, resident, slot, day } = this.query
    const found = (await slotsOf({ institution, department, resident, day })).find((each) => each.uid === slot)
    if (!found || found.free < 1) throw new Refusal({ code: 'booking.slot_full', status: 409, words: '这个时间刚刚被约走了，您原来的号还在。请另选一个时间。' })
    const lines = [
      { name: '谁去', words: old.resident_name },
      { name: '原来', words: when(old.starts_at) },
      { name: '改到', words: when(found.starts_at) },
      { name: '地方', words: `${found.institution_name}${found.department_name}` },
    ]
    return {
      question: '改到这个时间，对不对？',
      move: old.uid,
      lines,
      spoken: `${lines.map((each) => `${each.name}，${each.words}`).join('。')}。改好之前，原来的号一直在。`,
    }
  },

  async moveIt() {
    const { slot, move } = this.query
    const card = await this.act('move', (key) => send('post', '/appointments/{appointment_uid}/reschedule', { appointment_uid: move }, { slot }, key).then((made) => noted(made, move)), slot)
    if (card && card !== true) return this.arrived(card.uid)
    const { refusal } = this.data
    if (refusal && !refusal.again) this.backToTimes({ ...refusal, words: `${refusal.words}您原来的号还在。` })
  },

  // ---- onward and back

  /** @param {import('../../kit/page').Told | null} told */
  backToTimes(told) {
    const { resident, institution, department, move, day } = this.query
    if (told) draftOf(resident).told = { words: told.words, code: told.code, again: false, fields: {} }
    if (getCurrentPages().length > 1) return wx.navigateBack()
    wx.redirectTo({ url: `/pages/booking/when?resident=${resident}&institution=${institution}&department=${department}&day=${day}${move ? `&move=${move}` : ''}` })
  },

  /** Nothing of the way here may be walked back into. @param {string} uid */
  arrived(uid) {
    forgetDraft(this.query.resident)
    wx.reLaunch({ url: `/pages/booking/appointment?uid=${uid}&fresh=${this.query.move ? 'moved' : 'booked'}` })
  },
})
