"""The reference pages say what the program and its tables say today."""

import pytest
from typer.main import get_command

from workbench.access import PERMISSIONS
from workbench.cli.commands import app
from workbench.cli.reference_pages import FOLDER, reference_pages, write_pages
from workbench.domain import office_settings
from workbench.domain.reference import reference
from workbench.domain.schema import TABLES
from workbench.geo.indicators import catalogue as indicators
from workbench.rules import catalogue
from workbench.rules.parameters import parameters
from workbench.serve.doors import DOORS
from workbench.services.audits import KINDS
from workbench.ui.catalogue.model import CONFIRMED_WORDS

PAGES = reference_pages()
CRITERIA = reference("kriteria_miskin")


@pytest.mark.parametrize("name", sorted(PAGES))
def test_a_stored_page_is_what_the_program_gives(name):
    assert (FOLDER / name).read_text("utf-8") == PAGES[name], "run: make docs"


def test_no_stored_page_is_left_over():
    assert {path.name for path in FOLDER.iterdir()} == set(PAGES)


def test_pages_are_written_where_they_are_asked_for_and_old_ones_go(tmp_path):
    folder = tmp_path / "reference"
    folder.mkdir()
    (folder / "dulu.md").write_text("lama")
    write_pages(folder)
    assert {path.name for path in folder.iterdir()} == set(PAGES)
    assert "title: Aturan\n" in (folder / "aturan.md").read_text("utf-8")


def _leaves(command, name="verval"):
    below = getattr(command, "commands", None)
    if below is None:
        return [(name, command)]
    return [leaf for word, one in below.items() for leaf in _leaves(one, f"{name} {word}")]


@pytest.mark.parametrize(
    ("page", "names"),
    [
        ("aturan", [f"### {code}: " for code in catalogue()]),
        ("pengaturan-aturan", [f"| `{name}` |" for name in parameters()]),
        ("pengaturan-kantor", [f"| {one.title} |" for one in office_settings.declared().values()]),
        ("jejak", [f"| `{kind}` | {words} |" for kind, words in KINDS.items()]),
        ("indikator", [f"| `{one.name}` |" for one in indicators()]),
        ("istilah", [f"| {row['istilah']} |" for row in reference("istilah")]),
        ("kolom", [f"| {row['meaning']} |" for row in reference("columns")]),
        ("kategori-ppks", [f"| {row['kode']} |" for row in reference("pmks_kategori")]),
        ("kriteria-miskin", [f"| {row['no']} | {row['kriteria']} |" for row in CRITERIA]),
        ("kriteria-miskin", [f"## {row['rezim']}" for row in CRITERIA]),
        ("tabel", [f"| `{one.name}` |" for columns in TABLES.values() for one in columns]),
        ("peran", [door.title for door in DOORS.values()]),
    ],
    ids=lambda one: one if isinstance(one, str) else "",
)
def test_a_page_leaves_nothing_out(page, names):
    text = PAGES[f"{page}.md"]
    assert [name for name in names if name not in text] == []


def test_every_command_stands_there_with_all_its_options():
    text = PAGES["perintah.md"]
    for name, command in _leaves(get_command(app)):
        told = text.partition(f"## {name}\n")[2].partition("\n## ")[0]
        assert command.help in told
        for one in command.params:
            if one.param_type_name == "option" and not one.hidden:
                assert all(f"`{word}`" in told for word in one.opts), f"{name} {one.opts}"


def test_every_permission_is_told_for_every_role_and_side():
    told = PAGES["peran.md"].split("\n## ")[1:]
    assert len(told) == len(PERMISSIONS)
    for part, allowed in zip(told, PERMISSIONS.values(), strict=True):
        assert all(one.value in part for one in allowed)


def test_every_column_of_our_tables_is_told_in_indonesian():
    assert [
        f"{name}.{one.name}"
        for name, columns in TABLES.items()
        for one in columns
        if not one.words or one.words == one.meaning
    ] == []


def test_each_criterion_of_poverty_says_how_sure_and_each_regime_where_it_was_read():
    page = PAGES["kriteria-miskin.md"]
    for row in CRITERIA:
        (line,) = [
            line
            for line in page.split(f"## {row['rezim']}\n")[1].split("\n## ")[0].splitlines()
            if line.startswith(f"| {row['no']} | {row['kriteria']} |")
        ]
        assert line.endswith(f"| {CONFIRMED_WORDS[row['konfirmasi']]} |")
        for source in row["sumber"].split(" | "):
            assert source.removeprefix("https://") in page
    assert "](http" not in page, "a page asks the internet nothing"
    assert "Tidak satu pun dipakai Meja Verval untuk menentukan siapa miskin" in page
