// @ts-check
// What may be rated, what was rated and what came of it, and what is being put right.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { clock, day } = require('../../kit/times')
const { STATUSES, kindWords, scoreWords, signOf, tagWords } = require('./words')

const TEXT = /** @type {Record<string, { words: string, sign: string }>} */ ({
  submitted: { words: '文字正在看', sign: 'plain' },
  screening: { words: '文字正在看', sign: 'plain' },
  escalated: { words: '文字正在看', sign: 'plain' },
  published: { words: '已经公开', sign: 'good' },
  returned_for_edit: { words: '文字要改一改', sign: 'urgent' },
  withheld: { words: '文字暂时不公开', sign: 'watch' },
})
const BY = /** @type {Record<Api.Card<'Capacity'>, string>} */ ({ self: '，老人自己评的', family: '，家里人评的', assisted: '，护士帮着记下的' })
const TO_REWRITE = ['returned_for_edit', 'withheld']

/** @param {Api.Card<'TokenCard'>} card */
const service = (card) => ({
  uid: card.uid,
  label: `${card.institution}${card.department || ''}`,
  note: `${day(card.served_at)}，给${card.resident}`,
  to: `/pages/feedback/rate?token=${card.uid}`,
})

/** @param {Api.Card<'RatingCard'>} card */
const rated = (card) => {
  const text = TEXT[card.status] || TEXT.screening
  const until = card.can_take_back_until && Date.parse(card.can_take_back_until) > Date.now() ? clock(card.can_take_back_until) : ''
  const rewrite = card.is_author && TO_REWRITE.includes(card.status) && !card.taken_back
  return {
    uid: card.uid,
    institution: card.institution,
    when: `${day(card.rated_at)}，为${card.resident}${card.is_author ? '' : BY[card.capacity]}`,
    score: scoreWords(card.score),
    tags: tagWords(card.tags),
    text: card.text,
    mark: card.taken_back ? '收回了' : card.voided ? '核实后不再算数' : card.text || rewrite ? text.words : '',
    sign: card.taken_back || card.voided ? 'plain' : text.sign,
    reason: card.taken_back ? '' : card.reason || '',
    until,
    rewrite: rewrite ? `/pages/feedback/text?uid=${card.uid}` : '',
    reply: card.reply ? card.reply.text : '',
    case: card.case_uid ? `/pages/feedback/case?uid=${card.case_uid}` : '',
  }
}

/** @param {Api.Card<'CaseCard'>} card */
const matter = (card) => ({
  uid: card.uid,
  label: card.complaint ? `${card.institution}：${kindWords(card.complaint)}` : `${card.institution}：您评了${scoreWords(card.score || 1)}`,
  note: `${day(card.opened_at)}说的`,
  mark: STATUSES[card.status],
  sign: signOf(card.status),
  tone: card.status === 'callback' ? 'urgent' : '',
  to: `/pages/feedback/case?uid=${card.uid}`,
})

page({
  data: {
    services: /** @type {ReturnType<typeof service>[]} */ ([]),
    ratings: /** @type {ReturnType<typeof rated>[]} */ ([]),
    matters: /** @type {ReturnType<typeof matter>[]} */ ([]),
    spoken: '',
  },

  async load() {
    const [tokens, ratings, cases] = await Promise.all([
      get('/rating-tokens', { limit: 100 }),
      get('/ratings', { limit: 50 }),
      get('/cases', { limit: 50 }),
    ])
    const services = tokens.items.map(service)
    const matters = cases.items.map(matter)
    return {
      services,
      ratings: ratings.items.map(rated),
      matters,
      spoken: `${services.length ? `可以评的服务有 ${services.length} 次：${services.map((each) => each.label).join('，')}。` : '现在没有要评的服务。'}${matters.map((each) => `${each.label}，${each.mark}。`).join('')}`,
    }
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  async takeBack(event) {
    const uid = event.currentTarget.dataset.uid
    await this.act(`takeBack ${uid}`, (key) => send('delete', '/ratings/{rating_uid}', { rating_uid: uid }, undefined, key))
    const { refusal } = this.data
    await this.refresh()
    if (refusal) this.setData({ refusal })
  },
})
