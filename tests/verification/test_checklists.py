"""The officer's sheet: what it asks, what it hides, and the copy a reviewer reads.

Set ``VERVAL_RENEW=1`` to write the stored copy anew, then read it.
"""

from __future__ import annotations

import io
import os
from datetime import date
from pathlib import Path

import openpyxl
import pyarrow as pa
import pytest

from workbench.domain.register import Draft, Register
from workbench.rules import catalogue, check
from workbench.synthesis import generate
from workbench.verification.checklist_workbook import write_checklist, write_checklists
from workbench.verification.checklists import checklist

STORED = Path(__file__).parent / "stored" / "daftar-periksa.txt"


@pytest.fixture(scope="module")
def city():
    register = generate(families=60, seed=3, error_rate=0.6)
    return register, check(register)


def _book(sheet):
    content = io.BytesIO()
    write_checklist(sheet, content)
    return openpyxl.load_workbook(content)


def _print(sheet):
    page = _book(sheet)["Daftar periksa"]
    lines = [f"[{page.oddHeader.left.text} | {page.oddHeader.center.text}]"]
    for row in page.iter_rows(values_only=True):
        cells = [str(cell).replace("\n", " / ") for cell in row if cell is not None]
        if cells:
            lines.append(" | ".join(cells))
    return "\n".join(lines)


def test_what_people_print_is_the_stored_copy(city):
    register, findings = city
    text = "\n\n".join(_print(sheet) for sheet in checklist(register, findings)[:3]) + "\n"
    if os.environ.get("VERVAL_RENEW"):
        STORED.write_text(text, encoding="utf-8")
    assert text == STORED.read_text(encoding="utf-8")


def test_every_finding_stands_on_one_sheet_or_is_withheld(city):
    register, findings = city
    sheets = checklist(register, findings, notes=True)
    assert sum(sheet.count + sheet.withheld for sheet in sheets) == len(findings)
    assert not any(sheet.noted for sheet in sheets)
    codes = [sheet.kelurahan_kode_kemendagri for sheet in sheets]
    # Families nobody could place come last, on a sheet of their own.
    assert codes == [*sorted(set(codes) - {""}), ""]
    one = checklist(register, findings, kelurahan=codes[0], notes=True)
    assert [sheet.kelurahan_kode_kemendagri for sheet in one] == codes[:1]


def test_notes_send_nobody_out_and_are_counted(city):
    register, findings = city
    rows = findings.table.to_pylist()
    asked = {row["family_id"] for row in rows if row["severity"] != "INFO"}
    noted = {row["family_id"] for row in rows if row["severity"] == "INFO"} - asked
    assert noted

    def listed(sheets):
        return {family.family_id for sheet in sheets for family in sheet.families}

    sheets = checklist(register, findings)
    assert not listed(sheets) & noted
    assert listed(checklist(register, findings, notes=True)) - listed(sheets) == noted
    for sheet in sheets:
        code = sheet.kelurahan_kode_kemendagri
        here = sum(row["kelurahan_kode_kemendagri"] == code for row in rows)
        assert code == "" or sheet.count + sheet.withheld + sheet.noted == here
    assert any(sheet.noted for sheet in sheets)
    text = "\n".join(_print(sheet) for sheet in sheets)
    assert "1 catatan tingkat Info tidak dicetak" in text
    assert ", info]" not in text


def _apostrophes(register):
    """The register as it is read from a list with an apostrophe before every NIK."""
    draft = Draft.from_register(register)
    for row in draft.tables["person"]:
        draft.add(
            "cleaned",
            {
                **{"table": "person", "subject": row["person_id"], "column": "nik"},
                **{"before": f"'{row['nik']}", "after": row["nik"], "code": "karakter_dibuang"},
            },
        )
    return draft.to_register()


def test_a_column_full_of_apostrophes_prints_the_same_sheets(city):
    register, findings = city
    messy = _apostrophes(register)
    found = check(messy)
    assert found.by_rule["IDN-04"] == register["person"].num_rows
    sheets, before = checklist(messy, found), checklist(register, findings)
    assert [sheet.families for sheet in sheets] == [sheet.families for sheet in before]
    assert sum(sheet.noted for sheet in sheets) > sum(sheet.noted for sheet in before)


