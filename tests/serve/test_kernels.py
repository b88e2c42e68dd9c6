"""Kernels of a running server: whose they are, what reaches them, and how they end."""

from __future__ import annotations

import asyncio
import base64
import json
import math
import os
import re
import signal
import socket as socket_module
import stat
import threading
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import psutil
import pytest
from jupyter_server.services.kernels.connection.base import serialize_binary_message
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import ClientConnection, connect

from workbench import forkserver
from workbench.serve.room_pages import KernelSocket, RoomPage

EMPTY: dict[str, Any] = {}


def _kernel_of(page: str) -> str:
    return re.search(r'"kernelId": "([^"]+)"', page)[1]


def _told(page: str) -> dict[str, Any]:
    """What the small room says of itself; see ``conftest.ROOM_CELL``."""
    outputs = re.findall(r'cell-output\+json">\s*(\{.*?\})\s*</script>', page)
    said = next(text for text in map(json.loads, outputs) if "text/markdown" in text["data"])
    return json.loads(said["data"]["text/markdown"].removeprefix("LINGKUNGAN "))


@pytest.fixture(scope="module")
def siti(server) -> Iterator[tuple[Any, str, str]]:
    """Siti in her room: her client, her kernel's id, the page."""
    os.environ["VERVAL_TES_RAHASIA"] = "jangan sampai terbaca"
    try:
        client = server.client("siti")
        page = client.get("/latihan", params={"user": "pelatih"}, headers={"X-User": "pelatih"})
        assert page.status_code == 200
        yield client, _kernel_of(page.text), page.text
    finally:
        del os.environ["VERVAL_TES_RAHASIA"]


@contextmanager
def _socket(server, client, kernel: str, **options: Any) -> Iterator[ClientConnection]:
    headers = {"Cookie": f"{server.cookie}={client.cookies.get(server.cookie, '')}"}
    headers.update(options.pop("headers", {}))
    url = f"ws://{server.host}/api/kernels/{kernel}/channels?session_id={uuid.uuid4()}"
    with connect(url, additional_headers=headers, open_timeout=60, **options) as socket:
        yield socket


def _message(kind: str, channel: str = "shell", **content: Any) -> str:
    header = {
        "msg_id": str(uuid.uuid4()),
        "msg_type": kind,
        "username": "",
        "session": str(uuid.uuid4()),
        "version": "5.3",
        "date": "2026-11-21T00:00:00Z",
    }
    return json.dumps(
        {
            "header": header,
            "parent_header": EMPTY,
            "metadata": EMPTY,
            "content": content,
            "channel": channel,
            "buffers": [],
        }
    )


def _read_to_the_end(socket: ClientConnection) -> None:
    while True:
        socket.recv(timeout=60)


# --- identity


def test_a_room_knows_its_visitor_from_the_server_alone(siti):
    _, _, page = siti
    assert _told(page)["siapa"] == "Siti Contoh"


def test_a_kernel_inherits_none_of_the_servers_secrets(siti, server):
    _, _, page = siti
    told = _told(page)
    assert "VERVAL_NOTES" in told["nama"]
    assert "VERVAL_TES_RAHASIA" not in told["nama"]
    assert not [name for name in told["nama"] if name.startswith(("VOILA", "QUERY", "HTTP_"))]
    assert told["kantor"] == str(server.app.office_root)


def test_no_note_and_no_token_stands_in_the_page(siti, server):
    client, _, page = siti
    assert client.cookies[server.cookie] not in page
    assert base64.urlsafe_b64encode(b'{"actor"').decode()[:10] not in page


def test_kernels_channels_are_files_only_the_servers_account_can_open(siti, server):
    _, kernel, _ = siti
    manager = server.app.kernels.get_kernel(kernel)
    assert manager.transport == "ipc"
    folder = Path(server.app.connection_dir)
    assert stat.S_IMODE(folder.stat().st_mode) & 0o777 == 0o700
    sockets = [path for path in folder.iterdir() if path.is_socket() and kernel in path.name]
    assert len(sockets) == 5


def test_a_note_lies_as_long_as_its_kernel_lives_and_only_for_the_servers_account(server):
    client = server.client("budi")
    kernel = _kernel_of(client.get("/latihan").text)
    notes = Path(server.app.kernels.notes_dir)
    assert stat.S_IMODE(notes.stat().st_mode) == 0o700
    assert stat.S_IMODE((notes / kernel).stat().st_mode) == 0o600
    server.on_loop(lambda: server.app.kernels.end(kernel))
    assert not (notes / kernel).exists()


