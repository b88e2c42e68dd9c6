"""What a page can say to its kernel, on a running server and in both wire formats.

Everything a kernel understands is tried on every channel; a marker shows whether it arrived.
"""

from __future__ import annotations

import itertools
import json
import os
import re
import struct
import time
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from typing import Any

import pytest
from websockets.exceptions import ConnectionClosed
from websockets.sync.client import ClientConnection, connect

from workbench.serve import messages
from workbench.serve.messages import COMPACT, CONTROL, Message, permitted, read_message

WIRES = pytest.mark.parametrize("compact", [False, True], ids=["json", "compact"])
CHANNELS = ("shell", "control", "stdin", "iopub")
#: Every request a kernel knows, and some it does not.
KINDS = (
    "execute_request", "inspect_request", "complete_request", "history_request",
    "is_complete_request", "connect_request", "debug_request", "usage_request",
    "create_subshell_request", "delete_subshell_request", "list_subshell_request",
    "interrupt_request", "shutdown_request", "input_reply", "apply_request", "abort_request",
    "clear_request", "status", "stream", "error", "iopub_welcome", "", "EXECUTE_REQUEST",
)  # fmt: skip
EMPTY: dict[str, Any] = {}


# --- taking apart and putting together: no server needed


def _message(kind: str, channel: object = "shell", **content: Any) -> Message:
    header = {"msg_id": "m-1", "session": "s-1", "msg_type": kind, "subshell_id": "x"}
    return Message(channel, header, {"version": "1.0.0", "cellId": "x"}, content)


def _update(**changes: Any) -> Message:
    data = {"method": "update", "state": {"value": 1}, "buffer_paths": [], **changes}
    return _message("comm_msg", comm_id="c" * 32, data=data)


@pytest.mark.parametrize("channel", CHANNELS)
@pytest.mark.parametrize("kind", KINDS)
def test_no_other_kind_of_message_is_permitted(kind, channel):
    assert permitted(_message(kind, channel, code="1", comm_id="c" * 32), (), True) is None


@pytest.mark.parametrize("channel", ["control", "stdin", "iopub", "", None, 3, ["shell"]])
@pytest.mark.parametrize("kind", ["kernel_info_request", "comm_msg", "comm_open", "comm_close"])
def test_only_the_shell_is_permitted(kind, channel):
    message = replace(_update(), channel=channel, header={"msg_type": kind})
    assert permitted(message, {"c" * 32}, True) is None


def test_what_passes_is_put_together_again_from_known_parts():
    said = permitted(_update(rogue=1), (), False)
    assert said is not None
    assert said.header == {"msg_id": "m-1", "session": "s-1", "msg_type": "comm_msg"}
    assert said.metadata == {}
    assert said.content["data"] == {"method": "update", "state": {"value": 1}, "buffer_paths": []}
    asked = permitted(_message("kernel_info_request", code="1+1"), (), False)
    assert asked is not None
    assert asked.content == {}
    odd = replace(_update(), header={"msg_type": "comm_msg", "msg_id": "x" * 99, "session": ["s"]})
    kept = permitted(odd, (), False)
    assert kept is not None
    assert kept.header == {"msg_type": "comm_msg"}


@pytest.mark.parametrize(
    "content",
    [
        {"comm_id": "a" * 32, "target_name": "jupyter.widget", "data": {"state": {}}},
        {"comm_id": "a" * 32, "target_name": "jupyter.widget.version", "data": {}},
        {"comm_id": "a" * 32, "target_name": "", "target_module": "os", "data": {}},
        {"comm_id": "a" * 32, "target_name": [CONTROL], "data": {}},
        {"comm_id": "a b", "target_name": CONTROL, "data": {}},
        {"target_name": CONTROL, "data": {}},
    ],
)
def test_no_comm_but_the_one_for_states_is_opened(content):
    assert permitted(_message("comm_open", **content), (), True) is None


