"""Pages as HTML: Markdown drawn, links led to where pages are, contents and search made.

Every function gives a piece for the inside of a page; the frame around it is the server's, or the
one of ``exporting``. Raw HTML in a page is shown as text.
"""

from __future__ import annotations

import json
import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from markupsafe import Markup

from workbench.guides.reading import KINDS, READERS, Page, pages

if TYPE_CHECKING:
    import jinja2
    from markdown_it.token import Token

FRAME: Final = Path(__file__).parent / "frame"
_WORD = re.compile(r"[^\W_]{2,}")
#: A page with fewer parts is seen whole without a list of them.
_PARTS_LISTED = 3


@dataclass(frozen=True)
class Places:
    """Where things are, seen from a page: addresses begin with ``root``, pages end in ``end``."""

    root: str
    end: str
    front: str
    pictures: str

    def page(self, key: str) -> str:
        """The address of a page, or of the contents for a reader (``untuk/staf``)."""
        return f"{self.root}{key}{self.end}"


#: As the server has them.
SERVED: Final = Places("/panduan/", "", "/panduan/", "/aset/panduan/")


@dataclass(frozen=True)
class Heading:
    """A heading of a page: its level (2 or 3), its words, and what a link to it ends in."""

    level: int
    words: str
    anchor: str


def article(page: Page, places: Places, shelf: Mapping[str, Page] | None = None) -> Markup:
    """A page, whole: where one is, title, for whom, its parts, its text, what is near.

    ``shelf`` is where its neighbours are looked for; by default all pages shipped.
    """
    known = pages() if shelf is None else shelf
    same = [one for one in known.values() if one.kind == page.kind]
    at = same.index(page)
    parts = [one for one in headings(page) if one.level == 2]
    return _draw(
        "artikel.html.j2",
        places,
        page=page,
        kind=KINDS[page.kind],
        readers=[READERS[one] for one in page.readers],
        parts=parts if len(parts) >= _PARTS_LISTED else [],
        body=_room_body(page, places, known) if page.kind == "ruang" else body(page, places),
        before=same[at - 1] if at else None,
        after=same[at + 1] if at + 1 < len(same) else None,
    )


def contents(places: Places, shelf: Mapping[str, Page] | None = None, reader: str = "") -> Markup:
    """All pages kind by kind, with the search; for one reader (a key of ``READERS``) if given."""
    known = pages() if shelf is None else shelf
    listed = [
        (kind, [one for one in known.values() if one.kind == name and _is_for(one, reader)])
        for name, kind in KINDS.items()
    ]
    return _draw(
        "isi.html.j2",
        places,
        reader=reader,
        readers=READERS,
        listed=[(kind, found) for kind, found in listed if found],
    )


def body(page: Page, places: Places) -> Markup:
    """The text of a page, without title and surroundings."""
    return _html(page, page.body, places)


def headings(page: Page) -> list[Heading]:
    """The headings of a page in order, with the ends of links to them."""
    return list(_headings(_tokens(page.body)))


def links(page: Page) -> list[str]:
    """Every address a page names, as it is written: of links and of pictures."""
    return [
        str(token.attrs[name])
        for line in _tokens(page.body)
        for token in line.children or ()
        for name in ("href", "src")
        if name in token.attrs
    ]


def target(page: Page, address: str) -> tuple[str, str]:
    """The key and the end (``#...``) of a relative link from ``page`` to another page."""
    path, mark, anchor = address.partition("#")
    if not path:
        return page.key, f"{mark}{anchor}"
    key = posixpath.normpath(posixpath.join(page.kind, path)).removesuffix(".md")
    return key, f"{mark}{anchor}"


def anchor_of(words: str) -> str:
    """What a link to a heading ends in: lower case, all but letters and digits made ``-``."""
    return re.sub(r"[^a-z0-9]+", "-", words.lower()).strip("-")


def search_script(shelf: Mapping[str, Page] | None = None) -> str:
    """What is searched, as a script: each part of each page with the words in it."""
    known = pages() if shelf is None else shelf
    entries = [
        {"k": page.key, "j": page.title, "s": page.summary, "b": list(_search_parts(page))}
        for page in known.values()
    ]
    packed = json.dumps(entries, ensure_ascii=False, separators=(",", ":"))
    return f"window.vvPanduan = {packed};\n"


def standing(title: str, inside: Markup, up: str) -> str:
    """A whole page that needs no server; ``up`` leads from it to the folder of all."""
    page = _templates().get_template("berdiri.html.j2")
    return page.render(title=title, inside=inside, up=up) + "\n"


# --- Markdown --------------------------------------------------------------------------------


