"""A real server on a free port, with services kept in memory and small rooms of its own."""

from __future__ import annotations

import asyncio
import re
import secrets
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import httpx
import nbformat
import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.serve.room_pages import RoomPage
from workbench.serve.server import VervalApp

HERE = Path(__file__).parent
CITY = ("36.73",)
PEOPLE = {
    "siti": Actor("K1.1", "Siti Contoh", Role.PESERTA, Workspace.LATIHAN, CITY, "K1", 1),
    "budi": Actor("K1.2", "Budi Contoh", Role.PESERTA, Workspace.LATIHAN, CITY, "K1", 2),
    "pelatih": Actor("P1", "Pak Pelatih", Role.PELATIH, Workspace.LATIHAN, CITY),
    "staf": Actor("S1", "Bu Staf", Role.STAF, Workspace.NYATA, CITY),
    "jahil": Actor(
        "K1.3", "<script>alert(1)</script>", Role.PESERTA, Workspace.LATIHAN, CITY, "K1", 3
    ),
    "admin": Actor("A1", "Bu Admin", Role.ADMIN, Workspace.LATIHAN, CITY),
}
PASSWORD = "sandi-yang-benar"
JOIN_CODE = "KUDA77"
REFRESHER = "tautan-yang-benar_1"


@dataclass
class FakeAccounts:
    """Every person of ``PEOPLE`` signs in with ``PASSWORD``."""

    tokens: dict[str, Actor] = field(default_factory=dict)
    must_change: set[str] = field(default_factory=set)

    def open_session(self, actor: Actor) -> str:
        token = f"{actor.workspace.value[0]}.{secrets.token_urlsafe(32)}"
        self.tokens[token] = actor
        return token

    def sign_in(self, office: Any, username: str, password: str) -> Any:
        if username not in PEOPLE or password != PASSWORD:
            raise Forbidden("Nama pengguna atau kata sandi keliru. Periksa, lalu coba lagi.")
        actor = PEOPLE[username]
        return SimpleNamespace(
            token=self.open_session(actor),
            actor=actor,
            must_change_password=actor.id in self.must_change,
        )

    def sign_out(self, office: Any, token: str) -> None:
        self.tokens.pop(token, None)

    def actor_of_token(self, office: Any, token: str) -> Actor | None:
        return self.tokens.get(token)

    def current_password_must_change(self, office: Any, actor: Actor) -> bool:
        return actor.id in self.must_change

    def change_password(
        self, office: Any, actor: Actor, old: str, new: str, *, keep: str | None = None
    ) -> None:
        if old != PASSWORD:
            raise Forbidden("Kata sandi lama keliru. Ketik kata sandi yang sekarang Anda pakai.")
        if len(new) < 8:
            raise WrongUse("Kata sandi baru terlalu pendek. Pakai sedikitnya 8 huruf.")
        self.must_change.discard(actor.id)


@dataclass
class FakeClasses:
    """One open class; each joiner takes the next seat."""

    accounts: FakeAccounts
    seats: dict[str, Actor] = field(default_factory=dict)
    low: bool = False

    POSITIONS = {"operator": "Operator", "psm": "PSM", "lainnya": "Lainnya"}

    def join(self, office: Any, join_code: str, name: str, position: str, area_kode: str) -> Any:
        if join_code.upper() != JOIN_CODE:
            raise NotFound("Kode kelas tidak dikenal. Periksa lagi kode pada layar pelatih.")
        seat = len(self.seats) + 10
        actor = Actor(f"K1.{seat}", name, Role.PESERTA, Workspace.LATIHAN, (area_kode,), "K1", seat)
        code = f"KMBL-{seat:04d}"
        self.seats[code] = actor
        return SimpleNamespace(
            token=self.accounts.open_session(actor), actor=actor, return_code=code
        )

    def come_back(self, office: Any, return_code: str) -> Any:
        actor = self.seats.get(return_code.upper())
        if actor is None:
            raise NotFound("Kode kembali tidak dikenal. Periksa lagi kodenya.")
        return SimpleNamespace(
            token=self.accounts.open_session(actor), actor=actor, return_code=return_code
        )

    def current_class(self, office: Any) -> Any:
        return SimpleNamespace(id="K1", name="Bimtek Kasemen", seats_drawn=3, code_works=True)

    def wants_drawing(self, office: Any) -> bool:
        return self.low


