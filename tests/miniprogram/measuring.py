"""What is measured of a page on the screen: axe's rules with AAA contrast, size of type and of targets, and that nothing overflows.

Floors: MIIT general specification for elders' applications (2021): type of 18 and, on wish, 30; targets of 60 by 60;
line height 1.3. WCAG 2.2: 1.4.6 contrast 7:1 (AAA), 1.4.10 no sideways scrolling at 320 CSS px, 2.5.5 targets.
"""

from typing import Any

from playwright.async_api import Page

from tests.miniprogram.tools import MODULES

FACTORS = (1.0, 1.3, 1.5)
LEAST_TYPE = 18.0  # CSS pixels, growing with the factor
LEAST_TARGET = 60.0
LEAST_LEADING = 1.3
NARROW = 320

AXE = (MODULES / "axe-core" / "axe.min.js").read_text() if (MODULES / "axe-core").exists() else ""

_RULES = """async () => {
  const page = document.querySelector('wx-page:not([hidden])')
  const said = await axe.run(page, {
    resultTypes: ['violations'],
    rules: { 'color-contrast-enhanced': { enabled: true }, 'target-size': { enabled: true } },
  })
  return said.violations.flatMap((rule) => rule.nodes.map((node) => `${rule.id}: ${node.target} ${node.html.slice(0, 120)} ${(node.any[0] || node.all[0] || node.none[0] || {}).message || ''}`))
}"""

_MEASURES = r"""({ type, target, leading }) => {
  const page = document.querySelector('wx-page:not([hidden])')
  const found = []
  const shown = (element) => {
    const box = element.getBoundingClientRect()
    return box.width > 1 && box.height > 1 && getComputedStyle(element).visibility !== 'hidden'
  }
  const name = (element) => `<${element.tagName.toLowerCase()} class="${element.className}"> ${(element.textContent || element.placeholder || '').trim().slice(0, 30)}`
  for (const element of page.querySelectorAll('*')) {
    if (!shown(element)) continue
    const style = getComputedStyle(element)
    const words = [...element.childNodes].some((each) => each.nodeType === 3 && each.data.trim())
    if (words || element.tagName === 'INPUT' || element.tagName === 'TEXTAREA') {
      if (parseFloat(style.fontSize) < type - 0.05) found.push(`type of ${style.fontSize}: ${name(element)}`)
      if (words && style.lineHeight !== 'normal' && parseFloat(style.lineHeight) < leading * parseFloat(style.fontSize) - 0.5) found.push(`lines too tight: ${name(element)}`)
    }
    // The right half of a closing full-width mark is blank; some Chromiums let it stand over the edge.
    const blank = /[）》」】。，；：！？]\s*$/.test(element.textContent) ? parseFloat(style.fontSize) / 2 : 0
    const over = element.scrollWidth - element.clientWidth - blank
    if (words && over > 1 && style.display !== 'inline') found.push(`words cut off by ${over} px: ${name(element)}`)
    if (['button', 'radio', 'checkbox', 'link', 'switch'].includes(element.getAttribute('role')) || ['WX-BUTTON', 'INPUT', 'TEXTAREA'].includes(element.tagName)) {
      const box = (['INPUT', 'TEXTAREA'].includes(element.tagName) ? element.parentElement : element).getBoundingClientRect()
      if (box.height < target - 0.5 || box.width < target - 0.5) found.push(`target of ${Math.round(box.width)} × ${Math.round(box.height)}: ${name(element)}`)
    }
  }
  const wide = document.documentElement.scrollWidth
  if (wide > innerWidth) {
    const worst = [...page.querySelectorAll('*')].filter((each) => each.getBoundingClientRect().right > innerWidth + 1).pop()
    found.push(`${wide} px wide on ${innerWidth}: ${worst ? name(worst) : '?'}`)
  }
  return found
}"""


async def resized(page: Page, factor: float) -> None:
    """Let the system's own type size change, as somebody does in the phone's settings, and come back to the page."""
    await page.evaluate(
        "(factor) => { window.__wxWorld.fontSizeScaleFactor = factor; window.__wxResume() }", factor
    )
    await page.wait_for_function(
        "(size) => Math.abs(parseFloat(document.documentElement.style.fontSize) - size) < 0.2",
        arg=20 * factor,
    )


async def faults_of(page: Page, *, width: int) -> list[str]:
    """Return what is wrong with the page on the screen, at each factor, as sentences; empty is right."""
    if not await page.evaluate("typeof axe !== 'undefined'"):
        await page.evaluate(AXE)
    found = []
    for factor in FACTORS:
        await resized(page, factor)
        wanted: dict[str, Any] = {
            "type": LEAST_TYPE * factor,
            "target": LEAST_TARGET,
            "leading": LEAST_LEADING,
        }
        said = await page.evaluate(_RULES) + await page.evaluate(_MEASURES, wanted)
        found += [f"at {factor}: {each}" for each in said]
    size = page.viewport_size or {"height": 760}
    await page.set_viewport_size({"width": NARROW, "height": size["height"]})
    found += [f"at 1.5, {NARROW} px: {each}" for each in await page.evaluate(_MEASURES, wanted)]
    await page.set_viewport_size({"width": width, "height": size["height"]})
    return found
