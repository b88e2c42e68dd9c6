"""The drills in a real browser, on a phone and on a laptop, over the real service."""

from __future__ import annotations

import http.server
import json
import threading
from collections.abc import Iterator
from importlib import resources
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from playwright.sync_api import expect

from tests import screens
from tests.ui.clocks import faults, stop_clock
from workbench.access import Actor, Role, Workspace
from workbench.errors import StoreFault
from workbench.services import courses, drills, own_tasks
from workbench.services.office import Office
from workbench.store import clock
from workbench.store.tables import class_, class_part, participant
from workbench.training.authoring import QuestionTask
from workbench.training.drills.rounds import DRILLS, OWN
from workbench.ui.card import page_widget
from workbench.ui.drills import view
from workbench.ui.drills.model import DrillRoom

pytestmark = pytest.mark.browser

SCREENS = pytest.mark.parametrize("screen", ["phone", "laptop"])
FONT = resources.files("fontpkg_plus_jakarta_sans") / "files/PlusJakartaSans[wght].ttf"
TRAINEE = Actor("KUJI.1", "Siti", Role.PESERTA, Workspace.LATIHAN, class_id="KUJI", seat=1)
LONG = "Keluarga dengan kepala <b>sakit</b> & “dua” anak: " + "apakah tetap layak " * 14
OWN_QUESTIONS = (
    ("Apa arti <i>desil 1</i>?", ("10 % terbawah <img src=x>", "10 % teratas", "Semua")),
    (LONG[:300], (LONG[:300], "x" * 200, "Tidak <script>alert(1)</script>", "Ya")),
)
TRAINER = Actor("A-p", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))

#: How often a page asks what the trainer says.
PULSE_MS = 10_000

HARNESS = """<!doctype html><html lang="id"><head><meta charset="utf-8"><title>Uji</title>
<meta name="viewport" content="width=device-width, initial-scale=1">
<link rel="icon" href="data:,"><link rel="stylesheet" href="/kerangka.css">
<link rel="stylesheet" href="/drawing.css"><link rel="stylesheet" href="/drill.css">
<style>@font-face{font-family:"Plus Jakarta Sans";src:url(/font.ttf);font-weight:200 800}
body{margin:0}main{padding:12px}</style></head>
<body class="vv-latihan"><main><h1 style="font-size:16px">Latihan singkat</h1><div id="el"></div>
</main><script type="module">
import room from "/drill.js";
const heard = {};
const model = {
  page: JSON.parse(await window.kernelOpen()),
  get(name) { return this[name]; },
  on(name, hear) { (heard[name] ??= []).push(hear); },
  off(name, hear) { heard[name] = heard[name].filter((one) => one !== hear); },
  tell() { for (const hear of heard["change:page"]) hear(); },
  async send(message) {
    const told = await window.kernelAnswer(JSON.stringify(message));
    if (!told) return;
    const { page, messages } = JSON.parse(told);
    if (page) { this.page = page; this.tell(); }
    for (const one of messages) for (const hear of heard["msg:custom"]) hear(one);
  },
};
window.model = model;
room.render({ model, el: document.getElementById("el") });
</script></body></html>"""


class Kernel:
    """The kernel's end: a real widget over the real service; a reload makes a new one."""

    def __init__(self, office: Office, actor: Actor) -> None:
        self.office, self.actor = office, actor
        self.is_silent = False  # what is said to it is lost
        self.is_mute = False  # it does what it is told, and its answer is lost
        self.fault: Exception | None = None
        self.heard: list[dict[str, Any]] = []

    def open(self) -> str:
        self.said: list[dict[str, Any]] = []
        self.widget = view.DrillCard.link(DrillRoom(self.office, self.actor, self, courses))
        self.widget.send = self.said.append
        return json.dumps(self.widget.page)

    def __getattr__(self, name: str) -> Any:
        return getattr(drills, name)

    def answer_card(self, *given: Any) -> Any:
        if self.fault:
            raise self.fault
        return drills.answer(*given)

    @property
    def answer(self) -> Any:
        return self.answer_card

    def hear(self, content: str) -> str | None:
        message = json.loads(content)
        self.heard.append(message)
        if self.is_silent:
            return None
        before = self.widget.page
        self.said.clear()
        self.widget._receive(None, message, [])
        page = self.widget.page if self.widget.page is not before else None
        return None if self.is_mute else json.dumps({"page": page, "messages": self.said})


