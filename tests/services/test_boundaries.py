"""An office's boundaries: shown first, put in place whole, taken back, on record."""

from __future__ import annotations

import json
import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing

import geopandas as gpd
import pytest
import shapely

from workbench.access import Actor, Role, Workspace
from workbench.domain.wilayah import kelurahan
from workbench.errors import Forbidden, StoreFault, UnusableInput, WrongUse
from workbench.geo.areas import city_areas
from workbench.services import boundaries
from workbench.services.office import Office
from workbench.store import ledger, tables, verify_chain


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path / "kantor")


def staff(areas=("36.73",), role=Role.STAF, workspace=Workspace.NYATA):
    return Actor("A1", "Sari", role, workspace, areas)


@pytest.fixture
def make_file(tmp_path):
    """A boundary file of squares; ``step`` in degrees tells one from another."""

    def make(name="batas.gpkg", step=0.01, codes=None):
        codes = codes or [place.kode_kemendagri for place in kelurahan()]
        corners = [(106.1 + step * (n % 25), -6.2 + step * (n // 25)) for n in range(len(codes))]
        frame = gpd.GeoDataFrame(
            {
                "kode": codes,
                "nama": [f"Wilayah {n}" for n in range(len(codes))],
                "kecamatan": [f"Kecamatan {code[6:8]}" for code in codes],
                "RAHASIA": ["catatan pemilik berkas"] * len(codes),
            },
            geometry=[shapely.box(x, y, x + step, y + step) for x, y in corners],
            crs=4326,
        )
        path = tmp_path / name
        frame.to_file(path, engine="pyogrio")
        return path

    return make


def put(office, path, actor=None, **more):
    actor = actor or staff()
    proposal = boundaries.propose(office, actor, path, **more)
    boundaries.confirm(office, actor, proposal)
    return proposal


def drawn_step(office, actor=None):
    """The side of the first square in degrees; 0 for the schematic map."""
    frame = boundaries.frame(office, actor or staff())
    if frame.attrs["schematic"]:
        return 0
    west, _, east, _ = frame.geometry.iloc[0].bounds
    return round(east - west, 6)


def test_without_a_map_the_schematic_one_is_drawn(office):
    assert drawn_step(office) == 0
    assert boundaries.installed(office, staff()) is None
    assert boundaries.areas(office, staff()) == city_areas()


def test_a_proposal_changes_nothing_and_a_confirmed_one_is_drawn(office, make_file):
    proposal = boundaries.propose(office, staff(), make_file())
    assert proposal.report.is_complete
    assert drawn_step(office) == 0
    boundaries.confirm(office, staff(), proposal)
    assert drawn_step(office) == 0.01
    frame = boundaries.frame(office, staff())
    assert list(frame["name"]) == [place.name for place in kelurahan()]
    assert frame.attrs["source"] == "berkas batas.gpkg"
    assert frame.attrs["join"].is_complete
    assert frame.crs.to_epsg() == 4326
    here = boundaries.installed(office, staff())
    assert (here.report, here.by) == (proposal.report, "A1")


def test_the_full_lines_are_kept(office, tmp_path, make_file):
    path = make_file()
    put(office, path)
    kept = boundaries.frame(office, staff()).geometry.to_numpy()
    given = gpd.read_file(path, engine="pyogrio").geometry.to_numpy()
    assert shapely.equals(kept, given).all()


def test_an_incomplete_map_is_drawn_and_says_what_it_lacks(office, make_file):
    codes = [place.kode_kemendagri for place in kelurahan()[2:]]
    put(office, make_file(codes=codes))
    join = boundaries.frame(office, staff()).attrs["join"]
    assert [one.name for one in join.missing] == ["Serang", "Cipare"]
    assert "65 dari 67" in join.sentence()


def test_each_map_gives_way_to_the_one_before_and_at_last_to_the_schematic_one(office, make_file):
    put(office, make_file("satu.gpkg", 0.01))
    put(office, make_file("dua.gpkg", 0.02))
    assert drawn_step(office) == 0.02
    assert boundaries.undo(office, staff()).report.file == "satu.gpkg"
    assert drawn_step(office) == 0.01
    assert boundaries.undo(office, staff()) is None
    assert drawn_step(office) == 0
    with pytest.raises(WrongUse, match="peta skematik bawaan"):
        boundaries.undo(office, staff())


def test_a_refused_file_leaves_the_map_that_was_there(office, make_file, tmp_path):
    put(office, make_file())
    broken = tmp_path / "rusak.geojson"
    broken.write_text("{")
    with pytest.raises(UnusableInput):
        boundaries.propose(office, staff(), broken)
    assert drawn_step(office) == 0.01


def test_nothing_of_the_file_but_codes_names_and_lines_is_kept(office, make_file):
    put(office, make_file())
    for path in (office.folder(Workspace.NYATA) / "peta").rglob("*"):
        if path.is_file():
            content = path.read_bytes()
            assert b"catatan pemilik" not in content
            assert b"RAHASIA" not in content
            assert b"Wilayah 3" not in content


def test_two_sides_of_the_wall_have_their_own_map(office, make_file):
    put(office, make_file())
    assert drawn_step(office, staff(workspace=Workspace.LATIHAN)) == 0


def test_who_put_which_file_in_place_stands_in_the_ledger(office, make_file):
    proposal = put(office, make_file())
    boundaries.undo(office, staff())
    with office.real.reading() as connection:
        rows = connection.execute(tables.event.select()).all()
    assert [(row.actor, row.subject, row.field) for row in rows] == [
        ("A1", "peta:batas", "pasang"),
        ("A1", "peta:batas", "kembalikan"),
    ]
    said = json.loads(rows[0].value)
    assert (said["berkas"], said["sha256"]) == ("batas.gpkg", proposal.report.sha256)
    assert ledger.verify_chain(office.real).is_whole


def test_only_who_looks_after_the_whole_city_replaces_it(office, make_file):
    path = make_file()
    proposal = boundaries.propose(office, staff(), path)
    narrow = staff(("36.73.01",))
    for act in (
        lambda: boundaries.propose(office, narrow, path),
        lambda: boundaries.confirm(office, narrow, proposal),
        lambda: boundaries.undo(office, narrow),
    ):
        with pytest.raises(Forbidden, match="seluruh kota"):
            act()
    assert boundaries.frame(office, narrow).attrs["schematic"]


# --- what stops midway ---------------------------------------------------------------------------


class Stopped(BaseException):
    """The machine stops here."""


@pytest.mark.parametrize("at", ["replace", "fsync", "write"])
def test_a_machine_that_stops_midway_leaves_the_map_that_was_there(
    office, make_file, monkeypatch, at
):
    put(office, make_file("satu.gpkg", 0.01))
    proposal = boundaries.propose(office, staff(), make_file("dua.gpkg", 0.02))

    def stop(*_, **__):
        raise Stopped

    with monkeypatch.context() as patched:
        if at == "write":
            patched.setattr("pyogrio.write_dataframe", stop)
        else:
            patched.setattr(os, at, stop)
        with pytest.raises(Stopped):
            boundaries.confirm(office, staff(), proposal)
    assert drawn_step(office) == 0.01
    boundaries.confirm(office, staff(), proposal)
    assert drawn_step(office) == 0.02
    named = json.loads((office.folder(Workspace.NYATA) / "peta" / "batas.json").read_text())
    folders = {one.name for one in (office.folder(Workspace.NYATA) / "peta").glob("batas-*")}
    assert folders == {one["folder"] for one in named["maps"]}
    assert len(folders) == 2


def steps(office):
    with office.real.reading() as connection:
        rows = connection.execute(tables.event.select().order_by(tables.event.c.seq)).all()
    return [(row.actor, row.field, json.loads(row.value).get("sha256")) for row in rows]


def stop_at(monkeypatch, name):
    def stop(*_, **__):
        raise Stopped

    monkeypatch.setattr(boundaries, name, stop)


@pytest.mark.parametrize("found_by", ["frame", "installed", "confirm"])
def test_a_step_the_ledger_missed_is_entered_by_the_next_call(
    office, make_file, monkeypatch, found_by
):
    first = put(office, make_file("satu.gpkg", 0.01)).report.sha256
    proposal = boundaries.propose(office, staff(), make_file("dua.gpkg", 0.02))
    second = proposal.report.sha256
    with monkeypatch.context() as patched:
        stop_at(patched, "_sweep")
        with pytest.raises(Stopped):
            boundaries.confirm(office, staff(), proposal)
    assert steps(office) == [("A1", "pasang", first)]
    other = Actor("A2", "Dewi", Role.STAF, Workspace.NYATA, ("36.73",))
    if found_by == "confirm":
        third = put(office, make_file("tiga.gpkg", 0.03), other).report.sha256
        added = [("A2", "pasang", third)]
    else:
        getattr(boundaries, found_by)(office, other)
        getattr(boundaries, found_by)(office, other)
        added = []
    assert steps(office) == [("A1", "pasang", first), ("A1", "pasang", second), *added]
    assert verify_chain(office.real).is_whole


def test_taking_back_is_entered_too(office, make_file, monkeypatch):
    only = put(office, make_file("satu.gpkg", 0.01)).report.sha256
    with monkeypatch.context() as patched:
        stop_at(patched, "_sweep")
        with pytest.raises(Stopped):
            boundaries.undo(office, staff())
    assert len(steps(office)) == 1
    assert boundaries.installed(office, staff()) is None
    assert steps(office) == [("A1", "pasang", only), ("A1", "kembalikan", only)]


@pytest.mark.parametrize("at", ["os.replace", "os.fsync", "shutil.rmtree"])
def test_a_process_killed_midway_leaves_a_whole_map(office, make_file, at):
    put(office, make_file("satu.gpkg", 0.01))
    put(office, make_file("dua.gpkg", 0.02))
    third = make_file("tiga.gpkg", 0.03)
    script = f"""
import os, shutil, signal
from pathlib import Path
from workbench.access import Actor, Role, Workspace
from workbench.services import boundaries
from workbench.services.office import Office
office = Office({str(office.root)!r})
actor = Actor("A1", "Sari", Role.STAF, Workspace.NYATA, ("36.73",))
proposal = boundaries.propose(office, actor, Path({str(third)!r}))
{at} = lambda *_, **__: os.kill(os.getpid(), signal.SIGKILL)
boundaries.confirm(office, actor, proposal)
"""
    ended = subprocess.run([sys.executable, "-c", script], check=False, capture_output=True)
    assert ended.returncode == -signal.SIGKILL, ended.stderr.decode()
    # Once the record is replaced the new map stands; before that the old one does.
    assert drawn_step(office) == (0.03 if at == "shutil.rmtree" else 0.02)
    put(office, make_file("empat.gpkg", 0.04))
    home = office.folder(Workspace.NYATA) / "peta"
    assert len(list(home.iterdir())) == 3


def test_a_full_disk_is_told_and_leaves_nothing(office, make_file, monkeypatch):
    proposal = boundaries.propose(office, staff(), make_file())

    def full(*_, **__):
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "replace", full)
    with pytest.raises(StoreFault):
        boundaries.confirm(office, staff(), proposal)
    assert list((office.folder(Workspace.NYATA) / "peta").iterdir()) == []
    with office.real.reading() as connection:
        assert connection.execute(tables.event.select()).all() == []


def test_a_damaged_map_is_told_and_can_be_replaced(office, make_file):
    put(office, make_file())
    home = office.folder(Workspace.NYATA) / "peta"
    next(home.glob("batas-*/batas.gpkg")).write_bytes(b"rusak")
    with pytest.raises(StoreFault, match="verval maps install"):
        boundaries.frame(office, staff())
    (home / "batas.json").write_text("{")
    with pytest.raises(StoreFault, match="verval maps install"):
        boundaries.installed(office, staff())
    put(office, make_file("dua.gpkg", 0.02))
    assert drawn_step(office) == 0.02


def query(path, words):
    with closing(sqlite3.connect(path)) as raw, raw:
        return raw.execute(words).fetchall()


def a_ring_left_open(path):
    ((shape,),) = query(path, "select geom from batas limit 1")
    path.write_bytes(path.read_bytes().replace(shape, shape[:-16] + bytes(16)))


def rows_of_nonsense(path):
    ((page,),) = query(path, "select rootpage from sqlite_master where name = 'batas'")
    ((size,),) = query(path, "pragma page_size")
    content = bytearray(path.read_bytes())
    content[(page - 1) * size : page * size] = b"\xff" * size
    path.write_bytes(content)


def a_table_nobody_lists(path):
    query(path, "delete from gpkg_contents")


def cut_off(path):
    os.truncate(path, path.stat().st_size // 2)


@pytest.mark.parametrize(
    "spoil", [a_ring_left_open, rows_of_nonsense, a_table_nobody_lists, cut_off]
)
def test_whatever_is_damaged_in_a_map_is_told(office, make_file, spoil):
    put(office, make_file())
    spoil(next((office.folder(Workspace.NYATA) / "peta").glob("batas-*/batas.gpkg")))
    with pytest.raises(StoreFault, match="verval maps install"):
        boundaries.frame(office, staff())


# --- another city --------------------------------------------------------------------------------


def test_another_regency_brings_its_own_list(office, make_file):
    codes = [f"36.04.{1 + n // 20:02d}.{2001 + n % 20}" for n in range(500)]
    path = make_file(codes=codes)
    with pytest.raises(UnusableInput, match="Kabupaten Serang"):
        boundaries.propose(office, staff(), path)
    proposal = put(office, path, city_code="36.04")
    areas = boundaries.areas(office, staff())
    assert areas == proposal.read.areas
    assert (areas.city_name, len(areas.areas), len(areas.kecamatan)) == (
        "Kabupaten Serang",
        500,
        25,
    )
    frame = boundaries.frame(office, staff())
    assert list(frame["kode_kemendagri"]) == codes
    assert list(frame["name"][:2]) == ["Wilayah 0", "Wilayah 1"]
    boundaries.undo(office, staff())
    assert boundaries.areas(office, staff()) == city_areas()
