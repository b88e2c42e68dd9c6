"""Returns are taken in once, differing ones stand side by side, the rest goes back marked."""

import io
import zipfile
from dataclasses import replace
from datetime import date

import pyarrow.compute as pc
import pytest

from tests.verification.forms.made import GONE, TRUE, column_of, fill, open_book, save
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, UnusableInput, WrongUse
from workbench.services import field_papers, fieldwork, imports, returns_in, shelves
from workbench.services.field_papers import Order
from workbench.services.office import Office
from workbench.synthesis import generate
from workbench.verification.fieldwork.outcomes import Outcome
from workbench.verification.forms.sheet import GONE as NO_LONGER
from workbench.verification.forms.sheet import STRAY, TOP

TRAINER = Actor("A-pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
OTHER = replace(TRAINER, id="A-lain")
OF_KASEMEN = replace(TRAINER, id="A-kasemen", areas=("36.73.02",))
TRAINEE = Actor("K1.1", "Peserta", Role.PESERTA, Workspace.LATIHAN, (), "K1", 1)
TODAY = date(2026, 11, 22)
FIRST = TOP + 2


@pytest.fixture(scope="module")
def register():
    return generate(families=30, seed=3, error_rate=0.6)


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path / "kantor")
    yield made
    made.practice.close()


@pytest.fixture
def list_id(office, register):
    return imports.shelve_register(office, TRAINER, "Uji", register).id


@pytest.fixture
def packet(office, list_id):
    found = field_papers.packets(office, TRAINER, list_id, Order(everyone=True))
    return max(found, key=lambda one: len(one.visits))


@pytest.fixture
def family_of(office, list_id):
    _, names = field_papers.packets_and_names(office, TRAINER, list_id, Order(everyone=True))
    return lambda visit: names[visit.key][0]


def take(office, list_id, book, actor=TRAINER, name="lembar.xlsx"):
    return returns_in.take_in(office, actor, list_id, [(name, save(book))], today=TODAY)


def gone(packet, **more):
    return fill({("Keluarga", 0): {**GONE, **more}}, packet)


def kept(office, list_id, family_id):
    return [one.outcome.family for one in fieldwork.outcomes(office, TRAINER, list_id, family_id)]


def test_a_returned_workbook_becomes_an_outcome_of_its_family(office, list_id, packet, family_of):
    taken = take(office, list_id, gone(packet))
    assert (taken.new, taken.same, taken.disputed, taken.workbook) == (1, 0, 0, None)
    assert taken.sentences() == ("1 hasil kunjungan baru disimpan.",)
    (said,) = kept(office, list_id, family_of(packet.visits[0]))
    assert said["presence"] == "KB4"


def test_members_and_findings_come_back_under_the_lists_own_ids(office, list_id, family_of):
    packets = field_papers.packets(office, TRAINER, list_id, Order(everyone=True))
    visit = next(v for packet in packets for v in packet.visits if v.asks and v.members)
    packet = replace(packets[0], visits=(visit,))
    met = {
        **GONE,
        "Keberadaan keluarga": "Ditemukan",
        "Alamat tinggal sesuai KK/KTP?": "Sesuai KK/KTP",
        "Kelayakan menurut petugas": "Layak",
        "Usulan petugas": "Pertahankan",
    }
    present = {"Keberadaan anggota": "Ditemukan", "Padan Dukcapil": "Padan"}
    rows = {("Keluarga", 0): met}
    rows |= {("Anggota", at): present for at in range(len(visit.members))}
    rows |= {("Temuan", at): {"Jawaban atas temuan": "Benar"} for at in range(len(visit.asks))}
    taken = take(office, list_id, fill(rows, packet))
    assert taken.new == 1, taken.faults
    (one,) = fieldwork.outcomes(office, TRAINER, list_id, family_of(visit))
    opened = field_papers.shelves.open_list(office, TRAINER, list_id)
    people = set(opened.register["person"]["person_id"].to_pylist())
    assert len(one.outcome.persons) == len(visit.members)
    assert set(one.outcome.persons) <= people
    assert len(one.outcome.findings) == len(visit.asks)