@pytest.fixture(scope="module")
def port() -> Iterator[int]:
    frame = Path(view.__file__).parents[2] / "serve/share/jupyter/voila/templates/verval/static"
    styles = b"".join((frame / name).read_bytes() for name in ("frame.css", "widgets.css"))
    files = {
        "/": (HARNESS.encode(), "text/html; charset=utf-8"),
        **{
            f"/{path.name}": (path.read_bytes(), f"{kind}; charset=utf-8")
            for source in (page_widget._SHARED, view.DrillCard.source)
            for end, kind in ((".js", "text/javascript"), (".css", "text/css"))
            for path in [source.with_suffix(end)]
        },
        "/kerangka.css": (styles, "text/css; charset=utf-8"),
        "/font.ttf": (FONT.read_bytes(), "font/ttf"),
    }

    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body, kind = files.get(self.path, (b"", "text/plain"))
            self.send_response(200 if self.path in files else 404)
            self.send_header("Content-Type", kind)
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *args: Any) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    yield server.server_address[1]
    server.shutdown()


@pytest.fixture(scope="module")
def browser(new_browser: Any) -> Any:
    """A browser that reaches the page by a plain name: as on a phone, no secure context."""
    return new_browser("--host-resolver-rules=MAP kelas.test 127.0.0.1")


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    made = Office(tmp_path / "kantor")
    with made.practice.writing() as connection:
        for table, known in (
            (class_, {"id": "KUJI", "state": "open", "settings": "{}"}),
            (participant, {"class_id": "KUJI", "seat": 1, "joined_at": clock.now()}),
        ):
            blank = {c.name: c.type.python_type() for c in table.columns if not c.nullable}
            values = {name: known.get(name, value) for name, value in blank.items()}
            connection.execute(table.insert().values(values))
    yield made
    made.practice.close()


@pytest.fixture
def open_room(browser: Any, port: int, office: Office) -> Iterator[Any]:
    contexts, strangers, errors = [], [], []
    origin = f"http://kelas.test:{port}"

    def opened(screen: str = "phone", actor: Actor = TRAINEE) -> SimpleNamespace:
        size = screens.PHONE if screen == "phone" else screens.LAPTOP
        context = browser.new_context(viewport=size, has_touch=screen == "phone")
        contexts.append(context)
        page, kernel = context.new_page(), Kernel(office, actor)
        page.on(
            "request",
            lambda r: None if r.url.startswith((origin, "data:")) else strangers.append(r.url),
        )
        page.on("pageerror", lambda error: errors.append(str(error)))
        page.expose_function("kernelOpen", kernel.open)
        page.expose_function("kernelAnswer", kernel.hear)
        stop_clock(page)
        page.goto(origin)
        expect(page.get_by_role("heading", name="Latihan singkat", level=2)).to_be_visible()
        return SimpleNamespace(page=page, kernel=kernel)

    yield opened
    for context in contexts:
        context.close()
    assert strangers == []
    assert errors == []


@pytest.fixture
def own(office: Office) -> tuple[str, ...]:
    """Two questions of the office, the first option right; their ids."""
    drafts = []
    for asked, options in OWN_QUESTIONS:
        why = "Sebab <b>begitu</b>: aturan & kebiasaan."
        task = QuestionTask(2, asked, options, "A", why, "Catatan <u>kantor</u>", "umum", "mudah")
        drafts.append(own_tasks.Draft(own_tasks.task_id(task), 2, task, False, False))
    own_tasks.save_tasks(office, TRAINER, drafts)
    return tuple(draft.id for draft in drafts)


