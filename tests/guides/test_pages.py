"""Every page can be read, leads nowhere in vain, and says of the app what the app says."""

from __future__ import annotations

import ast
import inspect
import re
from importlib import import_module
from pathlib import Path

import pytest
import yaml

from tests.ui.panels import panel_of
from workbench import guides
from workbench.errors import WrongUse
from workbench.guides import drawing
from workbench.guides.reading import PICTURES, read_page
from workbench.serve.doors import DOORS, help_path

ROOT = Path(__file__).parent.parent.parent
PAGES = guides.pages()
#: The source of each room that has tabs.
TABS = {
    room: source
    for room in DOORS
    if "w.Tab(" in (source := inspect.getsource(import_module(panel_of(room))))
}


def anchors(page):
    return [one.anchor for one in drawing.headings(page)]


def parts(room):
    return [one.words for one in drawing.headings(PAGES[f"ruang/{room}"])]


@pytest.mark.parametrize("key", PAGES)
def test_a_page_leads_only_to_what_is_there(key):
    page = PAGES[key]
    for address in drawing.links(page):
        assert ":" not in address, f"{key} names an address outside: {address}"
        if address.endswith(".png"):
            assert (PICTURES / Path(address).name).is_file(), address
            continue
        there, end = drawing.target(page, address)
        assert there in PAGES, f"{key}: {address}"
        assert not end or end[1:] in anchors(PAGES[there]), f"{key}: {address}"


@pytest.mark.parametrize("key", PAGES)
def test_a_page_has_one_title_and_whole_headings(key):
    page = PAGES[key]
    levels = [one.level for one in drawing.headings(page)]
    assert set(levels) <= {2, 3}
    assert levels[:1] in ([], [2])
    assert page.title not in {one.title for one in PAGES.values() if one is not page}
    assert page.summary.endswith((".", "?"))
    assert len(anchors(page)) == len(set(anchors(page)))


@pytest.mark.parametrize("key", PAGES)
def test_a_page_helps_rooms_and_tabs_that_there_are(key):
    for place in PAGES[key].rooms:
        room, _, tab = place.partition("/")
        assert f"ruang/{room}" in PAGES, f"{key}: {place}"
        assert not tab or tab in parts(room), f"{key}: {place}"


def test_every_door_and_the_one_outside_have_their_help():
    assert all(help_path(room) == f"/panduan/ruang/{room}" for room in DOORS)
    assert help_path("") == "/panduan/ruang/masuk"
    assert {f"ruang/{room}" for room in [*DOORS, "masuk"]} == {
        key for key in PAGES if key.startswith("ruang/")
    }


@pytest.mark.parametrize(("room", "source"), TABS.items(), ids=TABS)
def test_every_tab_of_a_room_has_its_part_in_the_same_order(room, source):
    assert _tabs_in(ast.parse(source)) == parts(room)


def _tabs_in(tree):
    """The titles of a view's tabs: TABS, the words of its constants, ``panels`` or ``titles``."""
    words = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign) and isinstance(node.targets[0], ast.Tuple):
            words |= dict(
                zip(
                    [getattr(one, "id", "") for one in node.targets[0].elts],
                    [getattr(one, "value", None) for one in getattr(node.value, "elts", [])],
                    strict=False,
                )
            )
        if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "TABS":
            return [title for title, _ in ast.literal_eval(node.value)]
    for node in ast.walk(tree):
        if isinstance(node, ast.AnnAssign) and isinstance(node.value, ast.Dict):
            if getattr(node.target, "id", "") == "panels":
                # A tab that is called otherwise in a regency is help's by its name in a city.
                return [getattr(key, "value", None) or key.args[0].value for key in node.value.keys]
            if getattr(node.target, "attr", "") == "_drawers":
                return [words[key.id] for key in node.value.keys]
        if isinstance(node, ast.keyword) and node.arg == "titles" and _is_words(node.value):
            return [one.value for one in node.value.elts]
    raise AssertionError("no tabs found")


def _is_words(node):
    return isinstance(node, ast.List) and all(isinstance(one, ast.Constant) for one in node.elts)


def test_what_is_bold_in_help_and_explanation_stands_on_a_screen():
    sources = [
        path.read_text("utf-8")
        for folder in ("ui", "serve", "training")
        for pattern in ("*.py", "*.js", "*.html", "*.j2")
        for path in (ROOT / "workbench" / folder).rglob(pattern)
    ]
    screens = "\n".join(sources)
    for key, page in PAGES.items():
        if page.kind in ("ruang", "penjelasan"):
            for label in re.findall(r"\*\*(.+?)\*\*", page.body):
                assert label in screens, f"{key}: {label}"


@pytest.mark.parametrize("key", [key for key in PAGES if key.startswith("penjelasan/")])
def test_a_command_that_is_explained_is_one_of_the_program(key):
    body = PAGES["reference/perintah"].body
    known = sorted(re.findall(r"(?m)^## (.+)", body), key=len, reverse=True)
    for block in re.findall(r"```\w*\n(.*?)```", PAGES[key].body, re.DOTALL):
        for line in block.splitlines():
            name = next(one for one in known if line.startswith(one))
            told = body.partition(f"## {name}\n")[2].partition("\n## ")[0]
            assert all(f"`{option}`" in told for option in re.findall(r"--[a-z-]+", line)), line


