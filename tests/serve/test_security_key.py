"""A search for the answer key in all that a trainee's browser is sent.

One trainee goes through every page of the room, first without and then with a case sent. All that
comes over the wire is kept: pages, answers, every frame of the websocket in both directions and
the state of every widget. Before grading it holds nothing of the key; after grading it does, so
the search is able to find.
"""

from __future__ import annotations

import asyncio
import html
import json
import re
import threading
import uuid
from collections.abc import Iterator
from concurrent.futures import Future
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import httpx
import pytest
from sqlalchemy import select
from websockets.sync.client import ClientConnection, connect

from workbench.access import Workspace
from workbench.resources import resource
from workbench.serve.messages import CONTROL
from workbench.serve.server import VervalApp
from workbench.services import accounts, arrivals, classes, training
from workbench.services.office import Office
from workbench.store.tables import case_key

pytestmark = pytest.mark.slow
CASES = 6
EMPTY: dict[str, Any] = {}
#: Words that name a part of the key; before grading no widget's state has one of them.
PARTS = {"mistakes", "rule", "plant", "look_alike", "follow_ups", "companions", "why", "feedback"}


@pytest.fixture(scope="module")
def hall(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SimpleNamespace]:
    """The package's own server, one class, and a trainee who has joined it."""
    root = tmp_path_factory.mktemp("balai")
    office = Office(root)
    clerk = accounts.machine_operator(Workspace.LATIHAN)
    settings = classes.ClassSettings(
        name="Kelas uji", place="", date="2026-11-01", n_cases=CASES, seats=1, seed=1
    )
    opened = classes.open_class(office, clerk, settings)
    joined = arrivals.join(office, opened.join_code, "Sari Contoh", "operator", "36.73")
    app = VervalApp(
        office=office,
        office_root=root,
        account_service=accounts,
        class_service=classes,
        arrival_service=arrivals,
        notebooks=resource("notebooks/beranda.ipynb").parent,
        ip="127.0.0.1",
        port=0,
        seats=4,
        warm=0,
        log_level=30,
    )
    app.initialize()
    ready: Future[str] = Future()
    thread = threading.Thread(
        target=lambda: asyncio.run(app.serve(lambda urls: ready.set_result(urls[0])))
    )
    thread.start()
    yield SimpleNamespace(
        url=ready.result(timeout=180), office=office, actor=joined.actor, token=joined.token
    )
    app.request_stop()
    thread.join(timeout=600)
    assert not thread.is_alive()


@dataclass
class Trainee:
    """Somebody who keeps all that their browser gets and sends."""

    client: httpx.Client
    socket: ClientConnection
    card: str = ""
    kept: list[str] = field(default_factory=list)

    def open(self, path: str) -> str:
        """A page, kept as it came and as a browser reads it."""
        text = self.client.get(path).text
        self.kept += [text, html.unescape(text)]
        return text

    def say(self, kind: str, **content: Any) -> list[dict[str, Any]]:
        """Send a message; what comes back until the kernel has dealt with it."""
        self._send(kind, content)
        asked = self._send("kernel_info_request", {})
        heard: list[dict[str, Any]] = []
        # What widgets say and the answer come by two channels; the kernel's rest comes last.
        while not heard or not (
            heard[-1]["parent_header"].get("msg_id") == asked
            and heard[-1]["content"].get("execution_state") == "idle"
        ):
            frame = self.socket.recv(timeout=120)
            if isinstance(frame, bytes):  # words first, then files
                start, stop = (int.from_bytes(frame[at : at + 4], "big") for at in (4, 8))
                self.kept.append(frame.decode("utf-8", "replace"))
                frame = frame[start:stop].decode()
            heard.append(json.loads(frame))
            self.kept.append(json.dumps(heard[-1], ensure_ascii=False))
        return heard

    def _send(self, kind: str, content: dict[str, Any]) -> str:
        header = {"msg_id": uuid.uuid4().hex, "msg_type": kind, "session": "halaman"}
        message = {
            "channel": "shell",
            "header": header,
            "parent_header": EMPTY,
            "metadata": {"version": "1.0.0"},
            "content": content,
        }
        self.kept.append(json.dumps(message, ensure_ascii=False))
        self.socket.send(json.dumps(message))
        return header["msg_id"]

    def states(self) -> dict[str, Any]:
        """The state of every widget, as a page asks for it."""
        comm = str(uuid.uuid4())
        self.say("comm_open", comm_id=comm, target_name=CONTROL, data={})
        heard = self.say("comm_msg", comm_id=comm, data={"method": "request_states"})
        self.say("comm_close", comm_id=comm, data={})
        return next(one["content"]["data"]["states"] for one in heard if "data" in one["content"])

    def press(self, **content: Any) -> dict[str, Any]:
        """A message of the case card; the page it shows afterwards."""
        data = {"method": "custom", "content": content}
        self.say("comm_msg", comm_id=self.card, data=data)
        return self.states()[self.card]["state"]["page"]


