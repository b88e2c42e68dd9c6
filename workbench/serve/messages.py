"""What may pass between a page and its kernel, and the line it passes on.

A page works its widgets and nothing else: it never runs code, asks for completions, interrupts
or ends its kernel. What it sends is taken apart here and put together again from the parts that
are allowed, so nothing else of it reaches a kernel. The way back is as narrow: no output, no
error text, only what widgets say.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import json
import re
import secrets
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, cast

from jupyter_server.services.kernels.connection.base import serialize_msg_to_ws_v1
from jupyter_server.services.kernels.connection.channels import ZMQChannelsWebsocketConnection
from tornado.websocket import WebSocketClosedError
from zmq import SUBSCRIBE
from zmq.eventloop.zmqstream import ZMQStream

#: The compact wire format; a client that does not ask for it speaks JSON.
COMPACT = "v1.kernel.websocket.jupyter.org"
#: Over a comm of this target a page asks for the state of all widgets, once, when it loads.
CONTROL = "jupyter.widget.control"

#: Rooms in which files are chosen: only there a message carries more than words.
ROOMS_WITH_UPLOAD = frozenset({"daftar", "jejak", "kelas", "lapangan"})
#: The largest message in words, and how many files may come with it.
MAX_WORDS_BYTES = 256 * 1024
MAX_FILES = 4
#: A page opens one, asks, and closes it.
MAX_CONTROLS = 4

#: What a page is told, by channel.
TOLD = {
    "iopub": frozenset({"status", "comm_open", "comm_msg", "comm_close"}),
    "shell": frozenset({"kernel_info_reply", "comm_info_reply"}),
}
#: Seconds until a kernel must have taken notice of a new listener.
NOTICE_S = 20.0

_PARTS = ("header", "metadata", "content")
_NAME = re.compile(r"[A-Za-z0-9_-]{1,64}")
_VERSION = re.compile(r"[0-9.]{1,12}")


@dataclass(frozen=True)
class Message:
    """One message of a page, taken apart. ``files`` are the binary parts that came with it."""

    channel: object
    header: Mapping[str, Any]
    metadata: Mapping[str, Any]
    content: Mapping[str, Any]
    files: Sequence[bytes] = ()


def most_bytes(room: str, most_with_upload: int) -> int:
    """The largest message that a room's page may send."""
    return most_with_upload if room in ROOMS_WITH_UPLOAD else MAX_WORDS_BYTES


def read_message(frame: str | bytes, compact: bool) -> Message:
    """Take a websocket frame apart; raises ``ValueError`` when it is no message."""
    if compact:
        if isinstance(frame, str):
            raise ValueError("not compact")
        channel, *parts = _cut(frame, width=8, order="little", fewest=5, ended=True)
        header, _, metadata, content = (_json_object(part) for part in parts[:4])
        return Message(channel.decode(), header, metadata, content, parts[4:])
    words, *files = (
        [frame] if isinstance(frame, str) else _cut(frame, width=4, order="big", fewest=1)
    )
    whole = _json_object(words)
    header, metadata, content = (whole.get(name, {}) for name in _PARTS)
    if not (isinstance(header, dict) and isinstance(metadata, dict) and isinstance(content, dict)):
        raise ValueError("not a message")
    return Message(whole.get("channel"), header, metadata, content, files)


def _cut(frame: bytes, *, width: int, order: Any, fewest: int, ended: bool = False) -> list[bytes]:
    """The parts of a binary frame: a count, that many offsets, then the parts themselves.

    The count comes from the page, so it is looked at before it is believed. With ``ended`` the
    last offset is the end of the last part.
    """
    count = int.from_bytes(frame[:width], order)
    if not fewest <= count - ended <= fewest + MAX_FILES or len(frame) < width * (count + 1):
        raise ValueError("wrong number of parts")
    offsets = [
        int.from_bytes(frame[width * place : width * (place + 1)], order)
        for place in range(1, count + 1)
    ]
    if not ended:
        offsets.append(len(frame))
    if offsets != sorted(offsets) or offsets[0] != width * (count + 1) or offsets[-1] != len(frame):
        raise ValueError("parts out of place")
    return [frame[start:stop] for start, stop in itertools.pairwise(offsets)]


