"""Real lists under the office's key: everything goes on as before, and no key loses anything."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import zipfile
from contextlib import suppress
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, StoreFault, WrongUse
from workbench.services import (
    backups,
    evidence,
    evidence_checks,
    histories,
    imports,
    keys,
    lists,
    renewals,
    shelves,
)
from workbench.services.accounts import machine_operator
from workbench.services.office import Office
from workbench.store import sealing
from workbench.store.tables import event

STAFF = Actor("A-staf", "Staf", Role.STAF, Workspace.NYATA, ("36.73",))
MACHINE = machine_operator(Workspace.NYATA)
HEADS = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"
ROWS = (
    "3673010504819001;3673010607159001;RUSDI CONTOH;P;05/04/1981;KEPALA KELUARGA;A;001;002;"
    "CIPARE;SERANG",
    "36730105;3673010607159001;ANAK CONTOH;L;16/07/2012;ANAK;A;001;002;CIPARE;SERANG",
    # Refused: of the practice side.
    "9973010504819001;9973010607159001;TIADA;L;05/04/1981;KEPALA KELUARGA;A;001;002;CIPARE;SERANG",
)
KELURAHAN = "36.73.01.1003"


def bring_in(office, folder, name="Maret", rows=ROWS):
    path = folder / f"{name}.csv"
    path.write_text("\n".join([HEADS, *rows]), encoding="utf-8")
    return imports.bring_in(office, STAFF, path, name, as_of=date(2026, 3, 31)).id


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path / "data")


@pytest.fixture
def key_file(tmp_path):
    return tmp_path / "usb" / "kantor.kunci"


@pytest.fixture
def locked(office, key_file, tmp_path):
    """An office with a key and one list."""
    keys.make(office, MACHINE, key_file)
    return office, bring_in(office, tmp_path)


def files(office):
    home = office.root / "nyata" / "daftar"
    return [path for path in home.rglob("*") if path.is_file()]


def found(office, list_id):
    shelves.load.cache_clear()
    opened = lists.open_list(office, STAFF, list_id)
    return opened.findings.table.to_pylist(), opened.register["person"].to_pylist()


def left_open():
    places = (Path("/dev/shm"), Path("/tmp"))
    mine = f".buka-{os.getuid()}-{os.getpid()}-*"
    return [left for place in places for left in place.glob(mine)]


def test_every_file_of_a_list_is_sealed_and_it_opens_as_a_plain_one_does(
    locked, tmp_path, key_file
):
    office, list_id = locked
    newest = keys.read_ring(key_file).newest.id
    assert {sealing.needed_key(path) for path in files(office)} == {newest}
    assert len(files(office)) > 20
    plain = Office(tmp_path / "terbuka")
    other = bring_in(plain, tmp_path)
    assert {sealing.needed_key(path) for path in files(plain)} == {""}

    def content(office, list_id):
        findings, people = found(office, list_id)
        for row in people:
            row.pop("person_key")
        return [(row["rule"], row["subject"], row["evidence"]) for row in findings], people

    assert content(office, list_id) == content(plain, other)
    assert not left_open()


def test_checking_again_history_files_and_evidence_work_under_a_key(locked, tmp_path):
    office, list_id = locked
    before, _people = found(office, list_id)
    renewals.recheck_kelurahan(office, STAFF, list_id, KELURAHAN)
    renewals.recheck_list(office, STAFF, list_id)
    assert {path.parts[-2] for path in files(office)} >= {"judgement-2", "judgement-3"}
    assert all(sealing.needed_key(path) for path in files(office))
    after, _people = found(office, list_id)
    assert [row["evidence"] for row in after] == [row["evidence"] for row in before]
    name, content = lists.returned_file(office, STAFF, list_id)
    assert name.endswith(".xlsx")
    assert content.startswith(b"PK")
    family = lists.open_list(office, STAFF, list_id).register["family"].to_pylist()[0]
    (told,) = histories.family_history(office, STAFF, family["family_key"])
    assert told.is_listed
    assert told.members == 2
    evidence.pack(office, MACHINE, list_id, tmp_path / "paket")
    keys.rotate(office, MACHINE)
    shelves.load.cache_clear()
    assert evidence_checks.recheck(office, MACHINE, tmp_path / "paket").differences == ()
    assert not left_open()


def test_a_key_seals_what_lay_open_and_the_practice_side_stays_open(office, key_file, tmp_path):
    list_id = bring_in(office, tmp_path)
    before = found(office, list_id)
    assert keys.status(office, MACHINE).file is None
    status = keys.make(office, MACHINE, key_file)
    assert (status.plain, status.unfinished) == (0, 0)
    assert found(office, list_id) == before
    assert key_file.stat().st_mode & 0o077 == 0
    trainer = Actor("p", "P", Role.PELATIH, Workspace.LATIHAN, ("36.73",))
    path = tmp_path / "latihan.csv"
    rows = [row.replace("3673", "9973") for row in ROWS[:1]]
    path.write_text("\n".join([HEADS, *rows]), encoding="utf-8")
    imports.bring_in(office, trainer, path, "Latihan", as_of=date(2026, 3, 31))
    practice = list((office.root / "latihan" / "daftar").rglob("*.parquet"))
    assert practice
    assert {sealing.needed_key(path) for path in practice} == {""}


def test_what_happened_to_the_key_is_on_record_and_the_key_is_not(locked, key_file):
    office, _list_id = locked
    keys.rotate(office, MACHINE)
    with office.real.reading() as connection:
        wanted = select(event.c.field).where(event.c.kind == "kunci").order_by(event.c.seq)
        assert connection.execute(wanted).scalars().all() == ["dibuat", "diganti"]
    secrets = [one["rahasia"] for one in json.loads(key_file.read_text())["kunci"]]
    assert len(secrets) == 2
    everything = b"".join(p.read_bytes() for p in office.root.rglob("*") if p.is_file())
    assert not [secret for secret in secrets if secret.encode() in everything]


def test_a_lost_key_is_a_sentence_and_found_again_it_opens(locked, key_file, tmp_path):
    office, list_id = locked
    before = found(office, list_id)
    away = key_file.rename(tmp_path / "hilang")
    with pytest.raises(StoreFault, match=r"tidak dapat dibaca.*tidak hilang"):
        found(office, list_id)
    standing = {path: path.read_bytes() for path in files(office)}
    with pytest.raises(StoreFault, match="tidak hilang"):
        bring_in(office, tmp_path, "April", ROWS[:1])
    assert {path: path.read_bytes() for path in files(office)} == standing
    status = keys.status(office, MACHINE)
    assert "tidak hilang" in status.fault
    with pytest.raises(StoreFault):
        keys.rotate(office, MACHINE)
    # It turned up elsewhere.
    keys.make(office, MACHINE, away)
    assert found(office, list_id) == before


def test_a_wrong_key_file_is_refused(locked, tmp_path):
    office, list_id = locked
    before = found(office, list_id)
    other = tmp_path / "lain.kunci"
    keys.make(Office(tmp_path / "lain"), MACHINE, other)
    with pytest.raises(WrongUse, match="tidak memuat kunci"):
        keys.make(office, MACHINE, other)
    with pytest.raises(WrongUse, match="sudah memakai kunci"):
        keys.make(office, MACHINE, tmp_path / "baru.kunci")
    assert not (tmp_path / "baru.kunci").exists()
    (office.root / keys.FILE).unlink()
    with pytest.raises(StoreFault, match="tidak hilang"):
        found(office, list_id)
    with pytest.raises(StoreFault, match="tidak hilang"):
        bring_in(office, tmp_path, "April", ROWS[:1])
    note = office.root / keys.FILE
    note.write_text(json.dumps({"berkas": str(other), "kunci": ""}))
    with pytest.raises(StoreFault, match="tidak hilang"):
        found(office, list_id)
    note.unlink()
    keys.make(office, MACHINE, tmp_path / "usb" / "kantor.kunci")
    assert found(office, list_id) == before


@pytest.mark.parametrize("content", ["", "{}", '{"bentuk": 1, "kunci": []}', "\x00\x01", "[1]"])
def test_a_spoilt_key_file_is_a_sentence(locked, key_file, content):
    office, list_id = locked
    key_file.write_text(content)
    with pytest.raises(StoreFault, match="bukan berkas kunci"):
        found(office, list_id)


def test_a_key_beside_its_data_is_refused(office):
    with pytest.raises(WrongUse, match="di luar folder kerja"):
        keys.make(office, MACHINE, office.root / "kantor.kunci")
    with pytest.raises(WrongUse, match="belum punya kunci"):
        keys.rotate(office, MACHINE)


@pytest.mark.parametrize("act", [keys.status, keys.rotate])
def test_only_who_keeps_real_data_has_to_do_with_keys(office, act):
    for actor in (STAFF, machine_operator(Workspace.LATIHAN)):
        with pytest.raises(Forbidden):
            act(office, actor)


class Stopped(BaseException):
    """Stands for a machine that is switched off."""


def test_a_rotation_stopped_anywhere_loses_nothing_and_is_finished(
    locked, key_file, tmp_path, monkeypatch
):
    office, list_id = locked
    before = found(office, list_id)
    kept, usb = tmp_path / "asal", key_file.parent
    shutil.copytree(office.root, kept)
    shutil.copytree(usb, tmp_path / "usb-asal")
    replace, count = os.replace, len(files(office)) + 2

    for stop in range(0, count + 1, 3):
        office.real.close()
        for place, copy in ((office.root, kept), (usb, tmp_path / "usb-asal")):
            shutil.rmtree(place)
            shutil.copytree(copy, place)
        done = []

        def stopping(source, target, stop=stop, done=done):
            if len(done) == stop:
                raise Stopped
            done.append(target)
            replace(source, target)

        office = Office(office.root)
        monkeypatch.setattr(os, "replace", stopping)
        with suppress(Stopped):
            keys.rotate(office, MACHINE)
        monkeypatch.setattr(os, "replace", replace)
        assert found(office, list_id) == before
        # Who goes on does not begin another key.
        began = len(keys.read_ring(key_file).keys)
        if keys.status(office, MACHINE).unfinished:
            assert keys.rotate(office, MACHINE).unfinished == 0
            assert len(keys.read_ring(key_file).keys) == began
        assert found(office, list_id) == before


ROTATE = """
import sys
from workbench.access import Workspace
from workbench.services import keys
from workbench.services.accounts import machine_operator
from workbench.services.office import Office
from workbench.store import sealing

