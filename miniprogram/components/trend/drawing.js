// @ts-check
// The drawing of a curve on a 2d canvas, one band for each part of a measure: the high blood pressure above the low one.
// Nothing is told by colour alone: each band has its name, its own stroke and marks, and words at its target line.

/**
 * @typedef {{ names: string[], lines: number[], points: { at: number, values: number[] }[] }} Chart
 * @typedef {{ left: number, right: number, top: number, bottom: number }} Box
 * @typedef {{ x: number, y: number }} Spot
 */

// A canvas cannot read the tokens of app.wxss; these are the same.
const INK = '#2a2018'
const SOFT = '#51463a'
const CARD = '#fffdf8'
const GRID = '#d9ccb4'
const SEAL = '#8a2317'
const STROKES = [
  { colour: '#1d4a3c', dash: /** @type {number[]} */ ([]), mark: 'dot' },
  { colour: '#553a05', dash: [9, 5], mark: 'box' },
]
const TARGET_DASH = [3, 5]
const LETTERS = 0.9 // of the body text
const MARK = 5 // px
const ROOM = 0.15 // of the range, above and below
const MOST_MARKS = 40 // more of them would only be a smear
const LONG = 300 * 86400000 // ms; over more than that the year is said, and the day left out
const SAMPLES = 60 // places of the curve that words keep away from

/** @param {number} at @param {boolean} long */
function dayOf(at, long) {
  const local = new Date(at + 8 * 3600000)
  const month = `${local.getUTCMonth() + 1}月`
  return long ? `${local.getUTCFullYear()}年${month}` : `${month}${local.getUTCDate()}日`
}

/** @param {number[]} values @param {Box} box */
function heights(values, box) {
  const [low, high] = [Math.min(...values), Math.max(...values)]
  const room = (high - low || Math.abs(high) || 1) * ROOM
  return (/** @type {number} */ value) => box.bottom - ((value - low + room) / (high - low + 2 * room)) * (box.bottom - box.top)
}

/** @param {Spot[]} spots @param {number} x */
function heightAt(spots, x) {
  const next = spots.findIndex((each) => each.x >= x)
  if (next <= 0) return spots[next < 0 ? spots.length - 1 : 0].y
  const [a, b] = [spots[next - 1], spots[next]]
  return a.y + ((x - a.x) / (b.x - a.x || 1)) * (b.y - a.y)
}

/** Where words hide least of the curve. @param {Box[]} places @param {Spot[]} spots */
function freest(places, spots) {
  const hidden = (/** @type {Box} */ box) => {
    let count = 0
    for (let i = 0; i <= SAMPLES; i += 1) {
      const x = box.left + ((box.right - box.left) * i) / SAMPLES
      const y = heightAt(spots, x)
      const within = x >= spots[0].x - MARK && x <= spots[spots.length - 1].x + MARK
      if (within && y > box.top - MARK && y < box.bottom + MARK) count += 1
    }
    return count
  }
  return places.reduce((best, each) => (hidden(each) < hidden(best) ? each : best))
}

/** @param {any} pen @param {string} kind @param {Spot} spot @param {string} colour */
function mark(pen, kind, { x, y }, colour) {
  pen.beginPath()
  pen.setLineDash([])
  if (kind === 'dot') {
    pen.arc(x, y, MARK, 0, Math.PI * 2)
    pen.fillStyle = colour
    pen.fill()
    return
  }
  pen.rect(x - MARK, y - MARK, MARK * 2, MARK * 2)
  pen.fillStyle = CARD
  pen.fill()
  pen.lineWidth = 2.5
  pen.strokeStyle = colour
  pen.stroke()
}

/** @param {any} pen @param {Spot[]} spots @param {{ colour: string, dash: number[], width: number }} stroke */
function path(pen, spots, { colour, dash, width }) {
  pen.strokeStyle = colour
  pen.lineWidth = width
  pen.setLineDash(dash)
  pen.beginPath()
  spots.forEach(({ x, y }, place) => (place ? pen.lineTo(x, y) : pen.moveTo(x, y)))
  pen.stroke()
}

