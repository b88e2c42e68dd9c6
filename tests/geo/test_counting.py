"""True numbers per kelurahan: everybody once, at home, and silence where nothing was asked."""

from __future__ import annotations

from collections import Counter, defaultdict
from datetime import date

import pytest

from workbench.domain.nik import is_filler, is_number
from workbench.domain.reference import reference
from workbench.domain.register import Register
from workbench.domain.wilayah import kelurahan
from workbench.geo.areas import city_areas
from workbench.geo.counting import FUNDS, count
from workbench.rules import catalogue, check
from workbench.synthesis import generate

AREAS = city_areas()
A, B, C = (place.kode_kemendagri for place in kelurahan()[:3])
DAY = date(2026, 11, 1)
SENSITIVE = {row["kode"] for row in reference("pmks_kategori") if row["sensitif"] == "ya"}


@pytest.fixture
def listed(table_of):
    """A register of rows by table, and its tables counted."""

    def build(findings=None, carried=None, as_of=DAY, **rows):
        tables = {name: table_of(name, more) for name, more in rows.items()}
        manifest = {"workspace": "latihan"} | ({"carried": carried} if carried else {})
        found = None if findings is None else table_of("findings", findings)
        counted = count(Register(tables, manifest), found, AREAS, as_of)
        return {table.name: table for table in counted}

    return build


def families(*codes, **cells):
    return [
        {"family_id": f"F{n}", "kelurahan_kode_kemendagri": code} | cells
        for n, code in enumerate(codes)
    ]


def a_ppks(n, category="PMKS08", **cells):
    return {"ppks_id": f"K{n}", "person_id": f"P{n}", "category": category} | cells


def nik(n):
    return f"99730150015500{n:02d}"


# --- what holds of every table -------------------------------------------------------------------


@pytest.fixture(scope="module")
def world():
    """An invented city with mistakes, its findings, and everything counted."""
    register = generate(families=1200, seed=11, error_rate=0.4)
    findings = check(register).table
    return (
        register,
        findings,
        {table.name: table for table in count(register, findings, AREAS, DAY)},
    )


def test_every_cell_has_a_column_and_is_no_sum(world):
    for table in world[2].values():
        leaves = {column.key for column in table.columns if not column.children}
        assert {key for _, key in table.cells} <= leaves, table.name
        assert {code for code, _ in table.cells} <= table.surveyed <= set(AREAS.by_code)


def test_columns_name_only_columns_that_are_there(world):
    every = {
        f"{table.name}:{column.key}" for table in world[2].values() for column in table.columns
    }
    for table in world[2].values():
        keys = {column.key for column in table.columns} | every
        for column in table.columns:
            assert {*column.children, *column.covered_by, column.within} - {""} <= keys
        assert {key for fact in table.facts for side in fact for key in side} <= keys


def value(table, code, key):
    column = next(column for column in table.columns if column.key == key)
    if column.children:
        return sum(value(table, code, child) for child in column.children)
    return table.cells.get((code, key), 0)


def test_a_key_means_the_same_number_in_every_table(world):
    for key in ("keluarga", "penerima"):
        numbers = {
            tuple(value(table, code, key) for code in AREAS.by_code)
            for table in world[2].values()
            if key in {column.key for column in table.columns}
        }
        assert len(numbers) == 1
        assert sum(*numbers) > 0


def anywhere(world, table, code, key):
    """The value of a column of this table, or of ``table:key``."""
    if any(column.key == key for column in table.columns):
        return value(table, code, key)
    name, _, own = key.partition(":")
    return value(world[2][name], code, own)


def test_what_the_gate_is_told_of_columns_is_true(world):
    for table in world[2].values():
        for code in table.surveyed:
            for column in table.columns:
                whole = value(table, code, column.key)
                if column.within:
                    assert whole <= value(table, code, column.within)
                if column.covered_by:
                    assert whole <= sum(
                        anywhere(world, table, code, key) for key in column.covered_by
                    )
            for smaller, larger in table.facts:
                assert sum(value(table, code, key) for key in smaller) <= sum(
                    value(table, code, key) for key in larger
                )


def test_every_column_of_families_is_tied_to_all_families(world):
    """What is not tied is hidden by itself, and the difference to the rest tells a hidden cell."""
    for table in world[2].values():
        columns = {column.key: column for column in table.columns}
        for base in (column for column in table.columns if column.is_base):
            tied = {base.key}
            while (
                more := {
                    column.key
                    for column in table.columns
                    if column.within in tied
                    or any(column.key in columns[key].children for key in tied)
                }
                - tied
            ):
                tied |= more
            same_unit = {column.key for column in table.columns if column.unit == base.unit}
            assert same_unit <= tied, table.name


