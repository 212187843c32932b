// @ts-check
// How it is said who may act for whom. The keys are the server's words.

const { day } = require('../../kit/times')
const { lastDay } = require('../../kit/until')

/** @typedef {Api.Card<'Relation'>} Relation */
/** @typedef {Api.Card<'ProxyScope'>} Scope */
/** @typedef {Api.Card<'EndReason'>} Reason */

/** What the person is to the resident. @type {{ key: Relation, words: string }[]} */
const RELATIONS = [
  { key: 'spouse', words: '老伴' },
  { key: 'child', words: '儿子或女儿' },
  { key: 'child_in_law', words: '儿媳或女婿' },
  { key: 'grandchild', words: '孙辈' },
  { key: 'sibling', words: '兄弟姐妹' },
  { key: 'niece_nephew', words: '侄子侄女、外甥外甥女' },
  { key: 'friend', words: '朋友' },
  { key: 'neighbor', words: '邻居' },
  { key: 'other', words: '其他人' },
]

/** @type {{ key: Scope, words: string, note: string }[]} */
const SCOPES = [
  { key: 'profile', words: '知道近况', note: '住在哪里、几床，医生哪天来过，收到院里的通知' },
  { key: 'record', words: '看健康档案', note: '体检、用药、慢病这些记录，还有谁看过档案' },
  { key: 'booking', words: '预约看病', note: '约号、改时间、取消' },
  { key: 'consent', words: '决定谁能看档案', note: '别人想看档案时，代为同意或者不同意；代签家庭医生' },
  { key: 'rating', words: '评价服务', note: '给服务打分，反映问题' },
]

/** @type {Record<string, { words: string, sign: string }>} */
const STATUSES = {
  applied: { words: '等养老院核对证件', sign: 'watch' },
  id_verified: { words: '证件核对过了，等本人同意', sign: 'watch' },
  elder_confirmed: { words: '马上就好', sign: 'watch' },
  active: { words: '现在能办', sign: 'good' },
  suspended: { words: '停着，现在不能办', sign: 'watch' },
  ended: { words: '已经结束', sign: 'plain' },
  rejected: { words: '没有通过', sign: 'plain' },
  withdrawn: { words: '申请收回了', sign: 'plain' },
}

/** @type {Record<string, string>} */
const HOW = {
  in_app: '老人自己在手机上同意的',
  witnessed: '老人亲口同意的，有两位工作人员在场见证',
  document: '凭监护或委托文件，工作人员看过原件',
}

/** @type {Record<Reason, string>} */
const REASONS = {
  safeguarding: '为了保护老人',
  resident_wish: '老人自己的意思',
  proxy_wish: '替办的人自己提出的',
  expired: '到期了',
  unused: '很久没有用',
  death: '有一方过世',
  relation_changed: '关系变了',
  proxy_incapacity: '替办的人身体不行了',
  abuse: '做了对老人不好的事',
  moved_away: '搬走了，联系不上',
  under_review: '正在核实',
  not_verified: '身份或者关系没有对上',
}

/** What only staff give back: it was stopped to protect the resident. @type {string[]} */
const BY_STAFF_ONLY = ['safeguarding', 'abuse', 'under_review']

/** @type {string[]} */
const WAITING = ['applied', 'id_verified', 'elder_confirmed']
/** @type {string[]} */
const STANDING = ['active', 'suspended']

/** @param {string} key */
const relationWords = (key) => (RELATIONS.find((each) => each.key === key) || { words: key === 'organization' ? '单位' : '其他人' }).words

/** In the order in which they are offered. @param {string[]} keys */
const scopeWords = (keys) => SCOPES.filter((each) => keys.includes(each.key)).map((each) => each.words).join('、')

/** One authority as lines that are read. @param {Api.Card<'ProxyCard'>} card */
function proxyLine(card) {
  const invited = card.status === 'applied' && card.confirmed_how
  const byPaper = card.status === 'id_verified' && card.basis !== 'own_consent'
  const status = STATUSES[card.status]
  return {
    uid: card.uid,
    status: card.status,
    proxy: card.proxy,
    resident: card.resident || '',
    relation: relationWords(card.relation),
    can: scopeWords(card.scopes),
    mark: invited ? '老人同意了，等养老院核对证件' : byPaper ? '证件核对过了，等工作人员看文件' : status.words,
    sign: status.sign,
    until: card.ends_at ? `到 ${lastDay(card.ends_at)}为止` : '没有定到哪一天，随时可以停',
    review: card.review_at ? day(card.review_at) : '',
    how: card.confirmed_how ? HOW[card.confirmed_how] : '',
    reason: card.reason ? REASONS[card.reason] : '',
    applied: day(card.applied_at),
  }
}

module.exports = { BY_STAFF_ONLY, REASONS, RELATIONS, SCOPES, STANDING, WAITING, proxyLine, relationWords, scopeWords }
