"""Headers as they are found, mapped only where the reading is strong."""

from __future__ import annotations

import pytest

from workbench.domain.reference import reference
from workbench.errors import WrongUse
from workbench.verification import columns, propose_mapping

ROW = ["3673010101209001", "3673014105859001", "SITI", "01-05-1985", "Cipare"]


@pytest.mark.parametrize(
    ("header", "key"),
    [
        ("DESA/KELUARAHAN", "kelurahan"),
        ("Desa/Kelurahan (9)", "kelurahan"),
        ("No. KK", "no_kk"),
        ("NAMA LENGKAP", "name"),
        ("402 Nama", "name"),
        ("Tgl. Lahir", "birth_date"),
        ("Tempat dan Tanggal Lahir", "birth_place+birth_date"),
        ("RT/RW", "rt+rw"),
        ("L/P", "sex"),
        ("longtitude", "longitude"),
        ("Penerima BNPT", "program:SEMBAKO"),
        ("BANSOS PKH", "program:PKH"),
        ("239. Pemerlu Pelayanan Kesejahteraan Sosial", "category_text"),
        ("Nama KRT (13)", "head_name"),
        ("HubKRT", "shdk"),
        ("KodeKemdagri", "kelurahan_kode_kemendagri"),
        ("No. KKS", "account"),
        ("NAMA LENGKAPP", "name"),
        ("Tangal Lahir", "birth_date"),
        ("kelurahan_kode_bps", "kelurahan_kode_bps"),
        ("Jenis PSKS", "psks.kind"),
        ("No HP", "ignored"),
        ("No", "number"),
    ],
)
def test_known_and_misspelt_headers(header, key):
    match = columns.match_header(header)
    assert match is not None
    assert match.key == key


@pytest.mark.parametrize(
    "header", ["", "Hasil", "Warna rumah", "NIP", "Nomor Urut Antrian Loket", "XYZ", "12", "Kolom1"]
)
def test_a_weak_match_is_no_match(header):
    assert columns.match_header(header) is None


def test_no_spelling_of_the_reference_is_taken_for_something_else():
    for row in reference("columns"):
        key = columns._OF_REFERENCE.get(row["field"])
        for spelling in columns._spellings(row["header_variants"]) if key else ():
            match = columns.match_header(spelling)
            if spelling.strip().isdigit() or match is None:
                continue  # question numbers count only where several stand together
            assert match.key.split("+")[0] in (key, "ignored") or match.key in (
                "birth_place+birth_date",
                "rt+rw",
                "assets",
            ), (spelling, match.key)


def test_two_headers_never_feed_one_column_and_no_header_two(office):
    rows = [
        ["NO KK", "NIK", "NAMA", "NAMA LENGKAP", "TGL LAHIR", "DESA"],
        [*ROW[:3], "SITI C", *ROW[3:]],
    ]
    reading = office.read(office.xlsx(rows))
    targets = [(m["table"], m["column"]) for m in reading.mapping]
    headers = [m["header"] for m in reading.mapping]
    assert len(set(targets)) == len(targets)
    assert len(set(headers)) == len(headers)
    assert reading.register["person"].column("name").to_pylist() == ["SITI"]


def test_a_bare_status_is_settled_by_its_cells(office):
    header = ["NIK", "NAMA", "PROGRAM", "STATUS"]
    rows = [
        ["3673014105859001", "SITI", "PKH", "Aktif"],
        ["3673010105059002", "BUDI", "PKH", "Graduasi"],
    ]
    aid = office.read(office.xlsx([header, *rows])).register["aid"]
    assert aid.column("status").to_pylist() == ["aktif", "graduasi"]


def test_a_column_whose_cells_say_otherwise_is_not_taken_at_its_word(office):
    header = ["NO KK", "NIK", "NAMA", "DESA"]
    rows = [
        [f"367301010120{n}", "lihat arsip", f"ORANG {'ABC'[n - 9001]}", "Cipare"]
        for n in (9001, 9002, 9003)
    ]
    reading = office.read(office.xlsx([header, *rows]))
    assert "NIK" not in [m["header"] for m in reading.mapping]
    assert reading.register["person"].num_rows == 3


def test_a_proposal_shows_three_values_and_why_and_comes_back_as_a_mapping(office):
    rows = [
        ["No. KK", "Kolom B", "NAMA", "TANGGAL LAHIR", "DESA", "NAMA IBU KANDUNG"],
        [*ROW, "IBU CONTOH"],
    ]
    path = office.xlsx([["DAFTAR"], *rows])
    proposal = propose_mapping(path)
    by_header = {column.header: column for column in proposal.columns}
    assert by_header["No. KK"].column == "no_kk"
    assert by_header["No. KK"].samples == ("3673**********01",)
    assert by_header["NAMA IBU KANDUNG"].samples == ("(disembunyikan)",)
    assert by_header["Kolom B"].column == ""
    assert all(column.why.endswith(".") for column in proposal.columns)
    assert proposal.missing == ("NIK",)

    mapping = proposal.as_mapping()
    for item in mapping:
        if item["header"] == "Kolom B":
            item.update(table="person", column="nik")
    reading = office.read(path, mapping=mapping)
    assert reading.register["person"].column("nik").to_pylist() == [ROW[1]]
    again = office.read(path, mapping=reading.register.manifest["mapping"])
    for table in ("person", "family"):
        assert again.register[table].equals(reading.register[table])
    assert propose_mapping(path, mapping).missing == ()


def test_a_header_can_be_left_out_or_turned_by_hand(office):
    path = office.xlsx([["NO KK", "NIK", "NAMA", "TGL LAHIR", "DESA"], ROW])
    reading = office.read(path, mapping=[{"header": "TGL LAHIR", "table": "", "column": ""}])
    assert reading.register["person"].column("birth_date").to_pylist() == [None]
    assert "birth_date" not in reading.register.manifest["carried"]["person"]


def test_a_header_nobody_knows_is_found_by_its_mapping(office):
    rows = [["Kolom A", "Kolom B", "Kolom C"], ["3673014105859001", "SITI", "Cipare"]]
    mapping = [
        {"header": "Kolom A", "table": "person", "column": "nik"},
        {"header": "Kolom B", "table": "person", "column": "name"},
        {"header": "Kolom C", "table": "family", "column": "kelurahan"},
    ]
    reading = office.read(office.xlsx([["JUDUL"], *rows]), mapping=mapping)
    assert reading.register["person"].column("name").to_pylist() == ["SITI"]


@pytest.mark.parametrize(
    "mapping",
    [
        [{"header": "NIK", "table": "person", "column": "tidak_ada"}],
        [{"table": "person", "column": "nik"}],
        ["NIK"],
        "NIK",
        [
            {"header": "NIK", "table": "person", "column": "name"},
            {"header": "NAMA", "table": "person", "column": "name"},
        ],
    ],
)
def test_a_wrong_mapping_is_wrong_use(office, mapping):
    path = office.xlsx([["NO KK", "NIK", "NAMA", "TGL LAHIR", "DESA"], ROW])
    with pytest.raises(WrongUse):
        office.read(path, mapping=mapping)


def test_a_mapping_of_a_column_that_is_not_there_is_said(office):
    path = office.xlsx([["NO KK", "NIK", "NAMA", "TGL LAHIR", "DESA"], ROW])
    reading = office.read(path, mapping=[{"header": "Kolom Z", "table": "person", "column": "sex"}])
    assert any("Kolom Z" in note for note in reading.notes)


def test_every_choice_of_a_screen_is_a_column_that_can_be_mapped():
    for choice in columns.choices():
        assert columns.find_field(choice["table"], choice["column"]).words == choice["words"]
