"""``verval doctor``: a machine that is well, and one fault at a time."""

from __future__ import annotations

import json
import os
import socket
import sqlite3
import time
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from tests import ports
from workbench.access import Workspace
from workbench.cli import main, serving
from workbench.cli.doctor import State, examine, try_fast_path
from workbench.serve import kernels, server
from workbench.serve.capacity import Machine
from workbench.services import accounts
from workbench.services.office import Office

LAPTOP = Machine(
    cores=2,
    memory_mb=16_000,
    available_mb=12_000,
    files=524_288,
    forks=True,
    has_short_folder=True,
    disk_mb=20_000,
    python="3.11.7",
    sqlite="3.40.1",
)


@pytest.fixture
def free_port():
    return ports.free_port()


@pytest.fixture
def office(tmp_path):
    """An office with accounts, its databases closed."""
    office = Office(tmp_path / "kantor")
    accounts.ensure_first_accounts(office)
    for side in Workspace:
        office.store(side).close()
    return office


@pytest.fixture
def run(capsys):
    """Run ``verval doctor``; returns exit code and standard output."""

    def run(*words):
        with pytest.raises(SystemExit) as ended:
            main(["doctor", *map(str, words)])
        said = capsys.readouterr()
        assert "Traceback" not in said.err
        return ended.value.code or 0, said.out

    return run


def find(name, root, machine=LAPTOP, **options):
    """The check of that name."""
    found = next(check for check in examine(machine, root, **options) if check.name == name)
    assert bool(found.advice) is (found.state is not State.OK)
    return found


# --- the command


def test_a_machine_that_is_well_is_told_so_and_nothing_is_made(run, tmp_path, free_port):
    code, out = run("--workspace", tmp_path / "baru", "--port", free_port)
    assert (code, "KURANG" in out) == (0, False), out
    assert out.splitlines()[-1].startswith("Siap untuk ")
    assert [line for line in out.splitlines() if line.startswith("OK") and "Jalur cepat" in line]
    assert list(tmp_path.iterdir()) == []


def test_what_lacks_ends_with_1_and_a_helper_can_read_it(run, tmp_path, monkeypatch):
    monkeypatch.setattr(kernels, "PRELOAD", {})
    code, out = run("--workspace", tmp_path, "--seats", 1_000_000, "--json")
    report = json.loads(out)
    assert (code, report["ready"]) == (1, False)
    assert 0 < report["seats"] < 1_000_000
    states = {check["name"]: check["state"] for check in report["checks"]}
    assert states["Memori"] == "KURANG"
    assert states["Python"] == "OK"
    assert {key for check in report["checks"] for key in check} == {
        "name", "state", "found", "advice",
    }  # fmt: skip


def test_no_person_and_no_password_is_in_it(run, office, monkeypatch):
    monkeypatch.setattr(kernels, "PRELOAD", {})
    facts = {"url": "http://127.0.0.1:1", "trainer_password": "rahasia-1", "join_code": "KUDA77"}
    (office.root / serving.SERVE_FILE).write_text(json.dumps(facts))
    out = run("--workspace", office.root, "--json")[1] + run("--workspace", office.root)[1]
    assert "Basis data nyata" in out
    for secret in ("rahasia-1", "KUDA77", "pelatih", "Staf"):
        assert secret not in out


# --- the machine


def test_too_little_for_the_seats_asked_lacks_and_too_little_for_a_class_is_told(tmp_path):
    small = replace(LAPTOP, available_mb=3_000)
    assert find("Memori", tmp_path, small, seats=500).state is State.LACKING
    assert find("Memori", tmp_path, small, seats=20).state is State.OK
    smaller = replace(LAPTOP, available_mb=1_500)
    assert find("Memori", tmp_path, smaller).state is State.ATTENTION
    few = replace(LAPTOP, files=1_024)
    assert find("Berkas terbuka", tmp_path, few, seats=100).state is State.LACKING


def test_a_full_disk_lacks(tmp_path):
    full = replace(LAPTOP, disk_mb=90)
    assert find("Disk", tmp_path, full).state is State.LACKING


def test_an_old_python_lacks(tmp_path):
    old = replace(LAPTOP, python="3.9.2")
    found = find("Python", tmp_path, old)
    assert found.state is State.LACKING
    assert "3.9.2" in found.found


def test_a_machine_that_cannot_fork_is_slower_not_broken():
    assert try_fast_path(replace(LAPTOP, forks=False)).state is State.ATTENTION


def test_a_fork_server_that_refuses_is_noticed_with_its_reason(monkeypatch):
    monkeypatch.setattr(kernels, "PRELOAD", {"ringan": {"preload": ["modul_yang_tidak_ada"]}})
    found = try_fast_path(LAPTOP)
    assert found.state is State.ATTENTION
    assert "modul_yang_tidak_ada" in found.found


def test_without_the_fast_path_fewer_seats_fit(run, tmp_path, monkeypatch):
    monkeypatch.setattr(Machine, "look", lambda _: LAPTOP)
    monkeypatch.setattr(kernels, "PRELOAD", {"ringan": {"preload": ["modul_yang_tidak_ada"]}})
    slow = json.loads(run("--workspace", tmp_path, "--json")[1])
    monkeypatch.setattr(kernels, "PRELOAD", {})
    fast = json.loads(run("--workspace", tmp_path, "--json")[1])
    assert slow["seats"] < fast["seats"]


def test_missing_and_outdated_packages_are_named(tmp_path, monkeypatch):
    wanted = ["paket-yang-tidak-ada>=1", "psutil>=9999", "segno", "lain; python_version < '3'"]
    monkeypatch.setattr("importlib.metadata.requires", lambda _: wanted)
    found = find("Paket", tmp_path)
    assert found.state is State.LACKING
    assert "paket-yang-tidak-ada tidak ada" in found.found
    assert "perlu >=9999" in found.found
    assert "segno" not in found.found


