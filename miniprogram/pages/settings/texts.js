// @ts-check
// What was exported, as plain text for a person; the same content as the server gave, nothing left out.

const { day, when } = require('../../kit/times')

/** @param {Api.Card<'RecordExport'>} copy */
function recordText(copy) {
  const entries = copy.entries.map((each) =>
    [
      `【${each.category_words}】${each.title}`,
      `时间：${when(each.effective_at)}`,
      each.words,
      `记录：${each.source}，${each.author}${each.version > 1 ? `（第 ${each.version} 次更正${each.reason ? `：${each.reason}` : ''}）` : ''}${each.is_current ? '' : '（已被更正）'}`,
      ...each.objections.map((said) => `本人说明（${day(said.at)}）：${said.text}`),
    ].join('\n'),
  )
  return [`${copy.name}的健康档案`, `取出时间：${when(copy.made_at)}`, `一共 ${entries.length} 条`, '', entries.join('\n\n')].join('\n')
}

/** @param {string} heading @param {{ items: readonly any[], more: boolean }} some @param {(each: any) => string} words */
function section(heading, some, words) {
  const lines = some.items.length ? some.items.map((each) => `· ${words(each)}`) : ['（没有）']
  return ['', `【${heading}】`, ...lines, ...(some.more ? ['更早的请向服务热线索取。'] : [])].join('\n')
}

/** @param {Api.Card<'AccountExport'>} copy */
function accountText(copy) {
  return [
    `称呼：${copy.account.name || '（没有写）'}`,
    `手机号：${copy.account.phone || '（没有登记）'}`,
    section('登录', copy.sessions, (each) => `${when(each.signed_in_at)} ${each.label}`),
    section('替谁办事', copy.grants, (each) => `${each.resident || '（还没有核对）'}，${when(each.applied_at)}申请`),
    section('作过的决定', copy.consents, (each) => `${each.recipient}：${each.status_words || each.status}${each.decided_at ? `，${when(each.decided_at)}` : ''}`),
    section('评价', copy.ratings, (each) => `${each.institution}，${each.score} 分${each.text ? `：${each.text}` : ''}`),
    section('约号', copy.appointments, (each) => `${each.institution_name || each.institution} ${each.department_name || each.department}，${when(each.starts_at)}`),
  ].join('\n')
}

module.exports = { accountText, recordText }
