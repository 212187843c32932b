// @ts-check
// Who stands at the bed, for whom they speak, and a visit as it reads on this phone: the server's card together with
// what still waits here.

const { get, signedIn } = require('../../api/client')
const { Refusal } = require('../../api/refusals')
const { isStaff, session } = require('../../api/session')
const queue = require('../../kit/queue')
const copy = require('../../kit/round-copy')
const { clock, day } = require('../../kit/times')

/** Whether the line was at fault, so that what is on the phone must do. @param {any} fault */
const cut = (fault) => Boolean(fault && fault.again)

const SLOW = '网络很慢，还没等到回音。您记的都在手机上。'

/**
 * At a bed nobody waits long: what the phone can do by itself it does. The request itself may still arrive.
 * @template T @param {Promise<T>} work @param {number} [patience] ms @returns {Promise<T>}
 */
function within(work, patience = 8000) {
  /** @type {any} */
  let timer
  const late = new Promise((_, fail) => {
    timer = setTimeout(() => fail(new Refusal({ code: 'network.slow', words: SLOW, again: true })), patience)
  })
  return /** @type {Promise<T>} */ (Promise.race([work, late])).finally(() => clearTimeout(timer))
}

/** One visit as the server tells it, or, the line being cut, as the phone has it. @param {string} uid */
async function cardOf(uid) {
  const kept = copy.read()
  const known = kept && kept.visits.find((each) => each.uid === uid)
  try {
    const asked = get('/visits/{visit_uid}', { visit_uid: uid })
    const card = await (known ? within(asked) : asked)
    copy.renew(card)
    return { card, old: '' }
  } catch (fault) {
    if (!cut(fault) || !kept || !known) throw fault
    return { card: known, old: `现在没有网络。下面是${day(kept.at)}${clock(kept.at)}存在手机上的。` }
  }
}

/** @returns {Promise<Api.Card<'MeasureCard'>[]>} */
async function measures() {
  const kept = copy.read()
  return kept && kept.measures.length ? kept.measures : get('/visits/measures')
}

/** @returns {Promise<'staff' | 'unapproved' | 'other'>} */
async function standing() {
  try {
    const { needs } = await signedIn()
    if (isStaff()) return 'staff'
    return needs.includes('device_approval') ? 'unapproved' : 'other'
  } catch (fault) {
    if (cut(fault) && copy.read()) return 'staff'
    throw fault
  }
}

/** @returns {string[]} uids of the institutions in whose name this phone speaks */
function places() {
  const known = session()
  const rows = known ? known.workplaces : []
  return rows.map((each) => each.institution_uid || '').filter(Boolean)
}

/** @param {Api.Card<'VisitCard'>} card @returns {{ visiting: boolean, hosting: boolean }} */
function parts(card) {
  const known = session()
  // Without a token the copy says it: only one's own visits are in it.
  if (!known) return { visiting: true, hosting: false }
  return { visiting: places().includes(card.provider_uid), hosting: places().includes(card.home_uid) }
}

const OUTCOMES = /** @type {Record<string, string>} */ ({ seen: '已看', absent: '不在', refused: '本人不愿意' })

/** @param {Api.Card<'VisitItemCard'>} item @param {import('../../kit/queue').Item[]} mine */
function line(item, mine) {
  const own = mine.filter((each) => each.line === item.uid && each.kind === 'findings')
  const last = own.filter((each) => each.state !== 'refused').pop()
  const refused = own.some((each) => each.state === 'refused')
  const waits = Boolean(last && last.state === 'waiting')
  const said = last && last.event ? last.event.results[0].outcome : ''
  const outcome = waits ? OUTCOMES[said] : item.outcome ? item.outcome_text : last ? '记好了' : ''
  return {
    uid: item.uid,
    resident: item.resident_uid,
    bed: item.bed,
    name: item.resident_name,
    label: `${item.bed}\u00a0\u00a0${item.resident_name}`,
    plain: `${item.resident_name}，${item.bed}\u00a0床`,
    due: item.due || item.service_name,
    done: Boolean(outcome),
    mark: refused && !outcome ? '没有收下，请再记' : waits ? `${outcome}，等着上传` : outcome || '还没记',
    sign: refused && !outcome ? 'urgent' : waits ? 'watch' : outcome === OUTCOMES.seen || outcome === '记好了' ? 'good' : 'plain',
    urgent: item.urgent,
    findings: item.findings,
  }
}

/** @param {Api.Card<'VisitCard'>} card */
function told(card) {
  const mine = queue.items(card.uid)
  const has = (/** @type {string} */ kind, /** @type {string[]} */ states) => mine.some((each) => each.kind === kind && states.includes(each.state))
  const items = card.items.map((item) => line(item, mine))
  const begun = Boolean(card.started_at) || has('start', ['waiting', 'accepted', 'accepted_late'])
  const ended = Boolean(card.finished_at) || has('finish', ['waiting', 'accepted', 'accepted_late'])
  const open = ['planned', 'started', 'missed'].includes(card.status)
  const here = open && ((has('finish', ['waiting']) && '已结束，等着上传') || (!card.started_at && has('start', ['waiting']) && '已开始，等着上传'))
  return {
    uid: card.uid,
    kind: card.kind_text,
    when: `${day(card.starts_at)}${clock(card.starts_at)}到${clock(card.ends_at)}`,
    home: card.home_name,
    provider: card.provider_name,
    by: card.performer_name || card.clinicians.join('、'),
    mark: here || card.status_text,
    sign: here || card.status === 'disputed' || card.status === 'missed' ? 'watch' : card.status === 'confirmed' ? 'good' : 'plain',
    status: card.status,
    items,
    left: items.filter((each) => !each.done).length,
    begun,
    ended: ended || !open,
    cancelled: ['cancelled', 'void', 'missed'].includes(card.status),
    evidence: card.evidence_text,
    exceptions: card.exceptions,
    startRefused: has('start', ['refused']) && !begun,
    ...parts(card),
  }
}

/**
 * Keep a page in step with the queue for as long as it stands: `again` shapes anew what it shows.
 * @param {(self: any) => Record<string, any> | null} again
 */
const following = (again) => ({
  opened() {
    const self = /** @type {any} */ (this)
    self.told = () => {
      const news = again(self)
      if (news) self.setData(news)
    }
    queue.listen(self.told)
  },
  closed() {
    queue.unlisten(/** @type {any} */ (this).told)
  },
})

/** Go back, or, opened by a message, to where one would have come from. @param {string} url */
function backTo(url) {
  if (getCurrentPages().length > 1) wx.navigateBack()
  else wx.redirectTo({ url })
}

module.exports = { OUTCOMES, backTo, cardOf, cut, following, measures, parts, standing, told, within }