@cache
def _parser() -> Any:
    from markdown_it import MarkdownIt

    return MarkdownIt("commonmark", {"html": False}).enable("table")


def _tokens(text: str) -> list[Token]:
    tokens: list[Token] = _parser().parse(text)
    return tokens


def _headings(tokens: Sequence[Token]) -> Iterator[Heading]:
    used: dict[str, int] = {}
    for token, inside in pairwise(tokens):
        if token.type != "heading_open":
            continue
        words = _plain(inside)
        anchor = anchor_of(words)
        used[anchor] = used.get(anchor, 0) + 1
        if used[anchor] > 1:
            anchor = f"{anchor}-{used[anchor]}"
        yield Heading(int(token.tag[1]), words, anchor)


def _plain(token: Token) -> str:
    return "".join(
        " " if one.type in ("softbreak", "hardbreak") else one.content
        for one in token.children or ()
    )


def _html(page: Page, text: str, places: Places) -> Markup:
    tokens = _tokens(text)
    anchors = iter(_headings(tokens))
    _label_cells(tokens)
    for token in tokens:
        if token.type == "heading_open":
            token.attrSet("id", next(anchors).anchor)
        for inside in token.children or ():
            if "href" in inside.attrs:
                inside.attrSet("href", _led(page, str(inside.attrs["href"]), places))
            if "src" in inside.attrs:
                name = posixpath.basename(str(inside.attrs["src"]))
                inside.attrSet("src", f"{places.pictures}{name}")
    drawn = _parser().renderer.render(tokens, _parser().options, {})
    # What is too wide scrolls in a frame of its own, which a keyboard reaches.
    drawn = drawn.replace(
        "<table>", '<div class="vv-scroll" tabindex="0"><table class="vv-table">'
    ).replace("</table>", "</table></div>")
    drawn = drawn.replace("<pre>", '<pre tabindex="0">')
    return Markup(drawn)


def _label_cells(tokens: Sequence[Token]) -> None:
    """Tell each cell of a table its column: on a phone rows become cards."""
    heads: list[str] = []
    column = 0
    for token, inside in pairwise(tokens):
        if token.type == "table_open":
            heads = []
        elif token.type == "tr_open":
            column = 0
        elif token.type == "th_open":
            heads.append(_plain(inside))
        elif token.type == "td_open":
            token.attrSet("data-kolom", heads[column])
            column += 1


def _led(page: Page, address: str, places: Places) -> str:
    key, end = target(page, address)
    return end if key == page.key and end else f"{places.page(key)}{end}"


def _room_body(page: Page, places: Places, known: Mapping[str, Page]) -> Markup:
    """A room's help: each part is a tab, and beneath it stand the pages that help there."""
    head, *parts = re.split(r"(?m)^(?=## )", page.body)
    drawn = [_html(page, head, places), _near(known, page.name, "", places)]
    for part in parts:
        title = part.partition("\n")[0].removeprefix("## ").strip()
        drawn += [_html(page, part, places), _near(known, page.name, title, places)]
    return Markup("").join(drawn)


def _near(known: Mapping[str, Page], room: str, tab: str, places: Places) -> Markup:
    wanted = f"{room}/{tab}" if tab else room
    near = [one for one in known.values() if wanted in one.rooms]
    return _draw("dekat.html.j2", places, near=near, kinds=KINDS) if near else Markup("")


# --- search and templates --------------------------------------------------------------------


def _search_parts(page: Page) -> Iterator[dict[str, str]]:
    """Parts of a page: heading, end of its address, the words below it, each once."""
    tokens = _tokens(page.body)
    anchors = iter(_headings(tokens))
    title, anchor, said = "", "", [f"{page.title} {page.summary}"]
    for token in tokens:
        if token.type == "heading_open":
            yield _part(title, anchor, said)
            heading = next(anchors)
            title, anchor, said = heading.words, heading.anchor, []
        elif token.type in ("inline", "fence", "code_block"):
            said.append(_plain(token) if token.type == "inline" else token.content)
    yield _part(title, anchor, said)


def _part(title: str, anchor: str, said: Iterable[str]) -> dict[str, str]:
    words = dict.fromkeys(_WORD.findall(" ".join((title, *said)).lower()))
    return {"j": title, "a": anchor, "w": " ".join(words)}


def _is_for(page: Page, reader: str) -> bool:
    return not reader or reader in page.readers


@cache
def _templates() -> jinja2.Environment:
    import jinja2

    return jinja2.Environment(
        loader=jinja2.FileSystemLoader(FRAME), autoescape=True, trim_blocks=True, lstrip_blocks=True
    )


def _draw(template: str, places: Places, **names: Any) -> Markup:
    return Markup(_templates().get_template(template).render(places=places, **names))
