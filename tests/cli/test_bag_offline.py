"""A real bag of this platform and this Python, and the way from it to a case without a network."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.tags import sys_tags

from tests.cli.bag_offline import play
from tests.cli.wheels_at_hand import needed, pack
from workbench.cli.bag import building, installing, wheels

ROOT = Path(__file__).parents[2]
OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"

pytestmark = [pytest.mark.slow, pytest.mark.browser]


@pytest.fixture(scope="module")
def bag(tmp_path_factory):
    """Built of the wheels of what is installed here: no network is asked."""
    at_hand = tmp_path_factory.mktemp("roda")
    said = building.describe(ROOT)
    roots = [Requirement(one) for one in (*said["dependencies"], "pip")]
    roots += map(Requirement, said["optional-dependencies"][installing.EXTRAS])
    for name in needed(roots):
        pack(name, at_hand)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PIP_NO_INDEX", "1")
        patch.setenv("PIP_FIND_LINKS", str(at_hand))
        patch.setattr(building, "read_pins", lambda _: {})
        # What is installed here may be made for newer systems than a bag is.
        tags = dict.fromkeys(tag.platform for tag in sys_tags() if tag.platform != "any")
        patch.setitem(wheels.TAGS, installing.this_platform(), tuple(tags))
        stick = tmp_path_factory.mktemp("stik")
        yield building.build_bag(stick, (OWN,), (installing.this_platform(),), lambda _: None)


def test_all_that_was_promised_lies_in_the_bag_and_is_listed(bag):
    assert {path.name for path in bag.iterdir()} == {
        "BACA-DULU.html", "BACA-DULU.txt", "LISENSI.txt", "SHA256SUMS", "cetak", "kota-latihan",
        "panduan", "pasang-linux.sh", "pasang-mac.command", "pasang-windows.bat", "pasang.py",
        "roda", "tas.json",
    }  # fmt: skip
    assert list((bag / "cetak").rglob("*.pdf"))
    assert (bag / "panduan" / "index.html").is_file()
    assert (bag / "kota-latihan" / "contoh_daftar.csv").is_file()
    subprocess.run(["sha256sum", "--check", "--quiet", "SHA256SUMS"], cwd=bag, check=True)
    listed = (bag / "SHA256SUMS").read_text().splitlines()
    there = {path.relative_to(bag).as_posix() for path in bag.rglob("*") if path.is_file()}
    assert {line.partition("  ")[2] for line in listed} == there - {"SHA256SUMS"}
    opened = installing.read_bag(bag)
    assert {path for path, _, _ in opened.files} == there - {"SHA256SUMS", "tas.json"}
    assert opened.room > sum(size for path, size, _ in opened.files if path.startswith("roda/"))


def test_what_people_open_first_is_filled_in_and_made_for_their_system(bag):
    for name in ("BACA-DULU.html", "BACA-DULU.txt", "pasang-linux.sh", "pasang-windows.bat"):
        text = (bag / name).read_text(encoding="utf-8")
        assert OWN in text
        assert not re.search(r"@\w+@|https?://", text)
    assert b"\r\n" in (bag / "pasang-windows.bat").read_bytes()
    assert b"\r" not in (bag / "pasang-linux.sh").read_bytes()
    assert (bag / "pasang-linux.sh").stat().st_mode & 0o111


def test_from_the_bag_to_the_first_case_with_no_network_at_all(bag, tmp_path):
    base = Path(sys.base_prefix) / "bin" / f"python{OWN}"
    assert set(play(bag, base, tmp_path / "rumah")) == {
        "pasang", "nyalakan", "gabung sampai kasus pertama",
    }  # fmt: skip
