"""Whether a class learned: its two tests beside each other, their tasks, what is still missed.

A test's score is the mean score (0 to 1) of the cases of its form; a case that was never sent
counts nothing. A test counts when it was sent whole or, once its part is closed, at least half.
People are never ranked: what leaves here speaks of the class, of three people or more of one
place, or of a task. The only names are those of people who still lack a test.
"""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from functools import cached_property
from typing import Any, Final

from sqlalchemy import Connection, select

from workbench import training
from workbench.access import Actor, Permission, require
from workbench.domain import displays
from workbench.domain.estimates import Estimate
from workbench.domain.wilayah import area_name
from workbench.domain.words import date_id, number_id
from workbench.errors import NotFound
from workbench.rules import catalogue
from workbench.services.ladders import aside_seats
from workbench.services.office import Office
from workbench.services.pauses import Pause, pauses, seconds_at_work
from workbench.store import clock
from workbench.store.tables import (
    bank_case,
    bank_key,
    class_,
    class_part,
    drawn_case,
    grade,
    participant,
)
from workbench.training.answers import word_for
from workbench.training.authoring.vocabulary import rule_choice
from workbench.training.ladder import Step
from workbench.training.measures.detection import Counts, Detection, Judgement, read_detection
from workbench.training.measures.estimates import FEWEST_FOR_MEAN, estimate_mean
from workbench.training.measures.gains import (
    Gain,
    StillMissed,
    list_still_missed,
    match,
    measure_gain,
)
from workbench.training.measures.items import (
    ItemReading,
    OptionReading,
    Reliability,
    Response,
    measure_reliability,
    read_items,
)

BEFORE: Final = "tes_awal"
AFTER: Final = "tes_akhir"
#: The two tests in words.
TESTS: Final[Mapping[str, str]] = {BEFORE: "Tes awal", AFTER: "Tes akhir"}
#: What is asked of somebody with help beside it tells nothing of what they see alone.
_HELPED: Final = frozenset({Step.EXAMPLE.value, Step.FADED.value})
#: Of a form, the share that must be sent for a closed test to count.
_ENOUGH: Final = 0.5
#: The forms are out of balance when more than this share of the class lacks its counterpart.
_OUT_OF_BALANCE: Final = 0.25

#: A task tells little when all but nobody or all but everybody scores on it.
_HARD, _EASY = 0.3, 0.9

_CLOSED: Final = "closed"
_NO_CLASS = "Kelas itu tidak ada. Muat ulang halaman, lalu pilih dari yang tampil."


@dataclass(frozen=True)
class Unmatched:
    """Somebody without both tests."""

    seat: int
    name: str
    area: str
    has_before: bool
    has_after: bool


@dataclass(frozen=True)
class TaskReading:
    """One task of the tests: ``form`` A or B, its ``place`` in it, what it ``holds`` in words.

    ``reading.options`` are the statuses given, its ``variants`` the two tests (named by a key of
    ``TESTS``); ``follow_ups`` are the options of the other question. ``doubts`` are sentences.
    """

    item: int
    form: str
    place: int
    holds: str
    reading: ItemReading
    follow_ups: tuple[OptionReading, ...]
    doubts: tuple[str, ...]

    @property
    def name(self) -> str:
        return f"{self.form}{self.place}"

    @property
    def flags(self) -> tuple[str, ...]:
        """What is worth a look, as sentences: doubts, and what an interval leaves no doubt of."""
        flags = list(self.doubts)
        lean = self.reading.discrimination
        if lean and lean.high < 0:
            flags.append("Yang nilainya tinggi justru lebih sering salah di soal ini.")
        if self.reading.facility.high < _HARD:
            flags.append("Terlalu sulit bagi hampir semua orang.")
        if self.reading.facility.low > _EASY:
            flags.append("Terlalu mudah: hampir semua orang benar.")
        return tuple(flags)

    def facility(self, test: str) -> Estimate | None:
        """The mean score on this task in one of the tests; None where nobody had it."""
        found = [one for one in self.reading.variants if one.variant == test]
        return found[0].facility if found else None


