"""The map room: which lists, what the page may say, and what is taken along."""

from __future__ import annotations

import io
import zipfile

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.domain.reference import reference
from workbench.domain.wilayah import kelurahan
from workbench.errors import Forbidden, WrongUse
from workbench.geo.disclosure.tables import State
from workbench.services import maps, shelves
from workbench.services.house_points import PURPOSES
from workbench.services.office import Office
from workbench.synthesis import generate
from workbench.ui import guard
from workbench.ui.maps.model import ALL_OLDER, MapRoom
from workbench.ui.maps.view import MapDesk, link

TRAINER = Actor("pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
#: Looks after one kecamatan and one kelurahan of another.
PART = Actor("A-2", "Bu Rini", Role.STAF, Workspace.LATIHAN, ("36.73.02", "36.73.01.1001"))
EVIL = "<img src=x onerror=alert(1)>"
SENSITIVE = next(row["kode"] for row in reference("pmks_kategori") if row["sensitif"] == "ya")
SAID = {"indicator": "families", "measure": "jumlah", "scheme": "alami", "k": 5, "own": []}


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    """Two lists on the shelf, published both."""
    office = Office(tmp_path_factory.mktemp("kantor"))
    for seed, name in ((1, "Daftar lama"), (2, f"Daftar {EVIL}")):
        shelves_register(office, name, seed)
    return office


def shelves_register(office: Office, name: str, seed: int) -> None:
    from workbench.services.imports import shelve_register

    # With fewer families more is hidden, and what may be published takes longer to find.
    shelve_register(office, TRAINER, name, generate(families=1500, seed=seed))


@pytest.fixture
def room(office: Office) -> MapRoom:
    room = MapRoom(office, TRAINER)
    room.choose(room.list_id, ALL_OLDER)
    room.open()
    return room


def test_an_office_without_lists_is_told_the_way(tmp_path: object) -> None:
    assert MapRoom(Office(str(tmp_path)), TRAINER).blockers == (
        "Belum ada daftar untuk dipetakan.",
    )


def test_the_newest_list_comes_first_and_others_may_stand_beside_it(office: Office) -> None:
    room = MapRoom(office, TRAINER)
    newest, older = (one.id for one in room.shelf)
    assert room.list_ids == (newest,)
    assert [one for _, one in room.older_choices()] == ["", older]
    room.choose(newest, older)
    assert room.list_ids == (newest, older)
    room.choose(older, older)
    assert room.list_ids == (older,)


def test_a_map_is_made_ready_once(office: Office, room: MapRoom) -> None:
    out = office.folder(Workspace.LATIHAN) / "peta" / "terbitan"
    before = {path: path.stat().st_mtime_ns for path in out.glob("*.json")}
    assert len(before) == 2
    assert room.is_ready
    room.open()
    assert {path: path.stat().st_mtime_ns for path in out.glob("*.json")} == before


def test_numbers_are_those_of_the_whole_list_cut_to_ones_areas(
    office: Office, room: MapRoom
) -> None:
    ids = room.list_ids
    whole, part = maps.atlas(office, TRAINER, ids), maps.atlas(office, PART, ids)
    assert set(part.areas.by_code) == {
        place.kode_kemendagri for place in kelurahan() if PART.covers(place.kode_kemendagri)
    }
    assert part.totals == {"36.73.02"}
    assert whole.totals == {*whole.areas.kecamatan, "36.73"}
    for mine, theirs in zip(part.periods, whole.periods, strict=True):
        for name, table in mine.release.tables.items():
            assert {code for code, _ in table.cells} <= {*part.areas.by_code, "36.73.02"}
            for (code, key), cell in table.cells.items():
                assert cell == theirs.release.cell(name, key, code)


def test_who_covers_nothing_of_the_map_sees_none(office: Office, room: MapRoom) -> None:
    stranger = Actor("A-3", "Orang", Role.STAF, Workspace.LATIHAN, ("32.01",))
    with pytest.raises(Forbidden):
        maps.atlas(office, stranger, room.list_ids)


def test_too_many_lists_and_none_are_refused(office: Office) -> None:
    for ids in ((), ("a", "b", "c", "d", "e")):
        with pytest.raises(WrongUse, match="satu sampai 4"):
            maps.atlas(office, TRAINER, ids)


def test_no_small_count_is_published(room: MapRoom) -> None:
    assert room.atlas is not None
    values = [
        cell.value
        for period in room.atlas.periods
        for table in period.release.tables.values()
        for cell in table.cells.values()
        if cell.state is State.ANGKA
    ]
    assert len(values) > 100
    assert min(filter(None, values)) >= 5


def test_a_choice_on_the_page_is_taken_over(room: MapRoom) -> None:
    older = room.list_ids[1]
    assert room.hear({**SAID, "indicator": "desil:1", "period": older, "code": "36.73.01.1001"})
    assert room.selection is not None
    assert (room.selection.indicator, room.selection.period) == ("desil:1", older)
    assert room.code == "36.73.01.1001"
    page = room.open()
    assert f'"period":{[p.list_id for p in room.atlas.periods].index(older)}' in page


@pytest.mark.parametrize(
    "wrong",
    [
        {"indicator": f"ppks:{SENSITIVE}"},
        {"period": "../x"},
        {"measure": "__class__"},
        {"scheme": 7},
        {"k": 99},
        {"own": ["a"]},
        {"own": [float("nan")]},
        {"code": "11.01.01.2001"},
    ],
)
def test_what_makes_no_sense_changes_nothing(room: MapRoom, wrong: dict[str, object]) -> None:
    before = room.selection
    assert not room.hear({**SAID, "period": room.list_ids[0], **wrong})
    assert room.selection == before


def test_a_message_of_another_shape_changes_nothing(room: MapRoom) -> None:
    before, said = room.selection, {**SAID, "period": room.list_ids[0], "code": ""}
    shapes = ({}, [[]], 7.5, [float("-inf")], [10**400])
    for wrong in ({name: shape} for name in said for shape in shapes):
        assert not room.hear({**said, **wrong}), wrong
    assert room.selection == before


def test_a_measure_that_takes_long_is_made_when_asked_for(room: MapRoom) -> None:
    said = {"indicator": "families", "period": room.list_ids[0], "need": "kelompok"}
    late = room.late(said)
    assert (late["indicator"], late["measure"]) == ("families", "kelompok")
    assert late["pesan"].startswith("Kelompok setempat")
    with pytest.raises(WrongUse):
        room.late({**said, "period": "tiada"})


def test_charts_and_files_are_of_what_is_on_the_map(room: MapRoom) -> None:
    room.hear({**SAID, "indicator": "families", "period": room.list_ids[0], "code": ""})
    assert [kind for _, kind in room.chart_choices()] == ["batang", "tren", "sebaran"]
    svg, words = room.chart("batang")
    assert svg.lstrip().startswith("<svg")
    assert "Keluarga terdaftar" in words
    name, content = room.file("html")
    assert name.startswith("latihan-peta-")
    assert b'<html lang="id">' in content
    assert EVIL.encode() not in content
    room.hear({**SAID, "period": room.list_ids[0], "measure": "perubahan"})
    assert "Keluarga terdaftar menurut waktu" in room.chart("tren")[1]
    assert "perubahan" in room.file("csv")[0]


def test_a_checklist_is_only_of_places_on_the_map(room: MapRoom) -> None:
    with pytest.raises(WrongUse):
        room.checklist({"checklist": "36.73.01.1001", "period": "tiada"})
    with pytest.raises(WrongUse):
        room.checklist({"checklist": "11.01.01.2001", "period": room.list_ids[0]})
    for shape in ([], {}, None, 7):
        with pytest.raises(WrongUse):
            room.checklist({"checklist": shape, "period": room.list_ids[0]})
        with pytest.raises(WrongUse):
            room.checklist({"checklist": "36.73.01.1001", "period": shape})
        with pytest.raises(WrongUse):
            room.houses({"houses": shape, "period": shape, "purpose": "kunjungan"})


@pytest.fixture
def desk(room: MapRoom) -> MapDesk:
    return link(room)


def test_the_desk_draws_at_once_what_is_out(desk: MapDesk) -> None:
    assert desk.work is None
    assert desk.map.page.startswith("<!DOCTYPE html>")
    assert "<svg" in desk.chart.value
    assert desk.below.layout.display is None


def test_a_list_that_is_not_out_is_made_ready_behind_a_sentence(tmp_path: object) -> None:
    office = Office(str(tmp_path))
    shelves_register(office, "Daftar", 3)
    desk = MapDesk(MapRoom(office, TRAINER))
    desk.open()
    assert desk.work is not None
    desk.work.join(600)
    assert desk.map.page
    assert not desk.which.disabled


def test_the_page_is_heard_through_the_guard(desk: MapDesk) -> None:
    guard.protect(desk.panel)
    heard = {**SAID, "indicator": "people", "period": desk.room.list_ids[0], "code": ""}
    desk.map._handle_custom_msg(heard, [])
    assert desk.room.selection is not None
    assert desk.room.selection.indicator == "people"
    desk.map.set_state({"page": "<b>lain</b>"})
    assert desk.map.page.startswith("<!DOCTYPE html>")


def test_the_threshold_is_set_by_who_looks_after_the_city(tmp_path: object) -> None:
    office = Office(str(tmp_path))
    clerk = Actor("A-x", "Orang", Role.STAF, Workspace.LATIHAN, ("36.73",))
    assert maps.threshold(office, clerk) == 5
    maps.set_threshold(office, clerk, 10)
    assert maps.threshold(office, clerk) == 10
    for wrong in (1, 50, 5.5):
        with pytest.raises(WrongUse):
            maps.set_threshold(office, clerk, wrong)
    with pytest.raises(Forbidden):
        maps.set_threshold(office, PART, 5)


def test_a_list_taken_out_has_no_map(tmp_path: object) -> None:
    office = Office(str(tmp_path))
    shelves_register(office, "Daftar", 4)
    room = MapRoom(office, TRAINER)
    shelves.remove(office, TRAINER, room.list_id, "salah")
    with pytest.raises(WrongUse, match="dihapus"):
        maps.atlas(office, TRAINER, room.list_ids)


def test_houses_are_shown_for_a_purpose_in_the_kelurahan_that_is_chosen(room: MapRoom) -> None:
    newest = room.list_ids[0]
    room.hear({**SAID, "period": newest, "code": ""})
    said = {"houses": "36.73.01.1007", "period": newest, "purpose": "kunjungan"}
    with pytest.raises(WrongUse, match="Pilih dulu kelurahannya"):
        room.houses(said)
    room.hear({**SAID, "period": newest, "code": "36.73.01.1007"})
    with pytest.raises(WrongUse, match="untuk apa"):
        room.houses({**said, "purpose": ""})
    with pytest.raises(WrongUse, match="Pilih dulu kelurahannya"):
        room.houses({**said, "houses": "36.73.01.1002"})
    found = room.houses(said)
    assert found["rows"]
    assert set(found["rows"][0]) == {"lat", "lon", "rt", "rw", "remark"}
    assert "dibulatkan" in found["words"]
    assert "skematik" in found["words"]


def test_the_page_is_told_what_houses_may_be_looked_at_for(desk: MapDesk) -> None:
    sent: list[dict[str, object]] = []
    desk.map.answer = sent.append
    newest = desk.room.list_ids[0]
    desk.hear({**SAID, "period": newest, "code": "36.73.01.1007"})
    assert [key for key, _ in sent[0]["purposes"]] == list(PURPOSES)
    desk.hear({"houses": "36.73.01.1007", "period": newest, "purpose": "periksa"})
    assert sent[1]["houses"] == "36.73.01.1007"


def test_settings_are_for_who_sets_the_rules_of_the_whole_office(room: MapRoom) -> None:
    assert link(room).settings is None
    assert link(MapRoom(room.office, PART)).settings is None
    staff = Actor("A-9", "Bu Ani", Role.STAF, Workspace.LATIHAN, ("36.73",))
    desk = link(MapRoom(room.office, staff))
    assert desk.settings is not None
    assert "skematik" in desk.settings.facts.value
    assert "verval maps install" in desk.settings.facts.value
    assert desk.settings.content.layout.display == "none"
    desk.settings.fold.click()
    assert desk.settings.content.layout.display is None
    # No lines of the office are there to be given away.
    assert desk.settings.lines.layout.display == "none"
    desk.settings.licence.value = "CC0-1.0"
    assert b"publicdomain/zero" in zipped(desk.room.file("data-terbuka")[1], "README.md")
    desk.settings.least.value = 10
    desk.settings.save.click()
    assert maps.threshold(room.office, staff) == 10
    if desk.work is not None:
        desk.work.join(600)
    assert "1 sampai 9" in desk.map.page
    maps.set_threshold(room.office, staff, 5)


def zipped(content: bytes, name: str) -> bytes:
    """One file of a zip."""
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        return archive.read(name)
