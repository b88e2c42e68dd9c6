"""The trainer's pack: what stands on each paper, and what must stand on none of them."""

import io
import json
import re
import shutil
import zipfile
from dataclasses import replace
from datetime import date

import pytest
from pptx import Presentation
from sqlalchemy import select

from tests.services.test_papers import ADDRESS, LONG, ODD, TRAINER, pages_of, plain, text_of
from workbench.errors import WrongUse
from workbench.rules import catalogue
from workbench.services import arrivals, bimteks, boards, classes, courses, papers, training
from workbench.services.bimteks import Bimtek, CourseSettings, Invited
from workbench.services.office import Office
from workbench.services.papers import handouts, pack
from workbench.services.papers.slides import _BLOCKS, PLAIN, SESSION, Show, Table, _tables
from workbench.store.tables import bank_key, case_key
from workbench.training.agenda import usual_agenda
from workbench.training.bank import family_of
from workbench.training.facilitation.handouts import HANDOUTS
from workbench.training.facilitation.notes import BLOCKS, notes_of, part_notes

AREA = "36.73.01.1010"
PLAN = Bimtek(
    f"Bimtek {ODD}",
    date(2026, 11, 21),
    usual_agenda("2 hari"),
    "Aula",
    (Invited("Siti", "Operator", AREA), Invited(LONG, "TKSK", AREA)),
    CourseSettings(n_test=4, n_rules=4, groups=("family",), seed=7),
)


@pytest.fixture(scope="module")
def drawn(tmp_path_factory):
    """A bimtek whose class is open, drawn once; tests that write work on a copy."""
    root = tmp_path_factory.mktemp("paket") / "kantor"
    office = Office(root)
    saved = bimteks.save_bimtek(office, TRAINER, PLAN)
    opened = bimteks.open_bimtek(office, TRAINER, saved.id)
    yield office, opened
    office.practice.close()


@pytest.fixture(scope="module")
def asked(drawn):
    office, plan = drawn
    return office, TRAINER, plan.id


@pytest.fixture(scope="module")
def show(asked):
    return pack._show(*asked, ADDRESS)


@pytest.fixture(scope="module")
def slides(show):
    return show.slides()


@pytest.fixture(scope="module")
def written_file(drawn, slides):
    return pack._written(drawn[1], slides)


@pytest.fixture(scope="module")
def written(written_file):
    return Presentation(io.BytesIO(written_file))


@pytest.fixture
def copied(drawn, tmp_path):
    """An office of one's own, with two people on their seats."""
    shutil.copytree(drawn[0].root, tmp_path / "kantor")
    made = Office(tmp_path / "kantor")
    code = classes.class_info(made, TRAINER, drawn[1].class_id).join_code
    people = [arrivals.join(made, code, one.name, "operator", AREA).actor for one in PLAN.people]
    yield made, people
    made.practice.close()


def test_every_page_made_from_data_has_its_maker():
    assert set(_BLOCKS) == set(BLOCKS)


def test_the_guide_says_asks_and_times_every_session(asked, drawn):
    name, pdf = papers.guide(*asked)
    words = text_of(pdf)
    for session in drawn[1].agenda.sessions:
        told = notes_of(session)
        assert plain(session.clock) in words
        assert f"{session.minutes}menit" in words
        for sentence in (*told.say, *(one.question for one in told.ask)):
            assert plain(sentence.replace("**", "")) in words, sentence
    assert "**" not in words
    assert plain(ODD) in words
    assert "21Desember2026" not in words  # thirty days after the second day
    assert "22Desember2026" in words
    assert "LATIHAN" in words
    assert name == f"pedoman-{asked[2]}.pdf"


def test_the_guide_lists_the_rules_the_slides_show(asked, slides):
    words = text_of(papers.guide(*asked)[1])
    shown = [one.kicker.rpartition(" ")[2] for one in slides if "Aturan hari ini" in one.kicker]
    assert shown
    assert all(plain(code + catalogue()[code].question) in words for code in shown)


def test_the_slides_follow_the_timetable(slides, drawn):
    assert [one.title for one in slides if one.kind == SESSION] == [
        session.title for session in drawn[1].agenda.sessions
    ]
    assert slides[0].title == PLAN.name
    assert "Terima kasih" in slides[-1].title


def test_a_slide_leads_into_the_class_once_it_is_open(slides, show):
    joining = next(one for one in slides if one.link)
    assert joining.link == f"{ADDRESS}/masuk?kode={show.code}"
    assert show.code in joining.lead
    (closed,) = _BLOCKS["masuk"](Show(PLAN), 1)
    assert (closed.link, closed.lead, closed.foot) == ("", "", "")


def test_a_rule_of_the_day_asks_says_why_and_names_paper_and_source(slides):
    rules = [one for one in slides if one.kicker.startswith("Aturan hari ini")]
    assert {one.kicker.split(" · ")[1] for one in rules} == {"Susunan keluarga"}
    for one in rules:
        rule = catalogue()[one.kicker.rpartition(" ")[2]]
        pairs = dict(one.pairs)
        assert one.lead == rule.question
        assert pairs["Mengapa penting"] == rule.why
        assert pairs["Dokumen"] == ", ".join(rule.documents)
        assert rule.basis.words in one.foot


