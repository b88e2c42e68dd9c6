"""What a class shows for its training, from rows as they lie in the store.

The classes are played: keys, answers and grades are the real ones, the skill is invented.
"""

import io
import json
from datetime import date
from random import Random

import openpyxl
import pytest

from tests.services.playing import key_of as played_key
from workbench.errors import NotFound
from workbench.services import arrivals, boards, classes, courses, proofs, training
from workbench.services.ladders import PartPlan
from workbench.services.proof_workbooks import proof_workbook
from workbench.store import clock
from workbench.store.tables import (
    bank_case,
    bank_key,
    case_key,
    class_,
    class_part,
    drawn_case,
    grade,
    grade_item,
    participant,
)
from workbench.training import answers, grades, keys
from workbench.training.measures.forms import order_of_forms

CLASS = "KUJI01"
CELLS = (
    *("P1.nik", "P1.name", "P1.birth_date", "P1.shdk"),
    *("P2.nik", "P2.name", "P2.birth_date", "P2.shdk", "F1.rt", "F1.desil"),
)
#: The rules of the tests and the cell of their mistake; "" for a case without any.
RULES = {
    "IDN-09": "P1.birth_date",
    "KEL-01": "P1.shdk",
    "IDN-01": "P2.nik",
    "KEL-23": "F1.rt",
    "": "",
}
START = "2026-11-21T01:00:00.000000Z"
SERANG, KASEMEN, CIPARE = "36.73.01.1001", "36.73.02.1001", "36.73.01.1002"
EVIL = '=HYPERLINK("http://x","a")<script>'


def key_of(rule):
    if not rule:
        return keys.Key((), CELLS)
    mistake = keys.Mistake(
        rule, "tanam", "P1", (RULES[rule],), f"Judul {rule}", "perlu_verval", ("perbaiki_data",)
    )
    return keys.Key((mistake,), CELLS)


class Played:
    """A class in the store; ``sit`` has seats answer."""

    def __init__(self, office, name="Bimtek", parts=("tes_awal", "latihan", "tes_akhir")):
        self.office = office
        self.rules = [*RULES, *RULES]
        with office.practice.writing() as connection:
            connection.execute(
                class_.insert().values(
                    id=CLASS,
                    name=name,
                    place="Aula",
                    date="2026-11-21",
                    settings="{}",
                    join_code="ACDEFG",
                    state="open",
                    seed=7,
                    seats_drawn=0,
                    opened_by="A-pelatih",
                    created_at=START,
                )
            )
            for number, kind in enumerate(parts, start=1):
                connection.execute(
                    class_part.insert().values(
                        class_id=CLASS,
                        number=number,
                        kind=kind,
                        title=kind,
                        settings=json.dumps({"n": 10}),
                        state="closed",
                    )
                )
            item = 0
            for form in ("A", "B", ""):
                for place, rule in enumerate(self.rules, start=1):
                    item += 1
                    connection.execute(
                        bank_case.insert().values(
                            class_id=CLASS,
                            item=item,
                            form=form,
                            place=place,
                            word=f"{rule}:tanam" if rule else "",
                            public="{}",
                        )
                    )
                    stored = json.dumps(key_of(rule).to_json())
                    connection.execute(
                        bank_key.insert().values(class_id=CLASS, item=item, key=stored)
                    )
        self.parts = {kind: number for number, kind in enumerate(parts, start=1)}
        self.numbers = {}

    def join(self, seat, area=SERANG, name=None):
        with self.office.practice.writing() as connection:
            connection.execute(
                participant.insert().values(
                    class_id=CLASS,
                    seat=seat,
                    name=name or f"Peserta {seat}",
                    position="operator",
                    area_kode=area,
                    return_code_hash=f"{seat}",
                    joined_at=START,
                    last_seen_at=START,
                )
            )

    def items_of(self, form):
        first = {"A": 0, "B": 10, "": 20}[form]
        return [first + place for place in range(1, 11)]

    def send(self, connection, seat, kind, item, answer, step="", minutes=2):
        number = self.numbers[seat] = self.numbers.get(seat, 0) + 1
        place = {"class_id": CLASS, "seat": seat, "number": number}
        rule = self.rules[(item - 1) % 10]
        given = clock.moment(START)
        sent = clock.stamp(given.replace(minute=minutes))
        connection.execute(
            drawn_case.insert().values(
                **place,
                public="{}",
                part=self.parts[kind],
                item=item,
                step=step,
                word=rule,
                given_at=START,
                done_at=sent,
            )
        )
        key = key_of(rule)
        connection.execute(case_key.insert().values(**place, key=json.dumps(key.to_json())))
        graded = grades.grade(key, answer)
        connection.execute(
            grade.insert().values(
                **place,
                answer=json.dumps(answer.to_json()),
                grade=json.dumps(graded.to_json()),
                feedback="{}",
                score=graded.score,
                at=sent,
            )
        )
        rows = [
            {**place, "item": n, "rule": code, "cell": "", "outcome": outcome}
            for n, (code, outcome) in enumerate(
                ((code, "ditemukan" if found else "terlewat") for code, found in graded.rules), 1
            )
        ]
        if rows:
            connection.execute(grade_item.insert(), rows)

    def sit(self, seat, kind, skill, rng, most=None, blind=(), form=None):
        """One seat does one test; whatever it knows it answers by the key."""
        before, after = order_of_forms(seat, 7)
        form = form or (before if kind == "tes_awal" else after)
        with self.office.practice.writing() as connection:
            for item in self.items_of(form)[:most]:
                rule = self.rules[(item - 1) % 10]
                knows = rng.random() < skill and rule not in blind
                self.send(connection, seat, kind, item, said(rule, knows))

    def practise(self, seat, item, answer, step="sendiri"):
        with self.office.practice.writing() as connection:
            self.send(connection, seat, "latihan", item, answer, step)