def test_sensitive_categories_belong_to_no_sum(world):
    ppks = world[2]["ppks"]
    assert {column.key for column in ppks.columns if column.sensitive} == SENSITIVE
    assert not SENSITIVE & {child for column in ppks.columns for child in column.children}
    assert SENSITIVE & {key for _, key in ppks.cells}


# --- the same, counted by hand over rows ---------------------------------------------------------


class ByHand:
    """The same numbers by loops over rows."""

    def __init__(self, register):
        self.tables = {
            name: register[name].to_pylist() for name in ("family", "person", "aid", "ppks")
        }
        self.first = {}
        self.home = {}
        self.card = {}
        for row in self.tables["family"]:
            key = row["no_kk"] if self.sound(row["no_kk"]) else row["family_id"]
            self.first[row["family_id"]] = key
            self.card.setdefault(row["no_kk"], row["family_id"])
            code = row["kelurahan_kode_kemendagri"]
            self.home.setdefault(key, "")
            self.home[key] = self.home[key] or (code if code in AREAS.by_code else "")
        self.by_id = {row["person_id"]: row for row in self.tables["person"]}
        self.by_nik = {}
        for row in self.tables["person"]:
            if self.sound(row["nik"]):
                self.by_nik.setdefault(row["nik"], row)

    @staticmethod
    def sound(number):
        return is_number(number) and not is_filler(number)

    def who(self, row):
        """NIK or id of a row's person, and its family."""
        known = self.by_id.get(row["person_id"], {})
        number = row["nik"] if self.sound(row["nik"]) else known.get("nik", "")
        number = number if self.sound(number) else ""
        twin = self.by_nik.get(number, {})
        family = row["family_id"] or known.get("family_id") or twin.get("family_id")
        if not family and self.sound(row["no_kk"]):
            family = self.card.get(row["no_kk"], "")
        return number or row["person_id"] or twin.get("person_id", ""), self.first.get(family, "")

    def place(self, family):
        return self.home.get(family, "")


def placed(table, key):
    return {code: number for (code, one), number in table.cells.items() if one == key}


def without_zero(counter):
    return {code: number for code, number in counter.items() if code and number}


def test_families_and_people_agree_with_a_count_by_hand(world):
    register, _, tables = world
    hand = ByHand(register)
    assert placed(tables["temuan"], "keluarga") == without_zero(Counter(hand.home.values()))
    homes = {}
    for row in hand.tables["person"]:
        key = row["nik"] if hand.sound(row["nik"]) else row["person_id"]
        homes[key] = homes.get(key) or hand.place(hand.first.get(row["family_id"], ""))
    assert placed(tables["orang"], "orang") == without_zero(Counter(homes.values()))


def test_categories_agree_with_a_count_by_hand(world):
    register, _, tables = world
    hand = ByHand(register)
    units = {row["kode"]: row["unit"] for row in reference("pmks_kategori")}
    homes = defaultdict(dict)
    for row in hand.tables["ppks"]:
        if not row["category"]:
            continue
        person, family = hand.who(row)
        by_family = "individu" not in units[row["category"]]
        key = (family or person) if by_family else (person or family)
        known = homes[row["category"]]
        known[key or row["ppks_id"]] = known.get(key or row["ppks_id"]) or hand.place(family)
    assert len(homes) > 15
    for category, found in homes.items():
        expected = without_zero(Counter(found.values()))
        assert placed(tables["ppks"], category) == expected, category


def test_programmes_agree_with_a_count_by_hand(world):
    register, _, tables = world
    hand = ByHand(register)
    active = [row for row in hand.tables["aid"] if row["status"] in ("", "aktif")]
    parts = {"": (1, 12), "S1": (1, 6), "S2": (7, 12)}
    parts |= {f"T{n}": (3 * n - 2, 3 * n) for n in range(1, 5)}
    parts |= {f"{n:02d}": (n, n) for n in range(1, 13)}

    def months(period):
        return (int(period[:4]) * 12 + month for month in parts[period[5:]])

    def end(period):
        return list(months(period))[1]

    begun = [
        row for row in active if not row["period"] or min(months(row["period"])) <= 2026 * 12 + 11
    ]
    last = {}
    for row in begun:
        if row["period"]:
            last[row["program"]] = max(last.get(row["program"], 0), end(row["period"]))
    newest = max(last.values())
    assert newest == 2026 * 12 + 12
    homes = defaultdict(set)
    for row in begun:
        now = end(row["period"]) if row["period"] else None
        if now is None or (now == last[row["program"]] and now > newest - 12):
            family = hand.who(row)[1]
            if family:
                homes[row["program"]].add(family)
    for program in ("PKH", "SEMBAKO", "PBIJK", "PIP"):
        expected = without_zero(Counter(hand.place(family) for family in homes[program]))
        assert placed(tables["program"], f"program:{program}") == expected, program


