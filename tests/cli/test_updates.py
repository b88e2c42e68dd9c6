"""``verval update``: the office comes along whole, or all stays as it was; and the way back."""

from __future__ import annotations

import hashlib
import json
import os
import shutil
import socket
import sqlite3
import sys
from contextlib import closing
from types import SimpleNamespace

import pytest

from workbench.access import Workspace
from workbench.cli import cities, former_programs, main, updates
from workbench.cli.bag import installing, place
from workbench.errors import StoreFault, UnusableInput, WrongUse
from workbench.services import accounts, audits
from workbench.services.office import Office
from workbench.store import record, verify_chain
from workbench.store.workspace import NEWEST_SCHEMA

OLD, NEW, LAST, NEXT = "1.0", "1.1", "1.2", "1.3"
MADE = {
    OLD: "2026-11-01T08:00:00+07:00",
    NEW: "2026-11-20T08:00:00+07:00",
    LAST: "2026-11-21T08:00:00+07:00",
    NEXT: "2026-11-22T08:00:00+07:00",
}
LATER_SCHEMA = "9000"

#: The installer of a bag for tests: what it installs is this very package, one migration on.
PASANG = """
import json, os, sys
from pathlib import Path
bag, home = Path(__file__).parent, Path(sys.argv[sys.argv.index("--home") + 1])
assert "--program-only" in sys.argv
said = json.loads((bag / "tas.json").read_text())
print("Memasang paket: 1 dari 1", file=sys.stderr)
if (bag / "macet").exists():
    sys.exit("Ruang disk kurang: perlu 3,0 GB, tersisa 0,1 GB. Kosongkan sebagian.")
program = home / f"program-{said['version']}"
(program / "bin").mkdir(parents=True, exist_ok=True)
verval = program / "bin" / "verval"
verval.write_text((bag / "program.py").read_text())
verval.chmod(0o755)
kept = {name: said[name] for name in ("version", "made", "schema")}
(program / "lengkap.json").write_text(json.dumps(kept))
print(program.name)
"""
PROGRAM = f"""#!{sys.executable}
import os, sys
from pathlib import Path
from alembic.script import ScriptDirectory
from workbench.store import migrations, workspace

def later(make=migrations.configuration):
    config = make()
    own = str(Path(migrations.FOLDER) / "versions")
    config.set_main_option("path_separator", "os")
    config.set_main_option("version_locations", os.pathsep.join((own, {{folder!r}})))
    return config

if {{schema!r}} != workspace.NEWEST_SCHEMA:
    workspace.NEWEST_SCHEMA, migrations.configuration = {{schema!r}}, later
from workbench.cli import main
main(sys.argv[1:])
"""
MIGRATION = f"""
from alembic import op
revision, down_revision = {LATER_SCHEMA!r}, {NEWEST_SCHEMA!r}
def upgrade():
    op.execute("create table hal_baru (id integer primary key)")
"""


@pytest.fixture(autouse=True)
def room(monkeypatch):
    """A bag of two files needs no gigabytes, on whatever machine the tests run."""
    monkeypatch.setattr(installing, "room_needed", lambda _bag: 1)


@pytest.fixture
def office(tmp_path):
    """An office with both ledgers, a list and what is hidden, in an installation of ``OLD``."""
    home = tmp_path / "MejaVerval"
    program = home / f"program-{OLD}"
    program.mkdir(parents=True)
    facts = {"version": OLD, "made": MADE[OLD], "schema": NEWEST_SCHEMA}
    (program / installing.COMPLETE).write_text(json.dumps(facts))
    installing.activate(home, program)
    made = Office(home / installing.OFFICE)
    accounts.ensure_first_accounts(made)
    (made.root / ".kunci-server").write_text("rahasia")
    lists = made.snapshots_dir(Workspace.NYATA) / "D1"
    lists.mkdir()
    (lists / "person.parquet").write_bytes(b"PAR1" * 100)
    close(made)
    return made


@pytest.fixture
def home(office):
    return office.root.parent


