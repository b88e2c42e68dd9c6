"""The record of processing and the notice of a breach say what the office really holds."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest

from tests.services.test_papers import text_of
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, WrongUse
from workbench.services import backups, imports, keys, privacy, processing, shelves
from workbench.services.accounts import machine_operator
from workbench.store import clock

STAFF = Actor("A-0", "Kepala data", Role.STAF, Workspace.NYATA, ("36.73",))
ADMIN = machine_operator(Workspace.NYATA)
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"
ROW = (
    "3673010504819001;3673010607159001;RUSDI CONTOH;L;05/04/1981;KEPALA KELUARGA;A;001;002;"
    "CIPARE;SERANG"
)


@pytest.fixture
def put(office, tmp_path):
    def put(name="Maret", heads=HEADER, row=ROW):
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join((heads, row, "")), encoding="utf-8")
        return imports.bring_in(office, STAFF, path, name, as_of=date(2026, 3, 31)).id

    return put


class Words(str):
    """The text of a paper, in which blanks do not count."""

    def __contains__(self, words):
        return super().__contains__(words.replace(" ", ""))


def words(content):
    return Words(text_of(content))


def breach(**told):
    said = {
        "noticed_at": datetime(2026, 11, 20, 14, 30, tzinfo=clock.zone()),
        "list_id": "",
        "happened": "Laptop hilang",
        "done": "",
        "contact": "",
    }
    return processing.Breach(**{**said, **told})


def test_an_empty_office_says_it_holds_nothing(office):
    lists, visits, accounts = processing.record(office, ADMIN).activities
    assert lists.data == lists.specific == ()
    assert "0 daftar tersimpan" in lists.amounts
    assert "0 hasil kunjungan" in visits.amounts
    assert "0 akun" in accounts.amounts


def test_it_names_the_data_the_lists_carry_and_no_other(office, put):
    put()
    lists = processing.record(office, ADMIN).activities[0]
    assert {"NIK dan nomor KK", "Tempat dan tanggal lahir", "Alamat"} <= set(lists.data)
    assert "Nama ibu kandung" not in lists.data
    assert lists.specific == ("Data anak",)
    assert "1 orang pada daftar terbaru" in lists.amounts
    put(
        "Juni", HEADER + ";DISABILITAS;NAMA IBU", ROW.replace("9001;", "9002;") + ";tuna netra;SITI"
    )
    lists = processing.record(office, ADMIN).activities[0]
    assert "Nama ibu kandung" in lists.data
    assert "Disabilitas dan kesehatan" in lists.specific
    assert "2 daftar tersimpan" in lists.amounts


def test_it_counts_who_saw_numbers_and_for_what(office, put):
    list_id = put()
    families = shelves.open_list(office, STAFF, list_id).register["family"].to_pylist()
    for purpose in ("dukcapil", "dukcapil", "kunjungan"):
        privacy.unmask(office, STAFF, list_id, families[0]["family_id"], purpose)
    seen = {name: (count, more) for name, count, more in processing.record(office, ADMIN).seen}
    assert seen["NIK lengkap satu keluarga dibuka"] == (
        3,
        "Mencocokkan dengan Dukcapil 2; Kunjungan ke keluarga 1",
    )


def test_it_says_how_the_data_are_guarded_and_what_it_cannot_read(office, put, tmp_path):
    put()
    said = " ".join(processing.record(office, ADMIN).guards)
    assert "belum dienkripsi" in said
    assert "Belum pernah dicadangkan" in said
    file = tmp_path / "usb" / "kunci"
    made = keys.make(office, ADMIN, file)
    backups.back_up(office, ADMIN, tmp_path / "cadangan")
    said = " ".join(processing.record(office, ADMIN).guards)
    assert f"kunci {made.newest}" in said
    assert "Cadangan terakhir" in said
    file.unlink()
    record = processing.record(office, ADMIN)
    assert 'Daftar "Maret" tidak terbuka' in record.notes[0]
    assert processing.record_paper(office, ADMIN)[1].startswith(b"%PDF")


def test_the_paper_says_the_same_and_names_nobody(office, put):
    put("=Maret <b>")
    name, content = processing.record_paper(office, ADMIN)
    text = words(content)
    assert name.endswith(".pdf")
    assert "Pasal 31" in text
    assert "NIK dan nomor KK" in text
    assert "RUSDI" not in text
    assert "LATIHAN" not in text
    assert processing.record_paper(office, ADMIN)[1] == content


def test_a_notice_is_due_after_three_days_and_filled_with_what_is_known(office, put):
    put("Maret")
    other = put("Juni", row=ROW.replace("9001;", "9002;"))
    told = breach(happened="Laptop hilang, NIK 3673010504819001 tampak", contact="Sekretariat")
    assert told.due_at - told.noticed_at == timedelta(hours=72)
    name, content = processing.breach_paper(office, ADMIN, told)
    text = words(content)
    assert name == "pemberitahuan-2026-11-20.pdf"
    assert "20 November 2026 pukul 14.30 WIB" in text
    assert "23 November 2026 pukul 14.30 WIB" in text
    assert "Maret 31" in text
    assert "Juni 31" in text
    assert "3673010504819001" not in text
    alone = words(processing.breach_paper(office, ADMIN, breach(list_id=other))[1])
    assert "Juni 31" in alone
    assert "Maret31" not in alone
    with pytest.raises(WrongUse, match="apa yang terjadi"):
        processing.breach_paper(office, ADMIN, breach(happened="  "))


def test_practice_papers_carry_their_mark(office):
    practice = machine_operator(Workspace.LATIHAN)
    assert "LATIHAN" in words(processing.record_paper(office, practice)[1])


def test_only_who_reads_the_whole_trail_may(office):
    of_a_part = Actor("A-1", "Staf", Role.STAF, Workspace.NYATA, ("36.73.01",))
    trainee = Actor("K.1", "Peserta", Role.PESERTA, Workspace.LATIHAN, ())
    for actor in (of_a_part, trainee):
        with pytest.raises(Forbidden):
            processing.record(office, actor)
        with pytest.raises(Forbidden):
            processing.breach_paper(office, actor, breach())
