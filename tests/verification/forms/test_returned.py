"""What comes back is read whatever was done to it, or sent back with a sentence."""

import copy
import csv
import io
from datetime import date

import openpyxl
import pytest

from tests.verification.forms.made import (
    GONE,
    MET,
    PACKET,
    RUSDI,
    SITI,
    TODAY,
    WHOLE,
    column_of,
    fill,
    open_book,
    save,
)
from workbench.errors import UnusableInput
from workbench.verification.fieldwork.outcomes import Level
from workbench.verification.forms.returned import Table, open_tables, read_tables
from workbench.verification.forms.sheet import STRAY, TOP, write_marked
from workbench.verification.forms.tables import headers

FIRST = TOP + 2
BUDI, FOUND = "BAAAAAAAAAA3", "CAAAAAAAAAA2"


def read(book, name="lembar.xlsx"):
    return read_files([(name, save(book))])


def read_files(files):
    tables = [table for name, content in files for table in open_tables(name, content)]
    return read_tables(tables, [PACKET], TODAY)


def outcomes(returned):
    return {entry.family: entry.outcome for entry in returned.entries}


@pytest.fixture(scope="module")
def whole():
    """What the workbook, rightly filled, says."""
    returned = read(fill())
    assert returned.is_clean, (returned.faults, returned.strays)
    return outcomes(returned)


def test_answers_become_codes_days_and_numbers(whole):
    assert set(whole) == {SITI.key, RUSDI.key}
    met = whole[SITI.key]
    assert met.family == {
        "visited_on": "2026-11-21",
        "visit_number": "2",
        "presence": "KB1",
        "domicile": "DM1",
        "eligibility": "LY1",
        "evidence": ("KK", "KTP"),
        "proposal": "TETAP",
        "note": "Rumah bersih",
    }
    assert met.persons[BUDI] == {"member_presence": "KB1", "civil_match": "PD1"}
    assert met.findings == {FOUND: {"answer": "benar"}}
    assert whole[RUSDI.key].family["presence"] == "KB4"
    assert not whole[RUSDI.key].persons


def test_an_empty_sheet_brings_nothing_and_no_fault():
    returned = read(fill({}))
    assert returned.is_clean
    assert not returned.entries


def test_moved_columns_are_found_by_their_headers(whole):
    book = fill()
    for page in (book["Keluarga"], book["Anggota"], book["Temuan"]):
        rows = [[cell.value for cell in row] for row in page.iter_rows(min_row=TOP + 1)]
        for at, row in enumerate(rows, start=TOP + 1):
            for place, value in enumerate(reversed(row), start=1):
                page.cell(at, place).value = value
        page.insert_rows(1, 2)
    returned = read(book)
    assert outcomes(returned) == whole
    assert returned.is_clean


@pytest.mark.parametrize(
    ("header", "value", "sentence"),
    [
        ("Keberadaan keluarga", "entah ke mana", "pilihan di luar daftar"),
        ("Bukti yang dilihat (1)", "Kartu Perpustakaan", "pilihan di luar daftar"),
        ("Tanggal kunjungan", "kemarin", "bukan tanggal"),
        ("Tanggal kunjungan", date(2027, 1, 1), "belum terjadi"),
        ("Kunjungan ke-", 12, "Isi angka 1 sampai 9"),
        ("Usulan petugas", None, "belum diisi"),
        ("Usulan petugas", "Usulkan nonaktif", "hanya untuk keluarga yang dinilai Tidak layak"),
    ],
)
def test_a_wrong_cell_holds_its_family_back_and_is_marked(header, value, sentence, whole):
    book = fill({**WHOLE, ("Keluarga", 0): {**MET, header: value}})
    returned = read(book)
    assert outcomes(returned) == {RUSDI.key: whole[RUSDI.key]}
    assert [(fault.key, sentence in fault.sentence) for fault in returned.faults] == [
        (SITI.key, True)
    ]
    assert returned.faults[0].where == f"Keluarga, baris {FIRST}"
    back = open_book(write_marked(PACKET, returned.marked()))["Keluarga"]
    cell = back.cell(FIRST, column_of(back, returned.faults[0].header))
    assert cell.fill.fgColor.rgb.endswith("F8C7C0")
    assert sentence in cell.comment.text
    stood = value.isoformat() if isinstance(value, date) else value
    assert (cell.value or None) == (str(stood) if stood is not None else None)