def test_the_comm_for_states_asks_for_states_and_is_closed_by_who_opened_it():
    mine = "b" * 32
    opened = permitted(
        _message("comm_open", comm_id=mine, target_name=CONTROL, data={"x": 1}), (), False
    )
    assert opened is not None
    assert opened.metadata == {"version": "1.0.0"}
    assert opened.content == {"comm_id": mine, "target_name": CONTROL, "data": {}}
    ask = _message("comm_msg", comm_id=mine, data={"method": "request_states"})
    assert permitted(ask, {mine}, False) is not None
    assert permitted(ask, (), False) is None
    assert (
        permitted(replace(_update(), content={**_update().content, "comm_id": mine}), {mine}, 1)
        is None
    )
    close = _message("comm_close", comm_id=mine)
    assert permitted(close, {mine}, False) is not None
    assert permitted(close, (), False) is None


@pytest.mark.parametrize(
    "changes",
    [
        {"method": "echo_update"},
        {"method": None},
        {"method": ["update"]},
        {"state": [1]},
        {"state": None},
        {"buffer_paths": {"a": 1}},
    ],
    ids=str,
)
def test_a_widget_is_told_only_what_widgets_understand(changes):
    assert permitted(_update(**changes), (), True) is None
    assert permitted(_message("comm_msg", comm_id="c" * 32, data="update"), (), True) is None


def test_files_pass_only_in_rooms_that_take_files():
    message = replace(_update(), files=[b"PK"])
    assert permitted(message, (), False) is None
    kept = permitted(message, (), True)
    assert kept is not None
    assert kept.files == [b"PK"]
    assert messages.most_bytes("latihan", 10**8) == messages.MAX_WORDS_BYTES
    assert messages.most_bytes("daftar", 10**8) == 10**8


def _pack(parts: list[bytes], count: int | None = None) -> bytes:
    """The compact form; ``count`` lies about how many offsets there are."""
    start = 8 * (len(parts) + 2)
    ends = [start + sum(map(len, parts[:place])) for place in range(len(parts) + 1)]
    numbers = [len(ends) if count is None else count, *ends]
    return b"".join([*(one.to_bytes(8, "little") for one in numbers), *parts])


@pytest.mark.parametrize(
    ("frame", "compact"),
    [
        # Believed, these would keep the server counting for ever, or fill its memory.
        (_pack([b"shell", b"{}", b"{}", b"{}", b"{}"], count=2**62), True),
        (_pack([b"shell", b"{}", b"{}", b"{}", b"{}"], count=0), True),
        (_pack([b"shell", b"{}", b"{}", b"{}", b"{}", *[b"x"] * 40]), True),
        (struct.pack("!I", 2**31 - 1) + b"{}", False),
        (_pack([b"shell", b"{}", b"{}", b"{}", b"{}"])[:-1], True),
        (_pack([b"shell", b"{}", b"{}", b"{}", b"[]"]), True),
        (_pack([b"shell", b"\xff", b"{}", b"{}", b"{}"]), True),
        (b"", True),
        (b"", False),
        ("{}", True),
        ("", False),
        ("[1]", False),
        ('{"header": 3, "content": {}}', False),
        ("[" * 100_000, False),
        ('{"a":' * 50_000, False),
        (json.dumps({"header": EMPTY, "content": {"x": "y" * messages.MAX_WORDS_BYTES}}), False),
        ('{"header": {}, "content": {"x": ' + "9" * 5_000 + "}}", False),
    ],
)
def test_a_frame_that_is_no_message_is_refused(frame, compact):
    with pytest.raises(ValueError, match=r"\S"):
        read_message(frame, compact)


# --- on a running server