@dataclass
class FakeCourses:
    """One link that works."""

    accounts: FakeAccounts
    opened: list[str] = field(default_factory=list)

    def open_refresher(self, office: Any, token: str) -> Any:
        if token != REFRESHER:
            raise WrongUse("Tautan penyegaran ini rusak atau tidak lengkap.")
        self.opened.append(token)
        actor = Actor("S1.1", "Peserta", Role.PESERTA, Workspace.LATIHAN, (), "S1", 1)
        return SimpleNamespace(token=self.accounts.open_session(actor), actor=actor, return_code="")


ROOM_CELL = """\
import json, os
import ipywidgets as widgets
from IPython.display import Markdown, display
from workbench.serve import current_actor

actor = current_actor()
said = widgets.HTML(f"<h1>Halo {actor.name}</h1><p id='peran'>{actor.role.value}</p>")
count = widgets.HTML("<p id='hitung'>0</p>")
button = widgets.Button(description="Tambah", button_style="primary")
choice = widgets.Dropdown(options=["Layak", "Tidak layak"], description="Status")
note = widgets.Text(description="Catatan")
file = widgets.FileUpload(description="Unggah")

def add(_):
    number = int(count.value.split(">")[1].split("<")[0]) + 1
    count.value = f"<p id='hitung'>{number}</p>"

button.on_click(add)
display(widgets.VBox([said, widgets.HBox([choice, note]), file, button, count]))
told = {"siapa": actor.name, "nama": sorted(os.environ), "kantor": os.environ["VERVAL_OFFICE"]}
display(Markdown("LINGKUNGAN " + json.dumps(told)))
"""
REFUSING_CELL = """\
from workbench.errors import NotFound
raise NotFound('Kelas <b>belum</b> dibuka.')
"""
BROKEN_CELL = "raise ValueError('9973010101900001 rahasia')"


def write_rooms(folder: Path) -> Path:
    """One small notebook per room: three show who is there, one breaks, one refuses."""
    cells = {
        "beranda": ROOM_CELL,
        "latihan": ROOM_CELL,
        "kelas": REFUSING_CELL,
        "daftar": ROOM_CELL,
        "peta": BROKEN_CELL,
    }
    for name, source in cells.items():
        notebook = nbformat.v4.new_notebook(cells=[nbformat.v4.new_code_cell(source)])
        notebook.metadata["kernelspec"] = {
            "name": "python3",
            "display_name": "Python 3",
            "language": "python",
        }
        nbformat.write(notebook, folder / f"{name}.ipynb")
    return folder


class Server:
    """A running server and ways to reach it."""

    def __init__(self, app: VervalApp, url: str, loop: asyncio.AbstractEventLoop) -> None:
        self.app = app
        self.url = url
        self.host = url.removeprefix("http://")
        self.cookie = "verval-" + re.sub("[^A-Za-z0-9]", "-", self.host)
        self.accounts: FakeAccounts = app.account_service
        self.classes: FakeClasses = app.class_service
        self._loop = loop

    def client(self, who: str = "", **options: Any) -> httpx.Client:
        """A client signed in as one of ``PEOPLE``; anonymous without a name."""
        client = httpx.Client(base_url=self.url, timeout=180, **options)
        if who:
            client.cookies.set(self.cookie, self.session_of(who))
        return client

    def session_of(self, who: str) -> str:
        """A new session's token for one of ``PEOPLE``."""
        return self.accounts.open_session(PEOPLE[who])

    def post(self, client: httpx.Client, path: str, **fields: str) -> httpx.Response:
        """Send a form as a browser would, with the token of the page before."""
        if "_xsrf" not in client.cookies:
            client.get("/masuk")
            client.get("/keluar")
        return client.post(path, data={"_xsrf": client.cookies["_xsrf"], **fields})

    def on_loop(self, function: Callable[[], Any]) -> Any:
        """Call something on the server's own loop and return what it gives."""
        done: Future[Any] = Future()

        async def call() -> None:
            try:
                result = function()
                done.set_result(await result if asyncio.iscoroutine(result) else result)
            except BaseException as error:
                done.set_exception(error)

        self._loop.call_soon_threadsafe(lambda: asyncio.ensure_future(call()))
        return done.result(timeout=180)


