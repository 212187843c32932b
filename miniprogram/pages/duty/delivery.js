// @ts-check
// One delivery in the nurse's hand: what should be in it, and her own word that it has come.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { day, when } = require('../../kit/times')

page({
  data: {
    card: /** @type {Api.Card<'DeliveryCard'> | null} */ (null),
    lines: /** @type {Api.Card<'PackedLine'>[]} */ ([]),
    hidden: 0,
    due: '',
    mayReceive: false,
    received: '',
    just: false,
    spoken: '',
  },

  async load() {
    const { card, lines, hidden, may_receive } = await get('/deliveries/{delivery_uid}', { delivery_uid: this.query.uid })
    const inside = lines.map((each) => `${each.name} ${each.quantity} ${each.unit}`).join('，')
    return {
      card,
      lines,
      hidden,
      due: day(card.due_on),
      mayReceive: may_receive && card.status === 'assigned',
      received: card.received_at ? `${when(card.received_at)}，${card.receiver_words}${card.said_by ? `，${card.said_by}记下` : ''}` : '',
      spoken: `${card.resident_name}，${card.bed}床。${inside}${hidden ? `，另有 ${hidden} 种老人没有同意给看` : ''}。`,
    }
  },

  async receive() {
    const done = await this.act('receive', (key) => send('post', '/deliveries/{delivery_uid}/receipt', { delivery_uid: this.query.uid }, undefined, key))
    if (done) this.setData({ just: true })
    await this.refresh()
  },

  back() {
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: '/pages/duty/deliveries' })
  },
})
