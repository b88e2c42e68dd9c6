"""The guides as files: whole, linked, searched and read without a server or a network."""

from __future__ import annotations

import re
from pathlib import Path
from urllib.parse import unquote, urlsplit

import pytest
from playwright.sync_api import expect

from tests.screens import LAPTOP, faults
from workbench import guides


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    place = tmp_path_factory.mktemp("panduan")
    guides.export(place)
    return place


def test_every_page_every_reader_and_the_front_are_there(folder):
    names = {path.relative_to(folder).as_posix() for path in folder.rglob("*.html")}
    assert names == {
        "index.html",
        *(f"untuk/{reader}.html" for reader in guides.READERS),
        *(f"{key}.html" for key in guides.pages()),
    }


def test_whatever_a_file_names_lies_in_the_folder(folder):
    for path in folder.rglob("*.html"):
        text = path.read_text("utf-8")
        for address in re.findall(r'(?:href|src|data-cari)="([^"]*)"', text):
            parts = urlsplit(address)
            assert not parts.scheme, f"{path.name}: {address}"
            there = (path.parent / unquote(parts.path)).resolve() if parts.path else path
            assert there.is_file(), f"{path.name}: {address}"
            if parts.fragment:
                assert f'id="{parts.fragment}"' in there.read_text("utf-8"), address


def test_the_look_needs_nothing_beside_its_file(folder):
    style = (folder / "panduan.css").read_text("utf-8")
    assert set(re.findall(r"url\(\"?([a-z:/]+)", style)) == {"data:font/ttf"}
    assert not re.search(r"https?://", style)


def test_what_lies_there_under_other_names_is_left_alone(tmp_path):
    (tmp_path / "catatan.txt").write_text("milik kantor")
    written = guides.export(tmp_path)
    assert (tmp_path / "catatan.txt").read_text() == "milik kantor"
    assert {path for path in tmp_path.rglob("*") if path.is_file()} - set(written) == {
        tmp_path / "catatan.txt"
    }


@pytest.mark.browser
def test_a_file_is_read_and_searched_offline(folder: Path, new_browser):
    context = new_browser().new_context(viewport=LAPTOP, offline=True)
    asked = []
    page = context.new_page()
    page.on("request", lambda one: None if one.url.startswith("file:") else asked.append(one.url))
    page.goto((folder / "index.html").as_uri())
    page.get_by_label("Cari di panduan").fill("kepala keluarga kel-01")
    found = page.get_by_role("link", name="KEL-01")
    found.click()
    expect(page.get_by_role("heading", name="KEL-01")).to_be_in_viewport()
    assert faults(page) == []
    page.go_back()
    page.get_by_label("Cari di panduan").fill("zzzz")
    expect(page.get_by_role("status")).to_contain_text("Tidak ada halaman")
    assert [one for one in asked if not one.startswith("data:")] == []
    context.close()
