"""Formats as offices have them, and files that are no map or are a trap."""

from __future__ import annotations

import socket
import sqlite3
import threading
import zipfile
from contextlib import suppress

import pytest

from workbench.errors import UnusableInput
from workbench.geo.boundaries import Fields, read_boundaries, reading


def parts_of(path, upper=False):
    """A Shapefile's parts by the name they are packed under."""
    found = {}
    for part in sorted(path.parent.glob(f"{path.stem}.*")):
        suffix = part.suffix.upper() if upper else part.suffix
        found[f"Peta Desa/{path.stem}{suffix}"] = part.read_bytes()
    return found


@pytest.mark.parametrize("name", ["b.geojson", "b.json", "b.gpkg", "b.shp", "b.kml", "b.kmz"])
def test_every_format_brings_the_whole_city(city, save, name):
    if name == "b.json":
        path = save(city, "b.geojson").rename(save(city).with_name(name))
    else:
        path = save(city, name)
    read = read_boundaries(path)
    assert read.report.joined == 67
    assert read.report.is_complete
    assert list(read.frame["kode_kemendagri"]) == list(city["kode"])
    drawn = read.frame.to_crs(32748).area / city.to_crs(32748).area
    assert drawn.between(0.999, 1.001).all()
    assert list(read.frame.columns) == [
        "kode_kemendagri",
        "name",
        "kecamatan_kode",
        "kecamatan",
        "geometry",
    ]


@pytest.mark.parametrize("upper", [False, True])
def test_a_zipped_shapefile_is_read_wherever_it_lies_in_the_zip(city, save, pack, upper):
    packed = pack({"BACA.txt": b"halo", **parts_of(save(city, "desa.shp"), upper)})
    report = read_boundaries(packed).report
    assert (report.joined, report.kind, report.file) == (67, "Shapefile", "batas.zip")


def test_of_several_maps_in_a_zip_the_one_of_the_kelurahan_is_taken(city, save, pack):
    other = city.dissolve("kecamatan").reset_index()[["kecamatan", "geometry"]]
    members = parts_of(save(other, "a_kecamatan.shp")) | parts_of(save(city, "z_desa.shp"))
    assert read_boundaries(pack(members)).report.joined == 67


def test_folders_of_a_kml_are_read_as_one(city, tmp_path):
    path = tmp_path / "b.kml"
    folders = []
    for name, group in city.groupby("kecamatan"):
        marks = []
        for row in group.itertuples():
            ring = " ".join(
                f"{x},{y},0" for x, y in max(getattr(row.geometry, "geoms", [row.geometry]),
                                             key=lambda part: part.area).exterior.coords
            )  # fmt: skip
            marks.append(
                f"<Placemark><name>{row.nama}</name><ExtendedData><Data name='kode'><value>"
                f"{row.kode}</value></Data></ExtendedData><Polygon><outerBoundaryIs><LinearRing>"
                f"<coordinates>{ring}</coordinates></LinearRing></outerBoundaryIs></Polygon>"
                "</Placemark>"
            )
        folders.append(f"<Folder><name>{name}</name>{''.join(marks)}</Folder>")
    path.write_text(
        "<?xml version='1.0' encoding='UTF-8'?><kml xmlns='http://www.opengis.net/kml/2.2'>"
        f"<Document>{''.join(folders)}</Document></kml>"
    )
    assert read_boundaries(path).report.joined == 67


@pytest.mark.parametrize("encoding", ["UTF-8", "CP1252"])
@pytest.mark.parametrize("says_so", [True, False])
def test_letters_of_a_shapefile_are_read_whether_it_says_its_encoding_or_not(
    squares, tmp_path, encoding, says_so
):
    frame = squares(4)
    frame["nama"] = ["Désa Rekaän", "Dua", "Tiga", "Empat"]
    path = tmp_path / "desa.shp"
    frame.to_file(path, engine="pyogrio", encoding=encoding)
    if not says_so:
        path.with_suffix(".cpg").unlink()
        table = bytearray(path.with_suffix(".dbf").read_bytes())
        table[29] = 0
        path.with_suffix(".dbf").write_bytes(table)
    read = read_boundaries(path, city_code="36.04")
    assert read.areas.areas[0].name == "Désa Rekaän"


def test_a_system_named_in_other_letters_is_said(squares, save):
    path = save(squares(4), "desa.shp")
    prj = path.with_suffix(".prj")
    prj.write_bytes(prj.read_bytes().replace(b"GCS_WGS", b"GCS_W\xe9S", 1))
    with pytest.raises(UnusableInput, match="tidak dapat dibaca sebagai Shapefile"):
        read_boundaries(path, city_code="36.04")