def begin(page: Any, drill: str) -> None:
    page.get_by_role("button", name=DRILLS[drill].title).click()
    if drill == "langka":
        page.get_by_role("button", name="Sering: satu dari dua salah").click()
    expect(page.get_by_role("heading", name="Kartu 1 dari")).to_be_visible()


def answer_now(page: Any) -> None:
    """Answer the card in view with whatever comes first, and go on."""
    heading = page.locator("[data-heading]")
    before = heading.inner_text()
    choices = page.locator(".vvs-choice")
    go = page.locator(".vvs-go")
    if go.count():
        for place in range(choices.count()):
            if go.get_attribute("aria-disabled") == "false":
                break
            choices.nth(place).click()
        go.click()
    else:
        choices.first.click()
    page.wait_for_function(
        """before => !document.querySelector(".vvs[data-busy]")
            && (document.querySelector(".vvs-feedback")
                || document.querySelector("[data-heading]").innerText !== before)""",
        arg=before,
    )


def play(page: Any) -> None:
    """All cards of a round, to its report."""
    while page.locator("[data-heading]").inner_text().startswith("Kartu"):
        answer_now(page)
        more = page.locator(".vvs-feedback ~ .vvs-go")
        if more.count():
            more.click()
            page.wait_for_function("!document.querySelector('.vvs-feedback')")


@SCREENS
@pytest.mark.parametrize("drill", DRILLS)
def test_a_drill_is_played_from_the_list_to_its_report(
    open_room: Any, own: Any, drill: str, screen: str
) -> None:
    page = open_room(screen).page
    begin(page, drill)
    assert not page.evaluate("window.isSecureContext")
    play(page)
    expect(page.get_by_text("tepat").first).to_be_visible()
    expect(page.get_by_role("button", name="Putaran berikutnya")).to_be_visible()
    if drill == "musyawarah":
        expect(page.get_by_role("article", name="Berita acara musyawarah")).to_be_visible()
        expect(page.get_by_text("CONTOH · LATIHAN")).to_be_visible()
    if drill == "langka":
        expect(page.get_by_role("img", name="Ketelitian")).to_have_count(1)
        expect(page.get_by_text("baru 5 kasus salah").first).to_be_visible()
    page.get_by_role("button", name="Semua latihan singkat").click()
    expect(page.get_by_text("1 putaran selesai")).to_be_visible()


def test_each_page_can_be_read_and_reached_by_everybody(open_room: Any) -> None:
    page = open_room().page
    found = [f"list: {one}" for one in faults(page)]
    for drill in ("kategori", "jalur", "langka", "musyawarah"):
        begin(page, drill)
        found += [f"{drill} card: {one}" for one in faults(page)]
        answer_now(page)
        found += [f"{drill} feedback: {one}" for one in faults(page)]
        page.locator(".vvs-go").click()
        page.wait_for_function("!document.querySelector('.vvs-feedback')")
        if drill in ("langka", "musyawarah"):
            play(page)
            found += [f"{drill} report: {one}" for one in faults(page)]
        page.get_by_role("button", name="Semua latihan singkat").click()
        expect(page.get_by_role("heading", name="Latihan singkat", level=2)).to_be_visible()
    assert found == []


def test_at_most_seven_things_to_choose_from(open_room: Any) -> None:
    page = open_room().page
    count = "[...document.querySelectorAll('.vvs :is(button:not(.vvs-link), input)')].length"
    assert page.evaluate(count) == 7
    for drill in set(DRILLS) - {OWN}:
        begin(page, drill)
        assert page.evaluate(count) <= 8, drill  # seven to choose from, and the button to send
        page.get_by_role("button", name="Semua latihan singkat").click()
        expect(page.get_by_role("heading", name="Latihan singkat", level=2)).to_be_visible()


def test_the_whole_card_is_answered_by_keys(open_room: Any) -> None:
    opened = open_room("laptop")
    page = opened.page
    begin(page, "langka")
    page.keyboard.press("2")
    expect(page.locator(".vvs-feedback")).to_be_visible()
    expect(page.get_by_role("button", name="Lanjut")).to_be_focused()
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Kartu 2 dari 30")).to_be_visible()
    said = [one for one in opened.kernel.heard if one["kind"] == "answer"]
    assert [one["value"] for one in said] == ["cek"]