def test_a_name_is_text_and_never_markup(server):
    client = server.client("jahil")
    for path in ("/latihan", "/keluar"):
        page = client.get(path).text
        assert "<script>alert(1)" not in page
        assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page
    server.post(client, "/keluar")


# --- ownership


def test_the_owner_sees_the_kernel(siti):
    client, kernel, _ = siti
    assert client.get(f"/api/kernels/{kernel}").status_code == 200
    assert client.get(f"/detak/{kernel}").json() == {"keadaan": "hidup"}


@pytest.mark.parametrize("who", ["budi", "pelatih", "staf", "admin", ""])
def test_nobody_else_reaches_it(siti, server, who):
    _, kernel, _ = siti
    stranger = server.client(who)
    stranger.get("/masuk" if not who else "/keluar")
    xsrf = {"X-XSRFToken": stranger.cookies["_xsrf"]}
    assert stranger.get(f"/api/kernels/{kernel}").status_code == 403
    assert stranger.delete(f"/api/kernels/{kernel}", headers=xsrf).status_code == 403
    assert server.post(stranger, f"/voila/api/shutdown/{kernel}").status_code == 403
    assert stranger.get(f"/detak/{kernel}").status_code == (403 if who else 401)
    with pytest.raises(InvalidStatus) as refused, _socket(server, stranger, kernel):
        pass
    assert refused.value.response.status_code == 403
    assert kernel in server.app.kernels


def test_a_kernel_that_is_not_there_is_not_found(server):
    client = server.client("siti")
    gone = str(uuid.uuid4())
    assert client.get(f"/api/kernels/{gone}").status_code == 404
    assert client.get(f"/detak/{gone}").json() == {"keadaan": "berakhir"}
    with pytest.raises(InvalidStatus) as refused, _socket(server, client, gone):
        pass
    assert refused.value.response.status_code == 404


def test_a_socket_from_another_site_is_refused(siti, server):
    client, kernel, _ = siti
    with (
        pytest.raises(InvalidStatus) as refused,
        _socket(server, client, kernel, origin="http://jahat.example"),
    ):
        pass
    assert refused.value.response.status_code == 403


def test_ending_needs_the_pages_own_token(siti, server):
    client, kernel, _ = siti
    assert client.post(f"/voila/api/shutdown/{kernel}").status_code == 403
    assert client.delete(f"/api/kernels/{kernel}").status_code == 403
    assert kernel in server.app.kernels


def test_a_real_kernel_is_out_of_reach_from_elsewhere(server):
    staff = server.client("staf")
    kernel = _kernel_of(staff.get("/daftar").text)
    away = {"X-Forwarded-For": "192.168.1.9"}
    assert staff.get(f"/api/kernels/{kernel}", headers=away).status_code == 403
    with pytest.raises(InvalidStatus) as refused, _socket(server, staff, kernel, headers=away):
        pass
    assert refused.value.response.status_code == 403
    assert staff.get(f"/api/kernels/{kernel}").status_code == 200
    server.on_loop(lambda: server.app.kernels.end(kernel))


# --- messages


def test_only_widget_messages_pass(siti, server, tmp_path):
    client, kernel, _ = siti
    written = tmp_path / "ditulis"
    code = f"open({str(written)!r}, 'w').write('x')"
    banned = [
        _message("execute_request", channel, code=code, silent=False, store_history=False)
        for channel in ("shell", "control")
    ]
    banned += [
        _message("complete_request", code="actor.", cursor_pos=6),
        _message("inspect_request", code="actor", cursor_pos=1, detail_level=1),
        _message("history_request", output=True, raw=True, hist_access_type="tail", n=9),
        _message("is_complete_request", code="1"),
        _message("debug_request", "control", command="initialize", seq=1, type="request"),
        _message("input_reply", "stdin", value="x"),
        _message("interrupt_request", "control"),
        _message("create_subshell_request", "control"),
        _message("usage_request", "control"),
    ]
    answered = set()
    with _socket(server, client, kernel, max_size=None) as socket:
        for message in banned:
            socket.send(message)
        socket.send(_message("comm_info_request"))
        while "comm_info_reply" not in answered:
            answered.add(json.loads(socket.recv(timeout=60))["header"]["msg_type"])
    assert not written.exists()
    assert answered <= {"comm_info_reply", "status"}


def test_an_upload_of_many_megabytes_passes_in_one_message_where_files_are_chosen(server):
    client = server.client("staf")
    kernel = _kernel_of(client.get("/daftar").text)
    words = json.loads(_message("comm_msg", comm_id="tidak-ada", data={"method": "custom"}))
    large = serialize_binary_message({**words, "buffers": [b"a" * 25_000_000]})
    with _socket(server, client, kernel, max_size=None) as socket:
        socket.send(large)
        socket.send(_message("comm_info_request"))
        while json.loads(socket.recv(timeout=60))["header"]["msg_type"] != "comm_info_reply":
            pass
    server.post(client, "/keluar")


