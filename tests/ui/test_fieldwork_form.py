"""What a visit is asked, screen after screen, as a plain object."""

from __future__ import annotations

from datetime import date

import pytest

from workbench.errors import StoreFault
from workbench.services.doorsteps import Asked, Doorstep, Member
from workbench.ui.fieldwork.form import OutcomeForm
from workbench.ui.fieldwork.form_model import VisitForm, outcome_lines
from workbench.verification.fieldwork.outcomes import Level, Outcome, fields

TODAY = date(2026, 11, 22)
SETTLED = "KEL-01:family:F1"
HOME = Doorstep(
    "F1",
    "Keluarga <b>RUSDI</b>",
    "JL. CONTOH 1, RT 1 RW 2",
    (Member("P1", "RUSDI", "Kepala keluarga, 45 tahun"), Member("P2", "NENG", "Istri, 43 tahun")),
    ("PKH", "PKH"),
    (
        Asked(
            "IDN-10:person:P1",
            "IDN-10",
            "TINGGI",
            "RUSDI",
            "Jenis kelamin lain",
            "Lihat KTP",
            ("KTP",),
            (),
        ),
        Asked(
            SETTLED,
            "KEL-01",
            "SEDANG",
            "Seluruh keluarga",
            "Dua kepala",
            "Lihat KK",
            ("KK",),
            (),
            False,
        ),
    ),
    0,
)
FIRST = Outcome({"visited_on": "2026-11-22", "visit_number": "1"})


@pytest.fixture
def kept():
    return []


@pytest.fixture
def sent():
    return []


@pytest.fixture
def form(kept, sent):
    return VisitForm(
        HOME, FIRST, lambda outcome, step: kept.append((outcome, step)), sent.append, today=TODAY
    )


def say(form, key, value, level="keluarga", subject=""):
    assert form.answer(level, subject, key, value), (key, value)


def meet(form):
    """Everything a visit must answer to a family that was met."""
    say(form, "presence", "KB1")
    say(form, "answer", "benar", "temuan", "IDN-10:person:P1")
    for person in ("P1", "P2"):
        say(form, "member_presence", "KB1", "orang", person)
        say(form, "civil_match", "PD1", "orang", person)
    say(form, "domicile", "DM1")
    say(form, "eligibility", "LY1")
    say(form, "proposal", "TETAP")


def codes(form):
    return [step.code for step in form.steps()]


def test_every_question_stands_on_exactly_one_screen(form):
    meet(form)
    say(form, "eligibility", "LY2")
    asked = [(level, one.key) for step in form.steps() for level, _, one in step.questions]
    for one in fields():
        times = {Level.FAMILY: 1, Level.PERSON: 2, Level.FINDING: 2}[one.level]
        assert asked.count((one.level, one.key)) == times, one.key


def test_a_family_that_was_not_found_is_not_asked_about_its_members(form):
    say(form, "presence", "KB2")
    assert codes(form) == ["kunjungan", "kelayakan", "usulan", "simpan"]
    say(form, "presence", "KB1")
    assert codes(form)[1:4] == ["temuan", "orang:P1", "orang:P2"]


def test_the_first_screen_tells_who_lives_there_and_waits_for_how_they_were_met(form):
    page = form.page()
    assert [one["title"] for one in page["about"]] == [
        "Siapa yang tinggal di sini",
        "Yang perlu dicek",
        "Bantuan yang diterima",
    ]
    assert page["about"][2]["lines"] == ["PKH"]
    assert page["stop"] == "Pilih dahulu keberadaan keluarga."
    say(form, "presence", "KB1")
    assert form.page()["stop"] == ""


def test_each_answer_is_kept_with_the_screen_it_was_given_on(form, kept):
    say(form, "presence", "KB1")
    form.go("orang:P1")
    say(form, "member_presence", "KB3", "orang", "P1")
    outcome, step = kept[-1]
    assert step == "orang:P1"
    assert outcome.family["presence"] == "KB1"
    assert outcome.persons["P1"] == {"member_presence": "KB3"}
    again = VisitForm(HOME, outcome, lambda *_: None, lambda _: None, step, TODAY)
    assert again.step == "orang:P1"
    shown = again.page()["blocks"][0]["questions"][0]
    assert (shown["value"], shown["kept"]) == ("KB3", False)
    again.go("orang:P1")
    assert again.page()["blocks"][0]["questions"][0]["kept"]


