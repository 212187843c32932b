// Our imitation of `wx`. What is not here throws and is remembered in window.__wxMissing: a test then fails.
import { scan } from './camera.js'

export const world = {
  online: true,
  persona: 'daughter',
  fontSizeScaleFactor: 1,
  privacyAgreed: true,
  subscribe: 'accept',
  called: [],
  shared: [],
  files: {},
  clipboard: '',
  api: '',
  phone: '13900000009',
  said: [],
  scene: 1001,
  query: {},
}

const STORED = 'wx:'
const listeners = { network: [], privacy: null }

/** Answer in both of the platform's ways: callbacks if any were given, a promise otherwise. */
const asked = (name, work) => (options = {}) => {
  const told = (result) => ({ errMsg: `${name}:ok`, ...result })
  const failed = (fault) => ({ errMsg: `${name}:fail ${fault?.errMsg ?? fault?.message ?? fault}`, errno: fault?.errno, errCode: fault?.errCode })
  const answer = (async () => told(await work(options)))()
  if (options.success || options.fail || options.complete) {
    answer.then(
      (result) => {
        options.success?.(result)
        options.complete?.(result)
      },
      (fault) => {
        options.fail?.(failed(fault))
        options.complete?.(failed(fault))
      },
    )
    return undefined
  }
  return answer.catch((fault) => {
    throw failed(fault)
  })
}

/** wx.request never gives a promise; a time-out, a cut line and a refused address all end in `fail`. */
const request = (options) => {
  const stop = new AbortController()
  let late = false
  const clock = setTimeout(() => {
    late = true
    stop.abort()
  }, options.timeout ?? 60000)
  const url = new URL(options.url)
  // As a name server would: whatever host the configuration names, the server under test answers.
  if (world.api) Object.assign(url, { protocol: new URL(world.api).protocol, host: new URL(world.api).host })
  const method = options.method ?? 'GET'
  if (method === 'GET') for (const [key, value] of Object.entries(options.data ?? {})) url.searchParams.set(key, value)
  window.__wxRequests.push({ method, path: url.pathname, at: performance.now() })
  const body = method === 'GET' || options.data === undefined ? undefined : typeof options.data === 'string' ? options.data : JSON.stringify(options.data)
  const headers = { ...(options.header ?? {}) }
  if (body !== undefined && !Object.keys(headers).some((each) => each.toLowerCase() === 'content-type')) headers['content-type'] = 'application/json'
  ;(async () => {
    if (!world.online) throw new Error('network is down')
    const answer = await fetch(url, { method, headers, body, signal: stop.signal, cache: 'no-store' })
    const text = await answer.text()
    let data = text
    try {
      data = JSON.parse(text)
    } catch {
      // WeChat hands on text that is not JSON as it came.
    }
    return { statusCode: answer.status, data, header: Object.fromEntries(answer.headers), cookies: [], errMsg: 'request:ok' }
  })()
    .then(
      (result) => options.success?.(result),
      (fault) => options.fail?.({ errMsg: `request:fail ${late ? 'timeout' : fault.message}`, errno: late ? 5 : 600001 }),
    )
    .finally(() => {
      clearTimeout(clock)
      options.complete?.()
    })
  return { abort: () => stop.abort() }
}

const dialog = (words, choices) =>
  new Promise((done) => {
    const box = document.createElement('div')
    box.className = 'wx-dialog'
    const inner = document.createElement('div')
    inner.setAttribute('role', 'dialog')
    inner.setAttribute('aria-label', words)
    inner.append(words, document.createElement('br'))
    for (const choice of choices) {
      const button = document.createElement('button')
      button.textContent = choice
      button.onclick = () => {
        box.remove()
        done(choice)
      }
      inner.append(button)
    }
    box.append(inner)
    document.body.append(box)
  })

const filesystem = {
  writeFile: ({ filePath, data, encoding = 'utf8', success, fail }) => {
    if (!filePath.startsWith('wxfile://usr/')) return fail?.({ errMsg: 'writeFile:fail permission denied' })
    world.files[filePath] = encoding === 'base64' ? atob(data) : data // what is no base64 throws
    return success?.({ errMsg: 'writeFile:ok' })
  },
  unlink: ({ filePath, success, fail, complete }) => {
    const there = filePath in world.files
    delete world.files[filePath]
    const told = { errMsg: there ? 'unlink:ok' : 'unlink:fail no such file or directory' }
    ;(there ? success : fail)?.(told)
    complete?.(told)
  },
}

/** Before an interface that needs it: the agreement to the privacy guide, asked by the page through its listener. */
const agreed = () => {
  if (world.privacyAgreed) return {}
  if (!listeners.privacy) throw Object.assign(new Error('privacy permission is not authorized'), { errno: 104 })
  return new Promise((done, refused) => {
    listeners.privacy(({ event }) => {
      if (event === 'agree') {
        world.privacyAgreed = true
        done({})
      } else if (event === 'disagree') refused(Object.assign(new Error('user disagreed'), { errno: 103 }))
    }, { referrer: 'wx' })
  })
}

// Drawn, not told by the clock: the tests stop the clock, and two phones at the same moment would hold the same code.
const codeOf = () => `sim:${world.persona}:${Date.now()}${crypto.getRandomValues(new Uint32Array(1))[0] % 1000000}`.slice(0, 36)

