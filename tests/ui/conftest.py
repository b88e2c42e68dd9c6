"""A small invented family, a training service in memory, and a page that holds the card alone."""

from __future__ import annotations

import copy
import http.server
import json
import re
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import ipywidgets as w
import pytest

from tests.ui.clocks import stop_clock
from workbench.access import Actor, Role, Workspace
from workbench.errors import NotFound, WrongUse
from workbench.ui.card import CaseCard, page_widget
from workbench.ui.trainee.model import DECISION, TraineeRoom
from workbench.ui.trainee.view import link

CARD = Path(page_widget.__file__).parent

MEMBERS = (
    (
        "P1",
        "SUTARMAN BIN HASAN",
        "9973011203790001",
        "Laki-laki",
        "12 Maret 1979",
        "Kepala keluarga",
    ),
    ("P2", "ROHAYATI", "9973015907820002", "Perempuan", "19 Juli 1982", "Istri"),
    (
        "P3",
        "DIMAS NURHIDAYATULLAH PRAWIRA KUSUMA",
        "9973010105060003",
        "Laki-laki",
        "1 Mei 2006",
        "Anak",
    ),
    ("P4", "SITI <b>AISYAH</b>", "9973014412110004", "Perempuan", "4 Desember 2011", "Anak"),
)
CHOICES = {
    "mark": [
        ["sesuai", "Sesuai"],
        ["tidak_sesuai", "Tidak sesuai"],
        ["perlu_kunjungan", "Perlu kunjungan"],
    ],
    "status": [
        ["layak", "Layak"],
        ["tidak_layak", "Tidak layak"],
        ["perlu_verval", "Perlu verval lanjutan"],
    ],
    "reason": [
        ["TL01", "Anggota KK berstatus ASN (PNS/PPPK)"],
        ["TL14", "Data ganda: sudah tercatat pada baris lain"],
        ["TL18", "Mengundurkan diri dengan surat pernyataan"],
    ],
    "follow_up": [
        ["tidak_ada", "Tidak ada"],
        ["perbaiki_data", "Perbaiki data"],
        ["rujuk_dukcapil", "Rujuk Dukcapil"],
        ["kunjungan", "Kunjungan"],
        ["musyawarah", "Musyawarah"],
    ],
    "confidence": [["ragu", "Ragu"], ["cukup", "Cukup yakin"], ["yakin", "Yakin"]],
}