def test_findings_agree_with_a_count_by_hand(world):
    register, findings, tables = world
    hand = ByHand(register)
    weights, asked, visits = Counter(), set(), set()
    for row in findings.to_pylist():
        if row["severity"] == "INFO":
            continue
        family = hand.first.get(row["family_id"], "")
        code = hand.place(family) or row["kelurahan_kode_kemendagri"]
        weights[code if code in AREAS.by_code else "", f"temuan:{row['severity']}"] += 1
        if family:
            asked.add(family)
            if "kunjungan" in catalogue()[row["rule"]].follow_up:
                visits.add(family)
    table = tables["temuan"]
    expected = {key: number for key, number in weights.items() if key[0]}
    assert {
        key: n for key, n in table.cells.items() if key[1] in dict.fromkeys(k for _, k in weights)
    } == expected
    assert placed(table, "bertemuan") == without_zero(Counter(map(hand.place, asked)))
    assert placed(table, "kunjungan") == without_zero(Counter(map(hand.place, visits)))
    assert 0 < len(visits) < len(asked)


# --- cases ---------------------------------------------------------------------------------------


def test_a_family_on_two_lists_counts_once_and_where_it_first_has_a_home(listed):
    rows = families("", A, B, A)
    for row in rows[:2]:
        row["no_kk"] = nik(1)
    for row in rows[2:]:
        row["no_kk"] = "9" * 16
    cells = listed(family=rows)["keluarga"].cells
    assert cells == {(A, "keluarga"): 2, (B, "keluarga"): 1}


def test_desil_is_a_part_of_all_families_and_unknown_has_its_own_place(listed):
    rows = families(A, A, A, B)
    rows[0]["desil"], rows[1]["desil"], rows[2]["desil"] = 1, 10, 12
    table = listed(family=rows)["keluarga"]
    assert table.cells == {
        (A, "desil:1"): 1,
        (A, "desil:10"): 1,
        (A, "desil:?"): 1,
        (B, "desil:?"): 1,
    }
    assert len(next(c for c in table.columns if c.key == "keluarga").children) == 11


def test_a_list_without_desil_has_no_such_column(listed):
    table = listed(family=families(A, A))["keluarga"]
    assert [column.key for column in table.columns] == ["keluarga"]
    assert table.cells == {(A, "keluarga"): 2}
    assert "tidak memuat desil" in table.remark


def test_what_a_list_does_not_carry_is_not_surveyed(listed):
    tables = listed(family=families(A, B))
    for name in ("orang", "ppks", "spm", "sumber", "program", "temuan", "verifikasi"):
        assert tables[name].surveyed == frozenset(), name
        assert tables[name].cells == {}
        assert tables[name].remark.startswith("Daftar ini"), name
    carried = {"ppks": ["category"], "aid": ["program"], "person": ["nik"]}
    tables = listed(family=families(A, B), carried=carried, findings=[])
    for name in ("orang", "ppks", "sumber", "program", "temuan"):
        assert tables[name].surveyed == {A, B}, name
    assert tables["verifikasi"].surveyed == frozenset()


def test_who_has_no_home_is_said_in_round_numbers(listed):
    assert "Beberapa keluarga" in listed(family=families(A, "", "36.04.05.2001"))["keluarga"].remark
    remark = listed(family=families(A, *[""] * 1234))["keluarga"].remark
    assert "Sekitar 1.230 keluarga tidak dapat ditempatkan" in remark
    assert "ditempatkan" not in listed(family=families(A, B))["keluarga"].remark


def test_a_person_in_two_rows_and_two_years_counts_once_a_category(listed):
    rows = [
        a_ppks(1, family_id="F0"),
        a_ppks(1, family_id="F0", year=2025) | {"ppks_id": "K9"},
        a_ppks(1, "PMKS09", family_id="F0") | {"ppks_id": "K8"},
    ]
    cells = listed(family=families(A, B), ppks=rows)["ppks"].cells
    assert cells == {(A, "PMKS08"): 1, (A, "PMKS09"): 1}


