"""Soal sendiri: the panel with the real services behind it and no browser."""

from __future__ import annotations

import io
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from workbench.access import Actor, Role, Workspace
from workbench.services import own_tasks
from workbench.services.office import Office
from workbench.training.authoring.layout import CASES, QUESTIONS, SHEETS
from workbench.ui.trainer.authoring import AuthoringPanel, reading
from workbench.ui.upload import UploadButton

ACTOR = Actor("A-pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
GOOD = (
    "",
    "Apa yang Anda periksa?",
    "KTP-nya",
    "KK-nya",
    "Rumahnya",
    "",
    "",
    "B",
    "Di KK tertulis.",
)
GOOD += ("praktik umum, belum ada dasar tertulis", "IDN-71", "sedang")


def row(**cells: str) -> tuple[str, ...]:
    named = dict(zip((column.name for column in SHEETS[QUESTIONS]), GOOD, strict=True))
    return tuple({**named, **cells}.values())


def workbook(*rows: tuple[str, ...], sheet: str = QUESTIONS) -> bytes:
    content = io.BytesIO()
    options = {"strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(content, options) as book:
        page = book.add_worksheet(sheet)
        page.write_row(0, 0, [column.header for column in SHEETS[sheet]])
        for number, cells in enumerate(rows, start=1):
            page.write_row(number, 0, cells)
    return content.getvalue()


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "kantor")
    yield made
    made.practice.close()


@pytest.fixture
def panel(office: Office) -> AuthoringPanel:
    return AuthoringPanel(office, ACTOR)


def is_shown(widget: Any) -> bool:
    return widget.layout.display != "none"


def labels(panel: AuthoringPanel, which: str = "drafts") -> list[str]:
    return [words for words, _ in getattr(panel, which).list.options[1:]]


def test_an_empty_room_says_how_to_begin(panel: AuthoringPanel) -> None:
    assert "Belum ada soal sendiri. Unduh templat untuk mulai." in panel.kept.value
    assert not is_shown(panel.save)
    assert not is_shown(panel.stored.widget)


def test_a_workbook_is_read_previewed_and_kept_only_when_confirmed(
    panel: AuthoringPanel, office: Office
) -> None:
    panel.take("soal.xlsx", workbook(row()))
    assert panel.save.description == "Simpan 1 soal"
    assert own_tasks.tasks_in_use(office) == ()
    assert labels(panel) == ["Baris 2: Soal: Apa yang Anda periksa?"]
    panel.drafts.list.index = 1
    assert "<li>B. KK-nya</li>" in panel.drafts.shown.value
    assert "Kunci: B. KK-nya" in panel.drafts.shown.value
    panel.save.click()
    assert "Tersimpan: 1 soal baru." in panel.said.value
    assert len(own_tasks.tasks_in_use(office)) == 1
    assert not is_shown(panel.save)
    assert labels(panel, "stored") == ["Soal: Apa yang Anda periksa?"]


def test_not_confirmed_nothing_is_kept(panel: AuthoringPanel, office: Office) -> None:
    panel.take("soal.xlsx", workbook(row()))
    panel.drop.click()
    assert panel.read.value == ""
    assert not is_shown(panel.save)
    assert own_tasks.tasks_in_use(office) == ()


def test_every_complaint_stands_in_the_table_with_its_place_and_mend(
    panel: AuthoringPanel,
) -> None:
    rows = (row(key=""), row(question="Yang lain apa?", why="<script>alert(1)</script>"))
    panel.take("soal.xlsx", workbook(*rows))
    assert len(panel.upload.complaints) == 2
    for one in panel.upload.complaints:
        assert f"<td>{one.row}</td><td>{one.column} ({one.header})</td>" in panel.read.value
    assert "Tulis huruf pilihan yang benar, satu saja." in panel.read.value
    assert "2 hal perlu diperbaiki" in panel.read.value
    assert "<script>" not in panel.read.value
    assert not is_shown(panel.save)


def test_what_would_be_replaced_is_said_before_it_is(panel: AuthoringPanel) -> None:
    panel.take("soal.xlsx", workbook(row()))
    panel.save.click()
    panel.take("soal.xlsx", workbook(row(key="C")))
    assert "1 soal akan menggantikan soal yang sekarang dipakai: baris 2." in panel.read.value
    panel.save.click()
    assert "Tersimpan: 1 soal diganti." in panel.said.value
    panel.take("soal.xlsx", workbook(row(key="C")))
    assert "1 soal sudah tersimpan persis begitu." in panel.read.value


def test_a_file_that_is_no_workbook_is_refused_and_the_last_reading_goes(
    panel: AuthoringPanel,
) -> None:
    panel.take("soal.xlsx", workbook(row()))
    panel.take("soal.xlsx", b"bukan buku kerja")
    assert 'role="alert"' in panel.said.value
    assert not is_shown(panel.save)
    panel.take("soal.xlsx", workbook(row()))
    assert panel.said.value == ""
    assert is_shown(panel.save)


def test_markup_of_a_sheets_name_is_drawn_as_text(panel: AuthoringPanel) -> None:
    content = io.BytesIO()
    with xlsxwriter.Workbook(content) as book:
        book.add_worksheet("<b>lembar").write(0, 0, "x")
        book.add_worksheet(QUESTIONS).write_row(0, 0, [c.header for c in SHEETS[QUESTIONS]])
    panel.take("soal.xlsx", content.getvalue())
    assert "&lt;b&gt;lembar" in panel.read.value
    assert "<b>lembar" not in panel.read.value


def test_a_case_is_previewed_with_its_key(panel: AuthoringPanel) -> None:
    cells = ("", "IDN-09", "tanggal lahir salah ketik", "1", "mudah", "", "")
    panel.take("soal.xlsx", workbook(cells, sheet=CASES))
    panel.drafts.list.index = 1
    shown = panel.drafts.shown.value
    assert shown.index("Catatan petugas") < shown.index("Kunci dan penjelasan")
    assert "Tanggal lahir berbeda dari NIK" in shown


def test_a_task_is_withdrawn_only_after_a_second_word(
    panel: AuthoringPanel, office: Office
) -> None:
    panel.take("soal.xlsx", workbook(row()))
    panel.save.click()
    first, sure = panel.withdrawing.children
    yes, no = sure.children[1].children
    assert not is_shown(first)
    panel.stored.list.index = 1
    first.click()
    assert is_shown(sure)
    no.click()
    assert len(own_tasks.tasks_in_use(office)) == 1
    first.click()
    yes.click()
    assert own_tasks.tasks_in_use(office) == ()
    assert "Soal itu ditarik." in panel.said.value
    assert not is_shown(panel.stored.widget)


def test_a_thousand_complaints_are_cut_and_counted() -> None:
    one = own_tasks.Complaint("Soal", 2, "H", "Kunci", "Kosong.", "Isi.")
    page = reading(own_tasks.Upload((), (one,) * 250, 0))
    assert page.count("<tr><th") == 201
    assert "Masih ada 50 lagi." in page
    assert "250 hal perlu diperbaiki" in page


def test_the_template_leaves_by_its_own_name(panel: AuthoringPanel) -> None:
    name, content = panel._template()
    assert name == "templat-soal-sendiri.xlsx"
    assert content.startswith(b"PK")
    assert [one for one in panel.widget.children[2].children if isinstance(one, UploadButton)]