/** The words of a target, close to its line. @param {any} pen @param {number} value @param {number} y @param {Box} box @param {Spot[]} spots @param {number} size */
function target(pen, value, y, box, spots, size) {
  const words = `目标线 ${value}`
  const width = pen.measureText(words).width
  const lefts = [0, 0.25, 0.5, 0.75, 1].map((share) => box.left + (box.right - box.left - width) * share)
  const tops = [y - size * 1.25, y + size * 0.25]
  const places = tops.flatMap((top) => lefts.map((left) => ({ left, right: left + width, top, bottom: top + size })))
  const place = freest(places, spots)
  pen.textAlign = 'left'
  pen.fillStyle = SEAL
  pen.fillText(words, place.left, (place.top + place.bottom) / 2)
}

/** One part of the measure. @param {any} pen @param {Chart} chart @param {number} part @param {Box} band @param {number} size */
function drawPart(pen, chart, part, band, size) {
  const { points, lines, names } = chart
  const { colour, dash, mark: kind } = STROKES[part % STROKES.length]
  const box = { left: band.left + MARK + 2, right: band.right - MARK - 2, top: band.top + size * 2.1, bottom: band.bottom - size * 0.5 }
  const values = points.map((each) => each.values[part])
  const line = lines[part]
  const y = heights(line === undefined ? values : [...values, line], box)
  const [from, to] = [points[0].at, points[points.length - 1].at]
  const x = (/** @type {number} */ at) =>
    to === from ? (box.left + box.right) / 2 : box.left + ((at - from) / (to - from)) * (box.right - box.left)
  const spots = points.map((each, place) => ({ x: x(each.at), y: y(values[place]) }))
  if (line !== undefined) path(pen, [{ x: band.left, y: y(line) }, { x: band.right, y: y(line) }], { colour: SEAL, dash: TARGET_DASH, width: 2 })
  path(pen, spots, { colour, dash, width: 3 })
  const marked = spots.length > MOST_MARKS ? spots.slice(-1) : spots
  marked.forEach((each) => mark(pen, kind, each, colour))
  if (line !== undefined) target(pen, line, y(line), box, spots, size)
  const head = band.top + size
  pen.fillStyle = INK
  pen.textAlign = 'left'
  pen.fillText(names[part], band.left, head)
  pen.textAlign = 'right'
  pen.fillText(`最近 ${values[values.length - 1]}`, band.right, head)
}

/** @param {any} pen @param {Chart} chart @param {{ width: number, height: number, size: number }} sheet */
function draw(pen, chart, { width, height, size }) {
  const { points, names } = chart
  pen.clearRect(0, 0, width, height)
  pen.font = `600 ${size}px sans-serif`
  pen.textBaseline = 'middle'
  const floor = height - size * 1.6
  names.forEach((_, part) => {
    const [top, bottom] = [(floor / names.length) * part, (floor / names.length) * (part + 1)]
    drawPart(pen, chart, part, { left: 0, right: width, top, bottom }, size)
    path(pen, [{ x: 0, y: bottom }, { x: width, y: bottom }], { colour: GRID, dash: [], width: 2 })
  })
  const [from, to] = [points[0].at, points[points.length - 1].at]
  const ends = points.length > 1 ? [dayOf(from, to - from > LONG), dayOf(to, to - from > LONG)] : [dayOf(to, false)]
  // In very large letters two dates may not fit side by side.
  const needed = ends.reduce((sum, words) => sum + pen.measureText(words).width + size / 2, 0)
  pen.font = `600 ${size * Math.min(1, width / needed)}px sans-serif`
  pen.fillStyle = SOFT
  ends.forEach((words, place) => {
    pen.textAlign = ends.length === 1 ? 'center' : place ? 'right' : 'left'
    pen.fillText(words, ends.length === 1 ? width / 2 : place ? width : 0, height - size * 0.7)
  })
}

module.exports = { LETTERS, draw }
