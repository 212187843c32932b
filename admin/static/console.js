// What a page does beyond showing itself. Everything here is a convenience: without it forms are posted, links are followed
// and tables are read. No inline script, no eval, no style attribute: the policy of the console forbids them.
'use strict'

// Forms go through htmx, so that a refusal can be said where it belongs and what was typed stays. `data-plain` on a form leaves it to
// the browser: signing in and out, and whatever is answered with a file.

const POSTED = 'form[method=post]:not([data-plain])'

function enhance (root) {
  for (const form of root.querySelectorAll(POSTED)) {
    if (form.hasAttribute('hx-boost') || form.querySelector('[hx-post]')) continue
    form.setAttribute('hx-boost', 'true')
    form.setAttribute('hx-disinherit', '*') // the links of a list that is a form stay links
    form.setAttribute('hx-disabled-elt', 'find button[type=submit]')
    if (window.htmx) window.htmx.process(form)
  }
}

function refuse (form, page) {
  clear(form)
  const box = page.querySelector('.refusal')
  const note = document.createElement('p')
  note.className = 'refused'
  note.setAttribute('role', 'alert')
  note.textContent = box ? box.querySelector('.lead').textContent : '没有办成，请再试一次。'
  const code = page.querySelector('.refusal .code')
  if (code) note.append(Object.assign(document.createElement('small'), { textContent: code.textContent }))
  form.prepend(note)
  let first = null
  for (const line of page.querySelectorAll('.refusal [data-field]')) {
    const control = form.elements.namedItem(line.dataset.field)
    const one = control instanceof RadioNodeList ? control[0] : control
    if (!one) {
      if (!line.hidden) note.append(Object.assign(document.createElement('span'), { textContent: line.textContent }))
      continue
    }
    const fault = document.createElement('span')
    fault.className = 'fault'
    fault.id = `fault-${Math.random().toString(36).slice(2)}`
    fault.textContent = line.querySelector('span').textContent
    one.setAttribute('aria-invalid', 'true')
    one.setAttribute('aria-describedby', fault.id)
    ;(one.closest('.field') || one.parentElement).append(fault)
    first = first || one
  }
  ;(first || note).scrollIntoView({ block: 'center' })
  if (first) first.focus()
}

function clear (form) {
  for (const old of form.querySelectorAll('.refused, .fault')) old.remove()
  for (const one of form.querySelectorAll('[aria-invalid]')) {
    one.removeAttribute('aria-invalid')
    one.removeAttribute('aria-describedby')
  }
}

document.addEventListener('htmx:beforeSwap', (event) => {
  const { xhr, requestConfig } = event.detail
  const page = () => new DOMParser().parseFromString(xhr.responseText, 'text/html')
  if (requestConfig.headers['X-Live']) {
    // Signed out meanwhile, or the server away for a moment: what stands there is still true enough.
    if (xhr.status !== 200 || new URL(xhr.responseURL).pathname.endsWith('/sign-in')) event.detail.shouldSwap = false
    return
  }
  if (xhr.status >= 400) {
    event.detail.shouldSwap = false
    const form = requestConfig.elt.closest('form')
    if (form && form.method === 'post' && !form.classList.contains('find')) refuse(form, page())
    return
  }
  if (event.detail.boosted) document.body.className = page().body.className
})

document.addEventListener('htmx:sendError', (event) => {
  const form = event.detail.elt.closest('form')
  if (!form || form.classList.contains('find')) return
  const away = new DOMParser().parseFromString('<div class="refusal"><p class="lead">网络断了，没有提交成功。填好的内容还在，等网络恢复后再点一次。</p></div>', 'text/html')
  refuse(form, away)
})

// Charts: the table is the data.

let library = null

function loaded () {
  library = library || new Promise((resolve, reject) => {
    const script = document.createElement('script')
    script.src = document.documentElement.dataset.charts
    script.onload = () => resolve(window.echarts)
    script.onerror = reject
    document.head.append(script)
  })
  return library
}

const number = (cell) => {
  const said = cell.dataset.value !== undefined ? cell.dataset.value : cell.textContent.replace(/[,\s]/g, '')
  const found = said === '' ? NaN : Number(said)
  return Number.isFinite(found) ? found : null
}

function read (table) {
  const heads = [...table.tHead.rows[0].cells].map((cell) => cell.textContent.trim())
  const rows = [...table.tBodies[0].rows].filter((row) => row.cells.length === heads.length)
  return {
    names: rows.map((row) => row.cells[0].textContent.trim()),
    series: heads.slice(1).map((head, index) => ({ head, values: rows.map((row) => number(row.cells[index + 1])) }))
      .filter((one) => one.values.some((value) => value !== null))
  }
}

function colours () {
  const style = getComputedStyle(document.documentElement)
  return ['--leaf', '--gold', '--slate', '--seal'].map((name) => style.getPropertyValue(name).trim())
}

function common (figure, data) {
  const share = figure.hasAttribute('data-share')
  const say = (value) => value === null || value === undefined || value === '-' ? '样本太少' : share ? `${Math.round(value * 1000) / 10}%` : `${value}${figure.dataset.unit}`
  const still = matchMedia('(prefers-reduced-motion: reduce)').matches
  return {
    say,
    option: {
      animation: !still,
      color: colours(),
      textStyle: { fontFamily: getComputedStyle(document.body).fontFamily, fontSize: 15 },
      aria: { enabled: true, decal: { show: true }, label: { description: figure.dataset.title } },
      tooltip: { trigger: 'axis', renderMode: 'richText', valueFormatter: say },
      legend: { top: 0, textStyle: { fontSize: 15 } },
      grid: { left: 12, right: 24, top: 44, bottom: 8, containLabel: true }
    },
    value: { type: 'value', min: 0, max: share ? 1 : undefined, minInterval: share ? 0 : 1, axisLabel: { fontSize: 14, formatter: say } },
    names: { type: 'category', data: data.names, axisLabel: { fontSize: 14, hideOverlap: true } }
  }
}