def test_what_is_no_longer_asked_is_not_sent_but_comes_back_with_its_question(form, sent):
    meet(form)
    say(form, "presence", "KB2")
    say(form, "eligibility", "LY3")
    assert form.finish(), form.wrong
    assert set(sent[-1].family) == {
        "visited_on", "visit_number", "presence", "eligibility", "proposal",
    }  # fmt: skip
    assert not any(sent[-1].persons.values())
    say(form, "presence", "KB1")
    assert form.outcome().persons["P1"]["member_presence"] == "KB1"


def test_nothing_is_sent_while_an_answer_is_missing_and_the_page_leads_to_it(form, sent):
    say(form, "presence", "KB1")
    form.go("simpan")
    stops = form.page()["stops"]
    assert [one["code"] for one in stops][:3] == ["temuan", "orang:P1", "orang:P2"]
    assert '"Jawaban atas temuan" belum diisi' in stops[0]["text"]
    assert not form.finish()
    assert sent == []
    meet(form)
    form.go("simpan")
    assert form.page()["stops"] == []
    assert form.finish()


def test_only_open_questions_must_be_answered(form):
    meet(form)
    assert SETTLED not in form.outcome().findings
    assert form.finish(), form.wrong


def test_what_does_not_go_together_stops_and_a_reminder_does_not(form, sent):
    meet(form)
    say(form, "proposal", "USUL_HAPUS")
    assert not form.finish()
    assert "Usulkan nonaktif hanya" in form.wrong
    say(form, "eligibility", "LY2")
    say(form, "reason", "TL01")
    say(form, "evidence", ["PENGAKUAN"])
    form.go("simpan")
    assert ["menurut pengakuan" in one["text"] for one in form.page()["reminders"]] == [True]
    assert form.finish(), form.wrong
    assert sent[-1].family["evidence"] == ("PENGAKUAN",)


@pytest.mark.parametrize(
    ("level", "subject", "key", "value"),
    [
        ("keluarga", "", "presence", "KB99"),
        ("keluarga", "", "presence", ["KB1"]),
        ("keluarga", "", "evidence", ["KK"] * 3 + ["X"]),
        ("keluarga", "", "evidence", "KK"),
        ("keluarga", "", "note", "x" * 3000),
        ("keluarga", "", "reason", "TL01"),  # not asked before "Tidak layak"
        ("keluarga", "", "answers", "x"),
        ("orang", "P9", "member_presence", "KB1"),
        ("temuan", "X:person:P9", "answer", "benar"),
        ("nobody", "", "presence", "KB1"),
        ("keluarga", "", "presence", None),
    ],
)
def test_what_a_page_cannot_have_asked_is_not_taken(form, kept, level, subject, key, value):
    say(form, "presence", "KB1")
    kept.clear()
    assert not form.answer(level, subject, key, value)
    assert kept == []


def test_an_answer_that_was_not_kept_is_said_to_be_so(sent):
    def full(_outcome, _step):
        raise StoreFault("Disk penuh.")

    form = VisitForm(HOME, FIRST, full, sent.append, today=TODAY)
    say(form, "presence", "KB1")
    page = form.page()
    assert page["wrong"] == "Disk penuh."
    (presence,) = [q for b in page["blocks"] for q in b["questions"] if q["key"] == "presence"]
    assert not presence["kept"]


def test_the_page_is_answered_by_number_and_believed_in_nothing(form):
    done = []
    shown = OutcomeForm(form, lambda: done.append(True))
    shown.hear(
        {
            "kind": "isi",
            "n": 4,
            "level": "keluarga",
            "subject": "",
            "key": "presence",
            "value": "KB1",
        }
    )
    assert shown.state["heard"] == 4
    for message in ({}, {"kind": 3}, {"kind": "langkah", "to": "../x", "n": "5"}, {"kind": "isi"}):
        shown.hear(message)
    assert shown.state["heard"] == 4
    assert shown.state["at"] == 0
    shown.hear({"kind": "simpan", "n": 6})
    assert shown.state["wrong"]
    assert done == []
    meet(form)
    shown.hear({"kind": "simpan", "n": 7})
    assert done == [True]


def test_an_outcome_is_told_in_words(form):
    meet(form)
    lines = outcome_lines(form.outcome(), HOME)
    assert lines[0] == "Tanggal kunjungan: 22 Nov 2026"
    assert "RUSDI. Keberadaan anggota: Ditemukan; Padan Dukcapil: Padan" in lines
    assert "Jenis kelamin lain (RUSDI). Jawaban atas temuan: Benar" in lines
