"""A person in the hall without a browser: what a page sends and waits for, and no more.

Each message is the one a browser was seen to send, in its order and on its wire format (kernel
messages in binary frames, compressed; pages zipped). Whatever nobody waits for is not even
parsed: the people share the machine's cores with the server they visit.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import re
import struct
import time
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

import aiohttp
from aiohttp.client_proto import ResponseHandler

#: Seconds. A hall is patient, a test is not endless.
PATIENCE_S = 300.0
#: Without an answer for so long a card takes its line for lost.
ANSWER_S = 30.0
#: A card asks again after so long when the store was busy.
AGAIN_S = 3.0

SUBPROTOCOL = "v1.kernel.websocket.jupyter.org"
AREA = "36.73.05"

_KERNEL_ID = re.compile(rb'"kernelId":\s*"([0-9a-f-]{36})"')
_MODEL_ID = re.compile(rb'"model_id":\s*"([0-9a-f]+)"')
_FORM = re.compile(r'name="formulir" value="([^"]+)"')

#: Number of a case and field: where an answer belongs.
Place = tuple[int, str]
#: Number, field and revision: one answer.
Key = tuple[int, str, int]


class Lost(Exception):
    """The line is cut, or the page did not come: what a browser mends by loading again."""


@dataclass(frozen=True)
class Visit:
    """One opening of a page. Seconds since it was asked for: first bytes, whole page, live."""

    kernel_id: str
    first: float
    page: float
    live: float


# --- the wire -------------------------------------------------------------------------------------


@dataclass
class Traffic:
    """Bytes that came over a person's connections, counted before anything is unpacked."""

    received: int = 0


class _Counted(ResponseHandler):
    def __init__(self, loop: asyncio.AbstractEventLoop, traffic: Traffic) -> None:
        super().__init__(loop)
        self._traffic = traffic

    def data_received(self, data: bytes) -> None:
        self._traffic.received += len(data)
        super().data_received(data)


class _Connector(aiohttp.TCPConnector):
    def __init__(self, traffic: Traffic) -> None:
        super().__init__(limit=0)
        self._factory = partial(_Counted, self._loop, traffic)


def frame_of(kind: str, content: dict[str, Any], session: str) -> bytes:
    """The frame of a message to the kernel's shell."""
    header = {
        "date": datetime.now(UTC).isoformat(),
        "msg_id": uuid.uuid4().hex,
        "msg_type": kind,
        "session": session,
        "username": "",
        "version": "5.2",
    }
    metadata = {"version": "1.0.0"} if kind == "comm_open" else {}
    parts = [b"shell", *(json.dumps(one).encode() for one in (header, {}, metadata, content))]
    offsets = [8 * (len(parts) + 2)]
    for part in parts:
        offsets.append(offsets[-1] + len(part))
    return struct.pack(f"<{len(offsets) + 1}Q", len(offsets), *offsets) + b"".join(parts)


def read_frame(frame: bytes) -> tuple[bytes, bytes]:
    """Header and content of a message, not parsed."""
    _, _, header, parent, _, content, end = struct.unpack_from("<7Q", frame)
    return frame[header:parent], frame[content:end]