@pytest.fixture
def make_bag(tmp_path):
    """Writes a bag: ``make_bag(version, schema)``; tells its folder."""

    def make(version=NEW, schema=LATER_SCHEMA, made=None, **said):
        bag = tmp_path / f"tas-{version}"
        (bag / "migrasi").mkdir(parents=True)
        (bag / "migrasi" / "9000_later.py").write_text(MIGRATION)
        (bag / "pasang.py").write_text(PASANG)
        folder = str(bag / "migrasi")
        (bag / "program.py").write_text(PROGRAM.format(folder=folder, schema=schema))
        facts = {
            "format": installing.FORMAT,
            "version": version,
            "made": made or MADE.get(version, MADE[OLD]),
            "schema": schema,
            "room": 1,
            "pythons": [f"{sys.version_info[0]}.{sys.version_info[1]}"],
            "platforms": [installing.this_platform()],
            "files": [
                {
                    "path": str(path.relative_to(bag)),
                    "size": path.stat().st_size,
                    "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
                }
                for path in sorted(bag.rglob("*"))
                if path.is_file()
            ],
        }
        (bag / installing.BAG_FILE).write_text(json.dumps(facts | said))
        return bag

    return make


def close(office):
    for side in Workspace:
        office.store(side).close()


def state(folder):
    """Every file below a folder by its content."""
    return {
        str(path.relative_to(folder)): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in folder.rglob("*")
        if path.is_file()
    }


def forward(home, bag, tell=lambda _words: None):
    return updates.bring_forward(home, home / installing.OFFICE, bag, tell)


def back(home, agree=lambda: True):
    said = []
    updates.return_to_former(home, said.append, agree)
    return said


def schema_of(office):
    path = office.root / "nyata" / "verval.sqlite"
    with closing(sqlite3.connect(path)) as database:
        (found,) = database.execute("select version_num from alembic_version").fetchone()
    return found


def work_on(office, events=3):
    """What people do after the update; the events are written by hand, as a later program would."""
    path = office.root / "nyata" / "verval.sqlite"
    with closing(sqlite3.connect(path)) as database:
        for _ in range(events):
            database.execute(
                "insert into event (seq, actor, kind, subject, field, revision, value, at, "
                "prev_hash, hash) select max(seq) + 1, 'a', 'hasil_kunjungan', 's', 'f', "
                "max(seq) + 1, '1', max(at), 'x', 'x' from event"
            )
        database.commit()


# --- forward


def test_program_and_office_are_of_the_new_version_and_nothing_is_missing(home, office, make_bag):
    before, said = state(office.root), []
    events = verify_chain(office.real).events
    close(office)
    done = forward(home, make_bag(), said.append)
    assert installing.active(home) == home / f"program-{NEW}"
    assert schema_of(office) == LATER_SCHEMA
    with closing(sqlite3.connect(office.root / "nyata" / "verval.sqlite")) as database:
        assert database.execute("select count(*) from event").fetchone() == (events,)
    # What lies in no database came along as it was, also what is hidden.
    after = state(office.root)
    databases = {f"{side}/verval.sqlite" for side in Workspace}
    assert {name for name in before if after.get(name) != before[name]} == databases
    assert (office.root / "nyata" / "verval.sqlite").stat().st_mode & 0o777 == 0o600
    assert state(done.former) == before
    assert "Memasang paket: 1 dari 1" in said
    assert not list(home.glob(".verval*"))


def test_the_command_says_where_the_former_data_are(home, office, make_bag, monkeypatch, capsys):
    monkeypatch.setattr(place, "installation", lambda: home)
    with pytest.raises(SystemExit) as ended:
        main(["update", str(make_bag())])
    assert not ended.value.code
    said = capsys.readouterr()
    assert f"program-{NEW} dipakai mulai sekarang" in said.out
    assert str(next(home.glob("kantor-sebelum-*"))) in said.out
    assert "Menyalin data kantor" in said.err


@pytest.fixture
def update(home, monkeypatch, capsys):
    """``verval update`` from a bag as it is typed; tells what was printed."""
    monkeypatch.setattr(place, "installation", lambda: home)

    def run(bag):
        with pytest.raises(SystemExit) as ended:
            main(["update", str(bag)])
        assert not ended.value.code
        return capsys.readouterr().out

    return run


def programs(home):
    return sorted(path.name for path in home.iterdir() if "program-" in path.name)


def updated_twice(update, make_bag):
    update(make_bag(NEW, NEWEST_SCHEMA))
    return update(make_bag(LAST, NEWEST_SCHEMA))


