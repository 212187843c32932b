// @ts-check
// Ends as people say them. The server ends things at the first instant after the last day.

const { day } = require('./times')

/** "2027 年 1 月 1 日". @param {string} ends an instant that no longer counts @param {number} [now] */
const lastDay = (ends, now) => day(new Date(Date.parse(ends) - 1000).toISOString(), now)

module.exports = { lastDay }
