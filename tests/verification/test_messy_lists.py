"""Any list at all: rows read are rows kept and rows refused, and nothing ever breaks."""

from __future__ import annotations

import random
from collections import Counter
from datetime import date
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from workbench.errors import WorkbenchError
from workbench.verification import read_list

HEADERS = [
    "NO",
    "NOKK",
    "NIK",
    "NAMA",
    "TTL",
    "TANGGAL LAHIR",
    "JK",
    "UMUR",
    "HUB KELUARGA",
    "RT/RW",
    "RT",
    "DESA/KELUARAHAN",
    "KECAMATAN",
    "KABUPATEN/KOTA",
    "Kode Kemdagri",
    "BANSOS PKH",
    "PROGRAM",
    "PERIODE",
    "NOMINAL",
    "JENIS PMKS",
    "Tahun",
    "Jenis Lantai",
    "Daya",
    "Koordinat",
    "Status",
    "Kolom X",
    "",
]
CELLS = st.one_of(
    st.sampled_from(
        [
            "",
            "-",
            "0",
            "000",
            "3673014105859001",
            "'3673014105859001",
            "3,67301E+15",
            "9973014105850001",
            "99",
            "3673",
            "36730I4105859001",
            "SITI CONTOH",
            "01-05-1985",
            "05/31/1985",
            "1 Mei 1985",
            "31168",
            "L",
            "2",
            "ANAK",
            "002/005",
            "RT 1 RW 2",
            "Cipare",
            "Sukawana",
            "Curug",
            "KOTA SERANG",
            "KOTA CILEGON",
            "36.73.01.1002",
            "3673040002",
            "YA",
            "TIDAK",
            "PKH, BPNT",
            "Maret 2026",
            "Rp 600.000",
            "LUT; PD",
            "2026",
            "TANAH",
            ">2200",
            "-6.1, 106.1",
            "JUMLAH",
            "Mengetahui",
            "(1)",
            "NIK",
            "NAMA",
            "SERANG, 01-05-1985",
            "#N/A",
            "NULL",
            "\u200b",
            "aktif",
            "Lurah",
            '"',
            "'",
        ]
    ),
    st.text(alphabet=st.characters(blacklist_characters="\r\n,", codec="utf-8"), max_size=12),
)
LISTS = st.lists(st.sampled_from(HEADERS), min_size=1, max_size=9, unique=True).flatmap(
    lambda header: st.tuples(
        st.just(header),
        st.lists(st.lists(CELLS, min_size=0, max_size=len(header) + 1), max_size=12),
    )
)


@settings(
    max_examples=120, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(LISTS, st.booleans())
def test_a_messy_text_list_reconciles_or_gets_a_sentence(tmp_path: Path, made, practice):
    header, rows = made
    path = tmp_path / "messy.csv"
    lines = [",".join(map(str, row)) for row in (header, *rows)]
    path.write_text("\n".join(lines), encoding="utf-8")
    check_or_sentence(lambda: read_list([path], practice=practice, as_of=date(2026, 11, 1)))


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data())
def test_a_messy_workbook_reconciles_or_gets_a_sentence(office, data):
    header, rows = data.draw(LISTS)
    numbers = st.one_of(
        CELLS,
        st.floats(allow_nan=False, allow_infinity=False),
        st.integers(0, 10**17),
        st.booleans(),
        st.dates(date(1910, 1, 1), date(2030, 1, 1)),
    )
    mixed = [[data.draw(numbers) for _ in row] for row in rows]
    path = office.xlsx([["DAFTAR"], header, *mixed], "messy.xlsx")
    check_or_sentence(lambda: office.read(path))


def check_or_sentence(read):
    """A reading that holds together, or one sentence instead of it."""
    sentence = ""
    try:
        reading = read()
    except WorkbenchError as error:
        sentence = str(error)
    if sentence:
        assert sentence.endswith(".")
        assert "\n" not in sentence
    else:
        check_reading(reading)


def check_reading(reading):
    """No row in two places, every kept row in a table, every reference to a row that is there."""
    counts = reading.counts
    assert counts["dibaca"] == counts["disimpan"] + counts["ditolak"]
    refused = [(r["sheet"], r["row"]) for r in reading.refused.to_pylist()]
    assert len(refused) == len(set(refused)) == counts["ditolak"]
    tables = {
        name: reading.register[name].to_pylist() for name in ("person", "family", "aid", "ppks")
    }
    stored = {(r["sheet"], r["row"]) for table in tables.values() for r in table}
    assert not stored & set(refused)
    families = {family["family_id"] for family in tables["family"]}
    persons = {person["person_id"] for person in tables["person"]}
    assert len(families) == len(tables["family"])
    assert len(persons) == len(tables["person"])
    assert {person["family_id"] for person in tables["person"]} <= families
    for name in ("aid", "ppks"):
        ids = Counter(row[f"{name}_id"] for row in tables[name])
        assert not ids or max(ids.values()) == 1
        assert {row["person_id"] for row in tables[name]} <= persons | {""}
        assert {row["family_id"] for row in tables[name]} <= families | {""}
    subjects = {row[f"{name}_id"] for name, table in tables.items() for row in table}
    cleaned = reading.register["cleaned"].to_pylist()
    assert {line["subject"] for line in cleaned if line["table"] in tables} <= subjects
    # Of the other lists an RT has no id of its own.
    assert {line["subject"] for line in cleaned if line["table"] == "rt_rw"} <= {""}


def test_shuffled_columns_and_rows_give_the_same_people(office):
    rng = random.Random("messy:shuffled")
    header = ["NO KK", "NIK", "NAMA", "TANGGAL LAHIR", "JK", "DESA", "KECAMATAN"]
    people = [
        [
            f"367301010120{9001 + n // 2}",
            f"367301010105{9001 + n}",
            f"ORANG {n}",
            "25-12-1980",
            "L",
            "Cipare",
            "Serang",
        ]
        for n in range(20)
    ]
    plain = office.read(office.xlsx([header, *people], "a.xlsx"))
    order = rng.sample(range(len(header)), len(header))
    mixed = [[row[place] for place in order] for row in (header, *rng.sample(people, len(people)))]
    other = office.read(office.xlsx(mixed, "b.xlsx"))

    def facts(reading):
        wanted = ["nik", "no_kk", "name", "sex", "birth_date"]
        return sorted(map(repr, reading.register["person"].select(wanted).to_pylist()))

    assert facts(plain) == facts(other)
    assert plain.register["family"].num_rows == other.register["family"].num_rows == 10
