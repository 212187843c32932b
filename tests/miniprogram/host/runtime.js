// Loads the mini-program as WeChat does: App, a stack of pages, and CommonJS modules that see `wx`.
import { glassEasel, MiniProgramEnv } from 'adapter'
import { TAGS } from './elements.js'
import { openType, platform, wentOnline, world } from './wx.js'

window.__wxMissing = []
window.__wxFaults = []
window.__wxRequests = []
window.__wxWorld = world
window.__wxOnline = wentOnline

const { app, configuration, styles, components } = window.__app
const asked = new URLSearchParams(location.search)
for (const [key, value] of asked) {
  if (key === 'scale') world.fontSizeScaleFactor = Number(value)
  else if (key === 'scene') world.scene = Number(value)
  else if (key === 'device') localStorage.getItem('wx:device') ?? localStorage.setItem('wx:device', JSON.stringify(value))
  else if (key in world) world[key] = value === 'false' ? false : value
}

const remember = (fault) => {
  window.__wxFaults.push(String(fault?.stack ?? fault?.errMsg ?? fault))
  console.error(fault)
}
window.addEventListener('error', (ev) => remember(ev.error ?? ev.message))
window.addEventListener('unhandledrejection', (ev) => remember(ev.reason))
glassEasel.globalOptions.throwGlobalError = false
glassEasel.addGlobalErrorListener((fault, { method } = {}) => remember(`${method ?? ''}: ${fault?.stack ?? fault}`))
glassEasel.addGlobalWarningListener((words) => remember(`warning: ${words?.message ?? words}`))

// ---- events in the platform's shape
const part = (element) => ({ id: element?.id ?? '', dataset: element?.dataset ?? {}, offsetLeft: 0, offsetTop: 0 })
window.__wxEvent = (caller, event, handler) => {
  const detail = event.detail ?? {}
  const given = { type: event.type, timeStamp: event.timeStamp, target: part(event.target), currentTarget: part(event.currentTarget), detail, mark: event.mark ?? {} }
  if (detail.touches) {
    const box = event.currentTarget.getBackendElement?.()?.getBoundingClientRect()
    const points = (list) => [...list].map((each) => ({ identifier: each.identifier, pageX: each.pageX, pageY: each.pageY, clientX: each.clientX, clientY: each.clientY, x: each.clientX - (box?.left ?? 0), y: each.clientY - (box?.top ?? 0) }))
    given.touches = points(detail.touches)
    given.changedTouches = points(detail.changedTouches)
  }
  // What a component tells its page while it is being tapped is still inside the tap.
  if (event.type === 'tap') window.__wxInTap = true
  try {
    return handler.call(caller, given)
  } finally {
    setTimeout(() => (window.__wxInTap = false), 0)
  }
}

// A finger's end is the tap; the click that the browser sends after it would land on the page that came next.
document.addEventListener(
  'touchend',
  (ev) => {
    const native = ev.target.closest?.('input, textarea, wx-button, .wx-dialog, .wx-camera, .wx-bar')
    if (!native && ev.cancelable) ev.preventDefault()
    if (!native || native.tagName.startsWith('WX-')) document.activeElement?.blur?.()
  },
  { passive: false },
)

// ---- pages
const env = new MiniProgramEnv()
const space = env.createCodeSpace('main', true)
const screenOf = new glassEasel.CurrentWindowBackendContext()
// What the browser reports becomes an event in the pages; without this nothing can be tapped.
screenOf.onEvent((target, type, detail, options) => {
  const event = new glassEasel.Event(type, detail, options)
  glassEasel.Event.dispatchEvent(target, event)
  return event.getEventBubbleStatus()
})
const backend = env.associateBackend(screenOf)
for (const tag of Object.keys(TAGS)) space.getComponentSpace().setGlobalUsingComponent(tag, `wx-${tag}`)
for (const [at, own] of Object.entries(configuration)) space.addComponentStaticConfig(at, own)
for (const [at, text] of Object.entries(styles)) {
  space.addStyleSheet(at, `${at}.wxss`)
  backend.registerStyleSheetContent(`${at}.wxss`, text)
}
for (const at of components) {
  space.addCompiledTemplate(at, { groupList: window.__templates, content: window.__templates[at], fallbackListenerOnNativeNode: true })
}

