"""What a trainee reads after sending an answer: what was right, and above all why.

Right or wrong alone teaches next to nothing; every verdict says why it matters to the family,
which document settles it and who says so. Feedback is made from the public case and its key
alone, so an old case reads the same later.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from workbench.training.answers import (
    ELIGIBLE,
    INELIGIBLE,
    NEEDS_VERVAL,
    NO_FOLLOW_UP,
    Answer,
    word_for,
)
from workbench.training.grades import Grade
from workbench.training.keys import NO_SOURCE, Key, Mistake
from workbench.training.labels import VALUES

ALIVE = VALUES["registry_status"]["hidup"]
FOUND, MISSED, WRONG = "ditemukan", "terlewat", "keliru"

_STATUS_WHY = {
    INELIGIBLE: (
        "Dokumen kasus ini sendiri sudah memastikannya: {reason}. Warga tetap berhak menyanggah."
    ),
    NEEDS_VERVAL: (
        "Temuan adalah petunjuk, bukan putusan. Kelayakan keluarga dinilai setelah kunjungan "
        "atau dokumen yang diminta memastikannya."
    ),
    ELIGIBLE: (
        "Yang perlu dicek di sini soal penulisan data, bukan keadaan keluarga. "
        "Datanya diperbaiki, keluarganya tetap layak."
    ),
    "": "Daftar sesuai dengan dokumen, dan tidak ada petunjuk bahwa keluarga ini tidak berhak.",
}
_FOLLOW_UP_WHY = {
    NO_FOLLOW_UP: "Tidak ada yang perlu dicek, jadi tidak ada yang perlu ditindaklanjuti.",
    "perbaiki_data": "Dokumen yang benar sudah ada; datanya disalin ulang dari dokumen itu.",
    "rujuk_dukcapil": "Yang berwenang atas NIK, KK, dan kematian adalah Dukcapil.",
    "kunjungan": "Keadaan sebenarnya hanya terlihat di rumah keluarga itu.",
    "musyawarah": "Hal ini diputuskan bersama di musyawarah kelurahan, bukan di meja petugas.",
}


@dataclass(frozen=True)
class Place:
    """Where a document speaks of a cell: the document's tab and what stands there."""

    tab: str
    value: str


def record_rows(public: Mapping[str, Any]) -> dict[str, dict[str, str]]:
    """The rows of the record by cell: section, label, value."""
    return {
        row["cell"]: {"section": section["title"], "label": row["label"], "value": row["value"]}
        for section in public["record"]
        for row in section["rows"]
    }


def places_of(public: Mapping[str, Any], cell: str) -> list[Place]:
    """Every place in the case's documents that states the value of ``cell``, in tab order."""
    found = []
    for document in public["documents"]:
        for field in document["fields"]:
            if cell in field["cells"]:
                found.append(Place(document["tab"], field["value"]))
        table = document.get("table")
        if table:
            for values, cells in zip(table["rows"], table["cells"], strict=True):
                found += [
                    Place(document["tab"], value)
                    for value, own in zip(values, cells, strict=True)
                    if own == cell
                ]
    return found


def explain(public: Mapping[str, Any], key: Key, answer: Answer, grade: Grade) -> dict[str, Any]:
    """Feedback on one graded answer, JSON-safe and in Indonesian.

    ``public`` is what ``Case.to_public`` gave. Keys: verdict, score, status, follow_up, items,
    look_alike; see ``_item`` for an item. Items come in the order found, missed, wrongly flagged.
    """
    rows = record_rows(public)
    items = [_mistake(public, rows, key.mistakes[i], FOUND) for i in grade.found]
    items += [_mistake(public, rows, key.mistakes[i], MISSED) for i in grade.missed]
    items += [_false_alarm(public, rows, key, cell) for cell in grade.false_alarms]
    return {
        "verdict": verdict(key, grade),
        "score": grade.score,
        "correct_passes": grade.correct_passes,
        "clean_cells": grade.clean_cells,
        "status": _status(key, answer, grade),
        "follow_up": _follow_up(key, answer, grade),
        "items": items,
        "look_alike": _look_alike(rows, key, grade),
    }


def verdict(key: Key, grade: Grade) -> str:
    """The first line: how much was found and how much wrongly flagged."""
    wrong = len(grade.false_alarms)
    if not key.mistakes:
        if wrong:
            return f"Kasus ini tidak memuat kesalahan, {wrong} tuduhan keliru"
        return "Kasus ini tidak memuat kesalahan, dan tidak ada tuduhan keliru"
    tail = f"{wrong} tuduhan keliru" if wrong else "tanpa tuduhan keliru"
    return f"{grade.hits} dari {len(key.mistakes)} kesalahan ditemukan, {tail}"


def _item(
    rows: Mapping[str, Mapping[str, str]],
    cells: Iterable[str],
    **words: str,
) -> dict[str, Any]:
    shown = [cell for cell in cells if cell in rows]
    return {
        **words,
        "cells": shown,
        "labels": [f"{rows[cell]['section']} · {rows[cell]['label']}" for cell in shown],
    }


def _mistake(
    public: Mapping[str, Any], rows: Mapping[str, Mapping[str, str]], mistake: Mistake, outcome: str
) -> dict[str, Any]:
    return _item(
        rows,
        mistake.fields,
        outcome=outcome,
        rule=mistake.rule,
        title=mistake.title,
        why=mistake.why,
        document=_what_settles(public, rows, mistake),
        source=mistake.source or NO_SOURCE,
    )


