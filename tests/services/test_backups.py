"""A whole office in one file and back: compared, interrupted, damaged, refused."""

import hashlib
import json
import os
import shutil
import socket
import sqlite3
import struct
import subprocess
import sys
import threading
import zipfile
import zlib
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from tests.services.test_lists import HEADER, ROWS, STAFF, later
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, StoreFault, UnusableInput, WrongUse
from workbench.services import accounts, audits, backups, lists
from workbench.services.office import Office
from workbench.store import anchors, record, verify_chain
from workbench.store.tables import metadata

MACHINE = accounts.machine_operator(Workspace.NYATA)
PRACTICE = accounts.machine_operator(Workspace.LATIHAN)
ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def pattern(tmp_path_factory):
    """An office with accounts, a list that stands, one that was deleted, maps and an anchor."""
    home = tmp_path_factory.mktemp("pola")
    made = Office(home / "kantor")
    accounts.ensure_first_accounts(made)
    source = home / "daftar 10:30.csv"
    source.write_text("\n".join((HEADER, *ROWS)), encoding="utf-8")
    lists.bring_in(made, STAFF, source, "DTSEN November")
    gone = lists.bring_in(made, STAFF, later(source), "DTSEN Desember")
    lists.remove(made, STAFF, gone.id, "salah berkas")
    # A deletion whose second half never happened.
    (made.snapshots_dir(Workspace.NYATA) / gone.id).mkdir()
    (made.snapshots_dir(Workspace.NYATA) / gone.id / "person.parquet").write_bytes(b"orang")
    maps = made.folder(Workspace.NYATA) / "peta"
    maps.mkdir(exist_ok=True)
    (maps / "penduduk.csv").write_text("kode,tahun,penduduk,keluarga,sumber\n")
    (maps / ".kunci").write_text("")
    (made.root / "serve.json").write_text(
        '{"staff_password": "rahasia", "url": "http://127.0.0.1:1"}'
    )
    audits.take_anchor(made, MACHINE)
    made.practice.close()
    made.real.close()
    return made.root


@pytest.fixture
def office(pattern, tmp_path):
    made = Office(shutil.copytree(pattern, tmp_path / "kantor lama"))
    yield made
    made.practice.close()
    made.real.close()


@pytest.fixture
def out(tmp_path):
    folder = tmp_path / "disk lain"
    folder.mkdir()
    return folder / "cadangan.zip"


@pytest.fixture
def backed_up(office, out):
    backups.back_up(office, MACHINE, out)
    return out


def files_of(root):
    return {
        path.relative_to(root).as_posix(): hashlib.sha256(path.read_bytes()).hexdigest()
        for path in root.rglob("*")
        if path.is_file() and "verval.sqlite" not in path.name
    }


def rows_of(root, side=Workspace.NYATA):
    """All rows of all tables but the one event that a backup or a restore leaves behind."""
    with sqlite3.connect(root / side.value / "verval.sqlite") as raw:
        rows = {
            name: sorted(map(repr, raw.execute(f'select * from "{name}"')))
            for name in metadata.tables
            if name not in ("event", "ledger_head")
        }
        rows["event"] = raw.execute("select * from event where kind <> 'cadangan'").fetchall()
    raw.close()
    return rows


def test_what_comes_back_is_what_was_there(office, backed_up, tmp_path):
    done = backups.restore(backed_up, tmp_path / "kantor baru")
    assert done.former is None
    assert done.backup.warnings == ()
    again = Office(tmp_path / "kantor baru")
    for side in Workspace:
        assert rows_of(again.root, side) == rows_of(office.root, side)
        assert verify_chain(again.store(side)).is_whole
    wanted = {
        name: digest
        for name, digest in files_of(office.root).items()
        if "/." not in name and name != "serve.json"
    }
    deleted = next(name for name in wanted if hashlib.sha256(b"orang").hexdigest() == wanted[name])
    del wanted[deleted]
    assert files_of(again.root) == wanted
    assert lists.shelf(again, STAFF) == lists.shelf(office, STAFF)
    listed = lists.shelf(again, STAFF)[0].id
    assert len(lists.open_list(again, STAFF, listed).findings) > 0
    assert audits.verify(again, MACHINE).is_whole
    newest = audits.log_page(again, MACHINE).entries[0]
    assert newest.words == "Data dipulihkan dari cadangan"
    assert hashlib.sha256(backed_up.read_bytes()).hexdigest() in newest.detail
    assert audits.log_page(office, MACHINE).entries[0].words == "Cadangan dibuat"


