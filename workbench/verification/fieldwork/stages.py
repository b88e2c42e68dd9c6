"""The stages a family's record passes, and who may move it.

A record stands at one stage, goes forward to the next or back to an earlier one with a reason,
and is done after the last. Whoever moved a record at one stage does nothing at another stage of
the same record: the maker never checks. The store repeats that rule as a constraint.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any, Final

import yaml

from workbench.domain.wilayah import say_locally
from workbench.errors import Forbidden, WrongUse

#: Where a record stands after the last stage.
DONE: Final = "selesai"
MOST_STAGES: Final = 12
REASON_LENGTH: Final = 500
#: What a stage can mean to the program: where a musyawarah decides, and from where on a record is
#: a proposal, which the papers of its route must carry.
MEETING: Final = "musyawarah"
PROPOSAL: Final = "usulan"
#: What stages mean whose plan does not say it, by code.
_MEANINGS: Final = {"musyawarah": MEETING, "petugas_data": PROPOSAL}
_CODE = re.compile(r"[a-z][a-z_]{1,19}")


class Direction(StrEnum):
    """Which way a record goes."""

    FORWARD = "maju"
    BACK = "kembali"


@dataclass(frozen=True)
class Stage:
    """One stage: its code, its name on the screen, who usually does it, and what it means.

    ``meaning`` is ``MEETING``, ``PROPOSAL`` or "".
    """

    code: str
    title: str
    who: str
    meaning: str = ""


@dataclass(frozen=True)
class Step:
    """One move of a record; ``number`` counts its moves from 1."""

    number: int
    stage_from: str
    stage_to: str
    direction: Direction
    actor: str
    reason: str
    at: str


@dataclass(frozen=True)
class StagePlan:
    """The stages in order; the first is where outcomes of visits are recorded."""

    stages: tuple[Stage, ...]

    @property
    def first(self) -> str:
        """The code of the first stage."""
        return self.stages[0].code

    def title(self, code: str) -> str:
        """The name of a stage, also of one the plan no longer has."""
        return next((one.title for one in self.stages if one.code == code), code.replace("_", " "))

    @property
    def meeting(self) -> str:
        """The code of the stage a musyawarah decides at; "" in a plan without one."""
        return next((one.code for one in self.stages if one.meaning == MEETING), "")

    def is_proposal(self, stage: str) -> bool:
        """Whether a record that stands at ``stage`` is a proposal, or was one before.

        In a plan that marks no stage as the proposal's, the last one is.
        """
        codes = [one.code for one in self.stages]
        first = next(
            (place for place, one in enumerate(self.stages) if one.meaning == PROPOSAL),
            len(codes) - 1,
        )
        return stage == DONE or stage in codes[first:]

    def standing(self, steps: Sequence[Step]) -> str:
        """The code of the stage a record stands at, ``DONE`` after the last."""
        return steps[-1].stage_to if steps else self.first

    def target(self, stage: str, direction: Direction, back_to: str = "") -> str:
        """Where a move leads: the next stage, or ``back_to`` (the one before where it is "").

        Raises ``WrongUse`` for a record that is done or stands at a stage this plan lacks, and
        for a way back that is none.
        """
        if stage == DONE:
            raise WrongUse("Berkas ini sudah selesai di semua tahap, jadi tidak dapat dipindahkan.")
        codes = [one.code for one in self.stages]
        if stage not in codes:
            raise WrongUse(
                "Berkas ini ada di tahap yang tidak dipakai lagi. Mintalah admin memeriksa tahapan."
            )
        place = codes.index(stage)
        if direction is Direction.FORWARD:
            return codes[place + 1] if place + 1 < len(codes) else DONE
        target = back_to or (codes[place - 1] if place else "")
        if target not in codes[:place]:
            raise WrongUse("Berkas hanya dapat dikembalikan ke tahap sebelumnya.")
        return target


def check_move(
    plan: StagePlan,
    steps: Sequence[Step],
    hands: Mapping[str, str],
    actor_id: str,
    direction: Direction,
    reason: str,
    back_to: str = "",
) -> tuple[str, str]:
    """The stages a move leads from and to, when this actor may make it.

    ``hands`` maps each who did something with this record to the stage they did it at. Raises
    ``Forbidden`` for somebody who has acted at another stage, ``WrongUse`` for a move that is
    none and for a return without a reason.
    """
    stage = plan.standing(steps)
    target = plan.target(stage, direction, back_to)
    check_hand(plan, hands, actor_id, stage)
    if direction is Direction.BACK and not reason.strip():
        raise WrongUse("Tulis alasan mengembalikan, supaya penerima tahu apa yang diperbaiki.")
    if len(reason.strip()) > REASON_LENGTH:
        raise WrongUse(f"Alasan terlalu panjang. Tulis paling banyak {REASON_LENGTH} huruf.")
    return stage, target


def check_hand(plan: StagePlan, hands: Mapping[str, str], actor_id: str, stage: str) -> None:
    """Raise ``Forbidden`` when the actor has done something at another stage of this record."""
    held = hands.get(actor_id, stage)
    if held != stage:
        raise Forbidden(
            f"Anda sudah mengerjakan berkas ini pada tahap {plan.title(held)}. "
            f"Tahap {plan.title(stage)} harus dikerjakan orang lain."
        )


@cache
def default_plan() -> StagePlan:
    """The stages of ``stages.yaml``."""
    path = files("workbench.verification.fieldwork").joinpath("stages.yaml")
    declared = yaml.safe_load(path.read_text(encoding="utf-8"))["stages"]
    return read_plan(
        {**one, "title": say_locally(one["title"]), "who": say_locally(one["who"])}
        for one in declared
    )


def read_plan(entries: Any) -> StagePlan:
    """A plan as an office wrote it: a list of ``{code, title, who, meaning}``.

    Where no stage says what it means, those of the usual codes mean what they usually do. Raises
    ``WrongUse`` unless there are 2 to 12 stages, each with a title and a code of its own (2 to 20
    small letters or ``_``), and for a meaning that is none, comes twice or is the first stage's.
    """
    try:
        stages = tuple(
            Stage(
                str(one["code"]),
                str(one["title"]).strip(),
                str(one.get("who", "")).strip(),
                str(one.get("meaning", "")),
            )
            for one in entries
        )
    except (KeyError, TypeError, AttributeError) as error:
        raise WrongUse("Tahapan tidak dapat dibaca. Isi kode dan nama tiap tahap.") from error
    codes = [one.code for one in stages]
    if not 2 <= len(stages) <= MOST_STAGES:
        raise WrongUse(f"Tahapan harus 2 sampai {MOST_STAGES}, supaya ada yang memeriksa.")
    if not all(_CODE.fullmatch(code) and code != DONE for code in codes):
        raise WrongUse("Kode tahap terdiri atas 2 sampai 20 huruf kecil, misalnya verifikator.")
    if len(set(codes)) < len(codes):
        raise WrongUse("Kode tahap tidak boleh sama. Beri tiap tahap kode sendiri.")
    if not all(0 < len(one.title) <= 80 for one in stages):
        raise WrongUse("Tiap tahap perlu nama, paling panjang 80 huruf.")
    if not any(one.meaning for one in stages):
        stages = tuple(replace(one, meaning=_MEANINGS.get(one.code, "")) for one in stages)
    told = [one.meaning for one in stages if one.meaning]
    if not set(told) <= {MEETING, PROPOSAL} or len(set(told)) < len(told):
        raise WrongUse("Arti tahap hanya musyawarah atau usulan, masing-masing sekali.")
    if stages[0].meaning:
        raise WrongUse("Tahap pertama mencatat hasil kunjungan. Taruh musyawarah sesudahnya.")
    return StagePlan(stages)