def test_no_page_knows_what_is_right_before_the_answer(open_room: Any) -> None:
    opened = open_room()
    begin(opened.page, "kategori")
    told = json.dumps(opened.kernel.widget.page)
    for word in ("accepted", "why", "source", "is_right", "Permensos"):
        assert word not in told
    answer_now(opened.page)
    assert "is_right" in json.dumps(opened.kernel.widget.page)


def test_a_reload_goes_on_with_the_next_card(open_room: Any) -> None:
    page = open_room().page
    begin(page, "jalur")
    answer_now(page)
    page.reload()
    expect(page.get_by_role("heading", name="Kartu 2 dari 6")).to_be_visible()


def test_an_answer_outlives_a_silent_kernel_and_a_reload(open_room: Any) -> None:
    opened = open_room()
    page = opened.page
    begin(page, "langka")
    opened.kernel.is_silent = True
    page.get_by_role("button", name="Perlu dicek").click()
    page.clock.run_for(3_100)
    expect(page.get_by_text("disimpan di perangkat ini")).to_be_visible()
    opened.kernel.is_silent = False
    page.reload()
    expect(page.get_by_role("heading", name="Kartu 2 dari 30")).to_be_visible()
    state = drills.card(opened.kernel.office, TRAINEE, "langka")
    assert state.place == 2
    assert page.evaluate("localStorage.length") == 0


def test_an_answer_whose_acknowledgement_is_lost_is_counted_once(open_room: Any) -> None:
    opened = open_room()
    page = opened.page
    begin(page, "langka")
    opened.kernel.is_mute = True
    page.get_by_role("button", name="Sesuai").click()
    page.clock.run_for(3_100)
    opened.kernel.is_mute = False
    page.clock.run_for(6_100)
    expect(page.get_by_role("heading", name="Kartu 2 dari 30")).to_be_visible()
    assert drills.card(opened.kernel.office, TRAINEE, "langka").place == 2


def test_the_second_answer_to_a_request_takes_no_choice_back(open_room: Any) -> None:
    opened = open_room()
    page = opened.page
    begin(page, "kategori")
    page.locator(".vvs-choice").first.click()
    # As when the opening was slow and asked for twice.
    page.evaluate("() => { model.page = { ...model.page, turn: 50 }; model.tell(); }")
    expect(page.locator(".vvs-choice[aria-pressed='true']")).to_have_count(1)
    page.get_by_role("button", name="Jawab").click()
    expect(page.locator(".vvs-feedback")).to_be_visible()