def test_markup_and_control_signs_in_names_are_plain_text(squares, save):
    frame = squares(3)
    frame["nama"] = ["<img src=x onerror=alert(1)>", "=1+1\n\x07baris", "x" * 500]
    names = [one.name for one in read_boundaries(save(frame), city_code="36.04").areas.areas]
    assert names == ["<img src=x onerror=alert(1)>", "=1+1 baris", "x" * 200]


def test_a_file_beyond_the_limit_is_refused(city, save, monkeypatch):
    path = save(city)
    monkeypatch.setattr(reading, "MOST_BYTES", path.stat().st_size - 1)
    with pytest.raises(UnusableInput, match="paling besar"):
        read_boundaries(path)


def test_a_map_of_more_rows_than_a_country_is_refused(city, save, monkeypatch):
    monkeypatch.setattr(reading, "MOST_ROWS", 66)
    with pytest.raises(UnusableInput, match="lebih dari 66 baris"):
        read_boundaries(save(city))


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("kosong.geojson", b"", "kosong"),
        ("foto.png", b"\x89PNG\r\n", "bukan peta yang dikenal"),
        ("foto.geojson", b"\x89PNG\r\n", "tidak dapat dibaca sebagai GeoJSON"),
        ("teks.geojson", b"{bukan json", "tidak dapat dibaca sebagai GeoJSON"),
        ("lain.geojson", b'{"a": 1}', "tidak dapat dibaca sebagai GeoJSON"),
        ("foto.gpkg", b"\x89PNG\r\n", "tidak dapat dibaca sebagai GeoPackage"),
        ("potong.gpkg", b"SQLite format 3\0" + b"x" * 200, "tidak dapat dibaca sebagai GeoPackage"),
        ("foto.kml", b"<svg/>", "tidak dapat dibaca sebagai KML"),
        ("foto.shp", b"\x89PNG\r\n", "tidak dapat dibaca sebagai Shapefile"),
        ("sendiri.shp", b"\x00\x00\x27\x0a" + b"\0" * 96, r"\.shx dan \.dbf tidak ada"),
        ("arsip.zip", b"PK\x03\x04rusak", "rusak atau bukan ZIP"),
    ],
)
def test_what_is_no_map_is_refused_with_a_sentence(tmp_path, name, content, words):
    path = tmp_path / name
    path.write_bytes(content)
    with pytest.raises(UnusableInput, match=words) as refusal:
        read_boundaries(path)
    assert str(refusal.value).endswith(".")


def test_a_folder_and_an_absent_file_are_refused(tmp_path):
    with pytest.raises(UnusableInput, match="adalah folder"):
        read_boundaries(tmp_path)
    with pytest.raises(UnusableInput, match="tidak ditemukan"):
        read_boundaries(tmp_path / "tiada.gpkg")


def test_archives_that_are_traps_are_refused(city, save, pack, tmp_path, monkeypatch):
    with pytest.raises(UnusableInput, match="tidak memuat peta"):
        read_boundaries(pack({"BACA.txt": b"halo"}))
    monkeypatch.setattr(reading, "MOST_MEMBERS", 3)
    with pytest.raises(UnusableInput, match="lebih dari 3 berkas"):
        read_boundaries(pack({f"{n}.txt": b"x" for n in range(4)}))
    monkeypatch.setattr(reading, "MOST_MEMBERS", 1000)
    monkeypatch.setattr(reading, "LEAST_JUDGED_BYTES", 100_000)
    with pytest.raises(UnusableInput, match="terlalu besar setelah dibuka"):
        read_boundaries(pack({"b.geojson": b" " * 10_000_000}))
    locked = pack({"b.geojson": b"{}"})
    content = bytearray(locked.read_bytes())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        content[content.index(mark) + offset] |= 1
    locked.write_bytes(content)
    with pytest.raises(UnusableInput, match="kata sandi"):
        read_boundaries(locked)


def test_members_with_a_way_out_of_the_zip_land_inside(city, save, tmp_path):
    whole = save(city, "desa.geojson").read_bytes()
    path = tmp_path / "dalam" / "batas.zip"
    path.parent.mkdir()
    with zipfile.ZipFile(path, "w") as archive:
        archive.writestr("../../keluar.geojson", whole)
        archive.writestr("/tmp/keluar.kml", b"<kml")
    before = {one for one in tmp_path.rglob("*")}
    with pytest.raises(UnusableInput):  # the other member is no map
        read_boundaries(path)
    assert {one for one in tmp_path.rglob("*")} == before


