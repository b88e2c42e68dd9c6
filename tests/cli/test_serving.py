"""What ``verval serve`` looks at before it makes anything, and what it says when it answers."""

from __future__ import annotations

import json
import os
import socket
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from tests import ports
from workbench.access import Role, Workspace
from workbench.cli import doctor, main, serving
from workbench.errors import StoreFault, UnusableInput, WrongUse
from workbench.serve import server
from workbench.serve.capacity import Machine, usual_seats
from workbench.services import accounts, audits
from workbench.services.office import DATABASE, DATABASE_VARIABLE, Office
from workbench.store import clock

HALL = "192.168.7.5"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "kantor"


@pytest.fixture
def free_port():
    return ports.free_port()


@pytest.fixture
def started(monkeypatch):
    """Puts a server in place that answers at once and ends; returns what it was started with."""
    calls = {}

    def run_server(root, host, port, *, on_ready, **how):
        calls.update(how, host=host, port=port)
        on_ready([f"http://{host}:{port}"])
        calls["said"] = json.loads((root / serving.SERVE_FILE).read_text())
        calls["mode"] = (root / serving.SERVE_FILE).stat().st_mode & 0o777

    monkeypatch.setattr(server, "run_server", run_server)
    monkeypatch.setattr(serving, "_ensure_city", lambda *_: None)
    standing = SimpleNamespace(join_code="KUDA77", code_works=True, code_words="Kode berlaku.")
    monkeypatch.setattr(serving, "_ensure_class", lambda *_: standing)
    monkeypatch.setattr(serving, "hall_addresses", lambda: [HALL])
    return calls


def serve(root, port, host="0.0.0.0", **options):
    serving.serve_office(root, host, port, 50, 1, **options)


# --- before anything is made


def test_more_seats_than_the_machine_holds_are_refused(root, free_port, started):
    with pytest.raises(WrongUse, match="tidak cukup untuk 100000 kursi"):
        serve(root, free_port, seats=100_000)
    assert not root.exists()
    assert not started


def test_a_busy_port_is_noticed(root, started):
    with socket.socket() as other:
        other.bind(("127.0.0.1", 0))
        other.listen()
        with pytest.raises(WrongUse, match="sedang dipakai program lain"):
            serve(root, other.getsockname()[1], host="127.0.0.1")
    assert not root.exists()


def test_an_expired_certificate_is_noticed(root, free_port, started, make_certificate):
    past = datetime.now(UTC) - timedelta(days=2)
    certfile, keyfile = make_certificate(HALL, not_before=past - timedelta(days=9), not_after=past)
    with pytest.raises(UnusableInput, match="sudah berakhir"):
        serve(root, free_port, certfile=certfile, keyfile=keyfile)
    assert not root.exists()


def test_a_key_without_a_certificate_is_wrong_use(root, free_port, started, make_certificate):
    with pytest.raises(WrongUse, match="--certfile"):
        serve(root, free_port, keyfile=make_certificate(HALL)[1])
    assert not root.exists()


@pytest.fixture
def office(root):
    """An office with accounts, open nowhere."""
    made = Office(root)
    accounts.ensure_first_accounts(made)
    for side in Workspace:
        made.store(side).close()
    return made


def told(root):
    return {path: path.read_bytes() for path in root.rglob("*") if path.is_file()}


@pytest.mark.parametrize(
    ("now", "words"),
    [
        ("2019-01-01T00:00:00.000000Z", r"menunjuk 1 Jan 2019 07\.00 WIB.*lalu ulangi\.$"),
        ("2026-01-02T00:00:00.000000Z", "menunjuk 2 Jan 2026 .* verval audit clock$"),
    ],
)
def test_a_clock_before_the_newest_event_is_noticed(
    root, office, free_port, started, monkeypatch, now, words
):
    before = told(root)
    monkeypatch.setattr(clock, "now", lambda: now)
    with pytest.raises(StoreFault, match=words):
        serve(root, free_port)
    assert not started
    assert told(root) == before


def test_a_first_start_in_2019_makes_nothing(root, free_port, started, monkeypatch):
    monkeypatch.setattr(clock, "now", lambda: "2019-01-01T00:00:00.000000Z")
    with pytest.raises(StoreFault, match="Setel tanggal dan jam"):
        serve(root, free_port)
    assert not root.exists()