def test_an_answer_that_meets_a_closed_channel_is_sent_again(open_room: Any) -> None:
    page = open_room().page
    begin(page, "langka")
    page.evaluate(
        """() => {
            const { send } = model;
            model.send = () => { model.send = send; throw new Error("closed"); };
        }"""
    )
    page.get_by_role("button", name="Sesuai").click()
    page.clock.run_for(3_100)
    expect(page.locator(".vvs-feedback")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0


def test_a_full_disk_is_said_and_the_answer_is_sent_again(open_room: Any) -> None:
    opened = open_room()
    page = opened.page
    begin(page, "langka")
    opened.kernel.fault = StoreFault("Disk penuh, jadi data tidak tersimpan.")
    page.get_by_role("button", name="Sesuai").click()
    expect(page.get_by_text("Disk penuh")).to_be_visible()
    opened.kernel.fault = None
    page.clock.run_for(3_100)
    expect(page.locator(".vvs-feedback")).to_be_visible()
    expect(page.get_by_text("Disk penuh")).to_be_hidden()


def test_any_of_the_26_kinds_can_be_searched_and_chosen(open_room: Any) -> None:
    opened = open_room()
    page = opened.page
    begin(page, "kategori")
    on_card = {words for _, words in opened.kernel.widget.page["card"]["choices"]}
    wanted = next(
        words for _, words in opened.kernel.widget.page["card"]["searched"] if words not in on_card
    )
    page.get_by_label("Cari di antara 26 kategori").fill(wanted[:12])
    page.locator(".vvs-found").get_by_role("button", name=wanted, exact=True).click()
    expect(page.locator(".vvs-choice[aria-pressed='true']")).to_contain_text(wanted)
    page.get_by_role("button", name="Jawab").click()
    expect(page.locator(".vvs-marked")).to_contain_text(wanted)


def test_a_trainer_is_told_that_nothing_is_kept(open_room: Any) -> None:
    page = open_room("laptop", TRAINER).page
    expect(page.get_by_text("Untuk layar kelas: jawaban di sini tidak disimpan.")).to_be_visible()
    expect(page.get_by_role("link", name="Kelas")).to_have_attribute("href", "/kelas")
    begin(page, "graduasi")
    answer_now(page)
    expect(page.locator(".vvs-feedback")).to_be_visible()


@SCREENS
def test_what_the_trainer_asks_for_stands_first_and_there_is_a_way_back(
    open_room: Any, office: Office, screen: str
) -> None:
    part = {"class_id": "KUJI", "number": 1, "kind": "kuis", "title": "Kuis", "state": "open"}
    settings = json.dumps({"n": 0, "drills": ["graduasi"]})
    with office.practice.writing() as connection:
        connection.execute(class_part.insert().values(**part, settings=settings))
    page = open_room(screen).page
    expect(page.get_by_role("heading", name="Kuis dari pelatih")).to_be_visible()
    expect(page.get_by_role("heading", name="Latihan lain")).to_be_visible()
    assert "Graduasi" in page.locator(".vvs-drill").first.inner_text()
    expect(page.get_by_role("link", name="Latihan")).to_have_attribute("href", "/latihan")
    assert faults(page) == []


def test_values_are_drawn_as_words(open_room: Any) -> None:
    page = open_room().page
    begin(page, "langka")
    page.evaluate(
        """() => {
            const card = structuredClone(model.page.card);
            card.sheets[0].rows[0][1] = "<img src=x>";
            model.page = { ...model.page, card, request: null };
            model.tell();
        }"""
    )
    expect(page.get_by_text("<img src=x>")).to_be_visible()
    assert page.locator(".vvs img").count() == 0


@SCREENS
def test_an_own_question_is_drawn_as_words_however_long(
    open_room: Any, own: Any, screen: str
) -> None:
    opened = open_room(screen)
    page = opened.page
    if screen == "phone":
        page.set_viewport_size({"width": 360, "height": 640})
    begin(page, OWN)
    found, seen = [], ""
    for place in (1, 2):
        told = json.dumps(opened.kernel.widget.page)
        assert not any(word in told for word in ("Sebab", "Catatan", "is_right", "accepted"))
        seen += page.locator(".vvs-main").inner_text()
        found += [f"card {place}: {one}" for one in faults(page)]
        answer_now(page)
        expect(page.get_by_text("Sebab <b>begitu</b>: aturan & kebiasaan.")).to_be_visible()
        expect(page.get_by_text("Sumber: Catatan <u>kantor</u>")).to_be_visible()
        found += [f"feedback {place}: {one}" for one in faults(page)]
        page.locator(".vvs-feedback ~ .vvs-go").click()
        page.wait_for_function("!document.querySelector('.vvs-feedback')")
    assert found == []
    for asked, options in OWN_QUESTIONS:
        for words in (asked, *options):
            assert " ".join(words.split()) in " ".join(seen.split())
    assert page.locator(".vvs :is(img, script, b, i, u)").count() == 0


def test_what_was_missed_of_own_questions_comes_once_more(open_room: Any, own: Any) -> None:
    opened = open_room()
    page = opened.page
    begin(page, OWN)
    for place, is_right in ((1, False), (2, True), (3, True)):
        card = opened.kernel.widget.page["card"]
        right = dict(OWN_QUESTIONS)[card["question"]][0]
        wanted = next(w for _, w in card["choices"] if (w == right) is is_right)
        expect(page.get_by_text("Sekali lagi")).to_have_count(int(place == 3))
        page.locator(".vvs-choice").filter(has_text=wanted.strip()).click()
        expect(page.get_by_text("Tepat" if is_right else "Belum tepat", exact=True)).to_be_visible()
        page.locator(".vvs-feedback ~ .vvs-go").click()
        page.wait_for_function("!document.querySelector('.vvs-feedback')")
    expect(page.get_by_role("heading", name="1 dari 2 tepat")).to_be_visible()
    expect(page.locator(".vvs-missed")).to_have_count(1)


def test_a_question_withdrawn_under_ones_hand_is_told_and_the_next_one_comes(
    open_room: Any, own: Any, office: Office
) -> None:
    opened = open_room()
    page = opened.page
    begin(page, OWN)
    asked = opened.kernel.widget.page["card"]["question"]
    own_tasks.withdraw(office, TRAINER, own[[one for one, _ in OWN_QUESTIONS].index(asked)])
    page.locator(".vvs-choice").first.click()
    expect(
        page.get_by_text("Soal tadi sudah ditarik pelatih, jadi tidak dihitung.")
    ).to_be_visible()
    expect(page.get_by_role("heading", name="Kartu 2 dari 2")).to_be_visible()
    assert page.evaluate("localStorage.length") == 0
    answer_now(page)
    expect(page.get_by_text("sudah ditarik pelatih")).to_have_count(0)


# A pause


@SCREENS
def test_a_pause_covers_a_card_and_gives_it_back_as_it_was(
    open_room: Any, office: Office, screen: str
) -> None:
    opened = open_room(screen)
    page = opened.page
    begin(page, "kategori")
    page.locator(".vvs-choice").first.click()
    courses.say_to_all(office, TRAINER, "KUJI", "Dengarkan <b>dulu</b>.")
    courses.pause(office, TRAINER, "KUJI", True)
    page.clock.run_for(PULSE_MS)
    cover = page.get_by_role("dialog", name="Jeda dari pelatih")
    expect(cover).to_contain_text("Dengarkan <b>dulu</b>.")
    assert faults(page) == []
    for key in ("Escape", "Escape", "Enter", "2"):
        page.keyboard.press(key)
    expect(cover).to_be_visible()
    heard = [one["kind"] for one in opened.kernel.heard]
    assert "answer" not in heard
    courses.pause(office, TRAINER, "KUJI", False)
    page.clock.run_for(PULSE_MS)
    expect(cover).to_be_hidden()
    expect(page.locator(".vvs-choice[aria-pressed='true']")).to_have_count(1)
    expect(page.get_by_text("Pesan pelatih: Dengarkan <b>dulu</b>.")).to_be_visible()
    page.get_by_role("button", name="Jawab").click()
    expect(page.locator(".vvs-feedback")).to_be_visible()


def test_an_answer_sent_into_a_pause_waits_for_its_end_and_outlives_a_reload(
    open_room: Any, office: Office
) -> None:
    opened = open_room()
    page = opened.page
    begin(page, "langka")
    courses.pause(office, TRAINER, "KUJI", True)
    page.get_by_role("button", name="Perlu dicek").click()
    cover = page.get_by_role("dialog", name="Jeda dari pelatih")
    expect(cover).to_be_visible()
    asked = len([one for one in opened.kernel.heard if one["kind"] == "answer"])
    page.clock.run_for(3 * PULSE_MS)
    assert len([one for one in opened.kernel.heard if one["kind"] == "answer"]) == asked
    assert drills.card(office, TRAINEE, "langka").place == 1
    page.reload()
    expect(cover).to_be_visible()
    courses.pause(office, TRAINER, "KUJI", False)
    page.clock.run_for(PULSE_MS)
    expect(page.get_by_role("heading", name="Kartu 2 dari 30")).to_be_visible()
    expect(cover).to_be_hidden()
    assert page.evaluate("localStorage.length") == 0
    assert drills.card(office, TRAINEE, "langka").place == 2
