"""From a bag to the first case, without a network, timed: ``python -m tests.cli.bag_offline BAG``.

The steps are played in a network namespace of their own, in which nothing but the loopback is
there, with a bare Python (``--python``), an empty home and no setting of this user's. Needs root,
or a system that lets users make namespaces.
"""

from __future__ import annotations

import argparse
import contextlib
import fcntl
import json
import os
import re
import signal
import socket
import struct
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from tests.figures import records
from tests.ports import free_port
from workbench.cli.bag.building import PLATFORMS, PYTHONS
from workbench.cli.bag.installing import read_bag

ROOT = Path(__file__).parents[2]
#: Linux: read and set the flags of a network device; IFF_UP and IFF_RUNNING.
_GET_FLAGS, _SET_FLAGS, _UP = 0x8913, 0x8914, 0x41
_PHONE = {"viewport": {"width": 390, "height": 844}, "is_mobile": True, "has_touch": True}


def play(bag: Path, python: Path, home: Path, pictures: Path | None = None) -> dict[str, float]:
    """Play all steps in a namespace; seconds by step. Raises ``CalledProcessError``."""
    root = hasattr(os, "geteuid") and os.geteuid() == 0
    namespace = ["unshare", "-n"] if root else ["unshare", "-r", "-n"]
    words = [sys.executable, "-m", "tests.cli.bag_offline", str(bag), "--inside"]
    words += ["--python", str(python), "--home", str(home)]
    words += ["--pictures", str(pictures)] if pictures else []
    done = subprocess.run(
        [*namespace, *words], cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True
    )
    return dict(json.loads(done.stdout.splitlines()[-1]))


def _play_inside(bag: Path, python: Path, home: Path, pictures: Path | None) -> dict[str, float]:
    seconds = {}

    @contextlib.contextmanager
    def timed(step: str) -> Iterator[None]:
        began = time.monotonic()
        yield
        seconds[step] = round(time.monotonic() - began, 1)
        print(f"{seconds[step]:6.1f} s  {step}", file=sys.stderr, flush=True)

    _raise_loopback()
    _require_no_network()
    environment = _bare_environment(python, home)
    with timed("pasang"):
        installer = ["sh", str(bag / "pasang-linux.sh")]
        subprocess.run(installer, env=environment, cwd="/", stdin=subprocess.DEVNULL, check=True)
    with _server(home / "MejaVerval", environment) as (started, facts):
        with timed("nyalakan"):
            said = facts()
        seconds["nyalakan"] = round(time.monotonic() - started, 1)
        with timed("gabung sampai kasus pertama"):
            _open_browser_and_case(said, pictures)
    return seconds


def _raise_loopback() -> None:
    with socket.socket() as one:
        asked = struct.pack("16sH14x", b"lo", 0)
        flags = struct.unpack("16sH14x", fcntl.ioctl(one, _GET_FLAGS, asked))[1]
        fcntl.ioctl(one, _SET_FLAGS, struct.pack("16sH14x", b"lo", flags | _UP))


def _require_no_network() -> None:
    """The proof would be none if a packet could leave: 192.0.2.0/24 is for documents only."""
    try:
        socket.create_connection(("192.0.2.1", 80), timeout=2).close()
    except OSError as error:
        if "unreachable" in str(error):
            return
    sys.exit("Jaringan masih terbuka: ruang nama jaringannya tidak terpisah.")


def _bare_environment(python: Path, home: Path) -> dict[str, str]:
    """A home with nothing in it and a PATH on which the only Python is the given one."""
    programs = home / "bin"
    programs.mkdir(parents=True)
    (programs / "python3").symlink_to(python)
    for name in ("sh", "dirname", "cat"):
        (programs / name).symlink_to(f"/bin/{name}" if name != "dirname" else "/usr/bin/dirname")
    return {"HOME": str(home), "PATH": str(programs)}


@contextlib.contextmanager
def _server(installed: Path, environment: dict[str, str]):  # type: ignore[no-untyped-def]
    """The server as ``mulai.sh`` starts it; when, and a function that waits for what it says."""
    port = free_port()
    log = (installed / "mulai.log").open("w")
    process = subprocess.Popen(
        [str(installed / "mulai.sh"), "--host", "127.0.0.1", "--port", str(port)],
        env=environment,
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=log,
        stderr=log,
        start_new_session=True,
    )
    file = installed / "kantor" / "serve.json"

    def wait() -> dict[str, str]:
        while not file.exists():
            if process.poll() is not None:
                sys.exit((installed / "mulai.log").read_text())
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(0.2)
        return dict(json.loads(file.read_text()))

    try:
        yield time.monotonic(), wait
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGTERM)
        process.wait(300)
        log.close()


def reach_first_case(browser: Any, said: dict[str, str], pictures: Path | None = None) -> None:
    """Join by the class's link on a phone, see the example, open the first case."""
    from playwright.sync_api import expect

    ours = re.compile(rf"(data:|blob:|{re.escape(said['url'])})")
    strange: list[str] = []
    page = browser.new_context(**_PHONE).new_page()
    page.set_default_timeout(120_000)
    page.on("request", lambda one: None if ours.match(one.url) else strange.append(one.url))
    page.goto(f"{said['url']}/masuk?kode={said['join_code']}")
    page.get_by_label("Nama Anda").fill("Siti Contoh")
    page.get_by_label("Peran").select_option("operator")
    page.get_by_label("Wilayah tugas").select_option(index=1)
    page.get_by_role("button", name="Gabung").click()
    page.get_by_role("link", name="Mulai").click()
    page.get_by_role("button", name="Mulai berlatih").click(timeout=120_000)
    heading = page.get_by_role("heading", name=re.compile("^Kasus 1 dari"))
    expect(heading).to_be_visible(timeout=60_000)
    if pictures:
        page.screenshot(path=pictures / "kasus-pertama.png")
    page.context.close()
    assert not strange, strange


def _open_browser_and_case(said: dict[str, str], pictures: Path | None) -> None:
    from playwright.sync_api import sync_playwright

    from tests.browser import FLAGS, ensure_browser

    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=ensure_browser(), args=list(FLAGS))
        reach_first_case(browser, said, pictures)
        browser.close()


def main() -> None:
    parser = argparse.ArgumentParser(description="From a bag to the first case, offline, timed.")
    parser.add_argument("bag", type=Path)
    parser.add_argument("--python", type=Path, default=Path("/usr/bin/python3"))
    parser.add_argument("--home", type=Path, help="An empty folder; default: one of its own.")
    parser.add_argument("--pictures", type=Path, help="Where to leave a picture of the case.")
    parser.add_argument("--inside", action="store_true", help=argparse.SUPPRESS)
    given = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        home = given.home or Path(folder)
        run = _play_inside if given.inside else play
        seconds = run(given.bag.resolve(), given.python, home, given.pictures)
    print(json.dumps(seconds))
    if not given.inside:
        keep(given.bag, seconds)


def keep(folder: Path, seconds: dict[str, float]) -> None:
    """Only a bag for every kind of computer is quoted: one for fewer is smaller."""
    bag = read_bag(folder)
    if set(bag.platforms) == set(PLATFORMS) and set(bag.pythons) == set(PYTHONS):
        size = sum(taken for _path, taken, _digest in bag.files)
        records.keep({"gb": size / 1e9, "seconds": seconds}, records.COMMANDS["bag"])


if __name__ == "__main__":
    main()
