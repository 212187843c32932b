// @ts-check
// What a measured number is: possible at all, and what it means, in the words and by the lines of the server.

/**
 * What is implausible, in the server's own sentence (server/records/rules/measures.py), or ''.
 * @param {Api.Card<'MeasureCard'>} measure @param {string} text
 */
function faultOf(measure, text) {
  if (!text) return ''
  const number = Number(text)
  if (number >= measure.low && number <= measure.high && text !== '.') return ''
  return `${measure.words}应在 ${measure.low} 到 ${measure.high} ${measure.unit} 之间，请核对后重新填写。`
}

/**
 * What the number means for somebody of this age, as the record will judge it.
 * @param {Api.Card<'MeasureCard'>} measure @param {string} text @param {number} age
 * @returns {{ words: string, sign: string }}
 */
function meaningOf(measure, text, age) {
  const nothing = { words: '', sign: 'plain' }
  if (!text || faultOf(measure, text)) return nothing
  const number = Number(text)
  const senior = measure.senior_from !== null && age >= measure.senior_from
  const high = senior && measure.usual_high_senior !== null ? measure.usual_high_senior : measure.usual_high
  if (measure.urgent_high !== null && number >= measure.urgent_high) return { words: '高得多，要紧', sign: 'urgent' }
  if (measure.urgent_low !== null && number <= measure.urgent_low) return { words: '太低了，要紧', sign: 'urgent' }
  if (high !== null && number >= high) return { words: '偏高', sign: 'watch' }
  if (measure.usual_low !== null && number <= measure.usual_low) return { words: '偏低', sign: 'watch' }
  return high === null && measure.usual_low === null ? nothing : { words: '在目标范围内', sign: 'good' }
}

/** @param {Api.Card<'MeasureCard'>} measure @param {string} text @param {string} key */
function typed(measure, text, key) {
  if (key === '.') return text.includes('.') ? text : `${text || '0'}.`
  const [whole, part] = `${text}${key}`.split('.')
  if (part !== undefined) return part.length > measure.decimals ? text : `${text}${key}`
  if (whole.length > String(Math.floor(measure.high)).length) return text
  return text === '0' ? key : `${text}${key}`
}

module.exports = { faultOf, meaningOf, typed }