class KernelLine:
    """The websocket of one page.

    ``on_message(content)`` gets the content of each comm message as bytes; ``on_cut(line)`` is
    called once when the line ends, whoever ended it.
    """

    def __init__(
        self, on_message: Callable[[bytes], None], on_cut: Callable[[KernelLine], None]
    ) -> None:
        self._on_message = on_message
        self._on_cut = on_cut
        self._session = uuid.uuid4().hex
        self._control = uuid.uuid4().hex
        self._socket: aiohttp.ClientWebSocketResponse | None = None
        self._listener: asyncio.Task[None] | None = None
        self._is_known: asyncio.Future[bool] | None = None

    async def open(self, http: aiohttp.ClientSession, url: str, kernel_id: str) -> None:
        """Connect, shake hands with the kernel and ask for the states of all widgets."""
        async with http.get(f"{url}/api/kernels/{kernel_id}?{time.time_ns()}") as answer:
            if answer.status != 200:
                raise Lost(f"kernel: {answer.status}")
        self._socket = await http.ws_connect(
            f"{url}/api/kernels/{kernel_id}/channels?session_id={self._session}",
            protocols=(SUBPROTOCOL,),
            origin=url,
            compress=15,
            max_msg_size=0,
        )
        if self._socket.protocol != SUBPROTOCOL:
            raise Lost("the server speaks another subprotocol")
        self._is_known = asyncio.get_running_loop().create_future()
        self._listener = asyncio.create_task(self._listen(self._socket))
        await self.send("kernel_info_request", {})
        if not await self._is_known:
            raise Lost("cut before the kernel answered")
        control = {"comm_id": self._control, "target_name": "jupyter.widget.control", "data": {}}
        await self.send("comm_open", control)
        await self.tell(self._control, {"method": "request_states"})

    async def states_came(self) -> None:
        """Close the conversation in which the states were asked for."""
        await self.send("comm_close", {"comm_id": self._control, "data": {}})

    async def send(self, kind: str, content: dict[str, Any]) -> None:
        """Send a message; raises ``Lost``."""
        if self._socket is None or self._socket.closed:
            raise Lost("no line")
        with as_lost():
            await self._socket.send_bytes(frame_of(kind, content, self._session))

    async def tell(self, comm_id: str, data: dict[str, Any]) -> None:
        """Send a message to a widget."""
        await self.send("comm_msg", {"comm_id": comm_id, "data": data})

    async def close(self) -> None:
        """Hang up as a browser does that leaves the page."""
        self.forsake()
        if self._socket is not None:
            with contextlib.suppress(aiohttp.ClientError, OSError):
                await self._socket.close(code=1001)

    def forsake(self) -> None:
        """Stop listening, so that not even a ping is answered; the connection stays."""
        if self._listener is not None:
            self._listener.cancel()

    async def _listen(self, socket: aiohttp.ClientWebSocketResponse) -> None:
        try:
            async for one in socket:
                if one.type is aiohttp.WSMsgType.BINARY:
                    self._hear(one.data)
        finally:
            _settle(self._is_known, False)
            self._on_cut(self)

    def _hear(self, frame: bytes) -> None:
        header, content = read_frame(frame)
        if b'"comm_msg"' in header:
            self._on_message(content)
        elif b'"kernel_info_reply"' in header:
            _settle(self._is_known, True)


@contextlib.contextmanager
def as_lost() -> Iterator[None]:
    """Whatever a network does wrong is a line lost."""
    try:
        yield
    except (aiohttp.ClientError, OSError, TimeoutError) as error:
        raise Lost(type(error).__name__) from error


def _settle(future: asyncio.Future[Any] | None, result: Any) -> None:
    if future is not None and not future.done():
        future.set_result(result)


# --- people -------------------------------------------------------------------------------------


@dataclass
class Phone:
    """A browser as far as the network goes: its cookies, its connections, the forms it sends."""

    url: str
    traffic: Traffic = field(default_factory=Traffic)

    def __post_init__(self) -> None:
        self._cookies: aiohttp.CookieJar | None = None
        self._http: aiohttp.ClientSession | None = None

    @property
    def http(self) -> aiohttp.ClientSession:
        """Its connections, opened anew when they were lost."""
        if self._http is None or self._http.closed:
            self._cookies = self._cookies or aiohttp.CookieJar(unsafe=True)
            self._http = aiohttp.ClientSession(
                connector=_Connector(self.traffic),
                cookie_jar=self._cookies,
                timeout=aiohttp.ClientTimeout(total=PATIENCE_S),
            )
        return self._http

    async def get(self, path: str) -> str:
        """The text of a page; raises ``Lost`` when it did not come."""
        with as_lost():
            async with self.http.get(self.url + path) as answer:
                text = await answer.text()
                if answer.status >= 400:
                    raise Lost(f"{path}: {answer.status}")
                return text

    async def post(self, path: str, **fields: str) -> str:
        """Send a form; the path of the page that followed. Raises ``Lost``."""
        known = {one.key: one.value for one in self.http.cookie_jar}
        data = {"_xsrf": known.get("_xsrf", ""), **fields}
        with as_lost():
            async with self.http.post(self.url + path, data=data) as answer:
                await answer.read()
                if answer.status >= 400:
                    raise Lost(f"{path}: {answer.status}")
                return answer.url.path

    async def put_away(self) -> None:
        """Close all connections at once, without a word; the cookies stay."""
        if self._http is not None:
            await self._http.close()


@dataclass
class Trainer(Phone):
    """Whoever watches how full the server is."""

    async def sign_in(self, name: str, password: str) -> None:
        """Sign in with an account."""
        await self.get("/masuk")
        await self.post("/masuk", cara="akun", akun=name, kata_sandi=password)

    async def state(self) -> dict[str, Any]:
        """What /keadaan says: ``hidup`` kernels serve somebody, ``hangat`` stand ready."""
        said: dict[str, Any] = json.loads(await self.get("/keadaan"))
        return said