def test_under_a_passphrase_nothing_is_read_without_it_and_all_comes_back(office, out, tmp_path):
    backups.back_up(office, MACHINE, out, passphrase="empat ekor kuda")
    assert b"nyata/verval.sqlite" not in out.read_bytes()
    assert out.stat().st_mode & 0o077 == 0
    for phrase in ("", "lima ekor kuda"):
        with pytest.raises(UnusableInput, match="Sandi salah"):
            backups.restore(out, tmp_path / "baru", passphrase=phrase)
    assert not (tmp_path / "baru").exists()
    backups.restore(out, tmp_path / "baru", passphrase="empat ekor kuda")
    assert rows_of(tmp_path / "baru") == rows_of(office.root)
    assert not list(tmp_path.glob(".*"))
    with pytest.raises(WrongUse, match="12 huruf"):
        backups.back_up(office, MACHINE, out.with_name("lain.zip"), passphrase="pendek")
    assert [path.name for path in out.parent.iterdir()] == [out.name]


def test_only_the_owner_may_read_what_was_written(backed_up, tmp_path):
    assert backed_up.stat().st_mode & 0o077 == 0
    backups.restore(backed_up, tmp_path / "baru")
    for path in (tmp_path / "baru", *(tmp_path / "baru").rglob("*")):
        assert path.stat().st_mode & 0o077 == 0


def test_first_passwords_and_what_was_deleted_stay_out(backed_up):
    with zipfile.ZipFile(backed_up) as archive:
        assert "serve.json" not in archive.namelist()
        assert not any(archive.read(name) == b"orang" for name in archive.namelist())


def test_the_folder_that_stood_there_is_moved_aside_and_whole(office, backed_up):
    before = files_of(office.root)
    rows = rows_of(office.root)
    office.real.close()
    office.practice.close()
    done = backups.restore(backed_up, office.root)
    assert done.former is not None
    assert files_of(done.former) == before
    assert rows_of(done.former) == rows == rows_of(office.root)


def test_while_people_write_the_picture_is_of_one_moment(office, out, tmp_path):
    stop, begun, written = threading.Event(), threading.Event(), []

    def write():
        # People pause between two acts. Whoever did not would keep the one lock of SQLite, which
        # knows no queue, and a backup would be told after ten seconds that the office is busy.
        while not stop.wait(0.01):
            with office.real.writing() as connection:
                record(connection, "w", "uji", "kasus", "f", len(written))
            written.append(1)
            if len(written) % 5 == 0:
                audits.take_anchor(office, MACHINE)
            if len(written) == 20:
                begun.set()

    with ThreadPoolExecutor(1) as pool:
        writer = pool.submit(write)
        try:
            assert begun.wait(60)
            made = backups.back_up(office, MACHINE, out)
        finally:
            stop.set()
    writer.result()
    assert made.chains[Workspace.NYATA].is_whole
    backups.restore(out, tmp_path / "baru")
    again = Office(tmp_path / "baru")
    # Anchors and events are of the same moment: no anchor speaks of an event that is missing.
    assert audits.verify(again, MACHINE).is_whole
    assert len(audits.anchors(again, MACHINE)) >= 4


def test_a_folder_that_goes_while_the_office_is_measured_costs_no_backup(
    office, out, tmp_path, monkeypatch
):
    (office.root / "nyata" / ".bukti-1").mkdir()
    scan, gone = os.scandir, []

    def late(path="."):
        if str(path).endswith(".bukti-1"):
            gone.append(path)
            os.rename(path, tmp_path / "selesai")
        return scan(path)

    monkeypatch.setattr(os, "scandir", late)
    backups.back_up(office, MACHINE, out, passphrase="empat ekor kuda")
    assert len(gone) == 1


def test_a_list_taken_out_in_the_middle_starts_the_picture_anew(office, out, monkeypatch):
    add, seen = backups._add, []

    def take_out_first(archive, name, path):
        if not seen and "/daftar/" in name:
            seen.append(name)
            lists.remove(office, STAFF, lists.shelf(office, STAFF)[0].id, "salah berkas")
        return add(archive, name, path)

    monkeypatch.setattr(backups, "_add", take_out_first)
    made = backups.back_up(office, MACHINE, out)
    assert seen
    assert not any("/daftar/" in name for name in made.files)


def test_a_list_whose_folder_is_lost_does_not_cost_the_rest(office, out, tmp_path):
    listed = lists.shelf(office, STAFF)[0].id
    shutil.rmtree(office.snapshots_dir(Workspace.NYATA) / listed)
    made = backups.back_up(office, MACHINE, out)
    assert made.missing == (f"nyata/daftar/{listed}",)
    assert "hilang" in made.warnings[0]
    assert backups.restore(out, tmp_path / "baru").backup.missing == made.missing