@dataclass
class Line:
    """A page's websocket, held by hand."""

    socket: ClientConnection
    compact: bool

    def send(
        self, kind: str, channel: str = "shell", files: tuple[bytes, ...] = (), **content: Any
    ) -> str:
        """Send a message and return its id."""
        header = {
            "msg_id": uuid.uuid4().hex,
            "msg_type": kind,
            "username": "",
            "session": "halaman",
            "version": "5.3",
            "date": "2026-11-21T00:00:00Z",
        }
        metadata = {"version": "1.0.0"}
        if self.compact:
            said = [json.dumps(one).encode() for one in (header, EMPTY, metadata, content)]
            self.socket.send(_pack([channel.encode(), *said, *files]))
            return header["msg_id"]
        whole = {
            "channel": channel,
            "header": header,
            "parent_header": EMPTY,
            "metadata": metadata,
            "content": content,
        }
        text = json.dumps(whole)
        if not files:
            self.socket.send(text)
            return header["msg_id"]
        parts = [text.encode(), *files]
        starts = [4 * (len(parts) + 1)]
        for part in parts[:-1]:
            starts.append(starts[-1] + len(part))
        self.socket.send(struct.pack(f"!{len(parts) + 1}I", len(parts), *starts) + b"".join(parts))
        return header["msg_id"]

    def receive(self) -> dict[str, Any]:
        """The next message: channel, kind, parent's id, content."""
        frame = self.socket.recv(timeout=60)
        if self.compact:
            assert isinstance(frame, bytes)
            count = int.from_bytes(frame[:8], "little")
            places = [
                int.from_bytes(frame[8 * place : 8 * place + 8], "little")
                for place in range(1, count + 1)
            ]
            parts = [frame[start:stop] for start, stop in itertools.pairwise(places)]
            header, parent, _, content = (json.loads(part) for part in parts[1:5])
            return {
                "channel": parts[0].decode(),
                "kind": header["msg_type"],
                "parent": parent.get("msg_id"),
                "content": content,
            }
        if isinstance(frame, bytes):
            first = struct.unpack("!3I", frame[:12])
            frame = frame[first[1] : first[2] if first[0] > 1 else None].decode()
        whole = json.loads(frame)
        return {
            "channel": whole["channel"],
            "kind": whole["header"]["msg_type"],
            "parent": whole["parent_header"].get("msg_id"),
            "content": whole["content"],
        }

    def settle(self) -> list[dict[str, Any]]:
        """Everything said until the kernel has answered a question asked now."""
        asked = self.send("kernel_info_request")
        heard: list[dict[str, Any]] = []
        # The answer and what widgets say come by two channels: both must have come to an end.
        ends = {"kernel_info_reply", "idle"}
        while ends:
            heard.append(self.receive())
            if heard[-1]["parent"] == asked:
                ends -= {heard[-1]["kind"], heard[-1]["content"].get("execution_state")}
        return heard

    def states(self) -> dict[str, Any]:
        """The state of every widget, asked for as a page does."""
        comm = str(uuid.uuid4())
        self.send("comm_open", comm_id=comm, target_name=CONTROL, data={})
        self.send("comm_msg", comm_id=comm, data={"method": "request_states"})
        while True:
            said = self.receive()
            if said["kind"] == "comm_msg" and said["content"]["comm_id"] == comm:
                self.send("comm_close", comm_id=comm, data={})
                return said["content"]["data"]["states"]

    def widget(self, model: str) -> str:
        """The comm of the one widget of a model."""
        found = [key for key, one in self.states().items() if one["model_name"] == model]
        assert len(found) == 1
        return found[0]


@contextmanager
def _line(server: Any, client: Any, kernel: str, compact: bool) -> Iterator[Line]:
    with connect(
        f"ws://{server.host}/api/kernels/{kernel}/channels?session_id=halaman",
        additional_headers={"Cookie": f"{server.cookie}={client.cookies[server.cookie]}"},
        subprotocols=[COMPACT] if compact else None,
        open_timeout=60,
        max_size=None,
    ) as socket:
        assert (socket.subprotocol == COMPACT) is compact
        yield Line(socket, compact)


def _read_to_the_end(line: Line) -> None:
    while True:
        line.receive()


def _open_room(server: Any, who: str, room: str) -> tuple[Any, str]:
    client = server.client(who)
    page = client.get(f"/{room}")
    assert page.status_code == 200
    return client, re.search(r'"kernelId": "([^"]+)"', page.text)[1]


@pytest.fixture(scope="module")
def budi(server: Any) -> tuple[Any, str]:
    """Budi's client and the kernel of his room."""
    return _open_room(server, "budi", "latihan")


