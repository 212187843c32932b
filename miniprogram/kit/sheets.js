// @ts-check
// Forms that are filled in at a bed, a question at a time: the two kinds the server knows in one shape, and what was
// answered so far.
//
// Kept on the phone until the server has it, at most two days: the questions, the answers, and whose they are in words, for the
// account that fills it in. Nothing of it leaves by itself: a person hands it in, and is told what became of it.

const { newKey } = require('../api/client')
const { whose } = require('./round-copy')

const KEPT = 'sheet-drafts'
const LIVES = 48 * 3600 * 1000

/** @typedef {string | string[] | boolean} Answer a number as it was typed */
/**
 * @typedef {object} Question
 * @property {string} name
 * @property {string} words
 * @property {string} hint
 * @property {string} ask one, many, number, text, day, tick
 * @property {{ key: string, words: string }[]} options
 * @property {Api.Card<'MeasureCard'> | null} measure of a number: its bounds
 * @property {boolean} first asked one after the other; what is not may be left out
 * @property {number} longest
 * @property {{ on: string, has: string } | null} only asked when another answer says so
 * @property {string} none of several: the key that excludes the others
 */
/**
 * @typedef {object} Sheet
 * @property {string} kind followup, assessment
 * @property {string} uid of the episode, or of the assessment
 * @property {string} title
 * @property {string} who in words
 * @property {string} aim
 * @property {string} last
 * @property {string} version
 * @property {{ title: string, questions: Question[] }[]} sections
 * @property {Record<string, Answer>} answers
 * @property {string} key under which it was sent, if it was
 * @property {string} day of the phone when it was begun
 */

/** @param {{ words: string, unit: string, low: number, high: number, decimals: number }} of @returns {Api.Card<'MeasureCard'>} */
const measureOf = ({ words, unit, low, high, decimals }) => ({
  key: 'value', words, unit, low, high, decimals,
  usual_low: null, usual_high: null, usual_high_senior: null, senior_from: null, urgent_low: null, urgent_high: null,
})

const DANGER = 'urgent_signs' // never left out, though one may answer that there is none

/** @param {Record<string, any>} said @returns {Record<string, Answer>} */
const asTyped = (said) => Object.fromEntries(Object.entries(said).map(([name, value]) => [name, typeof value === 'number' ? String(value) : value]))

/** @param {Api.Card<'FormCard'>} form @param {string} day @returns {Sheet} */
function ofFollowUp(form, day) {
  const { episode } = form
  return {
    kind: 'followup',
    uid: episode.uid,
    title: `${episode.disease_words}随访`,
    who: `${episode.resident_name}${episode.bed ? `，${episode.bed}\u00a0床` : ''}`,
    aim: form.aim,
    last: form.last,
    version: form.version,
    sections: form.sections.map(({ title, questions }) => ({
      title,
      questions: questions.map((each) => ({
        name: each.name,
        words: each.words,
        hint: each.name === DANGER ? '一样都没有，直接点下一题。' : '',
        ask: each.ask,
        options: (each.options || []).map(([key, words]) => ({ key, words })),
        measure: each.ask === 'number' ? measureOf(each) : null,
        first: each.needed || each.name === DANGER || Boolean(each.only_if),
        longest: each.longest,
        only: each.only_if ? { on: each.only_if[0], has: each.only_if[1] } : null,
        none: each.none || '',
      })),
    })),
    answers: asTyped(form.answers),
    key: '',
    day,
  }
}

/** @param {Api.Card<'WorkSheet'>} work @param {string} day @returns {Sheet} */
function ofAssessment({ card, questionnaire, answers }, day) {
  return {
    kind: 'assessment',
    uid: card.uid,
    title: questionnaire.title,
    who: `${card.resident}${card.bed ? `，${card.bed}\u00a0床` : ''}`,
    aim: '',
    last: card.returned ? `上次退回来的原因：${card.returned}` : '',
    version: questionnaire.version,
    sections: questionnaire.sections.map(({ title, items }) => ({
      title,
      questions: items.map((each) => ({
        name: each.code,
        words: each.label,
        hint: each.hint,
        ask: each.kind,
        options: each.options.map(({ value, label }) => ({ key: value, words: label })),
        measure: each.kind === 'number' ? measureOf({ words: each.label, unit: each.unit, low: each.low, high: each.high, decimals: each.decimals }) : null,
        first: each.required,
        longest: 200,
        only: null,
        none: each.options.some(({ value }) => value === 'none') ? 'none' : '',
      })),
    })),
    answers: asTyped(answers),
    key: '',
    day,
  }
}