def test_the_program_in_force_and_the_one_before_it_stay_and_older_ones_go(home, update, make_bag):
    said = update(make_bag(NEW, NEWEST_SCHEMA))
    assert programs(home) == [f"program-{OLD}", f"program-{NEW}"]
    assert "dihapus, karena" not in said
    said = update(make_bag(LAST, NEWEST_SCHEMA))
    assert programs(home) == [f"program-{NEW}", f"program-{LAST}"]
    assert f"Program lama (program-{OLD}) dihapus, karena tidak dipakai lagi." in said
    back(home)
    assert installing.active(home).name == f"program-{NEW}"


@pytest.mark.parametrize("refused", ["rename", "rmtree"])
def test_an_old_program_that_cannot_be_deleted_is_in_nobodys_way(
    home, office, update, make_bag, monkeypatch, refused
):
    rename, rmtree = os.rename, shutil.rmtree

    def keep_name(source, target):
        if "buang" in str(target):
            raise OSError(30, "Read-only file system")
        rename(source, target)

    def stop_halfway(folder, **words):
        if "buang" in str(folder) and not words:
            (folder / installing.COMPLETE).unlink()
            raise OSError(30, "Read-only file system")
        rmtree(folder, **words)

    with monkeypatch.context() as disk:
        disk.setattr(os, "rename", keep_name)
        if refused == "rmtree":
            disk.setattr(os, "rename", rename)
            disk.setattr(shutil, "rmtree", stop_halfway)
        said = updated_twice(update, make_bag)
    assert f"Program lama (program-{OLD}) belum dapat dihapus seluruhnya" in said
    assert installing.active(home).name == f"program-{LAST}"
    assert audits.verify(office, accounts.machine_operator(Workspace.NYATA)).is_whole
    close(office)
    back(home)
    assert installing.active(home).name == f"program-{NEW}"
    # What was left of it is nobody's program, and goes with the next update.
    assert refused == "rename" or f"program-{OLD}" not in programs(home)
    update(make_bag(NEXT, NEWEST_SCHEMA))
    assert programs(home) == [f"program-{NEW}", f"program-{NEXT}"]


def test_what_is_no_whole_program_is_not_deleted(home, update, make_bag, tmp_path):
    (home / "program-saya").mkdir()
    elsewhere = tmp_path / "lain"
    elsewhere.mkdir()
    (elsewhere / installing.COMPLETE).write_text("{}")
    (home / "program-0.1").symlink_to(elsewhere)
    updated_twice(update, make_bag)
    assert programs(home) == ["program-0.1", f"program-{NEW}", f"program-{LAST}", "program-saya"]
    assert elsewhere.is_dir()


def test_the_program_that_runs_is_not_deleted(home, update, make_bag, monkeypatch):
    update(make_bag(NEW, NEWEST_SCHEMA))
    monkeypatch.setattr(
        former_programs, "sys", SimpleNamespace(prefix=str(home / f"program-{OLD}"))
    )
    update(make_bag(LAST, NEWEST_SCHEMA))
    assert f"program-{OLD}" in programs(home)


def test_a_ledger_that_was_not_whole_before_does_not_hold_the_update_up(home, office, make_bag):
    with closing(sqlite3.connect(office.real.url.database)) as database:
        database.execute("update event set value = '9' where seq = 1")
        database.commit()
    forward(home, make_bag())
    assert schema_of(office) == LATER_SCHEMA


@pytest.mark.parametrize(
    "damage",
    [
        "update alembic_version set version_num = x'30303130'",
        "delete from alembic_version",
        "delete from ledger_head",
    ],
)
def test_an_office_whose_database_is_damaged_is_not_taken_along(home, office, make_bag, damage):
    with closing(sqlite3.connect(office.real.url.database)) as database:
        named = "select name from sqlite_master where type = 'trigger'"
        for (name,) in database.execute(named).fetchall():
            database.execute(f"drop trigger {name}")
        database.execute(damage)
        database.commit()
    before = state(home)
    with pytest.raises(StoreFault, match="rusak, jadi tidak ada yang diubah"):
        forward(home, make_bag())
    assert state(home) == before


def test_an_installation_without_an_office_is_updated(home, office, make_bag):
    shutil.rmtree(office.root)
    forward(home, make_bag())
    assert installing.active(home).name == f"program-{NEW}"


