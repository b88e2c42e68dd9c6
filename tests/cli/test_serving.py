"""What ``verval serve`` looks at before it makes anything, and what it says when it answers."""

from __future__ import annotations

import json
import socket
from datetime import UTC, datetime, timedelta
from types import SimpleNamespace

import pytest

from workbench.access import Role, Workspace
from workbench.cli import serving
from workbench.errors import UnusableInput, WrongUse
from workbench.serve import server
from workbench.serve.capacity import Machine, usual_seats
from workbench.services import accounts, audits
from workbench.services.office import Office

HALL = "192.168.7.5"


@pytest.fixture
def root(tmp_path):
    return tmp_path / "kantor"


@pytest.fixture
def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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


# --- what is said


def test_without_a_certificate_everything_is_plain_and_the_seats_are_what_fits(
    root, free_port, started, capsys
):
    serve(root, free_port)
    assert started["seats"] == usual_seats(Machine.look(root))
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
    assert [len(audits.anchors(office, one)) for one in operators] == [2, 1]
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