/** @param {Sheet} sheet @returns {Question[]} what is asked one after the other, as the answers have it now */
function walkOf(sheet) {
  return askedOf(sheet).filter((each) => each.first)
}

/** Without what is no longer asked, though it was answered before another answer was changed. @param {Sheet} sheet @returns {Question[]} */
function askedOf({ sections, answers }) {
  const asked = (/** @type {Question} */ { only }) => !only || [answers[only.on]].flat().includes(only.has)
  return sections.flatMap(({ questions }) => questions).filter(asked)
}

/** @param {Answer | undefined} answer */
const given = (answer) => answer !== undefined && answer !== '' && answer !== false && !(Array.isArray(answer) && !answer.length)

/** Whether nothing more is to be asked; signs of danger may be none, but are looked for. @param {Question} question @param {Answer | undefined} answer */
const settled = ({ first, name, ask }, answer) => !first || ask === 'tick' || (name === DANGER ? answer !== undefined : given(answer))

/** @param {Question} question @param {Answer | undefined} answer @returns {string} */
function saidOf({ options, measure, ask }, answer) {
  if (Array.isArray(answer) && !answer.length) return '都没有'
  if (answer === undefined || !given(answer)) return ''
  if (ask === 'tick') return '是'
  const words = [answer].flat().map((key) => (options.find((each) => each.key === key) || { words: String(key) }).words).join('、')
  return measure && measure.unit ? `${words} ${measure.unit}` : words
}

/** The answers as the server takes them. @param {Sheet} sheet */
function answersOf(sheet) {
  const { answers } = sheet
  const asked = askedOf(sheet).filter(({ name }) => given(answers[name]))
  return Object.fromEntries(asked.map(({ name, ask }) => [name, ask === 'number' ? Number(answers[name]) : answers[name]]))
}

/** @returns {Record<string, { at: number, account: string, sheet: Sheet }>} */
function all() {
  const kept = Object.entries(wx.getStorageSync(KEPT) || {})
  return Object.fromEntries(kept.filter(([, each]) => Date.now() - each.at < LIVES && each.account === whose()))
}

/** @param {string} kind @param {string} uid @returns {Sheet | null} */
function read(kind, uid) {
  const found = all()[`${kind}/${uid}`]
  return found ? found.sheet : null
}

/** Sheets that were begun here and not handed in. @returns {Sheet[]} */
const begun = () => Object.values(all()).map(({ sheet }) => sheet)

/** @param {Sheet} sheet */
function keep(sheet) {
  wx.setStorageSync(KEPT, { ...all(), [`${sheet.kind}/${sheet.uid}`]: { at: Date.now(), account: whose(), sheet } })
}

/** Give it the key under which it is sent: the same as long as nothing was changed. @param {Sheet} sheet */
function keyed(sheet) {
  const done = sheet.key ? sheet : { ...sheet, key: newKey() }
  keep(done)
  return done
}

/** @param {string} kind @param {string} uid */
function drop(kind, uid) {
  const { [`${kind}/${uid}`]: _, ...rest } = all()
  wx.setStorageSync(KEPT, rest)
}

/** What is too old goes, even if nobody asks for it any more. */
const sweep = () => wx.setStorageSync(KEPT, all())
const wipe = () => wx.removeStorageSync(KEPT)

module.exports = { DANGER, answersOf, begun, drop, given, keep, keyed, ofAssessment, ofFollowUp, read, saidOf, settled, sweep, walkOf, wipe }
