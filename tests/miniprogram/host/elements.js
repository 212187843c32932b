// Our imitation of WeChat's built-in components. A tag that is not here does not exist: the page fails to show.

/** An event whose fields glass-easel hands on as `e.detail`. */
export class Said extends Event {
  constructor(type, fields = {}, bubbles = false) {
    super(type, { bubbles })
    Object.assign(this, fields)
  }
}

const ROLES = 'aria-role'

class Native extends HTMLElement {
  static get observedAttributes() {
    return [ROLES]
  }

  attributeChangedCallback(name, _, value) {
    if (name !== ROLES) return this.changed(name, value)
    if (value === null) return
    this.setAttribute('role', value)
    this.removeAttribute(ROLES) // a browser knows only `role`
    // A finger needs no focus; the keyboard of a person who tests does.
    if (['button', 'radio', 'checkbox', 'link', 'switch'].includes(value)) this.tabIndex = 0
  }

  changed() {}
}

class Field extends Native {
  static get observedAttributes() {
    return [ROLES, 'value', 'placeholder', 'type', 'maxlength', 'disabled', 'password', 'aria-label', 'focus', 'auto-height']
  }

  connectedCallback() {
    if (this.inner) return
    this.inner = document.createElement(this.kind)
    this.append(this.inner)
    for (const name of this.constructor.observedAttributes) {
      if (this.hasAttribute(name)) this.changed(name, this.getAttribute(name))
    }
    this.inner.addEventListener('input', (ev) => {
      ev.stopPropagation()
      this.dispatchEvent(new Said('input', { value: this.inner.value, cursor: this.inner.selectionStart }))
    })
    this.inner.addEventListener('change', (ev) => ev.stopPropagation())
    for (const name of ['focus', 'blur']) {
      this.inner.addEventListener(name, () => this.dispatchEvent(new Said(name, { value: this.inner.value })))
    }
    this.inner.addEventListener('keydown', (ev) => {
      if (ev.key === 'Enter' && this.kind === 'input') this.dispatchEvent(new Said('confirm', { value: this.inner.value }))
    })
  }

  changed(name, value) {
    if (!this.inner) return
    if (name === 'value') {
      if (this.inner.value !== (value ?? '')) this.inner.value = value ?? ''
    } else if (name === 'maxlength') this.inner.maxLength = Number(value) < 0 ? 524288 : Number(value)
    else if (name === 'placeholder') this.inner.placeholder = value ?? ''
    else if (name === 'disabled') this.inner.disabled = value !== null && value !== 'false'
    else if (name === 'type') this.inner.inputMode = { number: 'numeric', digit: 'decimal', idcard: 'text' }[value] ?? 'text'
    else if (name === 'aria-label' && value !== null) {
      this.inner.setAttribute('aria-label', value)
      this.removeAttribute('aria-label') // it names the field, not the box around it
    }
  }
}

class Input extends Field {
  kind = 'input'
}

class Textarea extends Field {
  kind = 'textarea'
}

class Image extends Native {
  static get observedAttributes() {
    return [ROLES, 'src', 'aria-label', 'aria-hidden']
  }

  connectedCallback() {
    if (this.inner) return
    this.inner = document.createElement('img')
    this.inner.alt = this.getAttribute('aria-label') ?? ''
    this.inner.addEventListener('error', () => {
      if (this.getAttribute('src')) window.__wxFaults.push(`no picture at ${this.getAttribute('src')}`)
    })
    this.append(this.inner)
    if (this.getAttribute('src')) this.changed('src', this.getAttribute('src'))
  }

  changed(name, value) {
    if (!this.inner) return
    if (name === 'src' && value) this.inner.src = value.startsWith('/') ? value.slice(1) : value
    if (name === 'aria-label') this.inner.alt = value ?? ''
  }
}

class Canvas extends Native {
  connectedCallback() {
    if (this.inner) return
    this.inner = document.createElement('canvas')
    this.append(this.inner)
  }
}

class Button extends Native {
  connectedCallback() {
    if (!this.hasAttribute('role')) this.setAttribute('role', 'button')
    this.tabIndex = 0
    if (this.wired) return
    this.wired = true
    this.addEventListener('click', () => window.__wxOpenType(this))
  }
}

class PageMeta extends Native {
  static get observedAttributes() {
    return ['root-font-size', 'page-style']
  }

  connectedCallback() {
    this.applied()
  }

  changed() {
    this.applied()
  }

  applied() {
    const page = this.closest('wx-page')
    if (!page) return
    page.dataset.root = this.getAttribute('root-font-size') ?? ''
    page.style.cssText = this.getAttribute('page-style') ?? ''
    if (!page.hidden) document.documentElement.style.fontSize = page.dataset.root
  }
}

const plain = () => class extends Native {}
export const TAGS = {
  view: plain(), text: plain(), 'scroll-view': plain(), form: plain(),
  image: Image, canvas: Canvas, button: Button, input: Input, textarea: Textarea, 'page-meta': PageMeta,
}
for (const [tag, kind] of Object.entries(TAGS)) customElements.define(`wx-${tag}`, kind)
customElements.define('wx-page', class extends HTMLElement {})
customElements.define('wx-x', class extends Native {})

// The keyboard taps what is focused, as a screen reader's double tap does.
document.addEventListener('keydown', (ev) => {
  if (ev.key !== 'Enter' || !(ev.target instanceof Native) || ev.target.inner) return
  for (const type of ['mousedown', 'mouseup']) {
    const box = ev.target.getBoundingClientRect()
    ev.target.dispatchEvent(new MouseEvent(type, { bubbles: true, clientX: box.left + 4, clientY: box.top + 4 }))
  }
})