const KINDS = {
  bars (figure, data) {
    const { option, value, names } = common(figure, data)
    names.inverse = true
    return { ...option, xAxis: value, yAxis: names, series: data.series.map((one) => ({ name: one.head, type: 'bar', data: one.values, barMaxWidth: 26 })) }
  },
  lines (figure, data) {
    const { option, value, names } = common(figure, data)
    const marks = ['circle', 'rect', 'triangle', 'diamond']
    return {
      ...option,
      xAxis: names,
      yAxis: value,
      series: data.series.map((one, index) => ({
        name: one.head, type: 'line', data: one.values, symbol: marks[index % 4], symbolSize: 10, lineStyle: { width: 3, type: index % 2 ? 'dashed' : 'solid' }
      }))
    }
  },
  intervals (figure, data) {
    const { option, value, names, say } = common(figure, data)
    const [middle, low, high] = data.series.map((one) => one.values)
    if (!high) return null
    names.inverse = true
    delete value.min
    value.scale = true
    const told = (item) => `${data.names[item.dataIndex]}：${say(middle[item.dataIndex])}，${say(low[item.dataIndex])} 至 ${say(high[item.dataIndex])}`
    return {
      ...option,
      legend: undefined,
      grid: { ...option.grid, top: 12 },
      tooltip: { ...option.tooltip, trigger: 'item', formatter: told },
      xAxis: value,
      yAxis: names,
      series: [
        { type: 'bar', stack: 'range', data: low, itemStyle: { color: 'transparent', decal: { symbol: 'none' } }, tooltip: { show: false }, silent: true, barWidth: 10 },
        { type: 'bar', stack: 'range', data: high.map((one, index) => one === null ? null : one - low[index]), barWidth: 10, itemStyle: { borderRadius: 5, opacity: 0.55 } },
        { type: 'scatter', data: middle.map((one, index) => one === null ? null : [one, index]), symbolSize: 15, itemStyle: { color: colours()[3] } }
      ]
    }
  }
}

function draw (root) {
  for (const figure of root.querySelectorAll('figure[data-chart]:not([data-drawn])')) {
    const table = figure.querySelector('table')
    if (!table || !table.tBodies[0]) continue
    figure.dataset.drawn = ''
    const data = read(table)
    if (!data.names.length || !data.series.length) continue
    loaded().then((echarts) => {
      const option = KINDS[figure.dataset.chart](figure, data)
      if (!option) return
      const place = figure.querySelector('.drawing')
      place.hidden = false
      place.classList.add(`rows-${Math.min(20, Math.max(4, data.names.length))}`)
      const chart = echarts.init(place, null, { renderer: 'svg' })
      chart.setOption(option)
      new ResizeObserver(() => chart.resize()).observe(place)
      figure.querySelector('.numbers').open = false
    }).catch(() => {}) // the table stands there anyway
  }
}

addEventListener('beforeprint', () => {
  for (const numbers of document.querySelectorAll('.numbers')) numbers.open = true
})

// Keys: "/" finds, Escape leaves; a page may give its buttons and links a key of their own, which it must also say.

document.addEventListener('keydown', (event) => {
  const typing = event.target.closest('input:not([type=checkbox], [type=radio]), textarea, select, [contenteditable]')
  if (event.key === 'Escape' && event.target.id === 'find') {
    document.getElementById('found-now').replaceChildren()
    return event.target.blur()
  }
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return
  if (event.key === '/') {
    const find = document.getElementById('find')
    if (find) { event.preventDefault(); find.focus() }
    return
  }
  if (!/^[a-z0-9]$/.test(event.key)) return
  const wanted = document.querySelector(`[data-key="${event.key}"]`)
  if (wanted) { event.preventDefault(); wanted.click() }
})

document.addEventListener('click', (event) => {
  const found = document.getElementById('found-now')
  if (found && !event.target.closest('.find')) found.replaceChildren()
  if (event.target.closest('[data-print]')) print()
})

// One tick for all rows of a list.

document.addEventListener('change', (event) => {
  if (!event.target.matches('[data-all]')) return
  for (const box of event.target.closest('form').querySelectorAll('input[name=picked]')) box.checked = event.target.checked
})

function offerAll (root) {
  for (const form of root.querySelectorAll('form.bulk')) {
    const head = form.querySelector('thead th')
    if (!head || head.querySelector('[data-all]') || form.querySelectorAll('input[name=picked]').length < 2) continue
    const label = document.createElement('label')
    label.className = 'tick pick'
    const box = Object.assign(document.createElement('input'), { type: 'checkbox' })
    box.dataset.all = ''
    label.append(box, Object.assign(document.createElement('span'), { className: 'unseen', textContent: '全选' }))
    head.replaceChildren(label)
  }
}

function ready (root) {
  enhance(root)
  offerAll(root)
  draw(root)
}

document.addEventListener('htmx:load', (event) => ready(event.detail.elt.parentElement || document))
ready(document)