def test_a_case_is_asked_before_it_is_solved(slides):
    for case in ("1.1", "1.2", "2.1", "2.2"):
        pages = [one for one in slides if one.kicker.startswith(f"Kasus contoh {case}")]
        kinds = [one.kicker.partition(" · ")[2].partition(" ")[0] for one in pages]
        order = [kind for n, kind in enumerate(kinds) if n == 0 or kinds[n - 1] != kind]
        assert order == ["di", "berkas", "", "langkah", "jawaban"]
        assert all(one.is_case for one in pages)


def test_no_family_on_the_wall_is_one_of_the_class(drawn, show, monkeypatch):
    from workbench.training.facilitation import worked

    assert len(show.taken) > 20
    cases = worked.worked_cases(show.dice, 1, show.taken)
    assert show.taken.isdisjoint(family_of(case.public) for case in cases)
    # One that would be drawn otherwise is left out as soon as the class has it.
    met = {family_of(cases[0].public)}
    monkeypatch.setattr(pack, "_taken", lambda *_: show.taken | met)
    again = _BLOCKS["kasus"](pack._show(drawn[0], TRAINER, drawn[1].id, ""), 1)
    assert {title for title, _ in met}.isdisjoint(one.title for one in again)


def test_the_pdf_of_the_slides_holds_their_words_and_the_mark(drawn, slides):
    pdf = pack._pressed(drawn[1], slides)
    words = text_of(pdf)
    assert pages_of(pdf) == len(slides)
    for one in slides:
        for text in (one.title, one.lead, *one.points, one.foot):
            assert plain(text) in words, text
    assert words.count("LATIHAN") >= len(slides)


def test_the_presentation_can_be_read_and_changed(written, slides):
    assert len(written.slides) == len(slides)
    assert written.slide_width / written.slide_height == pytest.approx(16 / 9, abs=0.001)
    for drawn_one, one in zip(written.slides, slides, strict=True):
        texts = [shape.text_frame.text for shape in drawn_one.shapes if shape.has_text_frame]
        assert drawn_one.shapes.title.text_frame.text == one.title
        assert any("LATIHAN" in text for text in texts)
        assert ("LATIHAN" in texts) == one.is_case
        if one.table:
            rows = next(s.table for s in reversed(drawn_one.shapes) if s.has_table).rows
            told = [tuple(cell.text for cell in row.cells) for row in rows]
            assert told[-len(one.table.rows) :] == list(one.table.rows)


def test_what_to_say_stands_beneath_the_slides(written, slides):
    for drawn_one, one in zip(written.slides, slides, strict=True):
        assert drawn_one.notes_slide.notes_text_frame.text == "\n".join(one.notes)
    opened = next(one for one in slides if one.kind == SESSION and "pre-test" in one.title)
    assert part_notes()["tes_awal"].say[0] in opened.notes


def test_nothing_on_a_page_of_the_presentation_lies_outside_it(written):
    for number, slide in enumerate(written.slides, start=1):
        for shape in slide.shapes:
            if shape.rotation:
                continue
            assert shape.left >= 0, number
            assert shape.left + shape.width <= written.slide_width, (number, shape.name)
            assert shape.top + shape.height <= written.slide_height, (number, shape.name)


def test_the_same_pages_make_the_same_file(drawn, slides):
    few = slides[:5]
    assert pack._written(drawn[1], few) == pack._written(drawn[1], few)


def test_the_presentation_offers_no_english_and_fetches_nothing(written_file):
    with zipfile.ZipFile(io.BytesIO(written_file)) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert not any(b"Click to edit" in part for name, part in parts.items() if "/slides/" in name)
    assert sum(name.startswith("ppt/slideLayouts/slideLayout") for name in parts) == 1
    assert not any(b'TargetMode="External"' in part for part in parts.values())


@pytest.mark.parametrize("name", HANDOUTS)
def test_a_hand_out_names_no_case_and_no_key(drawn, asked, name):
    file_name, pdf = papers.handout(*asked, name)
    words = text_of(pdf)
    assert file_name == f"lembar-{name}-{asked[2]}.pdf"
    assert "LATIHAN" in words
    assert_no_key(drawn, words)
    if name in ("cara", "bukan"):
        assert pages_of(pdf) == 1


def assert_no_key(drawn, words):
    """Nothing of what the class's keys say beyond the rules' own general words."""
    office, plan = drawn
    with office.practice.reading() as connection:
        keys = [
            json.loads(row)
            for table in (bank_key, case_key)
            for row in connection.execute(
                select(table.c.key).where(table.c.class_id == plan.class_id)
            ).scalars()
        ]
    assert keys
    for key in keys:
        for mistake in key["mistakes"]:
            assert plain(mistake["why"]) not in words
            assert not mistake["seen"] or plain(mistake["seen"]) not in words
            assert not any(cell in words for cell in mistake["fields"])
    for title, _ in pack._taken(office, plan.class_id):
        assert plain(title) not in words