@dataclass(frozen=True)
class PlaceSummary:
    """A kelurahan (or the rest, taken together): the mean of its people before and after."""

    name: str
    n: int
    before: Estimate
    after: Estimate


@dataclass(frozen=True)
class RuleDetection:
    """How the class tells one rule's mistake from rows that are right."""

    rule: str
    detection: Detection


@dataclass(frozen=True)
class Proof:
    """What a class shows for its training.

    ``before`` and ``after`` are the class means of the ``matched`` people, None below three;
    ``gain`` holds the figures of gain and effect or the sentence why there are none. ``notes``
    are sentences about what the figures rest on. ``whole`` reads all cases by whether they hold
    a mistake, ``by_rule`` each rule by itself.
    """

    class_id: str
    class_name: str
    class_place: str
    class_date: str
    joined: int
    matched: int
    only_before: int
    only_after: int
    neither: int
    unmatched: tuple[Unmatched, ...]
    gain: Gain
    before: Estimate | None
    after: Estimate | None
    notes: tuple[str, ...]
    still_missed: tuple[StillMissed, ...]
    items: tuple[TaskReading, ...]
    reliability: Mapping[str, Reliability]
    places: tuple[PlaceSummary, ...]
    places_hidden: int
    whole: Detection
    by_rule: tuple[RuleDetection, ...]

    def __repr__(self) -> str:
        return f"Proof({self.class_id}, {self.matched} of {self.joined} matched)"

    def _repr_html_(self) -> str:
        """The figures of the class with their intervals; no name of a person."""
        title, when, *lines = summary_lines(self)
        items = []
        for one in self.items:
            mean = one.reading.facility.percents()
            items.append((one.name, one.holds, one.reading.n, mean, " ".join(one.flags)))
        missed = [
            (rule_words(one.rule), one.missed, one.asked, one.after.percents())
            for one in self.still_missed
        ]
        places = [
            (one.name, one.n, one.before.percents(), one.after.percents()) for one in self.places
        ]
        headings = ("Soal", "Isi", "Dijawab", "Rata-rata nilai", "Periksa")
        return displays.card(
            title,
            displays.note(when),
            *map(displays.line, lines[:2]),
            displays.table(("Masih terlewat", "Kali", "Dari", "Bagian"), missed),
            displays.table(("Wilayah", "Orang", "Tes awal", "Tes akhir"), places),
            displays.folded(f"{len(items)} soal tes", displays.table(headings, items)),
            *map(displays.note, lines[2:]),
            mark="LATIHAN",
        )

    @property
    def attendance(self) -> str:
        """How many sat both tests, as a sentence."""
        words = f"{number_id(self.matched)} dari {number_id(self.joined)} peserta mengikuti "
        words += "kedua tes."
        parts = [
            f"{number_id(count)} orang {what}"
            for count, what in (
                (self.only_before, "hanya tes awal"),
                (self.only_after, "hanya tes akhir"),
                (self.neither, "belum mengikuti keduanya"),
            )
            if count
        ]
        if parts:
            words += f" Tidak ikut dibandingkan: {', '.join(parts)}."
        return words


@dataclass(frozen=True)
class _Sent:
    """One case somebody sent; ``kind`` is that of its part."""

    seat: int
    kind: str
    item: int
    step: str
    grade: Mapping[str, Any]
    answer: Mapping[str, Any]
    score: float
    seconds: float | None

    @property
    def person(self) -> str:
        return f"{self.seat}"

    @property
    def flagged(self) -> frozenset[str]:
        """Clean cells marked as anything but right."""
        return frozenset(self.grade["false_alarms"])


@dataclass(frozen=True)
class _BankItem:
    form: str
    place: int
    word: str
    stored_key: str

    @cached_property
    def key(self) -> training.Key:
        return training.Key.from_json(json.loads(self.stored_key))


@dataclass(frozen=True)
class _Test:
    """A part that tests: how many cases each person is given, and whether it is open."""

    n: int
    state: str