def make_case(number: int, of: int) -> dict[str, Any]:
    """A public case in the shape ``services.training`` gives."""
    address = [
        ("address", "Alamat", "Lingk. Cinanggung No. 17"),
        ("rt", "RT", "003"),
        ("rw", "RW", "005"),
    ]
    family = [
        ("no_kk", "Nomor KK", "9973010102180007"),
        ("head_name", "Nama kepala", MEMBERS[0][1]),
        *address,
        ("kelurahan_kode_kemendagri", "Kelurahan", "Kaligandu, Kec. Serang"),
        ("members_stated", "Jumlah anggota", "5 orang"),
        ("desil", "Desil", "2"),
        ("power_va", "Daya listrik", "900 VA"),
        ("assets", "Aset", "Motor, kulkas"),
    ]
    record = [{"title": "Keluarga", "rows": [row("F1", *line) for line in family]}]
    for place, (pid, name, nik, sex, birth, shdk) in enumerate(MEMBERS, start=1):
        wrong = "Perempuan" if pid == "P3" else sex
        lines = [
            ("nik", "NIK", nik),
            ("name", "Nama", name),
            ("sex", "Jenis kelamin", wrong),
            ("birth_date", "Tanggal lahir", birth),
            ("shdk", "Hubungan keluarga", shdk),
            ("marital_status", "Status perkawinan", "Kawin" if place < 3 else "Belum kawin"),
        ]
        record.append(
            {"title": f"Anggota {place}: {name}", "rows": [row(pid, *line) for line in lines]}
        )
    columns = [
        "No",
        "Nama",
        "NIK",
        "Jenis kelamin",
        "Tanggal lahir",
        "Status perkawinan",
        "Hubungan keluarga",
    ]
    card_rows = [
        [str(n), name, nik, sex, birth, "Kawin" if n < 3 else "Belum kawin", shdk]
        for n, (_, name, nik, sex, birth, shdk) in enumerate(MEMBERS, start=1)
    ]
    names = ("", "name", "nik", "sex", "birth_date", "marital_status", "shdk")
    card_cells = [[f"{pid}.{name}" if name else "" for name in names] for pid, *_ in MEMBERS]
    documents = [
        {
            "kind": "kk",
            "tab": "KK",
            "title": "Kartu Keluarga",
            "subtitle": "No. 9973010102180007",
            "fields": [
                entry("Kepala keluarga", MEMBERS[0][1], "F1.head_name"),
                *[entry(label, value, f"F1.{column}") for column, label, value in address],
                entry("Jumlah anggota", "4 orang", "F1.members_stated"),
            ],
            "table": {"columns": columns, "rows": card_rows, "cells": card_cells},
            "paragraphs": [],
            "paragraph_cells": [],
        },
        *[
            {
                "kind": "ktp",
                "tab": f"KTP {name.split()[0].capitalize()}",
                "title": "Kartu Tanda Penduduk",
                "subtitle": name,
                "fields": [
                    entry("NIK", nik, f"{pid}.nik"),
                    entry("Nama", name, f"{pid}.name"),
                    entry("Tanggal lahir", birth, f"{pid}.birth_date"),
                    entry("Jenis kelamin", sex, f"{pid}.sex"),
                    *[entry(label, value, f"F1.{column}") for column, label, value in address],
                    entry("Berlaku hingga", "Seumur hidup"),
                ],
                "table": None,
                "paragraphs": [],
                "paragraph_cells": [],
            }
            for pid, name, nik, sex, birth, _ in MEMBERS[:3]
        ],
        {
            "kind": "dukcapil",
            "tab": "Dukcapil",
            "title": "Jawaban Dukcapil",
            "subtitle": "Dijawab 20 Oktober 2026",
            "fields": [],
            "table": {
                "columns": ["NIK yang ditanyakan", "Status", "Nama", "Jenis kelamin"],
                "rows": [[nik, "Hidup", name, sex] for _, name, nik, sex, *_ in MEMBERS],
                "cells": [[f"{pid}.nik", "", f"{pid}.name", f"{pid}.sex"] for pid, *_ in MEMBERS],
            },
            "paragraphs": [],
            "paragraph_cells": [],
        },
        {
            "kind": "petugas",
            "tab": "Petugas",
            "title": "Catatan petugas",
            "subtitle": "Kunjungan 14 Oktober 2026",
            "fields": [],
            "table": None,
            "paragraphs": [
                "Di rumah petugas ditemui Rohayati, istri.",
                "Penerangan: PLN dengan meteran 900 VA.",
                "Ketua RT membenarkan keluarga ini warganya.",
            ],
            "paragraph_cells": [[], ["F1.power_va"], []],
        },
    ]
    return {
        "number": number,
        "of": of,
        "title": "Keluarga Sutarman Bin Hasan",
        "as_of": "1 Nov 2026",
        "record": record,
        "documents": documents,
        "choices": CHOICES,
    }


def row(subject: str, column: str, label: str, value: str) -> dict[str, str]:
    return {"cell": f"{subject}.{column}", "label": label, "value": value}


def entry(label: str, value: str, *cells: str) -> dict[str, Any]:
    return {"label": label, "value": value, "cells": list(cells)}