# --- what is refused, and then all is as it was


@pytest.fixture
def untouched(home, office):
    """All is as it was when the test is over."""
    close(office)
    before = state(home)
    yield
    close(office)
    assert state(home) == before


def take_away(bag):
    (bag / "program.py").unlink()


def cut_short(bag):
    (bag / "pasang.py").write_text(PASANG[:100])


def change_a_letter(bag):
    (bag / "program.py").write_text(
        (bag / "program.py").read_text().replace("import os", "import so")
    )


def empty(bag):
    (bag / installing.BAG_FILE).write_text("")


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        (take_away, "1 berkas tas tidak ada: program.py"),
        (cut_short, "rusak atau baru tersalin sebagian: pasang.py"),
        (change_a_letter, "rusak atau baru tersalin sebagian: program.py"),
        (empty, "tas.json tidak terbaca"),
        (lambda bag: (bag / installing.BAG_FILE).unlink(), "belum tersalin seluruhnya"),
        (shutil.rmtree, "belum tersalin seluruhnya"),
    ],
    ids=[
        "a file missing",
        "a file cut short",
        "a letter changed",
        "empty",
        "no tas.json",
        "no bag",
    ],
)
def test_a_half_copied_bag_is_refused(home, make_bag, untouched, damage, words):
    bag = make_bag()
    damage(bag)
    with pytest.raises(UnusableInput, match=words):
        forward(home, bag)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({"version": "0.9"}, r"0\.9 .*, lebih lama daripada yang terpasang: 1\.0"),
        ({"version": OLD, "made": MADE[OLD]}, r"Versi 1\.0 dari tas ini sudah terpasang"),
        ({"version": OLD, "made": "2026-10-01T08:00:00+07:00"}, "lebih lama"),
        ({"version": "baru"}, "tidak terbaca"),
        ({"version": OLD, "made": "2026-12-01T08:00:00"}, "tidak terbaca"),
        ({"format": 2}, "Susunan tas ini tidak dikenal"),
        ({"pythons": ["3.99"]}, "untuk Python 3.99"),
        ({"platforms": ["amiga-68k"]}, "isinya untuk amiga-68k"),
        ({"schema": "0001"}, "lebih baru daripada tas ini"),
    ],
    ids=[
        "older",
        "same",
        "same, made earlier",
        "no version",
        "no zone",
        "format",
        "python",
        "system",
        "schema",
    ],
)
def test_a_bag_that_does_not_fit_is_refused(home, make_bag, untouched, facts, words):
    with pytest.raises(UnusableInput, match=words):
        forward(home, make_bag(**facts))


def test_while_the_server_answers_nothing_is_updated(home, office, make_bag):
    with socket.socket() as server:
        server.bind(("127.0.0.1", 0))
        server.listen()
        url = f"http://127.0.0.1:{server.getsockname()[1]}"
        (office.root / "serve.json").write_text(json.dumps({"url": url}))
        before = state(home)
        with pytest.raises(WrongUse, match="Server masih berjalan"):
            forward(home, make_bag())
        assert state(home) == before


def test_too_little_room_is_said_before_anything_is_installed(
    home, make_bag, untouched, monkeypatch
):
    monkeypatch.setattr(shutil, "disk_usage", lambda _folder: SimpleNamespace(free=0))
    with pytest.raises(StoreFault, match=r"memerlukan 0,\d GB kosong"):
        forward(home, make_bag())


def test_an_installer_that_fails_tells_its_own_sentence(home, make_bag, untouched):
    bag = make_bag()
    (bag / "macet").touch()
    with pytest.raises(StoreFault, match="Ruang disk kurang"):
        forward(home, bag)


def test_a_new_program_that_cannot_open_the_data_is_taken_away_again(home, make_bag, untouched):
    bag = make_bag()
    (bag / "migrasi" / "9000_later.py").write_text(MIGRATION.replace("table hal_baru", "tabel"))
    facts = json.loads((bag / "tas.json").read_text())
    for one in facts["files"]:
        content = (bag / one["path"]).read_bytes()
        one |= {"size": len(content), "sha256": hashlib.sha256(content).hexdigest()}
    (bag / "tas.json").write_text(json.dumps(facts))
    with pytest.raises(StoreFault, match="Versi baru tidak dapat membuka data kantor ini"):
        forward(home, bag)