@dataclass(frozen=True)
class _Records:
    """What the store holds of a class."""

    row: Any
    people: Sequence[Any]
    tests: Mapping[str, _Test]
    bank: Mapping[int, _BankItem]
    sent: Sequence[_Sent]
    #: Seats that do not count -> the seat that does; of them nothing else is here.
    aside: Mapping[int, int]

    def of(self, kind: str) -> list[_Sent]:
        return [case for case in self.sent if case.kind == kind]


def proof(office: Office, actor: Actor, class_id: str) -> Proof:
    """What the two tests of a class, its ladder and its tasks show; raises ``NotFound``.

    Holds for a class of any size, also of nobody: a figure that cannot be carried is a sentence.
    """
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        records = _read(connection, class_id)
    scores = {kind: _scores(records, kind) for kind in TESTS}
    matched = sorted(scores[BEFORE].keys() & scores[AFTER].keys())
    pairs = match(
        *({f"{seat:04}": score for seat, score in scores[kind].items()} for kind in TESTS)
    )
    unmatched = tuple(
        Unmatched(
            person.seat,
            person.name,
            area_name(person.area_kode),
            person.seat in scores[BEFORE],
            person.seat in scores[AFTER],
        )
        for person in records.people
        if person.seat not in matched
    )
    places, hidden = _places(records, matched, scores)
    return Proof(
        class_id=records.row.id,
        class_name=records.row.name,
        class_place=records.row.place,
        class_date=records.row.date,
        joined=len(records.people),
        matched=len(matched),
        only_before=sum(one.has_before for one in unmatched),
        only_after=sum(one.has_after for one in unmatched),
        neither=sum(not (one.has_before or one.has_after) for one in unmatched),
        unmatched=unmatched,
        gain=measure_gain(pairs, records.row.seed),
        before=estimate_mean([pair.before for pair in pairs]),
        after=estimate_mean([pair.after for pair in pairs]),
        notes=tuple(_notes(records, matched, scores)),
        still_missed=list_still_missed(*(_judgements(records.of(kind)) for kind in TESTS)),
        items=_items(records),
        reliability={
            form: measure_reliability(_responses(records, "", form))
            for form in sorted({records.bank[c.item].form for c in records.sent if c.kind in TESTS})
        },
        places=places,
        places_hidden=hidden,
        whole=read_detection(_counts_of_cases(records)),
        by_rule=tuple(
            RuleDetection(rule, read_detection(counts))
            for rule, counts in sorted(_counts_by_rule(records).items())
        ),
    )


def _read(connection: Connection, class_id: str) -> _Records:
    row = connection.execute(select(class_).where(class_.c.id == class_id)).first()
    if row is None:
        raise NotFound(_NO_CLASS)
    aside = aside_seats(connection, class_id)
    people = connection.execute(
        select(participant.c.seat, participant.c.name, participant.c.area_kode)
        .where(participant.c.class_id == class_id, participant.c.seat.not_in(aside))
        .order_by(participant.c.seat)
    ).all()
    parts = connection.execute(
        select(class_part.c.number, class_part.c.kind, class_part.c.settings, class_part.c.state)
        .where(class_part.c.class_id == class_id)
        .order_by(class_part.c.number)
    ).all()
    bank = {
        one.item: _BankItem(one.form, one.place, one.word, one.key)
        for one in connection.execute(
            select(
                bank_case.c.item,
                bank_case.c.form,
                bank_case.c.place,
                bank_case.c.word,
                bank_key.c.key,
            )
            .join(
                bank_key,
                (bank_key.c.class_id == bank_case.c.class_id)
                & (bank_key.c.item == bank_case.c.item),
            )
            .where(bank_case.c.class_id == class_id)
        )
    }
    kinds = {part.number: part.kind for part in parts}
    graded = connection.execute(
        select(
            drawn_case.c.seat,
            drawn_case.c.part,
            drawn_case.c.item,
            drawn_case.c.step,
            drawn_case.c.given_at,
            grade.c.answer,
            grade.c.grade,
            grade.c.score,
            grade.c.at,
        )
        .join(
            grade,
            (grade.c.class_id == drawn_case.c.class_id)
            & (grade.c.seat == drawn_case.c.seat)
            & (grade.c.number == drawn_case.c.number),
        )
        .where(drawn_case.c.class_id == class_id, drawn_case.c.seat.not_in(aside))
        .order_by(drawn_case.c.seat, drawn_case.c.number)
    )
    rests = pauses(connection, class_id)
    sent = [
        _Sent(
            one.seat,
            kinds[one.part],
            one.item,
            one.step,
            json.loads(one.grade),
            json.loads(one.answer),
            one.score,
            _seconds(one.given_at, one.at, rests),
        )
        for one in graded
        if one.part in kinds and one.item in bank
    ]
    tests = {
        part.kind: _Test(json.loads(part.settings)["n"], part.state)
        for part in parts
        if part.kind in TESTS
    }
    return _Records(row, people, tests, bank, sent, aside)


