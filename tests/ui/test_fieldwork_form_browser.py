"""The screen of a visit in a real browser, before a kernel that answers when the test lets it."""

from __future__ import annotations

from typing import Any

import pytest
from playwright.sync_api import expect

from tests.ui.clocks import stop_clock
from tests.ui.test_fieldwork_form import FIRST, HOME, TODAY
from workbench.ui.fieldwork.form import OutcomeForm
from workbench.ui.fieldwork.form_model import VisitForm

pytestmark = pytest.mark.browser

OPEN = """async ([code, state]) => {
    const address = URL.createObjectURL(new Blob([code], { type: 'text/javascript' }));
    const { default: widget } = await import(address);
    window.sent = [];
    window.model = {
        state,
        get: () => window.model.state,
        on: (_name, hear) => { window.model.hear = hear; },
        off: () => {},
        send: (message) => window.sent.push(message),
    };
    widget.render({ model: window.model, el: document.body });
}"""


class Kernel:
    """The kernel's end: takes the messages of the page one at a time."""

    def __init__(self, page: Any) -> None:
        self.page = page
        self.form = VisitForm(HOME, FIRST, lambda *_: None, lambda _: None, today=TODAY)
        for key, value in (("presence", "KB1"), ("eligibility", "LY2"), ("reason", "TL01")):
            assert self.form.answer("keluarga", "", key, value)
        self.form.go("kelayakan")
        self.widget = OutcomeForm(self.form, lambda: None)
        self.heard = 0

    def open(self) -> None:
        source = str(OutcomeForm._esm)
        self.page.evaluate(OPEN, [source, self.widget.state])

    def answer(self) -> None:
        """Answer the oldest message that waits."""
        message = self.page.evaluate("at => sent[at]", self.heard)
        self.heard += 1
        self.widget.hear(message)
        self.page.evaluate("state => { model.state = state; model.hear(); }", self.widget.state)


@pytest.fixture
def kernel(new_browser: Any) -> Any:
    context = new_browser().new_context()
    page = context.new_page()
    stop_clock(page)
    made = Kernel(page)
    made.open()
    yield made
    context.close()


def box(page: Any, words: str) -> Any:
    return page.get_by_role("group", name="Bukti yang dilihat").get_by_role("checkbox", name=words)


def test_an_answer_to_an_earlier_touch_takes_no_later_one_back(kernel: Kernel) -> None:
    page = kernel.page
    for words in ("Kartu Keluarga", "KTP-el"):
        box(page, words).check()
    kernel.answer()
    expect(box(page, "KTP-el")).to_be_checked()
    box(page, "Akta atau surat").check()
    kernel.answer()
    kernel.answer()
    assert len(kernel.form.outcome().family["evidence"]) == 3
    for words in ("Kartu Keluarga", "KTP-el", "Akta atau surat"):
        expect(box(page, words)).to_be_checked()


def test_what_waits_stays_when_another_answer_brings_new_questions(kernel: Kernel) -> None:
    page = kernel.page
    page.locator("input[value='LY1']").check()
    box(page, "KTP-el").check()
    kernel.answer()
    expect(page.get_by_role("combobox")).to_have_count(0)
    expect(box(page, "KTP-el")).to_be_checked()
    kernel.answer()
    assert kernel.form.outcome().family["evidence"] == ("KTP",)
