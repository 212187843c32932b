// @ts-check
// Residents of the home who have no phone: what they were asked, and which services they may still rate.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { day } = require('../../kit/times')
const { nurse } = require('./staff')

page({
  data: {
    who: 'nurse',
    asked: /** @type {{ uid: string, label: string, note: string }[]} */ ([]),
    services: /** @type {{ uid: string, label: string, note: string }[]} */ ([]),
    spoken: '',
  },

  async load() {
    const { who } = await nurse()
    if (who !== 'nurse') return { who }
    const [consents, tokens] = await Promise.all([get('/consent-requests/to-witness'), get('/rating-tokens/to-assist', { limit: 100 })])
    const asked = consents.map((each) => ({
      uid: each.uid,
      label: `${each.resident}：给不给看档案`,
      note: `${each.recipient}想看，为了${each.purpose_words}。请在 ${day(each.answer_by)} 以前问。`,
    }))
    const services = tokens.items.map((each) => ({
      uid: each.uid,
      label: `${each.resident}：服务好不好`,
      note: `${each.institution}${each.department ? `，${each.department}` : ''}，${day(each.served_at)}${each.source === 'visit' ? '的巡诊' : '看的病'}`,
    }))
    const spoken = [...asked, ...services].map((each) => `${each.label}，${each.note}`).join('。')
    return { who, asked, services, spoken: spoken || '现在没有要替老人办的事。' }
  },
})
