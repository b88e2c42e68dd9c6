"""What a trainee reads after sending an answer: what was right, and above all why.

Right or wrong alone teaches next to nothing; every verdict says why it matters to the family,
which document settles it and who says so, in at most ``MOST_WORDS`` words. Feedback is made from
the public case and its key alone, so an old case reads the same later.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Final

from workbench.domain.wilayah import say_locally
from workbench.training.answers import (
    ELIGIBLE,
    FAIRLY_SURE,
    INELIGIBLE,
    NEEDS_VERVAL,
    NO_FOLLOW_UP,
    SURE,
    UNSURE,
    Answer,
    word_for,
)
from workbench.training.grades import Grade
from workbench.training.keys import NO_SOURCE, Key, Mistake
from workbench.training.labels import VALUES

ALIVE = VALUES["registry_status"]["hidup"]
FOUND, MISSED, WRONG = "ditemukan", "terlewat", "keliru"
#: How much is said of one mistake; the values are those of ``ladder.Length``.
FULL, SHORT, LINE = "lengkap", "singkat", "satu_baris"
#: Of one mistake or one wrong flag, with its source: more is not read on a phone.
MOST_WORDS: Final = 60
#: Documents named as agreeing; a large family has an identity card for each.
_MOST_TABS: Final = 3
_SENTENCE_END = re.compile(r"(?<=[.?!])\s+(?=[A-Z0-9])")

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
    "musyawarah": say_locally(
        "Hal ini diputuskan bersama di musyawarah kelurahan, bukan di meja petugas."
    ),
}
#: By how sure one was and whether the whole answer was right.
_CONFIDENCE_WHY: Final[Mapping[tuple[str, bool], str]] = MappingProxyType(
    {
        (SURE, True): "Anda yakin dan tepat: berkas memang sudah memastikannya.",
        (SURE, False): "Anda yakin dan keliru: di lapangan tidak ada lagi yang memeriksa jawaban "
        "seperti ini. Pilih Yakin bila sedikitnya 4 dari 5 jawaban seperti ini tepat.",
        (FAIRLY_SURE, True): "Anda cukup yakin, dan jawaban Anda tepat.",
        (FAIRLY_SURE, False): "Anda cukup yakin, tetapi jawaban belum tepat. Periksa sekali lagi "
        "isian yang terlewat atau keliru di atas.",
        (UNSURE, True): "Anda ragu, padahal tepat. Berkas yang Anda bandingkan sudah cukup; "
        "lain kali Anda boleh lebih yakin.",
        (UNSURE, False): "Anda ragu, dan jawaban memang belum tepat. Ragu yang jujur lebih aman "
        "daripada yakin yang keliru.",
    }
)


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


def explain(
    public: Mapping[str, Any],
    key: Key,
    answer: Answer,
    grade: Grade,
    lengths: Mapping[str, str] = MappingProxyType({}),
) -> dict[str, Any]:
    """Feedback on one graded answer, JSON-safe and in Indonesian.

    ``public`` is what ``Case.to_public`` gave; ``lengths`` maps a rule to how much is said of it
    (``ladder.Length``), all there is where it does not. Keys: verdict, score, correct_passes,
    clean_cells, status, follow_up, confidence (None where it was not said), items, look_alike;
    see ``_item`` for an item. Items come in the order found, missed, wrongly flagged.
    """
    rows = record_rows(public)
    judged = [(i, FOUND) for i in grade.found] + [(i, MISSED) for i in grade.missed]
    items = [
        _mistake(public, rows, key.mistakes[i], outcome, lengths.get(key.mistakes[i].rule, FULL))
        for i, outcome in judged
    ]
    items += [_false_alarm(public, rows, key, grade, cell) for cell in grade.false_alarms]
    return {
        "verdict": verdict(key, grade),
        "score": grade.score,
        "correct_passes": grade.correct_passes,
        "clean_cells": grade.clean_cells,
        "status": _status(key, answer, grade),
        "follow_up": _follow_up(key, answer, grade),
        "confidence": _confidence(grade),
        "items": items,
        "look_alike": _look_alike(rows, key, grade),
    }


def count_words(*texts: str) -> int:
    """How many words a reader reads."""
    return sum(len(text.split()) for text in texts)


def verdict(key: Key, grade: Grade) -> str:
    """The first line: how much was found, how much wrongly flagged, how often sent in vain."""
    visits = len(grade.needless_visits)
    wrong = len(grade.false_alarms) - visits
    tail = ", ".join(
        words
        for words in (
            f"{wrong} tuduhan keliru" if wrong else "",
            f"{visits} kunjungan tidak perlu" if visits else "",
        )
        if words
    )
    if not key.mistakes:
        return f"Kasus ini tidak memuat kesalahan, {tail or 'dan tidak ada tuduhan keliru'}"
    found = f"{grade.hits} dari {len(key.mistakes)} kesalahan ditemukan"
    return f"{found}, {tail or 'tanpa tuduhan keliru'}"


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
    public: Mapping[str, Any],
    rows: Mapping[str, Mapping[str, str]],
    mistake: Mistake,
    outcome: str,
    length: str,
) -> dict[str, Any]:
    said = _what_documents_say(public, rows, mistake) or [mistake.question]
    texts = _Texts(mistake.title, mistake.source or NO_SOURCE, mistake.documents)
    if length == FULL:
        texts.add("document", said[:1])
        texts.add("why", _sentences(mistake.why))
        texts.add("document", said[1:2])
    elif length == SHORT:
        texts.add("document", said[:1])
    return _item(
        rows,
        mistake.fields,
        outcome=outcome,
        rule=mistake.rule,
        length=length,
        **(texts.to_json() if length != LINE else {"title": mistake.title}),
    )


class _Texts:
    """The words of one item, added sentence by sentence while there is room.

    Title, source and the first document that settles it are always said, and of each part the
    first sentence.
    """

    def __init__(self, title: str, source: str, documents: tuple[str, ...]) -> None:
        self._parts: dict[str, list[str]] = {"why": [], "document": []}
        self._title, self._source = title, source
        self._documents = documents

    def add(self, part: str, sentences: Iterable[str]) -> None:
        for sentence in sentences:
            held = self._parts[part]
            held.append(sentence)
            if len(held) > 1 and self._count(self._documents[:1]) > MOST_WORDS:
                held.pop()
                return

    def to_json(self) -> dict[str, str]:
        documents = self._documents
        while len(documents) > 1 and self._count(documents) > MOST_WORDS:
            documents = documents[:-1]
        return {**self._texts(documents), "title": self._title, "source": self._source}

    def _texts(self, documents: tuple[str, ...]) -> dict[str, str]:
        parts = {name: " ".join(sentences) for name, sentences in self._parts.items()}
        return {**parts, "change": _what_would_change_it(documents)}

    def _count(self, documents: tuple[str, ...]) -> int:
        return count_words(self._title, self._source, *self._texts(documents).values())


def _what_would_change_it(documents: tuple[str, ...]) -> str:
    if not documents:
        return "Gugur bila kunjungan membenarkan daftar."
    return f"Gugur bila {_or(documents)} membenarkan daftar."


def _sentences(text: str) -> list[str]:
    return _SENTENCE_END.split(text)


def _what_documents_say(
    public: Mapping[str, Any], rows: Mapping[str, Mapping[str, str]], mistake: Mistake
) -> list[str]:
    """What the case's own documents say against the record, the clearest first."""
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
    return said


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
    public: Mapping[str, Any],
    rows: Mapping[str, Mapping[str, str]],
    key: Key,
    grade: Grade,
    cell: str,
) -> dict[str, Any]:
    row = rows[cell]
    agreeing = [place for place in places_of(public, cell) if place.value == row["value"]]
    if agreeing:
        tabs = list(dict.fromkeys(place.tab for place in agreeing))[:_MOST_TABS]
        document = f"{_and(tabs)} menulis hal yang sama: {row['value']}."
        change = f"Menjadi kesalahan bila {tabs[0]} menulis lain."
    else:
        document = "Tidak ada dokumen dalam kasus ini yang berkata lain."
        change = "Menjadi kesalahan bila ada dokumen yang berkata lain."
    if cell in grade.needless_visits:
        title = f"{row['label']} tidak perlu dikunjungi"
        why = (
            "Isian ini sesuai. Kunjungan tanpa perlu menyita waktu petugas yang ditunggu "
            "keluarga lain."
        )
    else:
        title = f"{row['label']} bukan kesalahan"
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
        length=FULL,
        title=title,
        why=why,
        document=document,
        change=change,
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


def _confidence(grade: Grade) -> dict[str, Any] | None:
    """How sure one was, whether the whole answer was right, and what that says."""
    if not grade.confidence:
        return None
    return {
        "given": word_for("confidence", grade.confidence),
        "right": grade.is_right,
        "why": _CONFIDENCE_WHY[grade.confidence, grade.is_right],
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


def _and(words: Iterable[str], last: str = "dan") -> str:
    listed = list(words)
    if len(listed) < 2:
        return "".join(listed)
    return f"{', '.join(listed[:-1])} {last} {listed[-1]}"


def _or(words: Iterable[str]) -> str:
    return _and(words, "atau")
