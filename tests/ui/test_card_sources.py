"""Where a page gets the card's code: with the kernel, or from the server and then its own cache."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import expect

from workbench.serve.assets import _VERSION
from workbench.serve.server import WIDGETS
from workbench.ui.card import CaseCard, PageWidget, page_widget
from workbench.ui.drills.view import DrillCard

SERVED = "/lewat-server"
#: When code that did not come is asked for the first time again.
AGAIN_MS = 500
BOTH = pytest.mark.parametrize("widget", [CaseCard, DrillCard])
ROOT = Path(__file__).parents[2]


def state(monkeypatch: pytest.MonkeyPatch, widget: type[PageWidget], base: str) -> dict[str, Any]:
    monkeypatch.setenv(page_widget.ASSETS_VARIABLE, base)
    return widget({"screen": "message"}, lambda message: []).get_state()


@BOTH
def test_in_a_notebook_the_code_comes_with_the_kernel_and_imports_nothing(
    monkeypatch: pytest.MonkeyPatch, widget: type[PageWidget]
) -> None:
    sent = state(monkeypatch, widget, "")
    own = widget.source.with_suffix(".js").read_text("utf-8")
    assert own[own.index("class ") :] in sent["_esm"]
    assert sent["_esm"].count("class Cover {") == 1
    assert not re.search(r"^(import |export (?!default))", sent["_esm"], re.M)
    assert widget.source.with_suffix(".css").read_text("utf-8") in sent["_css"]
    assert ".vvd-body {" in sent["_css"]


@BOTH
def test_behind_our_server_only_an_address_comes_with_the_kernel(
    monkeypatch: pytest.MonkeyPatch, widget: type[PageWidget]
) -> None:
    sent = state(monkeypatch, widget, "/aset/")
    assert len(sent["_esm"]) < 3000
    assert sent["_css"] == ""
    files = json.loads(re.match(r"const FILES = (.*);\n", sent["_esm"])[1])
    assert files["base"].startswith("/aset/v-")
    for again in ("", "-1", "-12"):
        assert _VERSION.fullmatch(f"{files['base'].removeprefix('/aset/')}{again}/")
    on_shelf = {Path(name).name: ROOT / name for name in WIDGETS}
    named = [files["script"], *files["styles"], "drawing.js"]
    assert all(on_shelf[name].is_file() for name in named)


def test_the_address_changes_with_what_both_are_drawn_with(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    bases = []
    for words in ("", "// lain\n"):
        for end in (".js", ".css"):
            text = page_widget._SHARED.with_suffix(end).read_text("utf-8")
            (tmp_path / f"drawing{end}").write_text(text + (words if end == ".js" else ""))
        monkeypatch.setattr(page_widget, "_SHARED", tmp_path / "drawing")
        page_widget._code.cache_clear()
        bases.append(
            re.search(r'"base": "([^"]+)"', page_widget._code(CaseCard.source, "", "/")[0])[1]
        )
    page_widget._code.cache_clear()
    assert bases[0] != bases[1]


@pytest.mark.browser
def test_a_second_visit_fetches_no_code(open_card: Any) -> None:
    opened = open_card(path=SERVED, is_still=False)
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
    names = ["card.css", "card.js", "drawing.css", "drawing.js"]
    assert sorted([path.rpartition("/")[2], size] for path, size in fetched) == [
        [name, 0] for name in names
    ]


@pytest.mark.browser
@pytest.mark.parametrize("missing", ["card.js", "card.css", "drawing.js"])
def test_code_that_does_not_come_is_asked_for_again(open_card: Any, missing: str) -> None:
    opened = open_card(path=SERVED)
    page = opened.page
    asked, is_lost = [], [True]

    def lose(route: Any) -> None:
        asked.append(route.request.url)
        route.abort() if is_lost[0] else route.continue_()

    opened.context.clear_cookies()
    page.route(f"**/aset/*/{missing}", lose)
    page.evaluate("location.reload()")
    expect(page.get_by_text("Lembar kasus belum dapat dimuat.")).to_be_visible()
    is_lost[0] = False
    page.clock.run_for(AGAIN_MS)
    expect(page.locator(".vvc-title")).to_be_visible()
    expect(page.get_by_text("Lembar kasus")).to_have_count(0)
    # Never twice by one address: there are browsers that remember what failed.
    assert len(set(asked)) == len(asked) >= 2