def test_a_trainees_page_sends_words_and_no_megabytes(siti, server):
    client, kernel, _ = siti
    with _socket(server, client, kernel, max_size=None) as socket:
        socket.send(_message("comm_msg", comm_id="tidak-ada", data={"isi": "a" * 1_000_000}))
        with pytest.raises(ConnectionClosed, match="1009"):
            _read_to_the_end(socket)


def test_a_line_whose_page_answers_pings_stays(siti, server, monkeypatch):
    client, kernel, _ = siti
    answered = threading.Semaphore(0)
    # Seconds, for an answer may be late on a busy machine; a tenth of one is soon missed.
    monkeypatch.setattr(KernelSocket, "ping_interval", 3.0)
    monkeypatch.setattr(KernelSocket, "ping_timeout", 3.0)
    monkeypatch.setattr(KernelSocket, "on_pong", lambda socket, data: answered.release())
    with _socket(server, client, kernel, max_size=None) as socket:
        # Who answers a second time was not cut after the first.
        assert answered.acquire(timeout=120)
        assert answered.acquire(timeout=120)
        socket.send(_message("comm_info_request"))
        while json.loads(socket.recv(timeout=60))["header"]["msg_type"] != "comm_info_reply":
            pass


def test_a_line_whose_page_is_silent_is_cut(siti, server, monkeypatch):
    client, kernel, _ = siti
    monkeypatch.setattr(KernelSocket, "ping_interval", 0.1)
    monkeypatch.setattr(KernelSocket, "ping_timeout", 0.1)
    host, _, port = server.host.partition(":")
    with socket_module.create_connection((host, int(port)), timeout=60) as line:
        line.sendall(
            f"GET /api/kernels/{kernel}/channels?session_id={uuid.uuid4()} HTTP/1.1\r\n"
            f"Host: {server.host}\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            "Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n"
            f"Cookie: {server.cookie}={client.cookies[server.cookie]}\r\n\r\n".encode()
        )
        assert line.recv(65536).startswith(b"HTTP/1.1 101")
        while line.recv(65536):
            pass


# --- endings


def test_leaving_a_page_ends_its_kernel(server):
    client = server.client("budi")
    kernel = _kernel_of(client.get("/latihan").text)
    assert server.post(client, f"/voila/api/shutdown/{kernel}").status_code == 204
    assert kernel not in server.app.kernels
    assert server.post(client, f"/voila/api/shutdown/{kernel}").status_code == 204


def test_signing_out_ends_the_kernels_of_that_session_only(server):
    here, there = server.client("budi"), server.client("budi")
    mine, other = (_kernel_of(client.get("/latihan").text) for client in (here, there))
    server.post(here, "/keluar")
    assert mine not in server.app.kernels
    assert other in server.app.kernels
    server.post(there, "/keluar")


def test_a_session_ended_elsewhere_loses_its_kernels_soon(server):
    client, other = server.client("budi"), server.client("siti")
    kernel = _kernel_of(client.get("/latihan").text)
    kept = _kernel_of(other.get("/latihan").text)
    server.accounts.sign_out(None, client.cookies[server.cookie])
    server.on_loop(server.app.kernels.cull_kernels)
    assert kernel not in server.app.kernels
    assert kept in server.app.kernels
    server.post(other, "/keluar")


async def _end_visits(server) -> None:
    """Nobody is left of what other tests did."""
    await _endings_of(server)
    for kernel in list(server.app.kernels._visits):
        await server.app.kernels.end(kernel)


async def _endings_of(server) -> None:
    await asyncio.gather(*server.app.kernels._endings)


@contextmanager
def _all_places_taken(server) -> Iterator[None]:
    """No page is prepared as long as this lasts."""
    leave = []

    async def enter() -> None:
        leave.append(await server.app.admission.enter(lambda place: None))

    while server.app.admission._free:
        server.on_loop(enter)
    try:
        yield
    finally:
        for one in leave:
            server.on_loop(one)


@contextmanager
def _page_half_sent(server, client, until: bytes) -> Iterator[bytes]:
    """A page asked for and read as far as ``until``; then the visitor goes."""
    path = f"GET /latihan HTTP/1.1\r\nHost: {server.host}\r\n"
    cookie = f"Cookie: {server.cookie}={client.cookies[server.cookie]}\r\n\r\n"
    host, _, port = server.host.partition(":")
    with socket_module.create_connection((host, int(port)), timeout=60) as line:
        line.sendall((path + cookie).encode())
        head = b""
        while until not in head:
            head += line.recv(65536)
        yield head


