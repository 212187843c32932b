// @ts-check
// Times as people say them, always in Shanghai whatever the phone is set to.

const SHANGHAI = 8 * 3600 * 1000
const DAY = 86400 * 1000
const WEEKDAYS = ['周日', '周一', '周二', '周三', '周四', '周五', '周六']

/** @param {string | number} instant RFC 3339 or milliseconds */
const local = (instant) => new Date((typeof instant === 'number' ? instant : Date.parse(instant)) + SHANGHAI)

/** @param {Date} at @returns {number} */
const dayNumber = (at) => Math.floor(at.getTime() / DAY)

/** "上午 9 点", "下午 2 点半". @param {string} instant */
function clock(instant) {
  const at = local(instant)
  const [hour, minute] = [at.getUTCHours(), at.getUTCMinutes()]
  const part = hour < 5 ? '凌晨' : hour < 12 ? '上午' : hour < 13 ? '中午' : hour < 18 ? '下午' : '晚上'
  const twelve = hour > 12 ? hour - 12 : hour
  return `${part} ${twelve} 点${minute === 0 ? '' : minute === 30 ? '半' : ` ${minute} 分`}`
}

/** "今天", "明天（周二）", "3 月 5 日（周四）". @param {string} instant a time or a day @param {number} [now] */
function day(instant, now = Date.now()) {
  const at = local(instant.length === 10 ? `${instant}T00:00:00+08:00` : instant)
  const today = local(now)
  const away = dayNumber(at) - dayNumber(today)
  const name = /** @type {Record<number, string>} */ ({ '-1': '昨天', 0: '今天', 1: '明天', 2: '后天' })[away]
  if (name) return away > 0 ? `${name}（${WEEKDAYS[at.getUTCDay()]}）` : name
  const date = `${at.getUTCMonth() + 1} 月 ${at.getUTCDate()} 日`
  if (at.getUTCFullYear() !== today.getUTCFullYear()) return `${at.getUTCFullYear()} 年 ${date}`
  return `${date}（${WEEKDAYS[at.getUTCDay()]}）`
}

/** "明天（周二）上午 9 点". @param {string} instant @param {number} [now] */
const when = (instant, now) => `${day(instant, now)}${clock(instant)}`

/** The day as the server writes it, `YYYY-MM-DD`. @param {number} [now] @param {number} [ahead] days */
const dateOf = (now = Date.now(), ahead = 0) => local(now + ahead * DAY).toISOString().slice(0, 10)

/** How long until then, in words without pressure: "还有 12 分钟". @param {string} instant @param {number} [now] */
function left(instant, now = Date.now()) {
  const minutes = Math.ceil((Date.parse(instant) - now) / 60000)
  if (minutes <= 0) return '已经到时间'
  if (minutes < 60) return `还有 ${minutes} 分钟`
  const hours = Math.floor(minutes / 60)
  return hours < 24 ? `还有 ${hours} 个多小时` : `还有 ${Math.floor(hours / 24)} 天`
}

module.exports = { clock, dateOf, day, left, when }