def said(rule, knows):
    """An answer by the key, or one that flags a clean cell and calls the family eligible."""
    key = key_of(rule)
    if not knows:
        return answers.Answer({"P2.name": "tidak_sesuai"}, "layak", "", "rujuk_dukcapil")
    marks = {RULES[rule]: "tidak_sesuai"} if rule else {}
    return answers.Answer(marks, key.status, "", key.follow_ups[0], "yakin")


@pytest.fixture
def play(office):
    def make(**more):
        return Played(office, **more)

    return make


def both_tests(played, seats, before=0.4, after=0.8, area=SERANG, seed=1, blind=()):
    rng = Random(seed)
    for seat in seats:
        played.join(seat, area)
        talent = rng.uniform(-0.15, 0.15)
        played.sit(seat, "tes_awal", before + talent, rng)
        played.sit(seat, "tes_akhir", after + talent, rng, blind=blind)


def see(office, trainer):
    return proofs.proof(office, trainer, CLASS)


def test_a_class_that_learned_is_said_to_have_improved(office, trainer, play):
    both_tests(play(), range(1, 31))
    found = see(office, trainer)
    assert (found.matched, found.joined) == (30, 30)
    assert found.gain.has_improved
    assert found.gain.words.startswith("Kelas ini meningkat, dari ")
    assert found.before.high < found.after.low
    assert found.gain.gain.low < found.gain.gain.value < found.gain.gain.high
    assert found.attendance == "30 dari 30 peserta mengikuti kedua tes."
    assert found.notes == ()


def test_a_class_that_did_not_learn_is_not_said_to_have_improved(office, trainer, play):
    both_tests(play(), range(1, 31), after=0.4)
    found = see(office, trainer)
    assert not found.gain.has_improved
    assert found.before.low < found.after.value < found.before.high


def test_the_class_means_are_the_mean_scores_of_the_cases(office, trainer, play):
    """Worked by hand: who answers nine of ten by the key scores the mean of their grades."""
    played = play()
    for seat in (1, 2, 3):
        played.join(seat)
        played.sit(seat, "tes_awal", 0.0, Random(seat))
        played.sit(seat, "tes_akhir", 1.1, Random(seat))
    found = see(office, trainer)
    empty = [grades.grade(key_of(rule), said(rule, False)).score for rule in RULES]
    assert found.before.value == pytest.approx(sum(empty) / 5)
    assert found.after.value == 1.0
    assert found.after.low < 1.0