def test_who_waits_is_told_their_place_and_who_leaves_gets_no_kernel(server, monkeypatch):
    given = []
    hand_over = server.app.kernels.hand_over

    def noted(kernel_id, visit):
        given.append(visit.owner)
        return hand_over(kernel_id, visit)

    left, leave = threading.Semaphore(0), RoomPage.on_connection_close

    def seen_leaving(page):
        leave(page)
        left.release()

    monkeypatch.setattr(server.app.kernels, "hand_over", noted)
    monkeypatch.setattr(RoomPage, "on_connection_close", seen_leaving)
    client, behind = server.client("budi"), server.client("siti")
    with _all_places_taken(server):
        with (
            _page_half_sent(server, client, b"<script>vv_antre(1)</script>") as first,
            _page_half_sent(server, behind, b"<script>vv_antre(2)</script>") as second,
        ):
            # The frame is there already, the kernel is not.
            assert b"Menyiapkan halaman" in first
            assert b"kernelId" not in first + second
        assert left.acquire(timeout=300)
        assert left.acquire(timeout=300)
    assert _told(client.get("/latihan").text)["siapa"] == "Budi Contoh"
    assert given == ["latihan:K1.2"]
    server.post(client, "/keluar")


@pytest.mark.parametrize(("who", "windows"), [("budi", 1), ("pelatih", 3)])
def test_a_page_too_many_of_one_room_ends_the_oldest_and_it_is_told_why(server, who, windows):
    client = server.client(who)
    opened = [_kernel_of(client.get("/latihan").text) for _ in range(windows + 1)]
    server.on_loop(lambda: _endings_of(server))
    assert opened[0] not in server.app.kernels
    assert client.get(f"/detak/{opened[0]}").json() == {"keadaan": "diganti"}
    assert all(client.get(f"/detak/{kernel}").status_code == 200 for kernel in opened[1:])
    server.post(client, "/keluar")


def test_when_all_seats_are_taken_people_wait_in_order_and_a_reload_keeps_ones_seat(
    server, monkeypatch
):
    # However slow the machine: who waits has not given up.
    monkeypatch.setattr(server.app.waiting_list, "_forget_s", math.inf)
    seated, first, second = (server.client(who) for who in ("jahil", "budi", "siti"))
    server.on_loop(lambda: _end_visits(server))
    monkeypatch.setattr(server.app, "seats", server.app.kernels.taken + 1)
    kernel = _kernel_of(seated.get("/latihan").text)
    refused = [client.get("/latihan") for client in (first, second, first)]
    assert [answer.status_code for answer in refused] == [503] * 3
    assert all(answer.headers["Retry-After"] for answer in refused)
    assert [re.search(r"<strong>(\d+)</strong>", answer.text)[1] for answer in refused] == list(
        "121"
    )
    kernel = _kernel_of(seated.get("/latihan").text)
    server.on_loop(lambda: server.app.kernels.end(kernel))
    # One seat is free and two wait: the second cannot pass the first.
    assert second.get("/latihan").status_code == 503
    assert first.get("/latihan").status_code == 200
    for client in (seated, first, second):
        server.post(client, "/keluar")


def test_a_kernel_made_ahead_knows_nobody_and_is_replaced_when_it_dies(server):
    pool = server.app.pool
    server.on_loop(server.app.keep_ready)
    while not pool.count("ringan"):
        pass
    ready = pool._ready["ringan"][0]
    assert not (Path(server.app.kernels.notes_dir) / ready.id).exists()
    assert server.app.kernels.owner_of(ready.id) == ""
    assert server.client("siti").get(f"/api/kernels/{ready.id}").status_code == 403
    # Killed, and nobody has noticed yet.
    os.kill(server.app.kernels.get_kernel(ready.id).provisioner.process.pid, signal.SIGKILL)
    client = server.client("budi")
    page = client.get("/latihan").text
    assert _told(page)["siapa"] == "Budi Contoh"
    assert _kernel_of(page) != ready.id
    server.post(client, "/keluar")


def test_a_kernel_that_dies_while_its_page_is_made_is_replaced(server, monkeypatch):
    hand_over, lost = server.app.kernels.hand_over, []

    def kill_the_first(kernel_id, visit):
        hand_over(kernel_id, visit)
        if not lost:
            lost.append(kernel_id)
            os.kill(server.app.kernels.get_kernel(kernel_id).provisioner.process.pid, 9)

    monkeypatch.setattr(server.app.kernels, "hand_over", kill_the_first)
    client = server.client("budi")
    page = client.get("/latihan").text
    assert _told(page)["siapa"] == "Budi Contoh"
    assert _kernel_of(page) not in lost
    server.post(client, "/keluar")


