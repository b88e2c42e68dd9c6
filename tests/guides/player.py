"""Plays the steps of a guide in real browsers."""

from __future__ import annotations

import fnmatch
import re
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.sync_api import Error, Locator, Page, expect

from tests.guides.shell import Shell
from tests.guides.steps import Step
from tests.stories.conftest import LOOK_MS

#: A room's first page, a class that opens, a list that is read: each takes a while.
PATIENCE_MS = 90_000
#: What may be pressed, in the order in which a reader would mean it.
CONTROLS = ("button", "link", "tab", "radio", "checkbox", "option")
#: What stands together, so that one of several equal buttons can be told by its neighbours.
TOGETHER = "tr, li, fieldset, article, section, [data-cell], .vv-column-row, .vvk-box, div"
#: Where the screen shows what a reader has to write down.
NOTED = ".vv-poster, .vvk-big, .vvk-return"

#: What a reader has to write down from the command line.
PRINTED = {
    "kode kelas": r"Kode kelas +: (\S+)",
    "sandi pelatih": r"Pelatih: pelatih / (\S+)",
    "sandi staf": r"Staf \(.*\): staf / (\S+)",
    "kata sandi pertama": r"Kata sandi pertama: (\S+)",
}

#: What a browser notes when its page gives way to a second phone, or its class is put away.
GIVING_WAY = ("status of 401", "status of 403", "status of 404", "status of 409", "WebSocket")


class CannotPlay(AssertionError):
    """A step that could not be done as it is written."""


