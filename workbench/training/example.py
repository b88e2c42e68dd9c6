"""The worked case: one mistake shown the way an experienced officer looks for it.

Novices learn faster from a worked example than from trying; so a class begins with this one. It
is drawn like any other case, but fixed, and needs no engine, so a trainee's kernel may draw it.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from functools import lru_cache
from typing import Any

from workbench.domain.nik import Nik
from workbench.domain.register import Row
from workbench.domain.words import MONTHS, date_id
from workbench.rules import catalogue
from workbench.training.answers import DIFFERS, Answer, word_for
from workbench.training.cases import Case, find_row
from workbench.training.drawing import draw_case
from workbench.training.feedback import explain
from workbench.training.grades import grade
from workbench.training.plans import Plan, Task

RULE, PLANT = "IDN-09", "slip_in_the_date"
#: Families tried in turn until one is good to explain with.
_TRIES = 80


@lru_cache(maxsize=1)
def worked_case() -> dict[str, Any]:
    """The worked case, JSON-safe: public, steps (look, say, cells), answer and feedback.

    ``public`` is what ``Case.to_public`` gives; ``answer`` is the right answer; ``feedback`` is
    what ``explain`` says of it. The dict is shared: do not change it.
    """
    case = _draw()
    public = case.to_public()
    mistake = case.key.mistakes[0]
    answer = Answer(
        {mistake.fields[0]: DIFFERS}, case.key.status, case.key.reason, case.key.follow_ups[0]
    )
    return {
        "public": public,
        "steps": _steps(case),
        "answer": answer.to_json(),
        "feedback": explain(public, case.key, answer, grade(case.key, answer)),
    }


def _draw() -> Case:
    plant = next(plant for plant in catalogue()[RULE].plants if plant.name == PLANT)
    plan = Plan("contoh", n_cases=1, error_share=1.0, max_desil=4)
    cases = (draw_case(plan, Task(1, (plant,)), seat) for seat in range(1, _TRIES))
    case = next((case for case in cases if _is_good(case)), None)
    if case is None:
        case = draw_case(plan, Task(1, (plant,)), seat=1)
    person = _subject(case)
    sentence = catalogue()[RULE].sentence(
        {"parts": _parts(Nik(person["nik"]), person["birth_date"])}
    )
    mistake = replace(case.key.mistakes[0], title=sentence)
    return replace(case, key=replace(case.key, mistakes=(mistake,)))


def _is_good(case: Case) -> bool:
    """A small family with aid, and a woman's NIK, in which the day carries forty more."""
    person = _subject(case)
    family = person["family_id"]
    return (
        len(case.listed.members(family)) in (3, 4)
        and person["sex"] == "P"
        and bool(case.listed.rows("aid", family))
    )


def _subject(case: Case) -> Row:
    row = find_row(case.listed, case.key.mistakes[0].subject)
    assert row is not None
    return row


def _parts(nik: Nik, birth_date: date) -> str:
    differing = {
        "hari": nik.day != birth_date.day,
        "bulan": nik.month != birth_date.month,
        "tahun": nik.year2 != birth_date.year % 100,
    }
    return ", ".join(part for part, differs in differing.items() if differs)


def _steps(case: Case) -> list[dict[str, Any]]:
    person = _subject(case)
    family = person["family_id"]
    subject = person["person_id"]
    nik = Nik(person["nik"])
    digits = person["nik"][6:12]
    written = date_id(person["birth_date"], long=True)
    count = len(case.listed.members(family))
    forty = ""
    if nik.sex == "P":
        forty = f" Ia perempuan, jadi harinya {digits[:2]} dikurangi 40."
    said = f"{nik.day} {MONTHS[nik.month - 1]}, tahun berakhir {nik.year2:02d}"
    people = [row["person_id"] for row in case.listed.members(family)]
    return [
        {
            "look": "KK: kepala keluarga dan jumlah baris",
            "say": f"Saya mulai dari KK. Ada {count} orang dan satu kepala keluarga. "
            "Daftar mencatat sama, jadi susunannya sesuai.",
            "cells": [f"{family}.head_name", f"{family}.members_stated"],
        },
        {
            "look": "NIK tiap orang: daftar, KK, KTP",
            "say": "NIK saya cocokkan empat angka demi empat angka. Semuanya sama dengan kartu.",
            "cells": [f"{who}.nik" for who in people],
        },
        {
            "look": f"Angka ke-7 sampai ke-12 pada NIK {person['name']}",
            "say": f"Angka {digits} adalah tanggal lahir.{forty} Artinya {said}.",
            "cells": [f"{subject}.nik"],
        },
        {
            "look": f"Tanggal lahir {person['name']} pada daftar",
            "say": f"Daftar menulis {written}. Itu tidak sama dengan NIK, maka saya cari tahu mana "
            "yang benar.",
            "cells": [f"{subject}.birth_date"],
        },
        {
            "look": "KK dan jawaban Dukcapil",
            "say": "Keduanya menulis tanggal yang sama dengan NIK. Jadi daftar yang salah salin: "
            "saya tandai Tidak sesuai.",
            "cells": [f"{subject}.birth_date"],
        },
        {
            "look": "Catatan petugas: rumah, aset, bantuan",
            "say": "Keadaan rumah dan bantuan sama dengan daftar. Yang sesuai saya biarkan; "
            "menandai semuanya hanya membuat keluarga menunggu.",
            "cells": [f"{family}.assets"],
        },
        {
            "look": "Putusan",
            "say": f"Ini salah tulis, bukan soal berhak atau tidak. Status: "
            f"{word_for('status', case.key.status)}. Tindak lanjut: "
            f"{word_for('follow_up', case.key.follow_ups[0])}.",
            "cells": [],
        },
    ]