@contextmanager
def _inside(server: Any, kernel: str) -> Iterator[Any]:
    """A client that talks to the kernel past the server, as nobody outside can."""
    client = server.app.kernels.get_kernel(kernel).blocking_client()
    client.start_channels()
    try:
        client.wait_for_ready(timeout=60)
        yield client
    finally:
        client.stop_channels()


def _is_alive(server: Any, kernel: str) -> bool:
    return bool(server.on_loop(lambda: server.app.kernels.get_kernel(kernel).is_alive()))


@WIRES
@pytest.mark.parametrize("channel", CHANNELS)
def test_nothing_but_widget_messages_reaches_a_kernel(server, budi, tmp_path, channel, compact):
    client, kernel = budi
    marker = tmp_path / "penanda"
    code = f"open({str(marker)!r}, 'w').close(); button.description = 'diubah'"
    with _line(server, client, kernel, compact) as line:
        for kind in KINDS:
            line.send(
                kind,
                channel,
                code=code,
                silent=False,
                store_history=False,
                user_expressions={"x": code},
                allow_stdin=False,
                stop_on_error=False,
                value=code,
                restart=False,
                cursor_pos=3,
                detail_level=0,
                command="evaluate",
                arguments={"expression": code},
            )
        heard = line.settle()
        assert {said["kind"] for said in heard} <= {"status", "kernel_info_reply"}
        assert {one["state"].get("description") for one in line.states().values()}.isdisjoint(
            {"diubah"}
        )
    with _inside(server, kernel) as inside:
        inside.control_channel.send(inside.session.msg("kernel_info_request"))
        inside.get_control_msg(timeout=60)  # what came by the control channel is done by now
        assert not marker.exists()
        assert _is_alive(server, kernel)
        # Sent from within, the same code does leave a marker: the test can fail.
        inside.execute(code.replace("diubah", "Tambah"), reply=True, timeout=60)
        assert marker.exists()


@WIRES
def test_what_a_page_needs_passes(server, budi, compact):
    client, kernel = budi
    with _line(server, client, kernel, compact) as line:
        button, menu = line.widget("ButtonModel"), line.widget("DropdownModel")
        before = line.states()
        count = [
            key for key, one in before.items() if "hitung" in str(one["state"].get("value", ""))
        ]
        line.send(
            "comm_msg",
            comm_id=button,
            data={"method": "custom", "content": {"event": "click"}},
        )
        line.send("comm_msg", comm_id=menu, data={"method": "update", "state": {"index": 1}})
        line.send("comm_msg", comm_id=menu, data={"method": "request_state"})
        after = line.states()
        assert before[count[0]]["state"]["value"] != after[count[0]]["state"]["value"]
        assert after[menu]["state"]["index"] == 1
        line.send("comm_info_request", target_name="jupyter.widget")
        assert "comm_info_reply" in {said["kind"] for said in line.settle()}


@WIRES
def test_a_page_opens_no_widgets_and_closes_none(server, budi, compact):
    client, kernel = budi
    with _line(server, client, kernel, compact) as line:
        before = line.states()
        button = line.widget("ButtonModel")
        state = {
            "_model_module": "@jupyter-widgets/controls",
            "_model_module_version": "2.0.0",
            "_model_name": "ButtonModel",
            "_view_module": "@jupyter-widgets/controls",
            "_view_module_version": "2.0.0",
            "_view_name": "ButtonView",
        }
        for target in ("jupyter.widget", "jupyter.widget.version", "lain"):
            line.send(
                "comm_open",
                comm_id=uuid.uuid4().hex,
                target_name=target,
                data={"state": state, "buffer_paths": []},
            )
        line.send("comm_close", comm_id=button, data={})
        line.settle()
        assert set(line.states()) == set(before)


@WIRES
def test_broken_frames_hurt_nobody(server, budi, compact):
    client, kernel = budi
    with _line(server, client, kernel, compact) as line:
        for frame in (
            _pack([b"shell", b"{}", b"{}", b"{}", b"{}"], count=2**62),
            struct.pack("!I", 2**31 - 1) + b"{}",
            b"",
            "",
            "[" * 100_000,
            '{"header": {"msg_type": "comm_msg"}, "channel": "shell", "content": {"comm_id": 3}}',
        ):
            line.socket.send(frame)
        # Half a character and no number are JSON to some, and would fail later in the kernel.
        button = line.widget("ButtonModel")
        line.send(
            "comm_msg",
            comm_id=button,
            data={"method": "custom", "content": {"event": "\ud800", "x": float("nan")}},
        )
        assert line.settle()