def _seconds(given_at: str | None, sent_at: str, rests: Sequence[Pause]) -> float | None:
    """How long a case lay open, pauses left out; None where nobody saw it given, as on paper."""
    if not given_at or given_at >= sent_at:
        return None
    return seconds_at_work(clock.moment(given_at), clock.moment(sent_at), rests)


def _scores(records: _Records, kind: str) -> dict[int, float]:
    """Seat to score, of those whose test counts."""
    if kind not in records.tests:
        return {}
    test = records.tests[kind]
    by_seat: dict[int, list[float]] = defaultdict(list)
    for case in records.of(kind):
        by_seat[case.seat].append(case.score)
    least = _ENOUGH * test.n if test.state == _CLOSED else test.n
    return {
        seat: sum(scores) / max(test.n, len(scores))
        for seat, scores in by_seat.items()
        if len(scores) >= least
    }


def _notes(
    records: _Records, matched: Sequence[int], scores: Mapping[str, Mapping[int, float]]
) -> Iterable[str]:
    missing = [words.lower() for kind, words in TESTS.items() if kind not in records.tests]
    if missing:
        yield f"Kelas ini disusun tanpa {' dan '.join(missing)}, jadi kenaikan tidak terukur."
    if records.aside:
        seats = ", ".join(
            f"kursi {seat} (orangnya dihitung di kursi {counted})"
            for seat, counted in sorted(records.aside.items())
        )
        yield f"Tidak dihitung karena masuk dua kali: {seats}. Jawabannya tetap tersimpan."
    for kind, test in records.tests.items():
        words = TESTS[kind]
        if test.state != _CLOSED and records.of(kind):
            yield f"{words} belum ditutup: angkanya masih dapat berubah."
        sent = Counter(case.seat for case in records.of(kind) if case.seat in scores[kind])
        short = sum(count < test.n for count in sent.values())
        if short:
            yield (
                f"{words}: {number_id(short)} orang tidak mengirim semua soal. Soal yang tidak "
                "dikirim bernilai nol."
            )
    first = {case.seat: records.bank[case.item].form for case in records.of(BEFORE)}
    a, b = (sum(first[seat] == form for seat in matched) for form in ("A", "B"))
    if abs(a - b) > max(1, _OUT_OF_BALANCE * len(matched)):
        yield (
            f"Urutan bentuk tes tidak seimbang: {number_id(a)} orang mulai dari bentuk A, "
            f"{number_id(b)} dari bentuk B. Beda sulitnya kedua bentuk ikut terbaca sebagai "
            "kenaikan."
        )


def _judgements(cases: Iterable[_Sent]) -> list[Judgement]:
    return [
        Judgement(case.person, one["rule"], True, bool(one["found"]))
        for case in cases
        for one in case.grade["rules"]
    ]


def _responses(records: _Records, field: str, form: str = "") -> list[Response]:
    """The answers of the tests; ``field`` (status or follow_up) is what the option was."""
    return [
        Response(
            session=case.kind,
            person=case.person,
            item=f"{case.item}",
            variant=case.kind,
            score=case.score,
            option=_option(case, records.bank[case.item].key, field) if field else "",
            seconds=case.seconds,
        )
        for case in records.sent
        if case.kind in TESTS and (not form or records.bank[case.item].form == form)
    ]


