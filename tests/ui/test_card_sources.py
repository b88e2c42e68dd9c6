"""Where a page gets the card's code: with the kernel, or from the server and then its own cache."""

from __future__ import annotations

import hashlib
import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from workbench.ui.card import CaseCard
from workbench.ui.card import card as card_module

CARD = Path(card_module.__file__).parent
SERVED = "/lewat-server"


def state(monkeypatch: pytest.MonkeyPatch, base: str) -> dict[str, Any]:
    monkeypatch.setenv(card_module.ASSETS_VARIABLE, base)
    return CaseCard({"screen": "message"}, lambda message: []).get_state()


def test_in_a_notebook_the_code_comes_with_the_kernel(monkeypatch: pytest.MonkeyPatch) -> None:
    sent = state(monkeypatch, "")
    assert sent["_esm"] == (CARD / "card.js").read_text("utf-8")
    assert sent["_css"] == (CARD / "card.css").read_text("utf-8")


def test_behind_our_server_only_an_address_comes_with_the_kernel(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    sent = state(monkeypatch, "/aset/")
    assert len(sent["_esm"]) < 3000
    assert sent["_css"] == ""
    files = json.loads(re.match(r"const FILES = (.*);\n", sent["_esm"])[1])
    digests = {
        name: hashlib.sha256((CARD / name).read_bytes()).hexdigest()[:16]
        for name in ("card.js", "card.css")
    }
    assert files == {
        "script": f"/aset/kartu.js?v={digests['card.js']}",
        "style": f"/aset/kartu.css?v={digests['card.css']}",
    }


@pytest.mark.browser
def test_a_second_visit_fetches_no_code(open_card: Any) -> None:
    opened = open_card(path=SERVED)
    page = opened.page
    # Styled before it is seen.
    page.get_by_role("button", name="Mulai berlatih").click()
    row = page.locator("[data-cell='F1.rt']")
    assert row.evaluate("node => getComputedStyle(node).display") == "grid"
    page.reload()
    expect(page.locator(".vvc-title")).to_be_visible()
    fetched = page.evaluate(
        "performance.getEntriesByType('resource')"
        ".filter((entry) => entry.name.includes('/aset/'))"
        ".map((entry) => [new URL(entry.name).pathname, entry.transferSize])"
    )
    assert sorted(fetched) == [["/aset/kartu.css", 0], ["/aset/kartu.js", 0]]


@pytest.mark.browser
@pytest.mark.parametrize("missing", ["kartu.js", "kartu.css"])
def test_code_that_does_not_come_is_asked_for_again(open_card: Any, missing: str) -> None:
    opened = open_card(path=SERVED)
    page = opened.page
    asked, is_lost = [], [True]

    def lose(route: Any) -> None:
        asked.append(route.request.url)
        route.abort() if is_lost[0] else route.continue_()

    opened.context.clear_cookies()
    page.route(f"**/aset/{missing}*", lose)
    page.evaluate("location.reload()")
    expect(page.get_by_text("Lembar kasus belum dapat dimuat.")).to_be_visible()
    is_lost[0] = False
    expect(page.locator(".vvc-title")).to_be_visible(timeout=30_000)
    expect(page.get_by_text("Lembar kasus")).to_have_count(0)
    assert len(asked) >= 2