def test_the_marked_workbook_once_mended_is_taken_whole(whole):
    book = fill({**WHOLE, ("Keluarga", 0): {**MET, "Kunjungan ke-": "dua"}})
    back = open_book(write_marked(PACKET, read(book).marked()))
    page = back["Keluarga"]
    page.cell(FIRST, column_of(page, "Kunjungan ke-")).value = 2
    assert outcomes(read(back)) == whole


def test_a_member_left_out_is_a_fault_of_the_member():
    returned = read(fill({key: row for key, row in WHOLE.items() if key != ("Anggota", 1)}))
    assert SITI.key not in outcomes(returned)
    assert {fault.key for fault in returned.faults} == {BUDI}


def test_a_changed_key_and_a_key_of_another_list_are_strays_and_kept():
    book = fill()
    page = book["Keluarga"]
    page.cell(FIRST, 1).value = "ZZZZZZZZZZZ2"
    page.cell(FIRST + 1, 2).value = "S9"
    returned = read(book)
    assert not returned.entries
    reasons = {stray.where: stray.reason for stray in returned.strays}
    assert "Kunci baris ini berubah" in reasons[f"Keluarga, baris {FIRST}"]
    assert "dari daftar lain (S9)" in reasons[f"Keluarga, baris {FIRST + 1}"]
    back = open_book(write_marked(PACKET, returned.marked()))[STRAY]
    text = {cell.value for row in back.iter_rows() for cell in row}
    assert {"Rumah bersih", "Pindah dalam negeri"} <= text


def test_rows_sorted_without_their_keys_are_noticed():
    book = fill()
    page = book["Keluarga"]
    place = column_of(page, "Kepala keluarga")
    for other in range(place, len(headers(Level.FAMILY)) + 1):
        one, two = page.cell(FIRST, other), page.cell(FIRST + 1, other)
        one.value, two.value = two.value, one.value
    returned = read(book)
    assert not returned.entries
    assert all("tidak cocok" in stray.reason for stray in returned.strays)
    assert len(returned.strays) == 2


def test_merged_cells_hold_their_rows_back_and_nothing_else(whole):
    book = fill()
    page = book["Keluarga"]
    place = column_of(page, "Catatan")
    page.merge_cells(start_row=FIRST, end_row=FIRST, start_column=place - 1, end_column=place)
    page.merge_cells("D1:H1")
    returned = read(book)
    assert outcomes(returned) == {RUSDI.key: whole[RUSDI.key]}
    assert "sel yang digabung" in returned.faults[0].sentence


def test_a_row_twice_counts_once_and_twice_differently_not_at_all(whole):
    book = fill()
    page = book["Keluarga"]
    for cell in [*page[FIRST + 1]]:
        page.cell(FIRST + 8, cell.column).value = cell.value
    assert outcomes(read(book)) == whole
    page.cell(FIRST + 8, column_of(page, "Catatan")).value = "lain"
    returned = read(book)
    assert set(outcomes(returned)) == {SITI.key}
    assert f"baris {FIRST + 1}" in returned.strays[0].reason


def test_two_columns_of_one_name_and_no_column_of_keys_are_refused():
    book = fill()
    page = book["Keluarga"]
    page.cell(TOP + 1, column_of(page, "Catatan")).value = "Usulan petugas"
    with pytest.raises(UnusableInput, match="dua kali"):
        read(book)
    bare = openpyxl.Workbook()
    bare.active.append(["Nama", "Hasil"])
    bare.active.append(["Siti", "Layak"])
    with pytest.raises(UnusableInput, match="bukan lembar lapangan"):
        read(bare)


# --- a phone's export ----------------------------------------------------------------------------

