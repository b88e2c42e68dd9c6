"""Events, their tasks and graduations as they are kept."""

from __future__ import annotations

import secrets

import pytest
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError

from tests.full_numbers import full_numbers
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.store import happenings as kept
from workbench.store import snapshots, tables
from workbench.store.happenings import Claim, Concerned, Place, Report
from workbench.store.ledger import verify_chain

PLACE = Place("D1", "F1", "kunci-keluarga", "36.73.01.1002")
DEATH = Report(
    "meninggal",
    "2026-11-02",
    "rt_rw",
    ("AKTA_KEMATIAN",),
    (Concerned("P1", "kunci-orang"),),
    ("kunci-lain", "kunci-orang"),
)
FOLLOWS = [("mati_nonaktif", ""), ("mati_pengurus", "PKH")]
CLAIM = Claim(
    *("mandiri", "PKH", "berhenti", "2026-12-01", "GR3", "2026-11-02", 4, "2026-V3"),
    ("PERNYATAAN",),
)
SECRET_WORDS = "Almarhum dimakamkan di kampung"


@pytest.fixture
def lists(store):
    for name in ("D1", "D2"):
        snapshots.add_snapshot(store, "A0", name, name, name, {"as_of": "2026-11-01"})
    return store


def put(store, report=DEATH, words="", follows=FOLLOWS, place=PLACE):
    return kept.put_happening(store, "A1", place, report, words, follows)


def told(store):
    """Everything the ledger holds, as text."""
    with store.reading() as connection:
        rows = connection.execute(select(tables.event.c.value)).scalars()
        return "\n".join(rows)


def test_an_event_comes_back_as_it_was_reported_with_its_tasks_open(lists):
    number = put(lists, words=f"  {SECRET_WORDS} ")
    (found,) = kept.list_happenings(lists, ["D1"])
    assert (found.id, found.place, found.report) == (number, PLACE, DEATH)
    assert (found.words, found.recorder, found.ended) == (SECRET_WORDS, "A1", "")
    assert [(one.number, one.code, one.program) for one in found.tasks] == [
        (1, "mati_nonaktif", ""),
        (2, "mati_pengurus", "PKH"),
    ]
    assert all(one.is_open for one in found.tasks)
    assert kept.list_happenings(lists, ["D2"]) == ()
    assert kept.list_happenings(lists, family_key="kunci-keluarga") == (found,)
    assert kept.list_happenings(lists, family_key="kunci-lain") == ()


def test_no_number_is_ever_as_long_as_a_nik(lists, monkeypatch):
    monkeypatch.setattr(secrets, "token_hex", lambda n: "7" * 2 * n)
    graduated = kept.put_graduation(lists, "A1", PLACE, CLAIM, "Usahanya maju")
    for number in (put(lists), graduated):
        assert "77777777" in number
        assert not full_numbers(number)


def test_the_ledger_holds_codes_and_hashes_and_no_words(lists):
    number = put(lists, words=SECRET_WORDS)
    kept.put_tick(lists, "A2", number, 1, "tidak_perlu", "2026-11-05", "Sudah diurus anaknya")
    kept.end_happening(lists, "A1", number, "Salah keluarga, bukan Bu Contoh")
    graduated = kept.put_graduation(lists, "A1", PLACE, CLAIM, "Usaha warungnya maju")
    kept.put_check(lists, "A2", graduated, "tolak", "Belum ada suratnya")
    text = told(lists)
    for words in (SECRET_WORDS, "diurus", "Bu Contoh", "warung", "suratnya", "kunci-"):
        assert words not in text
    assert "mati_nonaktif" in text
    assert verify_chain(lists).is_whole


def test_words_can_be_deleted_and_the_chain_stays_whole(lists):
    put(lists, words=SECRET_WORDS)
    with lists.writing() as connection:
        connection.execute(tables.happening_note.delete())
    assert kept.list_happenings(lists)[0].words == ""
    assert verify_chain(lists).is_whole


def test_the_same_event_twice_is_refused_unless_the_first_was_ended_or_it_is_a_birth(lists):
    number = put(lists)
    with pytest.raises(WrongUse, match="sudah dicatat"):
        put(lists)
    put(lists, Report("meninggal", "2026-11-02", "rt_rw", (), (Concerned("P2", ""),)))
    kept.end_happening(lists, "A2", number, "keliru")
    put(lists)
    birth = Report("lahir", "2026-11-02", "keluarga", ("AKTA_LAHIR",))
    put(lists, birth)
    put(lists, birth)