renew = sealing.renew

def told(*given):
    renew(*given)
    print("satu", flush=True)
    sys.stdin.readline()

sealing.renew = told
keys.rotate(Office(sys.argv[1]), machine_operator(Workspace.NYATA))
"""


@pytest.mark.parametrize("after", [1, 9])
def test_a_rotation_killed_midway_is_finished_by_the_next(locked, key_file, after):
    office, list_id = locked
    before = found(office, list_id)
    command = [sys.executable, "-c", ROTATE, str(office.root)]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        for _ in range(after):
            assert child.stdout.readline() == "satu\n"
            child.stdin.write("\n")
            child.stdin.flush()
        child.send_signal(signal.SIGKILL)
    status = keys.status(office, MACHINE)
    assert status.unfinished
    assert found(office, list_id) == before
    assert keys.rotate(office, MACHINE).unfinished == 0
    assert len(keys.read_ring(key_file).keys) == 2
    assert found(office, list_id) == before


def test_a_backup_is_sealed_and_says_which_key_it_needs(locked, key_file, tmp_path):
    office, list_id = locked
    before = found(office, list_id)
    out = tmp_path / "cadangan"
    made = backups.back_up(office, MACHINE, out)
    first = keys.read_ring(key_file).newest.id
    assert backups.needed_key(out) == first
    assert made.keys == (first,)
    assert not zipfile.is_zipfile(out)
    assert b"RUSDI" not in out.read_bytes()
    home = tmp_path / "kantor baru"
    with pytest.raises(WrongUse, match=rf"kunci {first}.*--kunci"):
        backups.restore(out, home)
    stranger = tmp_path / "lain.kunci"
    keys.make(Office(tmp_path / "lain"), MACHINE, stranger)
    with pytest.raises(StoreFault, match=first):
        backups.restore(out, home, key_file=stranger)
    assert not home.exists()
    # A key that was replaced since still opens it.
    keys.rotate(office, MACHINE)
    backups.restore(out, home, key_file=key_file)
    back = Office(home)
    assert found(back, list_id) == before
    assert keys.status(back, MACHINE).unfinished
    assert keys.rotate(back, MACHINE).unfinished == 0
    assert found(back, list_id) == before
    # In its own place the office knows its key file itself.
    backups.restore(out, office.root)
    assert found(Office(office.root), list_id) == before


def test_a_backup_under_a_passphrase_names_the_key_of_its_lists(locked, key_file, tmp_path):
    office, list_id = locked
    out = tmp_path / "cadangan"
    backups.back_up(office, MACHINE, out, passphrase="empat ekor kuda")
    assert backups.is_locked(out)
    assert backups.needed_key(out) == ""
    done = backups.restore(out, tmp_path / "baru", passphrase="empat ekor kuda")
    assert done.backup.keys == (keys.read_ring(key_file).newest.id,)
    back = Office(tmp_path / "baru")
    with pytest.raises(StoreFault, match="tidak hilang"):
        found(back, list_id)
    keys.make(back, MACHINE, key_file)
    assert found(back, list_id) == found(office, list_id)


def test_without_room_in_memory_lists_open_beside_and_leave_nothing(locked, monkeypatch, tmp_path):
    office, list_id = locked
    before = found(office, list_id)
    monkeypatch.setattr(sealing, "_MEMORY", tmp_path / "tiada")
    assert not keys.status(office, MACHINE).has_memory
    assert found(office, list_id) == before
    bring_in(office, tmp_path, "April", ROWS[:1])
    assert not [path for path in office.root.rglob(".buka*")]
    assert all(sealing.needed_key(path) for path in files(office))


def test_the_place_of_the_key_may_be_named_by_the_environment(
    locked, key_file, monkeypatch, tmp_path
):
    office, list_id = locked
    before = found(office, list_id)
    moved = key_file.rename(tmp_path / "pindah.kunci")
    monkeypatch.setenv(keys.VARIABLE, str(moved))
    assert found(office, list_id) == before