def test_a_note_that_a_visit_settles_is_asked_where_somebody_goes_anyway():
    register = _home({"food_expenditure_rp": 950000})
    note = check(register, [catalogue()["SOS-60"]])
    assert len(note) == 1
    assert checklist(register, note) == []
    (wished,) = checklist(register, note, notes=True)
    assert [question.rule for question in wished.families[0].questions] == ["SOS-60"]
    found = check(register)
    (sheet,) = checklist(register, found)
    assert sheet.families[0].questions[-1].rule == "SOS-60"
    assert (sheet.count, sheet.noted) == (len(found), 0)


def test_gravest_first_and_no_family_twice(city):
    order = ["KRITIS", "TINGGI", "SEDANG", "INFO"]
    for sheet in checklist(*city):
        ids = [family.family_id for family in sheet.families]
        assert len(ids) == len(set(ids))
        for family in sheet.families:
            grades = [order.index(question.severity) for question in family.questions]
            assert grades == sorted(grades)


def test_outcomes_are_chosen_from_a_list_and_the_guide_comes_along(city):
    book = _book(checklist(*city)[0])
    page = book["Daftar periksa"]
    rules = page.data_validations.dataValidation
    assert rules
    assert all("Perlu diperbaiki" in rule.formula1 for rule in rules)
    assert book["Panduan kunjungan"].max_row == 46


def test_a_formula_in_a_name_stays_text_and_sensitive_kinds_are_only_counted():
    draft = Draft({"workspace": "latihan", "as_of": "2026-11-01"})
    card = "9973010607150001"
    draft.add("family", {"family_id": "F000001", "no_kk": card, "head_name": "=1+1"})
    draft.add(
        "person",
        {
            "person_id": "P000001",
            "family_id": "F000001",
            "no_kk": card,
            "name": "=HYPERLINK(1)",
            "shdk": "kepala_keluarga",
            "birth_date": date(2013, 1, 5),
        },
    )
    draft.add(
        "ppks",
        {
            "ppks_id": "K000001",
            "person_id": "P000001",
            "family_id": "F000001",
            "category": "PMKS16",
        },
    )
    register = draft.to_register()
    sheets = checklist(register, check(register))
    assert [sheet.withheld for sheet in sheets] == [1]
    page = _book(sheets[0])["Daftar periksa"]
    cells = [cell for row in page.iter_rows() for cell in row if cell.value]
    assert any("=HYPERLINK(1)" in str(cell.value) for cell in cells)
    assert all(cell.data_type != "f" for cell in cells)
    text = " ".join(str(cell.value) for cell in cells)
    assert "HIV" not in text
    assert "1 temuan pada kategori peka tidak dicetak" in text


def _home(family=None, person=None, aid=(), ppks=()):
    """One family with a finding (no KK number), and whatever a test gives it."""
    draft = Draft({"workspace": "latihan", "as_of": "2026-11-01"})
    house = {
        **{"house_tenure": "milik_sendiri", "floor_area_m2": 36.0, "floor": "keramik"},
        **{"wall": "tembok", "roof": "genteng", "water": "leding", "toilet": "sendiri"},
        **{"lighting": "pln_meteran", "power_va": 900, "cooking_fuel": "gas_3kg"},
        **{"domicile": "DM1", "latitude": -6.12, "longitude": 106.15, "expenditure_rp": 900000},
        **{"has_food_worry": False, "desil": 3, "existence": "KB1"},
        "kelurahan_kode_kemendagri": "36.73.01.1001",
    }
    draft.add("family", {"family_id": "F000001", "head_name": "SITI", **house, **(family or {})})
    birth = {"birth_date": date(1980, 5, 2), "shdk": "kepala_keluarga", "name": "SITI"}
    draft.add("person", {"person_id": "P000001", "family_id": "F000001", **birth, **(person or {})})
    for place, cells in enumerate(aid, start=1):
        draft.add("aid", {"aid_id": f"A{place}", "family_id": "F000001", **cells})
    for place, cells in enumerate(ppks, start=1):
        draft.add(
            "ppks",
            {"ppks_id": f"K{place}", "family_id": "F000001", "person_id": "P000001", **cells},
        )
    return draft.to_register()


def _sights(register, **options):
    (sheet,) = checklist(register, check(register), **options)
    return [(sight.number, sight.what) for sight in sheet.families[0].sights]


def test_a_family_that_leaves_nothing_open_is_asked_its_questions_alone():
    assert _sights(_home()) == []