def test_a_tick_is_never_overwritten_and_a_task_can_be_opened_again(lists):
    number = put(lists)
    kept.put_tick(lists, "A2", number, 2, "selesai", "2026-11-05")
    (found,) = kept.list_happenings(lists)
    assert [one.is_open for one in found.tasks] == [True, False]
    assert (found.tasks[1].tick.actor, found.tasks[1].tick.day) == ("A2", "2026-11-05")
    kept.put_tick(lists, "A3", number, 2, "belum", "2026-11-06", "Ternyata ditolak bank")
    assert kept.find_happening(lists, number).tasks[1].is_open
    with lists.reading() as connection:
        rows = connection.execute(select(tables.task_tick)).all()
    assert [(row.revision, row.actor) for row in sorted(rows, key=lambda row: row.revision)] == [
        (1, "A2"),
        (2, "A3"),
    ]


@pytest.mark.parametrize(
    ("state", "reason", "said"),
    [("tidak_perlu", " ", "alasannya"), ("belum", "", "alasannya"), ("beres", "x", "dikenal")],
)
def test_a_tick_that_says_no_reason_or_an_unknown_state_is_refused(lists, state, reason, said):
    number = put(lists)
    with pytest.raises(WrongUse, match=said):
        kept.put_tick(lists, "A2", number, 1, state, "2026-11-05", reason)
    assert kept.find_happening(lists, number).tasks[0].tick is None


def test_a_task_that_is_not_there_and_one_of_an_ended_event_are_refused(lists):
    number = put(lists)
    with pytest.raises(NotFound):
        kept.put_tick(lists, "A2", number, 3, "selesai", "2026-11-05")
    with pytest.raises(NotFound):
        kept.put_tick(lists, "A2", "H-tidak-ada", 1, "selesai", "2026-11-05")
    with pytest.raises(WrongUse, match="dibatalkan"):
        kept.end_happening(lists, "A2", number, " ")
    kept.end_happening(lists, "A2", number, "keliru")
    with pytest.raises(WrongUse, match="sudah dibatalkan"):
        kept.put_tick(lists, "A2", number, 1, "selesai", "2026-11-05")
    with pytest.raises(WrongUse, match="sudah dibatalkan"):
        kept.end_happening(lists, "A2", number, "keliru")
    with pytest.raises(NotFound):
        kept.end_happening(lists, "A2", "H-tidak-ada", "keliru")


def test_a_graduation_counts_only_after_another_person_agreed(lists):
    number = kept.put_graduation(lists, "A1", PLACE, CLAIM, "usaha maju")
    (found,) = kept.list_graduations(lists, ["D1"])
    assert (found.id, found.place, found.claim, found.maker) == (number, PLACE, CLAIM, "A1")
    assert (found.reason, found.check, found.counts) == ("usaha maju", None, False)
    with pytest.raises(Forbidden, match="orang lain"):
        kept.put_check(lists, "A1", number, "setuju")
    assert not kept.find_graduation(lists, number).counts
    kept.put_check(lists, "A2", number, "setuju")
    assert kept.find_graduation(lists, number).counts
    with pytest.raises(WrongUse, match="sudah diperiksa"):
        kept.put_check(lists, "A3", number, "tolak", "beda pendapat")


def test_a_refused_graduation_needs_its_reason_and_does_not_count(lists):
    number = kept.put_graduation(lists, "A1", PLACE, CLAIM, "")
    with pytest.raises(WrongUse, match="alasan"):
        kept.put_check(lists, "A2", number, "tolak")
    with pytest.raises(WrongUse, match="setuju atau tolak"):
        kept.put_check(lists, "A2", number, "ragu")
    kept.put_check(lists, "A2", number, "tolak", "surat belum ada")
    assert not kept.find_graduation(lists, number).counts
    with pytest.raises(NotFound):
        kept.put_check(lists, "A2", "G-tidak-ada", "setuju")


def test_while_one_waits_another_of_the_same_family_and_programme_is_refused(lists):
    number = kept.put_graduation(lists, "A1", PLACE, CLAIM, "")
    later = Place("D2", "F7", "kunci-keluarga", PLACE.kelurahan_kode)
    with pytest.raises(WrongUse, match="menunggu"):
        kept.put_graduation(lists, "A2", later, CLAIM, "")
    kept.put_graduation(lists, "A1", Place("D1", "F2", "", PLACE.kelurahan_kode), CLAIM, "")
    kept.put_check(lists, "A2", number, "setuju")
    kept.put_graduation(lists, "A2", later, CLAIM, "")
    assert len(kept.list_graduations(lists, family_key="kunci-keluarga")) == 2


def test_the_database_itself_refuses_the_makers_own_check(lists):
    number = kept.put_graduation(lists, "A1", PLACE, CLAIM, "")
    row = {
        "graduation_id": number,
        "list_id": "D1",
        "verdict": "setuju",
        "reason": "",
        "salt": "",
        "at": "",
    }
    for maker, checker in (("A1", "A1"), ("A9", "A1")):
        with pytest.raises(IntegrityError), lists.writing() as connection:
            connection.execute(
                tables.graduation_check.insert().values(**row, maker=maker, checker=checker)
            )
    assert kept.find_graduation(lists, number).check is None
