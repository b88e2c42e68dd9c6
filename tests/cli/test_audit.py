"""``verval audit``, ``backup`` and ``restore``: words, exit codes, and no traceback."""

import re
import sqlite3

import pytest

from tests.services.test_lists import HEADER, ROWS, STAFF
from workbench.access import Workspace
from workbench.cli import main
from workbench.services import audits, lists
from workbench.services.accounts import machine_operator
from workbench.services.office import Office
from workbench.store import clock, record


@pytest.fixture
def office(tmp_path):
    made = Office(tmp_path / "kantor")
    with made.real.writing() as connection:
        for _ in range(4):
            record(connection, "a", "akun", "akun:a", "masuk", {})
    yield made
    made.practice.close()
    made.real.close()


@pytest.fixture
def run(capsys, office):
    """Run a command on the office; returns exit code, standard output and standard error."""

    def run(*words, root=None):
        with pytest.raises(SystemExit) as ended:
            main([*map(str, words), "--workspace", str(root or office.root)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return ended.value.code or 0, said.out, said.err

    return run


def tamper(office, statement):
    office.real.close()
    with sqlite3.connect(office.real.url.database) as raw:
        raw.execute(statement)
    raw.close()


def test_a_whole_chain_ends_with_0_and_a_broken_one_with_1(run, office):
    assert run("audit", "verify") == (0, "Ruang nyata: Jejak utuh: 4 catatan.\n", "")
    tamper(office, "update event set value = '1' where seq = 3")
    code, out, _ = run("audit", "verify", "--ruang", "nyata")
    assert code == 1
    assert "Jejak nomor 3" in out


def test_an_anchor_is_taken_printed_and_typed_in_again(run, office, tmp_path):
    code, out, _ = run("audit", "anchor", "--out", tmp_path / "lembar")
    assert code == 0
    anchor = re.search(r"Ruang nyata: (N\S+)", out)[1]
    sheet = next((tmp_path / "lembar").glob("jangkar-nyata-*.pdf"))
    assert sheet.read_bytes().startswith(b"%PDF")
    code, out, _ = run("audit", "verify", "--jangkar", anchor)
    assert (code, out) == (0, "Ruang nyata: Jejak utuh: 4 catatan, cocok dengan 2 jangkar.\n")
    code, _, err = run("audit", "verify", "--jangkar", anchor[:-1] + "X")
    assert (code, "jangkar" in err) == (2, True)
    code, _, err = run("audit", "verify", "--ruang", "latihan", "--jangkar", anchor)
    assert (code, "bukan milik ruang latihan" in err) == (2, True)
    tamper(office, "delete from event where seq = 4")
    assert run("audit", "verify", "--jangkar", anchor)[0] == 1
    code, _, err = run("audit", "anchor")
    assert (code, "verval audit verify" in err) == (2, True)


def test_a_code_of_a_room_that_has_no_ledger_is_not_passed_over(run, office):
    from datetime import date

    from workbench.store.anchors import Anchor

    code = Anchor(Workspace.LATIHAN, date(2026, 11, 22), 5, "ab" * 32).code
    assert run("audit", "verify", "--jangkar", code)[0] == 1


def test_evidence_is_packed_and_played_again(run, office, tmp_path):
    source = tmp_path / "daftar.csv"
    source.write_text("\n".join((HEADER, *ROWS)), encoding="utf-8")
    standing = lists.bring_in(office, STAFF, source, "DTSEN November")
    folder = tmp_path / "bukti"
    code, out, _ = run("audit", "pack", "--list", standing.id, "--out", folder)
    assert code == 0
    assert "1 catatan jejak" in out
    code, out, _ = run("audit", "recheck", folder)
    assert (code, out.strip()) == (
        0,
        f"Daftar {standing.id}: sama, {standing.findings} temuan.",
    )
    (folder / "BACA-SAYA.txt").write_text("lain")
    code, out, _ = run("audit", "recheck", folder)
    assert code == 1
    assert "- Berkas paket BACA-SAYA.txt berubah sejak dikemas." in out
    assert run("audit", "recheck", tmp_path)[0] == 2
    assert run("audit", "pack", "--list", "tiada", "--out", tmp_path / "x")[0] == 2


def test_an_office_goes_into_a_file_and_comes_back(run, office, tmp_path):
    file, there = tmp_path / "cadangan.zip", tmp_path / "baru"
    code, out, _ = run("backup", "--out", file)
    assert code == 0
    assert "Ruang nyata: Jejak utuh: 4 catatan." in out
    code, out, _ = run("restore", file, root=there)
    assert code == 0
    assert "berkas dikembalikan" in out
    assert run("audit", "verify", root=there)[0] == 0
    code, out, _ = run("restore", file, root=there)
    assert "Folder yang lama dipindahkan" in out
    code, _, err = run("backup", "--out", file)
    assert (code, "sudah ada" in err) == (2, True)
    code, _, err = run("restore", __file__, root=there)
    assert (code, "rusak" in err) == (2, True)
    assert run("restore", tmp_path / "tiada.zip", root=there)[0] == 2


def test_a_backup_is_locked_with_a_passphrase_that_is_asked_for(run, tmp_path, monkeypatch):
    typed = ["empat ekor kuda", "empat ekor kudo", *["empat ekor kuda"] * 3]
    monkeypatch.setattr("workbench.cli.backups.getpass", lambda _question: typed.pop(0))
    code, _, err = run("backup", "--sandi", "--out", tmp_path / "x.zip")
    assert (code, "Isi variabel VERVAL_SANDI_CADANGAN" in err) == (2, True)
    monkeypatch.setattr("sys.stdin.isatty", lambda: True, raising=False)
    code, _, err = run("backup", "--sandi", "--out", tmp_path / "x.zip")
    assert (code, "berbeda" in err) == (2, True)
    assert run("backup", "--sandi", "--out", tmp_path / "x.zip")[0] == 0
    assert run("restore", tmp_path / "x.zip", root=tmp_path / "baru")[0] == 0
    assert typed == []
    monkeypatch.setenv("VERVAL_SANDI_CADANGAN", "lain sekali sandinya")
    code, _, err = run("restore", tmp_path / "x.zip", root=tmp_path / "lain")
    assert (code, "Sandi salah" in err) == (2, True)


def test_a_clock_that_was_ahead_is_accepted_in_words_and_the_trail_tells(run, office, monkeypatch):
    assert "jam tidak tertinggal" in run("audit", "clock")[1]
    monkeypatch.setattr(clock, "now", lambda: "2031-05-01T01:00:00.000000Z")
    with office.real.writing() as connection:
        record(connection, "a", "akun", "akun:a", "masuk", {})
    monkeypatch.undo()
    code, _, said = run("audit", "anchor")
    assert (code, "Setel tanggal" in said) == (2, True)
    code, out, _ = run("audit", "clock")
    assert (code, "sesudah 1 Mei 2031 08.00 WIB" in out) == (0, True)
    assert run("audit", "anchor")[0] == 0
    page = audits.log_page(office, machine_operator(Workspace.NYATA))
    assert "menyatakan jam komputer benar" in page.entries[0].sentence
    assert run("audit", "verify")[0] == 0