def test_a_missing_file_of_the_pages_is_noticed(tmp_path, monkeypatch):
    assert find("Berkas tampilan", tmp_path).state is State.OK
    monkeypatch.setattr(server, "PAGE_ASSETS", [*server.PAGE_ASSETS, "hilang.css"])
    found = find("Berkas tampilan", tmp_path)
    assert found.state is State.LACKING
    assert "hilang.css" in found.found


def test_a_clock_that_went_back_is_noticed(office):
    assert find("Jam", office.root).state is not State.LACKING
    tomorrow = time.time() + 86_400
    os.utime(office.root / "latihan" / "verval.sqlite", (tomorrow, tomorrow))
    assert find("Jam", office.root).state is State.LACKING


@pytest.mark.parametrize(
    ("zone", "state"), [("WIB-7", State.OK), ("WIT-9", State.OK), ("UTC0", State.ATTENTION)]
)
def test_a_zone_that_is_not_indonesias_is_noticed(tmp_path, monkeypatch, zone, state):
    with monkeypatch.context() as patch:
        patch.setenv("TZ", zone)
        time.tzset()
        found = find("Jam", tmp_path)
    time.tzset()
    assert found.state is state


# --- the office


def test_an_office_that_is_well_stays_as_it_is(office):
    before = {path: path.stat().st_mtime_ns for path in office.root.rglob("*")}
    for name in ("Folder kerja", "Basis data latihan", "Basis data nyata"):
        assert find(name, office.root).state is State.OK
    assert {path: path.stat().st_mtime_ns for path in office.root.rglob("*")} == before


def test_a_folder_that_cannot_be_written_lacks(tmp_path):
    (tmp_path / "berkas").write_text("bukan folder")
    found = find("Folder kerja", tmp_path / "berkas" / "kantor")
    assert found.state is State.LACKING


def test_data_others_can_read_is_noticed(office):
    (office.root / "nyata").chmod(0o755)
    found = find("Folder kerja", office.root)
    assert found.state is State.ATTENTION
    assert "chmod" in found.advice


@pytest.mark.parametrize(
    "damage",
    [
        lambda content: b"bukan basis data" * 400,
        lambda content: content[: len(content) // 2],
        lambda content: content[:4096] + b"\xff" * 8192 + content[4096 + 8192 :],
    ],
    ids=["other file", "cut short", "pages overwritten"],
)
def test_a_damaged_database_lacks(office, damage):
    path = office.root / "nyata" / "verval.sqlite"
    path.write_bytes(damage(path.read_bytes()))
    assert find("Basis data nyata", office.root).state is State.LACKING
    assert find("Basis data latihan", office.root).state is State.OK


def test_a_version_that_is_no_text_any_more_lacks(office):
    path = office.root / "nyata" / "verval.sqlite"
    with closing(sqlite3.connect(path)) as database:
        database.execute("update alembic_version set version_num = x'30303130'")
        database.commit()
    assert find("Basis data nyata", office.root).state is State.LACKING


def test_a_database_in_use_is_read_with_what_was_written_last(office):
    path = office.root / "latihan" / "verval.sqlite"
    with closing(sqlite3.connect(path)) as other:
        other.execute("update alembic_version set version_num = '9999'")
        other.commit()
        assert path.with_name("verval.sqlite-wal").stat().st_size > 0
        found = find("Basis data latihan", office.root)
    assert found.state is State.LACKING
    assert "lebih baru" in found.found


# --- how the hall reaches it


def test_a_busy_port_lacks_unless_the_offices_own_server_has_it(office, free_port):
    name = f"Port {free_port}"
    assert find(name, office.root, port=free_port).state is State.OK
    with socket.socket() as other:
        other.bind(("0.0.0.0", free_port))
        other.listen()
        found = find(name, office.root, port=free_port)
        assert found.state is State.LACKING
        assert "--port" in found.advice
        serve_file = office.root / serving.SERVE_FILE
        serve_file.write_text(json.dumps({"url": f"http://127.0.0.1:{free_port}"}))
        assert find(name, office.root, port=free_port).state is State.OK
        serve_file.write_text(json.dumps({"url": "http://127.0.0.1:1"}))
        assert find(name, office.root, port=free_port).state is State.LACKING


def test_no_network_is_noticed(tmp_path, monkeypatch):
    monkeypatch.setattr(serving, "hall_addresses", lambda: [])
    assert find("Jaringan aula", tmp_path).state is State.ATTENTION


def test_an_expired_certificate_lacks_with_its_date(tmp_path, make_certificate):
    past = datetime(2025, 3, 9, 12, tzinfo=UTC)
    pair = make_certificate("x.contoh", not_before=datetime(2025, 1, 1, tzinfo=UTC), not_after=past)
    found = find("Sertifikat", tmp_path, certfile=pair[0], keyfile=pair[1])
    assert found.state is State.LACKING
    assert "9 Maret 2025" in found.found


def test_a_certificate_that_names_no_address_of_the_hall_is_noticed(
    tmp_path, monkeypatch, make_certificate
):
    monkeypatch.setattr(serving, "hall_addresses", lambda: ["192.168.7.5"])
    certfile, keyfile = make_certificate("127.0.0.1")
    found = find("Sertifikat", tmp_path, certfile=certfile, keyfile=keyfile)
    assert found.state is State.ATTENTION
    certfile, keyfile = make_certificate("192.168.7.5")
    found = find("Sertifikat", tmp_path, certfile=certfile, keyfile=keyfile)
    assert found.state is State.OK
    assert "192.168.7.5" in found.found
