// @ts-check
// What the pages of somebody's care have in common: questions they can do without, and levels, steps and days in words.

const { Refusal } = require('../../api/refusals')
const { day, when } = require('../../kit/times')

/** What one may not see looks like what is not there: null. Anything else is told. @template T @param {Promise<T>} answer */
const ifMine = (answer) =>
  answer.catch((fault) => {
    if (!(fault instanceof Refusal) || (fault.status !== 404 && fault.status !== 403)) throw fault
    return null
  })

/** A sentence without its full stop. @param {string} words */
const bare = (words) => words.replace(/。$/, '')

/** @param {Api.Card<'ResultCard'>} card */
const levelOf = (card) => card.score.level_words.replace('　', '，') || bare(card.score.result)

/** @param {Api.Card<'ResultCard'>} card @returns {{ mark: string, sign: string }} */
function stateOf(card) {
  if (card.status === 'disputed') return { mark: '有异议，正在核对', sign: 'watch' }
  if (card.status === 'superseded') return { mark: '已经换成新的结果', sign: 'plain' }
  return card.is_valid ? { mark: '有效', sign: 'good' } : { mark: '到期了，该重新评', sign: 'watch' }
}

/** Whose turn it is, for what, and until when. @param {Api.Card<'StorySheet'>} story */
function nextStep(story) {
  if (!story.next_by) return ''
  const until = story.next_until ? (story.late ? `，应在${when(story.next_until)}前办好，已经过了` : `，${when(story.next_until)}前`) : ''
  return `下一步该${story.next_by}：${story.next_text}${until}。`
}

/** When the next follow-up is. @param {Api.Card<'ResidentLine'>} line */
const nextTime = (line) => (!line.next_on ? '' : line.overdue ? `应在${day(line.next_on)}前来，已经过了` : `下一次：${day(line.next_on)}前`)

/** @param {Api.Card<'ResidentLine'>} line @returns {{ mark: string, sign: string }} */
const controlOf = (line) => (line.controlled === null ? { mark: '', sign: 'plain' } : { mark: line.verdict, sign: line.controlled ? 'good' : 'watch' })

/** What is said to the resident themselves, as somebody else reads it. @param {string} words @param {string} name empty: to themselves */
const about = (words, name) => (name ? words.replace(/您/g, name) : words)

/** What follows from a follow-up, to a family. @type {Record<Api.Card<'Course'>, string>} */
const COURSES = {
  routine: '照现在的办法继续',
  adjust: '要调整用药或治疗，两周后再查一次',
  refer: '建议去上级医院看看，两周内会来问结果',
  urgent: '请尽快去医院',
}

module.exports = { COURSES, about, bare, controlOf, ifMine, levelOf, nextStep, nextTime, stateOf }
