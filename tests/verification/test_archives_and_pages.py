"""Lists inside ZIP archives, and lists a web application wrote as a page and called .xls."""

from __future__ import annotations

import io
import struct
import zipfile

import pytest

from workbench.errors import UnusableInput
from workbench.verification import archives, pages, propose_mapping, sources

HEADER = ["NO KK", "NIK", "NAMA", "KELURAHAN"]
SITI = ["3673010101209001", "3673014105859001", "SITI", "Cipare"]
BUDI = ["3673010101209002", "3673010105059002", "BUDI", "Lopang"]


def zipped(office, members, name="kota.zip", **more):
    path = office.folder / name
    with zipfile.ZipFile(path, "w", more.get("kind", zipfile.ZIP_DEFLATED)) as archive:
        for member, content in members.items():
            archive.writestr(member, content)
    return path


def csv_bytes(*rows):
    return "\r\n".join(";".join(row) for row in rows).encode()


def sentence_of(office, path):
    with pytest.raises(UnusableInput) as caught:
        office.read(path)
    return str(caught.value)


# --- archives ----------------------------------------------------------------------------------


def test_every_list_of_an_archive_is_read_and_the_rest_is_named(office):
    book = office.xlsx([HEADER, SITI]).read_bytes()
    path = zipped(
        office,
        {
            "Kec. Serang/Cipare.xlsx": book,
            "Kec. Serang/Lopang.csv": csv_bytes(HEADER, BUDI),
            "foto/ktp.jpg": b"\xff\xd8\xff" + b"x" * 100,
            "baca dulu.txt": b"Daftar ini dari dua kelurahan.",
            "__MACOSX/._Cipare.xlsx": b"\x00\x05\x16\x07",
            "~$Cipare.xlsx": b"x",
        },
    )
    reading = office.read(path)
    assert reading.register["person"].select(["name", "file", "row"]).to_pylist() == [
        {"name": "SITI", "file": "kota.zip/Kec. Serang/Cipare.xlsx", "row": 2},
        {"name": "BUDI", "file": "kota.zip/Kec. Serang/Lopang.csv", "row": 2},
    ]
    said = [note for note in reading.notes if note.startswith("Di dalam arsip")]
    assert len(said) == 2
    assert "ktp.jpg adalah gambar" in " ".join(said)
    assert [file["name"] for file in reading.register.manifest["files"]] == [
        "kota.zip/Kec. Serang/Cipare.xlsx",
        "kota.zip/Kec. Serang/Lopang.csv",
    ]


def test_a_proposal_shows_the_columns_of_every_list_of_an_archive(office):
    path = zipped(
        office, {"a.csv": csv_bytes(HEADER, SITI), "b.csv": csv_bytes(["NIK", "NAMA"], BUDI[1:3])}
    )
    proposal = propose_mapping(path)
    assert [column.file for column in proposal.columns] == ["kota.zip/a.csv"] * 4 + [
        "kota.zip/b.csv"
    ] * 2
    again = office.read(path, mapping=proposal.as_mapping())
    assert again.register["person"].num_rows == 2


@pytest.mark.parametrize("stored", ["daftar é.csv", "Kelurahan Cipare.csv"])
@pytest.mark.parametrize("encoding", ["cp437", "utf-8"])
def test_names_in_an_archive_are_read_as_they_were_meant(office, stored, encoding):
    path = zipped(office, {"X" * len(stored.encode(encoding)): csv_bytes(HEADER, SITI)})
    raw = path.read_bytes().replace(b"X" * len(stored.encode(encoding)), stored.encode(encoding))
    reading = office.read(office.raw(raw, "kota.zip"))
    assert reading.register["person"]["file"].to_pylist() == [f"kota.zip/{stored}"]


def test_the_name_of_a_file_places_a_list_that_does_not_say_where_it_belongs(office):
    path = zipped(office, {"Kel_Cipare.csv": csv_bytes(HEADER[:3], SITI[:3])})
    register = office.read(path).register
    assert register["family"]["kelurahan_kode_kemendagri"].to_pylist() == ["36.73.01.1002"]


def test_an_archive_with_a_password_inside_another_or_without_a_list(office):
    plain = zipped(office, {"a.csv": csv_bytes(HEADER, SITI)}).read_bytes()
    # The flag that says a member is encrypted stands in both of its headers.
    locked = bytearray(plain)
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = locked.index(mark) + offset
        locked[place : place + 2] = struct.pack("<H", 1)
    assert "kata sandi" in sentence_of(office, office.raw(bytes(locked), "terkunci.zip"))
    nested = zipped(office, {"dalam.zip": plain}, "luar.zip")
    assert "arsip lain" in sentence_of(office, nested)
    assert "tidak memuat daftar" in sentence_of(office, zipped(office, {"a.txt": b"halo"}, "b.zip"))
    assert "tidak memuat berkas" in sentence_of(office, zipped(office, {}, "kosong.zip"))