def test_only_those_who_run_the_server_see_its_state(server):
    assert server.client("siti").get("/keadaan").status_code == 403
    state = server.client("pelatih").get("/keadaan").json()
    assert state["kursi"] == server.app.seats
    assert state["hidup"] == server.app.kernels.taken
    assert (state["jalur"], state["sebab"]) == ("cepat", "")


def test_a_server_that_cannot_fork_tells_the_trainer_and_no_trainee(server, monkeypatch):
    slow = {"way": "stock", "reason": "this system is not Linux", "zygotes": []}
    monkeypatch.setattr(forkserver, "status", lambda: slow)
    pages = {who: server.client(who).get("/beranda").text for who in ("pelatih", "siti")}
    assert "verval doctor" in pages["pelatih"]
    assert "verval doctor" not in pages["siti"]
    assert server.client("pelatih").get("/keadaan").json()["jalur"] == "biasa"


def test_a_dead_kernel_stays_dead_and_its_page_learns_of_it(server):
    client = server.client("budi")
    kernel = _kernel_of(client.get("/latihan").text)
    manager = server.app.kernels.get_kernel(kernel)
    with _socket(server, client, kernel, max_size=None) as socket:
        process = psutil.Process(manager.provisioner.process.pid)
        process.kill()
        psutil.wait_procs([process], timeout=30)
        server.on_loop(manager._restarter.poll)
        with pytest.raises(ConnectionClosed, match="4404"):
            _read_to_the_end(socket)
    assert kernel not in server.app.kernels
    assert client.get(f"/detak/{kernel}").status_code == 404


def test_a_kernel_nobody_looks_at_is_culled_and_one_that_is_read_is_not(server, monkeypatch):
    kernels = server.app.kernels
    now = [kernels.clock()]
    client = server.client("budi")
    kernel = _kernel_of(client.get("/latihan").text)
    monkeypatch.setattr(type(kernels), "clock", staticmethod(lambda: now[0]))
    with _socket(server, client, kernel, max_size=None) as socket:
        socket.send(_message("comm_info_request"))
        socket.recv(timeout=60)
        now[0] += 10 * kernels.cull_idle_timeout
        server.on_loop(lambda: kernels.cull_kernel_if_idle(kernel))
        assert kernel in kernels
    server.on_loop(lambda: kernels.notify_disconnect(kernel) if kernel in kernels._seen else None)
    now[0] += kernels.cull_idle_timeout + 1
    server.on_loop(lambda: kernels.cull_kernel_if_idle(kernel))
    assert kernel not in kernels


def test_a_page_that_never_connects_is_culled_sooner(server, monkeypatch):
    kernels = server.app.kernels
    client = server.client("budi")
    kernel = _kernel_of(client.get("/latihan").text)
    later = kernels.clock() + kernels.unseen_timeout + 1
    assert kernels.unseen_timeout < kernels.cull_idle_timeout
    monkeypatch.setattr(type(kernels), "clock", staticmethod(lambda: later))
    server.on_loop(lambda: kernels.cull_kernel_if_idle(kernel))
    assert kernel not in kernels


# --- rooms that fail


def test_a_broken_room_says_so_and_nothing_of_why(server, caplog):
    client = server.client("pelatih")
    page = client.get("/peta").text
    assert "karena ada kesalahan program" in page
    assert "rahasia" not in page
    assert "99730101" not in page
    assert "Traceback" not in page
    assert "99730101" not in caplog.text
    server.post(client, "/keluar")


def test_a_room_that_refuses_shows_its_sentence_as_text(server):
    client = server.client("pelatih")
    page = client.get("/kelas").text
    output = json.loads(re.search(r'cell-output\+json">\s*(\{.*\})\s*</script>', page)[1])
    assert "Kelas &lt;b&gt;belum&lt;/b&gt; dibuka." in output["data"]["text/html"]
    server.post(client, "/keluar")


def test_a_kernel_that_does_not_start_leaves_a_page_that_ends(server, monkeypatch):
    async def fail(kernel_name):
        raise RuntimeError("tidak bisa")

    monkeypatch.setattr(server.app.pool, "take", fail)
    answer = server.client("siti").get("/latihan")
    assert "karena ada kesalahan program" in answer.text
    assert answer.text.rstrip().endswith("</html>")
    assert "tidak bisa" not in answer.text
