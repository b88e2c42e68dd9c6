"""Two linked lists made one, and the cells in which they differ: paged, counted, taken out."""

from __future__ import annotations

import io
import shutil

import openpyxl
import pyarrow as pa
import pytest

from tests.linkage.two_lists import AS_OF, HARD, two_lists
from workbench.access import Actor, Role, Workspace
from workbench.domain.register import Register
from workbench.errors import Cancelled, Forbidden, NotFound, WrongUse
from workbench.linkage import likeness
from workbench.services import linking, lists, merging
from workbench.services.office import Office
from workbench.synthesis import clean_world, default_recipe

STAFF = Actor("staf", "Staf", Role.STAF, Workspace.LATIHAN, ("36.73",))
OF_SERANG = Actor("serang", "Staf Serang", Role.STAF, Workspace.LATIHAN, ("36.73.01",))
TRAINEE = Actor("K1.1", "Peserta", Role.PESERTA, Workspace.LATIHAN, (), "K1", 1)
FORMULA = "=HYPERLINK(1)"


@pytest.fixture(autouse=True)
def exact_joins_alone(monkeypatch):
    """Splink is tried in ``tests/linkage``; what is done with pairs needs no weighing."""
    monkeypatch.setattr(likeness, "is_available", lambda: False)


@pytest.fixture(scope="module")
def two():
    """Lists in which one address of the left list is a formula."""
    made = two_lists(60, 200, HARD)
    rows = made.left["family"].to_pylist()
    for row in rows:
        row["address"] = FORMULA
    table = pa.Table.from_pylist(rows, schema=made.left["family"].schema)
    return Register({**made.left.tables, "family": table}, made.left.manifest), made.right


@pytest.fixture(scope="module")
def prepared(two, tmp_path_factory):
    """An office with both lists on the shelf, linked once and merged once."""
    made = Office(tmp_path_factory.mktemp("gabung") / "kantor")
    ours, theirs = (
        lists.shelve_register(made, STAFF, name, register)
        for name, register in zip(("P3KE", "DTSEN"), two, strict=True)
    )
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(likeness, "is_available", lambda: False)
        summary = linking.run(made, STAFF, "orang", ours.id, theirs.id)
        merging.join(made, STAFF, summary.id, "Terpadu")
    made.practice.close()
    return made.root, ours.id, summary.id


@pytest.fixture
def office(prepared, tmp_path):
    shutil.copytree(prepared[0], tmp_path / "kantor")
    made = Office(tmp_path / "kantor")
    yield made
    made.practice.close()


@pytest.fixture
def linking_id(prepared):
    return prepared[2]


@pytest.fixture
def merged(office, linking_id):
    (summary,) = merging.merged_lists(office, STAFF, linking_id)
    return merging.differences(office, STAFF, summary.id)


def test_both_lists_become_one_with_sums_and_provenance(office, linking_id, merged, two):
    opened = linking.open_linking(office, STAFF, linking_id)
    assert merged.sums["person"]["ganda"] == len(opened.linked)
    assert merged.summary.kept == merged.sums["person"]["gabungan"]
    assert merged.summary.refused == 0
    cells, rows = merging.provenance(office, STAFF, merged.summary.id)
    assert merged.count() == sum(cells["is_conflict"].to_pylist()) > 0
    people = two[0]["person"].num_rows + two[1]["person"].num_rows
    assert [r["table"] for r in rows.to_pylist()].count("person") == people


def test_every_difference_stands_under_one_column_and_on_one_page(merged):
    every = merged.rows()
    assert len(every) == merged.count() == sum(count for _, count in merged.columns.values())
    by_column = [row for name in merged.columns for row in merged.rows(name)]
    assert sorted(map(repr, by_column)) == sorted(map(repr, every))
    leafed = [row for start in range(0, len(every), 7) for row in merged.rows("", start, 7)]
    assert leafed == every


def test_a_difference_says_whose_it_is_and_where(merged):
    rows = merged.rows("person.name")
    assert rows
    assert all(row.column == "Nama" and row.used != row.other for row in rows)
    # The second list's name is used, so the person is found by it.
    assert all(row.name == row.used for row in rows if row.source == "daftar kedua")
    assert all("Kec." in row.place or row.place == "belum dikenali" for row in rows)


def test_numbers_are_masked_and_a_mothers_name_is_never_shown(merged, two):
    seen = [text for row in merged.rows() for text in (row.used, row.other)]
    for column in ("nik", "no_kk"):
        whole = {n for list_ in two for n in list_["person"][column].to_pylist() if n}
        assert not whole & set(seen)
        if f"person.{column}" in merged.columns:
            assert all("*" in row.used for row in merged.rows(f"person.{column}"))
    mothers = {n for list_ in two for n in list_["person"]["mother_name"].to_pylist() if n}
    names = {n for list_ in two for n in list_["person"]["name"].to_pylist()}
    assert not (mothers - names) & set(seen)


