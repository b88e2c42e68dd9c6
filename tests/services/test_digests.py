"""The quarter told to a lurah: sums that reconcile to the row, reasons, small numbers hidden."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date
from random import Random

import pytest

from tests.services.test_happenings import OF_KASEMEN, OTHER, STAFF, family_of
from tests.small_city import CIPARE, JUNE, KASEMEN, MARCH, City, rusdi
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, WrongUse
from workbench.services import digests, fieldwork, graduations, happenings, imports
from workbench.services.graduations import Proposal
from workbench.verification.comparison import Change
from workbench.verification.fieldwork.outcomes import Outcome
from workbench.verification.happenings.kinds import Entry
from workbench.verification.happenings.sequels import Sequel

DAY = date(2026, 4, 5)
OF_SERANG = Actor("A-8", "Staf Serang", Role.STAF, Workspace.LATIHAN, ("36.73.01",))


def alone(serial, name, born=date(1970, 1, 1)):
    return [(serial, name, "kepala_keluarga", "L", born)]


def march():
    city = City(MARCH)
    city.family(1, rusdi())
    city.family(2, alone(20, "DARMO CONTOH"), KASEMEN)
    city.family(3, alone(21, "TONO CONTOH"))
    city.family(4, alone(22, "JAMIL CONTOH"))
    city.family(5, alone(23, "WARSO CONTOH"))
    return city


def june():
    """Minah died, a baby came; Darmo moved here, Tono to Kasemen, Jamil left, Baru came."""
    city = City(JUNE)
    people = rusdi()
    city.family(1, [*people[:3], (5, "BAYI CONTOH", "anak", "P", DAY)], members_stated=4)
    city.family(2, alone(20, "DARMO CONTOH"))
    city.family(3, alone(21, "TONO CONTOH"), KASEMEN)
    city.family(5, alone(23, "WARSO CONTOH"), desil=5)
    city.family(6, alone(24, "BARU CONTOH"), entry_route="musyawarah")
    return city


def shelve(office, folder):
    return tuple(
        imports.shelve_register(office, STAFF, name, city.register()).id
        for name, city in (("Maret", march()), ("Juni", june()))
    )


@pytest.fixture
def lists(office, begin_as):
    return begin_as(shelve, office)


def digest(office, lists, place=CIPARE, actor=STAFF):
    return digests.digest(office, actor, *lists, place)


def lines(summed):
    return {line.change: (line.before, line.after) for line in summed.lines}


def test_the_sums_of_a_kelurahan_reconcile_to_its_rows(office, lists):
    told = digest(office, lists)
    assert (told.families.listed_before, told.families.listed_after) == (4, 4)
    assert lines(told.families) == {
        Change.ENTERED: (0, 1),
        Change.LEFT: (1, 0),
        Change.MOVED_IN: (0, 1),
        Change.MOVED_OUT: (1, 0),
        Change.CHANGED: (1, 1),
        Change.SAME: (1, 1),
    }
    assert (told.persons.listed_before, told.persons.listed_after) == (7, 7)
    assert told.is_whole
    assert ("Desil", 1) in told.columns


def test_a_sum_that_lacks_a_row_says_so(office, lists):
    told = digest(office, lists)
    assert not replace(told.families, listed_before=5).is_whole
    (first, *rest) = told.families.lines
    cut = replace(first, reasons=())
    assert not replace(told.families, lines=(cut, *rest)).is_whole


def test_what_nobody_recorded_is_called_that_and_a_route_is_quoted(office, lists):
    told = digest(office, lists)
    why = {line.change: dict(line.reasons) for line in told.families.lines}
    assert why[Change.ENTERED] == {"musyawarah": 1}
    assert why[Change.LEFT] == {"belum_tercatat": 1}
    people = {line.change: dict(line.reasons) for line in told.persons.lines}
    assert people[Change.ENTERED] == {"lahir_belum_dilaporkan": 1, "bersama_keluarga": 1}
    assert people[Change.LEFT] == {"belum_tercatat": 1, "bersama_keluarga": 1}


def told_events(office, lists):
    family_id = family_of(office, lists[0])
    minah = next(
        one.person_id
        for one in happenings.members(office, STAFF, lists[0], family_id)
        if one.name.startswith("MINAH")
    )
    jamil = family_of(office, lists[0], 4)
    (moved,) = happenings.members(office, STAFF, lists[0], jamil)
    for home, entry in (
        (family_id, Entry("meninggal", DAY, "rt_rw", ("AKTA_KEMATIAN",), (minah,))),
        (family_id, Entry("lahir", DAY, "kader", ("AKTA_LAHIR",))),
        (
            jamil,
            Entry(
                *("pindah_keluar", DAY, "rt_rw", ("SURAT_PINDAH",)),
                (moved.person_id,),
                ("luar_kota",),
            ),
        ),
        (family_id, Entry("lahir", date(2026, 2, 1), "kader", ("AKTA_LAHIR",))),
    ):
        happenings.record(office, STAFF, lists[0], home, entry)


def test_events_explain_and_the_newer_list_bears_them_out(office, lists):
    told_events(office, lists)
    told = digest(office, lists)
    why = {line.change: dict(line.reasons) for line in told.families.lines}
    people = {line.change: dict(line.reasons) for line in told.persons.lines}
    assert why[Change.LEFT] == {"pindah_keluar": 1}
    assert people[Change.LEFT] == {"meninggal": 1, "pindah_keluar": 1}
    assert people[Change.ENTERED] == {"lahir": 1, "bersama_keluarga": 1}
    # That of February is of the quarter before.
    assert {one.kind: one.count for one in told.events}["lahir"] == 1
    assert {one.kind: one.sequels[Sequel.SHOWN] for one in told.events} == {
        "lahir": 1,
        "meninggal": 1,
        "pindah_keluar": 1,
    }
    assert told.open_tasks > 3
    assert told.is_whole


def test_an_event_taken_back_explains_nothing(office, lists):
    told_events(office, lists)
    for one in happenings.listed(office, STAFF):
        happenings.end(office, STAFF, one.kept.id, "keliru")
    told = digest(office, lists)
    assert (told.events, told.open_tasks) == ((), 0)


def test_a_visit_explains_who_left(office, lists):
    said = Outcome(
        {
            "visited_on": "2026-05-01",
            "visit_number": "1",
            "presence": "KB1",
            "domicile": "DM1",
            "eligibility": "LY2",
            "reason": "TL01",
            "evidence": ("KERJA",),
            "proposal": "USUL_HAPUS",
        },
        {
            one.person_id: {"member_presence": "KB1", "civil_match": "PD1"}
            for one in happenings.members(office, STAFF, lists[0], family_of(office, lists[0], 4))
        },
    )
    fieldwork.record_outcome(office, STAFF, lists[0], family_of(office, lists[0], 4), said)
    told = digest(office, lists)
    why = {line.change: dict(line.reasons) for line in told.families.lines}
    assert why[Change.LEFT] == {"TL01": 1}
    assert dict(told.visits) == {"LY2": 1}


def test_a_graduation_counts_in_the_quarter_once_it_was_checked(office, lists):
    record = (lists[0], family_of(office, lists[0]))
    wish = Proposal("mandiri", "PKH", DAY, DAY, ("PERNYATAAN",))
    number = graduations.propose(office, STAFF, *record, wish)
    (line,) = digest(office, lists).graduations
    assert (line.counted, line.waiting) == (0, 1)
    graduations.check(office, OTHER, number, "setuju")
    (line,) = digest(office, lists).graduations
    assert (line.counted, line.waiting) == (1, 0)
    assert digest(office, lists, KASEMEN).graduations == ()


def test_areas_and_order_are_asked(office, lists):
    with pytest.raises(Forbidden):
        digest(office, lists, CIPARE, OF_KASEMEN)
    with pytest.raises(WrongUse, match="lebih lama"):
        digests.digest(office, STAFF, lists[1], lists[0])
    mine = digest(office, lists, "", OF_SERANG)
    assert lines(mine.families) == lines(digest(office, lists).families)
    whole = digest(office, lists, "")
    assert (whole.families.listed_before, whole.families.listed_after) == (5, 5)
    assert lines(whole.families)[Change.MOVED] == (2, 2)
    assert whole.is_whole


@pytest.mark.parametrize("seed", range(2))
def test_planted_changes_in_three_lists_reconcile_to_the_row(office, seed):
    draw = Random(f"ringkasan:{seed}")
    standing = {serial: draw.choice([CIPARE, KASEMEN]) for serial in range(1, 60)}
    made, worlds = [], []
    for quarter in range(3):
        city = City(date(2026, 3 + 3 * quarter, 1))
        for serial, place in standing.items():
            city.family(serial, alone(serial, f"NAMA {serial}"), place)
        made.append(imports.shelve_register(office, STAFF, f"T{quarter}", city.register()).id)
        worlds.append(dict(standing))
        for serial in draw.sample(sorted(standing), 12):
            if draw.random() < 0.5:
                del standing[serial]
            else:
                standing[serial] = KASEMEN if standing[serial] == CIPARE else CIPARE
        for serial in draw.sample(sorted(set(range(60, 99)) - set(standing)), 5):
            standing[serial] = CIPARE
    for before, after, old, new in zip(made, made[1:], worlds, worlds[1:], strict=False):
        told = digests.digest(office, STAFF, before, after, CIPARE)
        was = {serial for serial, place in old.items() if place == CIPARE}
        now = {serial for serial, place in new.items() if place == CIPARE}
        assert told.is_whole
        assert lines(told.families) == {
            change: sides
            for change, sides in {
                Change.ENTERED: (0, len(now - set(old))),
                Change.LEFT: (len(was - set(new)), 0),
                Change.MOVED_IN: (0, len(now & set(old) - was)),
                Change.MOVED_OUT: (len(was & set(new) - now), 0),
                Change.SAME: (len(was & now), len(was & now)),
            }.items()
            if sides != (0, 0)
        }


def test_the_page_is_one_page_and_the_same_bytes_again(office, lists):
    told_events(office, lists)
    name, pdf = digests.digest_page(office, STAFF, *lists, CIPARE)
    assert name == f"ringkasan-{CIPARE}-2026-06-01.pdf"
    assert pdf == digests.digest_page(office, STAFF, *lists, CIPARE)[1]
    assert len(re.findall(rb"/Type\s*/Page\b", pdf)) == 1


def test_the_sentence_is_read_aloud(office, lists):
    said = digests.sentences(digest(office, lists))
    assert said[0] == (
        "Kelurahan Cipare, Kecamatan Serang, dari 1 Maret 2026 sampai 1 Juni 2026: keluarga yang "
        "terdaftar 4 menjadi 4, orang 7 menjadi 7."
    )
    assert said[1].startswith("Keluarga: 1 masuk, 1 keluar")


def test_a_page_for_the_board_holds_no_small_number(office, lists, monkeypatch):
    told_events(office, lists)
    pages = {}
    monkeypatch.setattr(
        "workbench.services.papers.press.press",
        lambda page, values, of: pages.update(values) or b"",
    )
    digests.digest_page(office, STAFF, *lists, CIPARE)
    assert ["keluar", "1", ""] in pages["sums"][0]["rows"]
    assert pages["reasons"][1]
    digests.digest_page(office, STAFF, *lists, CIPARE, is_public=True)
    shown = [cell for one in pages["sums"] for row in one["rows"] for cell in row[1:] if cell]
    shown += [cell for one in pages["sums"] for cell in one["total"]]
    shown += [row[-1] for rows in pages["reasons"] for row in rows]
    shown += [row[-1] for row in pages["facts"]]
    assert shown
    assert not {"1", "2", "3", "4"} & set(shown)
    assert pages["columns"] == []
    assert not re.search(r"\b[1-4]\b(?! Maret| Juni)", " ".join(pages["sentences"]))
