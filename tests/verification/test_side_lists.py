"""Lists beside the register: who died or moved, PSKS, the registry's answers, RT that exist."""

from __future__ import annotations

from datetime import date

import pytest

from workbench.verification import propose_mapping

SITI, BUDI = "3673014105859001", "3673010105059002"
PEOPLE = [
    ["NO KK", "NIK", "NAMA", "TANGGAL LAHIR", "KELURAHAN"],
    ["3673010101209001", SITI, "SITI", "25-12-1985", "Cipare"],
    ["3673010101209001", BUDI, "BUDI", "25-12-2005", "Cipare"],
]


def rows(reading, table, *names):
    return [tuple(row.values()) for row in reading.register[table].select(names).to_pylist()]


def test_a_list_of_the_dead_makes_events_and_no_persons(office):
    path = office.xlsx(
        [
            ["DATA PENDUDUK MENINGGAL DUNIA"],
            ["NO", "NIK", "NO KK", "NAMA", "TGL LAHIR", "TANGGAL MENINGGAL", "NO AKTA", "DESA"],
            [1, SITI, "3673010101209001", "SITI", "25-12-1985", "17 Agt 2026", "KM/1", "Cipare"],
            [2, BUDI, "", "BUDI", "", "31-08-2026", "", "Lopang"],
        ]
    )
    reading = office.read(path)
    assert reading.register["person"].num_rows == 0
    assert reading.counts == {"dibaca": 2, "disimpan": 2, "ditolak": 0}
    assert rows(reading, "event", "event_id", "nik", "kind", "date", "evidence", "row") == [
        ("V000003", SITI, "meninggal", date(2026, 8, 17), "KM/1", 3),
        ("V000004", BUDI, "meninggal", date(2026, 8, 31), "", 4),
    ]
    assert {"nik", "kind", "date", "kelurahan_kode_kemendagri"} <= set(
        reading.register.manifest["carried"]["event"]
    )
    targets = {item["header"]: (item["table"], item["column"]) for item in reading.mapping}
    assert targets["TANGGAL MENINGGAL"] == ("event", "date")
    assert targets["NIK"] == ("event", "nik")
    shown = {c.header: (c.table, c.column) for c in propose_mapping(path).columns}
    assert {header: shown[header] for header in targets} == targets
    again = office.read(path, mapping=reading.register.manifest["mapping"])
    assert again.register["event"].equals(reading.register["event"])


@pytest.mark.parametrize(
    ("title", "kind"),
    [
        ("DAFTAR PINDAH KELUAR", "pindah_keluar"),
        ("DATA WARGA PINDAH TAHUN 2026", "pindah_keluar"),
        ("DATA PINDAH DATANG", "pindah_masuk"),
        ("DATA KEMATIAN", "meninggal"),
        ("KPM GRADUASI MANDIRI", "graduasi"),
    ],
)
def test_a_title_says_what_happened(office, title, kind):
    path = office.xlsx([[title], ["NIK", "NAMA", "KELURAHAN"], [SITI, "SITI", "Cipare"]])
    assert rows(office.read(path), "event", "kind") == [(kind,)]


def test_moves_say_where_to_and_where_from(office):
    header = ["NIK", "NAMA", "JENIS MUTASI", "TANGGAL", "ALAMAT TUJUAN", "ALAMAT ASAL", "DESA"]
    path = office.text(
        [
            header,
            [SITI, "SITI", "Pindah ke luar kota", "25/02/2026", "Cilegon", "", "Cipare"],
            [BUDI, "BUDI", "Pindah Datang", "26/02/2026", "", "Pandeglang", "Cipare"],
            ["-", "TUTI", "tidak jelas", "26/02/2026", "", "", "Cipare"],
        ],
        separator=";",
    )
    reading = office.read(path)
    assert rows(reading, "event", "kind", "date", "destination") == [
        ("pindah_keluar", date(2026, 2, 25), "CILEGON"),
        ("pindah_masuk", date(2026, 2, 26), "DARI PANDEGLANG"),
        ("", date(2026, 2, 26), ""),
    ]
    assert rows(reading, "cleaned", "table", "subject", "column", "code") == [
        ("event", "V000002", "kind", "kode_label"),
        ("event", "V000004", "kind", "tidak_terbaca"),
    ]


def test_events_of_one_reading_find_their_person(office):
    path = office.xlsx(
        [],
        sheets={
            "Data": PEOPLE,
            "Meninggal": [["NIK", "NAMA", "KELURAHAN"], [BUDI, "BUDI", "Cipare"]],
        },
    )
    reading = office.read(path)
    assert reading.register["person"].num_rows == 2
    ids = dict(rows(reading, "person", "nik", "person_id"))
    assert rows(reading, "event", "person_id", "kind") == [(ids[BUDI], "meninggal")]