def test_an_unknown_hand_out_is_said(asked):
    with pytest.raises(WrongUse, match="Pilih dari daftar"):
        papers.handout(*asked, "../kunci")


def test_all_rules_and_all_kinds_are_on_their_sheets(asked):
    rules = text_of(papers.handout(*asked, "aturan")[1])
    assert all(plain(rule.question) in rules for rule in catalogue().values())
    kinds = text_of(papers.handout(*asked, "kategori")[1])
    assert "KomunitasAdatTerpencil(KAT)" in kinds
    assert kinds.count("PEKA") == 13  # twelve kinds and the line that says what it means


def test_leaflets_carry_the_link_of_everybody_who_missed_something(copied, drawn, monkeypatch):
    office, people = copied
    plan = drawn[1]
    courses.open_part(office, TRAINER, plan.class_id, 1)
    for person in people:
        number = courses.next_of(office, person).number
        for field in ("status", "follow_up", "confidence"):
            value = {"status": "layak", "follow_up": "tidak_ada", "confidence": "yakin"}[field]
            training.save_mark(office, person, number, field, value, 1)
        training.submit(office, person, number)
    courses.close_part(office, TRAINER, plan.class_id, 1)
    tokens = courses.refresher_tokens(office, TRAINER, plan.class_id)
    own = {one.seat: courses.make_refresher_token(office, one) for one in people}
    assert tokens == {seat: token for seat, token in own.items() if token}
    assert len(set(tokens.values())) == 2
    monkeypatch.setattr(pack, "press_leaflets", seen := Seen())
    papers.leaflets(office, TRAINER, plan.id, ADDRESS)
    assert [link for _, link in seen.links] == [
        f"{ADDRESS}/segarkan?tugas={tokens[seat]}" for seat in sorted(tokens)
    ]
    assert [name for name, _ in seen.links] == [people[seat - 1].name for seat in sorted(tokens)]
    # Who joined twice gets one.
    boards.set_aside(office, TRAINER, plan.class_id, 2, 1)
    assert courses.refresher_tokens(office, TRAINER, plan.class_id) == {1: tokens[1]}


class Seen:
    """What leaflets are made of, in place of their pages."""

    def __init__(self):
        self.links = []

    def __call__(self, plan, links, address, *rest):
        self.links = list(links)
        return b""


def test_a_leaflet_carries_name_day_and_address(drawn):
    pdf = handouts.press_leaflets(
        drawn[1], [(ODD, f"{ADDRESS}/segarkan?tugas=abc")], f"{ADDRESS}/segarkan"
    )
    words = text_of(pdf)
    assert plain(ODD) in words
    assert "22Desember2026,berlakusampai22Maret2027" in words
    assert ":8866/segarkan" in words
    assert "LATIHAN" in words
    assert "/Subtype/Image" not in pdf.decode("latin-1")


def test_before_anybody_missed_anything_the_leaflet_is_a_general_one(asked):
    words = text_of(papers.leaflets(*asked, ADDRESS)[1])
    assert words.count("Penyegaranharike-30") == 2
    assert "Bukatautanpenyegaran" in words


def test_the_pack_keeps_what_is_the_trainers_apart(asked, slides, monkeypatch):
    monkeypatch.setattr(Show, "slides", lambda _: slides[:5])
    content = papers.trainer_pack(*asked, ADDRESS)[1]
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        names = archive.namelist()
    folders = {name.partition("/")[0] for name in names}
    assert folders == {"pelatih", "peserta", "hari-30"}
    given = [name for name in names if not name.startswith("pelatih/")]
    assert not any(re.search("pedoman|tayangan|kunci", name) for name in given)
    assert sum(name.startswith("peserta/") for name in names) == len(HANDOUTS)


def test_a_plan_without_sessions_still_prints(drawn):
    office = drawn[0]
    empty = bimteks.save_bimtek(office, TRAINER, replace(PLAN, agenda=usual_agenda("1 hari")))
    bare = replace(PLAN, agenda=type(PLAN.agenda)())
    assert [one.kind for one in Show(bare).slides()] == ["judul", "judul"]
    assert handouts.press_guide(bare, Show(bare).dice)
    assert papers.handout(office, TRAINER, empty.id, "cara")[0].endswith(".pdf")


def test_a_long_table_takes_as_many_pages_as_it_needs():
    table = Table(("A",), tuple((str(n),) for n in range(10)), (1,))
    pages = list(_tables("Judul", table, rows=4))
    assert [one.title for one in pages] == ["Judul (1/3)", "Judul (2/3)", "Judul (3/3)"]
    assert [len(one.table.rows) for one in pages] == [4, 4, 2]
    assert all(one.kind == PLAIN for one in pages)