def test_somebody_who_writes_meanwhile_loses_nothing(home, office, make_bag, monkeypatch):
    def copy_and_write(source, target, copy=updates._copy_office):
        copy(source, target)
        with office.real.writing() as connection:
            record(connection, "a", "akun", "akun:a", "masuk", {})
        close(office)

    monkeypatch.setattr(updates, "_copy_office", copy_and_write)
    with pytest.raises(StoreFault, match="berubah selama disalin"):
        forward(home, make_bag())
    assert installing.active(home).name == f"program-{OLD}"
    assert verify_chain(office.real).events == 2
    assert sorted(path.name for path in home.iterdir()) == [
        "aktif.txt",
        "kantor",
        f"program-{OLD}",
    ]


def test_an_office_on_postgresql_is_told_another_way(home, office, make_bag):
    (office.root / "basis-data").write_text("postgresql://verval@db/verval\n")
    with pytest.raises(WrongUse, match="PostgreSQL"):
        forward(home, make_bag())


def test_a_program_that_came_from_no_bag_is_not_updated(make_bag):
    with pytest.raises(WrongUse, match="tidak dipasang dari tas"):
        updates.update_office(make_bag(), None, is_back=False, is_agreed=False)


# --- cut off


def folders(home):
    return [(home / name) for name in ("kantor", "salinan", "kantor-dulu")]


@pytest.mark.parametrize(
    ("step", "ends_new"),
    [("rename 1", False), ("rename 2", False), ("activate", True), ("note", True)],
)
def test_an_exchange_that_is_killed_is_ended_by_the_next_command(home, office, step, ends_new):
    """Killed before a step: then all is old or all is new, and both offices are there."""
    here, copy, former = folders(home)
    shutil.copytree(here, copy)
    (copy / "baru").touch()
    (home / f"program-{NEW}").mkdir()
    shutil.copy(home / f"program-{OLD}" / installing.COMPLETE, home / f"program-{NEW}")
    planned = updates.Exchange(here, copy, former, f"program-{NEW}", f"program-{OLD}", "x")
    child = os.fork()
    if not child:
        try:
            _die_before(step)
            updates.exchange(home, planned, is_update=True)
        finally:
            os._exit(1)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9
    updates.settle(home)
    assert installing.active(home).name == f"program-{NEW if ends_new else OLD}"
    assert (here / "baru").exists() is ends_new
    assert former.exists() is ends_new
    assert copy.exists() is not ends_new
    note = updates._note(home)
    assert note == {"done": planned if ends_new else None, "doing": None}


@pytest.mark.parametrize("is_begun_anew", [True, False], ids=["anew", "not yet"])
def test_after_a_cut_off_exchange_no_command_works_on_an_empty_office(
    home, office, monkeypatch, is_begun_anew
):
    """Killed between the two renames; then somebody starts the program instead of the update."""
    here, copy, former = folders(home)
    shutil.copytree(here, copy)
    before = state(here)
    planned = updates.Exchange(here, copy, former, f"program-{NEW}", f"program-{OLD}", "x")
    updates._put_note(home, done=None, doing=planned)
    os.rename(here, former)
    if is_begun_anew:
        begun = Office(here)
        accounts.ensure_first_accounts(begun)
        close(begun)
    monkeypatch.setattr(place, "installation", lambda: home)
    with pytest.raises(WrongUse, match="Sekarang sudah dibereskan"):
        cities.settle(here)
    assert installing.active(home).name == f"program-{OLD}"
    assert state(here) == before
    assert len(list(home.glob("kantor-saat-terputus-*"))) == is_begun_anew
    assert place.cut_off() is None
    cities.settle(here)


def _die_before(step):
    calls = {"rename": 0, "activate": 0, "note": 0}

    def counting(name, act, at):
        def call(*words, **how):
            calls[name] += 1
            if calls[name] == at:
                os._exit(9)
            return act(*words, **how)

        return call

    match step.split():
        case ["rename", number]:
            os.rename = counting("rename", os.rename, int(number))
        case ["activate"]:
            installing.activate = counting("activate", installing.activate, 1)
        case ["note"]:
            updates._put_note = counting("note", updates._put_note, 2)