def test_residence_counts_not_the_place_found(listed):
    rows = [a_ppks(1, family_id="F0", found_kelurahan_kode_kemendagri=B)]
    rows += [{"ppks_id": "K2", "category": "PMKS08", "found_kelurahan_kode_kemendagri": B}]
    table = listed(family=families(A, B), ppks=rows)["ppks"]
    assert table.cells == {(A, "PMKS08"): 1}
    assert "Beberapa catatan PPKS tidak dapat ditempatkan" in table.remark


@pytest.mark.parametrize(
    "row",
    [
        {"person_id": "P1"},
        {"nik": nik(1)},
        {"no_kk": nik(7)},
        {"person_id": "P-lain", "nik": nik(1)},
    ],
)
def test_a_row_finds_its_home_by_person_nik_or_card(listed, row):
    homes = families(A, B)
    homes[0]["no_kk"] = nik(7)
    people = [{"person_id": "P1", "family_id": "F0", "nik": nik(1)}]
    tables = listed(
        family=homes,
        person=people,
        ppks=[{"ppks_id": "K1", "category": "PMKS08"} | row],
        aid=[{"aid_id": "A1", "program": "PKH"} | row],
    )
    assert tables["ppks"].cells == {(A, "PMKS08"): 1}
    assert tables["program"].cells[A, "program:PKH"] == 1


def test_a_filler_number_merges_nobody(listed):
    rows = [a_ppks(n, family_id="F0", nik="9" * 16) for n in range(3)]
    assert listed(family=families(A), ppks=rows)["ppks"].cells == {(A, "PMKS08"): 3}


# --- SPM -----------------------------------------------------------------------------------------


def spm(listed, *rows):
    rows = [
        {"family_id": "F0", "assessed_on": date(2026, 5, 1), "is_service_fulfilled": False}
        | {"ppks_id": f"K{n}", "person_id": f"P{n}"}
        | row
        for n, row in enumerate(rows)
    ]
    return listed(family=families(A), ppks=rows)["spm"].cells


def test_only_who_was_assessed_outside_an_institution_counts_for_a_service(listed):
    assert spm(
        listed,
        {"category": "PMKS08", "is_service_fulfilled": True},
        {"category": "PMKS08"},
        {"category": "PMKS08", "assessed_on": None},
        {"category": "PMKS08", "in_institution": True},
        {"category": "PMKS08", "assessed_on": date(2027, 1, 1)},
        {"category": "PMKS13"},
    ) == {(A, "spm:SPM3:terpenuhi"): 1, (A, "spm:SPM3:belum"): 1}


def test_kinds_that_count_as_telantar_only(listed):
    assert spm(
        listed,
        {"category": "PMKS09"},
        {"category": "PMKS09", "is_telantar": True},
        {"category": "PMKS04", "is_telantar": True},
        {"category": "PMKS02", "is_telantar": False},
    ) == {(A, "spm:SPM1:belum"): 1, (A, "spm:SPM2:belum"): 2}


def test_a_sensitive_kind_is_left_out_of_a_service(listed):
    child = {"category": "PMKS07", "is_telantar": True, "is_service_fulfilled": True}
    assert spm(listed, child) == {}


def test_two_kinds_of_one_service_are_one_person_and_the_newest_word_counts(listed):
    assert spm(
        listed,
        {"person_id": "P9", "category": "PMKS11", "is_service_fulfilled": True},
        {"person_id": "P9", "category": "PMKS12", "assessed_on": date(2026, 9, 1)},
    ) == {(A, "spm:SPM4:belum"): 1}


def test_a_victim_counts_by_event(listed):
    flood = {"person_id": "P9", "category": "PMKS21"}
    assert spm(
        listed, flood, flood | {"category": "PMKS22"}, flood | {"assessed_on": date(2026, 7, 1)}
    ) == {(A, "spm:SPM5:belum"): 2}


# --- aid -----------------------------------------------------------------------------------------


def aid(listed, *rows, homes=(A, A, B)):
    rows = [
        {"aid_id": f"A{n}", "family_id": "F0", "program": "PKH", "source": "apbn"} | row
        for n, row in enumerate(rows)
    ]
    tables = listed(family=families(*homes), aid=rows)
    return tables["sumber"], tables["program"]


