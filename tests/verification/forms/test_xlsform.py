"""The phone's form: pyxform takes it, and it asks what ``fieldwork.outcomes`` asks."""

import io
import re
from dataclasses import replace

import openpyxl
import pytest
from pyxform.xls2xform import convert

from tests.full_numbers import full_numbers
from tests.verification.forms.made import ODD, PACKET, SITI
from workbench.verification.fieldwork.outcomes import Kind, clashes, fields
from workbench.verification.forms.tables import seal
from workbench.verification.forms.xlsform import form_sheets, write_form


@pytest.fixture(scope="module")
def form():
    said = []
    made = convert(io.BytesIO(write_form(PACKET)), warnings=said, validate=False)
    assert said == []
    return made.xform


@pytest.fixture(scope="module")
def binds(form):
    """Attributes of every bind by the last part of its path."""
    found = {}
    for bind in re.findall(r"<bind ([^>]*)/>", form):
        attributes = dict(re.findall(r'([\w:]+)="([^"]*)"', bind))
        found[attributes["nodeset"].rpartition("/")[2]] = attributes
    return found


def test_every_question_is_in_the_form_with_its_kind(binds):
    kinds = {Kind.DAY: "date", Kind.NUMBER: "int"}
    for asked in fields():
        assert binds[asked.key]["type"] == kinds.get(asked.kind, "string")


def test_a_question_is_asked_and_needed_when_the_outcome_says_so(binds):
    for asked in fields():
        bind = binds[asked.key]
        assert ("relevant" in bind) is bool(asked.shown)
        assert ("required" in bind) is (asked.required is not None)
        for condition in asked.shown:
            assert all(f"'{code}'" in bind["relevant"] for code in condition.codes)
    reason = binds["reason"]
    assert reason["relevant"].split() == ["(", "/data/keluarga/eligibility", "=", "'LY2')"]
    assert binds["visited_on"]["required"] == "true()"
    assert "today()" in binds["visited_on"]["constraint"]


def test_what_does_not_go_together_is_refused_and_what_is_odd_is_said(binds, form):
    sentences = " ".join(bind.get("jr:constraintMsg", "") for bind in binds.values())
    for clash in clashes():
        assert clash.sentence in (sentences if clash.blocks else form)
        if clash.blocks:
            last = max((one.field for one in clash.when), key=[f.key for f in fields()].index)
            assert clash.sentence in binds[last]["jr:constraintMsg"]


def test_members_and_findings_follow_the_chosen_family(form, binds):
    for name in ("anggota", "temuan"):
        assert f'jr:count=" /data/banyak_{name} "' in form
        chosen = binds[f"kunci_{name}"]["calculate"]
        assert chosen.startswith(f"instance('{name}')")
        assert "root/item[keluarga= /data/kunci_keluarga" in chosen
        assert "current()/../urut_" in chosen
    items = re.findall(r"<item>(.*?)</item>", form, re.DOTALL)
    mine = [one for one in items if f"<keluarga>{SITI.key}</keluarga>" in one]
    keys = {re.search(r"<name>(\w+)</name>", one)[1] for one in mine}
    assert keys == {"BAAAAAAAAAA2", "BAAAAAAAAAA3", "CAAAAAAAAAA2"}
    family = next(one for one in items if f"<name>{SITI.key}</name>" in one)
    assert "<anggota>2</anggota>" in family
    assert f"<segel>{seal('S1', SITI.key, 'SITI REKAAN')}</segel>" in family


def test_families_are_chosen_by_rt_and_no_number_is_whole(form):
    lines = form_sheets(PACKET)["choices"]
    families = [line for line in lines if line["list_name"] == "keluarga"]
    places = {line["name"] for line in lines if line["list_name"] == "rt"}
    assert {line["rt"] for line in families} == places
    assert all(re.fullmatch(r"[A-Za-z][A-Za-z0-9_]*", place) for place in places)
    assert not full_numbers(form)


def test_a_name_is_neither_a_reference_nor_mark_up(form):
    assert ODD not in form
    assert "<b>Siti" not in form
    items = re.findall(r"<item>(.*?)</item>", form, re.DOTALL)
    assert any("$ {presence}" in one for one in items)
    assert not any("<output" in one for one in items)
    book = openpyxl.load_workbook(io.BytesIO(write_form(PACKET)))
    cells = [cell for page in book for row in page.iter_rows() for cell in row]
    assert not any(cell.data_type == "f" for cell in cells)


def test_a_form_is_known_by_what_it_holds():
    settings = form_sheets(PACKET)["settings"][0]
    other = form_sheets(replace(PACKET, visits=PACKET.visits[1:]))["settings"][0]
    assert settings["form_title"].startswith("LATIHAN")
    assert settings["form_id"] != other["form_id"]
    assert write_form(PACKET) == write_form(PACKET)
