// @ts-check
// A copy of all that is held (PIPL art. 45): asked for, written by the server, and fetched with WeChat's own proof.

const { get, send } = require('../../api/client')
const { handOver } = require('../../kit/handing')
const { page } = require('../../kit/page')
const { when } = require('../../kit/times')

/** @param {Api.Card<'CopyCard'>} each */
function line({ about, job }) {
  const ready = job.status === 'ready'
  return {
    uid: job.uid,
    title: about ? `${about}的` : '我自己的',
    ready,
    waiting: job.status === 'waiting' || job.status === 'running',
    note: ready && job.expires_at ? `写好了，${when(job.expires_at)}以前来取` : job.failure || job.status_words,
    asked: when(job.asked_at),
  }
}

page({
  data: {
    residents: /** @type {Api.Card<'MyResidentCard'>[]} */ ([]),
    copies: /** @type {ReturnType<typeof line>[]} */ ([]),
    handed: false,
    spoken: '',
  },

  async load() {
    const residents = (await get('/residents')).filter((each) => !each.myself && each.scopes.includes('record'))
    const copies = (await get('/copies')).map(line)
    const ready = copies.filter((each) => each.ready).length
    return { residents, copies, spoken: `要一份完整的副本，写好要等一会儿，写好后一天内来取。${ready ? `现在有 ${ready} 份写好了。` : ''}` }
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  async ask(event) {
    const resident = event.currentTarget.dataset.uid
    const body = { resident: resident || null } // null: oneself
    if (await this.act(`ask ${resident}`, (key) => send('post', '/copies', {}, body, key), body)) await this.refresh()
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  async fetch(event) {
    const copy_uid = event.currentTarget.dataset.uid
    const handed = await this.act(copy_uid, async () => {
      const { code } = await wx.login({ timeout: 8000 })
      const file = await send('post', '/copies/{copy_uid}/file', { copy_uid }, { code })
      return handOver(file.content, file.name, 'base64')
    })
    if (handed) this.setData({ handed: true })
  },
})
