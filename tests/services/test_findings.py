"""Findings narrowed, one family on one page, pairs, files on their way out; each in its areas."""

from __future__ import annotations

import csv
import io
import json
import re
from dataclasses import replace
from datetime import date

import openpyxl
import pyarrow.compute as pc
import pytest
from sqlalchemy import select

from tests.full_numbers import full_numbers
from workbench.access import Actor, Role, Workspace
from workbench.domain.register import Draft, Register
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import exports, families, lists, privacy, shelves
from workbench.services.findings import (
    FACETS,
    SORTS,
    WITHHELD,
    FindingsIndex,
    Query,
    plain_search,
    plain_words,
)
from workbench.services.histories import family_history
from workbench.services.office import Office
from workbench.services.origins import origin_of
from workbench.store.tables import event
from workbench.synthesis import generate

TRAINER = Actor("pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
OF_SERANG = Actor("serang", "Serang", Role.PELATIH, Workspace.LATIHAN, ("36.73.01",))
TRAINEE = Actor("K1.1", "Peserta", Role.PESERTA, Workspace.LATIHAN, (), "K1", 1)
#: The day a real list is of: ages are told as they were then.
AS_OF = date(2026, 11, 21)


@pytest.fixture(scope="module")
def office(tmp_path_factory):
    return Office(tmp_path_factory.mktemp("kantor") / "kantor")


@pytest.fixture(scope="module")
def city():
    return generate(families=250, seed=4, error_rate=0.6)


@pytest.fixture(scope="module")
def standing(office, city):
    return lists.shelve_register(office, TRAINER, "Kota November", city)


@pytest.fixture(scope="module")
def opened(office, standing):
    return lists.open_list(office, TRAINER, standing.id)


@pytest.fixture(scope="module")
def index(opened):
    return FindingsIndex(opened)


@pytest.fixture(scope="module")
def narrow(office, standing):
    """The same list as somebody sees it who looks after one kecamatan."""
    return lists.open_list(office, OF_SERANG, standing.id)


def _rows(index, query):
    return index.narrowed(query).table.to_pylist()


def _real_list(office, tmp_path, rows, header="NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;"
               "ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"):  # fmt: skip
    staff = Actor("staf", "Staf", Role.STAF, Workspace.NYATA, ("36.73",))
    path = tmp_path / "d.csv"
    path.write_text("\n".join((header, *rows)) + "\n", encoding="utf-8")
    summary = lists.bring_in(office, staff, path, "Uji", as_of=AS_OF)
    return staff, lists.open_list(office, staff, summary.id)


# --- narrowing -----------------------------------------------------------------------------------


def test_each_count_is_what_choosing_that_value_would_show(index):
    query = Query().turned("severity", "SEDANG").turned("severity", "TINGGI")
    query = query.turned("group", "identity").turned("group", "living")
    counts = index.facets(query)
    assert set(counts) == set(FACETS)
    for facet, values in counts.items():
        bare = Query({name: v for name, v in query.chosen.items() if name != facet})
        for value, n in values:
            assert index.page(bare.turned(facet, value)).total == n, (facet, value)


def test_values_of_one_facet_widen_and_facets_narrow(index, opened):
    query = Query().turned("severity", "KRITIS").turned("severity", "INFO").turned("desil", "1")
    desil = dict(
        zip(
            opened.register["family"]["family_id"].to_pylist(),
            opened.register["family"]["desil"].to_pylist(),
            strict=True,
        )
    )
    expected = [
        (row["rule"], row["subject"])
        for row in opened.findings.table.to_pylist()
        if row["severity"] in ("KRITIS", "INFO") and desil.get(row["family_id"]) == 1
    ]
    assert expected
    assert sorted((r["rule"], r["subject"]) for r in _rows(index, query)) == sorted(expected)


def test_a_family_is_found_by_the_aid_it_receives_now(index, opened):
    receives = {
        row["family_id"]
        for row in opened.register["aid"].to_pylist()
        if row["program"] == "PKH" and row["status"] in ("", "aktif")
    }
    rows = _rows(index, Query().turned("program", "PKH"))
    assert {row["family_id"] for row in rows if row["subject_kind"] != "aid"} <= receives
    without = {row["family_id"] for row in _rows(index, Query().turned("program", ""))}
    assert without
    assert not without & receives


def test_a_name_is_found_by_words_in_any_order_begun_at_least(index, opened):
    row = next(r for r in _rows(index, Query()) if len(plain_words(r["name"]).split()) >= 2)
    first, second, *_ = plain_words(row["name"]).split()
    for search in (f"{second} {first}", f"{second[:3].lower()}  {first}", f"{first}, {second}"):
        found = _rows(index, Query(search=search))
        assert row["subject"] in {r["subject"] for r in found}, search
        for other in found:
            words = plain_words(other["name"]).split()
            for part in plain_words(search).split():
                assert any(word.startswith(part) for word in words)
    assert index.page(Query(search="zzzz")).total == 0


def test_spelling_signs_do_not_hide_a_name():
    assert plain_words("  Nurma'in  S.Pd, é ") == "NURMAIN S PD E"


def test_a_number_is_found_by_its_last_four_digits_and_by_no_more(index):
    row = next(r for r in _rows(index, Query()) if len(r["nik"]) == 16)
    assert plain_search(row["nik"]) == row["nik"][-4:]
    for found in _rows(index, Query(search=row["nik"])):
        assert row["nik"][-4:] in (found["nik"][-4:], found["no_kk"][-4:])
    assert row["subject"] in {r["subject"] for r in _rows(index, Query(search=row["nik"][-4:]))}
    assert index.page(Query(search=row["nik"][:4] + "x")).total == 0


@pytest.mark.parametrize("sort", SORTS)
def test_pages_in_any_order_hold_every_finding_once(index, sort):
    for query in (Query(sort=sort), Query(sort=sort).turned("severity", "INFO")):
        seen = []
        for start in range(0, index.page(query).shown, 20):
            page = index.page(query, start, 20)
            assert page.start == start
            seen += [(row["rule"], row["subject"]) for row in page.rows]
        assert len(seen) + page.folded == page.total == len(_rows(index, query))
        assert len(seen) == len(set(seen))


def test_orders_mean_what_they_say(index):
    grave = [row["severity"] for row in _rows(index, Query())]
    order = ["KRITIS", "TINGGI", "SEDANG", "INFO"]
    assert grave == sorted(grave, key=order.index)
    names = [row["name"] for row in _rows(index, Query(sort="nama"))]
    assert names == sorted(names)
    rows = _rows(index, Query(sort="keluarga"))
    by_family = [row["family_id"] for row in rows if row["severity"] != "INFO"]
    runs = [by_family.count(family) for family in dict.fromkeys(by_family) if family]
    assert runs == sorted(runs, reverse=True)
    with pytest.raises(WrongUse):
        index.page(Query(sort="__init__"))


def test_a_start_past_the_end_gives_the_last_page(index):
    page = index.page(Query(), 10**9, 20)
    assert page.rows
    assert page.start + len(page.rows) == page.shown
    assert index.page(Query(), -5, 20).start == 0


def test_notes_of_a_rule_are_one_line_until_somebody_asks_for_them(index):
    rows = _rows(index, Query())
    notes = [row for row in rows if row["severity"] == "INFO"]
    page = index.page(Query())
    assert (page.total, page.folded) == (len(rows), len(notes))
    by_rule = {
        code: sum(row["rule"] == code for row in notes) for code in {r["rule"] for r in notes}
    }
    assert {fold.rule: fold.count for fold in page.folds} == by_rule
    assert len(by_rule) > 1
    counts = [fold.count for fold in page.folds]
    assert counts == sorted(counts, reverse=True)
    # Narrowed otherwise they stay folded, and what is folded is narrowed too.
    place = notes[0]["kelurahan_kode_kemendagri"]
    here = index.page(Query().turned("kelurahan", place))
    assert here.folded == sum(row["kelurahan_kode_kemendagri"] == place for row in notes) > 0
    code = page.folds[-1].rule
    for query, n in (
        (Query().turned("rule", code), by_rule[code]),
        (Query().turned("severity", "INFO"), len(notes)),
        (Query().turned("severity", "INFO").turned("rule", code), by_rule[code]),
    ):
        opened = index.page(query)
        assert (opened.shown, opened.folded) == (n, 0)
        assert opened.rows


def test_a_column_full_of_apostrophes_is_one_line(office, tmp_path):
    people = [
        f"'36730105048190{n:02d};36730106071590{n:02d};RUSDI CONTOH;L;05/04/1981;KEPALA KELUARGA;"
        "JL. CONTOH 1;001;002;CIPARE;SERANG"
        for n in range(11, 31)
    ]
    _, opened = _real_list(office, tmp_path, people)
    page = FindingsIndex(opened).page(Query().turned("group", "identity"))
    (fold,) = page.folds
    assert (fold.rule, fold.count, fold.alike) == ("IDN-04", 20, 20)
    assert fold.sentence == "NIK ditulis dengan apostrof; sudah dibersihkan saat dibaca"
    assert "IDN-04" not in {row["rule"] for row in page.rows}
    # One in twenty of another kind: the sentence is that of the others, and says how many.
    people[0] = people[0].replace("'", " ").replace("3673", "3673 ", 1)
    _, opened = _real_list(office, tmp_path, people)
    (fold,) = FindingsIndex(opened).page(Query().turned("group", "identity")).folds
    assert (fold.count, fold.alike) == (20, 19)
    for place in range(1, 5):
        people[place] = people[place].replace("'", "").replace("3673", "3673 ", 1)
    _, opened = _real_list(office, tmp_path, people)
    (fold,) = FindingsIndex(opened).page(Query().turned("group", "identity")).folds
    assert (fold.count, fold.sentence, fold.alike) == (20, "", 0)


def test_families_come_by_their_questions_not_by_their_notes(index):
    rows = _rows(index, Query(sort="keluarga"))
    asked = {row["family_id"] for row in rows if row["severity"] != "INFO"}
    order = [row["family_id"] in asked for row in rows if row["family_id"]]
    assert False in order
    assert order == sorted(order, reverse=True)


def test_nobody_is_named_where_a_category_is_sensitive(office, city):
    draft = Draft.from_register(city)
    person = next(p for p in draft.tables["person"] if p["birth_date"].year > 2015)
    row = {"person_id": person["person_id"], "family_id": person["family_id"]}
    row |= {"nik": person["nik"], "no_kk": person["no_kk"], "category": "PMKS16", "year": 2026}
    added = draft.add("ppks", {**row, "ppks_id": draft.new_id("ppks")})["ppks_id"]
    summary = lists.shelve_register(office, TRAINER, "Kategori khusus", draft.to_register())
    opened = lists.open_list(office, TRAINER, summary.id)
    index = FindingsIndex(opened)
    (found,) = [r for r in _rows(index, Query()) if r["subject"] == added][:1]
    assert (found["name"], found["nik"], found["no_kk"], found["family_id"]) == (
        WITHHELD,
        *3 * ("",),
    )
    searched = {r["subject"] for r in _rows(index, Query(search=person["name"]))}
    assert added not in searched
    page = families.family_page(opened, person["family_id"])
    assert page.withheld >= 1
    assert added not in {question.subject for question in page.questions}
    assert families.SPECIAL in {record.heading for record in page.ppks}
    assert "HIV" not in repr(page)
    alone = families.subject_page(opened, "ppks", added)
    assert person["name"] not in repr(alone)
    content = exports.findings_csv(office, TRAINER, opened, index, exports.Export(Query(), ""))[1]
    assert "HIV" not in content.decode("utf-8-sig")


# --- areas ---------------------------------------------------------------------------------------


def test_rows_outside_the_areas_never_come(opened, narrow, office):
    codes = {code for code, n in FindingsIndex(narrow).facets(Query())["kelurahan"] if n}
    assert codes
    assert all(code.startswith("36.73.01.") for code in codes)
    rows = _rows(FindingsIndex(narrow), Query())
    assert {row["kelurahan_kode_kemendagri"] for row in rows} == codes
    outside = next(
        row["family_id"]
        for row in opened.register["family"].to_pylist()
        if not OF_SERANG.covers(row["kelurahan_kode_kemendagri"])
    )
    for look in (
        lambda: families.family_page(narrow, outside),
        lambda: privacy.unmask(office, OF_SERANG, narrow.summary.id, outside, "kunjungan"),
        lambda: families.subject_page(narrow, "family", outside),
    ):
        with pytest.raises(NotFound):
            look()
    key = families.family_page(opened, outside).family_key
    assert any(one.is_listed for one in family_history(office, TRAINER, key))
    assert not any(one.is_listed for one in family_history(office, OF_SERANG, key))


def test_a_pair_never_shows_the_row_of_another_area(office, tmp_path):
    staff, opened = _real_list(
        office,
        tmp_path,
        (
            "3673010504819001;3673010607159001;RUSDI CONTOH;L;05/04/1981;KEPALA KELUARGA;A;001;002;"
            "CIPARE;SERANG",
            "3673010504819001;3673010607159003;ASEP LAIN;L;05/04/1981;KEPALA KELUARGA;B;001;002;"
            "KILASAH;KASEMEN",
        ),
    )
    found = [r for r in opened.findings.table.to_pylist() if r["rule"] == "IDN-13"]
    pair = families.pair(opened, "IDN-13", "person", found[0]["subject"])
    assert pair.shared == ("NIK",)
    assert {"NIK", "Tanggal lahir"} <= {line.label for line in pair.lines if line.is_same}
    assert {"Nama", "Kelurahan"} <= set(pair.different)
    only_serang = Actor("s", "S", Role.STAF, Workspace.NYATA, ("36.73.01",))
    cut = lists.open_list(office, only_serang, opened.summary.id)
    (own,) = [r for r in cut.findings.table.to_pylist() if r["rule"] == "IDN-13"]
    page = families.family_page(cut, own["family_id"])
    assert not next(q for q in page.questions if q.rule == "IDN-13").has_pair
    with pytest.raises(NotFound, match="luar wilayah"):
        families.pair(cut, "IDN-13", "person", own["subject"])
    assert staff.covers("")


def test_a_trainee_opens_and_takes_out_nothing(office, opened, index):
    for act in (
        lambda: privacy.unmask(office, TRAINEE, opened.summary.id, "F000001", "kunjungan"),
        lambda: exports.findings_csv(office, TRAINEE, opened, index, exports.Export(Query(), "")),
        lambda: family_history(office, TRAINEE, "x"),
        lambda: origin_of(office, TRAINEE, opened),
    ):
        with pytest.raises(Forbidden):
            act()


# --- a family ------------------------------------------------------------------------------------


def test_a_family_stands_on_one_page_with_all_that_is_asked(opened):
    rows = opened.findings.table.to_pylist()
    for family_id in sorted({row["family_id"] for row in rows} - {""})[:60]:
        page = families.family_page(opened, family_id)
        mine = [row for row in rows if row["family_id"] == family_id]
        assert len(page.questions) + page.withheld == len(mine)
        assert {q.rule for q in page.questions} <= {row["rule"] for row in mine}
        members = [
            row for row in opened.register["person"].to_pylist() if row["family_id"] == family_id
        ]
        assert len(page.members) == len(members)
        text = repr(page)
        for row in members:
            is_member = row["mother_name"] in {one["name"] for one in members}
            assert not row["mother_name"] or is_member or row["mother_name"] not in text
            assert len(row["nik"]) < 16 or row["nik"] not in text
            assert len(row["no_kk"]) < 16 or row["no_kk"] not in text


def test_what_the_list_says_stands_beside_what_others_say(office, tmp_path):
    _, opened = _real_list(
        office,
        tmp_path,
        (
            "'3673014504819001;3673010607159001;RUSDI CONTOH;L;06/04/1981;KEPALA KELUARGA;A;1;2;"
            "CIPARE;SERANG",
        ),
    )
    page = families.family_page(opened, opened.register["family"]["family_id"][0].as_py())
    said = {question.rule: question.said for question in page.questions}
    by_label = {one.label: one for one in said["IDN-10"]}
    assert by_label["Jenis kelamin"].listed == "Laki-laki"
    assert ("Menurut NIK", "Perempuan", False) in by_label["Jenis kelamin"].others
    born = next(one for one in said["IDN-09"] if one.label == "Tanggal lahir")
    other = ("Menurut NIK", "45 tahun, hari lain", False)
    assert (born.listed, born.others) == ("45 tahun", (other,))
    (member,) = page.members
    sex = member.cell("sex")
    assert sex is not None
    assert "IDN-10" in sex.asked
    nik = member.cell("nik")
    assert nik is not None
    assert nik.stood == "'3673**********01"
    assert nik.done == families.CLEANED["karakter_dibuang"]


def test_facts_are_said_and_are_no_findings(office, tmp_path):
    _, opened = _real_list(
        office,
        tmp_path,
        (
            "3604010504819001;3673010607159001;RUSDI CONTOH;L;05/04/1981;KEPALA KELUARGA;A;001;002;"
            "CIPARE;SERANG;YA;YA",
        ),
        "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN;PKH;BPNT",
    )
    page = families.family_page(opened, opened.register["family"]["family_id"][0].as_py())
    facts = " ".join(page.facts)
    assert "kode lama" in facts
    assert "diterima bersama; ini boleh" in facts
    assert not {"IDN-07", "BAN-01"} & {question.rule for question in page.questions}


def test_looking_at_numbers_is_on_record_by_ids_only(office, opened):
    family = opened.register["family"].to_pylist()[0]
    page = privacy.unmask(office, TRAINER, opened.summary.id, family["family_id"], "kunjungan")
    assert page.has_numbers
    assert family["no_kk"] in repr(page)
    with office.practice.reading() as connection:
        row = connection.execute(select(event).order_by(event.c.seq.desc())).mappings().first()
    assert (row["kind"], row["actor"]) == ("lihat_nik", "pelatih")
    assert row["subject"] == f"daftar:{opened.summary.id}:{family['family_id']}"
    assert not full_numbers(json.dumps(dict(row)).replace(opened.summary.id, ""))


def test_a_masked_pair_still_says_where_two_numbers_differ(opened):
    texts = ("9973010504810001", "9973010504810201")
    one, other = families._pieces(texts, ("9973**********01", "9973**********01"))
    assert "".join(text for text, _ in one) == "9973**********01"
    assert [text for text, is_same in one if not is_same] + [
        text for text, is_same in other if not is_same
    ]
    assert all(set(text) <= {"*"} for text, is_same in (*one, *other) if not is_same)


def test_the_same_family_is_followed_through_the_lists(office, city, opened, standing):
    draft = Draft.from_register(city)
    family = next(f for f in draft.families() if len(draft.members(f["family_id"])) > 2)
    gone = draft.members(family["family_id"])[-1]
    draft.change("family", family, address="JALAN LAMA 9")
    draft.remove("person", gone)
    register = draft.to_register()
    older = Register(register.tables, {**register.manifest, "as_of": "2026-02-01"})
    lists.shelve_register(office, TRAINER, "Kota Februari", older)
    key = families.family_page(opened, family["family_id"]).family_key
    told = {one.list_name: one for one in family_history(office, TRAINER, key)}
    assert next(iter(told)) == "Kota Februari"
    now = told["Kota November"]
    assert now.members == told["Kota Februari"].members + 1
    assert f"Masuk: {gone['name']}." in now.changes
    assert any(change.startswith("Alamat: JALAN LAMA 9 menjadi") for change in now.changes)
    assert family_history(office, TRAINER, "") == ()
    assert not any(one.is_listed for one in family_history(office, TRAINER, "tidak ada"))


def test_a_family_is_told_by_the_newest_judgement(office, city):
    summary = lists.shelve_register(office, TRAINER, "Kota yang dinilai lagi", city)
    found = lists.open_list(office, TRAINER, summary.id)
    family_id = found.findings.table.filter(pc.not_equal(found.findings.table["family_id"], ""))
    page = families.family_page(found, family_id["family_id"][0].as_py())

    def told():
        seen = family_history(office, TRAINER, page.family_key)
        return next(one.findings for one in seen if one.list_id == summary.id)

    assert told() > 0
    nothing = replace(found.findings, table=found.findings.table.slice(0, 0))
    folder = office.snapshots_dir(Workspace.LATIHAN) / summary.id
    shelves.add_judgement(office, TRAINER, folder, nothing, None, {})
    assert told() == 0


# --- files ---------------------------------------------------------------------------------------


def _cells(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return [[cell for cell in row] for row in book["Temuan"].iter_rows()], book["Temuan"]


def test_the_workbook_holds_what_the_query_shows_and_masks_numbers(office, opened, index):
    query = Query().turned("severity", "KRITIS")
    export = exports.Export(query, "Tingkat: Kritis")
    name, content = exports.findings_workbook(office, TRAINER, opened, index, export)
    assert name == f"temuan-{opened.summary.id}.xlsx"
    rows, page = _cells(content)
    texts = [str(cell.value) for row in rows for cell in row if cell.value is not None]
    assert not [text for text in texts if full_numbers(text)]
    assert [cell for row in rows for cell in row if cell.data_type == "f"] == []
    head = " ".join(texts[:6])
    for words in ("LATIHAN", "Tingkat: Kritis", opened.findings.ruleset, "Kota November"):
        assert words in head
    assert f"{index.page(query).total} temuan." in head
    assert page.freeze_panes
    assert page.auto_filter.ref
    assert page.print_title_rows
    body = [row for row in rows if row[0].value == "Kritis"]
    assert len(body) == index.page(query).total


def test_files_hold_the_folded_notes_too_and_say_how_many(office, opened, index):
    page, export = index.page(Query()), exports.Export(Query(), "")
    assert page.folded
    rows, _ = _cells(exports.findings_workbook(office, TRAINER, opened, index, export)[1])
    head = " ".join(str(row[0].value) for row in rows[:6])
    assert f"{page.total} temuan. {page.shown} perlu dicek, {page.folded} catatan" in head
    assert sum(row[0].value == "Info" for row in rows) == page.folded
    text = exports.findings_csv(office, TRAINER, opened, index, export)[1].decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(table) == page.total
    assert sum(row["Tingkat"] == "Info" for row in table) == page.folded


def test_whole_numbers_need_a_purpose_and_leave_a_trace(office, opened, index):
    export = exports.Export(Query().turned("rule", "IDN-10"), "")
    make = exports.findings_workbook_with_numbers
    for purpose in ("", "sembarang"):
        with pytest.raises(WrongUse, match="untuk apa"):
            make(office, TRAINER, opened, index, export, purpose)
    _, content = make(office, TRAINER, opened, index, export, "dukcapil")
    rows, _ = _cells(content)
    numbers = {
        cell.value for row in rows for cell in row if re.fullmatch(r"\d{16}", str(cell.value))
    }
    assert numbers
    assert all(isinstance(number, str) for number in numbers)
    with office.practice.reading() as connection:
        row = connection.execute(select(event).order_by(event.c.seq.desc())).mappings().first()
    assert row["kind"] == "ekspor_nik"
    assert json.loads(row["value"])["keperluan"] == "dukcapil"


def test_no_cell_of_a_list_becomes_a_formula(office, tmp_path):
    staff, opened = _real_list(
        office,
        tmp_path,
        (
            "3673014504819001;3673010607159001;=HYPERLINK(1);L;05/04/1981;KEPALA KELUARGA;"
            "@A;001;002;CIPARE;SERANG",
        ),
    )
    index = FindingsIndex(opened)
    export = exports.Export(Query(), "")
    rows, _ = _cells(exports.findings_workbook(office, staff, opened, index, export)[1])
    assert [cell for row in rows for cell in row if cell.data_type == "f"] == []
    text = exports.findings_csv(office, staff, opened, index, export)[1].decode("utf-8-sig")
    table = list(csv.DictReader(io.StringIO(text), delimiter=";"))
    assert len(table) == len(index)
    assert any(row["Nama"] == "'=HYPERLINK(1)" for row in table)
    assert not [cell for row in table for cell in row.values() if cell[:1] in "=+-@" and cell]


# --- the list's own page -------------------------------------------------------------------------


def test_a_list_tells_where_it_comes_from_and_what_judged_it(office, tmp_path):
    staff, opened = _real_list(
        office,
        tmp_path,
        (
            "'3673010504819001;3673010607159001;RUSDI CONTOH;L;05/04/1981;KEPALA KELUARGA;A;1;2;"
            "CIPARE;SERANG",
            "3,67302E+15;3673020607159003;ANGKA CONTOH;L;01/02/1970;KEPALA KELUARGA;-;001;002;"
            "KASEMEN;KASEMEN",
        ),
    )
    origin = origin_of(office, staff, opened)
    assert origin.is_own
    assert [file["name"] for file in origin.files] == ["d.csv"]
    assert origin.refused == {"nik_rusak_spreadsheet": 1}
    assert dict(origin.cleaned)["karakter_dibuang"] == 1
    assert {entry["header"] for entry in origin.mapping} > {"NIK", "NAMA"}
    assert origin.ruleset == opened.findings.ruleset
    assert {used.parameter.name for used in origin.values} == set(opened.findings.parameters)
    assert all(used.since for used in origin.values)
    assert origin.silent