FEEDBACK = {
    "verdict": "1 dari 2 kesalahan ditemukan, 1 tuduhan keliru",
    "score": 0.61,
    "status": {
        "given": "Layak",
        "expected": "Perlu verval lanjutan",
        "right": False,
        "why": "Temuan adalah petunjuk, bukan putusan.",
        "reason_given": "",
        "reason_expected": "",
    },
    "follow_up": {
        "given": "Perbaiki data",
        "expected": "Perbaiki data atau Kunjungan",
        "right": True,
        "why": "Dokumen yang benar sudah ada; datanya disalin ulang dari dokumen itu.",
    },
    "confidence": {
        "given": "Yakin",
        "right": False,
        "why": "Anda yakin dan keliru: pilih Yakin bila 4 dari 5 jawaban seperti ini tepat.",
    },
    "items": [
        {
            "outcome": "ditemukan",
            "rule": "IDN-10",
            "title": "Jenis kelamin tidak sama dengan yang tersirat dalam NIK",
            "why": "Anak yang tercatat keliru bisa terlewat dari bantuan yang menjadi haknya.",
            "document": "KK, KTP dan Dukcapil menulis Laki-laki, daftar menulis Perempuan.",
            "source": "Permensos 3/2021 pasal 12",
            "cells": ["P3.sex"],
            "labels": ["Anggota 3 · Jenis kelamin"],
        },
        {
            "outcome": "terlewat",
            "rule": "KEL-28",
            "title": "Daftar menyebut 5 anggota, kartu memuat 4",
            "why": "Jumlah anggota menentukan jumlah beras yang diterima keluarga ini.",
            "document": "KK menulis 4 orang, daftar menulis 5 orang.",
            "change": "Gugur bila KK membenarkan daftar.",
            "source": "praktik umum, belum ada dasar tertulis",
            "cells": ["F1.members_stated"],
            "labels": ["Keluarga · Jumlah anggota"],
        },
        {
            "outcome": "keliru",
            "rule": "",
            "title": "RT bukan kesalahan",
            "why": "Isian ini sesuai.",
            "document": "KK menulis hal yang sama: 003.",
            "source": "praktik umum, belum ada dasar tertulis",
            "cells": ["F1.rt"],
            "labels": ["Keluarga · RT"],
        },
    ],
    "look_alike": {
        "outcome": "dikenali",
        "title": "NIK memakai kode wilayah lama",
        "why": "Kode lama tetap sah setelah pemekaran.",
        "source": "praktik umum, belum ada dasar tertulis",
        "cells": ["P2.nik"],
        "labels": ["Anggota 2 · NIK"],
    },
}


@dataclass
class FakeTraining:
    """What ``services.training`` does, in memory: a ledger of revisions per case and field."""

    of: int = 3
    ledger: dict[tuple[int, str], dict[int, str]] = field(default_factory=dict)
    sent: set[int] = field(default_factory=set)
    submissions: int = 0
    fault: Exception | None = None
    #: Of a class with parts: which kind of part the cases are of, and whether it shows feedback.
    place: dict[str, Any] = field(
        default_factory=lambda: {
            "part": 1,
            "kind": "tes_awal",
            "group": "",
            "step": "",
            "hints": (),
            "is_test": True,
        }
    )
    parts: bool = False

    def my_progress(self, office: Any, actor: Actor) -> Any:
        started = {number for number, _ in self.ledger}
        cases = tuple(
            SimpleNamespace(
                number=n,
                started=n in started,
                submitted=n in self.sent,
                score=0.61 if n in self.sent else None,
            )
            for n in range(1, self.of + 1)
        )
        return SimpleNamespace(
            class_name="Kelas uji",
            done=len(self.sent),
            of=self.of,
            next_number=next((case.number for case in cases if not case.submitted), None),
            score=0.61 if self.sent else None,
            cases=cases,
        )

    def my_case(self, office: Any, actor: Actor, number: int | None = None) -> Any:
        if number is None:
            number = self.my_progress(office, actor).next_number
            if number is None:
                return None
        if not 1 <= number <= self.of:
            raise NotFound("Kasus itu bukan bagian Anda. Kembali ke daftar kasus Anda.")
        newest = {
            name: max(values.items()) for (n, name), values in self.ledger.items() if n == number
        }
        chosen = {name: newest.get(name, (0, ""))[1] for name in DECISION}
        return SimpleNamespace(
            number=number,
            of=self.of,
            public=make_case(number, self.of),
            answer={
                "marks": {n: v for n, (_, v) in newest.items() if n not in chosen and v},
                **chosen,
            },
            revisions={name: revision for name, (revision, _) in newest.items()},
            submitted=number in self.sent,
            feedback=self.feedback(number),
            **(self.place if self.parts else {}),
        )

    def feedback(self, number: int) -> dict[str, Any] | None:
        is_hidden = self.parts and self.place["is_test"]
        return None if is_hidden or number not in self.sent else copy.deepcopy(FEEDBACK)

    def worked_case(self, office: Any, actor: Actor) -> dict[str, Any]:
        steps = (
            ("KK: jumlah baris", "Kartu memuat empat orang.", ["F1.members_stated"]),
            ("Jenis kelamin anak", "KTP menulis laki-laki. Saya tandai.", ["P3.sex"]),
            ("Putusan", "Status: Layak. Tindak lanjut: Perbaiki data.", []),
        )
        return {
            "public": make_case(1, 1),
            "steps": [{"look": look, "say": say, "cells": cells} for look, say, cells in steps],
            "answer": {
                "marks": {"P3.sex": "tidak_sesuai"},
                "status": "layak",
                "reason": "",
                "follow_up": "",
                "confidence": "",
            },
            "feedback": copy.deepcopy(FEEDBACK),
        }

    def save_mark(
        self, office: Any, actor: Actor, number: int, name: str, value: str, revision: int
    ) -> Any:
        if self.fault:
            raise self.fault
        if number in self.sent:
            raise WrongUse("Kasus ini sudah dikirim, jadi jawabannya tidak dapat diubah lagi.")
        values = self.ledger.setdefault((number, name), {})
        accepted = values.setdefault(revision, value) == value
        newest = max(values)
        return SimpleNamespace(accepted=accepted, revision=newest, value=values[newest])

    def submit(self, office: Any, actor: Actor, number: int) -> dict[str, Any]:
        self.sent.add(number)
        self.submissions += 1
        return copy.deepcopy(FEEDBACK)

    def review(self, office: Any, actor: Actor, number: int) -> Any:
        if number not in self.sent:
            raise WrongUse("Kasus ini belum dikirim.")
        return self.my_case(office, actor, number)

    def results_by_rule(self, office: Any, actor: Actor) -> Any:
        if not self.sent:
            return ()
        return (
            SimpleNamespace(rule="", found=0, missed=0, false_alarm=1),
            SimpleNamespace(rule="IDN-01", found=1, missed=0, false_alarm=0),
            SimpleNamespace(rule="KEL-01", found=0, missed=1, false_alarm=0),
        )


