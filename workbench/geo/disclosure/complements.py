"""Hiding further cells, so that no sum gives a hidden one away.

First line by line, which is fast and finds nearly all; then ``intervals`` looks for what several
lines give away together, and one more cell is hidden wherever it finds something.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable

from workbench.geo.disclosure.intervals import Effort, Weakness, weaknesses
from workbench.geo.disclosure.lattice import Lattice

#: So many weaknesses wait for what mends those beside them; then all are mended at once, which
#: hides a little more and ends sooner.
_WAITING = 800


def protect(lattice: Lattice, width: int, effort: Effort) -> None:
    """Hide until every hidden cell could be any of more than ``width`` whole numbers.

    Raises ``Exhausted`` where that takes more than ``effort``.
    """
    _balance(lattice, width, range(len(lattice.lines)))
    proven: set[int] = set()
    waited = 0
    while found := weaknesses(lattice, width, proven, effort):
        chosen: list[int] = []
        for weakness in found:
            lines = weakness.lines if waited < _WAITING else lattice.lines_of(weakness.cell)
            if not _members(lattice, lines).isdisjoint(chosen):
                waited += 1
                continue
            cell = _remedy(lattice, weakness)
            if cell is None:
                # Only what an earlier release has told stands in the way.
                proven.add(weakness.cell)
                continue
            lattice.hide(cell)
            chosen.append(cell)
        _balance(lattice, width, [line for cell in chosen for line in lattice.lines_of(cell)])


def _balance(lattice: Lattice, width: int, lines: Iterable[int]) -> None:
    """Hide until each line by itself leaves its hidden cells open."""
    waiting = deque(lines)
    queued = set(waiting)
    while waiting:
        line = waiting.popleft()
        queued.discard(line)
        while not _is_open(lattice, line, width):
            total, parts = lattice.lines[line]
            cell = _choose(lattice, parts)
            if cell is None:
                cell = _choose(lattice, [total])
            if cell is None:
                break
            lattice.hide(cell)
            more = [one for one in lattice.lines_of(cell) if one not in queued]
            waiting.extend(more)
            queued.update(more)


def _is_open(lattice: Lattice, line: int, width: int) -> bool:
    total, parts = lattice.lines[line]
    hidden = [part for part in parts if lattice.hidden[part]]
    if lattice.hidden[total]:
        return bool(hidden)
    if len(hidden) < 2:
        return not hidden
    if sum(lattice.values[part] - lattice.least[part] for part in hidden) < width:
        return False
    # Nobody may see that all are as large as a small count can be.
    return any(lattice.values[part] != width - 1 for part in hidden)


def _choose(lattice: Lattice, cells: Iterable[int]) -> int | None:
    """The cell that costs least: probably small, in lines where something is hidden already."""
    return min(
        (cell for cell in cells if lattice.may_hide(cell)),
        key=lambda cell: _cost(lattice, cell),
        default=None,
    )


def _cost(lattice: Lattice, cell: int) -> tuple[bool, int, int]:
    size, name = lattice.rank[cell]
    fresh = sum(not _is_touched(lattice, line) for line in lattice.lines_of(cell))
    return lattice.base[cell], size + 2 * fresh, name


def _is_touched(lattice: Lattice, line: int) -> bool:
    total, parts = lattice.lines[line]
    return lattice.hidden[total] or any(lattice.hidden[part] for part in parts)


def _remedy(lattice: Lattice, weakness: Weakness) -> int | None:
    """One more cell to hide: where the numbers bind, else next to the cell, else anywhere near.

    Base cells come after all others.
    """
    own = lattice.lines_of(weakness.cell)
    nets: list[set[int]] = []
    for lines, others in ((weakness.lines, weakness.others), (own, ()), (weakness.around, ())):
        parts = {part for line in lines for part in lattice.lines[line][1]}
        totals = {lattice.lines[line][0] for line in lines} | set(others)
        nets += [parts - totals, totals]
    for base in (False, True):
        for net in nets:
            cell = _choose(lattice, (one for one in net if lattice.base[one] is base))
            if cell is not None:
                return cell
    return None


def _members(lattice: Lattice, lines: Iterable[int]) -> set[int]:
    return {cell for line in lines for cell in (lattice.lines[line][0], *lattice.lines[line][1])}
