// @ts-check
// A copy of one's own, as a text that any phone can open, handed over by WeChat's own dialog (PIPL art. 45).

const { get } = require('../../api/client')
const { handOver } = require('../../kit/handing')
const { page } = require('../../kit/page')
const { accountText, recordText } = require('./texts')

page({
  data: { residents: /** @type {Api.Card<'MyResidentCard'>[]} */ ([]), handed: '', spoken: '' },

  async load() {
    const residents = (await get('/residents')).filter((each) => each.scopes.includes('record'))
    return { residents, spoken: '点一下，把资料转给自己或家里人。转出去以后，请保管好。' }
  },

  /** @param {WechatMiniprogram.CustomEvent} event */
  async record(event) {
    const resident_uid = event.currentTarget.dataset.uid
    const handed = await this.act(resident_uid, async () => {
      const copy = await get('/residents/{resident_uid}/record/export', { resident_uid })
      return handOver(recordText(copy), '健康档案.txt')
    })
    if (handed) this.setData({ handed: '健康档案' })
  },

  async account() {
    const handed = await this.act('account', async () => handOver(accountText(await get('/account/export')), '我办过的事.txt'))
    if (handed) this.setData({ handed: '您办过的事' })
  },
})