const pages = []
const barOf = (title) => {
  const bar = document.createElement('header')
  bar.className = 'wx-bar'
  bar.style.background = app.window?.navigationBarBackgroundColor ?? '#fff'
  bar.style.color = app.window?.navigationBarTextStyle === 'white' ? '#fff' : '#000'
  const back = document.createElement('button')
  back.textContent = pages.length ? '‹' : ''
  if (pages.length) back.setAttribute('aria-label', '返回上一页')
  else back.style.visibility = 'hidden'
  back.onclick = () => wx.navigateBack()
  const name = document.createElement('span')
  name.textContent = title
  bar.append(back, name)
  return bar
}

const parsed = (url) => {
  const [at, query = ''] = url.replace(/^\//, '').split('?')
  const said = {}
  // WeChat hands the query on as it stands: the page decodes it.
  for (const each of query.split('&').filter(Boolean)) {
    const [key, ...rest] = each.split('=')
    said[key] = rest.join('=')
  }
  return { at, said }
}

const shown = () => pages[pages.length - 1]
const life = (page, name, ...said) => {
  try {
    const answer = page.caller[name]?.(...said)
    answer?.catch?.(remember)
  } catch (fault) {
    remember(fault)
  }
}
const show = (page) => {
  page.element.hidden = false
  page.bar.hidden = false
  page.bar.style.display = 'flex'
  document.documentElement.style.fontSize = page.element.dataset.root ?? ''
  document.title = page.bar.querySelector('span').textContent
  scrollTo(0, page.scroll ?? 0)
  page.caller._$.triggerPageLifetime('show', [])
  life(page, 'onShow')
}
const hide = (page) => {
  page.scroll = scrollY
  page.element.hidden = true
  page.bar.style.display = 'none'
}
const drop = (page) => {
  life(page, 'onUnload')
  page.root.release()
  page.element.remove()
  page.bar.remove()
}
const open = (url) => {
  const { at, said } = parsed(url)
  if (!app.pages.includes(at)) throw new Error(`page "${at}" is not found`)
  if (pages.length >= 10) throw new Error('webview count limit exceed')
  enter(at)
  const element = document.createElement('wx-page')
  element.setAttribute('role', 'main')
  const bar = barOf(configuration[at].navigationBarTitleText ?? app.window?.navigationBarTitleText ?? '')
  document.body.append(bar, element)
  const root = backend.createRoot('wx-x', space, at)
  const place = document.createElement('div')
  element.append(place)
  const page = { at, said, element, bar, root, caller: root.get() }
  Object.assign(page.caller, { route: at, options: said })
  pages.push(page)
  root.attach(element, place)
  life(page, 'onLoad', said)
  show(page)
  life(page, 'onReady')
}

const stack = {
  push(url) {
    if (pages.length >= 10) throw new Error('webview count limit exceed')
    const before = shown()
    open(url)
    if (before) {
      hide(before)
      life(before, 'onHide')
    }
    return {}
  },
  replace(url) {
    const before = pages.pop()
    drop(before)
    open(url)
    return {}
  },
  relaunch(url) {
    while (pages.length) drop(pages.pop())
    open(url)
    return {}
  },
  back(delta) {
    if (pages.length < 2) throw new Error('cannot navigate back at first page')
    for (let left = Math.min(delta, pages.length - 1); left > 0; left -= 1) drop(pages.pop())
    show(shown())
    return {}
  },
  title(title) {
    shown().bar.querySelector('span').textContent = title
    document.title = title
    return {}
  },
  /** createSelectorQuery: only what the pages use, `select`, `fields({ node, size })`, `boundingClientRect`, `exec`. */
  query() {
    let scope = shown()?.caller // a component may ask while the very first page is still being made
    const wishes = []
    const made = {
      in(component) {
        scope = component
        return made
      },
      select(selector) {
        const found = () => scope._$.getShadowRoot().querySelector(selector)?.getBackendElement()
        const wish = (read, told) => {
          wishes.push(() => {
            const answer = found() ? read(found()) : null
            told?.(answer)
            return answer
          })
          return made
        }
        return {
          fields: (which, told) =>
            wish((element) => {
              const box = element.getBoundingClientRect()
              return { ...(which.node ? { node: element.inner ?? element } : {}), ...(which.size ? { width: box.width, height: box.height } : {}) }
            }, told),
          boundingClientRect: (told) => wish((element) => element.getBoundingClientRect().toJSON(), told),
        }
      },
      exec(told) {
        requestAnimationFrame(() => {
          const answers = wishes.map((each) => each())
          told?.(answers)
        })
      },
    }
    return made
  },
}

window.__wxShare = () => {
  const share = shown().caller.onShareAppMessage?.({ from: 'button' })
  world.shared.push(share)
}
window.__wxOpenType = (button) => openType(button, (name, detail) => {
  const handler = button.__wxElement
  handler.triggerEvent(name, detail, {})
})
window.__wxPages = () => pages.map((each) => each.at)
window.__wxRoute = () => ({ at: shown()?.at, said: shown()?.said })
window.__wxGo = (url) => stack.push(url)
window.__wxRelaunch = (url) => stack.relaunch(url)
window.__wxBack = () => stack.back(1)
window.__wxResume = () => life(shown(), 'onShow')

const refused = (name) => {
  window.__wxMissing.push(name)
  throw new Error(`wx.${name} is not imitated by the test host`)
}
const wx = new Proxy(platform(stack), { get: (target, name) => (name in target || typeof name === 'symbol' ? target[name] : refused(String(name))) })
window.__wx = wx

// ---- modules
const sources = {}
const loaded = {}
window.__modules((at, body) => {
  sources[at] = body
})
const normal = (from, to) => {
  const steps = to.startsWith('/') ? [] : from.split('/').slice(0, -1)
  for (const each of to.split('/')) {
    if (each === '..') steps.pop()
    else if (each && each !== '.') steps.push(each)
  }
  return steps.join('/').replace(/\.js$/, '')
}
let theApp = { globalData: {} }
const requirePlugin = (name) => {
  throw new Error(`plugin ${name} is not here`)
}
const load = (at) => {
  if (loaded[at]) return loaded[at].exports
  if (!sources[at]) throw new Error(`module '${at}.js' is not defined`)
  const module = { exports: {} }
  loaded[at] = module
  // As in WeChat, `Page` means the page that is being loaded, from whichever module it is called.
  const { Page, Component, Behavior } = { Page: declare('Page'), Component: declare('Component'), Behavior: declare('Behavior') }
  sources[at]((to) => load(normal(at, to)), module, module.exports, wx, (own) => (theApp = own), Page, Component, Behavior, () => theApp, () => pages.map((each) => each.caller), requirePlugin)
  return module.exports
}
let declaring = ''
// The platform calls `ready` once a component has been laid out; the runtime under this host leaves that to its host.
const laidOut = (own) => {
  const { ready, attached, ...rest } = own.lifetimes ?? {}
  if (!ready) return own
  const stood = function () {
    attached?.call(this)
    requestAnimationFrame(() => ready.call(this))
  }
  return { ...own, lifetimes: { ...rest, attached: stood } }
}
const declare = (kind) => (own) => space.componentEnv(declaring, (known) => known[kind](kind === 'Component' ? laidOut(own) : own))
const enter = (at) => {
  const before = declaring
  declaring = at
  try {
    return load(at)
  } finally {
    declaring = before
  }
}

for (const at of components) if (!app.pages.includes(at)) enter(at)
load('app')
theApp.onLaunch?.({ path: app.pages[0], query: {}, scene: world.scene })
theApp.onShow?.({ path: app.pages[0], query: {}, scene: world.scene })
open(asked.get('page') ? decodeURIComponent(asked.get('page')) : app.pages[0])
window.__wxReady = true