def test_the_same_sheet_again_is_nothing_new(office, list_id, packet, family_of):
    take(office, list_id, gone(packet))
    again = take(office, list_id, gone(packet), OTHER, "salinan.xlsx")
    assert (again.new, again.same, again.disputed) == (0, 1, 0)
    assert len(kept(office, list_id, family_of(packet.visits[0]))) == 1


def test_a_second_return_that_differs_stands_beside_the_first(office, list_id, packet, family_of):
    take(office, list_id, gone(packet))
    other = gone(packet, **{"Keberadaan keluarga": "Tidak ditemukan", "Usulan petugas": None})
    page = other["Keluarga"]
    page.cell(FIRST, column_of(page, "Usulan petugas")).value = "Kunjungan ulang"
    taken = take(office, list_id, other)
    assert (taken.new, taken.disputed) == (1, 1)
    assert any("berbeda" in sentence for sentence in taken.sentences())
    said = kept(office, list_id, family_of(packet.visits[0]))
    assert [one["presence"] for one in said] == ["KB4", "KB2"]
    (conflict,) = fieldwork.conflicts(office, TRAINER, list_id)
    assert len(conflict.returns) == 2


def test_what_is_wrong_goes_back_marked_and_the_rest_is_kept(office, list_id, packet, family_of):
    book = fill({("Keluarga", 0): GONE, ("Keluarga", 1): {**GONE, "Kunjungan ke-": 40}}, packet)
    page = book["Keluarga"]
    page.cell(FIRST + 20, 1).value = "ZZZZZZZZZZZ2"
    page.cell(FIRST + 20, column_of(page, "Catatan")).value = "baris siapa"
    taken = take(office, list_id, book)
    assert (taken.new, len(taken.faults), len(taken.strays)) == (1, 1, 1)
    assert not kept(office, list_id, family_of(packet.visits[1]))
    name, content = taken.workbook
    assert name.startswith("diperbaiki-36.73.")
    back = open_book(content)
    marked = back["Keluarga"]
    heads = {marked.cell(row, 1).value for row in range(FIRST, marked.max_row + 1)}
    assert heads - {None} == {packet.visits[0].key, packet.visits[1].key}
    assert "baris siapa" in {cell.value for row in back[STRAY].iter_rows() for cell in row}
    cell = next(
        marked.cell(row, column_of(marked, "Kunjungan ke-"))
        for row in range(FIRST, FIRST + 2)
        if marked.cell(row, 1).value == packet.visits[1].key
    )
    assert "Isi angka 1 sampai 9" in cell.comment.text
    cell.value = 1
    del back[STRAY]
    mended = take(office, list_id, back)
    assert (mended.new, mended.same, mended.workbook) == (1, 1, None)


def test_a_sheet_of_another_list_is_said_so_and_changes_nothing(office, list_id, register, packet):
    second = imports.shelve_register(office, TRAINER, "Uji lain", register).id
    taken = take(office, second, gone(packet))
    assert (taken.new, len(taken.strays)) == (0, 1)
    text = {cell.value for row in open_book(taken.workbook[1])[STRAY].iter_rows() for cell in row}
    assert any(f"dari daftar lain ({list_id})" in str(cell) for cell in text)


def test_an_archive_of_csv_files_is_taken_as_one_export(office, list_id, packet):
    line = f"{list_id},{packet.visits[0].key},2026-11-20,1,KB4,ALIHKAN,uuid:1\r\n"
    head = "daftar,kunci_keluarga,keluarga-visited_on,keluarga-visit_number,keluarga-presence,"
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive:
        archive.writestr("lapangan.csv", f"{head}keluarga-proposal,KEY\r\n{line}")
    files = [("ekspor.zip", content.getvalue())]
    taken = returns_in.take_in(office, TRAINER, list_id, files, today=TODAY)
    assert taken.new == 1
    again = returns_in.take_in(office, TRAINER, list_id, files, today=TODAY)
    assert (again.new, again.same) == (0, 1)