@contextmanager
def run(
    office: Path, rooms: Path, accounts: FakeAccounts, port: int = 0, **how: Any
) -> Iterator[Server]:
    """A server in a thread of this process, until the block is left."""
    classes = FakeClasses(accounts)
    app = VervalApp(
        office="kantor",
        office_root=office,
        account_service=accounts,
        class_service=classes,
        arrival_service=classes,
        course_service=FakeCourses(accounts),
        notebooks=rooms,
        ip="127.0.0.1",
        port=port,
        seats=20,
        warm=1,
        log_level=30,
        **how,
    )
    app.initialize()
    ready: Future[tuple[str, asyncio.AbstractEventLoop]] = Future()

    def serve() -> None:
        try:
            asyncio.run(
                app.serve(lambda urls: ready.set_result((urls[0], asyncio.get_running_loop())))
            )
        except BaseException as error:
            if not ready.done():
                ready.set_exception(error)
            raise

    thread = threading.Thread(target=serve, name="server")
    thread.start()
    url, loop = ready.result(timeout=180)
    try:
        yield Server(app, url, loop)
    finally:
        app.request_stop()
        thread.join(timeout=600)
    assert not thread.is_alive()


@pytest.fixture(scope="session")
def rooms(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the small rooms."""
    return write_rooms(tmp_path_factory.mktemp("ruang"))


class SharedServer:
    """The server most tests share, from the first that asks for it to the last of this folder.

    It has threads and forks kernels in the tests' own process: no test elsewhere, which counts
    descriptors, forks, or ends all kernels there are, shall have it beside.
    """

    def __init__(self) -> None:
        self._running: Server | None = None
        self._ends = ExitStack()

    def running(self, office: Path, rooms: Path) -> Server:
        """The server; started when there is none."""
        if self._running is None:
            self._running = self._ends.enter_context(run(office, rooms, FakeAccounts()))
        return self._running

    def end(self) -> None:
        """End it, if it runs."""
        self._running = None
        self._ends.close()


SHARED = SharedServer()


@pytest.hookimpl(trylast=True)
def pytest_runtest_teardown(nextitem: pytest.Item | None) -> None:
    if nextitem is None or nextitem.path.parent != HERE:
        SHARED.end()


@pytest.fixture(scope="session")
def shared() -> Iterator[SharedServer]:
    """The shared server's keeper; a run that breaks off ends it too."""
    yield SHARED
    SHARED.end()


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, rooms: Path, shared: SharedServer) -> Server:
    """The server most tests share."""
    return shared.running(tmp_path_factory.mktemp("kantor"), rooms)


@pytest.fixture
def start_server(tmp_path: Path, rooms: Path) -> Callable[..., Any]:
    """Starts servers of one office that a test may stop and start again."""
    accounts = FakeAccounts()
    return lambda port=0, **how: run(tmp_path, rooms, accounts, port, **how)


@pytest.fixture
def rooms_without_kernels(monkeypatch: pytest.MonkeyPatch) -> None:
    """A room that opens says so and starts nothing."""

    async def send(page: RoomPage) -> None:
        await page.finish("<p>ruang terbuka</p>")

    monkeypatch.setattr(RoomPage, "_send_room", send)


@pytest.fixture(autouse=True)
def fresh_limiter(request: pytest.FixtureRequest) -> None:
    """One test's wrong passwords are not the next one's."""
    if "server" in request.fixturenames:
        request.getfixturevalue("server").app.limiter._failures.clear()
