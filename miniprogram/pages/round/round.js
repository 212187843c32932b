// @ts-check
// Today's round: for whom, in which bed, what is due. Without a signal, as it was when there was one.

const { get } = require('../../api/client')
const queue = require('../../kit/queue')
const { page } = require('../../kit/page')
const copy = require('../../kit/round-copy')
const sheets = require('../../kit/sheets')
const { clock, dateOf, day } = require('../../kit/times')
const { cut, following, parts, standing, told, within } = require('./desk')
const { session } = require('../../api/session')

const PAGE = 100

/** @typedef {Api.Card<'VisitCard'>} Visit */
/** @typedef {ReturnType<typeof told>} Told */

/** Whether the visit is of the city's day, or still under way. @param {Visit} card */
const ofToday = (card) => card.status === 'started' || dateOf(Date.parse(card.starts_at)) === dateOf()

/** Visits that come to the home where this person works. @returns {Promise<Visit[]>} */
async function toMyHome() {
  const known = session()
  if (!known || !known.roles.includes('nurse')) return []
  const under = await get('/visits', { status: 'started', limit: PAGE })
  const planned = []
  let after
  do {
    // The latest come first: what is planned for the next weeks stands before today.
    const some = await get('/visits', { status: 'planned', limit: PAGE, after })
    planned.push(...some.items)
    after = some.items.length && dateOf(Date.parse(some.items[some.items.length - 1].starts_at)) >= dateOf() ? some.next : null
  } while (after)
  return [...under.items, ...planned].filter((card) => ofToday(card) && parts(card).hosting)
}

/** A whole list, page by page. @template T @param {(after: string | undefined) => Promise<{ items: T[], next?: string | null }>} ask @returns {Promise<T[]>} */
async function whole(ask) {
  const found = []
  let after
  do {
    const some = await ask(after)
    found.push(...some.items)
    after = some.next || undefined
  } while (after)
  return found
}

/** What one's own institution owes the residents of these homes besides, in words: lists of work, no look at anybody's record. @param {string[]} homes @returns {Promise<Record<string, string>>} */
async function besides(homes) {
  const known = session()
  const asked = known && known.roles.includes('clinician') ? homes : []
  const [due, begun] = await Promise.all([
    Promise.all(asked.map((home) => whole((after) => get('/follow-ups', { work: 'due', home, limit: PAGE, after })))).then((each) => each.flat()).catch(withoutIt),
    whole((after) => get('/assessments', { limit: PAGE, after })).catch(withoutIt),
  ])
  /** @type {Record<string, string[]>} */
  const found = {}
  const say = (/** @type {string} */ uid, /** @type {string} */ words) => (found[uid] = [...(found[uid] || []), words])
  for (const each of due) say(each.resident_uid, `${each.disease_words}随访${each.overdue_days ? '（过期了）' : `（${day(each.next_on)}前）`}`)
  for (const each of begun) say(each.resident_uid, `${each.short}（${each.status_words}）`)
  return Object.fromEntries(Object.entries(found).map(([uid, words]) => [uid, words.join('、')]))
}

/** The round goes on without it, unless it is the line. @param {unknown} fault @returns {never[]} */
function withoutIt(fault) {
  if (cut(fault)) throw fault
  console.info('left out', fault)
  return []
}

/** @returns {Promise<{ visits: Visit[], also?: Record<string, string>, waiting: Visit[], measures: Api.Card<'MeasureCard'>[], at: string }>} */
async function fetched() {
  const [mine, home, waits, measures] = await Promise.all([get('/visits/round'), toMyHome(), get('/visits/waiting', { limit: PAGE }), get('/visits/measures')])
  const visits = [...mine, ...home.filter((card) => !mine.some((each) => each.uid === card.uid))]
  visits.sort((one, other) => Date.parse(one.starts_at) - Date.parse(other.starts_at))
  const also = await besides([...new Set(visits.map((each) => each.home_uid))])
  copy.keep(visits, measures, also)
  return { visits, also, waiting: waits.items, measures, at: '' }
}

/** What one may do next with a visit. @template {Told} T @param {T} it @param {boolean} first the one that is to be done next */
function withStep(it, first) {
  const kind = first ? 'main' : 'plain'
  const step = it.cancelled
    ? null
    : it.visiting && !it.begun
      ? { label: it.startRefused ? '重新扫码开始' : '扫码开始', icon: 'scan', to: `/pages/round/scan?visit=${it.uid}`, kind }
      : it.visiting && !it.ended
        ? { label: '接着巡诊', icon: 'pen', to: `/pages/round/visit?visit=${it.uid}`, kind }
        : it.hosting && !it.begun
          ? { label: '给医生看动态码', icon: 'scan', to: `/pages/round/code?visit=${it.uid}`, kind }
          : { label: '看这次巡诊', icon: 'visit', to: `/pages/round/visit?visit=${it.uid}`, kind: 'plain' }
  return { ...it, step }
}

page({
  data: {
    who: 'staff',
    visits: /** @type {any[]} */ ([]),
    waiting: /** @type {{ uid: string, label: string, note: string, mark: string }[]} */ ([]),
    queued: 0,
    sheets: 0,
    refused: 0,
    old: '',
    spoken: '',
  },

  ...following((self) => self.now && self.shape(self.now)),

  async load() {
    const who = await standing()
    if (who !== 'staff') return { who }
    queue.flush()
    let now
    try {
      now = await (copy.read() ? within(fetched()) : fetched())
      copy.fillPocket()
    } catch (fault) {
      const kept = cut(fault) ? copy.read() : null
      if (!kept) throw fault
      now = { ...kept, waiting: [] }
    }
    Object.assign(this, { now })
    return { who, ...this.shape(now) }
  },

  /** @param {Awaited<ReturnType<typeof fetched>>} now */
  shape(now) {
    const also = now.also || {}
    const all = now.visits.map(told).map((it) => ({ ...it, items: it.items.map((item) => ({ ...item, also: also[item.resident] || '' })) }))
    const next = all.findIndex((it) => !it.cancelled && !it.ended)
    const visits = all.map((it, place) => withStep(it, place === next))
    const waiting = now.waiting.map((card) => ({
      uid: card.uid,
      label: `${day(card.starts_at)}${clock(card.starts_at)}，${parts(card).hosting ? card.provider_name : card.home_name}`,
      note: card.items.map((item) => item.resident_name).join('、'),
      mark: card.status_text,
    }))
    const words = visits.map((it) => `${it.when}，${it.home}，${it.mark}。${it.items.map((item) => `${item.plain}，${item.due}`).join('。')}`)
    return {
      visits,
      waiting,
      old: now.at ? `现在没有网络。下面是${day(now.at)}${clock(now.at)}存在手机上的，可以照着做，记下的会先存在手机上。` : '',
      spoken: words.join('。') || '今天没有还要做的巡诊。',
      queued: queue.waiting().length,
      sheets: sheets.begun().length,
      refused: queue.items().filter((each) => each.state === 'refused').length,
    }
  },
})
