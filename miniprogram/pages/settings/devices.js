// @ts-check
const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')
const { when } = require('../../kit/times')

const KINDS = /** @type {Record<string, string>} */ ({ family: '微信', staff: '微信（工作）', console: '电脑' })

/** @param {Api.Card<'SessionCard'>} each */
const line = (each) => ({ ...each, title: each.is_this ? '就是这部手机' : `${KINDS[each.kind]}上`, seen: when(each.last_seen_at) })

page({
  data: { sessions: /** @type {ReturnType<typeof line>[]} */ ([]), spoken: '' },

  async load() {
    const sessions = (await get('/sessions')).map(line)
    return { sessions, spoken: `一共在 ${sessions.length} 个地方登录着。` }
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  async end(event) {
    const session_uid = event.currentTarget.dataset.uid
    const done = await this.act(session_uid, (key) => send('delete', '/sessions/{session_uid}', { session_uid }, undefined, key))
    if (done) await this.refresh()
  },
})
