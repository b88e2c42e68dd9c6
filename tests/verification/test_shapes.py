"""What real lists do to rows, columns and values beyond the plain case."""

from __future__ import annotations

from datetime import date

import pytest

from workbench.domain.reference import reference
from workbench.errors import UnusableInput
from workbench.verification import columns, eaten

HEADER = ["NIK", "NAMA", "KELURAHAN"]


def people(count, first=9001, end=""):
    return [
        [f"36730141058{first + n}{end or n % 9 + 1}", f"ORANG {n}", "Cipare"] for n in range(count)
    ]


# --- headers of the reference -------------------------------------------------------------------

#: What the spellings of a row may be taken for, where it is not the one field of that name.
OTHERWISE = {
    "id_dtks": {"id_record", "family.id_record"},
    "kode_wilayah": {"kelurahan_kode_kemendagri", "kelurahan_kode_bps"},
    "rt": {"rt", "rt+rw"},
    "rw": {"rw"},
    "tempat_lahir": {"birth_place", "birth_place+birth_date"},
    "padan_dukcapil": {"dukcapil_match", "dukcapil_matched_on"},
    "bansos_pkh": {"program:PKH"},
    "bansos_bpnt": {"program:SEMBAKO"},
    "bansos_bpnt_ppkm": {"program:BPNTPPKM"},
    "pbi_jkn": {"program:PBIJK"},
    "bansos_lain": {"program"},
    "bantuan_lain": {"program"},
    "disabilitas": {"disability"},
    "tahun_data": {"year"},
    "keberadaan": {"existence", "family.existence"},
    "latlng": {"latitude", "longitude"},
    "status_usulan": {"proposal_status", "status", "eligibility"},
    "lansia_detail": {"house_tenure"},
    "prse_detail": {"age_stated", "marital_status"},
    "anak_detail": {"education", "age_stated"},
}
#: Remarks, patterns over several columns and examples of a cell; no header of one column.
NO_HEADER = ("...", "*", "<", "RT 07", "002/000", "-n", "-b", "a-j", "/23")


def spellings():
    for row in reference("columns"):
        for part in row["header_variants"].split(";"):
            spelling = part.replace("(salah ketik nyata)", "").strip()
            if spelling and not any(mark in spelling for mark in NO_HEADER):
                yield pytest.param(row["field"], spelling, id=f"{row['field']}: {spelling}")


@pytest.mark.parametrize(("field", "spelling"), list(spellings()))
def test_every_spelling_of_the_reference_is_taken_for_its_field(field, spelling):
    # Question numbers count where several stand together.
    match = columns.match_headers([spelling, "403 NIK", "405", "409", "415"])[0]
    assert match is not None
    own = columns._OF_REFERENCE.get(field)
    expected = OTHERWISE.get(field, {own} if own else set()) | {"ignored"}
    assert match.key in expected or match.key.split(":")[0] in expected


# --- wide lists ---------------------------------------------------------------------------------


def aid(reading):
    names = ["program", "period", "amount_rp", "row"]
    return [tuple(row.values()) for row in reading.register["aid"].select(names).to_pylist()]


def test_one_column_for_each_period_of_a_programme(office):
    rows = [
        ["NIK", "NAMA", "DESA", "PKH TAHAP 1 2026", "PKH TAHAP 2 2026", "BPNT Januari 2026"],
        ["3673014105859001", "SITI", "Cipare", "YA", "750.000", "200000"],
        ["3673010105059002", "BUDI", "Cipare", "TIDAK", "", "-"],
    ]
    reading = office.read(office.xlsx(rows))
    assert aid(reading) == [
        ("PKH", "2026-T1", None, 2),
        ("PKH", "2026-T2", 750_000, 2),
        ("SEMBAKO", "2026-01", 200_000, 2),
    ]
    again = office.read(office.xlsx(rows), mapping=reading.register.manifest["mapping"])
    assert aid(again) == aid(reading)


def test_a_programme_over_its_periods_in_two_header_rows(office):
    rows = [
        ["PENERIMA BANTUAN TAHUN 2026"],
        ["NIK", "NAMA", "DESA", "PKH", None, "SEMBAKO", None],
        [None, None, None, "TAHAP 1", "TAHAP 2", "TAHAP 1", "TAHAP 2"],
        ["3673014105859001", "SITI", "Cipare", "V", "V", "", "V"],
    ]
    reading = office.read(office.xlsx(rows, merged=["D2:E2", "F2:G2"]))
    assert [line[:2] for line in aid(reading)] == [
        ("PKH", "2026-T1"),
        ("PKH", "2026-T2"),
        ("SEMBAKO", "2026-T2"),
    ]


