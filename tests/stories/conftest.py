"""One real server for all stories, and browsers that fail on anything that is not ours.

The server is `verval serve` as its own process, with its own first run: city, class, passwords.
A story reaches it by a name that is not localhost, as a phone in the hall does, so no page may
need a secure context.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import psutil
import pytest
from playwright.sync_api import BrowserContext, Error, Locator, Page, expect
from sqlalchemy import select

from tests.browser import LastingBrowser
from tests.ports import free_port
from tests.screens import english_words
from workbench.access import Role, Workspace
from workbench.rules import catalogue
from workbench.services import accounts
from workbench.services.office import Office
from workbench.store.tables import case_key, grade, participant
from workbench.training.keys import Key

NAME = "balai.contoh"
PHONE: dict[str, Any] = {
    "viewport": {"width": 390, "height": 844},
    "is_mobile": True,
    "has_touch": True,
}
LAPTOP: dict[str, Any] = {"viewport": {"width": 1366, "height": 768}}
DEVICES = {"phone": PHONE, "laptop": LAPTOP}
#: Where pictures of the screens are kept, when somebody wants to look at them.
PICTURES = os.environ.get("VERVAL_GAMBAR_UJI", "")
#: A room is ready when its kernel is: on a busy machine that takes a while.
READY_MS = 120_000
#: A first start makes the city and draws the cases of a class: five minutes were too few once, on
#: two cores that had much else to do. It only ends what hangs.
START_S = 900
STEP_MS = 60_000
#: How long a hand waits for the kernel before it goes on all the same, and between two looks.
SETTLE_MS, LOOK_MS = 60_000, 25
#: Done when the page has done everything it was told before: what it then asks has been asked. A
#: page that is drawn no more, behind another, has a second.
DRAWN = """() => new Promise(done => {
    requestAnimationFrame(() => setTimeout(done));
    setTimeout(done, 1000);
})"""
#: The number of a message on the line, then that of the message it answers.
NUMBER = re.compile(rb'"msg_id": ?"([^"]+)"')

#: Whatever sticks out to the right of the screen, unless a box around it scrolls or hides it.
WIDE = """width => [...document.querySelectorAll('body *')]
    .filter(n => n.checkVisibility() && n.getBoundingClientRect().right > width + 1)
    .slice(0, 5).map(n => n.outerHTML.slice(0, 160))"""


@dataclass
class RunningServer:
    """`verval serve` as a process. ``facts`` is what it wrote to ``serve.json``."""

    root: Path
    port: int
    process: subprocess.Popen[bytes]
    facts: dict[str, Any]
    #: The same office, looked at from outside. One for all looks, as in any other program.
    office: Office

    @property
    def url(self) -> str:
        return f"http://{NAME}:{self.port}"

    def participant(self, name: str) -> tuple[str, int]:
        """Class and seat of whoever joined last under this name."""
        with self.office.practice.reading() as connection:
            row = connection.execute(
                select(participant.c.class_id, participant.c.seat)
                .where(participant.c.name == name)
                .order_by(participant.c.joined_at.desc())
            ).first()
        assert row is not None, name
        return row.class_id, row.seat

    def keys(self, name: str) -> dict[int, Key]:
        """The answer keys of a trainee's cases, by number: what no page may tell."""
        return self.keys_of_seat(*self.participant(name))

    def keys_of_seat(self, class_id: str, seat: int) -> dict[int, Key]:
        """``keys`` of a seat, where two go by one name."""
        with self.office.practice.reading() as connection:
            rows = connection.execute(
                select(case_key.c.number, case_key.c.key).where(
                    case_key.c.class_id == class_id, case_key.c.seat == seat
                )
            ).all()
        return {row.number: Key.from_json(json.loads(row.key)) for row in rows}

    def grades(self, name: str) -> dict[int, tuple[float, str]]:
        """Score and graded answer of a trainee's sent cases, by number."""
        return self.grades_of_seat(*self.participant(name))

    def grades_of_seat(self, class_id: str, seat: int) -> dict[int, tuple[float, str]]:
        """``grades`` of a seat, where two go by one name."""
        with self.office.practice.reading() as connection:
            rows = connection.execute(
                select(grade.c.number, grade.c.score, grade.c.answer).where(
                    grade.c.class_id == class_id, grade.c.seat == seat
                )
            ).all()
        return {row.number: (row.score, row.answer) for row in rows}

    def new_account(self, role: Role, device: str) -> tuple[str, str, str]:
        """Username, first password and name of somebody who has never signed in.

        On a laptop the account of the first run, as ``serve.json`` tells it; on a phone one more.
        """
        is_trainer = role is Role.PELATIH
        if device == "laptop":
            who = "trainer" if is_trainer else "staff"
            name = "Pelatih" if is_trainer else "Staf Dinsos"
            return self.facts[f"{who}_username"], self.facts[f"{who}_password"], name
        side = Workspace.LATIHAN if is_trainer else Workspace.NYATA
        username, name = f"{role.value}_{device}", "Bu <u>Rini</u>"
        return username, self.add_account(username, name, role, side), name

    def add_account(self, username: str, name: str, role: Role, side: Workspace) -> str:
        """A further account as an administrator of the machine makes it; its first password."""
        clerk = accounts.machine_operator(side)
        return accounts.add_account(self.office, clerk, username, name, role)

    def kill(self) -> None:
        """End it as a power cut does, kernels included, and wait until nothing of it is left."""
        kernels = psutil.Process(self.process.pid).children(recursive=True)
        # Nobody tidies up behind a server that is cut off; a test does.
        told = [Path(word) for kernel in kernels for word in _command_of(kernel)]
        folders = {path.parent for path in told if path.parent.name.startswith("vv-")}
        self.process.kill()
        self.process.wait(timeout=STEP_MS / 1000)
        _end_all(kernels)
        for folder in folders:
            shutil.rmtree(folder, ignore_errors=True)

    def stop(self) -> None:
        """End it in good order."""
        if self.process.poll() is not None:
            return
        family = psutil.Process(self.process.pid).children(recursive=True)
        self.process.send_signal(signal.SIGTERM)
        try:
            self.process.wait(timeout=60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait(timeout=STEP_MS / 1000)
        _end_all(family)


def _end_all(family: list[psutil.Process]) -> None:
    """Kernels notice by themselves that their server is gone; none may outlive a test."""
    _, left = psutil.wait_procs(family, timeout=5)
    for one in left:
        with suppress(psutil.NoSuchProcess):
            one.kill()
    psutil.wait_procs(left, timeout=STEP_MS / 1000)


def _command_of(process: psutil.Process) -> list[str]:
    """Its command line; empty where it has ended since it was listed."""
    try:
        return process.cmdline()
    except psutil.NoSuchProcess:
        return []


@contextmanager
def serving(
    root: Path, port: int = 0, families: int = 150, seats: int = 0
) -> Iterator[RunningServer]:
    """`verval serve` on ``root``, from its start to its end; port 0 takes a free one.

    ``seats`` is how many pages may be open at once; 0 leaves it to the server.
    """
    port = port or free_port()
    root.mkdir(parents=True, exist_ok=True)
    (root / "serve.json").unlink(missing_ok=True)
    told = root.with_name(f"{root.name}-{port}.log")
    command = [sys.executable, "-c", "from workbench.cli import main; main()", "serve"]
    command += ["--workspace", str(root), "--port", str(port), "--families", str(families)]
    command += ["--seed", "1"]
    command += ["--warm", "3"]
    command += ["--seats", str(seats)] if seats else []
    with told.open("ab") as log:
        process = subprocess.Popen(command, cwd=root.parent, stdout=log, stderr=log)
    server = RunningServer(root, port, process, {}, Office(root))
    try:
        limit = time.monotonic() + START_S
        while not (root / "serve.json").exists():
            try:
                process.wait(timeout=0.2)
            except subprocess.TimeoutExpired:
                assert time.monotonic() < limit, told.read_text("utf-8")
            else:
                pytest.fail(f"the server ended: {told.read_text('utf-8')}")
        server.facts = json.loads((root / "serve.json").read_text("utf-8"))
        yield server
    finally:
        server.stop()


@pytest.fixture(scope="session")
def first_run(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder as the first run of a server leaves it: city, class, passwords nobody changed."""
    root = tmp_path_factory.mktemp("pertama") / "kantor"
    with serving(root):
        return root


@pytest.fixture(scope="session")
def served(tmp_path_factory: pytest.TempPathFactory, first_run: Path) -> Iterator[RunningServer]:
    """The server all stories share."""
    root = tmp_path_factory.mktemp("cerita") / "kantor"
    shutil.copytree(first_run, root)
    with serving(root) as server:
        yield server


@pytest.fixture
def start_server(first_run: Path) -> Callable[..., Any]:
    """Starts a server a test may kill: ``with start_server(root) as server``.

    A folder that is not there yet begins as the first run leaves one.
    """

    def start(root: Path, port: int = 0) -> Any:
        if not root.exists():
            shutil.copytree(first_run, root)
        return serving(root, port)

    return start


@pytest.fixture(scope="module")
def story_browser(new_browser: Callable[..., LastingBrowser]) -> LastingBrowser:
    """The browser of all stories."""
    return new_browser(f"--host-resolver-rules=MAP {NAME} 127.0.0.1")


@pytest.fixture(params=["phone", "laptop"])
def device(request: pytest.FixtureRequest) -> str:
    """Each story is played on both."""
    return str(request.param)


def _as_bytes(frame: bytes | str) -> bytes:
    return frame if isinstance(frame, bytes) else frame.encode()


@dataclass
class Visit:
    """One person's browser. Outside requests and problems are counted against the test."""

    context: BrowserContext
    page: Page
    url: str
    device: str
    outside: list[str] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)
    #: Words of problems a story brings about on purpose, e.g. the 400 of a wrong code.
    expected: list[str] = field(default_factory=list)
    #: Everything the server told the pages since ``forget``: sources and socket frames.
    heard: list[bytes] = field(default_factory=list)
    #: What the page in view asked of its kernel and the kernel has not done yet.
    undone: set[bytes] = field(default_factory=set)

    def watch(self) -> None:
        """From now on hear what the server says, and count what goes elsewhere or goes wrong."""
        ours = (f"{self.url}/", "data:", "blob:", "about:")
        sockets = f"ws{self.url.removeprefix('http')}/"

        def ask_kernel(frame: bytes | str) -> None:
            self.undone.update(NUMBER.findall(_as_bytes(frame))[:1])

        def hear(frame: bytes | str) -> None:
            self.heard.append(_as_bytes(frame))
            if b'"execution_state": "idle"' in self.heard[-1]:
                self.undone.difference_update(NUMBER.findall(self.heard[-1])[1:2])

        def listen(socket: Any) -> None:
            if not socket.url.startswith(sockets):
                self.outside.append(socket.url)
            self.undone.clear()
            socket.on("framesent", ask_kernel)
            socket.on("framereceived", hear)
            socket.on("close", lambda _socket: self.undone.clear())

        def ask(request: Any) -> None:
            if not request.url.startswith(ours):
                self.outside.append(request.url)

        def complain(said: Any) -> None:
            if said.type == "error":
                self.problems.append(f"{said.text} {said.location.get('url', '')}")

        # On the context, so that frames and further pages are watched too.
        self.context.on("request", ask)
        self.context.on("console", complain)
        self.context.on("weberror", lambda error: self.problems.append(str(error.error)))
        self.page.on("websocket", listen)

    # -- going about ---------------------------------------------------------------------------

    def open(self, path: str) -> Page:
        """Go to an address of the server; its source counts as heard."""
        response = self.page.goto(self.url + path)
        assert response is not None
        self.heard.append(response.body())
        return self.page

    def room(self, path: str) -> Page:
        """Go to a room and wait until it is connected and drawn."""
        self.open(path)
        self.connected()
        return self.page

    def connected(self) -> None:
        """Wait until the page in view is connected to its kernel and fully drawn."""
        line = self.page.locator("#vv-sambungan")
        expect(line).to_have_text("Tersambung", timeout=READY_MS)
        expect(self.page.locator("#loading")).to_have_count(0, timeout=READY_MS)

    def sees(self, words: str | re.Pattern[str], timeout: float = STEP_MS) -> Locator:
        """Wait until these words stand on the page, and whatever else comes with them."""
        found = self.page.get_by_text(words).locator("visible=true").first
        expect(found).to_be_visible(timeout=timeout)
        self.settled()
        return found

    def settled(self) -> None:
        """Let the kernel do what was asked of it, as a person does who looks before they press.

        What is drawn anew by it would be pressed in vain a moment earlier.
        """
        limit = time.monotonic() + SETTLE_MS / 1000
        while not self._is_settled() and time.monotonic() < limit:
            self.page.wait_for_timeout(LOOK_MS)

    def _is_settled(self) -> bool:
        if self.undone:
            return False
        try:
            self.page.evaluate(DRAWN)
        except Error:
            return False  # another page is coming
        return not self.undone

    def press(self, name: str) -> None:
        """Press the button of that name."""
        self.settled()
        self.page.get_by_role("button", name=name, exact=True).click()

    def press_slowly(self, name: str, come: Callable[[], object]) -> None:
        """Press a button right after typing: what the field changes comes about meanwhile."""
        button = self.page.get_by_role("button", name=name, exact=True)
        button.scroll_into_view_if_needed()
        before = button.bounding_box()
        assert before is not None
        button.hover()
        self.page.mouse.down()
        come()
        assert button.bounding_box() == before
        self.page.mouse.up()

    def reload(self) -> None:
        """Load the page in view again; its source counts as heard."""
        response = self.page.reload()
        assert response is not None
        self.heard.append(response.body())
        self.connected()

    def was_replaced(self) -> None:
        """Wait until this page is told that its person has opened the room elsewhere."""
        self.expected += ["status of 409", "status of 404", "WebSocket connection"]
        self.says("sudah dibuka di tempat lain", timeout=READY_MS)

    def says(self, words: str | re.Pattern[str], timeout: float = STEP_MS) -> None:
        """Wait until an alert or a notice says these words."""
        said = self.page.locator("[role=alert], [role=status]").filter(has_text=words)
        expect(said.locator("visible=true").first).to_be_visible(timeout=timeout)
        self.settled()

    # -- coming in -----------------------------------------------------------------------------

    def fill_join_form(self, name: str, area: str = "36.73.05", position: str = "operator") -> None:
        """Who I am and where I work; the class's code came with the address."""
        self.page.get_by_label("Nama Anda").fill(name)
        self.page.get_by_label("Peran").select_option(position)
        self.page.get_by_label("Wilayah tugas").select_option(area)

    def join(self, code: str, name: str, area: str = "36.73.05") -> str:
        """Join a class by its link; returns the return code and stays on its page."""
        self.open(f"/masuk?kode={code}")
        self.fill_join_form(name, area)
        self.press("Gabung")
        self.sees("Catat kode ini")
        return self.page.locator(".vv-poster").inner_text()

    def begin_training(self) -> None:
        """From the page of the return code past the worked case to case 1."""
        self.page.get_by_role("link", name="Mulai").click()
        self.connected()
        self.sees("Satu contoh dulu")
        self.press("Mulai berlatih")
        expect(self.page.get_by_role("heading", name=re.compile("^Kasus 1 dari"))).to_be_visible()

    def come_back(self, return_code: str) -> None:
        """Go on from another phone."""
        self.open("/masuk")
        self.page.get_by_text("Dari ponsel lain, dengan kode kembali").click()
        self.page.get_by_label("Kode kembali").fill(return_code)
        self.press("Lanjutkan")

    def sign_in(self, username: str, password: str) -> None:
        """Sign in with an account; whatever page comes is not waited for."""
        self.open("/masuk")
        self.page.get_by_text("Dengan nama akun dan kata sandi").click()
        self.page.get_by_label("Nama akun").fill(username)
        self.page.get_by_label("Kata sandi").fill(password)
        self.press("Masuk")

    def change_first_password(self, first: str, new: str) -> None:
        """What everybody must do before anything else opens."""
        self.sees("Anda memakai kata sandi pertama.")
        self.page.get_by_label("Kata sandi sekarang").fill(first)
        self.page.get_by_label("Kata sandi baru", exact=True).fill(new)
        self.page.get_by_label("Ulangi kata sandi baru").fill(new)
        self.press("Simpan")
        self.connected()

    # -- a case --------------------------------------------------------------------------------

    def row(self, cell: str) -> Locator:
        """A field of the register record."""
        return self.page.locator(f"[data-cell='{cell}']")

    def mark(self, cell: str, word: str) -> None:
        """Mark a field and wait until it says that it is saved."""
        self.row(cell).get_by_text(word, exact=True).click()
        self.saved(cell)

    def saved(self, cell: str) -> None:
        """Wait until a field says so; *belum tersimpan* holds the same word."""
        expect(self.row(cell).locator(".vvc-state")).to_have_text("tersimpan")

    def decide(self, status: str, follow_up: str, confidence: str = "Cukup yakin") -> None:
        """Status, follow-up and how sure; leaves the dialog open, ready to send."""
        self.press("Putuskan")
        for name in (status, follow_up, confidence):
            self.page.get_by_role("radio", name=name, exact=True).check()
        expect(self.page.get_by_role("button", name="Kirim")).to_be_enabled()

    def case_open(self, number: int) -> None:
        """Wait for the case of that number, not sent yet."""
        heading = self.page.get_by_role("heading", name=re.compile(f"^Kasus {number} dari"))
        expect(heading).to_be_visible(timeout=READY_MS)

    def explained(self) -> None:
        """Wait for the feedback of a case."""
        expect(self.page.locator(".vvc-verdict")).to_be_visible()

    # -- listening -----------------------------------------------------------------------------

    def forget(self) -> None:
        """From here on is what counts as heard."""
        self.heard.clear()

    def was_told(self, words: str) -> bool:
        """Whether a page source or a frame of the socket held these words."""
        return any(words.encode() in one for one in self.heard)

    def was_told_nothing_of(self, key: Key) -> None:
        """No rule's code and nothing that explains a mistake of this case has been heard."""
        everything = b"\n".join(self.heard)
        assert [code for code in catalogue() if code.encode() in everything] == []
        for mistake in key.mistakes:
            for words in (mistake.title, mistake.why, mistake.question, mistake.plant):
                assert not words or words.encode() not in everything, mistake.rule
        if key.look_alike:
            assert key.look_alike.why.encode() not in everything

    # -- looking -------------------------------------------------------------------------------

    def looks_right(self, name: str) -> None:
        """The page in view fits the screen and speaks Indonesian; kept as a picture if wished."""
        width = DEVICES[self.device]["viewport"]["width"]
        self.picture(name)
        assert self.page.evaluate("document.documentElement.lang") == "id"
        assert self.page.evaluate("document.documentElement.scrollWidth") <= width, (
            name,
            self.page.evaluate(WIDE, width),
        )
        assert english_words(self.page) == [], name
        for frame in self.page.frames:  # a map is a page in the page
            assert frame.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0, name

    def picture(self, name: str) -> None:
        """The whole page as a picture, where pictures are wished."""
        if PICTURES:
            folder = Path(PICTURES)
            folder.mkdir(parents=True, exist_ok=True)
            self.page.screenshot(path=folder / f"{name}-{self.device}.png", full_page=True)
            self.page.screenshot(path=folder / f"{name}-{self.device}-layar.png")

    def unexpected(self) -> list[str]:
        """Problems the story did not bring about itself."""
        return [one for one in self.problems if not any(word in one for word in self.expected)]


@pytest.fixture
def visit(story_browser: LastingBrowser) -> Iterator[Callable[..., Visit]]:
    """``visit(server, device)`` is a person with a browser of their own."""
    visits: list[Visit] = []

    def begin(server: RunningServer, device: str) -> Visit:
        context = story_browser.new_context(
            **DEVICES[device], locale="id-ID", accept_downloads=True
        )
        context.set_default_timeout(STEP_MS)
        context.set_default_navigation_timeout(READY_MS)
        page = context.new_page()
        one = Visit(context, page, server.url, device)
        one.watch()
        visits.append(one)
        return one

    yield begin
    for one in visits:
        one.context.close()
    assert [one.outside for one in visits if one.outside] == []
    assert [one.unexpected() for one in visits if one.unexpected()] == []
