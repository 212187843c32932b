// @ts-check
const { get, send } = require('../../api/client')
const { page } = require('../../kit/page')

const CHOICES = [
  { starts: '21:00', ends: '07:00', words: '晚上 9 点到早上 7 点' },
  { starts: '20:00', ends: '08:00', words: '晚上 8 点到早上 8 点' },
  { starts: '22:00', ends: '06:00', words: '晚上 10 点到早上 6 点' },
  { starts: '12:00', ends: '14:00', words: '只在午睡时，中午 12 点到下午 2 点' },
]

page({
  data: { choices: CHOICES, starts: '', ends: '', known: true, spoken: '' },

  async load() {
    const { starts, ends } = await get('/quiet-hours')
    const known = CHOICES.some((each) => each.starts === starts && each.ends === ends)
    return { starts, ends, known, spoken: `现在从 ${starts} 到 ${ends} 不打扰您。` }
  },

  /** @param {WechatMiniprogram.TouchEvent} event */
  async choose(event) {
    const { starts, ends } = event.currentTarget.dataset
    const body = { starts, ends }
    if (await this.act('choose', (key) => send('put', '/quiet-hours', {}, body, key), body)) await this.refresh()
  },
})