def test_an_office_of_a_newer_version_is_noticed_and_left_alone(root, office, free_port, started):
    with office.real.writing() as connection:
        connection.exec_driver_sql("update alembic_version set version_num = '9000'")
    office.real.close()
    before = told(root)
    with pytest.raises(StoreFault, match=r"yang lebih baru\. Data tidak diubah"):
        serve(root, free_port)
    assert not started
    assert told(root) == before


# --- what is said


def test_without_a_certificate_everything_is_plain_and_the_seats_are_what_fits(
    root, free_port, started, capsys, monkeypatch
):
    # As it is now: what is free of it changes with every look.
    machine = replace(Machine.look(root), available_mb=2_000)
    monkeypatch.setattr(Machine, "look", lambda _root: machine)
    serve(root, free_port)
    assert started["seats"] == usual_seats(machine) > 1
    assert (started["warm"], started["certfile"], started["keyfile"]) == (None, None, None)
    said = started["said"]
    assert said["urls"] == [f"http://127.0.0.1:{free_port}", f"http://{HALL}:{free_port}"]
    assert (said["url"], said["seats"]) == (said["urls"][0], started["seats"])
    out = capsys.readouterr().out
    assert f"paling banyak {started['seats']} halaman sekaligus" in out
    assert "https" not in out
    assert "Staf (data nyata, komputer ini saja)" in out


def test_the_seats_and_warm_kernels_asked_for_are_served(root, free_port, started, capsys):
    serve(root, free_port, seats=3, warm=0)
    assert (started["seats"], started["warm"]) == (3, 0)
    assert "paling banyak 3 halaman sekaligus" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("names", "local", "hall"),
    [
        (["127.0.0.1", HALL], "127.0.0.1", [HALL]),
        (["localhost", "meja.dinsos.contoh"], "localhost", ["meja.dinsos.contoh"]),
        (["localhost"], "localhost", [HALL]),
    ],
    ids=["addresses", "a name", "neither"],
)
def test_with_a_certificate_the_addresses_it_names_are_told(
    root, free_port, started, capsys, monkeypatch, make_certificate, names, local, hall
):
    drawn = []
    draw = serving.segno.make
    monkeypatch.setattr(
        serving.segno, "make", lambda text, **how: drawn.append(text) or draw(text, **how)
    )
    certfile, keyfile = make_certificate(*names)
    serve(root, free_port, certfile=certfile, keyfile=keyfile)
    assert (started["certfile"], started["keyfile"]) == (certfile, keyfile)
    assert started["said"]["urls"] == [f"https://{host}:{free_port}" for host in (local, *hall)]
    assert drawn == [f"https://{hall[0]}:{free_port}/masuk?kode=KUDA77"]
    out = capsys.readouterr().out
    assert "http://" not in out
    assert "komputer ini saja" not in out


def test_one_file_with_both_is_certificate_and_key(root, free_port, started, make_certificate):
    certfile, keyfile = make_certificate(HALL)
    certfile.write_bytes(certfile.read_bytes() + keyfile.read_bytes())
    serve(root, free_port, certfile=certfile)
    assert started["keyfile"] == certfile


def test_a_key_others_can_read_is_spoken_of(root, free_port, started, make_certificate, capsys):
    certfile, keyfile = make_certificate(HALL)
    keyfile.chmod(0o644)
    serve(root, free_port, certfile=certfile, keyfile=keyfile)
    assert "dapat dibaca akun lain" in capsys.readouterr().err


# --- serve.json


def test_serve_json_stands_while_the_server_answers_and_is_private(root, free_port, started):
    serve(root, free_port)
    assert started["mode"] == 0o600
    assert started["said"]["trainer_password"]
    assert not (root / serving.SERVE_FILE).exists()


def test_first_passwords_outlive_a_start_that_fails(root, free_port, started, monkeypatch):
    def fail(*_, **__):
        raise WrongUse("Port sedang dipakai.")

    with monkeypatch.context() as broken:
        broken.setattr(server, "run_server", fail)
        with pytest.raises(WrongUse):
            serve(root, free_port)
    assert not (root / serving.SERVE_FILE).exists()
    serve(root, free_port)
    assert started["said"]["trainer_password"]
    assert started["said"]["staff_password"]


# --- anchors


