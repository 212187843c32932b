// @ts-check
// What ratings and cases are called when one speaks to an older adult.

const SCORES = [
  { key: '5', words: '很满意' },
  { key: '4', words: '满意' },
  { key: '3', words: '一般' },
  { key: '2', words: '不满意' },
  { key: '1', words: '很不满意' },
]

/** @type {{ key: Api.Card<'Dimension'>, words: string }[]} */
const TAGS = [
  { key: 'attitude', words: '态度' },
  { key: 'explained', words: '讲解' },
  { key: 'skill', words: '医术' },
  { key: 'punctual', words: '准时' },
  { key: 'waiting', words: '等的时间' },
  { key: 'surroundings', words: '环境' },
  { key: 'cost', words: '费用' },
]

/** @type {{ key: Api.Card<'ComplaintKind'>, words: string, note: string }[]} */
const KINDS = [
  { key: 'care', words: '照护', note: '吃饭、洗澡、翻身、护理' },
  { key: 'medical', words: '看病', note: '看病、用药、检查' },
  { key: 'charges', words: '收费', note: '多收钱、说不清楚' },
  { key: 'attitude', words: '态度', note: '说话冲、不理人' },
  { key: 'privacy', words: '隐私', note: '把我的事说给不该知道的人' },
  { key: 'other', words: '别的事', note: '' },
]

const STATUSES = /** @type {Record<Api.Card<'CaseStatus'>, string>} */ ({
  opened: '已经收到',
  verifying: '正在了解情况',
  rectifying: '正在改',
  callback: '改好了，等您说行不行',
  closed: '办完了',
  reopened: '您说还没解决，正在重办',
  appealed: '机构有不同说法，主管部门在看',
  upheld: '主管部门说您反映得对，机构接着改',
  voided: '核实后不再办了',
})

const SIGNS = /** @type {Record<string, string>} */ ({ callback: 'urgent', closed: 'good', voided: 'plain' })

/** @param {Api.Card<'CaseStatus'>} status */
const signOf = (status) => SIGNS[status] || 'watch'

/** @param {number} score */
const scoreWords = (score) => (SCORES.find((each) => each.key === String(score)) || SCORES[2]).words

/** @param {readonly string[]} tags */
const tagWords = (tags) => TAGS.filter((each) => tags.includes(each.key)).map((each) => each.words).join('、')

/** @param {string} kind */
const kindWords = (kind) => (KINDS.find((each) => each.key === kind) || KINDS[5]).words

module.exports = { KINDS, SCORES, STATUSES, TAGS, kindWords, scoreWords, signOf, tagWords }