def _what_settles(
    public: Mapping[str, Any], rows: Mapping[str, Mapping[str, str]], mistake: Mistake
) -> str:
    """What the case's own documents say against the record, and the document to ask for."""
    said = []
    for cell in mistake.fields:
        row = rows.get(cell)
        if row is None:
            continue
        against = [place for place in places_of(public, cell) if place.value != row["value"]]
        if against:
            tabs = _and(dict.fromkeys(p.tab for p in against if p.value == against[0].value))
            said.append(f"{tabs} menulis {against[0].value}, daftar menulis {row['value']}.")
    said[1:1] = _from_the_registry(public, rows, mistake)
    if mistake.seen:
        said.insert(1, f"Catatan petugas: {mistake.seen}")
    elif not said:
        said += _from_the_note(public, mistake) or _not_on_the_card(public, rows, mistake)
    asked = f"Yang memastikan: {'; '.join(mistake.documents)}." if mistake.documents else ""
    return " ".join([*said[:2], asked]).strip() or mistake.question


def _from_the_registry(
    public: Mapping[str, Any], rows: Mapping[str, Mapping[str, str]], mistake: Mistake
) -> list[str]:
    """What the civil registry answers other than that the person lives."""
    niks = {
        rows[c]["value"] for c in (f"{f.split('.')[0]}.nik" for f in mistake.fields) if c in rows
    }
    for document in public["documents"]:
        if document["kind"] == "dukcapil":
            answers = {line[0]: line[1] for line in document["table"]["rows"]}
            odd = [answers[nik] for nik in sorted(niks) if answers.get(nik, ALIVE) != ALIVE]
            return [f"Dukcapil menjawab: {odd[0].lower()}."] if odd else []
    return []


def _from_the_note(public: Mapping[str, Any], mistake: Mistake) -> list[str]:
    for document in public["documents"]:
        pairs = zip(document["paragraphs"], document["paragraph_cells"], strict=True)
        for text, cells in pairs:
            if set(cells) & set(mistake.fields):
                return [f"{document['title']}: {text}"]
    return []


def _not_on_the_card(
    public: Mapping[str, Any], rows: Mapping[str, Mapping[str, str]], mistake: Mistake
) -> list[str]:
    """For a person on the list who stands on no card at all."""
    for cell in mistake.fields:
        subject = cell.split(".")[0]
        own = [other for other in rows if other.startswith(f"{subject}.")]
        if subject.startswith("P") and not any(places_of(public, other) for other in own):
            return [f"KK tidak memuat baris {rows[cell]['section']}."] if own else []
    return []


def _false_alarm(
    public: Mapping[str, Any], rows: Mapping[str, Mapping[str, str]], key: Key, cell: str
) -> dict[str, Any]:
    row = rows[cell]
    agreeing = [place for place in places_of(public, cell) if place.value == row["value"]]
    if agreeing:
        tabs = _and(dict.fromkeys(place.tab for place in agreeing))
        document = f"{tabs} menulis hal yang sama: {row['value']}."
    else:
        document = "Tidak ada dokumen dalam kasus ini yang berkata lain."
    why = (
        "Isian ini sesuai. Tuduhan keliru membuat keluarga diperiksa tanpa perlu "
        "dan haknya tertunda."
    )
    source = NO_SOURCE
    if key.look_alike and cell in key.look_alike.cells:
        why, source = key.look_alike.why, key.look_alike.source or NO_SOURCE
    return _item(
        rows,
        [cell],
        outcome=WRONG,
        rule="",
        title=f"{row['label']} bukan kesalahan",
        why=why,
        document=document,
        source=source,
    )


def _status(key: Key, answer: Answer, grade: Grade) -> dict[str, Any]:
    why = _STATUS_WHY[key.status if key.mistakes else ""]
    return {
        "given": word_for("status", answer.status),
        "expected": word_for("status", key.status),
        "right": grade.is_status_right and grade.is_reason_right is not False,
        "why": why.format(reason=word_for("reason", key.reason).lower()),
        "reason_given": word_for("reason", answer.reason) if answer.reason else "",
        "reason_expected": word_for("reason", key.reason) if key.reason else "",
    }


def _follow_up(key: Key, answer: Answer, grade: Grade) -> dict[str, Any]:
    return {
        "given": word_for("follow_up", answer.follow_up),
        "expected": " atau ".join(word_for("follow_up", step) for step in key.follow_ups),
        "right": grade.is_follow_up_right,
        "why": _FOLLOW_UP_WHY[answer.follow_up if grade.is_follow_up_right else key.follow_ups[0]],
    }


def _look_alike(
    rows: Mapping[str, Mapping[str, str]], key: Key, grade: Grade
) -> dict[str, Any] | None:
    twin = key.look_alike
    if twin is None:
        return None
    return _item(
        rows,
        twin.cells,
        outcome="tertipu" if set(twin.cells) & set(grade.false_alarms) else "dikenali",
        title=twin.title,
        why=twin.why,
        source=twin.source or NO_SOURCE,
    )


def _and(words: Iterable[str]) -> str:
    listed = list(words)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} dan {listed[-1]}"