@pytest.fixture
def calls():
    """How often somebody knocked at a door of this machine, and where it is.

    Its address is nobody else's: what another test left behind still knocks at 127.0.0.1.
    """
    heard = []
    with socket.create_server(("127.45.67.89", 0)) as door:
        door.settimeout(0.1)
        done = threading.Event()

        def listen():
            while not done.is_set():
                try:
                    caller, _ = door.accept()
                except TimeoutError:
                    continue
                heard.append(1)
                caller.close()

        thread = threading.Thread(target=listen)
        thread.start()
        yield "{}:{}".format(*door.getsockname()), heard
        done.set()
        thread.join()


def test_no_file_makes_the_reader_ask_the_network_or_open_another_file(calls, tmp_path, city, save):
    door, heard = calls
    site = f"http://{door}/batas.geojson"
    secret = save(city, "rahasia.geojson")
    order = (
        "<OGRVRTDataSource><OGRVRTLayer name='a'><SrcDataSource>{}</SrcDataSource>"
        "</OGRVRTLayer></OGRVRTDataSource>"
    )
    link = (
        "<kml xmlns='http://www.opengis.net/kml/2.2'><Document><NetworkLink><Link><href>"
        f"{site}</href></Link></NetworkLink></Document></kml>"
    )
    traps = {
        "a.geojson": order.format(site),
        "b.kml": "<!-- <kml> -->" + order.format(f"/vsicurl/{site}"),
        "c.kml": "<!-- <kml> -->" + order.format(secret),
        "d.kml": link,
        "e.kml": f"<!DOCTYPE kml [<!ENTITY x SYSTEM '{site}'>]><kml>&x;</kml>",
        "f.geojson": f'{{"type": "Link", "href": "{site}", "links": [{{"href": "{site}"}}]}}',
        "g.geojson": f'{{"type": "Topology", "url": "{site}", "stac_version": "1.0.0"}}',
    }
    for name, content in traps.items():
        path = tmp_path / name
        path.write_text(content)
        with pytest.raises(UnusableInput):
            read_boundaries(path)
    for address in (site, f"/vsicurl/{site}", f"/vsizip//vsicurl/{site}", f"zip+{site}"):
        with pytest.raises(UnusableInput, match="Alamat internet"):
            read_boundaries(address)
    assert heard == []


@pytest.mark.parametrize(
    "crs",
    [
        '"crs": {"type": "link", "properties": {"href": "SITE", "type": "proj4"}}',
        '"crs": {"type": "URL", "properties": {"url": "SITE"}}',
        "'crs': {'type': 'link', 'properties': {'href': 'SITE'}}",
        '"crs": {"type"/*:*/: "l\\u0069nk", "properties": {"href": "SITE"}}',
        '"crs": {"type": "link"/*:*/, "properties": {"href": "SITE"}}',
        '"crs": {"type": "name", "properties": {"name": "SITE"}}',
        '"crs": {"type": "name", "properties": {"name": "+proj=longlat +nadgrids=SITE"}}',
    ],
)
@pytest.mark.parametrize("where", ["collection", "geometry"])
def test_no_system_of_coordinates_is_fetched(calls, tmp_path, crs, where):
    door, heard = calls
    crs = crs.replace("SITE", f"http://{door}/crs")
    outer, inner = (crs + ",", "") if where == "collection" else ("", crs + ",")
    path = tmp_path / "b.geojson"
    path.write_text(
        f'{{"type": "FeatureCollection", {outer} "features": [{{"type": "Feature", "properties": '
        f'{{"kode": "36.73.01.1001", "url": "x"}}, "geometry": {{{inner} "type": "Polygon", '
        '"coordinates": [[[106.1, -6.1], [106.2, -6.1], [106.2, -6.0], [106.1, -6.1]]]}}]}'
    )
    with suppress(UnusableInput):
        read_boundaries(path)
    assert heard == []


def test_a_property_called_url_is_no_link(city, save):
    assert read_boundaries(save(city.assign(url="x", link="y"), "b.geojson")).report.joined == 67


def test_a_geopackage_with_tables_that_read_elsewhere_is_refused(city, save, tmp_path):
    path = save(city)
    with sqlite3.connect(path) as base:
        base.execute("PRAGMA writable_schema=ON")
        base.execute(
            "INSERT INTO sqlite_master VALUES ('table', 'x', 'x', 0, "
            "'CREATE VIRTUAL TABLE x USING VirtualOGR(''/etc/hostname'')')"
        )
    with pytest.raises(UnusableInput, match="GeoPackage"):
        read_boundaries(path)


def test_nothing_of_an_unpacked_archive_is_left_behind(city, save, pack, tmp_path, monkeypatch):
    import tempfile

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "sementara"))
    (tmp_path / "sementara").mkdir()
    read_boundaries(pack(parts_of(save(city, "desa.shp"))), Fields(code="KODE"))
    assert list((tmp_path / "sementara").iterdir()) == []