STEPS_OF_RULES = (
    ("IDN-10", "identity", "campuran", True, 3, False, 4, 1),
    ("IDN-09", "identity", "campuran", True, 3, True, 3, 0),
    ("IDN-12", "identity", "campuran", False, 1, False, 1, 2),
    ("KEL-28", "family", "dibantu", False, 0, False, 0, 1),
    ("KEL-01", "family", "dibantu", False, 0, False, 0, 0),
    ("BAN-05", "aid", "contoh", False, 0, False, 0, 0),
)


@dataclass
class FakeCourses:
    """What ``services.courses`` does: the parts of a class, and a queue of what comes next."""

    training: FakeTraining
    upcoming: list[Any] = field(default_factory=list)
    states: dict[int, str] = field(default_factory=lambda: {1: "open", 2: "waiting", 3: "waiting"})
    finished: list[int] = field(default_factory=list)
    said: Any = field(
        default_factory=lambda: SimpleNamespace(paused=False, message="", message_at=None)
    )
    looks: int = 0
    #: The state of a part of drills, "" for none.
    quiz: str = ""
    token: str | None = None

    def my_parts(self, office: Any, actor: Actor) -> tuple[Any, ...]:
        sent = len(self.training.sent)
        is_closed = self.states[1] == "closed"
        return (
            part(1, "tes_awal", "Tes awal", self.states[1], sent, 3, 0.61 if is_closed else None),
            part(2, "latihan", "Latihan berjenjang", self.states[2], 0, None),
            part(3, "tes_akhir", "Tes akhir", self.states[3], 0, 10),
            *((part(4, "kuis", "Kuis pagi", self.quiz, 5, None),) if self.quiz else ()),
        )

    def next_of(self, office: Any, actor: Actor, part: int | None = None) -> Any:
        self.looks += 1
        return self.upcoming[0]

    def finish_example(self, office: Any, actor: Actor, number: int) -> None:
        if number not in self.finished:
            self.finished.append(number)
            self.upcoming.pop(0)

    def solved_case(self, office: Any, actor: Actor, number: int) -> dict[str, Any]:
        return self.training.worked_case(office, actor)

    def my_standing(self, office: Any, actor: Actor) -> tuple[Any, ...]:
        names = ("rule", "group", "step", "mastered", "run", "due", "found", "missed")
        return tuple(
            SimpleNamespace(**dict(zip(names, line, strict=True))) for line in STEPS_OF_RULES
        )

    def make_refresher_token(self, office: Any, actor: Actor) -> str | None:
        return self.token

    def live(self, office: Any, actor: Actor) -> Any:
        return self.said


def part(
    number: int,
    kind: str,
    title: str,
    state: str,
    done: int,
    of: int | None,
    score: float | None = None,
) -> Any:
    return SimpleNamespace(
        number=number, kind=kind, title=title, state=state, done=done, of=of, score=score
    )


