"""How well two lists are linked: ``python -m tests.bench_linkage [easy hard single] [--small]``.

P3KE of 60,000 persons against DTSEN of 300,000, both invented (``tests/linkage/two_lists.py``),
with the truth known. Four ways on the same lists, in one run: an equal NIK, the cascade of exact
joins, Splink alone over six plain blocking rules, and ours. Printed are precision and recall of
what the machine links, the share of true pairs any step reaches (the ceiling), pairs weighed one
by one, and CPU seconds. ``single`` is the hard set without a word on who lives with whom; what the
README quotes is ``hard`` alone.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable
from typing import Any

from tests.figures import records
from tests.linkage.two_lists import EASY, HARD, SINGLE, Lists, two_lists
from workbench.linkage import Thresholds, cascade, likeness, people
from workbench.linkage.prepare import open_lists

TROUBLES = {"easy": EASY, "hard": HARD, "single": SINGLE}
#: Plain keys as anybody would choose them first; nothing is left out of them.
SIX = tuple(
    (key, key)
    for key in (
        ("nik",),
        ("no_kk",),
        ("plain", "y"),
        ("plain", "kelurahan"),
        ("born", "kelurahan"),
        ("sounds[1]", "born"),
    )
)
LIMITS = Thresholds()
Pairs = set[tuple[str, str]]


def by_nik(connection: Any) -> int:
    cascade.link_by_nik(connection)
    return 0


def by_cascade(connection: Any) -> int:
    cascade.link_by_nik(connection)
    cascade.link_by_exact_joins(connection)
    return 0


def by_splink(connection: Any) -> int:
    """Splink with our comparisons, taught by NIK as ours is, over six rules and nothing else."""
    cascade.link_by_nik(connection)
    shares = likeness._shares(connection)
    connection.execute("DELETE FROM pair")
    weighed = likeness.block(connection, SIX, widest=10**9)
    likeness._weigh(connection, shares)
    likeness._assign(connection, LIMITS.link, LIMITS.margin)
    return weighed


def by_all(connection: Any) -> int:
    by_cascade(connection)
    return likeness.link_the_rest(connection, LIMITS.link, LIMITS.show, LIMITS.margin)


WAYS: dict[str, Callable[[Any], int]] = {
    "equal NIK": by_nik,
    "cascade": by_cascade,
    "Splink, six rules": by_splink,
    "ours": by_all,
}


def measure(lists: Lists, way: Callable[[Any], int]) -> dict[str, float]:
    """One way on one pair of lists; the layout of the lists is part of the time."""
    left, right, truth = people(lists.left), people(lists.right), set(lists.truth.items())
    reached: Pairs = set()
    original = likeness.block

    def recording(connection: Any, *rest: Any, **more: Any) -> int:
        nonlocal aside
        found = original(connection, *rest, **more)
        began = time.process_time()
        reached.update(_ids(connection, "candidate") & truth)
        aside += time.process_time() - began
        return found

    aside, began = 0.0, time.process_time()
    connection = open_lists(left, right)
    likeness.block = recording
    try:
        weighed = way(connection)
    finally:
        likeness.block = original
    spent = time.process_time() - began - aside
    linked = _ids(connection, "pair WHERE band = 'sama'")
    desk = _ids(connection, "pair WHERE band <> 'sama'")
    return {
        "precision": len(linked & truth) / max(1, len(linked)),
        "recall": len(linked & truth) / len(truth),
        "ceiling": len((reached | linked | desk) & truth) / len(truth),
        "weighed": weighed,
        "desk": len(desk),
        "cpu": spent,
        "twins": len(linked & lists.apart["kembar"]),
        "fathers": len(linked & lists.apart["ayah dan anak"]),
    }


def _ids(connection: Any, pairs: str) -> Pairs:
    rows = connection.execute(
        f"SELECT l.person_id, r.person_id FROM (SELECT l, r FROM {pairs}) AS p "
        "JOIN l ON l.id = p.l JOIN r ON r.id = p.r"
    )
    return set(rows.fetchall())


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", default=list(TROUBLES), metavar="set")
    parser.add_argument("--small", action="store_true", help="a tenth of the size")
    chosen = parser.parse_args()
    left, right = (1_750, 8_400) if chosen.small else (17_500, 84_000)
    kept = {}
    for name in chosen.sets:
        lists = two_lists(left, right, TROUBLES[name])
        rows = [lists.left["person"].num_rows, lists.right["person"].num_rows]
        print(f"\n{name}: {rows[0]:,} against {rows[1]:,}, {len(lists.truth):,} true pairs")
        print(
            f"  {'':18} precision  recall  ceiling    weighed   desk  CPU s  "
            f"twins of {len(lists.apart['kembar'])}, fathers of "
            f"{len(lists.apart['ayah dan anak'])} taken for each other"
        )
        ways = {}
        for words, way in WAYS.items():
            m = ways[words] = measure(lists, way)
            print(
                f"  {words:18} {m['precision']:9.4f} {m['recall']:7.4f} {m['ceiling']:8.4f} "
                f"{m['weighed']:10,.0f} {m['desk']:6,.0f} {m['cpu']:6.1f}  "
                f"{m['twins']:.0f}, {m['fathers']:.0f}",
                flush=True,
            )
        kept[name] = {"persons": rows, "no_nik": TROUBLES[name].no_nik, "ways": ways}
    records.keep(kept)


if __name__ == "__main__":
    main()