def test_a_column_that_says_more_than_programme_and_period_is_not_taken():
    for header in ("Nama Pendamping PKH", "No Peserta PKH", "Tanggal PKH", "PKH BPNT"):
        match = columns.match_header(header)
        assert match is None or "@" not in match.key


# --- values -------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "restored"),
    [
        ("01-Mar", "1/3"),
        ("3 Jan", "3/1"),
        ("05-Des", "5/12"),
        ("2026-03-01", "1/3"),
        ("2026-03-01 00:00:00", "1/3"),
        ("Jan-26", "1/26"),
        ("001/003", "001/003"),
        ("2026-02-30", "2026-02-30"),
        ("RT 1", "RT 1"),
        ("-", "-"),
    ],
)
def test_a_date_gives_rt_and_rw_back(text, restored):
    assert eaten.restore_eaten([text])[0] == [restored]


def test_a_second_number_above_twelve_was_taken_for_a_year():
    column = ["2026-03-01", "2026-05-02", "2014-05-01"]
    assert eaten.restore_eaten(column)[0] == ["1/3", "2/5", "5/14"]


def test_rt_and_rw_eaten_as_dates_are_read_and_said(office):
    rows = [
        ["NIK", "NAMA", "RT/RW", "DESA"],
        ["3673014105859001", "SITI", date(2026, 3, 1), "Cipare"],
        ["3673010105059002", "BUDI", "2-Mei", "Cipare"],
        ["3673010105059003", "TUTI", "003/004", "Cipare"],
    ]
    reading = office.read(office.xlsx(rows))
    found = reading.register["family"].select(["rt", "rw"]).to_pylist()
    assert [tuple(row.values()) for row in found] == [
        ("001", "003"),
        ("002", "005"),
        ("003", "004"),
    ]
    assert any("2 isian RT/RW sudah diubah" in note for note in reading.notes)
    before = {(r["before"], r["after"]) for r in reading.register["cleaned"].to_pylist()}
    assert ("2026-03-01", "001") in before


def test_a_column_rounded_before_it_became_text_is_refused(office):
    rounded = people(12, end="0")
    reading = office.read(office.text([HEADER, *rounded]))
    assert set(reading.refused["code"].to_pylist()) == {"nik_rusak_spreadsheet"}
    assert reading.counts["ditolak"] == 12
    mixed = office.read(office.text([HEADER, *rounded, *people(1)]))
    assert mixed.counts["ditolak"] == 0
    few = office.read(office.text([HEADER, *people(5, end="0")]))
    assert few.counts["ditolak"] == 0


@pytest.mark.parametrize(
    ("place", "district"),
    [
        ("CIPARE KEC SERANG", ""),
        ("36.73.01.1002 - Cipare", ""),
        ("3673011002 CIPARE", ""),
        ("1002", "Serang"),
        ("36.73.1.1002", ""),
        (3673040002, ""),
    ],
)
def test_a_kelurahan_is_found_by_whatever_names_it(office, place, district):
    rows = [["NIK", "NAMA", "DESA", "KECAMATAN"], ["3673014105859001", "SITI", place, district]]
    reading = office.read(office.xlsx(rows))
    codes = reading.register["family"]["kelurahan_kode_kemendagri"].to_pylist()
    assert codes == ["36.73.01.1002"]


# --- several files ------------------------------------------------------------------------------


def test_one_list_of_two_periods_is_not_read_as_one(office):
    old = office.text([HEADER, *people(10)], "DTKS 2025.csv")
    new = office.text([HEADER, *people(9), *people(2, 9100)], "DTKS 2026.csv")
    with pytest.raises(UnusableInput, match=r"berperiode 2025 .* berperiode 2026"):
        office.read(old, new)


def test_other_people_of_another_period_and_copies_are_said(office):
    old = office.text([HEADER, *people(10)], "DTKS 2025.csv")
    new = office.text([HEADER, *people(10, 9100)], "DTKS 2026.csv")
    notes = office.read(old, new).notes
    assert any("periode yang berbeda (2025, 2026)" in note for note in notes)
    copy = office.text([[*HEADER, "KET"], *people(10)], "salinan.csv")
    notes = office.read(office.text([HEADER, *people(10)], "asli.csv"), copy).notes
    assert any("hampir sama NIK-nya" in note for note in notes)