@WIRES
def test_no_error_text_of_a_kernel_reaches_a_page(server, budi, compact):
    client, kernel = budi
    with _line(server, client, kernel, compact) as line:
        menu = line.widget("DropdownModel")
        line.send("comm_msg", comm_id=menu, data={"method": "update", "state": {"index": 999}})
        line.send("comm_msg", comm_id=uuid.uuid4().hex, data={"method": "request_state"})
        with _inside(server, kernel) as inside:
            # After an error other requests are refused for a moment, unless it says no.
            inside.execute(
                "print('keluaran'); import sys; sys.stderr.write('galat\\n'); 1/0",
                reply=True,
                stop_on_error=False,
                timeout=60,
            )
        heard = line.settle()
    assert {said["kind"] for said in heard} <= {"status", "kernel_info_reply", "comm_msg"}
    assert "Traceback" not in str(heard)


@WIRES
def test_a_file_passes_in_a_room_that_takes_files_and_in_no_other(server, compact):
    sent = {"name": "a.csv", "type": "text/csv", "size": 4, "last_modified": 0, "content": None}
    for who, room, arrives in (("staf", "daftar", True), ("siti", "latihan", False)):
        client, kernel = _open_room(server, who, room)
        with _line(server, client, kernel, compact) as line:
            upload = line.widget("FileUploadModel")
            line.send(
                "comm_msg",
                files=(b"a;b\n",),
                comm_id=upload,
                data={
                    "method": "update",
                    "state": {"value": [sent]},
                    "buffer_paths": [["value", 0, "content"]],
                },
            )
            names = [one["name"] for one in line.states()[upload]["state"]["value"]]
        assert names == (["a.csv"] if arrives else [])
        assert server.post(client, "/keluar").status_code == 303


def test_a_large_message_ends_the_line_where_no_files_are_taken(server, budi):
    client, kernel = budi
    with _line(server, client, kernel, False) as line:
        line.socket.send("x" * (2 * messages.MAX_WORDS_BYTES))
        with pytest.raises(ConnectionClosed):
            _read_to_the_end(line)
    assert _is_alive(server, kernel)


def test_pages_that_vanish_leave_nothing_behind(server, budi):
    client, kernel = budi
    kernels = server.app.kernels

    def open_files() -> int:
        return len(os.listdir(f"/proc/{os.getpid()}/fd"))

    with _line(server, client, kernel, True) as line:
        line.settle()
    before = open_files()
    for _ in range(12):
        with _line(server, client, kernel, True) as line:
            line.settle()
    deadline = time.monotonic() + 300
    while time.monotonic() < deadline and (
        kernels._kernel_connections[kernel] or open_files() >= before + 12
    ):
        time.sleep(0.05)
    assert kernels._kernel_connections[kernel] == 0
    assert kernel not in kernels._kernel_buffers
    # Fewer than a file a line: the pool may have begun another kernel meanwhile.
    assert open_files() < before + 12


def test_a_page_that_comes_back_takes_its_own_place(server, budi):
    client, kernel = budi
    with _line(server, client, kernel, True) as first, _line(server, client, kernel, True) as again:
        # The same page, whose first line the server had not yet noticed to be dead.
        with pytest.raises(ConnectionClosed):
            _read_to_the_end(first)
        assert again.states()


def test_a_refused_message_is_logged_once_and_without_its_words(server, budi, caplog):
    client, kernel = budi
    with _line(server, client, kernel, False) as line:
        for _ in range(20):
            line.send("execute_request", code="rahasia = 9973010101900001")
        line.settle()
    # A record may pass more than one handler of the test run.
    said = {one.created for one in caplog.records if "was refused" in one.getMessage()}
    assert len(said) == 1
    assert "9973010101900001" not in caplog.text
