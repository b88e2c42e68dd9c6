"""What is published of lists, one after the other, and what all of it together betrays."""

from __future__ import annotations

import json
import os
from dataclasses import replace

import pyarrow.compute as pc
import pytest

from tests.geo.disclosure.attack import Attack
from workbench.access import Actor, Role, Workspace
from workbench.domain.wilayah import kelurahan
from workbench.errors import StoreFault, WrongUse
from workbench.geo.areas import city_areas
from workbench.geo.disclosure.tables import Release
from workbench.geo.releases import read_release
from workbench.services import lists, maps, renewals, shelves
from workbench.services.office import Office

STAFF = Actor("A1", "Sari", Role.STAF, Workspace.NYATA, ("36.73",))
PLACES = [place for place in kelurahan() if place.kecamatan in ("Serang", "Kasemen")][8:14]
FIRST = PLACES[0]
SURVEYED = frozenset(place.kode_kemendagri for place in PLACES)
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"


def rows(place, number, of, first=0):
    """Families of one person; every second one lacks a NIK, which is a finding."""
    return [
        ";".join(
            (
                "" if n % 2 else f"3673010504{n % 60 + 10:02d}{of:01d}{n:03d}",
                f"3673010607{n % 60 + 10:02d}{of:01d}{n:03d}",
                f"CONTOH {of} {n}",
                "L;05/04/1981;KEPALA KELUARGA;JL. CONTOH 1;001;002",
                place.name.upper(),
                place.kecamatan.upper(),
            )
        )
        for n in range(first, first + number)
    ]


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path / "kantor")


@pytest.fixture
def written(tmp_path):
    def write(name, lines):
        path = tmp_path / name
        path.write_text("\n".join((HEADER, *lines, "")), encoding="utf-8")
        return path

    return write


@pytest.fixture
def bring(office, written):
    def shelve(name="DTSEN Maret", number=20, **more):
        lines = [row for of, place in enumerate(PLACES) for row in rows(place, number + of, of)]
        return lists.bring_in(office, STAFF, written(f"{name}.csv", lines), name, **more)

    return shelve


