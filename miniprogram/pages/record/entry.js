// @ts-check
// One entry in plain words: who wrote it, what it said before, and what the resident says to it.

const { get } = require('../../api/client')
const { page } = require('../../kit/page')
const { day, when } = require('../../kit/times')
const { plainly, readingOf } = require('./reading')
const { SIGNS } = require('./words')

/** More that a body tells, in the order in which it is read. */
const MORE = /** @type {Record<string, string>} */ ({
  abnormal: '不正常的',
  advice: '医生建议',
  remark: '说明',
  since: '从什么时候起',
  next_on: '下次',
  valid_until: '管到什么时候',
  score: '得分',
  place: '在哪里量的',
})
const isDay = (/** @type {unknown} */ value) => typeof value === 'string' && /^\d{4}-\d{2}-\d{2}$/.test(value)

/** @param {Api.Card<'EntryCard'>} entry */
function detailsOf(entry) {
  return Object.keys(MORE)
    .filter((key) => entry.body[key] !== undefined && String(entry.body[key]) !== '')
    .map((key) => {
      const value = entry.body[key]
      const lines = Array.isArray(value) ? value.map(String) : [isDay(value) ? day(String(value)) : String(value)]
      return { key, words: MORE[key], lines }
    })
}

/**
 * Who changed it, why, and what it said before. @param {Api.Card<'EntryCard'>[]} versions the newest first
 */
function changesOf(versions) {
  return versions.slice(0, -1).map((newer, place) => ({
    uid: newer.uid,
    words: versions[place + 1].words,
    note: `${day(versions[place + 1].effective_at)}，${versions[place + 1].author}写`,
    why: `${newer.author}改的，因为：${newer.reason || '没有写原因'}`,
    objections: versions[place + 1].objections.map((each) => ({ ...each, on: day(each.at) })),
  }))
}

/** What stands above it as the title is not said twice. @param {Api.Card<'EntryCard'>} entry */
const wordsOf = ({ words, title }) => (words.startsWith(`${title}：`) ? words.slice(title.length + 1) : words)

page({
  data: {
    resident: '',
    words: '',
    entry: /** @type {Api.Card<'EntryCard'> | null} */ (null),
    at: '',
    verdict: '',
    sign: /** @type {Api.Card<'Sign'>} */ ('plain'),
    mark: '',
    details: /** @type {ReturnType<typeof detailsOf>} */ ([]),
    changes: /** @type {ReturnType<typeof changesOf>} */ ([]),
    objections: /** @type {{ text: string, on: string }[]} */ ([]),
    family: true,
    spoken: '',
  },

  async load() {
    const { resident, uid } = this.query
    const { family, said } = await readingOf(resident)
    const versions = await plainly(
      family,
      get('/residents/{resident_uid}/record/entries/{entry_uid}/history', { ...said, entry_uid: uid }),
    )
    const [entry] = versions
    const { verdict, sign } = entry
    const objections = entry.objections.map((each) => ({ text: each.text, on: day(each.at) }))
    return {
      resident,
      entry,
      words: wordsOf(entry),
      at: when(entry.effective_at),
      verdict,
      sign,
      mark: SIGNS[sign],
      details: detailsOf(entry),
      changes: changesOf(versions),
      objections,
      family,
      spoken: [
        `${entry.words}${verdict ? `，${verdict}` : ''}`,
        `${when(entry.effective_at)}，${entry.source}的${entry.author}写的`,
        ...detailsOf(entry).map((each) => `${each.words}：${each.lines.join('，')}`),
        ...objections.map((each) => `老人这边说：${each.text}`),
      ].join('。'),
    }
  },
})