@pytest.mark.parametrize("seats", [0, 1, 2, 14])
def test_too_few_people_get_a_sentence_instead_of_a_figure(office, trainer, play, seats):
    both_tests(play(), range(1, seats + 1))
    found = see(office, trainer)
    assert found.gain.gain is None
    assert found.gain.effect is None
    assert found.gain.refusal.endswith(".")
    assert (found.before is None) == (seats < 3)
    assert openpyxl.load_workbook(io.BytesIO(proof_workbook(office, trainer, CLASS))).sheetnames


def test_a_hundred_seats_are_read(office, trainer, play):
    both_tests(play(), range(1, 101), before=0.5, after=0.6)
    found = see(office, trainer)
    assert found.matched == 100
    assert found.gain.note == ""
    assert all(item.reading.n == 100 for item in found.items)


def test_who_lacks_a_test_is_named_and_not_compared(office, trainer, play):
    played = play()
    both_tests(played, range(1, 16))
    rng = Random(3)
    for seat, kinds in ((16, ["tes_awal"]), (17, ["tes_akhir"]), (18, [])):
        played.join(seat, KASEMEN, name=f"Orang {seat}")
        for kind in kinds:
            played.sit(seat, kind, 1.0, rng)
    found = see(office, trainer)
    assert (found.matched, found.only_before, found.only_after, found.neither) == (15, 1, 1, 1)
    assert [(one.name, one.has_before, one.has_after) for one in found.unmatched] == [
        ("Orang 16", True, False),
        ("Orang 17", False, True),
        ("Orang 18", False, False),
    ]
    assert "1 orang hanya tes awal" in found.attendance


def test_a_test_counts_when_half_of_it_was_sent_and_the_rest_is_nothing(office, trainer, play):
    played = play()
    for seat, most in ((1, None), (2, 5), (3, 4)):
        played.join(seat)
        played.sit(seat, "tes_awal", 1.1, Random(1))
        played.sit(seat, "tes_akhir", 1.1, Random(1), most=most)
    found = see(office, trainer)
    assert found.matched == 2
    assert [one.seat for one in found.unmatched] == [3]
    assert found.gain.after == pytest.approx((1.0 + 0.5) / 2)
    assert any("1 orang tidak mengirim semua soal" in note for note in found.notes)


def test_while_a_test_is_open_only_whole_ones_count(office, trainer, play):
    played = play()
    for seat, most in ((1, None), (2, 9)):
        played.join(seat)
        played.sit(seat, "tes_awal", 1.0, Random(1))
        played.sit(seat, "tes_akhir", 1.0, Random(1), most=most)
    with office.practice.writing() as connection:
        connection.execute(class_part.update().values(state="open"))
    found = see(office, trainer)
    assert [one.seat for one in found.unmatched] == [2]
    assert any("Tes akhir belum ditutup" in note for note in found.notes)


def test_forms_sat_in_one_order_only_are_spoken_of(office, trainer, play):
    played = play()
    rng = Random(5)
    for seat in range(1, 17):
        played.join(seat)
        played.sit(seat, "tes_awal", 0.5, rng, form="A")
        played.sit(seat, "tes_akhir", 0.7, rng, form="B")
    assert any("tidak seimbang: 16 orang" in note for note in see(office, trainer).notes)


def test_a_class_without_tests_says_so(office, trainer, play):
    play(parts=("latihan",))
    found = see(office, trainer)
    assert found.notes[0].startswith("Kelas ini disusun tanpa tes awal dan tes akhir")
    assert found.gain.refusal


def test_what_is_still_missed_stands_with_its_share_before_and_after(office, trainer, play):
    both_tests(play(), range(1, 21), before=0.5, after=1.2, blind=("KEL-23",))
    (row,) = see(office, trainer).still_missed
    assert (row.rule, row.missed, row.asked) == ("KEL-23", 40, 40)
    assert row.after.low > 0.85
    assert row.before.value < 1


