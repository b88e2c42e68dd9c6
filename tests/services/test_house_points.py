"""House points: for whom, how exactly, for what, and what stays on record."""

import json
from dataclasses import replace

import geopandas
import pytest
import shapely

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import house_points, imports
from workbench.services.house_points import PURPOSES
from workbench.store.tables import event

STAFF = Actor("A-staf", "Staf", Role.STAF, Workspace.LATIHAN, ("36.73",))
TRAINER = Actor("A-latih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
CIPARE = "36.73.01.1002"
HEADER = (
    "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;"
    "DESA/KELUARAHAN;KECAMATAN;LATITUDE;LONGITUDE"
)
#: Kelurahan, latitude and longitude of one family each.
HOUSES = (
    ("CIPARE", "-6.1234567", "106.1654321"),
    ("CIPARE", "-6.3500001", "106.4000001"),
    ("CIPARE", "106.165", "-6.123"),
    ("CIPARE", "48.85", "2.35"),
    ("CIPARE", "0", "0"),
    ("CIPARE", "", ""),
    ("UNYUR", "-6.1", "106.15"),
)


def bring_in(office, folder):
    lines = [HEADER]
    for number, (place, lat, lon) in enumerate(HOUSES, start=1):
        kk = f"99730106071500{number:02}"
        person = f"Orang {number};L;05/04/1981;KEPALA KELUARGA;Jalan {number}"
        lines.append(f";{kk};{person};3;7;{place};SERANG;{lat};{lon}")
    path = folder / "rumah.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return imports.bring_in(office, STAFF, path, "Rumah").id


@pytest.fixture
def listed(office, begin_as):
    """The id of a practice list with those houses."""
    return begin_as(bring_in, office)


def look(office, actor, listed, place=CIPARE, purpose="kunjungan"):
    return house_points.house_points(office, actor, listed, place, purpose)


def records(office):
    with office.practice.reading() as connection:
        rows = connection.execute(event.select().where(event.c.kind == "titik_rumah")).all()
    return rows


def test_staff_see_whole_coordinates_and_neither_name_nor_number(office, listed):
    seen = look(office, STAFF, listed)
    first = seen.rows[0]
    assert (first.lat, first.lon) == (-6.1234567, 106.1654321)
    assert (first.code, first.rt.lstrip("0"), first.rw.lstrip("0")) == ("1", "3", "7")
    assert not seen.is_rounded
    assert "Orang" not in repr(seen)
    assert "99730106" not in repr(seen)


def test_others_see_three_decimals(office, listed):
    seen = look(office, TRAINER, listed)
    assert seen.is_rounded
    assert (seen.rows[0].lat, seen.rows[0].lon) == (-6.123, 106.165)
    assert all(
        len(f"{value!r}".partition(".")[2]) <= 3
        for row in seen.rows
        for value in (row.lat, row.lon)
    )
    assert "dibulatkan" in seen.words


def test_only_the_kelurahan_asked_for_is_shown_and_who_has_no_point_is_counted(office, listed):
    seen = look(office, STAFF, listed)
    assert (len(seen.rows), seen.without) == (4, 2)
    assert "4 dari 6 keluarga" in seen.words


def test_odd_places_are_said_in_words(office, listed):
    remarks = [row.remark for row in look(office, STAFF, listed).rows]
    assert remarks == [
        "",
        "jauh dari kelurahan",
        "lintang dan bujur tampaknya tertukar",
        "di luar Indonesia",
    ]
    assert "3 titik perlu dicek" in look(office, STAFF, listed).words


def test_with_official_lines_a_point_beyond_them_is_said(office, listed, monkeypatch):
    box = shapely.box(106.0, -6.2, 106.16, -6.0)
    frame = geopandas.GeoDataFrame({"kode_kemendagri": [CIPARE]}, geometry=[box], crs="EPSG:4326")
    frame.attrs = {"schematic": False, "source": "Kantor uji"}
    monkeypatch.setattr(house_points.boundaries, "frame", lambda *_: frame)
    assert look(office, STAFF, listed).rows[0].remark == "di luar batas kelurahan"
    frame.geometry = [shapely.box(106.0, -6.2, 106.2, -6.0)]
    assert look(office, STAFF, listed).rows[0].remark == ""


def test_every_look_is_on_record_with_its_purpose_and_no_coordinate(office, listed):
    look(office, STAFF, listed)
    look(office, TRAINER, listed, purpose="bencana")
    rows = records(office)
    assert [row.actor for row in rows] == ["A-staf", "A-latih"]
    assert {row.subject for row in rows} == {f"daftar:{listed}"}
    assert [json.loads(row.value) for row in rows] == [
        {
            "keperluan": PURPOSES["kunjungan"],
            "kelurahan": CIPARE,
            "titik": 4,
            "ketelitian": "penuh",
        },
        {
            "keperluan": PURPOSES["bencana"],
            "kelurahan": CIPARE,
            "titik": 4,
            "ketelitian": "dibulatkan",
        },
    ]


@pytest.mark.parametrize("purpose", ["", " ", "ingin tahu"])
def test_without_a_purpose_nothing_is_shown_or_recorded(office, listed, purpose):
    with pytest.raises(WrongUse, match="untuk apa"):
        look(office, STAFF, listed, purpose=purpose)
    assert records(office) == []


def test_outside_ones_area_and_without_the_right_there_is_nothing(office, listed):
    for actor in (
        replace(STAFF, areas=("36.73.05",)),
        replace(STAFF, role=Role.PESERTA),
        replace(STAFF, role=Role.ADMIN, workspace=Workspace.NYATA),
        replace(TRAINER, workspace=Workspace.NYATA),
    ):
        with pytest.raises(Forbidden):
            look(office, actor, listed)
    assert records(office) == []


def test_an_unknown_kelurahan_is_told_so(office, listed):
    with pytest.raises(NotFound):
        look(office, STAFF, listed, place="36.73.01.9999")


def test_a_kelurahan_without_families_or_points_is_told_so(office, listed):
    assert "Tidak ada keluarga" in look(office, STAFF, listed, place="36.73.01.1001").words