def test_a_damaged_list_in_an_archive_stops_the_whole_archive(office):
    book = office.xlsx([HEADER, SITI]).read_bytes()
    path = zipped(office, {"a.csv": csv_bytes(HEADER, BUDI), "b.xlsx": book[:900]})
    assert "kota.zip/b.xlsx rusak" in sentence_of(office, path)


def test_what_would_unpack_into_nothing_but_size_is_not_unpacked(office, monkeypatch):
    bomb = zipped(office, {"a.csv": b"0" * 60_000_000}, "bom.zip")
    assert "terlalu besar" in sentence_of(office, bomb)
    book = zipped(office, {"xl/workbook.xml": b"0" * 60_000_000}, "bom.xlsx")
    assert "terlalu besar" in sentence_of(office, book)
    monkeypatch.setattr(archives, "MOST_UNPACKED_BYTES", 1000)
    many = zipped(office, {f"{n}.csv": csv_bytes(HEADER, SITI) * 3 for n in range(9)}, "b.zip")
    assert "terlalu besar" in sentence_of(office, many)


def test_a_file_larger_than_the_memory_should_hold_is_not_opened(office, monkeypatch):
    monkeypatch.setattr("workbench.verification.workbooks.MOST_BYTES", 100)
    assert sources.MOST_BYTES >= 100_000_000
    path = office.text([HEADER, SITI, BUDI])
    assert "pecah menjadi beberapa berkas" in sentence_of(office, path)


# --- pages ---------------------------------------------------------------------------------------


def page(*rows, before=""):
    lines = "".join(f"<tr>{''.join(f'<td>{c}</td>' for c in row)}</tr>" for row in rows)
    return (
        f"<html><head><style>td {{mso: 1}}</style></head><body>{before}"
        f"<table border=1>{lines}</table></body></html>"
    ).encode()


def test_a_page_called_xls_is_read_as_its_table(office):
    before = "<h3>DATA PENERIMA<br>KELURAHAN CIPARE</h3>"
    content = page(HEADER[:3], SITI[:3], ["3673010101209002", "3,67301E+15", "BUDI"], before=before)
    reading = office.read(office.raw(content, "ekspor.xls"))
    assert reading.register["person"]["name"].to_pylist() == ["SITI"]
    assert reading.refused["code"].to_pylist() == ["nik_rusak_spreadsheet"]
    places = reading.register["family"]["kelurahan_kode_kemendagri"].to_pylist()
    assert places == ["36.73.01.1002"]
    assert any("halaman web" in note for note in reading.notes)


def test_spanning_cells_of_a_page_make_a_header_of_two_rows(office):
    content = (
        "<table><tr><th rowspan=2>NIK</th><th rowspan=2>NAMA</th><th colspan=2>ALAMAT</th>"
        "<th rowspan=2>KELURAHAN</th></tr><tr><th>RT</th><th>RW</th></tr>"
        "<tr><td>3673014105859001</td><td>SITI &amp; CONTOH</td><td>1</td><td>2</td>"
        "<td>Cipare</td></tr></table>"
    ).encode("utf-16")
    register = office.read(office.raw(content, "ekspor.xls")).register
    assert register["person"]["name"].to_pylist() == ["SITI & CONTOH"]
    assert register["family"].select(["rt", "rw"]).to_pylist() == [{"rt": "001", "rw": "002"}]


def test_a_table_that_lays_out_a_page_is_no_list(office):
    inner = page(HEADER, SITI).decode().split("<body>")[1].split("</body>")[0]
    content = f"<html><table><tr><td>Beranda</td><td>{inner}</td></tr></table></html>".encode()
    reading = office.read(office.raw(content, "ekspor.xls"))
    assert reading.counts == {"dibaca": 1, "disimpan": 1, "ditolak": 0}


@pytest.mark.parametrize(
    "sign",
    ["<![x", "<![ >", "<![", "<![1[x]]>", "&#" + "9" * 5000 + ";"],
    ids=lambda sign: sign[:5],
)
def test_signs_a_page_may_not_hold_are_passed_over_or_said(office, sign):
    """Whether they break its reader depends on the Python."""
    content = page(HEADER, [*SITI[:2], f"SITI {sign}", SITI[3]], BUDI)
    said = ""
    try:
        office.read(office.raw(content, "ekspor.xls"))
    except UnusableInput as error:
        said = str(error)
    assert not said or said.startswith("Berkas ekspor.xls rusak")


