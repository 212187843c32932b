// @ts-check
// What the state of a visit means to the person who was visited.

const { clock, day } = require('../../kit/times')

/** @typedef {Api.Card<'VisitCard'>} Visit */
/** @typedef {{ words: string, sign: 'good' | 'watch' | 'plain' }} Told */

/** @type {Record<Api.Card<'VisitStatus'>, Told>} */
const STATUSES = {
  planned: { words: '约好了，还没来', sign: 'plain' },
  started: { words: '正在看', sign: 'plain' },
  finished: { words: '看完了，等两边确认', sign: 'plain' },
  attested_provider: { words: '医生那边确认了，等养老院确认', sign: 'plain' },
  attested_host: { words: '养老院确认了，等医生那边确认', sign: 'plain' },
  confirmed: { words: '两边都确认了', sign: 'good' },
  disputed: { words: '两边说的不一样，正在核对', sign: 'watch' },
  correction_requested: { words: '有地方要改，等另一边同意', sign: 'watch' },
  void: { words: '这次不算数', sign: 'watch' },
  cancelled: { words: '取消了', sign: 'plain' },
  missed: { words: '约好了，但没有来', sign: 'watch' },
}
const OUTCOMES = /** @type {Record<string, string>} */ ({ seen: '看过了', absent: '那时人不在，没有看', refused: '本人那天不想看' })
const COMING = ['planned', 'started']

/** @param {Visit} visit @returns {Told} */
const statusOf = (visit) => STATUSES[visit.status] || { words: visit.status_text, sign: 'plain' }

/** @param {Visit} visit */
const isComing = (visit) => COMING.includes(visit.status)

/** "今天上午 9 点到上午 9 点 25 分". @param {Visit} visit */
function timeOf(visit) {
  const [from, to] = [visit.started_at || visit.starts_at, visit.started_at ? visit.finished_at : visit.ends_at]
  return `${day(from)}${clock(from)}${to ? `到${clock(to)}` : ''}`
}

/** @param {Visit} visit */
function whoOf(visit) {
  const names = visit.performer_name ? [visit.performer_name] : visit.clinicians
  return names.length ? `${visit.provider_name}的${names.join('、')}` : visit.provider_name
}

/** What one side has said of it. @param {Api.Card<'server__visits__rules__lifecycle__Verdict'> | null} verdict @param {string | null} name */
function sideOf(verdict, name) {
  if (!verdict) return '还没有说话'
  const said = { confirmed: '确认了，是这样', disputed: '说不是这样', void: '说这次不算数' }[verdict]
  return `${name || ''}${said}`
}

module.exports = { OUTCOMES, isComing, sideOf, statusOf, timeOf, whoOf }
