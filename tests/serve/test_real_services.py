"""The server with the package's own services and doors, as ``verval serve`` starts it."""

from __future__ import annotations

import re
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import Future
from pathlib import Path
from types import SimpleNamespace

import httpx
import pytest

from workbench.errors import WrongUse
from workbench.serve import server as server_module
from workbench.serve.server import VervalApp, addresses, bind, run_server
from workbench.services import accounts
from workbench.services.office import Office

PASSWORD = "jalan kaki ke sawah"


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """``run_server`` on a new office: its address, its office and the first passwords."""
    root = tmp_path_factory.mktemp("kantor")
    office = Office(root)
    first = accounts.ensure_first_accounts(office)
    ready: Future[list[str]] = Future()
    apps: list[VervalApp] = []

    class Noticed(VervalApp):
        def initialize(self, argv: list[str] | None = None) -> None:
            super().initialize(argv)
            apps.append(self)

    patch = pytest.MonkeyPatch()
    patch.setattr(server_module, "VervalApp", Noticed)
    thread = threading.Thread(
        target=run_server, args=(root, "127.0.0.1", 0), kwargs={"on_ready": ready.set_result}
    )
    thread.start()
    yield SimpleNamespace(url=ready.result(timeout=180)[0], office=office, first=first, root=root)
    apps[0].request_stop()
    thread.join(timeout=600)
    patch.undo()
    assert not thread.is_alive()


def _post(client: httpx.Client, path: str, **fields: str) -> httpx.Response:
    if "_xsrf" not in client.cookies:
        client.get("/masuk")
    return client.post(path, data={"_xsrf": client.cookies["_xsrf"], **fields})


def test_the_first_trainer_changes_the_password_and_may_go_on(running):
    client = httpx.Client(base_url=running.url, timeout=60)
    name, password = running.first.trainer_username, running.first.trainer_password
    answer = _post(client, "/masuk", cara="akun", akun=name, kata_sandi=password)
    assert answer.headers["location"] == "/sandi"
    assert client.get("/kelas").headers["location"] == "/sandi"
    new = {"sandi_lama": password, "sandi_baru": PASSWORD, "sandi_ulang": PASSWORD}
    assert _post(client, "/sandi", **new).headers["location"] == "/beranda"
    assert "Ganti kata sandi" in client.get("/sandi").text
    assert client.get("/daftar").status_code == 403
    assert _post(client, "/keluar").headers["location"] == "/masuk"
    assert client.get("/kelas").status_code == 302
    again = _post(client, "/masuk", cara="akun", akun=name, kata_sandi=PASSWORD)
    assert again.headers["location"] == "/beranda"


def test_staff_come_to_the_real_side_and_only_from_this_computer(running):
    away = httpx.Client(
        base_url=running.url, timeout=60, headers={"X-Forwarded-For": "192.168.1.9"}
    )
    fields = {
        "cara": "akun",
        "akun": running.first.staff_username,
        "kata_sandi": running.first.staff_password,
    }
    assert "hanya dapat dibuka di komputer ini" in _post(away, "/masuk", **fields).text
    here = httpx.Client(base_url=running.url, timeout=60)
    assert _post(here, "/masuk", **fields).headers["location"] == "/sandi"
    assert "DATA NYATA" in here.get("/sandi").text


def test_a_wrong_class_code_is_the_services_own_sentence(running):
    client = httpx.Client(base_url=running.url, timeout=60)
    page = client.get("/masuk").text
    form = re.search(r'name="formulir" value="([^"]+)"', page)[1]
    answer = _post(
        client,
        "/masuk",
        cara="gabung",
        formulir=form,
        nama="Ani Contoh",
        peran="tksk",
        wilayah="36.73.01",
        kode_kelas="XXXXXX",
    )
    assert "Kode kelas tidak dikenal" in answer.text


def test_a_port_that_is_taken_is_said_in_one_sentence(running, tmp_path):
    port = int(running.url.rpartition(":")[2])
    with pytest.raises(WrongUse, match=rf"Port {port} sedang dipakai"):
        run_server(tmp_path, "127.0.0.1", port)


@pytest.mark.parametrize(
    ("host", "sentence"),
    [("203.0.113.7", "tidak ada di komputer ini"), ("bukan.alamat.invalid", "tidak dikenal")],
)
def test_an_address_that_is_not_ours_is_said_too(host, sentence):
    with pytest.raises(WrongUse, match=sentence):
        bind(host, 0)


def test_the_addresses_people_can_type(monkeypatch):
    monkeypatch.setattr(server_module, "network_addresses", lambda: ["192.168.1.5"])
    everywhere = ["http://localhost:8866", "http://192.168.1.5:8866"]
    assert addresses("0.0.0.0", 8866) == addresses("", 8866) == everywhere
    assert addresses("127.0.0.1", 80) == ["http://127.0.0.1:80"]
    assert addresses("::1", 80) == ["http://[::1]:80"]


def test_as_many_files_may_be_open_as_the_machine_allows():
    import resource as limits

    before, hard = limits.getrlimit(limits.RLIMIT_NOFILE)
    try:
        limits.setrlimit(limits.RLIMIT_NOFILE, (256, hard))
        assert server_module.raise_file_limit() == min(65_536, hard)
        assert limits.getrlimit(limits.RLIMIT_NOFILE)[1] == hard
    finally:
        limits.setrlimit(limits.RLIMIT_NOFILE, (before, hard))


def test_networks_of_this_machine_are_addresses_without_loopback():
    for address in server_module.network_addresses():
        assert socket.inet_aton(address)
        assert not address.startswith(("127.", "169.254."))


def test_seats_are_drawn_by_a_process_of_its_own(tmp_path: Path):
    done = subprocess.run(
        [sys.executable, "-m", "workbench.serve.seats", str(tmp_path)],
        capture_output=True,
        text=True,
        check=False,
        cwd=Path(__file__).parents[2],
    )
    assert (done.returncode, done.stderr) == (0, "")


def test_a_kernel_is_not_burdened_with_the_server():
    code = (
        "import sys, workbench.serve as s; s.current_actor();"
        "print([m for m in ('voila', 'tornado', 'jupyter_server', 'duckdb') if m in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
    )
    assert done.stdout.splitlines()[-1] == "[]"