def _json_object(text: str | bytes) -> dict[str, Any]:
    if len(text) > MAX_WORDS_BYTES:
        raise ValueError("too many words")
    try:
        value = json.loads(text)
    except RecursionError:
        raise ValueError("too deep") from None
    if not isinstance(value, dict):
        raise ValueError("not an object")
    return value


def permitted(message: Message, controls: Container[object], uploads: bool) -> Message | None:
    """What of a message goes on to the kernel; None when nothing does.

    ``controls`` are the control comms this page has opened; ``uploads`` says whether its room
    takes files. The header keeps the kind of the message and where its answer belongs.
    """
    header, content = message.header, message.content
    if message.channel != "shell" or (message.files and not uploads):
        return None
    kind, comm = header.get("msg_type"), content.get("comm_id")
    kept: dict[str, Any]
    metadata: dict[str, Any] = {}
    if kind == "kernel_info_request":
        kept = {}
    elif kind == "comm_info_request":
        kept = {"target_name": "jupyter.widget"}
    elif not _is_name(comm):
        return None
    elif kind == "comm_open" and content.get("target_name") == CONTROL:
        version = message.metadata.get("version")
        metadata = {"version": version if _is(version, _VERSION) else ""}
        kept = {"comm_id": comm, "target_name": CONTROL, "data": {}}
    elif kind == "comm_close" and comm in controls:
        kept = {"comm_id": comm, "data": {}}
    elif kind == "comm_msg":
        data = _permitted_data(content.get("data"), comm in controls)
        if data is None:
            return None
        kept = {"comm_id": comm, "data": data}
    else:
        return None
    answer_to = {name: header[name] for name in ("msg_id", "session") if _is_name(header.get(name))}
    return Message("shell", {**answer_to, "msg_type": kind}, metadata, kept, message.files)


def _permitted_data(data: object, control: bool) -> dict[str, Any] | None:
    if not isinstance(data, dict):
        return None
    method = data.get("method")
    if control:
        return {"method": method} if method == "request_states" else None
    if method == "request_state":
        return {"method": method}
    if method == "custom":
        return {"method": method, "content": data.get("content")}
    state, paths = data.get("state"), data.get("buffer_paths", [])
    if method != "update" or not isinstance(state, dict) or not isinstance(paths, list):
        return None
    return {"method": method, "state": state, "buffer_paths": paths}


def _is(value: object, pattern: re.Pattern[str]) -> bool:
    return isinstance(value, str) and pattern.fullmatch(value) is not None


def _is_name(value: object) -> bool:
    return _is(value, _NAME)