def upcoming(kind: str, number: int = 0, sentence: str = "", group: str = "") -> Any:
    """What ``next_of`` answers."""
    return SimpleNamespace(
        kind=kind, number=number, part=1, sentence=sentence, until=None, group=group
    )


#: A room protects all widgets of its process; the next test begins without that.
_UNGUARDED = {name: getattr(w.Widget, name) for name in ("set_state", "_handle_custom_msg")}


@pytest.fixture(autouse=True)
def unguarded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Every test begins and ends with widgets that hear everything."""
    for name, function in _UNGUARDED.items():
        monkeypatch.setattr(w.Widget, name, function)


@pytest.fixture
def courses(training: FakeTraining) -> FakeCourses:
    """A class with parts; asked for by a test, its ``room`` belongs to such a class."""
    training.parts = True
    return FakeCourses(training, [upcoming("kasus", 1)])


@pytest.fixture
def come() -> Callable[..., Any]:
    """Makes what ``next_of`` answers: ``come("kasus", 1)``."""
    return upcoming


@pytest.fixture
def training() -> FakeTraining:
    return FakeTraining()


@pytest.fixture
def trainee() -> Actor:
    return Actor("KUJI.7", "Peserta Uji", Role.PESERTA, Workspace.LATIHAN, (), "KUJI", 7)


@pytest.fixture
def make_room(
    training: FakeTraining, trainee: Actor, request: pytest.FixtureRequest
) -> Callable[[], TraineeRoom]:
    """Opens the room as a kernel does; of a class with parts where a test asks for ``courses``."""
    is_course = "courses" in request.fixturenames
    courses = request.getfixturevalue("courses") if is_course else None
    return lambda: TraineeRoom(None, trainee, training, courses, "http://192.168.1.7:8866")


@pytest.fixture
def room(make_room: Callable[[], TraineeRoom]) -> TraineeRoom:
    return make_room()


#: The style a notebook hands over, and the module as the widget library loads it: as text that
#: comes from no address.
STYLE = '<link rel="stylesheet" href="card.css">'
INLINE = 'import("./card.js")'
LOADED = 'import(URL.createObjectURL(new Blob([LOADER], { type: "text/javascript" })))'
#: What a server of ours allows a page.
POLICY = (
    "default-src 'self'; script-src 'self' 'unsafe-inline' blob:; "
    "style-src 'self' 'unsafe-inline'; img-src data:"
)

HARNESS = """<!doctype html>
<html lang="id"><head><meta charset="utf-8"><title>Kartu kasus</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
STYLE<link rel="icon" href="data:,">
<style>@font-face { font-family: "Plus Jakarta Sans"; src: url(font.ttf); font-weight: 200 800; }
body { margin: 0; padding: 12px 16px; background: #fff; }</style></head>
<body><main id="card"></main>
<script type="module">
const { default: widget } = await MODULE;
class Model {
  constructor(page) { this.state = { page }; this.listeners = {}; }
  get(name) { return this.state[name]; }
  set(name, value) { this.state[name] = value; this.fire(`change:${name}`); }
  save_changes() {}
  known(name) { return (this.listeners[name] ??= []); }
  on(name, listener) { this.known(name).push(listener); }
  off(name, listener) { this.listeners[name] = this.known(name).filter((l) => l !== listener); }
  fire(name, ...rest) { for (const listener of [...this.known(name)]) listener(...rest); }
  async send(content) {
    const answer = await window.kernelAnswer(JSON.stringify(content));
    if (!answer) return;
    const { page, messages } = JSON.parse(answer);
    for (const message of messages) this.fire("msg:custom", message, []);
    if (page) this.set("page", page);
  }
}
window.model = new Model(JSON.parse(await window.kernelOpen()));
window.cleanup = await widget.render({ model: window.model, el: document.getElementById("card") });
</script></body></html>
"""


#: The page as our server has it: the card's code comes from an address of its own.
SERVED = "/lewat-server"


def code_of(widget: type[page_widget.PageWidget], base: str) -> tuple[str, str]:
    """Script and style as they come with a kernel."""
    return page_widget._code(widget.source, widget.thing, base)


def harness(style: str, module: str) -> bytes:
    """The page, with the card's own code or with what fetches it."""
    loader = json.dumps(code_of(CaseCard, "/aset/")[0])
    page = HARNESS.replace("STYLE", style).replace("MODULE", module).replace("LOADER", loader)
    return page.encode()


class Kernel:
    """The kernel's end of the harness: a real card over a real room; a reload makes a new one."""

    def __init__(self, make_room: Callable[[], TraineeRoom]) -> None:
        self.make_room = make_room
        self.is_silent = False  # what is said to it is lost
        self.is_mute = False  # it does what it is told, and its answer is lost
        self.heard: list[dict[str, Any]] = []

    def open(self) -> str:
        self.said: list[dict[str, Any]] = []
        self.card = link(self.make_room())
        self.card.send = self.said.append  # no channel here: what it says is handed back
        return json.dumps(self.card.page)

    def answer(self, content: str) -> str | None:
        message = json.loads(content)
        self.heard.append(message)
        if self.is_silent:
            return None
        before = self.card.page
        self.said.clear()
        self.card._receive(None, message, [])
        page = self.card.page if self.card.page is not before else None
        if self.is_mute:
            return None
        return json.dumps({"page": page, "messages": self.said})


@pytest.fixture(scope="session")
def harness_port() -> Iterator[int]:
    """A server with three files, on a port of its own."""

    # The page frame brings the typeface; widths are only true with it.
    font = (resources.files("fontpkg_plus_jakarta_sans") / FONT).read_bytes()

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            kinds = {".js": "text/javascript", ".css": "text/css"}
            script, style = (text.encode() for text in code_of(CaseCard, ""))
            files = {
                "/": (harness(STYLE, INLINE), "text/html; charset=utf-8"),
                SERVED: (harness("", LOADED), "text/html; charset=utf-8"),
                "/card.js": (script, "text/javascript; charset=utf-8"),
                "/card.css": (style, "text/css; charset=utf-8"),
                "/font.ttf": (font, "font/ttf"),
            }
            asked = re.fullmatch(r"/aset/v-[0-9a-f]{12}(?:-\d+)?/([a-z]+)(\.js|\.css)", self.path)
            if asked:
                found = (CARD / "".join(asked.groups())).read_bytes()
                files[self.path] = found, f"{kinds[asked[2]]}; charset=utf-8"
            body, kind = files.get(self.path, (b"", ""))
            self.send_response(200 if body else 404)
            if self.path == SERVED:
                self.send_header("Content-Security-Policy", POLICY)
            if asked:
                self.send_header("Cache-Control", "max-age=31536000, immutable")
            self.send_header("Content-Type", kind or "text/plain")
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


@pytest.fixture(scope="module")
def card_browser(new_browser: Any) -> Any:
    """A browser that reaches the harness by a plain name: as on a phone, no secure context."""
    return new_browser("--host-resolver-rules=MAP kelas.test 127.0.0.1")


FONT = "files/PlusJakartaSans[wght].ttf"
PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "device_scale_factor": 2}
LAPTOP = {"viewport": {"width": 1366, "height": 768}}