def test_both_ledgers_are_anchored_when_the_server_starts_and_when_it_ends(
    root, free_port, started, monkeypatch
):
    office = Office(root)
    operators = [accounts.machine_operator(side) for side in Workspace]
    run, at_start = server.run_server, []

    def work(*words, **how):
        at_start.extend(len(audits.anchors(office, one)) for one in operators)
        run(*words, **how)
        accounts.add_account(office, operators[0], "ani", "Ani Rekaan", Role.STAF)

    monkeypatch.setattr(server, "run_server", work)
    serve(root, free_port)
    assert at_start == [1, 1]
    # The server is handed what it does each day: the same once more.
    accounts.add_account(office, operators[1], "budi", "Budi Rekaan", Role.STAF)
    started["each_day"]()
    assert len(audits.anchors(office, operators[1])) == 2
    assert [len(audits.anchors(office, one)) for one in operators] == [2, 2]
    assert all(audits.verify(office, one).is_whole for one in operators)


def test_a_ledger_that_no_longer_agrees_is_said_and_the_server_still_starts(
    root, free_port, started, capsys
):
    serve(root, free_port)
    path = root / "nyata" / "jangkar.txt"
    path.write_text(path.read_text().replace(path.read_text()[-10:-1], "0" * 9))
    capsys.readouterr()
    started.clear()
    serve(root, free_port)
    assert started
    assert "Perhatian: jejak ruang nyata: Jejak tidak cocok lagi" in capsys.readouterr().err


# --- with the data in PostgreSQL


@pytest.fixture
def address(new_database, postgresql, monkeypatch):
    # Set, so that what the command sets is taken back.
    monkeypatch.setenv(DATABASE_VARIABLE, "")
    made = new_database(True)
    yield made
    postgresql.drop_database(made.rpartition("/")[2])


def everything_in(folder):
    return "".join(
        path.read_text("utf-8", "replace") for path in folder.rglob("*") if path.is_file()
    )


def test_the_option_makes_an_office_in_the_database(root, free_port, started, address, capsys):
    serve(root, free_port, database=address)
    office = Office(root)
    assert office.database() is not None
    assert not list(root.rglob(f"{DATABASE}*"))
    password = started["said"]["staff_password"]
    assert accounts.sign_in(office, "staf", password).token
    # Kernels and the drawing of seats inherit it.
    assert os.environ[DATABASE_VARIABLE] == address
    said = "".join(capsys.readouterr())
    assert "daftar proses" in said
    secret = address.split(":")[2].partition("@")[0]
    assert secret not in said + everything_in(root) + json.dumps(started["said"])


def test_the_environment_does_the_same_without_a_warning(
    root, free_port, started, address, monkeypatch, capsys
):
    monkeypatch.setenv(DATABASE_VARIABLE, address)
    serve(root, free_port)
    serve(root, free_port)
    assert Office(root).real.url.get_backend_name() == "postgresql"
    assert "daftar proses" not in "".join(capsys.readouterr())


def test_an_office_of_the_folder_is_not_served_from_a_database(root, free_port, started, address):
    serve(root, free_port)
    with pytest.raises(WrongUse, match="verval restore --database"):
        serve(root, free_port, database=address)


def test_more_seats_than_the_database_takes_lines_are_refused(
    root, free_port, started, address, monkeypatch
):
    monkeypatch.setattr("workbench.store.Store.most_connections", lambda _store: 29)
    with pytest.raises(WrongUse, match="max_connections"):
        serve(root, free_port, database=address, seats=10)
    assert started == {}
    serve(root, free_port, database=address, seats=9)


def test_a_database_that_cannot_be_reached_is_a_sentence_before_anything_starts(
    root, free_port, started, address
):
    with pytest.raises(StoreFault, match="PostgreSQL berjalan"):
        serve(root, free_port, database="postgresql://verval@127.0.0.1:1/verval")
    assert started == {}


def test_other_commands_find_the_database_by_the_folder(root, free_port, started, address, capsys):
    serve(root, free_port, database=address)
    capsys.readouterr()
    for words in (("audit", "verify"), ("users", "list")):
        with pytest.raises(SystemExit):
            main([*words, "--workspace", str(root)])
    assert "Ruang nyata: Jejak utuh" in "".join(capsys.readouterr())
    checks = {one.name: one.found for one in doctor.examine_stores(root)}
    assert checks["Basis data nyata (PostgreSQL)"] == "tersambung"
    assert not list(root.rglob(f"{DATABASE}*"))
    for side in Workspace:
        assert Office(root).has_data(side)