def test_a_chain_that_was_broken_before_is_kept_as_evidence(office, out, tmp_path):
    with sqlite3.connect(office.real.url.database) as raw:
        raw.execute("update event set value = '\"x\"' where seq = 2")
    raw.close()
    made = backups.back_up(office, MACHINE, out)
    assert made.chains[Workspace.NYATA].fault_at == 2
    done = backups.restore(out, tmp_path / "baru")
    assert "nomor 2" in done.backup.warnings[0]
    assert not audits.verify(Office(tmp_path / "baru"), MACHINE).is_whole


def test_a_damaged_file_of_anchors_does_not_cost_the_backup(office, out, tmp_path):
    (office.root / "nyata" / anchors.FILE).write_text("rusak\n")
    backups.back_up(office, MACHINE, out)
    backups.restore(out, tmp_path / "baru")
    assert (tmp_path / "baru" / "nyata" / anchors.FILE).read_text() == "rusak\n"


# --- what is refused -----------------------------------------------------------------------------


def rewritten(path, change):
    """The backup with its entries changed: ``change`` takes and gives name -> content."""
    with zipfile.ZipFile(path) as archive:
        content = {name: archive.read(name) for name in archive.namelist()}
    made = path.with_name("lain.zip")
    with zipfile.ZipFile(made, "w") as archive:
        for name, one in change(dict(content)).items():
            archive.writestr(name, one)
    return made


def changed_manifest(**facts):
    def change(content):
        manifest = json.loads(content[backups.MANIFEST])
        return {**content, backups.MANIFEST: json.dumps({**manifest, **facts}).encode()}

    return change


def without(part):
    return lambda content: {name: one for name, one in content.items() if part not in name}


def forged_database(content):
    """A database in which an event was changed, with the manifest made to fit."""
    path = Path(os.environ["PYTEST_FORGED"])
    path.write_bytes(content["nyata/verval.sqlite"])
    with sqlite3.connect(path) as raw:
        raw.execute("update event set value = '\"x\"' where seq = 1")
    raw.close()
    content["nyata/verval.sqlite"] = path.read_bytes()
    manifest = json.loads(content[backups.MANIFEST])
    manifest["berkas"]["nyata/verval.sqlite"] = {
        "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        "ukuran": path.stat().st_size,
    }
    content[backups.MANIFEST] = json.dumps(manifest).encode()
    return content


def climbing(content):
    manifest = json.loads(content[backups.MANIFEST])
    one = {"sha256": hashlib.sha256(b"x").hexdigest(), "ukuran": 1}
    manifest["berkas"]["nyata/../../naik.txt"] = one
    content["nyata/../../naik.txt"] = b"x"
    return {**content, backups.MANIFEST: json.dumps(manifest).encode()}


def swollen(content):
    return {**content, "nyata/kunci": content["nyata/kunci"] + b"x"}


SPOILT = {
    "of a newer schema": (changed_manifest(skema="0999"), "versi terbaru"),
    "of a newer form": (changed_manifest(bentuk=2), "versi terbaru"),
    "without a manifest": (without(backups.MANIFEST), "bukan cadangan"),
    "a manifest of nonsense": (lambda c: {**c, backups.MANIFEST: b"[1]"}, "bukan cadangan"),
    "files of no kind": (changed_manifest(berkas=3), "rusak"),
    "a file missing": (without("person.parquet"), "rusak"),
    "a file added": (lambda c: {**c, "nyata/lain.txt": b"x"}, "rusak"),
    "a file changed": (swollen, "rusak"),
    "a file that climbs out": (climbing, "rusak"),
    "an event changed": (forged_database, "Jejak nomor 1"),
}


@pytest.mark.parametrize("how", SPOILT)
def test_a_spoilt_backup_is_refused_and_nothing_changes(
    office, backed_up, tmp_path, how, monkeypatch
):
    monkeypatch.setenv("PYTEST_FORGED", str(tmp_path / "palsu.sqlite"))
    change, said = SPOILT[how]
    before = files_of(office.root)
    with pytest.raises(UnusableInput, match=said):
        backups.restore(rewritten(backed_up, change), office.root)
    assert files_of(office.root) == before
    assert not list(tmp_path.glob(".*"))
    assert not (tmp_path / "naik.txt").exists()
    assert not list(tmp_path.glob("*-sebelum-*"))