def test_no_word_of_a_value_is_english(merged):
    seen = {text for row in merged.rows() for text in (row.used, row.other)}
    assert not {"True", "False", "None", "nan"} & seen


def test_the_workbook_holds_every_difference_and_no_formula(office, merged):
    name, content = merging.differences_file(office, STAFF, merged.summary.id)
    assert name == f"perbedaan-{merged.summary.id}.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(content))
    rows = list(book["Perbedaan"].iter_rows(min_row=2, values_only=True))
    assert len(rows) == merged.count()
    cells = [cell for sheet in book for line in sheet.iter_rows() for cell in line]
    assert FORMULA in {cell.value for cell in cells}
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    summary = {row[0].value: row[1].value for row in book["Ringkasan"].iter_rows()}
    assert summary["Jumlah"] == merged.count()
    assert "LATIHAN" in book["Ringkasan"]["A2"].value


def test_the_workbook_can_hold_one_column(office, merged):
    column = next(iter(merged.columns))
    content = merging.differences_file(office, STAFF, merged.summary.id, column)[1]
    rows = openpyxl.load_workbook(io.BytesIO(content))["Perbedaan"].max_row - 1
    assert rows == merged.count(column) < merged.count()


def test_too_many_differences_for_one_workbook_say_so(office, merged, monkeypatch):
    monkeypatch.setattr(merging, "MOST_ROWS", 3)
    with pytest.raises(WrongUse, match="Pilih satu kolom dulu"):
        merging.differences_file(office, STAFF, merged.summary.id)


def test_a_list_of_one_source_has_no_provenance(office, prepared):
    for look in (merging.provenance, merging.differences, merging.differences_file):
        with pytest.raises(NotFound, match="bukan basis data terpadu"):
            look(office, STAFF, prepared[1])


def test_a_list_of_another_linking_is_not_this_ones(office, linking_id):
    assert merging.merged_lists(office, STAFF, "J-lain") == ()
    assert [one.name for one in merging.merged_lists(office, STAFF, linking_id)] == ["Terpadu"]


def test_staff_of_a_part_merge_nothing(office, linking_id, merged):
    with pytest.raises(WrongUse, match="wilayah di luar tugas"):
        merging.join(office, OF_SERANG, linking_id, "Terpadu lagi")
    with pytest.raises(NotFound, match="di luar wilayah tugas"):
        merging.differences(office, OF_SERANG, merged.summary.id)


def test_whoever_stops_it_at_any_step_leaves_no_list_behind(office, linking_id):
    before = lists.shelf(office, STAFF)
    home = office.snapshots_dir(Workspace.LATIHAN)
    folders = sorted(path.name for path in home.iterdir())

    def is_stopped_after(most):
        told = []
        try:
            merging.join(
                office,
                STAFF,
                linking_id,
                "Terpadu lagi",
                progress=lambda *step: told.append(step),
                cancelled=lambda: len(told) >= most,
            )
        except Cancelled:
            return True
        return False

    steps = 0
    while is_stopped_after(steps):
        assert lists.shelf(office, STAFF) == before
        assert sorted(path.name for path in home.iterdir()) == folders
        steps += 1
    assert steps >= 4
    assert len(lists.shelf(office, STAFF)) == len(before) + 1


def test_events_find_their_people_in_the_register(office):
    city = clean_world(default_recipe(), 150, 5, AS_OF).to_register()
    bare = Register({name: city[name] for name in ("person", "family")}, city.manifest)
    events = Register({"event": city["event"]}, city.manifest)
    shelf = lists.shelve_register(office, STAFF, "Induk", bare)
    deaths = lists.shelve_register(office, STAFF, "Meninggal", events)
    summary = linking.run(office, STAFF, "kejadian", deaths.id, shelf.id)
    joined = merging.join(office, STAFF, summary.id, "Induk dengan kejadian")
    assert joined.count() == 0
    made = lists.open_list(office, STAFF, joined.summary.id).register
    niks = set(bare["person"]["nik"].to_pylist())
    rows = [row for row in made["event"].to_pylist() if row["nik"] in niks]
    assert rows
    assert all(row["person_id"] and row["family_id"] for row in rows)


def test_who_may_not_link_is_refused_everywhere(office, linking_id, merged):
    for act in (
        lambda: merging.join(office, TRAINEE, linking_id, "x"),
        lambda: merging.merged_lists(office, TRAINEE, linking_id),
        lambda: merging.provenance(office, TRAINEE, merged.summary.id),
        lambda: merging.differences(office, TRAINEE, merged.summary.id),
        lambda: merging.differences_file(office, TRAINEE, merged.summary.id),
    ):
        with pytest.raises(Forbidden):
            act()
