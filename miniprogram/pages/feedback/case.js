// @ts-check
// What was said went wrong, step by step, and the family's own word on whether it was put right.

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { clock, day } = require('../../kit/times')
const { texts } = require('./draft')
const { STATUSES, kindWords, scoreWords, signOf } = require('./words')

const STEPS = /** @type {Record<string, string>} */ ({
  verify: '开始了解情况',
  rectify: '说了怎么改',
  call_back: '改好了，来问您',
  confirm: '家里人说解决了',
  close: '办完了',
  reopen: '家里人说还没解决',
  appeal: '机构有不同说法，请主管部门看',
  uphold: '主管部门说反映得对',
  void: '核实后不再办了',
})

/** @param {Api.Card<'StepCard'>} step @param {number} at */
const line = (step, at) => ({
  at,
  words: step.event ? STEPS[step.event] || STATUSES[step.status] : '您反映了这件事',
  when: `${day(step.at)}${clock(step.at)}`,
  by: step.event && step.by ? step.by : '',
  reason: step.reason || '',
})

page({
  data: {
    question: '我反映的事',
    uid: '',
    fresh: false,
    unsettling: false,
    title: '',
    mark: '',
    sign: 'plain',
    said: '',
    waits: '',
    steps: /** @type {ReturnType<typeof line>[]} */ ([]),
    maySettle: false,
    mayReopen: false,
    reason: '',
    kinds: ['tmpl_case_answered'],
    spoken: '',
  },

  async load() {
    const { uid } = this.query
    const file = await get('/cases/{case_uid}', { case_uid: uid })
    const { card } = file
    const mark = STATUSES[card.status]
    const unsettling = Boolean(this.query.unsettled)
    const over = ['closed', 'voided'].includes(card.status)
    const until = card.next_deadline ? `${day(card.next_deadline)}` : ''
    const about = card.complaint ? kindWords(card.complaint) : `您评了“${scoreWords(card.score || 1)}”`
    const waits = over
      ? ''
      : card.status === 'callback'
        ? '他们说改好了。请您说一声，解决了没有。'
        : `现在由${card.owner}来办${until ? (card.overdue ? `，已经超过了时间（${until}），主管部门会催他们` : `，最晚 ${until}要有进展`) : ''}。`
    return {
      question: unsettling ? '哪里还没解决？' : this.query.fresh ? '收到了，这就去办' : '我反映的事',
      uid,
      fresh: Boolean(this.query.fresh),
      unsettling,
      title: `${card.institution}：${about}`,
      mark,
      sign: signOf(card.status),
      said: file.text,
      waits,
      steps: file.steps.map(line).reverse(),
      maySettle: card.status === 'callback',
      mayReopen: ['callback', 'closed'].includes(card.status),
      reason: texts[uid] || '',
      spoken: unsettling ? '哪里还没解决？请写一两句。' : `${card.institution}，${about}。${mark}。${waits}`,
    }
  },

  async settled() {
    const { uid } = this.query
    await this.act('settled', (key) => send('post', '/cases/{case_uid}/settled', { case_uid: uid }, undefined, key))
    await this.reloadKeepingRefusal()
  },

  /** What was refused is explained beside what is true now. */
  async reloadKeepingRefusal() {
    const { refusal } = this.data
    if (refusal && refusal.again) return
    await this.refresh()
    if (refusal) this.setData({ refusal })
  },

  /** @param {WechatMiniprogram.Input} event */
  write({ detail }) {
    texts[this.query.uid] = detail.value
    this.setData({ reason: detail.value })
  },

  async unsettled() {
    const { uid } = this.query
    const reason = this.data.reason.trim()
    if (!reason) return this.refuse('请写一两句，哪里还没解决，他们好接着办。')
    const done = await this.act('unsettled', (key) => send('post', '/cases/{case_uid}/unsettled', { case_uid: uid }, { reason }, key), reason)
    if (!done) return
    delete texts[uid]
    this.back()
  },

  back() {
    if (getCurrentPages().length > 1) wx.navigateBack()
    else wx.redirectTo({ url: `/pages/feedback/case?uid=${this.query.uid}` })
  },

  home() {
    wx.reLaunch({ url: '/pages/home/home' })
  },
})
