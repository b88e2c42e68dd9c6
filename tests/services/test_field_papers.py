"""What an officer takes along: every family whole on a page, nobody's number in a code or name."""

import io
import re
import zipfile
from dataclasses import replace

import numpy as np
import openpyxl
import pytest
from PIL import Image

from tests.services.test_papers import pages_of, plain, text_of
from tests.verification.forms.made import ODD, PACKET, SITI
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound
from workbench.services import field_papers, imports
from workbench.services.field_papers import Form, Order, draw, papers, preview
from workbench.services.office import Office
from workbench.synthesis import generate
from workbench.verification.fieldwork.outcomes import Kind, Level, fields
from workbench.verification.forms.packets import Ask, Numbers, Sharing

TRAINER = Actor("A-pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
OF_SERANG = replace(TRAINER, id="A-serang", areas=("36.73.01",))
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
    text = text_of(pdf)
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
    real = text_of(draw(Form.PDF, "", replace(PACKET, practice=False))[1])
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
    text = text_of(draw(Form.PDF, "", bare)[1])
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


def test_officers_and_rts_get_papers_of_their_own(standing):
    office, list_id, register = standing
    ids = register["family"]["family_id"].to_pylist()
    officers = {one: f"Petugas {place % 2}" for place, one in enumerate(ids)}
    order = Order(everyone=True, sharing=Sharing.OFFICER, officers=officers)
    for packet in field_papers.packets(office, TRAINER, list_id, order):
        assert packet.officer in {"Petugas 0", "Petugas 1"}
    by_rt = field_papers.packets(office, TRAINER, list_id, Order(everyone=True, sharing=Sharing.RT))
    assert all(packet.rt.startswith("RT ") for packet in by_rt)