def out(office) -> list[Release]:
    """All that is out, oldest first."""
    home = office.folder(Workspace.NYATA) / "peta" / "terbitan"
    paths = sorted(home.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    read = [read_release(path, city_areas()) for path in paths]
    assert all(read)
    return read


def told(release):
    return {
        (name, *place)
        for name, table in release.tables.items()
        for place, cell in table.cells.items()
        if cell.value is not None
    }


def betrayed(releases, same):
    """Hidden cells of a release that its neighbours pin; those it hides for others left aside."""
    narrow = Attack(releases, same=same).narrow(5)
    return [spot for spot, (low, _) in narrow.items() if spot[0] == 0 or low < 5]


def replace_first(office, written, standing):
    """The first kelurahan sends in three families instead of twenty."""
    path = written("perbaikan.csv", rows(FIRST, 3, 9))
    return renewals.replace_kelurahan(
        office, STAFF, standing.id, FIRST.kode_kemendagri, path
    ).summary


def judge_first(office, standing):
    """In the first kelurahan three families with a finding are left."""
    snapshot, whole = shelves.standing(office, STAFF, standing.id)
    table = whole.findings.table
    here = pc.equal(table["kelurahan_kode_kemendagri"], FIRST.kode_kemendagri)
    families = table.filter(here)["family_id"].unique()[3:]
    left = table.filter(pc.invert(pc.and_(here, pc.is_in(table["family_id"], families))))
    return renewals._renew(
        office, STAFF, snapshot, replace(whole.findings, table=left), whole.marks, {}, ""
    )


def test_a_list_is_out_when_its_import_ends(office, bring):
    said = []
    made = bring(progress=lambda share, words: said.append(words))
    assert said[-1] == "Menyiapkan peta ..."
    assert maps.is_published(office, STAFF, [made.id])
    renewals.recheck_list(office, STAFF, made.id)
    assert maps.is_published(office, STAFF, [made.id])
    assert len(out(office)) == 2
    renewals.recheck_kelurahan(office, STAFF, made.id, FIRST.kode_kemendagri)
    assert len(out(office)) == 3


def test_a_fault_of_the_map_is_left_to_the_room(office, bring, monkeypatch):
    def fault(*_):
        raise StoreFault("Disk penuh.")

    with monkeypatch.context() as patched:
        patched.setattr(maps, "_write", fault)
        made = bring()
    assert [one.id for one in lists.shelf(office, STAFF)] == [made.id]
    assert not maps.is_published(office, STAFF, [made.id])
    assert len(maps.atlas(office, STAFF, [made.id]).periods) == 1


def test_who_stops_at_the_map_has_the_list_all_the_same(office, bring):
    said = []
    made = bring(
        progress=lambda share, words: said.append(words),
        cancelled=lambda: said[-1:] == ["Menyimpan ..."] and said.count("Menyimpan ...") == 2,
    )
    assert [one.id for one in lists.shelf(office, STAFF)] == [made.id]
    assert out(office) == []


def test_a_replaced_kelurahan_is_not_told_by_what_the_list_said_before(office, bring, written):
    replace_first(office, written, bring())
    first, second = out(office)
    assert betrayed([first, second], SURVEYED - {FIRST.kode_kemendagri}) == []


def test_a_list_judged_again_is_not_told_by_what_it_said_before(office, bring):
    judge_first(office, bring())
    first, second = out(office)
    assert betrayed([first, second], SURVEYED - {FIRST.kode_kemendagri}) == []


@pytest.mark.parametrize("again", [judge_first, None])
def test_without_its_own_former_release_it_would_be_told(
    office, bring, written, monkeypatch, again
):
    made = bring()
    monkeypatch.setattr(maps, "_formers", lambda *_: [])
    if again:
        again(office, made)
    else:
        replace_first(office, written, made)
    assert betrayed(out(office), SURVEYED - {FIRST.kode_kemendagri})


def test_the_own_release_and_the_nearest_list_are_asked_and_no_more(
    office, bring, written, monkeypatch
):
    asked = []
    former = maps._formers

    def spy(*arguments):
        found = former(*arguments)
        asked.append([one.release for one in found])
        return found

    monkeypatch.setattr(maps, "_formers", spy)
    bring("DTSEN Januari", 30)
    made = bring("DTSEN Maret", 20)
    judge_first(office, made)
    replace_first(office, written, made)
    one, two, three, _ = out(office)
    assert asked == [[], [one], [one, two], [one, three]]


def test_which_came_out_last_is_not_told_by_restored_files(office, bring, written, monkeypatch):
    bring("DTSEN Januari", 30)
    made = bring("DTSEN Maret", 20)
    judge_first(office, made)
    one, _, three = out(office)
    home = office.folder(Workspace.NYATA) / "peta" / "terbitan"
    paths = sorted(home.glob("*.json"), key=lambda path: path.stat().st_mtime_ns)
    for age, path in enumerate(paths):
        os.utime(path, (10 - age, 10 - age))
    asked = []
    former = maps._formers
    monkeypatch.setattr(maps, "_formers", lambda *them: asked.append(former(*them)) or asked[-1])
    replace_first(office, written, made)
    assert [found.release for found in asked[0]] == [one, three]


def test_of_a_tiny_city_the_own_release_alone_is_asked(office, bring, monkeypatch):
    monkeypatch.setattr(maps, "_MANY_HIDDEN", 0)
    bring("DTSEN Januari", 30)
    made = bring("DTSEN Maret", 20)
    asked = []
    former = maps._formers
    monkeypatch.setattr(maps, "_formers", lambda *them: asked.append(former(*them)) or asked[-1])
    judge_first(office, made)
    assert [one.release for one in asked[0]] == out(office)[1:2]


def test_a_higher_threshold_and_back_tells_nothing_more(office, bring):
    made = bring(number=4)
    (five,) = out(office)
    maps.set_threshold(office, STAFF, 10)
    maps.atlas(office, STAFF, [made.id])
    _, ten = out(office)
    assert told(ten) < told(five)
    assert Attack([ten]).narrow(10) == {}
    assert Attack([five, ten], same=SURVEYED).narrow(5) == {}
    maps.set_threshold(office, STAFF, 5)
    assert maps.atlas(office, STAFF, [made.id]).periods[0].release.threshold == 5
    assert out(office) == [five, ten]


def test_a_lower_threshold_shows_more_and_betrays_nothing(office, bring):
    maps.set_threshold(office, STAFF, 10)
    made = bring(number=4)
    maps.set_threshold(office, STAFF, 5)
    maps.atlas(office, STAFF, [made.id])
    ten, five = out(office)
    assert told(ten) < told(five)
    assert Attack([ten, five], same=SURVEYED).narrow(5) == {}


def test_a_threshold_is_three_five_or_ten(office):
    for wrong in (0, 1, 4, 7, 11, 20, 5.0, "5", True):
        with pytest.raises(WrongUse, match="3, 5 atau 10"):
            maps.set_threshold(office, STAFF, wrong)
    for right in (3, 5, 10):
        maps.set_threshold(office, STAFF, right)
        assert maps.threshold(office, STAFF) == right


@pytest.mark.parametrize(("stored", "read"), [(1, 3), (4, 5), (7, 10), (20, 10)])
def test_an_odd_threshold_of_before_is_read_as_the_next_one_up(office, stored, read):
    maps.set_threshold(office, STAFF, 3)
    path = office.folder(Workspace.NYATA) / "peta" / "ambang.json"
    path.write_text(json.dumps({"ambang": stored}))
    assert maps.threshold(office, STAFF) == read