# --- how a page is read ------------------------------------------------------------------------


def write(folder, front, body="Isi.\n", name="coba.md"):
    path = folder / "langkah" / name
    path.parent.mkdir(exist_ok=True)
    text = front if isinstance(front, str) else yaml.safe_dump(front, sort_keys=False)
    path.write_text(f"---\n{text}\n---\n{body}", encoding="utf-8")
    return path


GOOD = {"title": "Coba", "summary": "Satu.", "for": ["staf"], "rooms": [], "order": 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"title": ""},
        {"for": []},
        {"for": ["tamu"]},
        {"rooms": "daftar"},
        {"order": "satu"},
        {"minutes": 1.5},
        {"warna": "biru"},
    ],
    ids=str,
)
def test_a_page_with_a_wrong_beginning_is_refused_by_name(tmp_path, wrong):
    with pytest.raises(WrongUse, match=r"langkah/coba\.md"):
        read_page(write(tmp_path, GOOD | wrong))


@pytest.mark.parametrize("text", ["title: [", "- satu", "title: Coba"])
def test_a_page_without_a_beginning_is_refused_by_name(tmp_path, text):
    with pytest.raises(WrongUse, match=r"langkah/coba\.md"):
        read_page(write(tmp_path, text))
    with pytest.raises(WrongUse, match=r"langkah/Coba Lagi\.md"):
        read_page(write(tmp_path, GOOD, name="Coba Lagi.md"))


def test_pages_stand_kind_by_kind_in_the_order_they_ask_for(tmp_path):
    write(tmp_path, GOOD | {"title": "Dua", "order": 2}, name="a.md")
    write(tmp_path, GOOD | {"title": "Satu", "minutes": 4}, name="b.md")
    found = guides.read_pages(tmp_path)
    assert list(found) == ["langkah/b", "langkah/a"]
    assert found["langkah/b"].minutes == 4


# --- how a page is drawn -----------------------------------------------------------------------


def drawn(tmp_path, body, **front):
    page = read_page(write(tmp_path, GOOD | front, body))
    return guides.article(page, guides.SERVED, {page.key: page})


def test_what_is_no_markdown_is_shown_and_never_run(tmp_path):
    text = drawn(
        tmp_path,
        "<script>alert(1)</script> [tekan](javascript:alert(1)) {{ 7 * 7 }}\n",
        title="<b>Judul</b>",
    )
    assert "<script" not in text
    assert 'href="javascript' not in text
    assert "&lt;b&gt;Judul&lt;/b&gt;" in text
    assert "{{ 7 * 7 }}" in text


def test_links_lead_to_where_pages_and_pictures_are(tmp_path):
    text = drawn(
        tmp_path,
        "## Satu\n\n[a](../ruang/daftar.md#temuan) [b](lain.md) [c](#satu) "
        "![Papan](../pictures/kelas.png)\n\n## Satu\n",
    )
    assert 'href="/panduan/ruang/daftar#temuan"' in text
    assert 'href="/panduan/langkah/lain"' in text
    assert 'href="#satu"' in text
    assert 'src="/aset/panduan/kelas.png"' in text
    assert 'id="satu"' in text
    assert 'id="satu-2"' in text


def test_a_cell_knows_its_column_where_rows_become_cards(tmp_path):
    text = drawn(
        tmp_path, "| Kode | Arti |\n| --- | --- |\n| A | satu |\n\n| X |\n| --- |\n| y |\n"
    )
    assert '<td data-kolom="Arti">satu</td>' in text
    assert '<td data-kolom="X">y</td>' in text


def test_a_rooms_help_names_the_pages_that_help_at_each_tab():
    text = guides.article(PAGES["ruang/peta"], guides.SERVED)
    assert "/panduan/penjelasan/angka-kecil" in text
    parts_of = re.split(r"(?=<h2 id=)", guides.article(PAGES["ruang/jejak"], guides.SERVED))
    chain = next(part for part in parts_of if part.startswith('<h2 id="periksa-jejak"'))
    log = next(part for part in parts_of if part.startswith('<h2 id="catatan"'))
    assert "/panduan/penjelasan/jejak" in chain
    assert "/panduan/reference/jejak" in log
    assert "/panduan/reference/jejak" not in chain


def test_contents_for_a_reader_name_their_pages_and_no_others():
    text = guides.contents(guides.SERVED, reader="lurah")
    for page in PAGES.values():
        assert (f'href="/panduan/{page.key}"' in text) == ("lurah" in page.readers)


def test_the_search_knows_the_words_of_each_part_once():
    script = guides.search_script(
        {"ruang/daftar": PAGES["ruang/daftar"], "reference/aturan": PAGES["reference/aturan"]}
    )
    entries = yaml.safe_load(script.removeprefix("window.vvPanduan = ").rstrip(";\n"))
    rejected = next(part for part in entries[0]["b"] if part["a"] == "baris-ditolak")
    assert "ditolak" in rejected["w"].split()
    assert len(set(rejected["w"].split())) == len(rejected["w"].split())
    assert any("KEL-01" in part["j"] for part in entries[1]["b"])
