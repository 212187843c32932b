// @ts-check
// Medicines that come to the home today, and those that should have come: whose, and who brings them.

const { get, signedIn } = require('../../api/client')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { standing } = require('../round/desk')

const MOST = 100

/** @param {Api.Card<'DeliveryCard'>} each */
const line = (each) => ({
  uid: each.uid,
  label: `${each.bed}\u00a0\u00a0${each.resident_name}`,
  note: `${each.kinds} 种，${each.carrier}送来，${day(each.due_on)}`,
  mark: each.overdue_days ? `晚了 ${each.overdue_days} 天` : '',
  to: `/pages/duty/delivery?uid=${each.uid}`,
})

page({
  data: { who: 'staff', lines: /** @type {ReturnType<typeof line>[]} */ ([]), more: false, spoken: '' },

  async load() {
    const who = await standing()
    if (who !== 'staff') return { who }
    if (!(await signedIn()).roles.includes('nurse')) return { who: 'nobody' }
    const found = await get('/deliveries', { brought: 'today', limit: MOST })
    const lines = found.items.map(line)
    return { who, lines, more: Boolean(found.next), spoken: lines.map((each) => `${each.label}，${each.note}，${each.mark}`).join('。') || '今天没有要收的药。' }
  },
})