def test_a_list_of_the_living_with_a_column_for_deaths_stays_one(office):
    header = [*PEOPLE[0], "TANGGAL MENINGGAL", "TANGGAL PERKAWINAN"]
    people = [[*PEOPLE[1], "", "25-01-2010"], [*PEOPLE[2], "", "25-01-2020"]]
    reading = office.read(office.xlsx([header, *people]))
    assert reading.register["person"].num_rows == 2
    assert reading.register["event"].num_rows == 0
    assert "TANGGAL MENINGGAL" not in [item["header"] for item in reading.mapping]


def test_psks_by_title_and_by_column(office):
    title = office.xlsx(
        [["DATA PSM TAHUN 2026"], ["NO", "NAMA", "ALAMAT", "DESA"], [1, "ANI", "LINK A", "Cipare"]]
    )
    assert rows(office.read(title), "psks", "kind", "name", "year") == [("PSKS02", "ANI", 2026)]
    column = office.text(
        [
            ["JENIS PSKS", "NAMA LEMBAGA", "DESA", "TAHUN"],
            ["Karang Taruna", "KT MAJU", "Cipare", "2025"],
            ["Tagana", "ADI", "Lopang", "2025"],
            ["Paguyuban", "PAGUYUBAN X", "Lopang", "2025"],
        ]
    )
    reading = office.read(column)
    assert rows(reading, "psks", "kind", "name", "year", "kelurahan_kode_kemendagri") == [
        ("PSKS05", "KT MAJU", 2025, "36.73.01.1002"),
        ("PSKS03", "ADI", 2025, "36.73.01.1005"),
        ("", "PAGUYUBAN X", 2025, "36.73.01.1005"),
    ]
    assert reading.register["person"].num_rows == 0


def test_the_answers_of_the_civil_registry(office):
    header = ["NIK", "NAMA", "NAMA DUKCAPIL", "JK", "STATUS DI DUKCAPIL", "TANGGAL PADAN", "DESA"]
    path = office.xlsx(
        [
            ["HASIL PEMADANAN DUKCAPIL"],
            header,
            [SITI, "SITI C", "SITI CONTOH", "P", "Aktif", "25-10-2026", "Cipare"],
            [BUDI, "BUDI", "", "L", "NIK tidak ditemukan", "25-10-2026", "Cipare"],
            [3673010105059003, "TUTI", "", "P", "Meninggal", "25-10-2026", "Cipare"],
        ]
    )
    reading = office.read(path)
    assert rows(reading, "dukcapil", "nik", "name", "sex", "status", "answered_on") == [
        (SITI, "SITI CONTOH", "P", "hidup", date(2026, 10, 25)),
        (BUDI, "", "L", "tidak_ditemukan", date(2026, 10, 25)),
    ]
    assert reading.refused["code"].to_pylist() == ["nik_rusak_spreadsheet"]


def test_a_list_of_people_with_a_column_on_the_registry_stays_one(office):
    header = [*PEOPLE[0], "HUBUNGAN KELUARGA", "KETERANGAN PADAN"]
    people = [[*PEOPLE[1], "ISTRI", "PADAN"]]
    reading = office.read(office.xlsx([["DATA PADAN DUKCAPIL"], header, *people]))
    assert reading.register["person"].num_rows == 1


def test_the_rt_that_exist(office):
    path = office.xlsx(
        [
            ["DATA RT KELURAHAN CIPARE"],
            ["NO", "RW", "RT", "NAMA KETUA RT"],
            [1, "01", "1", "X"],
            [2, None, "2", "Y"],
            [3, "02", "1", "Z"],
        ],
        merged=["B3:B4"],
    )
    wanted = [("36.73.01.1002", "001", "001"), ("36.73.01.1002", "001", "002")]
    wanted.append(("36.73.01.1002", "002", "001"))
    assert rows(office.read(path), "rt_rw", "kelurahan_kode_kemendagri", "rw", "rt") == wanted
    text = office.text([["KELURAHAN", "RT/RW"], ["Cipare", "001/002"], ["Cipare", "001/002"]])
    reading = office.read(text)
    assert rows(reading, "rt_rw", "rw", "rt") == [("002", "001")]
    assert reading.counts["disimpan"] == 2


def test_a_list_beside_the_register_obeys_the_wall_too(office):
    path = office.xlsx(
        [["DATA MENINGGAL"], PEOPLE[0], PEOPLE[1], ["-", "9973014105850001", "X", "", "Cipare"]]
    )
    reading = office.read(path)
    assert reading.refused["code"].to_pylist() == ["sisi_tembok"]
    assert reading.register["event"].num_rows == 1