MOVED = Outcome(
    {"visited_on": "2026-03-20", "visit_number": "1", "presence": "KB4", "proposal": "ALIHKAN"}
)
DEAD = replace(MOVED, family={**MOVED.family, "presence": "KB3"})


def test_each_paper_sheet_is_a_source_of_its_own(office, list_id, packet, family_of):
    family = family_of(packet.visits[0])
    where = (office, TRAINER, list_id, family)
    assert returns_in.type_in(*where, MOVED).is_new
    (first,) = returns_in.typed(*where)
    assert (first.way, first.outcome) == ("kertas", MOVED)
    # A mistake of typing is corrected and is no second return.
    assert returns_in.type_in(*where, DEAD, first.source).differences == ()
    assert [one.outcome for one in returns_in.typed(*where)] == [DEAD]
    assert fieldwork.conflicts(office, TRAINER, list_id) == ()
    # Another sheet of the same visit that says something else is one.
    assert returns_in.type_in(*where, MOVED).differences
    assert [one.outcome for one in returns_in.typed(*where)] == [DEAD, MOVED]
    (conflict,) = fieldwork.conflicts(office, OTHER, list_id)
    assert conflict.record.family_id == family
    assert returns_in.typed(office, OTHER, list_id, family) == ()
    with pytest.raises(NotFound):
        returns_in.type_in(office, OTHER, list_id, family, DEAD, first.source)


@pytest.mark.parametrize(
    "written",
    [
        lambda key: key,
        lambda key: f"http://192.168.1.5:8866/berkas/{key}\n",
        lambda key: f" {key[:4].lower()} {key[4:8]} {key[8:]} ",
        lambda key: key.replace("O", "0").replace("I", "1").replace("B", "8"),
    ],
)
def test_a_sheet_is_found_by_its_code_or_what_its_qr_code_says(
    office, list_id, packet, family_of, written
):
    fieldwork.advance(office, TRAINER, list_id)
    for visit in packet.visits:
        found = returns_in.sheet_of(office, TRAINER, written(visit.key))
        assert (found.family_id, found.is_former) == (family_of(visit), False)


def test_a_sheet_of_the_former_list_is_about_the_family_as_it_stands_now(
    office, list_id, packet, register, family_of
):
    fieldwork.advance(office, TRAINER, list_id)
    second = imports.shelve_register(office, TRAINER, "Uji lain", register).id
    fieldwork.advance(office, TRAINER, second)
    found = returns_in.sheet_of(office, TRAINER, packet.visits[0].key)
    assert (found.list_id, found.is_former) == (second, True)


@pytest.mark.parametrize(
    ("text", "told"),
    [("ABC", "12 huruf dan angka, yang ini 3"), ("A" * 12, "tidak dikenali"), ("", "yang ini 0")],
)
def test_a_code_of_nobody_is_a_sentence(office, list_id, text, told):
    fieldwork.advance(office, TRAINER, list_id)
    with pytest.raises((NotFound, WrongUse), match=told):
        returns_in.sheet_of(office, TRAINER, text)


def test_another_area_takes_nothing_in_and_a_trainee_may_not(office, list_id, packet):
    # Families outside are as unknown as those of no list: nothing tells that they exist.
    taken = take(office, list_id, gone(packet), OF_KASEMEN)
    assert (taken.new, len(taken.strays)) == (0, 1)
    with pytest.raises(Forbidden):
        take(office, list_id, gone(packet), TRAINEE)


def test_a_file_that_is_no_sheet_is_refused(office, list_id):
    with pytest.raises(UnusableInput):
        returns_in.take_in(office, TRAINER, list_id, [("a.pdf", b"%PDF-1.7")])


# --- printed, and gone when it came back ----------------------------------------------------------


