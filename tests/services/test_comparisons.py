"""Two lists compared by somebody: the sums, what of them may be seen, the workbook."""

from __future__ import annotations

import io
from functools import partial

import openpyxl
import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import comparisons, lists
from workbench.services.office import Office
from workbench.verification.comparison import Change, Fate

STAFF = Actor("staf", "Staf", Role.STAF, Workspace.NYATA, ("36.73",))
OF_SERANG = Actor("serang", "Staf Serang", Role.STAF, Workspace.NYATA, ("36.73.01",))
OF_KASEMEN = Actor("kasemen", "Staf Kasemen", Role.STAF, Workspace.NYATA, ("36.73.02",))
TRAINEE = Actor("K1.1", "Peserta", Role.PESERTA, Workspace.LATIHAN, (), "K1", 1)
TRAINER = Actor("pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))

HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN;DESIL"
CIPARE, KASEMEN = "CIPARE;SERANG", "KASEMEN;KASEMEN"


def row(serial, name, place=CIPARE, nik=None, desil=2, address="JL. CONTOH 1"):
    number = f"3673010504819{serial:03d}" if nik is None else nik
    return (
        f"{number};3673010607159{serial:03d};{name};L;05/04/1981;KEPALA KELUARGA;{address};"
        f"001;002;{place};{desil}"
    )


MARCH = (
    row(1, "RUSDI CONTOH"),
    row(2, "=1+1 <b>CONTOH</b>", nik=""),
    row(3, "TONO CONTOH", nik=""),
    row(4, "DARMO CONTOH", KASEMEN),
    row(5, "JAMIL CONTOH", KASEMEN),
)
APRIL = (
    row(1, "RUSDI CONTOH", desil=3, address="=2+2"),
    row(2, "=1+1 <b>CONTOH</b>", nik=""),
    row(3, "TONO CONTOH"),
    row(4, "DARMO CONTOH", CIPARE, address="ALAMAT BARU"),
    row(6, "BARU CONTOH", KASEMEN, nik=""),
)


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path / "kantor")


def bring_in(office, folder, name, rows, actor=STAFF):
    path = folder / f"{name}.csv"
    path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    return lists.bring_in(office, actor, path, name)


@pytest.fixture
def shelved(office, tmp_path):
    return partial(bring_in, office, tmp_path)


def bring_in_both(office, folder):
    return bring_in(office, folder, "Maret", MARCH), bring_in(office, folder, "April", APRIL)


@pytest.fixture
def pair(office, begin_as):
    return begin_as(bring_in_both, office)


def test_the_sums_are_said_and_add_up(office, pair):
    compared = comparisons.compare_lists(office, STAFF, *(one.id for one in pair))
    before, after = compared.equations("persons")
    assert (before.total, before.parts) == (
        5,
        (("keluar", 1), ("pindah", 1), ("berubah", 1), ("tetap", 2)),
    )
    assert (after.total, after.parts) == (
        5,
        (("masuk", 1), ("pindah", 1), ("berubah", 1), ("tetap", 2)),
    )
    for what in ("persons", "families", "findings"):
        for one in compared.equations(what):
            assert one.total == sum(count for _, count in one.parts)
    before, after = compared.equations("findings")
    assert (before.total, after.total) == (pair[0].findings, pair[1].findings)
    assert compared.is_alike
    assert compared.not_compared() == []


def test_a_page_says_what_changed_in_words_and_masks_numbers(office, pair):
    compared = comparisons.compare_lists(office, STAFF, *(one.id for one in pair))
    (moved,) = compared.rows("families", Change.MOVED)
    assert (moved["place_before"], moved["place_after"]) == (
        "Kasemen, Kec. Kasemen",
        "Cipare, Kec. Serang",
    )
    assert ("Alamat", "JL. CONTOH 1", "ALAMAT BARU") in moved["changes"]
    (changed,) = compared.rows("families", Change.CHANGED)
    assert any(cell[1:] == ("2", "3") for cell in changed["changes"])
    (person,) = compared.rows("persons", Change.CHANGED)
    assert [cell[1:] for cell in person["changes"]] == [("(kosong)", "3673**********03")]
    everything = str(
        [
            compared.rows(what, change)
            for what in comparisons.SUBJECTS
            for change in comparisons.CHANGE_WORDS
        ]
    )
    assert "36730105048" not in everything


def test_findings_are_told_by_class_rule_and_place(office, pair):
    compared = comparisons.compare_lists(office, STAFF, *(one.id for one in pair))
    rules = dict(compared.by_rule())
    assert rules["IDN-01"] == {Fate.STILL: 1, Fate.MENDED: 1, Fate.CAME: 1}
    total, rows = compared.findings(Fate.MENDED, rule="IDN-01")
    assert total == 1
    assert (rows[0]["name"], rows[0]["place"]) == ("TONO CONTOH", "Cipare, Kec. Serang")
    assert rows[0]["title"]
    assert compared.findings(Fate.MENDED, "IDN-01", "36.73.02.1004") == (0, [])
    both = [
        sum(n for _, one in found for n in one.values())
        for found in (compared.by_rule(), compared.by_kelurahan())
    ]
    assert both == [compared.comparison.findings.num_rows] * 2