@pytest.mark.parametrize("share", [0.0, 0.3, 0.9, 0.999])
def test_a_file_cut_short_is_refused(backed_up, tmp_path, share):
    content = backed_up.read_bytes()
    cut = tmp_path / "terpotong.zip"
    cut.write_bytes(content[: int(len(content) * share)])
    with pytest.raises(UnusableInput):
        backups.restore(cut, tmp_path / "baru")
    assert not (tmp_path / "baru").exists()


def test_a_flipped_byte_in_any_file_is_noticed(backed_up, tmp_path):
    content = backed_up.read_bytes()
    with zipfile.ZipFile(backed_up) as archive:
        entries = [one for one in archive.infolist() if one.file_size]
    spoilt = tmp_path / "rusak.zip"
    noticed = 0
    for one in entries:
        name, extra = struct.unpack_from("<HH", content, one.header_offset + 26)
        place = one.header_offset + 30 + name + extra + one.compress_size // 2
        spoilt.write_bytes(content[:place] + bytes([content[place] ^ 0x55]) + content[place + 1 :])
        if _unpacks_as(spoilt, one.filename, backed_up):
            continue  # behind the end of the packed text: nothing of the file is changed
        with pytest.raises(UnusableInput):
            backups.restore(spoilt, tmp_path / "baru")
        assert not (tmp_path / "baru").exists()
        noticed += 1
    assert noticed > len(entries) // 2


def _unpacks_as(spoilt, name, whole):
    with zipfile.ZipFile(spoilt) as one, zipfile.ZipFile(whole) as other:
        try:
            return one.read(name) == other.read(name)
        except (zipfile.BadZipFile, zlib.error):
            return False


def test_places_that_are_not_for_it(office, backed_up, out, tmp_path):
    with pytest.raises(WrongUse, match="sudah ada"):
        backups.back_up(office, MACHINE, out)
    with pytest.raises(WrongUse, match="di luar folder kerja"):
        backups.back_up(office, MACHINE, office.root / "cadangan.zip")
    with pytest.raises(UnusableInput, match="tidak dapat dibuka"):
        backups.restore(tmp_path / "tiada.zip", tmp_path / "baru")
    home = tmp_path / "rumah"
    home.mkdir()
    (home / "surat.txt").write_text("x")
    with pytest.raises(WrongUse, match="berisi hal lain"):
        backups.restore(backed_up, home)
    with pytest.raises(WrongUse, match="bukan folder"):
        backups.restore(backed_up, home / "surat.txt")
    (home / "surat.txt").unlink()
    assert backups.restore(backed_up, home).former is None