def _option(case: _Sent, key: training.Key, field: str) -> str:
    """The choice in words; of several right ones each counts as the same."""
    chosen = str(case.answer.get(field) or "")
    if not chosen:
        return ""
    right = _right(key, field)
    return _key_words(key, field) if chosen in right else word_for(field, chosen)


def _right(key: training.Key, field: str) -> tuple[str, ...]:
    return key.follow_ups if field == "follow_up" else (key.status,)


def _key_words(key: training.Key, field: str) -> str:
    return " atau ".join(word_for(field, code) for code in _right(key, field))


def _items(records: _Records) -> tuple[TaskReading, ...]:
    readings = {}
    for field in ("status", "follow_up"):
        keys = {f"{item}": _key_words(one.key, field) for item, one in records.bank.items()}
        readings[field] = read_items(_responses(records, field), keys)
    items = []
    for status, follow_up in zip(readings["status"], readings["follow_up"], strict=True):
        one = records.bank[int(status.item)]
        doubts = tuple(
            f"{what}: {reading.doubt}"
            for what, reading in (("Status", status), ("Tindak lanjut", follow_up))
            if reading.doubt
        )
        items.append(
            TaskReading(
                int(status.item),
                one.form,
                one.place,
                _holds(one),
                status,
                follow_up.options,
                doubts,
            )
        )
    return tuple(sorted(items, key=lambda item: (item.form, item.place)))


def _holds(item: _BankItem) -> str:
    codes = [mistake.rule for mistake in item.key.mistakes]
    if codes:
        return "; ".join(
            rule_choice(catalogue()[code]) if code in catalogue() else code for code in codes
        )
    if item.key.look_alike:
        return f"Tampak salah, padahal sah: {item.key.look_alike.title}"
    return "Tanpa kesalahan"


def _places(
    records: _Records, matched: Sequence[int], scores: Mapping[str, Mapping[int, float]]
) -> tuple[tuple[PlaceSummary, ...], int]:
    """The places by name with three people or more, the rest together, and how many stay out.

    What is left over is never one or two people: from the class mean and all other places
    theirs could be worked out, so the smallest place then joins them.
    """
    areas = {person.seat: person.area_kode for person in records.people}
    seats: dict[str, list[int]] = defaultdict(list)
    for seat in matched:
        seats[areas[seat]].append(seat)
    shown = {code: those for code, those in seats.items() if len(those) >= FEWEST_FOR_MEAN}
    rest = [seat for code, those in seats.items() if code not in shown for seat in those]
    while shown and 0 < len(rest) < FEWEST_FOR_MEAN:
        rest += shown.pop(min(shown, key=lambda code: (len(shown[code]), code)))
    named = sorted((area_name(code), those) for code, those in shown.items())
    summaries = []
    for name, those in [*named, ("Wilayah lain, digabung", rest)]:
        before, after = (estimate_mean([scores[kind][seat] for seat in those]) for kind in TESTS)
        if before and after:
            summaries.append(PlaceSummary(name, len(those), before, after))
    return tuple(summaries), len(seats) - len(shown)


def _alone(records: _Records) -> Iterable[_Sent]:
    return (case for case in records.sent if case.step not in _HELPED)


def _counts_of_cases(records: _Records) -> Counts:
    """Each case once: one with a mistake is found or missed, one without passed or flagged."""
    counts: Counter[str] = Counter()
    for case in _alone(records):
        found = [one["found"] for one in case.grade["rules"]]
        if found:
            counts["hits" if any(found) else "misses"] += 1
        else:
            counts["false_alarms" if case.flagged else "correct_passes"] += 1
    return Counts(**counts)


