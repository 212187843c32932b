// @ts-check
// The second step: which day, then which time. With `move` it is another time for an appointment that stands.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { day, when } = require('../../kit/times')
const { draftOf } = require('./draft')
const { dateWords, daysOf, slotsOf, timesOf } = require('./seats')

const OWN_APPOINTMENTS = ['booking.too_many_open', 'booking.overlapping', 'booking.already_booked', 'booking.already_held']

page({
  data: {
    question: '哪天去？',
    lead: '',
    move: '',
    date: '',
    days: /** @type {any[]} */ ([]),
    fullDays: '',
    times: /** @type {any[]} */ ([]),
    fullTimes: '',
    none: false,
    green: 0,
    reserved: '',
    waitFor: '',
    appointments: '',
    spoken: '',
  },

  /** Why the seat was not had, said where another one can be chosen. */
  shown() {
    const draft = this.query.resident ? draftOf(this.query.resident) : null
    const told = draft ? draft.told : null
    if (draft) draft.told = null
    const own = told && OWN_APPOINTMENTS.includes(told.code) ? `/pages/booking/appointments?resident=${this.query.resident}` : ''
    this.setData({ refusal: told, appointments: own })
  },

  async load() {
    const old = this.query.move ? await this.moved() : null
    const { institution, department, resident, day: date } = this.query
    const slots = await slotsOf({ institution, department, resident, day: date })
    const wait = `/pages/booking/waitlist?join=1&resident=${resident}&institution=${institution}&department=${department}`
    const reserved = slots.find((slot) => !slot.for_you)
    const common = {
      move: this.query.move || '',
      date: date || '',
      none: !slots.length,
      reserved: reserved ? reserved.pool_note : '',
      waitFor: old ? '' : wait + (date ? `&day=${date}` : ''),
    }
    return date ? { ...common, ...this.askTime(slots, date, old) } : { ...common, ...this.askDay(slots, old) }
  },

  async moved() {
    const old = await get('/appointments/{appointment_uid}', { appointment_uid: this.query.move })
    this.query.resident = old.resident_uid
    this.query.institution = old.institution_uid
    this.query.department = this.query.department || old.department_uid
    return old
  },

  onward() {
    const { resident, institution, department, move } = this.query
    return `resident=${resident}&institution=${institution}&department=${department}${move ? `&move=${move}` : ''}`
  },

  /** @param {import('./seats').Slot[]} slots @param {Api.Card<'AppointmentSheet'> | null} old */
  askDay(slots, old) {
    const all = daysOf(slots)
    const everywhere = all.every((each) => each.green || !each.free)
    const days = all
      .filter((each) => each.free)
      .map((each) => ({
        ...each,
        note: `${each.date ? `${each.date}，` : ''}还有 ${each.free} 个号`,
        mark: each.green && !everywhere ? '有绿色通道' : '',
        to: `/pages/booking/when?${this.onward()}&day=${each.key}`,
      }))
    const full = all.filter((each) => !each.free)
    const question = old ? '改到哪天？' : '哪天去？'
    return {
      question,
      lead: [where(slots, old), old ? `现在约的是${when(old.starts_at)}。改好之前，这个号一直给您留着。` : ''].filter(Boolean).join('。'),
      days,
      green: all.reduce((sum, each) => sum + each.green, 0),
      fullDays: full.map((each) => each.words).join('、'),
      spoken: days.length ? `${question}${days.map((each) => `${each.words}，${each.note}`).join('。')}。` : '最近没有空的号。可以等别人退号，或者换一家医院。',
    }
  },

  /** @param {import('./seats').Slot[]} slots @param {string} date @param {Api.Card<'AppointmentSheet'> | null} old */
  askTime(slots, date, old) {
    const { hold } = draftOf(this.query.resident)
    const all = timesOf(slots, old || !hold ? '' : hold.slot)
    const everywhere = all.every((each) => each.green || !each.free)
    const mine = (/** @type {import('./seats').Time} */ each) => Boolean(hold && hold.slot === each.slot)
    const times = all
      .filter((each) => each.slot && !(old && each.key === old.starts_at))
      .map((each) => ({
        ...each,
        note: mine(each) ? '这个号正给您留着' : `还有 ${each.free} 个号`,
        mark: each.green && !everywhere ? '绿色通道' : '',
        to: `/pages/booking/check?${this.onward()}&slot=${each.slot}&day=${date}`,
      }))
    const full = all.filter((each) => !each.slot)
    const question = `${day(date)}几点去？`
    return {
      question,
      lead: [day(date).includes('月') ? '' : dateWords(date), where(slots, old)].filter(Boolean).join('，'),
      times,
      green: all.reduce((sum, each) => sum + each.green, 0),
      fullTimes: full.map((each) => each.words).join('、'),
      spoken: times.length ? `${question}${times.map((each) => `${each.words}，${each.note}`).join('。')}。` : '这一天约满了。请换一天，或者等别人退号。',
    }
  },
})

/** @param {import('./seats').Slot[]} slots @param {Api.Card<'AppointmentSheet'> | null} old */
const where = (slots, old) => {
  const known = slots[0] || old
  return known ? `${known.institution_name}${known.department_name}` : ''
}
