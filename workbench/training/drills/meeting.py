"""The drill of a musyawarah kelurahan: the trainee chairs, and minutes come of it.

First who is asked to come, then five families one after another (hear the objection, decide,
give the reason), then how it is closed. More than one decision can be right; a reason belongs to
the decision that was made. Who is missing is a warning on the minutes, never a block: no source
gives a quorum.
"""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from random import Random
from typing import Any

import yaml

from workbench.domain.wilayah import say_locally
from workbench.training.drills.cards import MANY, ONE, Card, Key, code_of, shuffled

#: Families of a round, and cards of a family.
FAMILIES, STEPS = 5, 3
PLACES = 1 + FAMILIES * STEPS + 1
ATTENDING, CLOSING = "hadir", "penutup"
_HEARD, _DECIDED, _REASON = range(STEPS)


@cache
def _content() -> dict[str, Any]:
    path = files("workbench.training.drills").joinpath("musyawarah.yaml")
    told: dict[str, Any] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return told


@cache
def families() -> dict[str, dict[str, Any]]:
    """The invented families that can be discussed, by id."""
    return {one["id"]: one for one in _content()["keluarga"]}


def meeting_card(
    order: tuple[str, ...], place: int, answers: Mapping[int, str], rng: Random
) -> Card:
    """The card at ``place`` (from 1) of a meeting over ``order``, given what was decided so far."""
    if place in (1, PLACES):
        return _frame_card(ATTENDING if place == 1 else CLOSING, rng)
    number, step = divmod(place - 2, STEPS)
    family = families()[order[number]]
    make = (_objection_card, _decision_card, _reason_card)[step]
    return make(family, f"Keluarga {number + 1} dari {FAMILIES}", answers.get(place - 1, ""), rng)


def _frame_card(name: str, rng: Random) -> Card:
    told = _content()[name]
    needed, welcome = told["wajib"], told["boleh"]
    key = Key(
        told["mengapa"],
        _content()["sumber"],
        (frozenset(map(code_of, needed)),),
        frozenset(map(code_of, welcome)),
    )
    choices = shuffled((*needed, *welcome, *told["jangan"]), rng)
    heading = "Undangan" if name == ATTENDING else "Penutup"
    return Card(name, MANY, told["cerita"], told["tanya"], choices, key, heading)


def _objection_card(family: Mapping[str, Any], heading: str, _: str, rng: Random) -> Card:
    told = family["keberatan"]
    return Card(
        f"{family['id']}.tanggapan",
        ONE,
        f"{told['siapa']} berkata: “{told['kata']}”",
        "Apa tanggapan Anda sebagai pemimpin musyawarah?",
        shuffled((words for words, _ in told["tanggapan"]), rng),
        Key(told["ulasan"], _content()["sumber"], _fitting(told["tanggapan"])),
        f"{heading}: {family['kepala']}, {family['rt']}",
        tuple(family["keadaan"]),
    )


def _decision_card(family: Mapping[str, Any], heading: str, _: str, __: Random) -> Card:
    options, words = family["pilihan"], _content()["keputusan"]
    accepted = [frozenset({code}) for code in words if options[code]["tepat"]]
    return Card(
        f"{family['id']}.putusan",
        ONE,
        "",
        "Apa keputusan musyawarah?",
        tuple(words.items()),
        Key(
            "",
            _content()["sumber"],
            tuple(accepted),
            comments={code: options[code]["ulasan"] for code in words},
        ),
        f"{heading}: {family['kepala']}, {family['rt']}",
        tuple(family["keadaan"]),
    )


def _reason_card(family: Mapping[str, Any], heading: str, decision: str, rng: Random) -> Card:
    told = family["pilihan"][decision]
    fitting = [words for words, fits in told["alasan"] if fits]
    why = (
        f"Alasan yang dapat dipertanggungjawabkan: {fitting[0]}."
        if fitting
        else "Keputusan ini tidak punya alasan yang kuat. Di rapat nyata, bahas lagi keputusannya."
    )
    return Card(
        f"{family['id']}.alasan",
        ONE,
        f"Keputusan Anda: {_content()['keputusan'][decision]}.",
        "Apa alasan yang ditulis di berita acara?",
        shuffled((words for words, _ in told["alasan"]), rng),
        Key(why, _content()["sumber"], _fitting(told["alasan"])),
        f"{heading}: {family['kepala']}, {family['rt']}",
    )


def _fitting(options: list[list[Any]]) -> tuple[frozenset[str], ...]:
    return tuple(frozenset({code_of(words)}) for words, fits in options if fits)


def minutes(order: tuple[str, ...], answers: Mapping[int, str]) -> dict[str, Any]:
    """The minutes of a finished meeting as plain data for a page or a print.

    ``families`` has one row each: what was objected, answered, decided and why; ``warning`` names
    who was missing, "" when nobody was.
    """
    content = _content()
    told = content[ATTENDING]
    present = _chosen((*told["wajib"], *told["boleh"], *told["jangan"]), answers[1])
    absent = [who for who in map(say_locally, told["wajib"]) if who not in present]
    rows = []
    for number, name in enumerate(order):
        family, first = families()[name], 2 + number * STEPS
        decision = answers[first + _DECIDED]
        heard, reasons = family["keberatan"], family["pilihan"][decision]["alasan"]
        rows.append(
            {
                "family": f"{family['kepala']}, {family['rt']}",
                "objection": f"{heard['siapa']}: “{heard['kata']}”",
                "answer": _chosen([w for w, _ in heard["tanggapan"]], answers[first + _HEARD])[0],
                "decision": content["keputusan"][decision],
                "reason": _chosen([w for w, _ in reasons], answers[first + _REASON])[0],
            }
        )
    decided = [row["decision"] for row in rows]
    last = content[CLOSING]
    return {
        "title": say_locally("Berita acara musyawarah kelurahan"),
        "basis": "Usulan dan pemutakhiran data sosial ekonomi; keputusan akhir pada Kemensos.",
        "present": present,
        "warning": "Belum memenuhi ketentuan setempat? Tidak diundang: "
        f"{', '.join(absent)}. Musyawarah tetap dicatat."
        if absent
        else "",
        "families": rows,
        "counts": [[words, decided.count(words)] for words in content["keputusan"].values()],
        "closing": _chosen((*last["wajib"], *last["boleh"], *last["jangan"]), answers[PLACES]),
    }


def item_words(item: str) -> str:
    """What a card of a meeting is about, for a trainer."""
    name, _, step = item.partition(".")
    if not step:
        return {ATTENDING: "Siapa yang diundang", CLOSING: "Setelah musyawarah"}[name]
    return f"{families()[name]['kepala']}: {step}"


def _chosen(options: Any, value: str) -> list[str]:
    codes = set(value.split(" "))
    return [say_locally(words) for words in options if code_of(words) in codes]