def test_a_page_that_breaks_its_reader_is_damaged(office, monkeypatch):
    def broken(self, data):
        raise AssertionError

    monkeypatch.setattr(pages.HTMLParser, "feed", broken)
    path = office.raw(page(HEADER, SITI), "ekspor.xls")
    assert sentence_of(office, path).startswith("Berkas ekspor.xls rusak")


def old_workbook(*rows, second=""):
    """The XML of an old workbook; ``second`` is said of the second cell of each row."""

    def cell(n, content):
        kind = "Number" if isinstance(content, int) else "String"
        about = second if n == 1 else ""
        return f'<Cell {about}><Data ss:Type="{kind}">{content}</Data></Cell>'

    lines = "".join(
        f"<Row>{''.join(cell(n, content) for n, content in enumerate(row))}</Row>" for row in rows
    )
    return (
        '<?xml version="1.0"?><?mso-application progid="Excel.Sheet"?>'
        '<Workbook xmlns="urn:schemas-microsoft-com:office:spreadsheet" '
        'xmlns:ss="urn:schemas-microsoft-com:office:spreadsheet"><Worksheet ss:Name="Data"><Table>'
        f"{lines}</Table></Worksheet></Workbook>"
    ).encode()


@pytest.mark.parametrize("told", ["\u00b2", "9" * 5000, "-1", "x", "0"], ids=lambda told: told[:3])
def test_a_cell_that_reaches_over_no_known_number_of_others_stands_alone(office, told):
    content = old_workbook(HEADER, SITI, second=f'ss:MergeAcross="{told}"')
    reading = office.read(office.raw(content, "lama.xls"))
    assert reading.register["person"]["name"].to_pylist() == ["SITI"]


def test_a_cell_that_reaches_over_others_moves_what_follows(office):
    content = old_workbook(HEADER, SITI, second='ss:MergeAcross="1"')
    reading = office.read(office.raw(content, "lama.xls"))
    assert reading.register["person"]["name"].to_pylist() == ["SITI"]


def test_the_xml_of_old_workbooks_is_read_with_typed_cells(office):
    content = old_workbook(HEADER, SITI, [BUDI[0], 3673010105059002, *BUDI[2:]])
    reading = office.read(office.raw(content, "lama.xls"))
    assert reading.register["person"].select(["name", "sheet"]).to_pylist() == [
        {"name": "SITI", "sheet": "Data"}
    ]
    assert reading.refused["code"].to_pylist() == ["nik_rusak_spreadsheet"]
    bomb = content.replace(b"<Workbook", b'<!DOCTYPE a [<!ENTITY b "c">]><Workbook', 1)
    assert "tanpa tabel" in sentence_of(office, office.raw(bomb, "bom.xls"))


# --- what a workbook says beside its cells ------------------------------------------------------


def rewritten(path, change):
    out = io.BytesIO()
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(out, "w") as new:
        for member in old.namelist():
            new.writestr(member, change(member, old.read(member)))
    return out.getvalue()


def test_hidden_columns_are_read_and_said(office):
    path = office.xlsx([HEADER, SITI, BUDI])

    def hide(member, content):
        hidden = b'<cols><col min="3" max="3" width="9" hidden="1"/></cols><sheetData>'
        return content.replace(b"<sheetData>", hidden) if "sheet1" in member else content

    reading = office.read(office.raw(rewritten(path, hide), "daftar.xlsx"))
    assert reading.register["person"]["name"].to_pylist() == ["SITI", "BUDI"]
    assert any("kolom tersembunyi ikut dibaca: NAMA" in note for note in reading.notes)


def test_a_formula_is_never_worked_out_and_one_without_a_result_is_said(office):
    path = office.xlsx([HEADER, SITI, BUDI])

    def compute(member, content):
        if "sheet1" not in member:
            return content
        start = content.index(b'<c r="C2"')
        end = content.index(b"</c>", start) + 4
        kept = b'<c r="C2" t="str"><f>1+1</f><v>SITI</v></c>'
        content = content[:start] + kept + content[end:]
        start = content.index(b'<c r="C3"')
        end = content.index(b"</c>", start) + 4
        return content[:start] + b'<c r="C3"><f>"BUDI"</f></c>' + content[end:]

    reading = office.read(office.raw(rewritten(path, compute), "daftar.xlsx"))
    assert reading.register["person"]["name"].to_pylist() == ["SITI", ""]
    assert any("1 sel berisi rumus tanpa hasil" in note for note in reading.notes)


def test_links_to_other_files_are_not_followed_and_said(office):
    path = office.xlsx([HEADER, SITI])
    with zipfile.ZipFile(path, "a") as archive:
        archive.writestr("xl/externalLinks/externalLink1.xml", "<externalLink/>")
    assert any("tautannya tidak dibuka" in note for note in office.read(path).notes)
