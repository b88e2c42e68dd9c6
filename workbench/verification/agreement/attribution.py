"""Whose mistake a difference was, once somebody has decided with a reason."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from workbench.domain.estimates import Estimate, estimate_share
from workbench.domain.words import number_id


@dataclass(frozen=True)
class Judged:
    """One question about one family: what the first and second person said, and the decision.

    ``topic`` is the rule or field asked about. ``truth`` is None while nobody has decided; what
    both said alike is then taken as true.
    """

    topic: str
    first: str
    second: str
    truth: str | None = None

    @property
    def answer(self) -> str | None:
        """What counts as true, None for a difference not yet decided."""
        if self.truth is None and self.first == self.second:
            return self.first
        return self.truth


@dataclass(frozen=True)
class Attribution:
    """Mistakes among ``n`` decided questions; ``n_first`` and ``n_second`` include ``n_both``.

    ``n_presumed`` of these were said alike by both and never looked at again, ``n_open`` more are
    not decided. The shares are None without a decided question.
    """

    n: int
    n_first: int
    n_second: int
    n_both: int
    n_presumed: int
    n_open: int

    @property
    def first(self) -> Estimate | None:
        """Share of the first person's mistakes with Wilson's 95 % interval."""
        return self._share(self.n_first)

    @property
    def second(self) -> Estimate | None:
        """Share of the second person's mistakes."""
        return self._share(self.n_second)

    @property
    def both(self) -> Estimate | None:
        """Share of questions in which both were wrong."""
        return self._share(self.n_both)

    @property
    def words(self) -> str:
        """The finding in plain words, with what it cannot see."""
        waiting = f"{number_id(self.n_open)} perbedaan belum diputus."
        if not (self.first and self.second and self.both):
            return f"Belum ada yang dapat dihitung; {waiting}"
        said = (
            f"Dari {number_id(self.n)} penilaian: pemeriksa pertama keliru "
            f"{number_id(self.n_first)}, yaitu {self.first.percents()}; pemeriksa kedua "
            f"{number_id(self.n_second)}, yaitu {self.second.percents()}; keduanya sama-sama "
            f"keliru {number_id(self.n_both)}, yaitu {self.both.percents()}."
        )
        if self.n_presumed:
            said += (
                f" {number_id(self.n_presumed)} penilaian yang sama dari keduanya dianggap benar "
                "tanpa diputus, jadi kekeliruan dapat lebih banyak daripada ini."
            )
        return f"{said} {waiting}" if self.n_open else said

    def _share(self, count: int) -> Estimate | None:
        return estimate_share(count, self.n) if self.n else None


def attribute(judged: Sequence[Judged]) -> Attribution:
    """Count the mistakes of the first, the second and both."""
    decided = [one for one in judged if one.answer is not None]
    return Attribution(
        len(decided),
        sum(one.first != one.answer for one in decided),
        sum(one.second != one.answer for one in decided),
        sum(one.first != one.answer != one.second for one in decided),
        sum(one.truth is None for one in decided),
        len(judged) - len(decided),
    )


def attribute_by_topic(judged: Iterable[Judged]) -> dict[str, Attribution]:
    """Mistakes by rule or field, the topic with most mistakes first."""
    topics: dict[str, list[Judged]] = defaultdict(list)
    for one in judged:
        topics[one.topic].append(one)
    found = {topic: attribute(part) for topic, part in topics.items()}
    return dict(
        sorted(found.items(), key=lambda item: (-item[1].n_first - item[1].n_second, item[0]))
    )