def test_an_office_that_is_being_served_is_left_alone(office, backed_up):
    with socket.socket() as taken:
        # Bound all along, so that no other program answers there once nobody listens.
        taken.bind(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{taken.getsockname()[1]}"
        (office.root / "serve.json").write_text(json.dumps({"url": url}))
        office.real.close()
        office.practice.close()
        left = backups.restore(backed_up, office.root).former
        assert left is not None
        (office.root / "serve.json").write_text(json.dumps({"url": url}))
        taken.listen()
        with pytest.raises(WrongUse, match="masih berjalan"):
            backups.restore(backed_up, office.root)


def test_only_an_administrator_of_real_data_takes_one(office, out):
    others = (
        STAFF,
        PRACTICE,
        Actor("A-9", "Admin", Role.ADMIN, Workspace.NYATA, ("36.73.01",)),
    )
    for actor in others:
        with pytest.raises(Forbidden):
            backups.back_up(office, actor, out)
    assert not out.exists()


_AT_THE_LIMIT = """
import resource, signal, sys
from pathlib import Path
from workbench.access import Workspace
from workbench.errors import StoreFault
from workbench.services import accounts, backups
from workbench.services.office import Office

signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
what, office, file, place, size = sys.argv[1:]
resource.setrlimit(resource.RLIMIT_FSIZE, (int(size), resource.RLIM_INFINITY))
try:
    if what == "backup":
        machine = accounts.machine_operator(Workspace.NYATA)
        backups.back_up(Office(office), machine, Path(place))
    else:
        backups.restore(Path(file), Path(place))
except StoreFault as error:
    print(error)
else:
    print("no limit was met")
"""


@pytest.mark.parametrize("size", [0, 20_000, 200_000])
@pytest.mark.parametrize("what", ["backup", "restore"])
def test_a_full_disk_gets_a_sentence_and_leaves_nothing(office, backed_up, tmp_path, what, size):
    place = tmp_path / "penuh" / "di sini"
    place.parent.mkdir()
    done = subprocess.run(
        [sys.executable, "-c", _AT_THE_LIMIT, what, office.root, backed_up, place, str(size)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr[-2000:]
    assert "disk" in done.stdout.lower(), done.stdout
    assert list(place.parent.iterdir()) == []


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_a_place_nobody_may_write_gets_a_sentence(office, backed_up, tmp_path, monkeypatch, what):
    def refused(*_args, **_how):
        raise PermissionError(13, "Permission denied")

    # Root writes everywhere, so the refusal is the file system's word only.
    monkeypatch.setattr(Path, "mkdir", refused)
    monkeypatch.setattr(backups.Path, "mkdir", refused)
    acts = {
        "backup": lambda: backups.back_up(office, MACHINE, tmp_path / "x.zip"),
        "restore": lambda: backups.restore(backed_up, tmp_path / "baru"),
    }
    with pytest.raises(StoreFault, match="izin"):
        acts[what]()


def test_when_the_last_step_fails_the_old_folder_is_back(office, backed_up, monkeypatch):
    office.real.close()
    office.practice.close()
    before, rename = files_of(office.root), os.rename

    def second_fails(source, target):
        if Path(source).name == "kantor":
            raise OSError(5, "Input/output error")
        rename(source, target)

    monkeypatch.setattr("os.rename", second_fails)
    with pytest.raises(StoreFault):
        backups.restore(backed_up, office.root)
    assert files_of(office.root) == before
    assert not list(office.root.parent.glob("*-sebelum-*"))


_KILLED = """
import sys
from pathlib import Path
from workbench.access import Workspace
from workbench.services import accounts, backups
from workbench.services.office import Office
what, office, file, place, step = sys.argv[1:]
kind, number = step.split()
steps = iter(range(1, 100_000))
def stop(frame, event, arg):
    # At the chosen call the process waits to be killed: of a function of this module, or of the
    # system call by which something takes its final name.
    is_own = frame.f_code.co_filename == backups.__file__
    is_named = event == "c_call" and arg.__name__ in ("rename", "link", "fsync")
    if is_own and (is_named if kind == "name" else event == "call"):
        if next(steps) == int(number):
            print("now", flush=True)
            sys.stdin.read()
sys.setprofile(stop)
if what == "backup":
    machine = accounts.machine_operator(Workspace.NYATA)
    backups.back_up(Office(office), machine, Path(place))
else:
    backups.restore(Path(file), Path(place))
print("done", flush=True)
"""


@pytest.mark.parametrize("what", ["backup", "restore"])
def test_killed_anywhere_the_office_stands_and_the_next_try_succeeds(
    office, backed_up, tmp_path, what
):
    office.real.close()
    office.practice.close()
    before = rows_of(office.root)
    place = tmp_path / "disk lain" / "lagi.zip" if what == "backup" else tmp_path / "kantor tujuan"
    if what == "restore":
        shutil.copytree(office.root, place)
    standing = files_of(place) if what == "restore" else None
    told = []
    calls = [f"call {number}" for number in (1, 3, 6, 10, 15, 22, 30, 45, 70)]
    # A restore names twice, at its very end: the old folder, then the new one.
    syncs = len(zipfile.ZipFile(backed_up).namelist()) - 1
    names = (syncs, syncs + 1, syncs + 2) if what == "restore" else (1, 2, 3)
    for step in (*calls, *(f"name {number}" for number in names)):
        process = subprocess.Popen(
            [sys.executable, "-c", _KILLED, what, office.root, backed_up, place, step],
            cwd=ROOT,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )
        assert process.stdout is not None
        said = process.stdout.readline().strip()
        process.kill()
        process.communicate()
        assert said in ("now", "done")
        told.append(said)
        if what == "backup":
            # The name stands for a whole backup or for none.
            assert not place.exists() or backups.restore(place, tmp_path / f"uji {step}")
            place.unlink(missing_ok=True)
        else:
            homes = [place, *place.parent.glob(f"{place.name}-sebelum-*")]
            assert standing in [files_of(home) for home in homes if home.exists()]
        assert rows_of(office.root) == before
        assert verify_chain(office.real).is_whole
        office.real.close()
        if what == "restore" and not place.exists():
            # Between the two names: the old folder lies beside, nothing of it lost.
            shutil.copytree(homes[-1], place)
    assert told.count("now") >= 10
    if what == "backup":
        place.unlink(missing_ok=True)
        backups.back_up(office, MACHINE, place)
    else:
        backups.restore(backed_up, place)
        assert rows_of(place) == before
    # Beside the disk's own files nothing is left of those that were killed.
    assert not list(place.parent.glob(".*"))
