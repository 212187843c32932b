// @ts-check
// A seat came free and is kept for them: take it, or let it go to the next.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { noted } = require('../../kit/receipts')
const { clock, day, when } = require('../../kit/times')

page({
  data: {
    question: '等到号了',
    offer: /** @type {Api.Card<'OfferCard'> | null} */ (null),
    day: '',
    clock: '',
    until: '',
    let: false,
    spoken: '',
  },

  async load() {
    const offer = (await get('/offers')).find((each) => each.uid === this.query.uid) || null
    if (this.data.let) return {}
    if (!offer) return { offer, question: '这个号已经不在了', spoken: '这个号已经不在了。可能是过了时间，让给了下一位，也可能您已经要了。' }
    const said = { day: day(offer.starts_at), clock: clock(offer.starts_at), until: when(offer.expires_at) }
    return {
      offer,
      ...said,
      question: '等到号了，要不要？',
      spoken: `等到号了，要不要？${offer.resident_name}，${said.day}${said.clock}，${offer.institution_name}${offer.department_name}。请在${said.until}以前决定。`,
    }
  },

  async take() {
    const card = await this.act('take', (key) => send('post', '/offers/{offer_uid}/accept', { offer_uid: this.query.uid }, undefined, key).then((made) => noted(made)))
    if (card && card !== true) return wx.reLaunch({ url: `/pages/booking/appointment?uid=${card.uid}&fresh=booked` })
    await this.after()
  },

  async pass() {
    const card = await this.act('pass', (key) => send('post', '/offers/{offer_uid}/decline', { offer_uid: this.query.uid }, undefined, key))
    if (card) return this.setData({ let: true, offer: null, question: '让给下一位了', spoken: '让给下一位了。您还接着等，有号了再告诉您。' })
    await this.after()
  },

  /** What was refused is explained beside what is true now. */
  async after() {
    const { refusal } = this.data
    if (refusal && refusal.again) return
    await this.refresh()
    this.setData({ refusal })
  },
})