@dataclass
class Player:
    """Reader of one guide, with a device for each ``Di **device**``.

    ``begin`` gives a browser of that size, ``shell`` is where commands are typed, ``known`` are
    the values in italics. A guide that does not begin at the door presupposes that somebody has
    gone in: ``sign_in`` does it.
    """

    begin: Callable[[str], Any]
    shell: Shell
    sign_in: Callable[[Any, str], None] = lambda _visit, _device: None
    known: dict[str, str] = field(default_factory=dict)
    #: Browser of each person, by what the guide calls their device.
    people: dict[str, Any] = field(default_factory=dict)
    now: Any = None
    #: Whether the eyes are on the command line.
    is_typing: bool = False

    def play(self, steps: list[Step]) -> None:
        """Do all of it; raises ``CannotPlay`` with the step's place."""
        for step in steps:
            self.is_typing = step.kind == "run" or (self.is_typing and step.kind == "note")
            try:
                getattr(self, step.kind)(step)
            except (Error, AssertionError, OSError) as fault:
                said = str(fault).split("Call log")[0].strip()
                raise CannotPlay(f"{step.place}: {step.kind} {step.texts}: {said}") from fault

    # -- whose screen ------------------------------------------------------------------------

    def go(self, step: Step) -> None:
        device, path = step.texts
        if device not in self.people:
            self.people[device] = self.begin("phone" if device.startswith("ponsel") else "laptop")
            self.people[device].expected += GIVING_WAY
            if path != "/masuk":
                self.sign_in(self.people[device], device)
        self.now = self.people[device]
        self.now.open(path)

    def open(self, step: Step) -> None:
        self.now.open(step.texts[0])

    def back(self, step: Step) -> None:
        self.now = self.people[step.texts[0]]

    @property
    def page(self) -> Page:
        """The page in view, once it is ready to be used."""
        page: Page = self.now.page
        if page.locator("#vv-sambungan").count():
            self.now.connected()
            self.now.settled()
        return page

    # -- what a hand does --------------------------------------------------------------------

    def turn(self, step: Step) -> None:
        self.page.get_by_role("tab", name=step.texts[0], exact=True).click(timeout=PATIENCE_MS)

    def press(self, step: Step) -> None:
        self._control(self.page, step.texts[0]).click(timeout=PATIENCE_MS)

    def press_at(self, step: Step) -> None:
        name, beside = step.texts
        self._control(self._beside(beside, name), name).click(timeout=PATIENCE_MS)

    def load(self, step: Step) -> None:
        label, pattern = step.texts
        with self.page.expect_download(timeout=PATIENCE_MS) as loading:
            self._control(self.page, label).click(timeout=PATIENCE_MS)
        name = loading.value.suggested_filename
        assert fnmatch.fnmatch(name, pattern.replace("…", "*")), name
        loading.value.save_as(self.shell.home / name)

    def fill(self, step: Step) -> None:
        place = self._field(step.texts[0])
        place.fill(self._value(step.words[1]))
        place.press("Tab")

    def choose(self, step: Step) -> None:
        words, label = step.texts
        place = self._field(label)
        option = place.locator("option", has_text=words).first
        expect(option).to_have_count(1, timeout=PATIENCE_MS)
        place.select_option(option.inner_text())

    def tick(self, step: Step) -> None:
        self.page.get_by_role("checkbox", name=step.texts[0], exact=True).check()

    def untick(self, step: Step) -> None:
        self.page.get_by_role("checkbox", name=step.texts[0], exact=True).uncheck()

    def send(self, step: Step) -> None:
        name, label = step.texts
        with self.page.expect_file_chooser(timeout=PATIENCE_MS) as chooser:
            self.page.get_by_role("button", name=re.compile(f"^{re.escape(label)}")).click()
        chooser.value.set_files(self.shell.home / name)

    def see(self, step: Step) -> None:
        found = _seen(self.page, step.texts[0])
        expect(found.first).to_be_visible(timeout=PATIENCE_MS)

    def note(self, step: Step) -> None:
        name = step.texts[0]
        if self.is_typing:
            self.known[name] = re.findall(PRINTED[name], self.shell.said)[-1]
            return
        shown = self.page.locator(NOTED).locator("visible=true").first
        expect(shown).not_to_have_text("", timeout=PATIENCE_MS)
        self.known[name] = shown.inner_text().strip()

    def keep(self, step: Step) -> None:
        assert step.block, "no text to keep"
        (self.shell.home / step.texts[0]).write_text(self.shell.swap(step.block), "utf-8")

    def run(self, step: Step) -> None:
        assert step.block, "nothing to run"
        self.shell.run(step.block)

    def query(self, step: Step) -> None:
        self.shell.query(step.block)

    def halt(self, _step: Step) -> None:
        self.shell.end_servers()

    # -- finding -----------------------------------------------------------------------------

    def _value(self, word: tuple[str, str]) -> str:
        mark, text = word
        if mark == "c":
            return text
        assert text in self.known, f"nobody told the reader {text!r}"
        return self.known[text]

    def _beside(self, words: str, name: str) -> Locator:
        """The smallest box that holds both."""
        page = self.page
        box = page.locator(TOGETHER).filter(has=page.get_by_text(words, exact=True))
        box = box.filter(has=_named(page, name)).locator("visible=true").last
        expect(box).to_be_visible(timeout=PATIENCE_MS)
        return box

    def _control(self, where: Page | Locator, name: str) -> Locator:
        """The one thing of that name that can be pressed."""
        named = _named(where, name).locator("visible=true")
        # What the page draws anew by itself is gone for a moment, and with it what is counted.
        limit = time.monotonic() + PATIENCE_MS / 1000
        while (found := _meant(where, name)).count() != 1 and time.monotonic() < limit:
            expect(named.first).to_be_visible(timeout=PATIENCE_MS)
            self.now.page.wait_for_timeout(LOOK_MS)
        assert found.count() == 1, f"{found.count()} things are called {name!r}"
        # A choice is pressed by the words beside it: the round box may lie below them.
        words = found.first.locator("xpath=self::input/ancestor::label")
        return words if words.count() else found.first

    def _field(self, label: str) -> Locator:
        # A menu beside the words of its row is called by them.
        row = self.page.locator(".vv-column-row").filter(
            has=self.page.get_by_text(label, exact=True)
        )
        found = self.page.get_by_label(label, exact=True).or_(row.locator("select"))
        found = found.or_(self.page.get_by_placeholder(label, exact=True))
        found = found.locator("visible=true")
        expect(found).to_have_count(1, timeout=PATIENCE_MS)
        return found.first


def _pattern(words: str) -> str:
    """These words as a pattern; ``…`` stands for whatever is there."""
    return ".+".join(map(re.escape, words.split("…")))


def _controls(where: Page | Locator, name: str) -> list[Locator]:
    """What may be meant; a number behind a name counts what lies there."""
    words = re.compile(rf"^{_pattern(name)}( \d+)?$")
    return [where.get_by_role(role, name=words) for role in CONTROLS]


def _meant(where: Page | Locator, name: str) -> Locator:
    """What is visible of that name and can be pressed; else whatever is called so."""
    for control in _controls(where, name):
        if control.locator("visible=true").count():
            return control.locator("visible=true")
    return _named(where, name).locator("visible=true")


def _named(where: Page | Locator, name: str) -> Locator:
    found = where.get_by_text(name, exact=True)
    for control in _controls(where, name):
        found = found.or_(control)
    return found


def _seen(page: Page, words: str) -> Locator:
    """Where these words stand."""
    wanted = re.compile(_pattern(words)) if "…" in words else words
    return page.get_by_text(wanted).locator("visible=true")
