// @ts-check
// How consents are spoken of.

const { day, when } = require('../../kit/times')
const { lastDay } = require('../../kit/until')

const BASIS = /** @type {Record<string, string>} */ ({
  own: '本人决定的',
  proxy: '家里人代为决定的',
  witnessed: '本人说的，两位工作人员在场见证',
})

const SIGNS = /** @type {Record<string, string>} */ ({ requested: 'watch', granted: 'good' })

/** @param {Api.Card<'ConsentCard'>} card */
const permitted = (card) => card.provisions.filter((each) => each.verdict === 'permit').map((each) => each.words)

/** One consent as lines that are read. @param {Api.Card<'ConsentCard'>} card */
function line(card) {
  return {
    uid: card.uid,
    recipient: card.recipient,
    resident: card.resident,
    resident_uid: card.resident_uid,
    purpose: card.purpose_words,
    status: card.status,
    status_words: card.status_words,
    sign: SIGNS[card.status] || 'plain',
    asked: card.provisions.map((each) => each.words).join('、'),
    parts: permitted(card).join('、'),
    until: lastDay(card.until),
    answer: when(card.answer_by),
    decided: card.decided_at ? day(card.decided_at) : '',
    ended: card.ended_at ? day(card.ended_at) : '',
    basis: card.basis ? BASIS[card.basis] : '',
    signed: card.signed,
    to: `/pages/consent/consent?uid=${card.uid}`,
  }
}

/**
 * "您" or the name. @param {Api.Card<'MyResidentCard'>[]} mine @param {string} uid @param {string} name
 */
const called = (mine, uid, name) => (mine.some((each) => each.uid === uid && each.myself) ? '您' : name)

module.exports = { called, line }