def test_an_exchange_that_fails_midway_undoes_itself(home, make_bag, untouched, monkeypatch):
    def refuse(*_words):
        raise OSError(28, "penuh")

    monkeypatch.setattr(installing, "activate", refuse)
    with pytest.raises(StoreFault, match="Disk penuh"):
        forward(home, make_bag())
    (home / updates.NOTE).unlink()


# --- back


def test_the_way_back_returns_program_and_office_to_the_letter(home, office, make_bag):
    before = state(home)
    forward(home, make_bag())
    back(home)
    assert installing.active(home).name == f"program-{OLD}"
    after = state(home)
    assert {name: after[name] for name in before} == before
    assert audits.verify(office, accounts.machine_operator(Workspace.NYATA)).is_whole


def test_what_was_done_since_is_told_and_kept_beside(home, office, make_bag):
    forward(home, make_bag())
    work_on(office, 3)
    with pytest.raises(WrongUse, match="Tidak ada yang diubah"):
        back(home, agree=lambda: False)
    assert schema_of(office) == LATER_SCHEMA
    said = back(home)
    assert "- ruang nyata: 3 catatan, Hasil kunjungan" in said
    assert schema_of(office) == NEWEST_SCHEMA
    (left,) = home.glob(f"kantor-dari-program-{NEW}-*")
    assert str(left) in said[-1]
    with closing(sqlite3.connect(left / "nyata" / "verval.sqlite")) as database:
        kinds = database.execute("select count(*) from event where kind = 'hasil_kunjungan'")
        assert kinds.fetchone() == (3,)


def test_data_that_the_former_program_can_read_stay_as_they_are(home, office, make_bag):
    forward(home, make_bag(schema=NEWEST_SCHEMA))
    work_on(office, 2)
    now = state(office.root)
    said = back(home, agree=lambda: pytest.fail("nothing is given up, so nothing is asked"))
    assert installing.active(home).name == f"program-{OLD}"
    assert state(office.root) == now
    assert "Data tetap seperti sekarang" in said[0]


def test_after_the_way_back_the_update_can_be_done_again(home, office, make_bag):
    bag = make_bag()
    forward(home, bag)
    back(home)
    forward(home, bag)
    assert schema_of(office) == LATER_SCHEMA


@pytest.mark.parametrize("gone", [f"program-{OLD}", "kantor-sebelum-*"])
def test_without_the_former_program_or_office_there_is_no_way_back(home, make_bag, gone):
    forward(home, make_bag())
    (folder,) = home.glob(gone)
    shutil.rmtree(folder)
    before = state(home)
    with pytest.raises(WrongUse, match="sudah tidak ada"):
        back(home)
    assert state(home) == before


def test_without_an_update_there_is_no_way_back(home):
    with pytest.raises(WrongUse, match="Tidak ada pembaruan"):
        back(home)


@pytest.mark.parametrize("text", ["{", "[]", "null", "[" * 100_000], ids=lambda text: text[:4])
def test_a_damaged_note_is_a_sentence(home, make_bag, untouched, text):
    (home / updates.NOTE).write_text(text)
    for act in (lambda: back(home), lambda: forward(home, make_bag())):
        with pytest.raises(StoreFault, match="Catatan pembaruan"):
            act()
    (home / updates.NOTE).unlink()


def test_a_note_whose_date_is_damaged_still_leads_back(home, office, make_bag):
    done = forward(home, make_bag())
    work_on(office)
    note = home / updates.NOTE
    note.write_text(note.read_text().replace(done.at, "202/-11-22T08:00+07:00"))
    assert "Data kembali ke keadaan sebelum pembaruan." in back(home)[0]
    assert schema_of(office) == NEWEST_SCHEMA


def test_where_nobody_can_be_asked_the_command_says_how(home, office, make_bag, monkeypatch):
    monkeypatch.setattr(place, "installation", lambda: home)
    monkeypatch.setattr("sys.stdin", SimpleNamespace(isatty=lambda: False))
    updates.update_office(make_bag(), None, is_back=False, is_agreed=False)
    work_on(office)
    with pytest.raises(WrongUse, match="--ya"):
        updates.update_office(None, None, is_back=True, is_agreed=False)
    (said,) = updates.update_office(None, None, is_back=True, is_agreed=True)
    assert f"program-{OLD} dipakai lagi" in said
