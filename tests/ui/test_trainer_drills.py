"""Drills of a class as its trainer reads them."""

from __future__ import annotations

from types import SimpleNamespace

from workbench.domain.estimates import estimate_share
from workbench.ui.trainer import drawing


def drill(title: str, right: int, answered: int, *hardest: str) -> SimpleNamespace:
    return SimpleNamespace(
        title=title,
        players=3,
        answered=answered,
        share=estimate_share(right, answered) if answered else None,
        hardest=[SimpleNamespace(words=words, wrong=2, answered=4) for words in hardest],
    )


def test_only_what_was_played_is_told_with_its_hardest_card() -> None:
    told = drawing.drills_played(
        [drill("Graduasi", 9, 12, "Surat <b>mundur</b>", "Lain"), drill("Jalur", 0, 0)]
    )
    assert "3 orang, 12 kartu, tepat 75\u00a0% (47 sampai 91\u00a0%)" in told
    assert "(2 dari 4): Surat &lt;b&gt;mundur&lt;/b&gt;" in told
    assert "Jalur" not in told
    assert "Lain" not in told


def test_nothing_is_drawn_while_nobody_has_played() -> None:
    assert drawing.drills_played([drill("Jalur", 0, 0)]) == ""
