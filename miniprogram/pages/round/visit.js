// @ts-check
// One visit at the bedside: who has been seen, who is left, and the end of it.

const { send } = require('../../api/client')
const { Refusal } = require('../../api/refusals')
const { page } = require('../../kit/page')
const queue = require('../../kit/queue')
const copy = require('../../kit/round-copy')
const { cardOf, cut, following, standing, told, within } = require('./desk')

const PATIENCE = 1500 // ms that what waits is given to arrive before the list is shown

page({
  data: {
    who: 'staff',
    it: /** @type {ReturnType<typeof told> | null} */ (null),
    old: '',
    refused: 0,
    counts: '',
    spoken: '',
  },

  ...following((self) => self.card && self.shape(self.card)),

  async load() {
    const who = await standing()
    if (who !== 'staff') return { who }
    const visit = this.query.visit
    if (queue.waiting(visit).length) await within(queue.flush(), PATIENCE).catch(() => {})
    const { card, old } = await cardOf(visit)
    const self = /** @type {any} */ (this)
    self.card = card
    return { who, old, ...this.shape(card) }
  },

  /** @param {Api.Card<'VisitCard'>} card */
  shape(card) {
    const it = told(card)
    const refused = queue.items(card.uid).filter((each) => each.state === 'refused').length
    const spoken = `${it.when}，${it.home}。${it.items.map((item) => `${item.plain}，${item.mark}`).join('。')}。`
    return { it, refused, spoken }
  },

  async finish() {
    const visit = this.query.visit
    const done = await this.act('finish', async (key) => {
      if (!queue.waiting(visit).length) {
        try {
          copy.renew(await within(send('post', '/visits/{visit_uid}/finish', { visit_uid: visit }, undefined, key)))
          return
        } catch (fault) {
          if (!cut(fault)) throw fault
        }
      }
      const { client_uid } = queue.hold({ kind: 'finish', visit, label: '结束巡诊' })
      const now = await queue.verdict(client_uid, 3000)
      if (!now || now.state !== 'refused') return
      queue.drop(client_uid)
      throw new Refusal({ code: 'queue.refused', words: now.message })
    })
    if (done) await this.refresh()
  },
})