@pytest.fixture
def open_card(
    card_browser: Any,
    harness_port: int,
    make_room: Callable[[], TraineeRoom],
    trainee: Actor,
) -> Iterator[Callable[..., Any]]:
    """Opens the card on a phone or a laptop; any request to elsewhere fails the test.

    The clock of the page stands still, see ``stop_clock``.
    """
    contexts: list[Any] = []
    strangers: list[str] = []
    errors: list[str] = []
    origin = f"http://kelas.test:{harness_port}"

    def opened(
        screen: str = "phone", beside: Any = None, path: str = "/", is_still: bool = True
    ) -> SimpleNamespace:
        """``beside``: what was opened before, for a second tab of the same browser.

        ``is_still``: not for who asks the page for its own measures of time.
        """
        kernel = Kernel(make_room)
        if beside is None:
            context = card_browser.new_context(**(PHONE if screen == "phone" else LAPTOP))
            contexts.append(context)
        else:
            context = beside.context
        page = context.new_page()
        page.on("request", lambda r: None if _is_own(r.url, origin) else strangers.append(r.url))
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.expose_function("kernelOpen", kernel.open)
        page.expose_function("kernelAnswer", kernel.answer)
        if is_still and beside is None:
            stop_clock(page)
        page.goto(origin + path)
        page.wait_for_selector(".vvc-title")
        return SimpleNamespace(page=page, kernel=kernel, context=context, actor=trainee)

    yield opened
    for context in contexts:
        context.close()
    assert strangers == []
    assert errors == []


def _is_own(url: str, origin: str) -> bool:
    return url.startswith((origin, "data:", "blob:"))