def test_a_wrong_key_is_flagged_and_a_right_one_is_not(office, trainer, play):
    """The key of one task says layak, while all who know say perlu verval."""
    played = play()
    with office.practice.writing() as connection:
        wrong = key_of("IDN-09").to_json()
        wrong["mistakes"][0]["status"] = "layak"
        connection.execute(
            bank_key.update().where(bank_key.c.item == 1).values(key=json.dumps(wrong))
        )
    both_tests(played, range(1, 41), before=0.45, after=0.75)
    items = {item.name: item for item in see(office, trainer).items}
    assert items["A1"].doubts == (
        'Status: Periksa kunci soal ini: peserta terbaik lebih banyak memilih "Perlu verval '
        'lanjutan".',
    )
    assert sum(bool(item.doubts) for item in items.values()) <= 2
    assert items["B1"].doubts == ()


def test_an_item_carries_intervals_options_time_and_both_tests(office, trainer, play):
    both_tests(play(), range(1, 21), before=0.4, after=0.8)
    item = next(one for one in see(office, trainer).items if one.name == "A2")
    assert item.holds.startswith("KEL-01 ")
    assert item.reading.n == 20
    assert item.reading.note == "indikatif"
    before, after = item.facility("tes_awal"), item.facility("tes_akhir")
    assert before.low < before.value < after.value < after.high
    assert item.reading.seconds.value == 120
    assert item.reading.discrimination is not None
    words = {option.option: option for option in item.reading.options}
    assert words["Perlu verval lanjutan"].is_key
    assert sum(option.taken for option in words.values()) == 20
    assert {option.option for option in item.follow_ups} == {"Perbaiki data", "Rujuk Dukcapil"}


def test_a_form_has_its_reliability_with_an_interval(office, trainer, play):
    both_tests(play(), range(1, 21))
    found = see(office, trainer).reliability
    assert sorted(found) == ["A", "B"]
    assert found["A"].name == "alpha"
    assert found["A"].alpha.low < found["A"].alpha.value < found["A"].alpha.high


def test_places_of_one_or_two_people_never_stand_apart(office, trainer, play):
    played = play()
    both_tests(played, range(1, 7), area=SERANG)
    both_tests(played, range(7, 11), area=CIPARE)
    both_tests(played, range(11, 13), area=KASEMEN)
    found = see(office, trainer)
    # Two of Kasemen could be worked out from the rest, so Cipare goes with them.
    assert [(place.name.split(",")[0], place.n) for place in found.places] == [
        ("Kelurahan Serang", 6),
        ("Wilayah lain", 6),
    ]
    assert found.places_hidden == 2
    assert all(place.before.low < place.before.high for place in found.places)


def test_places_stand_in_the_order_of_their_names_not_of_their_gain(office, trainer, play):
    played = play()
    both_tests(played, range(1, 4), area=SERANG, before=0.2, after=1.1)
    both_tests(played, range(4, 7), area=CIPARE, before=0.6, after=0.4)
    names = [place.name for place in see(office, trainer).places]
    assert names == sorted(names)
    assert len(names) == 2


def test_skill_and_caution_are_read_over_tests_and_ladder(office, trainer, play):
    played = play()
    both_tests(played, range(1, 7))
    before = see(office, trainer).whole.counts
    played.practise(1, 21, said("IDN-09", True))
    played.practise(1, 25, said("", False))
    played.practise(1, 22, said("KEL-01", True), step="dibantu")
    after = see(office, trainer)
    assert after.whole.counts.hits == before.hits + 1
    assert after.whole.counts.false_alarms == before.false_alarms + 1
    assert after.whole.d_prime.low < after.whole.d_prime.value < after.whole.d_prime.high
    assert after.whole.words


def test_a_rule_is_refused_below_ten_wrong_and_ten_right_cases(office, trainer, play):
    both_tests(play(), [1, 2])
    found = {one.rule: one.detection for one in see(office, trainer).by_rule}
    assert set(found) == set(RULES) - {""}
    assert found["KEL-01"].d_prime is None
    assert "Perlu sedikitnya 10 dan 10" in found["KEL-01"].refusal


def test_a_rules_clean_cases_are_those_right_in_its_own_cells(office, trainer, play):
    """Of a test, two cases hold IDN-01 (nik); KEL-01, KEL-23, IDN-09 and none are clean there."""
    played = play()
    played.join(1)
    flags = answers.Answer({"P1.nik": "perlu_kunjungan"}, "layak", "", "tidak_ada")
    with office.practice.writing() as connection:
        for item in played.items_of("A"):
            played.send(connection, 1, "tes_awal", item, flags)
    found = {one.rule: one.detection.counts for one in see(office, trainer).by_rule}
    assert (found["IDN-01"].hits, found["IDN-01"].misses) == (0, 2)
    assert (found["IDN-01"].false_alarms, found["IDN-01"].correct_passes) == (8, 0)
    assert (found["KEL-23"].false_alarms, found["KEL-23"].correct_passes) == (0, 8)