@pytest.fixture
def trainee(hall: SimpleNamespace) -> Iterator[Trainee]:
    host = hall.url.removeprefix("http://")
    cookie = "verval-" + re.sub("[^A-Za-z0-9]", "-", host)
    with httpx.Client(base_url=hall.url, timeout=120, cookies={cookie: hall.token}) as client:
        first = client.get("/latihan").text
        kernel = re.search(r'"kernelId": "([^"]+)"', first)[1]
        with connect(
            f"ws://{host}/api/kernels/{kernel}/channels?session_id=halaman",
            additional_headers={"Cookie": f"{cookie}={hall.token}"},
            max_size=None,
            open_timeout=60,
        ) as socket:
            one = Trainee(client, socket, kept=[first, html.unescape(first)])
            one.card = next(
                key for key, widget in one.states().items() if "page" in widget["state"]
            )
            yield one


def _facts(hall: SimpleNamespace) -> dict[int, set[str]]:
    """What the key of each case says that no page says by chance.

    The worked example explains a mistake of its own to everybody; its words are left out.
    """
    with hall.office.practice.reading() as connection:
        keys = {
            row.number: json.loads(row.key)
            for row in connection.execute(
                select(case_key.c.number, case_key.c.key).where(
                    case_key.c.class_id == hall.actor.class_id,
                    case_key.c.seat == hall.actor.seat,
                )
            )
        }
    example = json.dumps(training.worked_case(hall.office, hall.actor), ensure_ascii=False)
    facts: dict[int, set[str]] = {}
    for number, key in keys.items():
        said = [
            str(mistake[name])
            for mistake in key["mistakes"]
            for name in ("rule", "plant", "title", "question", "why", "source")
        ] + [str((key["look_alike"] or {}).get(name, "")) for name in ("title", "why", "source")]
        telling = [
            one for one in said if len(one) >= 20 or re.fullmatch(r"[A-Z]{3}-\d+|\w+_\w+", one)
        ]
        facts[number] = {one for one in telling if one not in example}
    return facts


def _found(facts: set[str], kept: list[str]) -> set[str]:
    whole = "\n".join(kept)
    return {fact for fact in facts if fact in whole}


def _names(value: object) -> set[str]:
    """Every name in nested JSON."""
    if isinstance(value, dict):
        return set(value) | {name for one in value.values() for name in _names(one)}
    if isinstance(value, list):
        return {name for one in value for name in _names(one)}
    return set()


def test_the_key_is_nowhere_before_grading_and_is_found_after(hall, trainee):
    facts = _facts(hall)
    with_mistake = next(number for number, said in sorted(facts.items()) if len(said) >= 3)
    every = set().union(*facts.values())
    assert len(facts) == CASES
    assert len(every) >= 10

    for path in ("/beranda", "/kode", "/sandi", "/keluar", "/kelas", "/keadaan", "/tidak-ada"):
        trainee.open(path)
    for to in ("worked", "progress", "review", "feedback", "key", "case"):
        for number in [*range(1, CASES + 1), 0, -1, 99, None]:
            page = trainee.press(kind="go", to=to, number=number)
            if page["screen"] == "case":
                assert not _names(page) & PARTS
                assert not any(page["answer"][name] for name in ("status", "reason", "follow_up"))
    trainee.press(kind="again")
    trainee.press(kind="submit", number=with_mistake)  # nothing is chosen yet: refused
    choices = {"status": "layak", "reason": "", "follow_up": "tidak_ada", "confidence": "ragu"}
    for revision, (name, value) in enumerate(choices.items(), start=1):
        saved = {"number": with_mistake, "field": name, "value": value, "revision": revision}
        trainee.press(kind="save", **saved)
    trainee.press(kind="save", number=with_mistake, field="rule", value="?", revision=9)
    assert len(trainee.kept) > 100
    assert _found(every, trainee.kept) == set()

    page = trainee.press(kind="submit", number=with_mistake)
    assert page["screen"] == "feedback"
    assert _found(facts[with_mistake], trainee.kept)
    others = every - facts[with_mistake]
    assert others
    assert _found(others, trainee.kept) == set()


def test_another_trainees_case_cannot_be_asked_for(hall, trainee):
    progress = training.my_progress(hall.office, hall.actor)
    for number in (CASES + 1, 10**9, True, "1", 1.0, [1], {"number": 1}):
        page = trainee.press(kind="go", to="case", number=number)
        shown = page.get("case", {}).get("number", 0)
        assert shown in {0, *(case.number for case in progress.cases)}
        assert page["owner"] == hall.actor.id
