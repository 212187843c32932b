// @ts-check
// My certificates, what my work still asks for, where to go for it, and signing in by the code on the screen there.

const { get, send } = require('../../api/client')
const { Refusal } = require('../../api/refusals')
const { seen } = require('../../kit/camera')
const { page } = require('../../kit/page')
const { clock, day, when } = require('../../kit/times')
const { standing } = require('../round/desk')

const SHOWN = /^T[0-9A-Za-z][\w-]{27}$/
const FOREIGN = '这不是培训签到的码，手机没有打开它。请扫培训现场屏幕上的码，它每 30 秒换一张。'

/** @typedef {Api.Card<'CourseSessionCard'>} Session */

/** @param {Session} each @param {string[]} attended */
function session(each, attended) {
  const free = each.seats - each.taken
  const here = attended.includes(each.uid)
  return {
    uid: each.uid,
    title: each.title,
    when: `${when(each.starts_at)}到${day(each.starts_at) === day(each.ends_at) ? clock(each.ends_at) : when(each.ends_at)}`,
    where: [each.place, each.institution].filter(Boolean).join('，'),
    trainer: each.trainer ? `${each.trainer}讲` : '',
    mark: here ? '已经签到' : free > 0 ? `还有 ${free} 个名额` : '名额满了',
    sign: here ? 'good' : free > 0 ? 'plain' : 'watch',
  }
}

const STATES = /** @type {Record<Api.Card<'TrainingState'>, { mark: string, sign: string }>} */ ({
  valid: { mark: '有效', sign: 'good' },
  expiring: { mark: '快到期了，请报名复训', sign: 'watch' },
  expired: { mark: '过期了', sign: 'urgent' },
  none: { mark: '', sign: 'plain' },
})

/** @param {Api.Card<'CertificateCard'>} each */
const certificate = (each) => ({
  uid: each.uid,
  title: each.title,
  note: `${each.last_day ? `有效到${day(each.last_day)}` : '长期有效'}${each.certificate_number ? `，编号 ${each.certificate_number}` : ''}`,
  ...STATES[each.state],
})

page({
  data: {
    who: 'staff',
    needs: /** @type {Api.Card<'NeedCard'>[]} */ ([]),
    coming: /** @type {ReturnType<typeof session>[]} */ ([]),
    certificates: /** @type {ReturnType<typeof certificate>[]} */ ([]),
    signed: '',
    spoken: '',
  },

  async load() {
    const who = await standing()
    if (who !== 'staff') return { who }
    const mine = await get('/training')
    const needs = mine.needs.filter((each) => !each.held)
    const coming = mine.coming.map((each) => session(each, mine.attended))
    const certificates = mine.certificates.map(certificate)
    const lacks = needs.map((each) => `还缺${each.title}。`).join('')
    return {
      who,
      needs,
      coming,
      certificates,
      spoken: `${lacks || '要求的证书都有。'}${coming.map((each) => `${each.title}，${each.when}，${each.where}，${each.mark}。`).join('')}`,
    }
  },

  async scan() {
    this.setData({ signed: '' })
    const code = await this.act('scan', () => this.look())
    if (!code || code === true) return
    const card = await this.act('scan', (key) => send('post', '/training/attendances', {}, { code }, key), code)
    if (!card || card === true) return
    this.setData({ signed: card.title })
    await this.refresh()
  },

  /** @returns {Promise<string>} what the camera read, if it is a course's; '' when it was closed */
  async look() {
    const found = await seen()
    if (!found) return ''
    if (!SHOWN.test(found.result)) throw new Refusal({ code: 'phone.foreign_code', words: FOREIGN })
    return found.result
  },
})