def test_nothing_of_the_workbook_becomes_a_formula_and_nobody_is_named(office, trainer, play):
    played = play(name=EVIL)
    both_tests(played, range(1, 17))
    played.join(17, name="WATI RAHASIA")
    content = proof_workbook(office, trainer, CLASS)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert book.sheetnames == [
        "Ringkasan",
        "Soal tes",
        "Pilihan",
        "Masih terlewat",
        "Kelurahan",
        "Ketelitian",
    ]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert not [cell for cell in cells if cell.data_type == "f"]
    texts = [str(cell.value) for cell in cells]
    assert any(EVIL in text for text in texts)
    assert not [text for text in texts if "WATI" in text or "Peserta 1" in text]
    found = see(office, trainer)
    line = next(row for row in book["Soal tes"].iter_rows(values_only=True) if row[0] == "A1")
    item = next(one for one in found.items if one.name == "A1")
    facility = item.reading.facility
    assert line[3:6] == pytest.approx((facility.value, facility.low, facility.high))
    assert found.gain.words in [row[0] for row in book["Ringkasan"].iter_rows(values_only=True)]


def test_what_a_course_hands_out_is_read(office, trainer):
    """Two people sit both tests of a real course, the second one by the key."""
    parts = (PartPlan("tes_awal", n=4), PartPlan("tes_akhir", n=4))
    settings = classes.ClassSettings(
        "Bimtek", "Aula", date(2026, 11, 21), seats=4, seed=7, parts=parts, n_rules=2
    )
    info = classes.open_class(office, trainer, settings)
    people = [
        arrivals.join(office, info.join_code, name, "operator", SERANG).actor
        for name in ("Siti", "Udin")
    ]
    for part, knows in ((1, False), (2, True)):
        courses.open_part(office, trainer, info.id, part)
        for person in people:
            while (step := courses.next_of(office, person, part)).kind == "kasus":
                send(office, person, step.number, knows)
        courses.close_part(office, trainer, info.id, part)
    found = proofs.proof(office, trainer, info.id)
    assert (found.matched, found.joined) == (2, 2)
    assert found.gain.after == 1.0
    assert found.gain.before < 0.6
    names = [f"{form}{place}" for form in "AB" for place in range(1, 5)]
    assert [item.name for item in found.items] == names
    assert found.still_missed == ()
    assert found.notes == ()


def send(office, actor, number, knows):
    """Mark and send a case by its key, or say that all is well."""
    key = played_key(office, actor, number)
    fields = {mistake.fields[0]: "tidak_sesuai" for mistake in key.mistakes} if knows else {}
    fields |= {"confidence": "yakin"}
    if knows:
        fields |= {"status": key.status, "reason": key.reason, "follow_up": key.follow_ups[0]}
    else:
        fields |= {"status": "layak", "follow_up": "musyawarah"}
    for field, value in fields.items():
        if value:
            training.save_mark(office, actor, number, field, value, 1)
    training.submit(office, actor, number)


def test_an_unknown_class_is_not_found(office, trainer):
    with pytest.raises(NotFound):
        proofs.proof(office, trainer, "KTIDAK")


def test_a_seat_that_was_set_aside_is_in_no_figure_and_is_said(office, trainer, play):
    played = play()
    both_tests(played, range(1, 17))
    without = see(office, trainer)
    both_tests(played, [17], before=0.0, after=0.0)
    assert see(office, trainer).matched == 17
    boards.set_aside(office, trainer, CLASS, 17, 3)
    found = see(office, trainer)
    assert (found.joined, found.matched, found.gain) == (16, 16, without.gain)
    assert found.items == without.items
    assert [one for one in found.notes if "Tidak dihitung" in one] == [
        "Tidak dihitung karena masuk dua kali: kursi 17 (orangnya dihitung di kursi 3). "
        "Jawabannya tetap tersimpan."
    ]
