"""Papers of a bimtek: what stands on them, word for word, and that they stay the same."""

import io
import json
import re
import shutil
import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import replace
from datetime import date

import openpyxl
import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import NotFound, WrongUse
from workbench.services import (
    arrivals,
    bimteks,
    boards,
    classes,
    courses,
    paper_answers,
    papers,
    training,
)
from workbench.services.bimteks import Bimtek, CourseSettings, Invited
from workbench.services.office import Office
from workbench.services.papers import awards, press
from workbench.services.papers.cases import draw_for_paper
from workbench.store.tables import bank_case, bank_key, certificate
from workbench.training.agenda import usual_agenda

ODD = '<b>Siti</b> #1 $x$ @y \\ "z" *t* _m_'
LONG = "Q" * 100
KALIGANDU, SERANG = "36.73.01.1010", "36.73.01.1001"
ADDRESS = "http://192.168.1.20:8866"
TRAINER = Actor("A-pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
PLAN = Bimtek(
    "Bimtek Verval",
    date(2026, 11, 21),
    usual_agenda("1 hari"),
    "Aula",
    (
        Invited(ODD, "Operator", KALIGANDU, group=1),
        Invited(LONG, "TKSK", SERANG, group=2),
        Invited("=1+1", "Operator", SERANG, group=1),
    ),
    CourseSettings(n_test=4, n_rules=4, seed=7),
    head="Hj. Kepala Rekaan",
)


def text_of(pdf: bytes) -> str:
    """All text of a PDF in drawing order, blanks and break points taken out."""
    objects = {
        int(found[1]): found[2] for found in re.finditer(rb"(\d+) 0 obj(.*?)endobj", pdf, re.DOTALL)
    }

    def stream(number):
        data = objects[number].partition(b"stream\n")[2]
        return zlib.decompressobj().decompress(data)

    def letters(font):
        cmap = stream(int(re.search(rb"/ToUnicode (\d+)", objects[font])[1]))
        pairs = re.findall(rb"<([0-9A-F]{4})> <([0-9A-F]+)>", cmap)
        return {int(a, 16): bytes.fromhex(b.decode()).decode("utf-16-be") for a, b in pairs}

    told = []
    for page in (one for one in objects.values() if b"/Type/Page/" in one):
        resources = objects[int(re.search(rb"/Resources (\d+)", page)[1])]
        fonts = {
            name: letters(int(number))
            for name, number in re.findall(rb"/(f\d+) (\d+) 0 R", resources)
        }
        content = stream(int(re.search(rb"/Contents (\d+)", page)[1]))
        font = {}
        for name, drawn in _tokens(content):
            if name:
                font = fonts[name]
            else:
                told += [font.get(glyph, "") for glyph in _glyphs(drawn)]
    return re.sub(r"[\s\u200b]", "", "".join(told))


def _tokens(content: bytes) -> Iterator[tuple[bytes, bytes]]:
    """A font chosen, or a string drawn with it; strings may hold brackets in pairs."""
    at = 0
    begins = re.compile(rb"/(f\d+) [\d.]+ Tf|<([0-9A-F]+)>|\(", re.DOTALL)
    while found := begins.search(content, at):
        at = found.end()
        if found[1]:
            yield found[1], b""
        elif found[2]:
            yield b"", bytes.fromhex(found[2].decode())
        else:
            begin, depth = at, 1
            while depth:
                step = 2 if content[at : at + 1] == b"\\" else 1
                depth += {b"(": 1, b")": -1}.get(content[at : at + step], 0)
                at += step
            yield b"", _unescaped(content[begin : at - 1])


def _unescaped(text: bytes) -> bytes:
    named = {b"n": b"\n", b"r": b"\r", b"t": b"\t", b"b": b"\b", b"f": b"\f"}
    return re.sub(
        rb"\\([0-7]{1,3}|.)",
        lambda m: bytes([int(m[1], 8)]) if m[1].isdigit() else named.get(m[1], m[1]),
        text,
        flags=re.DOTALL,
    )


def _glyphs(data: bytes) -> list[int]:
    return [data[n] * 256 + data[n + 1] for n in range(0, len(data) - 1, 2)]


def plain(text: str) -> str:
    return re.sub(r"\s", "", text)


def pages_of(pdf: bytes) -> int:
    return len(re.findall(rb"/Type/Page/", pdf))


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A bimtek whose class is open, drawn once; every test works on a copy."""
    root = tmp_path_factory.mktemp("cetak") / "kantor"
    office = Office(root)
    saved = bimteks.save_bimtek(office, TRAINER, PLAN)
    opened = bimteks.open_bimtek(office, TRAINER, saved.id)
    office.practice.close()
    return root, opened


@pytest.fixture
def office(drawn, tmp_path):
    shutil.copytree(drawn[0], tmp_path / "kantor")
    made = Office(tmp_path / "kantor")
    yield made
    made.practice.close()


@pytest.fixture
def plan(drawn):
    return drawn[1]


@pytest.fixture
def joined(office, plan):
    """The three who were invited, on seats 1 to 3."""
    code = classes.class_info(office, TRAINER, plan.class_id).join_code
    return [
        arrivals.join(office, code, one.name, "operator", one.area_kode).actor
        for one in plan.people
    ]


@pytest.fixture
def asked(office, plan):
    return office, TRAINER, plan.id


@pytest.fixture
def unopened(office):
    return office, TRAINER, bimteks.save_bimtek(office, TRAINER, replace(PLAN, name="Lain")).id


def test_the_class_has_the_parts_of_the_timetable_and_expects_the_people(office, plan):
    kinds = [(p.kind, p.n) for p in courses.parts(office, TRAINER, plan.class_id)]
    assert kinds == [("tes_awal", 4), ("kuis", 0), ("latihan", 0), ("tes_akhir", 4)]
    absent = boards.board(office, TRAINER, plan.class_id).absent
    assert [one.name for one in absent] == [one.name for one in PLAN.people]
    assert bimteks.bimtek_of_class(office, TRAINER, plan.class_id) == bimteks.read_bimtek(
        office, TRAINER, plan.id
    )
    with pytest.raises(WrongUse, match="sudah dibuka"):
        bimteks.open_bimtek(office, TRAINER, plan.id)


def test_somebody_late_is_expected_at_once(office, plan):
    standing = bimteks.read_bimtek(office, TRAINER, plan.id)
    bimteks.save_bimtek(office, TRAINER, bimteks.add_person(standing, Invited("Telat")))
    absent = boards.board(office, TRAINER, plan.class_id).absent
    assert absent[-1].name == "Telat"


@pytest.mark.parametrize(
    "make",
    [papers.attendance, lambda *asked: papers.join_cards(*asked, ADDRESS)],
)
def test_a_name_stands_on_paper_as_it_is_written(asked, make):
    _, pdf = make(*asked)
    words = text_of(pdf)
    for person in PLAN.people:
        assert plain(person.name) in words


def test_the_timetable_names_every_session_and_adds_up(asked):
    name, pdf = papers.timetable(*asked)
    words = text_of(pdf)
    for session in PLAN.agenda.sessions:
        assert plain(session.clock + session.title) in words
    assert "Jumlahseluruhnya7,7JP" in words
    assert "Halaman1dari1" in words
    assert name == f"jadwal-{asked[2]}.pdf"


def test_the_same_plan_gives_the_same_bytes(asked):
    assert papers.timetable(*asked) == papers.timetable(*asked)
    assert papers.report(*asked) == papers.report(*asked)


def test_a_join_card_carries_code_address_and_group(office, asked, plan):
    code = classes.class_info(office, TRAINER, plan.class_id).join_code
    words = text_of(papers.join_cards(*asked, ADDRESS)[1])
    assert words.count(code) == 3
    assert words.count("192.168.1.20:8866/masuk") == 3
    assert "Kelompok2" in words


def test_eight_cards_fill_a_page(office, plan):
    standing = bimteks.read_bimtek(office, TRAINER, plan.id)
    many = tuple(Invited(f"Orang {n} {'W' * 90}", area_kode=SERANG, group=1) for n in range(17))
    bimteks.save_bimtek(office, TRAINER, replace(standing, people=many))
    assert pages_of(papers.join_cards(office, TRAINER, plan.id, ADDRESS)[1]) == 3


def test_an_attendance_sheet_has_lines_for_those_who_come_unannounced(asked):
    words = text_of(papers.attendance(*asked)[1])
    assert "NoNamaKelurahanJabatanTelepon" in words
    assert "NIK" not in words.replace("TanpaNIK", "").replace("MembacaNIK/KK", "")
    assert "11" in words  # three people and eight lines


@pytest.mark.parametrize("source", ["A", "B", "L"])
def test_a_worksheet_shows_its_cases_with_the_codes_that_are_typed_in(office, asked, source):
    words = text_of(papers.worksheets(*asked, source)[1])
    handed_in = text_of(papers.answer_sheets(*asked, source)[1])
    with office.practice.reading() as connection:
        rows = connection.execute(
            bank_case.select().where(bank_case.c.form == ("" if source == "L" else source))
        ).all()
    shown = [
        row
        for row in rows
        if f"Nomorlembar{paper_answers.code_of(source, row.place or row.item)}" in words
    ]
    assert len(shown) == (4 if source != "L" else words.count("Nomorlembar"))
    assert len(shown) >= 4
    for row in shown:
        public = json.loads(row.public)
        for section in public["record"]:
            for line in section["rows"]:
                assert plain(line["value"]) in words, line["label"]
        assert paper_answers.code_of(source, row.place or row.item) in handed_in
    assert "LATIHAN" in words
    assert "LATIHAN" in handed_in


def test_the_numbers_of_the_lines_are_those_that_are_typed_in(office, asked):
    words = text_of(papers.worksheets(*asked, "A")[1])
    with office.practice.reading() as connection:
        public = (
            connection.execute(
                bank_case.select().where(bank_case.c.form == "A", bank_case.c.place == 1)
            )
            .one()
            .public
        )
    for line in paper_answers.lines_of(json.loads(public))[:12]:
        assert plain(f"{line.number}{line.label}{line.value}") in words


def test_no_key_stands_on_what_trainees_get_and_all_of_it_on_the_key_sheet(office, asked):
    given = text_of(papers.worksheets(*asked, "A")[1]) + text_of(
        papers.answer_sheets(*asked, "A")[1]
    )
    key_sheet = text_of(papers.key_sheet(*asked, "A")[1])
    with office.practice.reading() as connection:
        keys = connection.execute(
            bank_key.select()
            .join(
                bank_case,
                (bank_case.c.item == bank_key.c.item)
                & (bank_case.c.class_id == bank_key.c.class_id),
            )
            .where(bank_case.c.form == "A")
        ).all()
    mistakes = [m for row in keys for m in json.loads(row.key)["mistakes"]]
    assert mistakes
    for mistake in mistakes:
        assert mistake["rule"] not in given
        assert plain(mistake["why"]) not in given
        assert plain(mistake["rule"] + mistake["title"]) in key_sheet


def test_the_cases_of_a_seat_can_be_printed_too(office, asked, plan, joined):
    courses.open_part(office, TRAINER, plan.class_id, 1)
    with pytest.raises(NotFound):
        papers.worksheets(*asked, 1)
    courses.next_of(office, joined[0])
    words = text_of(papers.worksheets(*asked, 1)[1])
    assert re.search(r"Nomorlembar[AB]-01", words)


def test_an_unknown_form_is_said(asked):
    with pytest.raises(WrongUse, match="bentuk tes A atau B"):
        papers.worksheets(*asked, "C")


def test_a_drawing_is_printed_in_its_light_colours():
    svg = (
        "<svg><style>.r{--i:#111;--p:#fff;font:600 1px system-ui,sans-serif}"
        "@media(prefers-color-scheme:dark){.r{--i:#eee}}.o{fill:var(--p);stroke:var(--i)}</style>"
        '<rect fill="var(--p)"/></svg>'
    )
    drawn = draw_for_paper(svg)
    assert "var(" not in drawn
    assert "@media" not in drawn
    assert ".o{fill:#fff;stroke:#111}" in drawn
    assert '<rect fill="#fff"/>' in drawn
    assert draw_for_paper("<svg/>") == "<svg/>"


def test_certificates_are_numbered_once_and_printed_again_as_they_were(office, asked, plan, joined):
    _, first = papers.certificates(*asked)
    words = text_of(first)
    for n, person in enumerate(plan.people, start=1):
        assert f"Nomor{n:03d}/BIMTEK-VERVAL/2026" in words
        assert plain(person.name) in words
    assert "7,7jampelajaran" in words
    assert "Hj.KepalaRekaan" in words
    assert "NIK" not in words
    assert "LATIHAN" not in words
    standing = bimteks.read_bimtek(office, TRAINER, plan.id)
    bimteks.save_bimtek(
        office, TRAINER, replace(standing, head="Orang Lain", number_pattern="X{n}")
    )
    assert text_of(papers.certificates(*asked)[1]) == words


def test_who_joins_late_gets_the_next_number_and_nobody_elses_changes(office, asked, joined):
    papers.certificates(*asked, seats=[2])
    papers.certificates(*asked)
    with office.practice.reading() as connection:
        rows = connection.execute(certificate.select().order_by(certificate.c.seat)).all()
    assert [row.number[:3] for row in rows] == ["002", "001", "003"]


def test_a_number_another_bimtek_gave_is_not_given_again(office, asked, plan, joined):
    with office.practice.writing() as connection:
        connection.execute(
            certificate.insert().values(
                class_id=plan.class_id,
                seat=3,
                number="001/BIMTEK-VERVAL/2026",
                content="{}",
                issued_by="A",
                at="2026",
            )
        )
    papers.certificates(*asked, seats=[1, 2])
    with office.practice.reading() as connection:
        rows = connection.execute(certificate.select().order_by(certificate.c.seat)).all()
    assert [row.number[:3] for row in rows] == ["002", "003", "001"]


def test_who_joined_twice_gets_one_certificate_and_is_reported_once(office, asked, plan, joined):
    boards.set_aside(office, TRAINER, plan.class_id, 3, 1)
    words = text_of(papers.certificates(*asked)[1])
    assert "002/BIMTEK-VERVAL" in words
    assert "003/BIMTEK-VERVAL" not in words
    assert "2oranghadir" in text_of(papers.report(*asked)[1])


def test_mastered_rules_stand_on_the_certificate_in_words(asked, joined, monkeypatch):
    monkeypatch.setattr(awards, "_mastered", lambda *_: {1: ("IDN-10",), 2: ()})
    words = text_of(papers.certificates(*asked)[1])
    assert "Identitas.JeniskelamintidaksamadenganNIK." in words
    assert words.count("Belumadaaturanyangdikuasai") == 1


def test_nothing_is_mastered_before_it_was_practised(office, plan, joined):
    assert awards._mastered(office, plan) == {}


def test_a_certificate_needs_somebody_who_joined(asked):
    with pytest.raises(WrongUse, match="Belum ada peserta"):
        papers.certificates(*asked)


def test_the_report_says_what_the_class_showed_and_what_it_did_not(office, asked, plan, joined):
    courses.open_part(office, TRAINER, plan.class_id, 1)
    number = courses.next_of(office, joined[0]).number
    for field, value in {
        "status": "layak",
        "follow_up": "tidak_ada",
        "confidence": "yakin",
    }.items():
        training.save_mark(office, joined[0], number, field, value, 1)
    training.submit(office, joined[0], number)
    words = text_of(papers.report(*asked)[1])
    assert "3oranghadir,3orangdiundang." in words
    assert "Belumadapesertayangmengikutikeduates." in words
    assert "Kaligandu(Kec.Serang)" in words
    assert "Rencanatindaklanjut" in words
    assert "Catatancaramenghitung" in words


def test_the_workbook_holds_the_same_and_no_formula(asked, joined):
    name, content = papers.report_workbook(*asked)
    book = openpyxl.load_workbook(io.BytesIO(content))
    assert name.endswith(".xlsx")
    people = list(book["Peserta"].iter_rows(min_row=2))
    assert [row[0].value for row in people] == [one.name for one in PLAN.people]
    assert all(cell.data_type != "f" for row in people for cell in row)
    places = [[cell.value for cell in row] for row in book["Kelurahan"].iter_rows(min_row=2)]
    assert ["Kaligandu (Kec. Serang)", 1, 1] in places
    assert sum(row[2] for row in places) == 3


@pytest.mark.parametrize(
    "make",
    [
        lambda *asked: papers.join_cards(*asked, ADDRESS),
        lambda *asked: papers.worksheets(*asked, "A"),
        papers.certificates,
        papers.report,
        papers.report_workbook,
    ],
)
def test_what_needs_the_class_says_so_before_it_is_open(unopened, make):
    with pytest.raises(WrongUse, match=r"[Bb]uka kelas"):
        make(*unopened)


def test_all_papers_come_in_one_archive_with_what_is_missing(asked, unopened):
    def names(who):
        content = papers.all_papers(*who, ADDRESS)[1]
        archive = zipfile.ZipFile(io.BytesIO(content))
        missing = archive.read("belum-ada.txt").decode("utf-8-sig")
        return {name.partition("-B")[0] for name in archive.namelist()}, missing

    made, missing = names(asked)
    assert {"jadwal", "daftar-hadir", "kartu-masuk", "lembar-kasus", "kunci", "laporan"} <= made
    assert missing.count("\n") == 1
    made, missing = names(unopened)
    assert {name for name in made if "/" not in name} == {
        "jadwal",
        "daftar-hadir",
        "belum-ada.txt",
    }
    assert {"pelatih/pedoman", "pelatih/tayangan", "hari-30/penyegaran"} <= made
    assert "Kartu masuk: " in missing


def test_no_page_reaches_for_anything_outside():
    for page in press.PAGES.glob("*.typ"):
        told = page.read_text("utf-8")
        assert "@preview" not in told
        assert "://" not in told