def texts(content, sheet):
    rows = open_book(content)[sheet].iter_rows(values_only=True)
    return " ".join(str(cell) for row in rows for cell in row)


def printed_then_gone(office, list_id):
    """A packet of one family and the place of an ask that a later judgement no longer makes."""
    packets = field_papers.packets(office, TRAINER, list_id, Order(everyone=True))
    packet, visit = next((one, v) for one in packets for v in one.visits if v.asks)
    rule = visit.asks[0].rule
    snapshot, whole = shelves.standing(office, TRAINER, list_id)
    table = whole.findings.table
    fewer = replace(whole.findings, table=table.filter(pc.not_equal(table["rule"], rule)))
    folder = shelves.folder_of(office, TRAINER, snapshot)
    shelves.add_judgement(office, TRAINER, folder, fewer, whole.marks, whole.local)
    return replace(packet, visits=(visit,))


def test_a_finding_that_vanished_is_told_by_what_became_of_it(office, list_id, family_of):
    fieldwork.advance(office, TRAINER, list_id)
    packet = printed_then_gone(office, list_id)
    book = fill({("Keluarga", 0): GONE, ("Temuan", 0): TRUE}, packet)
    taken = take(office, list_id, book)
    assert (taken.new, taken.faults, taken.strays, len(taken.gone)) == (1, (), (), 1)
    reason = taken.gone[0].reason
    assert f"Temuan {packet.visits[0].asks[0].rule} ini sudah tidak ada" in reason
    assert any("tidak perlu diperbaiki" in sentence for sentence in taken.sentences())
    # What the officer wrote about it is not lost, and does not come back as an unknown row.
    assert "Benar" in texts(taken.workbook[1], NO_LONGER)
    assert STRAY not in open_book(taken.workbook[1]).sheetnames
    assert len(kept(office, list_id, family_of(packet.visits[0]))) == 1
    again = take(office, list_id, open_book(taken.workbook[1]))
    assert (again.new, again.same, again.gone, again.strays) == (0, 1, (), ())


def test_its_life_says_how_it_ended(office, list_id, register):
    fieldwork.advance(office, TRAINER, list_id)
    packet = printed_then_gone(office, list_id)
    newer = imports.shelve_register(office, TRAINER, "Baru", register).id
    fieldwork.advance(office, TRAINER, newer)
    book = fill({("Keluarga", 0): GONE, ("Temuan", 0): TRUE}, packet)
    told = take(office, list_id, book).gone[0].reason
    assert told.endswith("Temuan ini masih terbuka pada daftar kerja.")


def test_a_former_lists_sheet_is_told_where_its_family_stands(office, list_id, register, packet):
    second = imports.shelve_register(office, TRAINER, "Uji lain", register).id
    taken = take(office, second, gone(packet))
    (stray,) = taken.strays
    assert f"dari daftar lain ({list_id}): Uji, keadaan" in stray.reason
    assert "Keluarganya masih ada pada daftar kerja." in stray.reason
    assert "pilih daftar itu sebelum mengunggah" in stray.reason
    assert take(office, list_id, gone(packet)).new == 1


def test_a_repeat_of_a_former_lists_export_is_told_too(office, list_id, register):
    packets = field_papers.packets(office, TRAINER, list_id, Order(everyone=True))
    key = next(v.asks[0].key for packet in packets for v in packet.visits if v.asks)
    second = imports.shelve_register(office, TRAINER, "Uji lain", register).id
    export = f"kunci_temuan,answer,PARENT_KEY\r\n{key},benar,uuid:1\r\n".encode()
    (stray,) = returns_in.take_in(office, TRAINER, second, [("temuan.csv", export)]).strays
    assert "dari daftar lain" in stray.reason
    unknown = export.replace(key.encode(), b"ZZZZZZZZZZZ2")
    (stray,) = returns_in.take_in(office, TRAINER, second, [("temuan.csv", unknown)]).strays
    assert "Kunci baris ini berubah" in stray.reason
