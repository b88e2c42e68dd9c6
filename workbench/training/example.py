"""Worked cases: a mistake shown the way an experienced officer looks for it, and half the help.

Novices learn faster from a worked example than from trying; so a class begins with
``worked_case``. It is drawn like any other case, but fixed, and needs no engine, so a trainee's
kernel may draw it. ``solved_steps`` walks any case; ``hints`` says where to look in one that is
to be done with help.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import lru_cache
from random import Random
from typing import Any, Final

from workbench.domain.nik import Nik
from workbench.domain.register import Row
from workbench.domain.words import MONTHS, date_id
from workbench.rules import catalogue
from workbench.training.answers import DIFFERS, SURE, Answer, word_for
from workbench.training.cases import Case, find_row
from workbench.training.drawing import draw_case
from workbench.training.feedback import explain, places_of
from workbench.training.grades import grade
from workbench.training.keys import Key, Mistake
from workbench.training.plans import Plan, Task

RULE, PLANT = "IDN-09", "slip_in_the_date"
#: Cells a hint names: few enough to look at, enough to have to look.
HINTED: Final = 4
_DIGITS, _LETTERS = "baca angka demi angka", "baca huruf demi huruf"
_SEEN = "cocokkan dengan gambar rumah atau catatan petugas"
_DATED = "cocokkan hari, bulan dan tahunnya"
#: How an officer compares a column, whether it is right or wrong.
_HOW: Final[Mapping[str, str]] = {
    "nik": f"{_DIGITS}, lalu bandingkan dengan NIK orang lain",
    "no_kk": _DIGITS,
    "account": f"{_DIGITS}, lalu bandingkan dengan kartu lain",
    "rt": _DIGITS,
    "rw": _DIGITS,
    "name": _LETTERS,
    "head_name": f"{_LETTERS}, lalu cari siapa lagi yang tertulis sebagai kepala",
    "address": _LETTERS,
    "sex": "cocokkan dengan NIK: pada perempuan hari lahirnya ditambah 40",
    "birth_date": "cocokkan dengan angka ke-7 sampai ke-12 NIK",
    "age_stated": "hitung sendiri dari tanggal lahir",
    "shdk": "cocokkan dengan umur dan dengan hubungan orang lain",
    "marital_status": "cocokkan dengan umur dan hubungan keluarga",
    "occupation": "cocokkan dengan umur dan catatan petugas",
    "members_stated": "hitung sendiri berapa orangnya",
    "kelurahan_kode_kemendagri": "cocokkan dengan alamat, RT dan RW",
    "desil": "cocokkan dengan rumah, aset dan bantuannya",
    "program": "cari syaratnya pada keluarga ini, lalu lihat program lain",
    "status": "cocokkan dengan siapa yang menerima sekarang",
    "category": "cocokkan dengan umur dan keadaan orangnya",
    "date": _DATED,
    "assessed_on": _DATED,
    "kk_issued_on": _DATED,
    **dict.fromkeys(
        (
            *("house_tenure", "floor_area_m2", "floor", "wall", "roof", "water", "toilet"),
            *("toilet_kind", "lighting", "cooking_fuel", "power_va", "assets"),
        ),
        _SEEN,
    ),
}
_HOW_ELSE: Final = "cari isian yang sama pada berkas, lalu bandingkan"
#: Families tried in turn until one is good to explain with.
_TRIES = 80
#: Documents one step names.
_TABS = 4


@lru_cache(maxsize=1)
def worked_case() -> dict[str, Any]:
    """The worked case, JSON-safe: public, steps (look, say, cells), answer and feedback.

    ``public`` is what ``Case.to_public`` gives; ``answer`` is the right answer; ``feedback`` is
    what ``explain`` says of it. The dict is shared: do not change it.
    """
    case = _draw()
    public = case.to_public()
    answer = solved_answer(case.key)
    return {
        "public": public,
        "steps": _steps(case),
        "answer": answer.to_json(),
        "feedback": explain(public, case.key, answer, grade(case.key, answer)),
    }


def solved_answer(key: Key) -> Answer:
    """The right answer to any case."""
    marks = {mistake.fields[0]: DIFFERS for mistake in key.mistakes}
    return Answer(marks, key.status, key.reason, key.follow_ups[0], SURE)


def solved_steps(public: Mapping[str, Any], key: Key) -> list[dict[str, Any]]:
    """The eye path of an expert through any case: look, say, cells, as in ``worked_case``.

    Section by section of the record; where nothing is wrong several go into one step.
    """
    steps: list[dict[str, Any]] = []
    clean: list[Mapping[str, Any]] = []
    told: list[Mistake] = []
    for section in public["record"]:
        cells = [row["cell"] for row in section["rows"]]
        mistakes = [m for m in key.mistakes if not set(cells).isdisjoint(m.fields)]
        alike = key.look_alike
        is_alike = alike is not None and not set(cells).isdisjoint(alike.cells)
        if not mistakes and not is_alike:
            clean.append(section)
            continue
        steps += _clean_steps(public, clean)
        clean = []
        for mistake in mistakes:
            if mistake not in told:
                steps += _mistake_steps(public, section["title"], mistake)
        told += mistakes
        if alike is not None and is_alike and not _is_told(steps, alike.title):
            shown = [cell for cell in cells if cell in alike.cells]
            steps.append(
                {
                    "look": f"{section['title']}: {_labels(public, shown)}",
                    "say": f"{alike.title}. Tampak janggal, tetapi sah: {alike.why}",
                    "cells": shown,
                }
            )
    steps += _clean_steps(public, clean)
    return [*steps, _verdict_step(key)]


def hints(public: Mapping[str, Any], key: Key, dice: object) -> tuple[dict[str, Any], ...]:
    """Where to look in a case done with help: ``text`` and ``cells``, one per mistake.

    Each names a few cells of one document in the order of the record, of which one may be wrong,
    and says of every one how it is compared; a case without a mistake gets one too, so that a hint
    gives nothing away. The same ``dice``
    give the same cells, for what two hints have in common would be the answer.
    """
    rng = Random(f"petunjuk:{dice}")
    order = [row["cell"] for row in _rows(public)]
    wanted = [next((c for c in m.fields if c in order), "") for m in key.mistakes]
    if not key.mistakes:
        alike = key.look_alike.cells if key.look_alike else ()
        shown = [cell for cell in alike if cell in order]
        wanted = shown[:1] or [rng.choice(order)]
    return tuple(_hint(public, key, order, cell, rng) for cell in wanted if cell)


def _hint(
    public: Mapping[str, Any], key: Key, order: Sequence[str], cell: str, rng: Random
) -> dict[str, Any]:
    tabs = [place.tab for place in places_of(public, cell)]
    if tabs:
        tab = rng.choice(tabs)
        beside = [c for c in order if any(place.tab == tab for place in places_of(public, c))]
        text = f"Buka dokumen {tab} dan bandingkan dengan daftar."
    else:
        section = next(s for s in public["record"] if cell in [r["cell"] for r in s["rows"]])
        beside = [row["cell"] for row in section["rows"]]
        text = f"Lihat bagian {section['title']}."
    decoys = [c for c in beside if c != cell and c in key.clean]
    if len(decoys) < HINTED - 1 or order.index(cell) > max(map(order.index, decoys)):
        # So few of them, or all before it, would say which one it is.
        decoys = [c for c in order if c != cell and c in key.clean]
        text = "Cari dokumen untuk tiap isian ini."
    chosen = {cell, *_around(decoys, order, cell, rng)}
    cells = [c for c in order if c in chosen]
    return {"text": f"{text} {_ways(public, cells)}", "cells": cells}


def _ways(public: Mapping[str, Any], cells: Sequence[str]) -> str:
    """How each of some cells is compared, those compared alike in one sentence."""
    ways: dict[str, list[str]] = {}
    for section in public["record"]:
        # Of several people it is said whose cell it is; the family is one.
        whose, _, is_named = section["title"].partition(":")
        for row in section["rows"]:
            if row["cell"] in cells:
                how = _HOW.get(row["cell"].rpartition(".")[2], _HOW_ELSE)
                label = f"{row['label']} {whose.lower()}" if is_named else row["label"]
                ways.setdefault(how, []).append(label)
    return " ".join(f"{_listed(labels)}: {how}." for how, labels in ways.items())


def _around(decoys: Sequence[str], order: Sequence[str], cell: str, rng: Random) -> list[str]:
    """Decoys before and after the cell, so many of either that its place says nothing."""
    here = order.index(cell)
    before = [c for c in decoys if order.index(c) < here]
    after = [c for c in decoys if order.index(c) > here]
    wanted = HINTED - 1
    n_before = min(rng.randrange(HINTED), len(before))
    n_after = min(wanted - n_before, len(after))
    n_before = min(wanted - n_after, len(before))
    return rng.sample(before, n_before) + rng.sample(after, n_after)


def _clean_steps(
    public: Mapping[str, Any], sections: Sequence[Mapping[str, Any]]
) -> Iterator[dict[str, Any]]:
    if not sections:
        return
    cells = [row["cell"] for section in sections for row in section["rows"]]
    tabs = list(dict.fromkeys(place.tab for cell in cells for place in places_of(public, cell)))
    titles = _listed([section["title"] for section in sections])
    beside = f" saya bandingkan dengan {_listed(tabs[:_TABS])}" if tabs else " saya baca"
    yield {
        "look": titles,
        "say": f"Isian ini{beside}. Tidak ada yang berbeda, jadi saya biarkan Sesuai.",
        "cells": cells,
    }


def _mistake_steps(
    public: Mapping[str, Any], title: str, mistake: Mistake
) -> Iterator[dict[str, Any]]:
    """What is odd, which document settles it, why it matters."""
    rows = [row for row in _rows(public) if row["cell"] in mistake.fields]
    cells = [row["cell"] for row in rows]
    yield {
        "look": f"{title}: {_labels(public, cells)}",
        "say": f"{_sentence(mistake.title)} Di daftar tertulis: "
        f"{_listed([row['value'] for row in rows])}.",
        "cells": cells,
    }
    papers = [f"{place.tab}: {place.value}" for c in cells for place in places_of(public, c)]
    settled = f"Di dokumen tertulis {'; '.join(dict.fromkeys(papers))}. " if papers else ""
    noted = f"Catatan petugas: {mistake.seen} " if mistake.seen else ""
    asked = f"Yang perlu dijawab: {mistake.question} " if mistake.question != mistake.title else ""
    yield {
        "look": _listed(mistake.documents) or "Dokumen",
        "say": f"{settled}{noted}{asked}{mistake.why} Saya tandai Tidak sesuai.",
        "cells": cells,
    }


def _verdict_step(key: Key) -> dict[str, Any]:
    said = f"Status: {word_for('status', key.status)}."
    if key.reason:
        said += f" Alasan: {word_for('reason', key.reason)}."
    return {
        "look": "Putusan",
        "say": f"{said} Tindak lanjut: {word_for('follow_up', key.follow_ups[0])}.",
        "cells": [],
    }


def _is_told(steps: Sequence[Mapping[str, Any]], words: str) -> bool:
    return any(step["say"].startswith(words) for step in steps)


def _rows(public: Mapping[str, Any]) -> list[dict[str, Any]]:
    return [row for section in public["record"] for row in section["rows"]]


def _labels(public: Mapping[str, Any], cells: Sequence[str]) -> str:
    return _listed([row["label"] for row in _rows(public) if row["cell"] in cells])


def _sentence(words: str) -> str:
    return words if words.endswith((".", "?", "!")) else f"{words}."


def _listed(words: Sequence[str]) -> str:
    """``a, b dan c``, each once."""
    once = list(dict.fromkeys(words))
    return " dan ".join([", ".join(once[:-1]), once[-1]]) if len(once) > 1 else "".join(once)


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
