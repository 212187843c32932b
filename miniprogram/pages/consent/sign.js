// @ts-check
// The name under a yes, written by finger; and a way on for a hand that cannot write.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { draftOf, dropDraft, tell } = require('./draft')
const { called, line } = require('./words')

const LEAST_POINTS = 12 // as the server has it: a slip of the finger is nobody's name

page({
  data: {
    missing: false,
    who: '您',
    recipient: '',
    chosen: '',
    until: '',
    restricted: /** @type {string[]} */ ([]),
    signature: /** @type {any} */ (null),
    spoken: '',
  },

  async load() {
    const { uid } = this.query
    const draft = draftOf(uid)
    if (!draft) return { missing: true }
    const [sheet, mine] = await Promise.all([get('/consents/{consent_uid}', { consent_uid: uid }), get('/residents')])
    // Another text, or decided meanwhile: the page before this one says so.
    if (sheet.text_hash !== draft.hash || sheet.card.status !== 'requested') this.leave()
    const { recipient, until } = line(sheet.card)
    const who = called(mine, sheet.card.resident_uid, sheet.card.resident)
    const chosen = sheet.card.provisions.filter((each) => draft.yes.includes(each.category)).map((each) => each.words).join('、')
    return {
      missing: false,
      who,
      recipient,
      chosen,
      until,
      restricted: sheet.card.provisions.filter((each) => each.restricted).map((each) => each.category),
      signature: draft.signature,
      spoken: `请在框里写上您的名字。您同意让${recipient}看${chosen}，到${until}为止。写不了字，也可以不签名。`,
    }
  },

  /** @param {{ detail: { signature: any } }} event */
  wrote(event) {
    const draft = draftOf(this.query.uid)
    if (draft) draft.signature = event.detail.signature
  },

  async signed() {
    const draft = draftOf(this.query.uid)
    const ink = draft && draft.signature
    if (!ink) return this.refuse('框里还没有名字。请用手指写上您的名字；写不了字，请点“我写不了字”。')
    const points = ink.strokes.reduce((/** @type {number} */ sum, /** @type {any[]} */ stroke) => sum + stroke.length, 0)
    if (points < LEAST_POINTS) return this.refuse('签名太短，没有写完整。请点“擦掉重写”，再把名字写一遍。')
    return this.grant('signed', ink)
  },

  unsigned() {
    return this.grant('unsigned', null)
  },

  /** @param {string} name @param {any} signature */
  async grant(name, signature) {
    const consent_uid = this.query.uid
    const draft = draftOf(consent_uid)
    if (!draft) return
    const sensitive = this.data.restricted
    const body = {
      text_hash: draft.hash, // of the text that was on the screen
      categories: draft.yes.filter((each) => !sensitive.includes(each)),
      restricted: draft.yes.filter((each) => sensitive.includes(each)),
      signature,
    }
    const card = await this.act(name, (key) => send('post', '/consents/{consent_uid}/grant', { consent_uid }, body, key), body)
    const refused = this.data.refusal
    if (card) {
      dropDraft(consent_uid)
      tell(consent_uid, 'granted')
      this.leave()
    } else if (refused && ['consent.text_changed', 'consent.already_decided'].includes(refused.code)) {
      this.leave()
    }
  },

  leave() {
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: `/pages/consent/consent?uid=${this.query.uid}` })
  },
})