def test_families_by_number_of_sources(listed):
    funds = ["apbn", "apbd_kabkota", "desa"]
    rows = [{"source": one} for one in funds]
    rows += [{"source": "apbn", "program": "SEMBAKO"}, {"family_id": "F1"}]
    by_number, _ = aid(listed, *rows)
    assert by_number.cells == {
        (A, "sumber:3"): 1,
        (A, "sumber:1"): 1,
        (B, "sumber:0"): 1,
        (A, "dana:apbn"): 2,
        (A, "dana:apbd"): 1,
        (A, "dana:desa"): 1,
    }


def test_a_source_that_is_not_said_is_the_programmes_own(listed):
    by_number, _ = aid(
        listed, {"source": ""}, {"family_id": "F2", "source": "", "program": "RUTILAHU"}
    )
    assert by_number.cells[A, "dana:apbn"] == 1
    assert by_number.cells[B, "dana:lain"] == 1
    assert {key for key, _, _ in FUNDS} <= {column.key for column in by_number.columns}


def test_only_active_aid_of_the_newest_period_counts(listed):
    _, by_program = aid(
        listed,
        {"period": "2026-T3", "program_text": "PKH"},
        {"period": "2026-T2", "family_id": "F1", "program_text": "Bansos PKH"},
        {"period": "2026-10", "program": "SEMBAKO", "family_id": "F2"},
        {"period": "2027-01", "program": "SEMBAKO", "family_id": "F1"},
        {"period": "2021", "program": "BST"},
        {"status": "graduasi", "program": "SEMBAKO"},
        {"period": "", "program": "BERAS"},
        {"program": "", "program_text": "Bantuan RT", "family_id": "F1"},
    )
    placed_ = {key: n for key, n in by_program.cells.items() if key[1].startswith("program:")}
    assert placed_ == {
        (A, "program:PKH"): 1,
        (B, "program:SEMBAKO"): 1,
        (A, "program:BERAS"): 1,
        (A, "program:lain"): 1,
    }
    assert "program:BST" in {column.key for column in by_program.columns}
    assert "program:PIP" not in {column.key for column in by_program.columns}
    assert "2026-10, 2026-T3" in by_program.remark


# --- findings and verification -------------------------------------------------------------------


def test_notes_are_no_findings_and_a_family_counts_once(listed):
    finding = {"rule": "X", "family_id": "F0", "severity": "TINGGI"}
    rows = [finding, finding, finding | {"severity": "INFO", "family_id": "F1"}]
    table = listed(family=families(A, A), findings=rows)["temuan"]
    assert table.cells == {(A, "keluarga"): 2, (A, "temuan:TINGGI"): 2, (A, "bertemuan"): 1}


def test_a_finding_of_no_family_stands_where_it_says(listed):
    rows = [{"rule": "X", "severity": "SEDANG", "kelurahan_kode_kemendagri": B}]
    rows += [{"rule": "X", "severity": "SEDANG", "kelurahan_kode_kemendagri": "lain"}]
    table = listed(family=families(A, B), findings=rows)["temuan"]
    assert table.cells[B, "temuan:SEDANG"] == 1
    assert "Beberapa temuan tidak dapat ditempatkan" in table.remark


@pytest.mark.parametrize(
    ("day", "key"),
    [
        (date(2026, 11, 1), "verifikasi:3bulan"),
        (date(2026, 8, 1), "verifikasi:3bulan"),
        (date(2026, 7, 31), "verifikasi:12bulan"),
        (date(2025, 11, 1), "verifikasi:12bulan"),
        (date(2025, 10, 31), "verifikasi:lama"),
        (date(2026, 11, 2), "verifikasi:belum"),
        (None, "verifikasi:belum"),
    ],
)
def test_the_age_of_a_verification(listed, day, key):
    rows = families(A, B)
    rows[0]["desil_checked_on"] = day
    rows[1]["desil_checked_on"] = DAY
    cells = listed(family=rows)["verifikasi"].cells
    assert cells == {(A, key): 1, (B, "verifikasi:3bulan"): 1}


def test_the_newest_of_all_dates_counts(listed):
    rows = families(A, B, C)
    rows[0]["desil_checked_on"] = date(2020, 1, 1)
    people = [{"person_id": "P0", "family_id": "F0", "dukcapil_matched_on": DAY}]
    ppks = [a_ppks(1, family_id="F1", assessed_on=date(2026, 1, 15))]
    cells = listed(family=rows, person=people, ppks=ppks)["verifikasi"].cells
    assert cells == {
        (A, "verifikasi:3bulan"): 1,
        (B, "verifikasi:12bulan"): 1,
        (C, "verifikasi:belum"): 1,
    }
