"""No sentence of the program says *kelurahan* or *seluruh kota* of an office's own places.

``wilayah.say_locally`` (or ``PLACES``, ``CITY.kind``) says them for the city in force. Tables and
YAML are read the same way in ``inside/of_a_regency.py``.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest

import workbench
from tests.cities.bare_words import bare, texts_of

PACKAGE = Path(workbench.__file__).parent
#: Modules that may say them, and why; a folder ends in a slash.
MAY = {
    "cli/": "help and reference pages are written before a city is known",
    "domain/cities.py": "of recipes, whatever city they are of",
    "domain/wilayah.py": "where the words of each city are made",
    "geo/page/contents.py": "short words behind a count, by what the places are called",
    "geo/schematic.py": "of the shipped map of Kota Serang",
    "guides/reading.py": "of readers, in every office",
    "linkage/prepare.py": "SQL",
    "rules/aid/ban_17_village_cash_in_town.py": "the law: a kelurahan, not a desa",
    "rules/copies.py": "SQL",
    "rules/engine.py": "SQL",
    "rules/living/members.py": "what lists write",
    "rules/presence/alm_32_moved_out.py": "SQL",
    "rules/presence/alm_70_region_code.py": "SQL",
    "rules/typed.py": "SQL",
    "services/papers/minutes.py": "minutes from before places had a kind",
    "store/participant_list.py": "headings of lists",
    "verification/layout.py": "what lists write",
    "verification/meetings/content.py": "what one place is",
    "verification/meetings/minutes.py": "what one place is",
    "verification/places.py": "what lists write",
}
#: What pages and papers hold beside Python, without their comments.
_COMMENT = re.compile(r"/\*.*?\*/|<!--.*?-->|\{#.*?#\}|^\s*//[^\n]*|(?<=\s)//\s[^\n]*", re.S | re.M)
_PAGES_MAY = {
    "cli/bag/launchers/": "of the bag, whatever city is in it",
    "geo/page/peta.js": ('"kelurahan"',),  # the class of a label
    "services/papers/pages/berita_acara.typ": ('default: "Kelurahan"',),
}


def _modules() -> Iterator[Path]:
    return (path for path in sorted(PACKAGE.rglob("*.py")) if "__pycache__" not in path.parts)


def _reason(path: Path) -> str:
    name = path.relative_to(PACKAGE).as_posix()
    return next((why for known, why in MAY.items() if name == known or _in(name, known)), "")


def _in(name: str, known: str) -> bool:
    return known.endswith("/") and name.startswith(known)


def test_sentences_ask_the_city_what_its_places_are_called():
    said = [
        f"{path.relative_to(PACKAGE)}:{line}: {text[:80]!r}"
        for path in _modules()
        if not _reason(path)
        for line, text in texts_of(path.read_text(encoding="utf-8"))
        if bare(text)
    ]
    assert said == []


def test_whoever_may_say_them_does():
    idle = [
        name
        for name in MAY
        if not any(
            bare(text)
            for path in _modules()
            if (where := path.relative_to(PACKAGE).as_posix()) == name or _in(where, name)
            for _line, text in texts_of(path.read_text(encoding="utf-8"))
        )
    ]
    assert idle == []


@pytest.mark.parametrize("ending", ["js", "typ", "html", "j2"])
def test_pages_and_papers_are_told_what_the_places_are_called(ending):
    said = []
    for path in sorted(PACKAGE.rglob(f"*.{ending}")):
        name = path.relative_to(PACKAGE).as_posix()
        allowed = next((why for known, why in _PAGES_MAY.items() if name.startswith(known)), ())
        if isinstance(allowed, str):
            continue
        text = _COMMENT.sub("", path.read_text(encoding="utf-8"))
        for one in allowed:
            assert one in text, (name, one)
            text = text.replace(one, "")
        said += [f"{name}: {line.strip()[:100]}" for line in text.splitlines() if bare(line)]
    assert said == []


@pytest.mark.parametrize(
    ("text", "is_bare"),
    [
        ("Pilih kelurahan.", True),
        ("Kelurahan", True),
        ("Mintalah yang mengurus seluruh kota.", True),
        ("kelurahan", False),
        ("Kode desa/kelurahan", False),
        ("kelurahan atau desa", False),
        ("nama_kelurahan", False),
    ],
)
def test_what_counts(text, is_bare):
    assert bare(text) is is_bare


def test_what_say_locally_is_given_does_not_count():
    source = "'Of a kelurahan.'\nA = say_locally(f'Pilih kelurahan {name}')\nB = 'Satu kelurahan'"
    assert [text for _line, text in texts_of(source) if bare(text)] == ["Satu kelurahan"]