class RoomConnection(ZMQChannelsWebsocketConnection):
    """A page's line to its kernel: a shell and a subscription, no control and no stdin.

    The kernel has run the room's cell before a page learns its id, so it is not asked whether it
    lives. Nothing is kept for a page that went away: when it comes back it asks for everything.
    """

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self._controls: set[object] = set()
        self._uploads = False
        self._mark = secrets.token_hex(8).encode()
        self._heard: asyncio.Future[None] | None = None
        self._left = False
        self._refused = False

    async def prepare(self) -> None:
        """Replace an earlier line of the same page, if one still hangs."""
        await self._register_session()
        self.session.key = self.kernel_manager.session.key
        self._uploads = self.multi_kernel_manager.room_of(self.kernel_id) in ROOMS_WITH_UPLOAD

    async def connect(self) -> None:  # type: ignore[override]
        """Open the channels; returns when the kernel's next word will be heard.

        Until then the websocket is not read, so what the page sends waits and is not lost.
        """
        if self.kernel_id not in self.multi_kernel_manager:
            self.websocket_handler.close(4404, "berakhir")
            return
        self.multi_kernel_manager.notify_connect(self.kernel_id)
        self._open_sockets.add(self)
        # An answer is two or three small frames: none shall wait for the page to confirm the first.
        self.websocket_handler.set_nodelay(True)
        # Without the identity a page asks for: nothing a visitor names becomes an address, and a
        # line that still hangs does not stand in the way of the next.
        self.channels = {
            "iopub": self.kernel_manager.connect_iopub(),
            "shell": self.kernel_manager.connect_shell(),
        }
        self._heard = asyncio.get_running_loop().create_future()
        for channel, stream in self.channels.items():
            stream.channel = channel
            stream.on_recv_stream(self.handle_outgoing_message)
        # A kernel greets each subscription it has not had before. This one nobody has had, and it
        # arrives after the one for everything: once greeted, both stand.
        self.channels["iopub"].setsockopt(SUBSCRIBE, self._mark)
        done, _ = await asyncio.wait([self._heard], timeout=NOTICE_S)
        if not done:
            self.log.warning("Kernel %s does not greet its page.", self.kernel_id)
            self.websocket_handler.close(4404, "berakhir")

    def disconnect(self) -> None:
        """Close the channels; harmless when done before."""
        if self._left:
            return
        self._left = True
        if self._open_sessions.get(self.session_key) is self.websocket_handler:
            del self._open_sessions[self.session_key]
        if self._heard is None:
            return  # never connected
        self.multi_kernel_manager.notify_disconnect(self.kernel_id)
        self._open_sockets.discard(self)
        for stream in self.channels.values():
            stream.on_recv(None)
            stream.close()
        self.channels = {}
        if not self._heard.done():
            self._heard.set_result(None)

    def handle_incoming_message(self, incoming_msg: str | bytes) -> None:
        """Hand what is permitted on to the kernel, drop the rest."""
        if not self.channels:
            return
        try:
            message = read_message(incoming_msg, self.subprotocol == COMPACT)
            allowed = permitted(message, self._controls, self._uploads)
            if allowed is None:
                raise ValueError("not permitted")
            self._count_controls(allowed)
            self._send(allowed)
        except ValueError as error:
            # Once: who tries a thousand times shall not fill the log. Never the message itself.
            if not self._refused:
                reason = str(error) if type(error) is ValueError else type(error).__name__
                self.log.warning("Kernel %s: a message was refused: %s", self.kernel_id, reason)
            self._refused = True

    def _count_controls(self, message: Message) -> None:
        comm = message.content.get("comm_id")
        if message.header["msg_type"] == "comm_close":
            self._controls.discard(comm)
        elif message.header["msg_type"] == "comm_open":
            if len(self._controls) >= MAX_CONTROLS:
                raise ValueError("too many controls")
            self._controls.add(comm)

    def _send(self, message: Message) -> None:
        header = {**self.session.msg_header(message.header["msg_type"]), **message.header}
        parts = [
            # Strict: half a character and no number would only fail later, in the kernel.
            json.dumps(part, ensure_ascii=False, allow_nan=False, default=str).encode()
            for part in (header, {}, message.metadata, message.content)
        ]
        self.session.send_raw(self.channels["shell"], [*parts, *message.files])

    def handle_outgoing_message(self, stream: ZMQStream, outgoing_msg: list[bytes]) -> None:  # type: ignore[override]
        """Hand what widgets say on to the page."""
        if not self.channels:
            return
        topics, signed = self.session.feed_identities(outgoing_msg)
        parts = signed[1:]
        kind = json.loads(parts[0])["msg_type"]
        if kind == "iopub_welcome" and self._mark in topics:
            assert self._heard is not None
            self._heard.set_result(None)
            return
        channel = cast(Any, stream).channel
        if kind not in TOLD[channel]:
            return
        if self.subprotocol == COMPACT:
            frame = serialize_msg_to_ws_v1(parts, channel)
        else:
            frame = self._reserialize_reply(self.session.deserialize(signed), channel)
        with contextlib.suppress(WebSocketClosedError):
            self.write_message(frame, binary=isinstance(frame, bytes))


__all__ = ["Message", "RoomConnection", "most_bytes", "permitted", "read_message"]