def test_blank_parts_of_the_house_are_one_line_and_never_asked_twice():
    ((number, what),) = _sights(_home({"toilet": "", "floor_area_m2": None}))
    assert (number, what) == ("17, 23", "Isian rumah yang masih kosong: luas lantai, jamban")
    # SOS-49 asks about the floor; the toilet is left for the eye.
    ((_, what),) = _sights(_home({"toilet": "", "floor": ""}))
    assert what == "Isian rumah yang masih kosong: jamban"
    # P3KE has a value of its own for a part nobody wrote down: no finding, but something to see.
    ((_, what),) = _sights(_home({"floor": "KOSONG", "source_list": "p3ke"}))
    assert what == "Isian rumah yang masih kosong: lantai"


def test_each_family_gets_the_lines_of_what_it_is():
    pkh = [{"program": "PKH", "status": "aktif", "period": "2026-T4"}]
    pupil = {"is_in_school": True}
    assert tuple(number for number, _ in _sights(_home(person=pupil, aid=pkh))) == ("35", "38")
    disabled = {"disability": "netra"}
    assert [number for number, _ in _sights(_home(person=disabled))] == ["33"]
    assert _sights(_home(person={**disabled, "disability_degree": 3})) == []
    old = {"birth_date": date(1950, 1, 1)}
    assert [number for number, _ in _sights(_home(person=old))] == ["36", "41"]
    (owner,) = _sights(_home({"desil": 3, "assets": "motor;mobil"}))
    assert "milik siapa" in owner[1]
    assert _sights(_home({"assets": "motor"})) == []
    # A car is no question where means are none.
    assert _sights(_home({"desil": 8, "assets": "mobil"})) == []
    toddler = {"birth_date": date(2022, 5, 2)}
    assert [number for number, _ in _sights(_home(person=toddler))] == ["37", "41"]


def test_no_family_gets_more_than_five_lines():
    blank = {"toilet": "", "domicile": "", "latitude": None, "has_food_worry": None}
    person = {"birth_date": date(1950, 1, 1), "disability": "netra"}
    assert len(_sights(_home(blank, person, [{"program": "PKH", "status": "aktif"}]))) == 5


def test_a_sensitive_category_decides_nothing():
    plain = _sights(_home())
    for kind in ("PMKS03", "PMKS06", "PMKS07", "PMKS16", "PMKS19"):
        assert _sights(_home(ppks=[{"category": kind, "assessed_on": date(2026, 3, 1)}])) == plain
    neglected = [{"category": "PMKS08", "assessed_on": date(2026, 3, 1), "is_telantar": True}]
    assert _sights(_home(ppks=neglected)) != plain


def test_who_was_not_met_is_visited_again_though_the_list_raises_nothing(city):
    register, _ = city
    family_id = register["family"]["family_id"][0].as_py()
    rows = register["family"].to_pylist()
    rows[0]["existence"] = "KB2"
    changed = Register(
        {**register.tables, "family": pa.Table.from_pylist(rows, register["family"].schema)},
        register.manifest,
    )
    nothing = check(changed, [])
    (sheet,) = checklist(changed, nothing)
    assert [family.family_id for family in sheet.families] == [family_id]
    assert "dua kali" in sheet.families[0].sights[0].what
    assert checklist(register, nothing) == []


def test_families_without_a_finding_are_listed_when_asked(city):
    register, findings = city
    sheets = checklist(register, findings, everyone=True)
    listed = [family.family_id for sheet in sheets for family in sheet.families]
    assert set(listed) >= set(register["family"]["family_id"].to_pylist())
    told = sum(sheet.count + sheet.withheld + sheet.noted for sheet in sheets)
    assert told == len(findings)
    assert all(len(family.sights) <= 5 for sheet in sheets for family in sheet.families)


def test_lines_to_see_are_printed_below_the_questions_with_their_number_in_the_guide():
    register = _home(person={"disability": "netra"})
    (sheet,) = checklist(register, check(register))
    book = _book(sheet)
    rows = [row for row in book["Daftar periksa"].iter_rows() if row[0].value == "☐"]
    assert [row[1].value for row in rows].index("Lihat di rumah") == len(rows) - 1
    last = rows[-1]
    assert last[2].value.endswith("[butir 33]")
    assert last[2].font.i
    assert not rows[0][2].font.i
    guide = {row[0]: row[2] for row in book["Panduan kunjungan"].iter_rows(values_only=True)}
    assert last[2].value.startswith(guide["33"])


def test_files_are_named_by_place_alone(city, tmp_path):
    told = []
    paths = write_checklists(*city, tmp_path / "c", lambda done, of: told.append((done, of)))
    assert told[-1] == (len(paths), len(paths))
    names = [path.name for path in paths]
    assert names.pop() == "daftar-periksa-tanpa-kelurahan.xlsx"
    assert all(name.startswith("daftar-periksa-36.73.0") for name in names)
