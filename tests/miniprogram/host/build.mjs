// Compile miniprogram/ into a folder that a browser opens: `node host/build.mjs <miniprogram> <out>`.
// Every fault of a template is printed as file:line:column and fails the build.
import fs from 'node:fs'
import path from 'node:path'
import { createRequire } from 'node:module'
import { fileURLToPath } from 'node:url'

const require = createRequire(import.meta.url)
const { TmplGroup } = require('glass-easel-template-compiler')
const here = path.dirname(fileURLToPath(import.meta.url))
const [source, out] = process.argv.slice(2).map((each) => path.resolve(each))

const read = (name) => fs.readFileSync(path.join(source, name), 'utf8')
const all = fs
  .readdirSync(source, { recursive: true })
  .map((each) => String(each).split(path.sep).join('/'))
  .filter((each) => !each.includes('node_modules') && fs.statSync(path.join(source, each)).isFile())
const ending = (suffix) => all.filter((each) => each.endsWith(suffix)).sort()
const bare = (name) => name.replace(/\.\w+$/, '')

// ---- templates; handlers are given events of the platform's own shape (runtime.js)
const faults = []
const templates = new TmplGroup()
templates.setExtraRuntimeScript('Q.C = (caller, event, handler) => window.__wxEvent(caller, event, handler);')
for (const name of ending('.wxs')) templates.addScript(bare(name), read(name))
for (const name of ending('.wxml')) {
  for (const found of templates.addTmpl(bare(name), read(name)) ?? []) {
    faults.push(`${name}:${found.startLine + 1}:${found.startColumn + 1}: ${found.message ?? String(found)}`)
  }
}
if (faults.length) {
  console.error(faults.join('\n'))
  process.exit(1)
}

// ---- styles: what WeChat calls `page` is an element of ours; `:host` is what our own elements already are
const css = (name, seen = new Set()) => {
  if (seen.has(name)) return ''
  seen.add(name)
  return read(name)
    .replace(/@import\s+["']([^"']+)["'];?/g, (_, what) => {
      const target = what.startsWith('/') ? what.slice(1) : path.posix.join(path.posix.dirname(name), what)
      return css(target, seen)
    })
    .replace(/(\d*\.?\d+)rpx/g, (_, n) => `calc(${n} * 100vw / 750)`)
    .replace(/:host\b/g, '.wx-no-such-host')
    .replace(/(^|[\s,{}])page(?=\s*[,{.:>[])/g, '$1wx-page')
}

// ---- configuration
const app = JSON.parse(read('app.json'))
// A page of a subpackage is a page like any other once it is there.
for (const { root, pages } of app.subPackages ?? []) app.pages.push(...pages.map((each) => `${root}/${each}`))
const globals = app.usingComponents ?? {}
const configuration = {}
const declared = new Set(app.pages)
const queue = [...app.pages]
while (queue.length) {
  const at = queue.pop()
  const own = all.includes(`${at}.json`) ? JSON.parse(read(`${at}.json`)) : {}
  const using = { ...globals, ...(own.usingComponents ?? {}) }
  const resolved = {}
  for (const [tag, target] of Object.entries(using)) {
    const full = target.startsWith('/') ? target.slice(1) : path.posix.join(path.posix.dirname(at), target)
    if (!all.includes(`${full}.js`)) {
      console.error(`${at}.json: component <${tag}> is not at ${full}`)
      process.exit(1)
    }
    resolved[tag] = `/${full}`
    if (!declared.has(full)) {
      declared.add(full)
      queue.push(full)
    }
  }
  configuration[at] = { ...own, usingComponents: resolved }
}
for (const at of app.pages) {
  for (const suffix of ['.js', '.wxml']) {
    if (!all.includes(at + suffix)) {
      console.error(`app.json names ${at}, but there is no ${at}${suffix}`)
      process.exit(1)
    }
  }
}

// ---- one script with every module of the mini-program, loaded as WeChat loads them: CommonJS, by path
const modules = ending('.js').map(
  (name) =>
    `define(${JSON.stringify(bare(name))}, function (require, module, exports, wx, App, Page, Component, Behavior, getApp, getCurrentPages, requirePlugin) {${read(name)}\n});\n//# ${name}`,
)
const styles = { app: all.includes('app.wxss') ? css('app.wxss') : '' }
for (const at of declared) if (all.includes(`${at}.wxss`)) styles[at] = css(`${at}.wxss`)

fs.rmSync(out, { recursive: true, force: true })
fs.mkdirSync(out, { recursive: true })
fs.writeFileSync(
  path.join(out, 'app.js'),
  `window.__app = ${JSON.stringify({ app, configuration, styles, components: [...declared] })};\n` +
    `window.__templates = ${templates.getTmplGenObjectGroups()};\n` +
    `window.__modules = (define) => {\n${modules.join('\n')}\n};\n`,
)
const npm = (name) => path.join(here, '..', 'node_modules', name)
const copies = {
  'glass-easel.js': npm('glass-easel/dist/glass_easel.all.es.js'),
  'adapter.js': npm('glass-easel-miniprogram-adapter/dist/glass_easel_miniprogram_adapter.es.js'),
  'jsqr.js': npm('jsqr/dist/jsQR.js'),
}
for (const name of ['index.html', 'runtime.js', 'elements.js', 'wx.js', 'camera.js', 'host.css']) {
  copies[name] = path.join(here, name)
}
for (const [name, from] of Object.entries(copies)) fs.copyFileSync(from, path.join(out, name))
for (const name of all.filter((each) => /\.(svg|png|jpg|json)$/.test(each))) {
  fs.mkdirSync(path.dirname(path.join(out, name)), { recursive: true })
  fs.copyFileSync(path.join(source, name), path.join(out, name))
}
