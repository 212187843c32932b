// @ts-check
// How the record's own words are shown: signs as words, and sentences without what stands beside them anyway.

const { day } = require('../../kit/times')

/** @type {Record<Api.Card<'Sign'>, string>} */
const SIGNS = { good: '好', watch: '要留意', urgent: '请尽快', plain: '' }

/** "血压 152/88 mmHg，比目标高一点": the source and the day stand below. @param {Api.Card<'SentenceCard'>} said */
function told(said) {
  const start = said.words.lastIndexOf(`（${said.source}`)
  return (start > 0 ? said.words.slice(0, start) : said.words).replace(/。$/, '')
}

/** @param {string} name "收缩压（高压）" @returns {string} "高压" */
const short = (name) => (/（(.+)）/.exec(name) || [])[1] || name

/** @param {string} source @param {string} on */
const origin = (source, on) => `${day(on)}，${source}`

module.exports = { SIGNS, origin, short, told }
