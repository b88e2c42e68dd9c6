"""What must hold of every screen: readable, reachable by key and thumb, no wider than a phone."""

from __future__ import annotations

import re
from dataclasses import dataclass
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
#: Words no screen of ours says. What a page shows as a command or a file's content is not said.
ENGLISH = re.compile(
    r"\b(loading|submit|upload|download|error|sign in|sign out|log in|kernel|cancel|choose"
    r"|search|close|next|previous|save|delete|browse|file|widget|true|false|none|null|nan"
    r"|undefined|traceback|the|and|of|your|please|select|show|hide|page|warning|failed"
    r"|not found)\b",
    re.IGNORECASE,
)
#: Names that are English and are said as they are: a programme, a paper that is quoted.
NAMES = ("Next Generation", "Confidence assessment in the teaching of basic science")
#: What can be seen or is read aloud: text in view, and the names of what has no text.
SAID = """() => {
    const names = ['aria-label', 'aria-valuetext', 'placeholder', 'title', 'alt'];
    const seen = [...document.querySelectorAll('body *')].filter(n => n.checkVisibility());
    const told = seen.flatMap(n => names.map(name => n.getAttribute(name)).filter(Boolean));
    const options = seen.filter(n => n.tagName === 'OPTION' || n.tagName === 'OPTGROUP')
        .map(n => n.label || n.textContent);
    let text = document.body.innerText;
    for (const n of seen.filter(n => n.matches('pre, code'))) text = text.replace(n.innerText, ' ');
    return [document.title, text, ...told, ...options].join('\\n');
}"""
#: How far a page can be moved sideways, px; a box within it that scrolls is no fault.
OVERFLOW = "() => Math.max(0, document.scrollingElement.scrollWidth - innerWidth)"
#: What axe finds wrong of any weight, in the page and the pages within it.
EVERYTHING = """async () => (await axe.run(document, {resultTypes: ['violations']})).violations
    .flatMap(one => one.nodes.map(node => one.id + ' ' + node.html.slice(0, 160)))"""
#: What is pressed and is lower or narrower than 24 px, with its least side. A place on a map is as
#: large as it is there; the search beside it reaches the smallest.
TINY = """() => [...document.querySelectorAll(
        'a, button, input, select, textarea, summary, [role=tab], [role=button]')]
    .map(n => ['checkbox', 'radio', 'file'].includes(n.type) ? n.labels[0] ?? n : n)
    .filter(n => n.checkVisibility({visibilityProperty: true, opacityProperty: true})
        && n.type !== 'hidden' && !n.matches('.vv-skip, svg path, :is(p, li, td, dd, h2, h3) a'))
    .map(n => [n, n.getBoundingClientRect()]).filter(([n, box]) => box.width > 1)
    .map(([n, box]) => [Math.round(Math.min(box.width, box.height)), n.outerHTML.slice(0, 160)])
    .filter(([side]) => side < 24)"""
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


@dataclass(frozen=True)
class Measured:
    """One page at one size: what axe finds, words that are English, px too wide, tiny targets."""

    axe: list[str]
    english: list[str]
    overflow: int
    tiny: list[tuple[int, str]]


def english_words(page: Page) -> list[str]:
    """The English words that stand on a page and on the pages within it, each once."""
    said = [frame.evaluate(SAID) for frame in page.frames]
    for name in NAMES:
        said = [one.replace(name, " ") for one in said]
    return sorted({found.group(0).lower() for one in said for found in ENGLISH.finditer(one)})


def measure(page: Page) -> Measured:
    """The page in view as it stands now, with the pages within it."""
    for frame in page.frames:
        frame.evaluate(AXE_SCRIPT)
    return Measured(
        page.evaluate(EVERYTHING),
        english_words(page),
        max(frame.evaluate(OVERFLOW) for frame in page.frames),
        [tuple(one) for frame in page.frames for one in frame.evaluate(TINY)],
    )


def faults(page: Page, keys: int = 8, is_measured: bool = False) -> list[str]:
    """What is wrong with the page in view, at both sizes, light and dark; best an empty list.

    Presses Tab ``keys`` times. Leaves the page at the size it was, and in the light. Whoever
    measures it too (``is_measured``) is spared what axe says of it in the light.
    """
    size, found = page.viewport_size, []
    for frame in page.frames:  # a map is a page in the page
        frame.evaluate(AXE_SCRIPT)
    for name, viewport in (("phone", PHONE), ("laptop", LAPTOP)):
        page.set_viewport_size(viewport)
        for light in ("dark", "light"):
            page.emulate_media(color_scheme=light, reduced_motion="reduce")
            if light == "dark" or not is_measured:
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
