// @ts-check
// The first screen: whose record, what is next, and one big call. One request after signing in;
// receipts of what is booked are compared beside it.

const { get, signedIn } = require('../../api/client')
const { isStaff } = require('../../api/session')
const { rememberEmergency } = require('../../kit/emergency')
const { page } = require('../../kit/page')
const { comparing } = require('../../kit/receipts')
const { whose } = require('../../kit/whose')

const FIRST = 3 // of what waits, shown before one asks for the rest
const ICONS = /** @type {Record<string, string>} */ ({
  offer: 'clock',
  consent: 'consent',
  appointment: 'calendar',
  referral: 'door',
  visit: 'visit',
  rating: 'star',
  due: 'question',
  proxy: 'family',
  doctor: 'person',
})

/** @param {Api.Card<'NextCard'>} each */
const line = (each) => ({
  ...each,
  key: `${each.target} ${each.words}`, // several things that are due lead to one page
  icon: ICONS[each.kind],
  to: `/${each.target}`,
})

/** What there is to see and do for one resident, for whoever may. @param {Api.Card<'MyResidentCard'>} who */
function tilesOf(who) {
  const may = (/** @type {Api.Card<'ProxyScope'>} */ scope) => who.scopes.includes(scope)
  return [
    may('record') && { icon: 'record', label: '健康档案', to: `/pages/record/record?resident=${who.uid}` },
    (may('profile') || may('record')) && { icon: 'check', label: who.myself ? '我的照护' : '照护', to: `/pages/care/care?resident=${who.uid}` },
    may('booking') && { icon: 'calendar', label: '预约看病', to: `/pages/booking/where?resident=${who.uid}` },
    may('booking') && { icon: 'clock', label: '约好的号', to: `/pages/booking/appointments?resident=${who.uid}` },
    { icon: 'visit', label: '医生来看过', to: `/pages/visits/visits?resident=${who.uid}` },
    may('consent') && { icon: 'consent', label: '谁能看档案', to: `/pages/consent/consents?resident=${who.uid}` },
    may('record') && { icon: 'eye', label: '谁看过档案', to: `/pages/record/trail?resident=${who.uid}` },
    may('rating') && { icon: 'star', label: '评价服务', to: '/pages/feedback/ratings' },
    { icon: 'family', label: '我的家人', to: `/pages/family/family?resident=${who.uid}` },
  ].filter(Boolean)
}

page({
  data: {
    name: '',
    who: /** @type {Api.Card<'MyResidentCard'> | null} */ (null),
    several: false,
    tiles: /** @type {any[]} */ ([]),
    next: /** @type {ReturnType<typeof line>[]} */ ([]),
    folded: 0,
    more: 0,
    unfolded: false,
    unread: 0,
    duties: /** @type {Api.Card<'DutyCard'>[]} */ ([]),
    staff: false,
    ledger: false,
    nobody: false,
    lost: /** @type {string[]} */ ([]),
    told: '',
    spoken: '',
  },

  ...comparing,

  async load() {
    const { account, roles } = await signedIn()
    const home = await get('/home', { resident: whose() || undefined })
    const who = home.residents.find((each) => each.uid === home.resident_uid) || null
    rememberEmergency(home.emergency)
    const all = home.next.map(line)
    const next = this.data.unfolded ? all : all.slice(0, FIRST)
    const spoken = all.map((each) => `${each.words}${each.note}`).join('')
    return {
      name: account.name,
      who,
      several: home.residents.length > 1,
      tiles: who ? tilesOf(who) : [],
      next,
      folded: all.length - next.length,
      more: home.more,
      unread: home.unread,
      duties: home.duties,
      staff: isStaff(),
      ledger: isStaff() && roles.includes('clinician'),
      nobody: !who && !isStaff(),
      spoken: spoken || (who ? `${who.name}现在没有要办的事。` : ''),
    }
  },

  unfold() {
    this.setData({ unfolded: true })
    return this.refresh()
  },
})
