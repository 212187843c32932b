"""What is measured of a page on a desk's screen and on a phone: axe with AAA contrast, targets, nothing sideways.

Floors: WCAG 2.2 AA, and of AAA 1.4.6 (contrast 7:1) and 2.5.5 (targets of 44 by 44 CSS px; a link inside a sentence is
as tall as its line, which the criterion allows).
"""

from playwright.async_api import Page

from tests.miniprogram.measuring import AXE

LEAST_TARGET = 44

_RULES = """async () => {
  const tags = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa']
  const said = await axe.run(document, {
    runOnly: { type: 'tag', values: tags }, resultTypes: ['violations'],
    rules: { 'color-contrast-enhanced': { enabled: true } },
  })
  return said.violations.flatMap((rule) => rule.nodes.map((node) =>
    `${rule.id}: ${node.target} ${(node.any[0] || node.all[0] || node.none[0] || {}).message || ''}`))
}"""

_MEASURES = r"""(least) => {
  const found = []
  const words = (element) => (element.innerText || element.getAttribute('aria-label') || element.name || '').trim().slice(0, 30)
  const name = (element) => `<${element.tagName.toLowerCase()} class="${element.className}"> ${words(element)}`
  const inSentence = (element) => getComputedStyle(element).display === 'inline'
    && [...element.parentElement.childNodes].some((each) => each.nodeType === 3 && each.data.trim().length > 1)
  const target = (element) =>
    ['checkbox', 'radio', 'file'].includes(element.type) && element.closest('label') || element
  for (const element of document.querySelectorAll('a[href], button, summary, select, textarea, input:not([type=hidden])')) {
    if (!element.checkVisibility({ visibilityProperty: true, opacityProperty: true }) || inSentence(element)) continue
    const box = target(element).getBoundingClientRect()
    if (box.right < 0 || box.bottom < 0 || box.width <= 1) continue
    if (box.height < least - 0.5 || box.width < least - 0.5)
      found.push(`target of ${Math.round(box.width)} × ${Math.round(box.height)}: ${name(element)}`)
  }
  const wide = document.documentElement.scrollWidth
  if (wide > innerWidth) {
    const worst = [...document.querySelectorAll('main *')].filter((each) =>
      !each.parentElement.closest('.scroll') && each.getBoundingClientRect().right > innerWidth + 1).pop()
    found.push(`${wide} px wide on ${innerWidth}: ${worst ? name(worst) : '?'}`)
  }
  return found
}"""


async def broken_rules(page: Page) -> list[str]:
    """Return what axe holds against the page, as sentences."""
    if not await page.evaluate("typeof axe !== 'undefined'"):
        await page.evaluate(AXE)
    found: list[str] = await page.evaluate(_RULES)
    return found


async def bad_measures(page: Page, *, width: int) -> list[str]:
    """Return targets that a finger misses and what leaves the screen sideways, at this width."""
    await page.set_viewport_size({"width": width, "height": 800})
    found: list[str] = await page.evaluate(_MEASURES, LEAST_TARGET)
    return [f"at {width}: {each}" for each in dict.fromkeys(found)]
