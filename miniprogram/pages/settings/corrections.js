// @ts-check
// What was said to be wrong, and what was answered (PIPL art. 46).

const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')

/** @param {Api.Card<'RectificationCard'>} each */
const line = (each) => ({
  ...each,
  on: day(each.asked_at),
  waits: each.status === 'open',
  until: each.overdue ? `${each.institution}过了期限还没有答复，请打养老服务热线催办。` : `${each.institution}最晚${day(each.due_at)}答复。`,
})

page({
  data: { asked: /** @type {ReturnType<typeof line>[]} */ ([]), spoken: '' },

  async load() {
    const asked = (await get('/rectifications')).map(line)
    const waiting = asked.filter((each) => each.waits).length
    return { asked, spoken: asked.length ? `提过 ${asked.length} 件，${waiting} 件在等答复。` : '还没有提过。哪里写得不对，可以请机构更正。' }
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  async withdraw(event) {
    const rectification_uid = event.currentTarget.dataset.uid
    const done = await this.act(rectification_uid, (key) => send('post', '/rectifications/{rectification_uid}/withdrawal', { rectification_uid }, undefined, key))
    if (done) await this.refresh()
  },
})
