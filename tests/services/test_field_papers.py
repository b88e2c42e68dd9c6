"""What an officer takes along: every family whole on a page, nobody's number in a code or name."""

import io
import re
import zipfile
from dataclasses import replace

import numpy as np
import openpyxl
import pyarrow.compute as pc
import pytest
from PIL import Image
from sqlalchemy import select

from tests.services.test_papers import pages_of, plain, text_of
from tests.verification.forms.made import ODD, PACKET, SITI
from workbench.access import Actor, Role, Workspace
from workbench.domain.register import Register
from workbench.errors import Forbidden, NotFound
from workbench.services import (
    accounts,
    assignments,
    field_papers,
    fieldwork,
    imports,
    office_settings,
)
from workbench.services.field_papers import Form, Order, draw, papers, preview
from workbench.services.office import Office
from workbench.store.tables import event
from workbench.synthesis import generate
from workbench.verification.fieldwork.outcomes import Kind, Level, fields
from workbench.verification.forms.packets import Ask, Numbers, Sharing

TRAINER = Actor("A-pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
OF_SERANG = replace(TRAINER, id="A-serang", areas=("36.73.01",))
ADMIN = accounts.machine_operator(Workspace.LATIHAN)
STAFF = replace(TRAINER, id="A-staf", role=Role.STAF)
TRAINEE = Actor("K1.1", "Peserta", Role.PESERTA, Workspace.LATIHAN, (), "K1", 1)
LONG = tuple(
    Ask(f"D{n:011}", "IDN-01", "BUDI REKAAN", f"Kalimat {n}. " * 6, f"Tanya{n}? " * 9, "KTP, KK")
    for n in range(40)
)


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """An office with a list of invented families, and that list's id."""
    office = Office(tmp_path_factory.mktemp("lapangan") / "kantor")
    register = generate(families=40, seed=3, error_rate=0.6)
    yield office, imports.shelve_register(office, TRAINER, "Uji", register).id, register
    office.practice.close()


def pictures(packet):
    return [np.array(Image.open(io.BytesIO(page)).convert("L")) for page in preview(packet)]


def test_the_sheet_says_who_what_and_where():
    name, pdf = draw(Form.PDF, "", PACKET)
    text = text_of(pdf) + text_of(field_papers._frame(PACKET))
    for said in (
        "Lembar lapangan: Unyur",
        "Petugas: Petugas Rekaan",
        "Periode 2026-T4",
        "Daftar S1",
        "aturan 1-abc",
        "NIK dan nomor KK disamarkan",
        "LATIHAN",
        "Halaman 1 dari",
        "1. SITI REKAAN",
        "JL. CONTOH 1, RT 001/RW 002",
        SITI.key,
        "BUDI REKAAN.",
        SITI.asks[0].question,
        SITI.asks[0].sentence,
        "Balita: gizi (KMS)",
        "Ketua RT",
    ):
        assert plain(said) in text, said
    assert plain(ODD) in text
    assert re.fullmatch(r"lembar-lapangan-36\.73\.01\.1007-unyur-[0-9a-f]{8}\.pdf", name)
    real = text_of(field_papers._frame(replace(PACKET, practice=False)))
    assert "DATANYATA-TERBATAS" in real
    assert "LATIHAN" not in real


def test_boxes_and_codes_are_those_of_the_outcome():
    parts = text_of(field_papers._parts())
    text = text_of(draw(Form.PDF, "", PACKET)[1])
    for field in fields(Level.FAMILY):
        if field.kind is not Kind.WORDS:
            assert all(plain(one.label) in parts + text for one in field.choices), field.key
    for answer in ("Benar", "Tidak benar", "Belum dapat dipastikan", "Catatan", "Tanda tangan"):
        assert plain(answer) in parts


def test_numbers_can_be_left_out():
    bare = replace(PACKET, numbers=Numbers.LEFT_OUT, visits=(replace(SITI, no_kk=""),))
    text = text_of(draw(Form.PDF, "", bare)[1]) + text_of(field_papers._frame(bare))
    assert plain("NIK dan nomor KK tidak dicetak") in text
    assert "9973" not in text


@pytest.mark.parametrize("are_capitals", [False, True])
def test_a_family_with_many_questions_goes_on_in_whole_blocks(are_capitals):
    asks = LONG
    if are_capitals:
        asks = tuple(
            replace(ask, question=ask.question.upper(), sentence=ask.sentence.upper())
            for ask in LONG
        )
    packet = replace(PACKET, visits=(replace(SITI, asks=asks, head="Q" * 900, address="W" * 900),))
    _, pdf = draw(Form.PDF, "", packet)
    text = text_of(pdf)
    assert all(plain(ask.question) in text for ask in asks)
    assert "(lanjutan)" in text
    pages = pictures(packet)
    assert len(pages) == pages_of(pdf) > 3
    for page in pages:
        height, width = page.shape
        # A block that runs over the page would draw its right border through the lower margin.
        border = page[:, int(width * 197.5 / 210) : int(width * 198.6 / 210)]
        assert (border[: int(height * 0.94)] < 128).any()
        assert not (border[int(height * 0.965) :] < 200).any()


def test_the_sheet_reads_in_grey_and_shows_its_own_codes():
    page = pictures(PACKET)[0]
    height, width = page.shape
    code = page[int(height * 0.08) : int(height * 0.15), int(width * 0.86) : int(width * 0.93)]
    assert 0.2 < (code < 128).mean() < 0.7
    colour = np.array(Image.open(io.BytesIO(preview(PACKET)[0])).convert("RGB")).astype(int)
    assert abs(colour - colour.mean(axis=2, keepdims=True)).max() < 3


def test_the_same_packet_gives_the_same_bytes():
    for form in Form:
        assert draw(form, "HTTP://X/", PACKET) == draw(form, "HTTP://X/", PACKET)


def test_all_papers_of_a_list_come_as_one_archive(standing):
    office, list_id, register = standing
    told = []
    name, content = papers(
        office,
        TRAINER,
        list_id,
        Order(everyone=True),
        Form.PDF,
        lambda done, of: told.append((done, of)),
    )
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
        text = "".join(text_of(archive.read(one)) for one in names)
    assert name == f"lembar-lapangan-{list_id}.zip"
    assert told[-1] == (len(names), len(names))
    heads = [head for head in register["family"]["head_name"].to_pylist() if head]
    assert all(plain(head) in text for head in heads)
    numbers = {*register["person"]["nik"].to_pylist(), *register["family"]["no_kk"].to_pylist()}
    assert not any(len(number) == 16 and number in text for number in numbers)


def test_each_form_holds_the_families_of_its_kelurahan(standing):
    office, list_id, _ = standing
    order = Order(everyone=True)
    first = field_papers.packets(office, TRAINER, list_id, order)[0]
    here = replace(order, kelurahan=first.kelurahan_kode_kemendagri)
    for form, sheet in ((Form.WORKBOOK, "Keluarga"), (Form.PHONE, "choices")):
        name, content = papers(office, TRAINER, list_id, here, form)
        book = openpyxl.load_workbook(io.BytesIO(content))
        cells = {cell.value for row in book[sheet].iter_rows() for cell in row}
        assert {visit.key for visit in first.visits} <= cells
        assert name.startswith("lembar-lapangan-36.73.")


def test_staff_get_their_own_areas_and_trainees_nothing(standing):
    office, list_id, _ = standing
    mine = field_papers.packets(office, OF_SERANG, list_id, Order(everyone=True))
    assert {one.kelurahan_kode_kemendagri[:8] for one in mine} == {"36.73.01"}
    with pytest.raises(Forbidden):
        papers(office, TRAINEE, list_id, Order(), Form.PDF)
    with pytest.raises(NotFound):
        papers(office, OF_SERANG, list_id, Order(kelurahan="36.73.02.1004"), Form.PDF)


def test_rts_get_papers_of_their_own(standing):
    office, list_id, _ = standing
    by_rt = field_papers.packets(office, TRAINER, list_id, Order(everyone=True, sharing=Sharing.RT))
    assert all(packet.rt.startswith("RT ") for packet in by_rt)
    visit = by_rt[0].visits[0]
    place = Order(by_rt[0].kelurahan_kode_kemendagri, visit.rw, visit.rt.zfill(4), everyone=True)
    (only,) = field_papers.packets(office, TRAINER, list_id, place)
    assert [one.key for one in only.visits] == [one.key for one in by_rt[0].visits]


# --- who goes where ------------------------------------------------------------------------------


@pytest.fixture
def teams(standing):
    """Two officers share the first kelurahan, one of them has an RW of the second as well."""
    office, list_id, _ = standing
    for name in ("ani", "badu"):
        accounts.add_account(office, ADMIN, name, f"{name.title()} Rekaan", Role.STAF)
    known = assignments.people(office, TRAINER).values()
    ani, badu = (one.officer for one in known if one.officer.name.endswith("Rekaan"))
    places = [one for one in assignments.places(office, TRAINER, list_id) if one.area[0]]
    first = places[0].area[0]
    code, rw, _ = next(one.area for one in places if one.area[0] != first)
    for who, area in ((ani, (first,)), (badu, (first,)), (badu, (code, rw))):
        assignments.assign(office, TRAINER, who.id, *area)
    return ani, badu, first, (code, rw)


def test_papers_carry_the_officers_of_the_assignments(standing, teams):
    office, list_id, _ = standing
    ani, _, first, (code, rw) = teams
    whole = field_papers.packets(office, TRAINER, list_id, Order(first, everyone=True))
    assert [packet.officer for packet in whole] == ["Ani Rekaan, Badu Rekaan"]
    shared = Order(everyone=True, sharing=Sharing.OFFICER)
    made = field_papers.packets(office, TRAINER, list_id, shared)
    mine = {who: [p for p in made if p.officer == who] for who in ("Ani Rekaan", "Badu Rekaan")}
    keys = {who: {v.key for p in found for v in p.visits} for who, found in mine.items()}
    assert keys["Ani Rekaan"] == {visit.key for visit in whole[0].visits}
    assert keys["Ani Rekaan"] < keys["Badu Rekaan"]
    elsewhere = [p for p in mine["Badu Rekaan"] if p.kelurahan_kode_kemendagri == code]
    assert {visit.rw.lstrip("0") for packet in elsewhere for visit in packet.visits} == {rw}
    _, content = papers(office, TRAINER, list_id, shared, Form.WORKBOOK)
    names = zipfile.ZipFile(io.BytesIO(content)).namelist()
    assert len(names) == len(set(names)) == len(made)
    alone = replace(shared, officer=ani.id)
    assert {p.officer for p in field_papers.packets(office, TRAINER, list_id, alone)} == {ani.name}
    with pytest.raises(NotFound):
        field_papers.packets(office, TRAINER, list_id, replace(alone, officer="A-nobody"))


def events(office):
    with office.practice.reading() as connection:
        return [row._mapping for row in connection.execute(select(event).order_by(event.c.seq))]


# --- whole numbers, where the office wants them ---------------------------------------------------


def test_the_office_may_want_whole_numbers_on_paper_and_that_is_on_record(standing):
    office, list_id, register = standing
    everyone = Order(everyone=True)
    masked = field_papers.packets(office, TRAINER, list_id, everyone)
    niks = set(register["person"]["nik"].to_pylist()) - {""}
    assert not niks & {m.number for p in masked for v in p.visits for m in v.members}
    office_settings.put(office, STAFF, "nik_on_paper", "penuh", "SK 1")
    try:
        whole = field_papers.packets(office, TRAINER, list_id, everyone)
        shown = {m.number for p in whole for v in p.visits for m in v.members}
        assert shown - {""} <= niks
        cards = {v.no_kk for p in whole for v in p.visits}
        assert cards <= set(register["family"]["no_kk"].to_pylist())
        assert len(cards) > 1
        assert plain("NIK dan nomor KK ditulis lengkap") in text_of(field_papers._frame(whole[0]))
        assert [v.key for p in whole for v in p.visits] == [v.key for p in masked for v in p.visits]
        # A phone's form goes through other people's servers.
        here = replace(everyone, kelurahan=whole[0].kelurahan_kode_kemendagri)
        _, form = papers(office, TRAINER, list_id, here, Form.PHONE)
        book = openpyxl.load_workbook(io.BytesIO(form))
        cells = " ".join(str(c.value) for page in book for row in page.iter_rows() for c in row)
        assert not any(number in cells for number in niks)
        exported = [one for one in events(office) if one["kind"] == "ekspor_nik"]
        assert [one["subject"] for one in exported] == [f"daftar:{list_id}"]
    finally:
        office_settings.put(office, STAFF, "nik_on_paper", "disamarkan", "SK 2")


# --- the code on a sheet leads to the record ------------------------------------------------------


def test_a_printed_key_leads_to_the_family_of_the_working_list(tmp_path):
    office = Office(tmp_path / "kantor")
    register = generate(families=20, seed=5, error_rate=0.6)
    former = imports.shelve_register(office, TRAINER, "Dulu", register).id
    packets = field_papers.packets(office, TRAINER, former, Order(everyone=True))
    packet = max(packets, key=lambda one: len(one.visits))
    key = packet.visits[0].key
    with pytest.raises(NotFound, match="Belum ada daftar kerja"):
        field_papers.family_of_key(office, TRAINER, key)
    fieldwork.advance(office, TRAINER, former)
    _, names = field_papers.packets_and_names(office, TRAINER, former, Order(everyone=True))
    assert field_papers.family_of_key(office, TRAINER, key) == (former, names[key][0])
    # The next list has lost that family; a sheet of the former leads to all others.
    head = register["family"].filter(pc.equal(register["family"]["family_id"], names[key][0]))
    number = head["no_kk"].to_pylist()[0]
    rest = {
        name: table.filter(pc.not_equal(table["no_kk"], number))
        if "no_kk" in table.column_names
        else table
        for name, table in register.tables.items()
    }
    now = imports.shelve_register(office, TRAINER, "Kini", Register(rest, register.manifest)).id
    fieldwork.advance(office, TRAINER, now)
    with pytest.raises(NotFound, match="tidak ada lagi pada daftar kerja"):
        field_papers.family_of_key(office, TRAINER, key)
    list_id, family_id = field_papers.family_of_key(office, TRAINER, packet.visits[1].key)
    assert list_id == now
    opened = field_papers.shelves.open_list(office, TRAINER, now).register["family"]
    row = opened.filter(pc.equal(opened["family_id"], family_id)).to_pylist()[0]
    assert row["head_name"] == packet.visits[1].head
    for unknown in ("ZZZZZZZZZZZ2", ""):
        with pytest.raises(NotFound, match="tidak dikenali"):
            field_papers.family_of_key(office, TRAINER, unknown)
    outside = replace(OF_SERANG, areas=("36.73.06",))
    with pytest.raises(NotFound, match="tidak dikenali"):
        field_papers.family_of_key(office, outside, packet.visits[1].key)
    office.practice.close()