def _counts_by_rule(records: _Records) -> dict[str, Counts]:
    """Per rule: cases that hold its mistake, and cases right in the cells where it would show.

    These are the cells marked in the keys of the bank for this rule; a case in which one of them
    belongs to another mistake is no clean case of the rule.
    """
    own: dict[str, set[tuple[str, str]]] = defaultdict(set)
    for item in records.bank.values():
        for mistake in item.key.mistakes:
            own[mistake.rule] |= {_kind_of(cell) for cell in mistake.fields}
    clean: dict[int, dict[str, frozenset[str]]] = {}
    tallies: dict[str, Counter[str]] = defaultdict(Counter)
    for case in _alone(records):
        if case.item not in clean:
            clean[case.item] = _clean_cells(records.bank[case.item].key, own)
        for one in case.grade["rules"]:
            tallies[one["rule"]]["hits" if one["found"] else "misses"] += 1
        for rule, cells in clean[case.item].items():
            is_flagged = not cells.isdisjoint(case.flagged)
            tallies[rule]["false_alarms" if is_flagged else "correct_passes"] += 1
    counts = {rule: Counts(**tally) for rule, tally in tallies.items()}
    return {rule: one for rule, one in counts.items() if one.errors}


def _clean_cells(
    key: training.Key, own: Mapping[str, set[tuple[str, str]]]
) -> dict[str, frozenset[str]]:
    found = {}
    for rule, kinds in own.items():
        cells = frozenset(cell for cell in key.cells if _kind_of(cell) in kinds)
        if cells and cells.isdisjoint(key.mistaken):
            found[rule] = cells
    return found


def _kind_of(cell: str) -> tuple[str, str]:
    """Of which table a cell is (the letter of its subject) and its column."""
    subject, _, column = cell.partition(".")
    return subject[:1], column


def method_lines(found: Proof) -> list[str]:
    """The figures behind the sentence, a line each, every one with its interval."""
    gain, lines = found.gain, []
    for words, mean in zip(TESTS.values(), (found.before, found.after), strict=True):
        if mean:
            lines.append(f"{words}: rata-rata {mean.percents()}.")
    if gain.gain:
        lines.append(f"Bagian kekurangan yang tertutup (g): {gain.gain.words()}, {gain.band}.")
    if gain.effect:
        lines.append(f"Besar pengaruh (Cohen d): {gain.effect.words()}.")
    if gain.note and found.matched:
        lines.append(f"Kurang dari 30 orang, jadi angka ini {gain.note}.")
    for form, one in found.reliability.items():
        if one.alpha:
            words = one.alpha.words()
            lines.append(f"Keandalan bentuk {form} ({one.name}): {words}, {one.n} orang.")
        else:
            lines.append(f"Bentuk {form}: {one.refusal}")
    return lines


def summary_lines(found: Proof) -> list[str]:
    """The proof in sentences: the class, its gain, the figures behind it, how to read them."""
    gain = found.gain
    lines = [
        f"Bukti pelatihan: {found.class_name}",
        ", ".join(part for part in (found.class_place, _day(found.class_date)) if part),
        gain.words or gain.refusal,
        found.attendance,
        *method_lines(found),
        *found.notes,
        "Nilai tes adalah rata-rata nilai kasus (0 sampai 1) pada bentuk yang dikerjakan. Semua "
        "selang adalah selang kepercayaan 95 %. Angka dari kurang dari 30 orang atau jawaban "
        "ditandai indikatif. Orang tidak diurutkan menurut kenaikannya.",
    ]
    if found.places_hidden:
        lines.append(
            f"Wilayah dengan kurang dari {FEWEST_FOR_MEAN} orang tidak ditampilkan sendiri."
        )
    return lines


def _day(day: str) -> str:
    return date_id(date.fromisoformat(day), long=True)


def rule_words(code: str) -> str:
    """A rule as a choice says it; a code the catalogue does not know stays as it is."""
    return rule_choice(catalogue()[code]) if code in catalogue() else code


__all__ = [
    "AFTER",
    "BEFORE",
    "TESTS",
    "PlaceSummary",
    "Proof",
    "RuleDetection",
    "TaskReading",
    "Unmatched",
    "method_lines",
    "proof",
    "rule_words",
    "summary_lines",
]
