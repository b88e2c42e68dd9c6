"""The two pictures of ``CONTRIBUTING.md``: the rooms, and the ways data take through them.

``python -m tests.house_pictures`` (part of ``make docs``) draws them anew as Mermaid text between
their markers; ``tests/test_house.py`` holds them equal to the import contracts and the code.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import grimp

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "CONTRIBUTING.md"
PACKAGE = "workbench"

#: From, to, what goes over, and the module that carries it where neither knows the other.
WAYS: dict[str, tuple[tuple[str, str, str, str], ...]] = {
    "A list, to the door and back": (
        ("verification.reading", "services.imports", "rows kept and refused", ""),
        ("services.imports", "services.shelves", "a snapshot: Parquet, manifest", ""),
        ("services.shelves", "rules.engine", "typed tables", "services.lists"),
        ("rules.engine", "services.findings", "findings", ""),
        ("rules.engine", "verification.checklists", "questions for the door", "services.lists"),
        ("rules.engine", "verification.fieldwork.lives", "lives of findings", "services.fieldwork"),
        ("verification.fieldwork.lives", "services.fieldwork", "who is visited first", ""),
        ("services.fieldwork", "services.field_papers", "sheets, XLSForm", ""),
        ("services.returns_in", "services.fieldwork", "what was found at the door", ""),
        ("services.fieldwork", "store.fieldwork", "outcomes, moves", ""),
        ("store.fieldwork", "store.ledger", "an event each", ""),
        ("store.ledger", "services.evidence", "the chain", ""),
    ),
    "Practice": (
        ("synthesis.world", "synthesis.planting", "clean families", "training.drawing"),
        ("synthesis.planting", "training.drawing", "planted mistakes", ""),
        ("training.drawing", "services.banks", "cases and their keys", ""),
        ("services.banks", "services.courses", "what a seat has next", ""),
        ("services.courses", "ui.card.page_widget", "a case without its key", "ui.trainee.view"),
        ("ui.card.page_widget", "services.training", "answers", "ui.trainee.view"),
        ("services.training", "training.grades", "answer and key", ""),
        ("services.training", "services.proofs", "what people learned", "ui.warm"),
    ),
    "A map": (
        ("services.shelves", "geo.counting", "true numbers", "services.maps"),
        ("geo.counting", "geo.disclosure.gate", "every cell", "services.maps"),
        ("geo.disclosure.gate", "geo.releases", "what may be shown", "services.maps"),
        ("geo.releases", "geo.measures", "rates, clusters", "services.maps"),
        ("geo.releases", "geo.atlas", "a page", "services.maps"),
        ("geo.releases", "geo.exports.selections", "files", "ui.maps.model"),
    ),
}


@cache
def graph() -> grimp.ImportGraph:
    """Who imports whom in the package as it stands."""
    return grimp.build_graph(PACKAGE)


def layers() -> tuple[tuple[str, ...], ...]:
    """The rooms by layer, top first, as the import contract in ``pyproject.toml`` has them."""
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contract = settings["tool"]["importlinter"]["contracts"][0]
    return tuple(tuple(re.split(r"\s*\|\s*", layer)) for layer in contract["layers"])


def rooms_picture() -> Iterator[str]:
    """A box a room, layers top first; an arrow to each room imported, unless a longer way says it.

    Without its short cuts the picture stays readable: whoever reaches a room over two arrows may
    import it as well.
    """
    yield "flowchart TD"
    for number, rooms in enumerate(layers()):
        yield f"  subgraph l{number}[ ]"
        yield from (f"    {room}" for room in rooms)
        yield "  end"
    reached: dict[str, set[str]] = {}
    for room in (room for rooms in reversed(layers()) for room in rooms):
        others = _imports_of(room)
        beyond = set().union(*(reached[other] for other in others))
        yield from (f"  {room} --> {other}" for other in sorted(others - beyond))
        reached[room] = others | beyond


def ways_picture() -> Iterator[str]:
    """A box a module, an arrow for what goes from one to the next."""
    yield "flowchart LR"
    for number, (title, steps) in enumerate(WAYS.items()):
        yield f'  subgraph w{number}["{title}"]'
        for start, end, words, _through in steps:
            yield f'    {_box(number, start)} -->|"{words}"| {_box(number, end)}'
        yield "  end"


def untrue_steps() -> list[str]:
    """Steps of ``WAYS`` that the imports do not bear out."""
    return [
        f"{start} -> {end}"
        for steps in WAYS.values()
        for start, end, _words, through in steps
        if not _connected(start, end, through)
    ]


def page_with_pictures(text: str) -> str:
    """``text`` with both pictures drawn anew between their markers."""
    for name, lines in (("rooms", rooms_picture()), ("ways", ways_picture())):
        before, start, rest = text.partition(f"<!-- {name} -->\n")
        _old, end, after = rest.partition(f"<!-- /{name} -->\n")
        if not (start and end):
            raise ValueError(f"CONTRIBUTING.md has no place for the picture {name}")
        drawn = "".join(f"{line}\n" for line in ("```mermaid", *lines, "```"))
        text = before + start + drawn + end + after
    return text


def _box(way: int, module: str) -> str:
    return f"w{way}_{module.replace('.', '_')}[{module}]"


def _imports_of(room: str) -> set[str]:
    name = f"{PACKAGE}.{room}"
    targets = {
        target
        for module in {name} | graph().find_descendants(name)
        for target in graph().find_modules_directly_imported_by(module)
    }
    return {target.split(".")[1] for target in targets if "." in target} - {room}


def _connected(start: str, end: str, through: str) -> bool:
    if through:
        return _knows(through, start) and _knows(through, end)
    return _knows(start, end) or _knows(end, start)


def _knows(importer: str, imported: str) -> bool:
    return graph().chain_exists(f"{PACKAGE}.{importer}", f"{PACKAGE}.{imported}", as_packages=True)


if __name__ == "__main__":
    PAGE.write_text(page_with_pictures(PAGE.read_text(encoding="utf-8")), encoding="utf-8")
