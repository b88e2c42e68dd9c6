"""``verval users``: accounts looked after on the machine, each outcome in a sentence."""

from __future__ import annotations

import re
import sqlite3

import pytest

from workbench.access import Role, Workspace
from workbench.cli import main
from workbench.cli.users import find_area
from workbench.errors import Forbidden, WrongUse
from workbench.services import accounts
from workbench.services.office import Office
from workbench.store import verify_chain

PASSWORD = re.compile(r"Kata sandi pertama: (\S+)")


@pytest.fixture
def office(tmp_path):
    """An office as ``verval serve`` leaves it: a trainer and a member of staff."""
    made = Office(tmp_path / "kantor")
    accounts.ensure_first_accounts(made)
    yield made
    made.practice.close()
    made.real.close()


@pytest.fixture
def run(capsys, office):
    """Run a command on the office; returns exit code, standard output and standard error."""

    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main(["users", *words, "--workspace", str(office.root)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return ended.value.code or 0, said.out, said.err

    return run


@pytest.fixture
def siti(run):
    """Staff for Cipare and Kecamatan Kasemen; her first password."""
    code, out, _ = run("add", "Siti", "--name", "Siti Contoh", "--role", "staf", "--ruang", "nyata",
                       "--wilayah", "Cipare", "--wilayah", "Kec. Kasemen")  # fmt: skip
    assert code == 0
    return PASSWORD.search(out)[1]


def test_an_account_signs_in_with_the_password_that_was_printed_once(office, run, siti):
    signed = accounts.sign_in(office, "siti", siti)
    assert (signed.actor.role, signed.actor.workspace) == (Role.STAF, Workspace.NYATA)
    assert signed.actor.areas == ("36.73.01.1002", "36.73.02")
    assert signed.must_change_password
    for command in (["list"], ["sessions", "siti"]):
        assert siti not in "".join(run(*command)[1:])
    office.real.close()
    kept = [path.read_bytes() for path in office.root.rglob("*") if path.is_file()]
    assert not any(siti.encode() in content for content in kept)


def test_the_list_shows_both_sides_and_how_accounts_stand(office, run, siti):
    accounts.sign_in(office, "siti", siti)
    run("disable", "pelatih")
    code, out, _ = run("list")
    assert code == 0
    rows = {line.split()[0]: line for line in out.splitlines()[1:]}
    assert set(rows) == {"pelatih", "staf", "siti"}
    assert re.search(r"latihan +nonaktif", rows["pelatih"])
    assert re.search(r"nyata +sandi pertama +1 tempat +Kelurahan Cipare", rows["siti"])
    assert rows["siti"].endswith("; Kecamatan Kasemen")


def test_a_reset_prints_another_password_and_ends_the_sessions(office, run, siti):
    signed = accounts.sign_in(office, "siti", siti)
    new = PASSWORD.search(run("reset", "siti")[1])[1]
    assert accounts.actor_of_token(office, signed.token) is None
    with pytest.raises(Forbidden):
        accounts.sign_in(office, "siti", siti)
    assert accounts.sign_in(office, "siti", new)


def test_an_account_is_turned_off_and_on(office, run, siti):
    assert run("disable", "siti")[:2] == (0, "Akun siti dinonaktifkan.\n")
    with pytest.raises(Forbidden):
        accounts.sign_in(office, "siti", siti)
    assert run("enable", "siti")[0] == 0
    assert accounts.sign_in(office, "siti", siti)


def test_areas_are_changed_and_the_sessions_end(office, run, siti):
    signed = accounts.sign_in(office, "siti", siti)
    code, out, _ = run("areas", "siti", "--wilayah", "36.73.04.1007")
    assert (code, out) == (0, "Wilayah akun siti: Kelurahan Sukawana, Kecamatan Curug.\n")
    assert accounts.actor_of_token(office, signed.token) is None
    assert accounts.sign_in(office, "siti", siti).actor.areas == ("36.73.04.1007",)


def test_sessions_are_shown_and_ended(office, run, siti):
    tokens = [accounts.sign_in(office, "siti", siti).token for _ in range(2)]
    code, out, _ = run("sessions", "siti")
    assert code == 0
    assert out.count("WIB, terakhir dipakai") == 2
    assert not any(token in out for token in tokens)
    assert run("sessions", "siti", "--end")[1] == "2 sesi akun siti diakhiri.\n"
    assert [accounts.actor_of_token(office, token) for token in tokens] == [None, None]
    assert run("sessions", "siti")[1] == "0 sesi.\n"


def test_everything_done_is_in_the_ledger_by_the_machines_operator(office, run, siti):
    for words in (["areas", "siti", "--wilayah", "36.73"], ["disable", "siti"], ["enable", "siti"],
                  ["reset", "siti"], ["sessions", "siti", "--end"]):  # fmt: skip
        assert run(*words)[0] == 0
    assert verify_chain(office.real).is_whole
    office.real.close()
    with sqlite3.connect(office.folder(Workspace.NYATA) / "verval.sqlite") as raw:
        said = raw.execute("select actor, field, value from event order by seq").fetchall()
    raw.close()
    assert [field for _, field, _ in said[1:]] == [
        "dibuat",
        "wilayah",
        "nonaktif",
        "nonaktif",
        "sandi_baru",
        "sesi_diakhiri",
    ]
    assert {actor for actor, _, _ in said} == {"mesin"}
    assert "siti" not in str(said).casefold()


@pytest.mark.parametrize(
    ("words", "sentence"),
    [
        (["add"], "NAMA belum diisi"),
        (["add", "udin", "--name", "Udin", "--ruang", "nyata"], "--role belum diisi"),
        (["add", "udin", "--name", "Udin", "--role", "bos", "--ruang", "nyata"], "--role tidak"),
        (["add", "udin", "--name", "Udin", "--role", "staf", "--ruang", "nyata"], "--wilayah"),
        (["add", "udin", "--name", "Udin", "--role", "pelatih", "--ruang", "nyata"], "ruang nyata"),
        (["add", "udin", "--name", "Udin", "--role", "peserta", "--ruang", "latihan"], "peserta"),
        (["add", "pelatih", "--name", "X", "--role", "pelatih", "--ruang", "latihan"], "dipakai"),
        (["add", "u d", "--name", "X", "--role", "pelatih", "--ruang", "latihan"], "a sampai z"),
        (["reset", "stsf"], "Akun stsf tidak ada. Yang mirip: staf."),
        (["disable", "zzz"], "Lihat verval users list."),
        (["areas", "staf"], "--wilayah belum diisi"),
        (["areas", "staf", "--wilayah", "Ciparre"], "36.73.01.1002 Kelurahan Cipare"),
        (["hapus", "staf"], "users --help"),
    ],
)
def test_wrong_use_is_one_sentence_that_says_what_to_do(run, words, sentence):
    code, out, err = run(*words)
    assert code == 2
    assert sentence in err
    assert len(err.strip().splitlines()) == 1
    assert "Kata sandi pertama" not in out
    assert not re.search(r"\b(Missing|No such|Invalid|Usage|Error)\b", err)


def test_a_folder_that_is_no_office_is_refused_and_left_alone(tmp_path, capsys):
    with pytest.raises(SystemExit) as ended:
        main(["users", "list", "--workspace", str(tmp_path / "lain")])
    assert ended.value.code == 2
    assert "bukan folder kerja" in capsys.readouterr().err
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "code"),
    [
        ("36.73", "36.73"),
        (" 36.73.06 ", "36.73.06"),
        ("kota serang", "36.73"),
        ("CIPARE", "36.73.01.1002"),
        ("Kel. Kasemen", "36.73.02.1001"),
        ("kecamatan cipocok jaya", "36.73.05"),
    ],
)
def test_an_area_is_found_by_code_or_name(text, code):
    assert find_area(text) == code


@pytest.mark.parametrize(
    ("text", "several"),
    [
        ("Kasemen", ["36.73.02 Kecamatan", "36.73.02.1001 Kelurahan"]),
        ("Serang", ["36.73 Kota", "36.73.01 Kecamatan", "36.73.01.1001 Kelurahan"]),
        ("kel sukawana", ["36.73.01.1008", "36.73.04.1007"]),
    ],
)
def test_a_name_that_stands_for_several_areas_names_them_all(text, several):
    with pytest.raises(WrongUse) as refused:
        find_area(text)
    assert all(one in str(refused.value) for one in several)


@pytest.mark.parametrize("words", [["users"], *(["users", c] for c in (
    "list", "add", "reset", "disable", "enable", "areas", "sessions"))])  # fmt: skip
def test_help_is_in_indonesian(capsys, words):
    with pytest.raises(SystemExit) as ended:
        main([*words, "--help"])
    out = capsys.readouterr().out
    assert not ended.value.code
    assert out.startswith(f"Pemakaian: verval {' '.join(words)}")
    assert not re.search(
        r"\b(Usage|Options|Commands|Arguments|Show this|required|default|str|path|NAME)\b", out
    )
