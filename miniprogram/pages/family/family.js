// @ts-check
// Who may act for a resident, and for whom I act.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { whose } = require('../../kit/whose')
const { STANDING, WAITING, proxyLine, relationWords, scopeWords } = require('./words')

/** @typedef {ReturnType<typeof proxyLine>} Line */

/** @param {Api.Card<'InvitationCard'>} card */
const invitationLine = (card) => ({
  uid: card.uid,
  relation: relationWords(card.relation),
  can: scopeWords(card.scopes),
  until: day(card.expires_at),
})

page({
  data: {
    who: '您',
    resident: '',
    myself: false,
    shown: false, // there is a resident whose family I may see
    asking: /** @type {Line[]} */ ([]),
    acting: /** @type {Line[]} */ ([]),
    checking: /** @type {Line[]} */ ([]),
    over: /** @type {Line[]} */ ([]),
    invitations: /** @type {ReturnType<typeof invitationLine>[]} */ ([]),
    mine: /** @type {Line[]} */ ([]),
    unfolded: false,
    revoked: false,
    spoken: '',
  },

  async load() {
    const [residents, grants] = await Promise.all([get('/residents'), get('/proxies')])
    const wanted = this.query.resident || whose()
    const about = residents.find((each) => each.uid === wanted) || residents.find((each) => each.myself) || residents[0]
    const resident_uid = about ? about.uid : ''
    const shown = Boolean(about && about.scopes.includes('profile'))
    const [cards, invitations] = await Promise.all([
      shown ? get('/residents/{resident_uid}/proxies', { resident_uid }) : [],
      about && about.myself ? get('/residents/{resident_uid}/invitations', { resident_uid }) : [],
    ])
    const myself = Boolean(about && about.myself)
    const named = (/** @type {Api.Card<'ProxyCard'>} */ card) => {
      const known = residents.find((each) => each.uid === card.resident_uid)
      return { ...proxyLine(card), resident: known ? known.name : card.resident || '' }
    }
    const yes = (/** @type {Api.Card<'ProxyCard'>} */ card) => myself && card.status === 'id_verified' && card.basis === 'own_consent'
    const acting = cards.filter((each) => STANDING.includes(each.status)).map(proxyLine)
    return {
      who: myself || !about ? '您' : about.name,
      resident: resident_uid,
      myself,
      shown,
      asking: cards.filter(yes).map(proxyLine),
      acting,
      checking: cards.filter((each) => WAITING.includes(each.status) && !yes(each)).map(proxyLine),
      over: cards.filter((each) => !WAITING.includes(each.status) && !STANDING.includes(each.status)).map(proxyLine),
      invitations: invitations.map(invitationLine),
      mine: grants.filter((each) => WAITING.includes(each.status) || STANDING.includes(each.status)).map(named),
      spoken: acting.map((each) => `${each.proxy}，${each.relation}，${each.mark}，可以办：${each.can}。`).join('') || '现在没有谁能替您办事。',
    }
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  async revoke(event) {
    const invitation_uid = event.currentTarget.dataset.uid
    const path = '/residents/{resident_uid}/invitations/{invitation_uid}'
    const done = await this.act(`revoke-${invitation_uid}`, (key) => send('delete', path, { resident_uid: this.data.resident, invitation_uid }, undefined, key))
    if (done) {
      this.setData({ revoked: true })
      await this.refresh()
    } else if (this.data.refusal && !this.data.refusal.again) await this.refresh()
  },

  unfold() {
    this.setData({ unfolded: true })
  },
})
