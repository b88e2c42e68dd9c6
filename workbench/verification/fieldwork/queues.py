"""Who is visited first, how much is left, and whether it will be done in time.

The priority of a family is a sum of parts that are all shown (weights: ``priority.yaml``). A
forecast rests on the pace of the last days and is refused where these say too little.
"""

from __future__ import annotations

import math
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import date, timedelta
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from workbench.domain.words import date_id, number_id
from workbench.verification.fieldwork.outcomes import Answers

#: Days back whose visits make the pace, today included.
PACE_DAYS: Final = 14
#: A pace is told from visits on at least so many days ...
LEAST_DAYS: Final = 3
#: ... and at least so many visits.
LEAST_VISITS: Final = 5
_MONTH = 30.4375
#: Codes of ``outcome_fields.yaml``: there, but not met; another visit is proposed.
_NOT_MET: Final = "KB8"
_GO_AGAIN: Final = "KUNJUNGAN_ULANG"


@dataclass(frozen=True)
class Part:
    """One part of a score: its points and, in words, where they come from."""

    points: float
    words: str


@dataclass(frozen=True)
class Priority:
    """How urgent a visit is, 0 to 100, and the parts it is the sum of."""

    parts: tuple[Part, ...]

    @property
    def score(self) -> float:
        """The sum of the parts."""
        return round(sum(part.points for part in self.parts), 1)


@dataclass(frozen=True)
class Forecast:
    """When a queue will be empty at the pace of the last days.

    ``pace`` is visits a calendar day, ``until`` the day the queue will be empty; both None where
    the last days say too little. ``is_late`` compares with the deadline (None where that cannot
    be told; a deadline that is over needs no forecast).
    """

    left: int
    pace: float | None
    until: date | None
    is_late: bool | None
    sentence: str


def priority(
    severities: Collection[str], programs: int, verified_on: date | None, today: date
) -> Priority:
    """The priority of a family.

    ``severities`` are those of its open findings, ``programs`` the number of programmes it
    receives, ``verified_on`` the day of its last visit (None: never).
    """
    weights = _weights()
    found = sorted((weights["severity"].get(one, 0) for one in severities), reverse=True)
    gravest = max(severities, key=lambda one: weights["severity"].get(one, 0), default="")
    further = min(weights["each_further"] * max(len(found) - 1, 0), weights["further_most"])
    if verified_on is None:
        age, age_words = weights["age_most"], "belum pernah diverifikasi"
    else:
        months = max((today - verified_on).days, 0) / _MONTH
        age = weights["age_most"] * min(months / weights["age_full_months"], 1)
        age_words = f"verifikasi terakhir {date_id(verified_on)}"
    return Priority(
        (
            Part(
                found[0] if found else 0,
                f"temuan terberat {gravest.capitalize()}" if found else "tanpa temuan terbuka",
            ),
            Part(further, f"{max(len(found) - 1, 0)} temuan lain"),
            Part(
                min(weights["each_program"] * programs, weights["program_most"]),
                f"{programs} program bantuan",
            ),
            Part(round(age, 1), age_words),
        )
    )


def forecast(
    left: int, visits: Mapping[date, int], today: date, deadline: date | None = None
) -> Forecast:
    """When ``left`` families will have been visited; ``visits`` counts those made on each day.

    The pace is the mean of the calendar days since the first visit of the last ``PACE_DAYS``.
    """
    if left <= 0:
        is_late = False if deadline else None
        return Forecast(0, None, today, is_late, "Tidak ada lagi yang perlu dikunjungi.")
    window = {
        day: count
        for day, count in visits.items()
        if count > 0 and today - timedelta(PACE_DAYS) < day <= today
    }
    made = sum(window.values())
    if len(window) < LEAST_DAYS or made < LEAST_VISITS:
        sentence = (
            f"Belum dapat diperkirakan: {PACE_DAYS} hari terakhir baru {number_id(made)} kunjungan "
            f"pada {len(window)} hari. Perlu {LEAST_VISITS} kunjungan pada {LEAST_DAYS} hari."
        )
        if deadline is None or deadline >= today:
            return Forecast(left, None, None, None, sentence)
        over = f"Tenggat {date_id(deadline)} sudah lewat, sisa {number_id(left)} keluarga."
        return Forecast(left, None, None, True, f"{over} {sentence}")
    pace = made / ((today - min(window)).days + 1)
    until = today + timedelta(math.ceil(left / pace))
    is_late = None if deadline is None else until > deadline
    sentence = (
        f"Sisa {number_id(left)} keluarga, sekitar {number_id(pace, 1)} kunjungan sehari: "
        f"selesai sekitar {date_id(until)}."
    )
    if deadline is not None:
        word = "Melewati" if is_late else "Sebelum"
        sentence += f" {word} tenggat {date_id(deadline)}."
    return Forecast(left, pace, until, is_late, sentence)


def revisit_words(answers: Answers) -> str:
    """Why somebody has to go once more after a visit that said this of the family; "" where not."""
    if answers.get("presence") == _NOT_MET:
        return "Belum dapat ditemui pada kunjungan terakhir."
    if answers.get("proposal") == _GO_AGAIN:
        return "Petugas mengusulkan kunjungan ulang."
    return ""


def is_within(place: tuple[str, str, str], areas: Iterable[tuple[str, str, str]]) -> bool:
    """Whether a family's (kelurahan, rw, rt) lies in one of the areas; "" there means all of it."""
    kelurahan, rw, rt = place[0], _plain(place[1]), _plain(place[2])
    return any(
        code == kelurahan and _plain(own_rw) in ("", rw) and _plain(own_rt) in ("", rt)
        for code, own_rw, own_rt in areas
    )


def _plain(number: str) -> str:
    """An RT or RW without leading zeros."""
    return number.strip().lstrip("0")


@cache
def _weights() -> dict[str, Any]:
    path = files("workbench.verification.fieldwork").joinpath("priority.yaml")
    weights: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return weights