export const platform = (stack) => ({
  env: { USER_DATA_PATH: 'wxfile://usr' },
  request,
  login: asked('login', () => {
    if (!world.online) throw new Error('network is down')
    return { code: codeOf() }
  }),
  getStorageSync: (key) => {
    const kept = localStorage.getItem(STORED + key)
    return kept === null ? '' : JSON.parse(kept)
  },
  setStorageSync: (key, value) => localStorage.setItem(STORED + key, JSON.stringify(value)),
  removeStorageSync: (key) => localStorage.removeItem(STORED + key),
  getAppBaseInfo: () => ({ SDKVersion: '3.5.8', version: '8.0.50', language: 'zh_CN', theme: 'light', fontSizeScaleFactor: world.fontSizeScaleFactor, fontSizeSetting: 17 * world.fontSizeScaleFactor }),
  getWindowInfo: () => ({ windowWidth: innerWidth, windowHeight: innerHeight - 44, pixelRatio: devicePixelRatio, safeArea: { bottom: innerHeight } }),
  getDeviceInfo: () => ({ platform: 'android', model: 'host', brand: 'host', system: 'host' }),
  getAccountInfoSync: () => ({ miniProgram: { appId: 'wxhost', envVersion: 'develop', version: '' } }),
  getUpdateManager: () => ({ onUpdateReady: () => {}, onCheckForUpdate: () => {}, onUpdateFailed: () => {}, applyUpdate: () => {} }),
  getEnterOptionsSync: () => ({ scene: world.scene, query: world.query, path: '' }),
  getNetworkType: asked('getNetworkType', () => ({ networkType: world.online ? 'wifi' : 'none' })),
  onNetworkStatusChange: (told) => listeners.network.push(told),
  offNetworkStatusChange: (told) => {
    listeners.network = told ? listeners.network.filter((each) => each !== told) : []
  },
  navigateTo: asked('navigateTo', ({ url }) => stack.push(url)),
  redirectTo: asked('redirectTo', ({ url }) => stack.replace(url)),
  reLaunch: asked('reLaunch', ({ url }) => stack.relaunch(url)),
  navigateBack: asked('navigateBack', ({ delta = 1 }) => stack.back(delta)),
  setNavigationBarTitle: asked('setNavigationBarTitle', ({ title }) => stack.title(title)),
  setNavigationBarColor: asked('setNavigationBarColor', () => ({})),
  pageScrollTo: asked('pageScrollTo', ({ scrollTop }) => scrollTo(0, scrollTop)),
  stopPullDownRefresh: asked('stopPullDownRefresh', () => ({})),
  nextTick: (work) => queueMicrotask(work),
  createSelectorQuery: () => stack.query(),
  makePhoneCall: asked('makePhoneCall', ({ phoneNumber }) => {
    world.called.push(phoneNumber)
    return {}
  }),
  setClipboardData: asked('setClipboardData', async ({ data }) => {
    await agreed()
    world.clipboard = data
    return {}
  }),
  vibrateShort: asked('vibrateShort', () => ({})),
  setKeepScreenOn: asked('setKeepScreenOn', () => ({})),
  scanCode: asked('scanCode', (options) => {
    if (!options.onlyFromCamera) throw new Error('ask for onlyFromCamera')
    return scan()
  }),
  requestSubscribeMessage: asked('requestSubscribeMessage', ({ tmplIds }) => {
    if (!window.__wxInTap) throw Object.assign(new Error('can only be invoked by user TAP gesture'), { errCode: 20003 })
    if (!tmplIds?.length || tmplIds.length > 5) throw Object.assign(new Error('TmplIds'), { errCode: 10001 })
    world.said.push({ subscribe: tmplIds })
    return Object.fromEntries(tmplIds.map((each) => [each, world.subscribe]))
  }),
  getPrivacySetting: asked('getPrivacySetting', () => ({ needAuthorization: !world.privacyAgreed, privacyContractName: '《长者健康小程序隐私保护指引》' })),
  onNeedPrivacyAuthorization: (told) => {
    listeners.privacy = told
  },
  requirePrivacyAuthorize: asked('requirePrivacyAuthorize', () => agreed()),
  openPrivacyContract: asked('openPrivacyContract', () => dialog('隐私保护指引（由微信展示）', ['知道了']).then(() => ({}))),
  getFileSystemManager: () => filesystem,
  shareFileMessage: asked('shareFileMessage', ({ filePath, fileName }) => {
    if (!(filePath in world.files)) throw new Error('file not exist')
    world.shared.push({ fileName, data: world.files[filePath] })
    return {}
  }),
  showShareMenu: asked('showShareMenu', () => ({})),
  hideShareMenu: asked('hideShareMenu', () => ({})),
})

/** What `<button open-type>` does: the parts of the platform that only a person's own tap may start. */
export const openType = (button, call) => {
  const kinds = (button.getAttribute('open-type') ?? '').split('|')
  // A tap on such a button is the agreement as well; the platform allows the two together.
  if (kinds.includes('agreePrivacyAuthorization')) {
    world.privacyAgreed = true
    call('agreeprivacyauthorization', {})
  }
  const kind = kinds.find((each) => each !== 'agreePrivacyAuthorization')
  if (kind === 'getPhoneNumber') {
    dialog('允许获取您的手机号？', ['允许', '不允许']).then((choice) => {
      const code = `simphone:${world.persona}:${world.phone}:${Date.now()}`
      call('getphonenumber', choice === '允许' ? { code, errMsg: 'getPhoneNumber:ok' } : { errMsg: 'getPhoneNumber:fail user deny' })
    })
  } else if (kind === 'share') {
    window.__wxShare()
  } else if (kind) throw new Error(`open-type ${kind} is not imitated`)
}

export const wentOnline = (online) => {
  world.online = online
  for (const told of listeners.network) told({ isConnected: online, networkType: online ? 'wifi' : 'none' })
}