def test_who_moved_out_of_my_area_is_said_and_no_more(office, pair):
    compared = comparisons.compare_lists(office, OF_KASEMEN, *(one.id for one in pair))
    before, after = compared.equations("persons")
    assert before.parts == (("keluar", 1), ("pindah keluar wilayah tugas", 1))
    assert after.parts == (("masuk", 1),)
    (moved,) = compared.rows("persons", Change.MOVED_OUT)
    assert (moved["name_before"], moved["name_after"], moved["place_after"]) == (
        "DARMO CONTOH",
        None,
        None,
    )
    assert moved["changes"] == []
    for one in pair:
        opened = lists.open_list(office, OF_KASEMEN, one.id)
        side = before if one is pair[0] else after
        assert side.total == opened.register["person"].num_rows
    _name, content = comparisons.comparison_file(office, OF_KASEMEN, *(one.id for one in pair))
    assert content[:2] == b"PK"
    text = _text(content)
    assert "ALAMAT BARU" not in text
    assert "Cipare" not in text
    assert "RUSDI" not in text
    inside = comparisons.compare_lists(office, OF_SERANG, *(one.id for one in pair))
    assert ("pindah masuk wilayah tugas", 1) in inside.equations("persons")[1].parts


def _text(content):
    book = openpyxl.load_workbook(io.BytesIO(content))
    return "\n".join(
        str(value)
        for sheet in book
        for line in sheet.iter_rows(values_only=True)
        for value in line
        if value is not None
    )


def test_the_workbook_reconciles_masks_and_holds_no_formula_of_a_list(office, pair):
    name, content = comparisons.comparison_file(office, STAFF, *(one.id for one in pair))
    assert name == f"perbandingan-{pair[0].id}-{pair[1].id}.xlsx"
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert {"Ringkasan", "Orang masuk", "Keluarga pindah", "Temuan beres"} <= set(book.sheetnames)
    assert book["Keluarga pindah"].max_row == 2
    formulas = {
        (sheet.title, cell.value)
        for sheet in book
        for line in sheet.iter_rows()
        for cell in line
        if cell.data_type == "f"
    }
    assert {title for title, _ in formulas} == {"Ringkasan"}
    assert all(value.startswith("=SUM(") for _, value in formulas)
    cached = openpyxl.load_workbook(io.BytesIO(content), data_only=True)["Ringkasan"]
    sums, parts = [], []
    for word, old, new in cached.iter_rows(values_only=True):
        if word == "jumlah":
            sums.append((old, new))
            assert (old, new) == (sum(p[0] for p in parts), sum(p[1] for p in parts))
        elif isinstance(old, int):
            parts.append((old, new))
        elif old == "Daftar lama":
            parts = []
    assert sums[0] == sums[1] == (5, 5)
    text = _text(content)
    assert "=1+1 <B>CONTOH</B>" in text
    assert "36730105048" not in text
    assert "36730106071" not in text
    assert "DATA NYATA" in book["Orang masuk"].oddHeader.left.text
    assert "RUSDI" not in name.upper()


def test_only_two_standing_lists_of_ones_own_side_are_compared(office, pair):
    first, second = (one.id for one in pair)
    with pytest.raises(WrongUse):
        comparisons.compare_lists(office, STAFF, first, first)
    for act in (comparisons.compare_lists, comparisons.comparison_file):
        with pytest.raises(Forbidden):
            act(office, TRAINEE, first, second)
        with pytest.raises(NotFound):
            act(office, TRAINER, first, second)
    lists.remove(office, STAFF, first, "salah berkas")
    with pytest.raises(NotFound):
        comparisons.compare_lists(office, STAFF, first, second)


def test_a_sensitive_category_names_nobody(office, shelved, monkeypatch, tmp_path):
    from workbench.domain.reference import reference

    kind = next(one for one in reference("pmks_kategori") if one["sensitif"] == "ya")
    header = f"{HEADER};JENIS PPKS"
    for month in ("Maret", "April"):
        path = tmp_path / f"{month}.csv"
        lines = [f"{one};{kind['nama']}" for one in (MARCH if month == "Maret" else APRIL)]
        path.write_text("\n".join((header, *lines, "")), encoding="utf-8")
        lists.bring_in(office, STAFF, path, month)
    after, before = (one.id for one in lists.shelf(office, STAFF))
    compared = comparisons.compare_lists(office, STAFF, before, after)
    rows = [row for fate in Fate for row in compared.findings(fate)[1]]
    secret = [row for row in rows if row["subject_kind"] == "ppks"]
    assert secret
    assert {row["name"] for row in secret} == {"(kategori khusus)"}
    assert {row["number"] for row in secret} == {""}
