"""What must hold of every screen: readable, reachable by key and thumb, no wider than a phone."""

from __future__ import annotations

from typing import Any

from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Page

PHONE: Any = {"width": 390, "height": 844}
LAPTOP: Any = {"width": 1366, "height": 768}
#: A laptop's window enlarged to 400 %: the narrowest a page has to be read at.
NARROW: Any = {"width": 320, "height": 640}

#: The serious violations of what is in view; in the dark only the rules that see colours run.
AXE = """async dark => {
    const rules = ['color-contrast', 'link-in-text-block'];
    const options = {resultTypes: ['violations'], ...(dark ? {runOnly: rules} : {})};
    const {violations} = await axe.run(document, options);
    return violations.filter(one => ['serious', 'critical'].includes(one.impact))
        .flatMap(one => one.nodes.map(node => [one.id, node.html.slice(0, 160),
            ...node.any.map(part => part.data).filter(data => data?.fgColor)
                .map(data => data.fgColor + '/' + data.bgColor)].join(' ')));
}"""
#: Whatever sticks out to the right of the screen.
WIDE = """() => document.scrollingElement.scrollWidth <= innerWidth ? [] :
    [...document.querySelectorAll('body *')]
    .filter(n => n.checkVisibility() && n.getBoundingClientRect().right > innerWidth + 1)
    .slice(0, 5).map(n => n.outerHTML.slice(0, 160))"""
#: What is pressed is 44 px high and words are typed at 16 px. A box to tick is pressed by its
#: label; a link within a sentence is as high as its line.
SMALL = """() => [...document.querySelectorAll(
        'a, button, input, select, textarea, summary, [role=tab], [role=button]')]
    .map(n => ['checkbox', 'radio', 'file'].includes(n.type) ? n.labels[0] ?? n : n)
    .filter(n => n.checkVisibility({visibilityProperty: true, opacityProperty: true})
        && n.type !== 'hidden' && !n.matches('.vv-skip, :is(p, li, td) a:not(:only-child)')
        && n.getBoundingClientRect().width > 1)
    .filter(n => Math.round(n.getBoundingClientRect().height) < 44
        || n.matches('input, select, textarea') && parseFloat(getComputedStyle(n).fontSize) < 16)
    .map(n => n.outerHTML.slice(0, 160))"""
#: Whether the focused element, its label or a box close around it shows a ring of 2 px and more.
#: In a field for a date the browser itself rings the part one is at.
RING = """() => {
    let node = document.activeElement;
    if (node.matches('body, [type=date]')) return '';
    const near = [...(node.labels ?? [])];
    for (let i = 0; i < 3 && node; i++, node = node.parentElement) near.push(node);
    return near.flatMap(n => [getComputedStyle(n), getComputedStyle(n, '::after')])
        .some(s => s.outlineStyle !== 'none' && parseFloat(s.outlineWidth) >= 2)
        ? '' : document.activeElement.outerHTML.slice(0, 160);
}"""


def faults(page: Page, keys: int = 8) -> list[str]:
    """What is wrong with the page in view, at both sizes, light and dark; best an empty list.

    Presses Tab ``keys`` times. Leaves the page at the size it was, and in the light.
    """
    size, found = page.viewport_size, []
    for frame in page.frames:  # a map is a page in the page
        frame.evaluate(AXE_SCRIPT)
    for name, viewport in (("phone", PHONE), ("laptop", LAPTOP)):
        page.set_viewport_size(viewport)
        for light in ("dark", "light"):
            page.emulate_media(color_scheme=light, reduced_motion="reduce")
            found += [f"{name} {light} {one}" for one in page.evaluate(AXE, light == "dark")]
        found += [f"{name} small {one}" for one in page.evaluate(SMALL)]
        found += [f"{name} wide {one}" for one in page.evaluate(WIDE)]
    for _ in range(keys):
        page.keyboard.press("Tab")
        found += [f"no ring {one}" for one in [page.evaluate(RING)] if one]
    page.set_viewport_size(NARROW)
    found += [f"narrow wide {one}" for one in page.evaluate(WIDE)]
    if size:
        page.set_viewport_size(size)
    return found
