"""Every room's screens: fit for all eyes, thumbs and keys, and light enough for a hall's wifi.

A part of what ``python -m tests.sweep`` goes through; what axe says in the light is of any weight.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Page

from tests.browser import LastingBrowser
from tests.screens import faults
from tests.stories.conftest import serving
from tests.sweep.places import Place, class_room, list_rooms, rooms, training
from tests.sweep.stage import Stage, set_up
from tests.sweep.walking import Walk

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("stories")]

#: Rooms with all their tabs, and states of a room; what else there is other stories go through.
ROOMS = {
    "peserta0": ("peserta0 /beranda",),
    "tuti": ("tuti /beranda", "tuti /kelas", "tuti /peta"),
    "wulan": ("wulan /beranda", "wulan /daftar", "wulan /lapangan", "wulan /jejak"),
    "ida": ("ida /beranda",),
}
STATES = {"kasus", "kasus, umpan balik", "rencana", "daftar baru, kolom", "keluarga"}


@pytest.fixture(scope="module")
def stage_and_walk(
    first_run: Path,
    tmp_path_factory: pytest.TempPathFactory,
    story_browser: LastingBrowser,
) -> Iterator[tuple[Walk, list[str]]]:
    """An office in the middle of its work, and what is wrong beyond what is measured."""
    root = tmp_path_factory.mktemp("layar") / "kantor"
    shutil.copytree(first_run, root)
    found: list[str] = []

    def look(page: Page, name: str, size: str) -> None:
        if size.startswith("1366"):
            found.extend(f"{name}: {one}" for one in faults(page, keys=3, is_measured=True))

    with serving(root) as server:
        one = Walk(story_browser, server.url, set_up(server.office), look)
        yield one, found
        one.leave()


@pytest.fixture
def wrong(stage_and_walk: tuple[Walk, list[str]]) -> Callable[[list[Place]], list[str]]:
    """All that is wrong at these places."""
    walk, found = stage_and_walk

    def go(places: list[Place]) -> list[str]:
        found.clear()
        for place in places:
            for seen in walk.visit(place):
                found.extend(f"{seen.name} {seen.size}: {one}" for one in seen.faults)
        return found

    return go


@pytest.fixture
def stage(stage_and_walk: tuple[Walk, list[str]]) -> Stage:
    return stage_and_walk[0].stage


@pytest.mark.parametrize("who", ROOMS)
def test_rooms_are_fit_for_everybody(wrong, stage, who):
    chosen = [one for one in rooms(stage) if one.name in ROOMS[who]]
    assert len(chosen) == len(ROOMS[who])
    assert wrong(chosen) == []


def test_what_is_done_in_a_room_stays_fit_for_everybody(wrong):
    found = [*training(), *class_room(), *list_rooms()]
    chosen = [one for one in found if one.name in STATES]
    assert len(chosen) == len(STATES)
    assert wrong(chosen) == []


def test_a_phone_loads_little_and_the_second_time_next_to_nothing(visit, served):
    one = visit(served, "phone")
    wire = one.context.new_cdp_session(one.page)
    wire.send("Network.enable")
    loaded: list[float] = []
    wire.on("Network.loadingFinished", lambda told: loaded.append(told["encodedDataLength"]))
    for way in ("Received", "Sent"):
        # Frames are counted as they are read; on the wire they are compressed.
        wire.on(
            f"Network.webSocketFrame{way}",
            lambda told: loaded.append(len(told["response"]["payloadData"])),
        )
    one.join(served.facts["join_code"], "Wawan Timbang")
    one.room("/latihan")
    one.sees("Satu contoh dulu")
    first = sum(loaded)
    loaded.clear()
    one.room("/latihan")
    one.sees("Satu contoh dulu")
    second = sum(loaded)
    assert 300_000 < first <= 1_500_000
    assert second <= 150_000