MAIN = {
    "daftar": "S1",
    "kunci_keluarga": SITI.key,
    "keluarga/visited_on": "2026-11-21",
    "keluarga/visit_number": "2",
    "keluarga/presence": "KB1",
    "keluarga/domicile": "DM1",
    "keluarga/eligibility": "LY1",
    "keluarga/evidence": "KK KTP",
    "keluarga/evidence/KK": "1",
    "keluarga/evidence/KTP": "1",
    "keluarga/evidence/FOTO": "0",
    "keluarga/proposal": "TETAP",
    "keluarga/note": "Rumah bersih",
    "_index": "1",
}
PEOPLE = [
    {
        "anggota/kunci_anggota": member.key,
        "anggota/member_presence": "KB1",
        "anggota/civil_match": "PD1",
        "_index": str(place),
        "_parent_index": "1",
    }
    for place, member in enumerate(SITI.members, start=1)
]
FINDINGS = [{"temuan/kunci_temuan": FOUND, "temuan/answer": "benar", "_parent_index": "1"}]


def export(main, people=PEOPLE, findings=FINDINGS):
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, lines in (("Lembar lapangan", main), ("anggota", people), ("temuan", findings)):
        page = book.create_sheet(name)
        page.append(list(lines[0]))
        for line in lines:
            page.append(list(line.values()))
    return book


def test_an_export_with_groups_and_repeats_says_the_same_as_the_workbook(whole):
    returned = read(export([MAIN]))
    assert returned.is_clean
    assert outcomes(returned) == {SITI.key: whole[SITI.key]}


def test_an_export_in_words_is_read_from_its_ticks(whole):
    line = {**MAIN, "keluarga/evidence": "Kartu Keluarga KTP-el", "keluarga/presence": "Ditemukan"}
    assert outcomes(read(export([line])))[SITI.key] == whole[SITI.key]


def test_headers_in_words_may_stand_behind_their_group(whole):
    line = {**MAIN, "Keluarga/Alamat tinggal sesuai KK/KTP?": MAIN["keluarga/domicile"]}
    del line["keluarga/domicile"]
    assert outcomes(read(export([line])))[SITI.key] == whole[SITI.key]


def test_two_visits_of_one_family_in_an_export_keep_their_own_members():
    second = {**MAIN, "keluarga/visit_number": "3", "_index": "2"}
    more = [{**one, "_parent_index": "2"} for one in copy.deepcopy(PEOPLE)]
    more[1]["anggota/member_presence"], more[1]["anggota/civil_match"] = "KB3", ""
    findings = [*FINDINGS, {**FINDINGS[0], "_parent_index": "2"}]
    returned = read(export([MAIN, second], [*PEOPLE, *more], findings))
    assert returned.is_clean
    found = {entry.outcome.family["visit_number"]: entry for entry in returned.entries}
    assert found["2"].outcome.persons[BUDI]["member_presence"] == "KB1"
    assert found["3"].outcome.persons[BUDI]["member_presence"] == "KB3"
    assert found["2"].visit != found["3"].visit


def test_csv_files_of_an_export_are_read_together(whole):
    def text(lines):
        out = io.StringIO()
        writer = csv.DictWriter(out, list(lines[0]))
        writer.writeheader()
        writer.writerows(lines)
        return out.getvalue().encode()

    main = {key.replace("/", "-"): value for key, value in MAIN.items() if key.count("/") < 2}
    main["KEY"] = main.pop("_index")
    people = [
        {
            "kunci_anggota": one["anggota/kunci_anggota"],
            "member_presence": "KB1",
            "civil_match": "PD1",
            "PARENT_KEY": "1",
            "KEY": f"1/{place}",
        }
        for place, one in enumerate(PEOPLE)
    ]
    findings = [{"kunci_temuan": FOUND, "answer": "benar", "PARENT_KEY": "1"}]
    files = [("a.csv", text([main])), ("b.csv", text(people)), ("c.csv", text(findings))]
    returned = read_files(files)
    assert returned.is_clean, (returned.faults, returned.strays)
    assert outcomes(returned) == {SITI.key: whole[SITI.key]}


def test_typed_rows_are_a_table_like_any_other(whole):
    names = ("Kunci keluarga", *GONE)
    row = (RUSDI.key, "20/11/2026", "1", "KB4", "ALIHKAN")
    returned = read_tables([Table("Ketikan", names, (row,))], [PACKET], TODAY)
    assert outcomes(returned) == {RUSDI.key: whole[RUSDI.key]}