@dataclass
class Person(Phone):
    """One trainee with a phone: their page, and what they were told is saved.

    ``sent`` and ``acknowledged`` hold the value of every answer over all visits; ``outbox`` is
    what a card keeps in the browser until it is acknowledged: place -> (revision, value).
    ``problems`` are refusals, which nobody here ever earns.
    """

    name: str = "Peserta Contoh"
    path: str = "/latihan"
    sent: dict[Key, str] = field(default_factory=dict)
    acknowledged: dict[Key, str] = field(default_factory=dict)
    outbox: dict[Place, tuple[int, str]] = field(default_factory=dict)
    problems: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        super().__post_init__()
        self._line: KernelLine | None = None
        self._forsaken: list[KernelLine] = []
        self._kernel_id = ""
        self._models: list[bytes] = []
        self._heard = b""
        self._card = ""
        self._page: dict[str, Any] = {}
        self._revisions: dict[Place, int] = {}
        self._waiting: dict[Key, asyncio.Future[str]] = {}
        self._turning: asyncio.Future[bool] | None = None

    @property
    def seat(self) -> str:
        """Whom the server takes them for, e.g. ``K7QX4M.12``; known once a page was live."""
        return str(self.page.get("owner", ""))

    @property
    def is_live(self) -> bool:
        """Whether the page in view has its line."""
        return self._line is not None

    # -- coming

    async def join(self, code: str) -> None:
        """Take a seat by the form on /masuk and look at the return code; raises ``Lost``."""
        form = _FORM.search(await self.get(f"/masuk?kode={code}"))
        landed = await self.post(
            "/masuk",
            cara="gabung",
            formulir=form[1] if form else "",
            nama=self.name,
            peran="operator",
            wilayah=AREA,
            kode_kelas=code,
        )
        if landed != "/kode":
            raise Lost("no seat")

    async def open(self) -> Visit:
        """Open the page and wait until it is live; waits its turn when the hall is full.

        Live: the whole page is there, the line to the kernel is open, and the states of all
        widgets have come. What stood in the outbox is then sent again. Raises ``Lost``.
        """
        start = time.perf_counter()
        try:
            with as_lost():
                async with asyncio.timeout(PATIENCE_S):
                    visit = await self._come_live(start)
            for (number, name), (revision, value) in list(self.outbox.items()):
                await self._save(number, name, value, revision)
        except Lost:
            self._let_go()
            raise
        return visit

    async def _come_live(self, start: float) -> Visit:
        page, first = await self._read_page(start)
        whole = time.perf_counter() - start
        kernel = _KERNEL_ID.search(page)
        self._models = _MODEL_ID.findall(page)
        if kernel is None or not self._models:
            raise Lost("a page without a kernel or without a widget")
        self._kernel_id = kernel[1].decode()
        self._line = line = KernelLine(self._hear, self._hung_up)
        self._turning = asyncio.get_running_loop().create_future()
        await line.open(self.http, self.url, self._kernel_id)
        if not await self._turning:
            raise Lost("cut before the states came")
        live = time.perf_counter() - start
        await line.states_came()
        return Visit(self._kernel_id, first, whole, live)

    async def _read_page(self, start: float) -> tuple[bytes, float]:
        while True:
            async with self.http.get(self.url + self.path, allow_redirects=False) as answer:
                first, pieces = 0.0, []
                async for piece in answer.content.iter_any():
                    first = first or time.perf_counter() - start
                    pieces.append(piece)
                if answer.status == 200:
                    return b"".join(pieces), first
                if answer.status != 503:
                    raise Lost(f"{self.path}: {answer.status}")
                wait = float(answer.headers.get("Retry-After", 1))
            await asyncio.sleep(wait)

    # -- going

    async def reload(self) -> Visit:
        """Load the page again, as after F5 on a phone that says no goodbye to the kernel."""
        await self.hang_up()
        return await self.open()

    async def hang_up(self) -> None:
        """Close the line in good order; the kernel is told nothing."""
        line, self._line = self._line, None
        if line is not None:
            await line.close()

    async def close_page(self) -> None:
        """Close the tab: the browser's last word is that the kernel may end."""
        await self.hang_up()
        await self.post(f"/voila/api/shutdown/{self._kernel_id}")

    def fall_silent(self) -> None:
        """Walk out of the wifi: nothing is said any more, not even that one goes."""
        if self._line is not None:
            self._line.forsake()
            self._forsaken.append(self._line)
        self._let_go()

    async def vanish(self) -> None:
        """Lose all connections at once, without a word; the cookies stay."""
        self.fall_silent()
        await self.put_away()
        while self._forsaken:
            await self._forsaken.pop().close()

    async def sign_out(self) -> None:
        """Leave for good, by the button in the header."""
        await self.hang_up()
        await self.post("/keluar")
        await self.vanish()

    # -- the card

    @property
    def page(self) -> dict[str, Any]:
        """What the card shows; parsed when somebody looks."""
        heard, self._heard = self._heard, b""
        if heard:
            said = json.loads(heard)["data"]
            for model_id, one in said.get("states", {}).items():
                if "page" in one["state"]:
                    self._card, self._page = model_id, one["state"]["page"]
            if "state" in said:
                self._page = said["state"]["page"]
            number = self._page.get("case", {}).get("number", 0)
            for name, revision in self._page.get("answer", {}).get("revisions", {}).items():
                self._learn((number, name), revision)
        return self._page

    async def answer(self, number: int, name: str, value: str) -> float:
        """Choose a value for a field and wait for "tersimpan"; returns the seconds it took."""
        revision = self._revisions.get((number, name), 0)
        waiting = self.outbox.get((number, name), (0, ""))[0]
        return await self._save(number, name, value, 1 + max(revision, waiting))

    async def _save(self, number: int, name: str, value: str, revision: int) -> float:
        start = time.perf_counter()
        key = (number, name, revision)
        self.outbox[number, name] = (revision, value)
        self.sent[key] = value
        said = "again"
        while said == "again":
            self._waiting[key] = asyncio.get_running_loop().create_future()
            try:
                await self._tell(
                    kind="save", number=number, field=name, value=value, revision=revision
                )
                with as_lost():
                    said = await asyncio.wait_for(self._waiting[key], ANSWER_S)
            finally:
                del self._waiting[key]
            if said == "again":
                await asyncio.sleep(AGAIN_S)
        if said == "cut":
            raise Lost("cut before a save was answered")
        return time.perf_counter() - start

    async def go(self, to: str, number: int | None = None) -> dict[str, Any]:
        """Turn to another page of the card."""
        return await self._turn(kind="go", to=to, number=number)

    async def submit(self, number: int) -> dict[str, Any]:
        """Send a case; returns the page with its feedback."""
        return await self._turn(kind="submit", number=number)

    async def finish(self, number: int) -> dict[str, Any]:
        """Have read a worked example; returns the page that follows."""
        return await self._turn(kind="finish", number=number)

    async def pulse(self) -> None:
        """Ask what the trainer says, as a card does every twenty seconds; nothing is waited for."""
        await self._tell(kind="pulse")

    async def _turn(self, **request: Any) -> dict[str, Any]:
        self._turning = asyncio.get_running_loop().create_future()
        await self._tell(**request)
        with as_lost():
            if not await asyncio.wait_for(self._turning, ANSWER_S):
                raise Lost("cut before a page was turned")
        return self.page

    async def _tell(self, **content: Any) -> None:
        if self._line is None:
            raise Lost("no line")
        if not self._card:
            _ = self.page  # the states that came say which widget is the card
        await self._line.tell(self._card, {"method": "custom", "content": content})

    # -- hearing

    def _hear(self, content: bytes) -> None:
        if b'"method": "custom"' in content:
            self._answered(json.loads(content)["data"]["content"])
        elif b'"update_states"' in content:
            if all(model_id in content for model_id in self._models):
                self._heard, self._card = content, ""
                _settle(self._turning, True)
        elif b'"page"' in content:
            _ = self.page  # one that nobody has looked at yet is looked at now
            self._heard = content
            _settle(self._turning, True)

    def _answered(self, said: dict[str, Any]) -> None:
        if said["kind"] == "live":
            return
        place = (said.get("number", 0), said.get("field", ""))
        if said["kind"] == "saved":
            key = (*place, said["asked"])
            self.acknowledged[key] = self.sent[key]
            self._learn(place, said["revision"])
            if self.outbox.get(place, (0, ""))[0] <= said["asked"]:
                self.outbox.pop(place, None)
            _settle(self._waiting.get(key), "saved")
            return
        how = "again" if said.get("again") else "refused"
        if how == "refused":
            self.problems.append(json.dumps(said, ensure_ascii=False))
            self.outbox.pop(place, None)
        for key, waiting in self._waiting.items():
            if key[:2] == place:
                _settle(waiting, how)
        if not place[1]:
            _settle(self._turning, True)

    def _learn(self, place: Place, revision: int) -> None:
        self._revisions[place] = max(revision, self._revisions.get(place, 0))

    def _hung_up(self, line: KernelLine) -> None:
        if line is self._line:
            self._line = None
            self._let_go()

    def _let_go(self) -> None:
        self._line = None
        for waiting in self._waiting.values():
            _settle(waiting, "cut")
        _settle(self._turning, False)
