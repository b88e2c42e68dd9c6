"""A bag is looked through, installed beside what stands, and refused in a sentence."""

from __future__ import annotations

import hashlib
import itertools
import json
import math
import os
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path
from types import SimpleNamespace

import pytest
from packaging.requirements import Requirement

from tests.cli.wheels_at_hand import pack
from workbench.cli.bag import building, installing, place, wheels
from workbench.cli.bag.installing import BagFault
from workbench.errors import UnusableInput, WrongUse

OWN = f"{sys.version_info[0]}.{sys.version_info[1]}"
#: Stands for the program: says where it is and what it was told.
PROGRAM = """
import os, sys
def main():
    print(os.path.dirname(os.path.dirname(sys.executable)), *sys.argv[1:])
"""


def write_wheel(folder, name, version, files, needs=(), script=""):
    info = f"{name}-{version}.dist-info"
    said = [f"Metadata-Version: 2.1\nName: {name}\nVersion: {version}", "Provides-Extra: linkage"]
    texts = {
        **files,
        f"{info}/METADATA": "\n".join([*said, *(f"Requires-Dist: {one}" for one in needs)]) + "\n",
        f"{info}/WHEEL": "Wheel-Version: 1.0\nRoot-Is-Purelib: true\nTag: py3-none-any\n",
        **({f"{info}/entry_points.txt": f"[console_scripts]\n{script}\n"} if script else {}),
    }
    texts[f"{info}/RECORD"] = "".join(f"{path},,\n" for path in texts)
    with zipfile.ZipFile(folder / f"{name}-{version}-py3-none-any.whl", "w") as wheel:
        for path, text in texts.items():
            wheel.writestr(path, text)


def list_contents(bag, **differing):
    """Write ``tas.json`` for what lies in a folder."""
    files = [
        {
            "path": path.relative_to(bag).as_posix(),
            "size": path.stat().st_size,
            "sha256": hashlib.sha256(path.read_bytes()).hexdigest(),
        }
        for path in sorted(bag.rglob("*"))
        if path.is_file() and path.name != installing.BAG_FILE
    ]
    said = {
        "format": 1,
        "version": "1.0",
        "made": "2026-11-22T00:00:00.000000Z",
        "schema": "0010",
        "room": 1000,
        "pythons": [OWN],
        "platforms": [installing.this_platform()],
        "files": files,
        **differing,
    }
    (bag / installing.BAG_FILE).write_text(json.dumps(said))


@pytest.fixture(scope="module")
def made(tmp_path_factory):
    bag = tmp_path_factory.mktemp("stik") / "MejaVerval-1.0"
    pure = bag / "roda" / "umum"
    pure.mkdir(parents=True)
    own = bag / "roda" / installing.this_platform()
    own.mkdir()
    pack("pip", pure)
    program = {"workbench/cli/commands.py": PROGRAM, "workbench/cli/__init__.py": ""}
    needs = ["sebuah-lain>=1"]
    script = "verval = workbench.cli.commands:main"
    write_wheel(pure, "verval_workbench", "1.0", program, needs, script)
    write_wheel(own, "sebuah_lain", "1.0", {"lain.py": ""})
    other = bag / "roda" / "lain-mesin"
    other.mkdir()
    (other / "sebuah-1.0-cp312-cp312-lain.whl").write_bytes(b"1234")
    shutil.copyfile(installing.__file__, bag / building.INSTALLER)
    list_contents(bag)
    return bag


@pytest.fixture
def bag(made, tmp_path):
    """A bag of one's own to do harm to."""
    return Path(shutil.copytree(made, tmp_path / "tas dengan 'spasi'"))


@pytest.fixture
def home(tmp_path):
    return tmp_path / "rumah saya" / "MejaVerval"


def install(bag, home, *words, **environment):
    """Run the installer as people do; gives its code, what it said and its complaint."""
    command = [sys.executable, str(bag / "pasang.py"), "--home", str(home), *words]
    surrounding = {**os.environ, "HOME": str(home.parent), **environment}
    done = subprocess.run(command, env=surrounding, capture_output=True, text=True, check=False)
    return done.returncode, done.stdout, done.stderr.strip().splitlines()[-1]


# --- what the bag says of itself


@pytest.mark.parametrize(
    ("text", "sentence"),
    [
        (None, "bukan tas Meja Verval, atau belum tersalin seluruhnya"),
        ("{", "tas.json tidak terbaca"),
        ('{"format": 2}', "Susunan tas ini tidak dikenal"),
        ('{"format": 1, "version": "1.0"}', "tas.json tidak lengkap"),
        ('{"format": 1, "files": 3}', "tas.json tidak lengkap"),
        ("[" * 100_000, "tas.json tidak terbaca"),
    ],
)
def test_what_is_no_bag_is_said_to_be_none(tmp_path, text, sentence):
    if text is not None:
        (tmp_path / installing.BAG_FILE).write_text(text)
    with pytest.raises(BagFault, match=sentence):
        installing.read_bag(tmp_path)


def test_a_half_copied_bag_names_what_is_missing_and_what_differs(bag):
    opened = installing.read_bag(bag)
    assert installing.faults(opened, lambda _: None) == []
    lain = next((bag / "roda" / installing.this_platform()).iterdir())
    lain.write_bytes(b"x" * lain.stat().st_size)
    pip = next((bag / "roda" / "umum").glob("pip-*.whl"))
    pip.unlink()
    missing, differing = installing.faults(opened, lambda _: None)
    assert missing == f"1 berkas tas tidak ada: roda/umum/{pip.name}"
    assert differing.endswith(f"baru tersalin sebagian: roda/{lain.parent.name}/{lain.name}")


def test_whatever_is_damaged_in_the_list_of_contents_is_a_sentence(tmp_path):
    """Every bit of it once, and cut off at every length."""
    pure = tmp_path / "roda" / "umum"
    pure.mkdir(parents=True)
    (pure / "sebuah-1.0-cp311-cp311-lain.whl").write_bytes(b"x")
    list_contents(tmp_path)
    listed = tmp_path / installing.BAG_FILE
    whole = listed.read_bytes()
    damaged = [whole[:end] for end in range(len(whole))]
    for at, bit in itertools.product(range(len(whole)), range(8)):
        damaged.append(whole[:at] + bytes([whole[at] ^ 1 << bit]) + whole[at + 1 :])
    more = ({"room": math.inf}, {"pythons": [3]}, {"files": [{"path": "a\0", "size": 1}]})
    wheel = {"path": "roda/umum/sebuah.whl", "size": 1, "sha256": ""}
    refused = sum(_is_refused(tmp_path, content) for content in damaged)
    assert len(whole) < refused < len(damaged)
    for facts in (*more, {"files": [wheel]}):
        assert _is_refused(tmp_path, json.dumps(json.loads(whole) | facts).encode())


def _is_refused(bag, content):
    (bag / installing.BAG_FILE).write_bytes(content)
    try:
        opened = installing.read_bag(bag)
        installing.check_computer(opened)
        installing.require_whole(opened, lambda _: None)
    except BagFault:
        return True
    return False


@pytest.mark.parametrize("text", ["", "{", "[]", "null", "1", "{}", "[" * 100_000])
def test_a_program_whose_facts_are_damaged_is_not_complete(bag, tmp_path, text):
    (tmp_path / installing.COMPLETE).write_text(text)
    assert not installing.is_complete(tmp_path, installing.read_bag(bag))


def test_what_only_other_computers_need_is_read_when_all_is_to_be_checked(bag):
    (bag / "roda" / "lain-mesin" / "sebuah-1.0-cp312-cp312-lain.whl").write_bytes(b"4321")
    opened = installing.read_bag(bag)
    assert installing.faults(opened, lambda _: None) == []
    assert len(installing.faults(opened, lambda _: None, everything=True)) == 1


def test_files_that_somebody_added_are_no_fault(bag):
    (bag / "python").mkdir()
    (bag / "python" / "python-3.12.1-amd64.exe").write_bytes(b"x")
    assert installing.faults(installing.read_bag(bag), lambda _: None, everything=True) == []


def test_the_check_of_a_copied_bag_is_one_command(bag, home):
    assert install(bag, home, "--check")[::2] == (0, "Tas Meja Verval 1.0 utuh: 5 berkas.")
    (bag / "pasang.py").write_text((bag / "pasang.py").read_text() + "# lain\n")
    code, _, sentence = install(bag, home, "--check")
    assert (code, "pasang.py. Salin ulang tas ini" in sentence) == (2, True)
    assert not home.exists()


# --- computers that will not do


@pytest.mark.parametrize(
    ("contents", "sentence"),
    [
        ({"pythons": ["3.6"]}, "tas ini berisi paket untuk Python 3.6"),
        ({"platforms": ["amiga-68000"]}, "isinya untuk amiga-68000"),
        ({"room": 10**18}, "Ruang disk kurang: perlu 1000000000,5 GB"),
    ],
)
def test_a_computer_for_which_the_bag_has_nothing_is_told_so(bag, home, contents, sentence):
    list_contents(bag, **contents)
    code, _, said = install(bag, home)
    assert code == 2
    assert sentence in said
    assert not home.exists()


def test_a_system_older_than_the_wheels_is_told_so(bag, monkeypatch):
    monkeypatch.setattr(installing.platform, "mac_ver", lambda: ("12.7", "", ""))
    with pytest.raises(BagFault, match=r"macOS 12\.7 terlalu lama; perlu 14\.0"):
        installing.check_computer(installing.read_bag(bag))


@pytest.mark.parametrize(
    ("system", "machine", "largest", "called"),
    [
        ("linux", "x86_64", 2**63 - 1, "linux-x86_64"),
        ("win32", "AMD64", 2**63 - 1, "windows-amd64"),
        ("win32", "AMD64", 2**31 - 1, "windows-x86"),
        ("darwin", "arm64", 2**63 - 1, "macos-arm64"),
    ],
)
def test_computers_are_called_by_system_and_machine(monkeypatch, system, machine, largest, called):
    monkeypatch.setattr(installing, "sys", SimpleNamespace(platform=system, maxsize=largest))
    monkeypatch.setattr(installing.platform, "machine", lambda: machine)
    assert installing.this_platform() == called


def test_without_a_fitting_python_the_script_says_which_it_needs(tmp_path):
    script = tmp_path / "pasang-linux.sh"
    written = (building._LAUNCHERS / script.name).read_text()
    script.write_text(written.replace("@PYTHON@", "3.6 3.5").replace("@PYTHONS@", "3.6, 3.5"))
    done = subprocess.run(
        ["sh", str(script)], stdin=subprocess.DEVNULL, capture_output=True, text=True, check=False
    )
    assert done.returncode == 2
    assert "perlu salah satu: 3.6, 3.5" in done.stderr


# --- installing


def test_the_program_is_installed_put_in_force_and_started_from_anywhere(bag, home):
    # Neither this user's settings for pip nor the computer's may send it elsewhere.
    settings = bag.parent / "setelan"
    (settings / "pip").mkdir(parents=True)
    (settings / "pip" / "pip.conf").write_text(f"[install]\ntarget = {home / 'tersesat'}\n")
    elsewhere = {"PIP_TARGET": str(home / "tersesat"), "XDG_CONFIG_DIRS": str(settings)}
    code, said, why = install(bag, home, **elsewhere)
    assert code == 0, why
    assert f"1. Jalankan {home / 'mulai.sh'}" in said
    program = home / "program-1.0"
    assert installing.active(home) == program
    assert sorted(p.name for p in home.iterdir()) == [
        "aktif.txt", "mulai.sh", "program-1.0", "verval",
    ]  # fmt: skip
    answer = subprocess.check_output([home / "verval", "users", "list"], cwd="/", text=True)
    assert answer == f"{program} users list\n"
    answer = subprocess.check_output([home / "mulai.sh", "--seats", "3"], cwd="/", text=True)
    assert answer == f"{program} serve --seats 3\n"
    entry = home.parent / ".local" / "share" / "applications" / "meja-verval.desktop"
    assert f'Exec="{home}/mulai.sh"' in entry.read_text()

    # Once more: what is there is kept, what was deleted comes back.
    before = (program / installing.COMPLETE).stat().st_mtime_ns
    (home / "mulai.sh").unlink()
    assert install(bag, home)[0] == 0
    assert (program / installing.COMPLETE).stat().st_mtime_ns == before
    assert (home / "mulai.sh").exists()


def test_another_bag_is_pointed_to_the_update_and_changes_nothing(bag, home):
    assert install(bag, home)[0] == 0
    list_contents(bag, made="2026-12-01T00:00:00.000000Z")
    code, _, sentence = install(bag, home)
    assert code == 2
    assert f'"{home}/verval" update "{bag}"' in sentence
    assert sorted(home.glob("program*")) == [home / "program-1.0"]

    # What the update does: beside it, under another name, not in force.
    code, said, _ = install(bag, home, "--program-only")
    assert (code, said) == (0, "program-1.0-2\n")
    assert installing.active(home) == home / "program-1.0"
    installing.activate(home, home / "program-1.0-2")
    answer = subprocess.check_output([home / "verval"], text=True)
    assert answer == f"{home / 'program-1.0-2'}\n"

    # Data in a database of their own are copied by no update: there the installer serves.
    list_contents(bag, made="2027-01-01T00:00:00.000000Z")
    (home / "kantor").mkdir()
    (home / "kantor" / "basis-data").write_text("postgresql://kantor")
    assert install(bag, home)[0] == 0
    assert installing.active(home) == home / "program-1.0-3"


def test_an_installation_that_fails_leaves_nothing_and_a_half_one_is_made_anew(bag, home):
    lain = next((bag / "roda" / installing.this_platform()).iterdir())
    whole = lain.read_bytes()
    lain.unlink()
    list_contents(bag)
    code, _, sentence = install(bag, home)
    assert code == 2
    assert sentence.startswith("Pemasangan paket gagal: ERROR: No matching distribution found")
    assert not list(home.iterdir())

    lain.write_bytes(whole)
    list_contents(bag)
    half = home / "program-1.0" / "sisa.txt"
    half.parent.mkdir()
    half.write_text("dari pemasangan yang terputus")
    assert install(bag, home)[0] == 0
    assert not half.exists()


def test_a_folder_that_cannot_be_written_is_a_sentence(bag, home):
    home.parent.mkdir()
    home.write_text("berkas, bukan folder")
    code, _, sentence = install(bag, home)
    assert code == 2
    assert "tidak dapat ditulis: di tempat itu sudah ada berkas." in sentence


# --- where commands look for the office


def test_an_installed_program_works_on_the_office_beside_it(tmp_path, monkeypatch):
    monkeypatch.setattr(sys, "prefix", str(tmp_path / "program-1.0"))
    assert place.installation() is None
    assert place.office_folder() == Path("~/verval")
    (tmp_path / installing.ACTIVE).write_text("program-1.0\n")
    assert place.installation() == tmp_path
    assert place.office_folder() == tmp_path / "kantor"


# --- which wheels


def test_needs_are_judged_for_each_computer_and_not_for_the_one_that_packs(tmp_path):
    shelf = wheels.Shelf(tmp_path, {})
    shelf.says = {
        "meja": [
            Requirement("kunci"),
            Requirement("jendela; sys_platform == 'win32'"),
            Requirement("apel; platform_system == 'Darwin' and platform_machine == 'arm64'"),
            Requirement("lama; python_version < '3.12'"),
            Requirement("tambahan[cepat]; extra == 'linkage'"),
            Requirement("uji; extra == 'dev'"),
        ],
        "tambahan": [Requirement("sayap; extra == 'cepat'")],
        "kunci": [Requirement("Meja")],
    }
    roots = [Requirement("meja[linkage]")]
    common = ["kunci", "meja", "sayap", "tambahan"]

    def reach(platform, python):
        return shelf.reach(roots, wheels.Target(platform, python))

    assert reach("linux-x86_64", "3.12") == common
    assert reach("windows-amd64", "3.11") == sorted([*common, "jendela", "lama"])
    assert reach("macos-arm64", "3.13") == sorted([*common, "apel"])


def test_pins_are_read_by_their_usual_names(tmp_path):
    lock = tmp_path / "requirements.lock"
    lock.write_text("# pins\nJupyter_Core==5.9.1\nnumpy==2.4.6  # why\n\n")
    assert wheels.read_pins(lock) == {"jupyter-core": "5.9.1", "numpy": "2.4.6"}


def test_a_wheel_that_cannot_be_had_is_named(tmp_path, monkeypatch):
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    shelf = wheels.Shelf(tmp_path, {"tidak-ada": "9.9"})
    (tmp_path / "umum").mkdir()
    pack("pip", tmp_path / "umum")
    target = wheels.Target("windows-amd64", OWN)
    with pytest.raises(UnusableInput, match=r"No matching distribution found for tidak-ada==9\.9"):
        shelf.fill(Requirement("tidak-ada"), [target], lambda _: None)


# --- building is refused before anything is made


@pytest.mark.parametrize(
    ("pythons", "platforms", "sentence"),
    [
        (("2.7",), ("linux-x86_64",), "--python 2.7 tidak dikenal"),
        ((OWN,), ("amiga",), "--platform amiga tidak dikenal. Yang ada: linux-x86_64"),
    ],
)
def test_an_unknown_target_is_refused(tmp_path, pythons, platforms, sentence):
    with pytest.raises(WrongUse, match=sentence):
        building.build_bag(tmp_path, pythons, platforms)
    assert not list(tmp_path.iterdir())


def test_a_bag_that_is_there_is_kept(tmp_path):
    there = tmp_path / f"MejaVerval-{building.describe(building._SOURCES)['version']}"
    there.mkdir()
    with pytest.raises(WrongUse, match="sudah ada"):
        building.build_bag(tmp_path)
    assert list(tmp_path.iterdir()) == [there]


def test_an_installed_program_says_that_a_bag_is_copied(tmp_path, monkeypatch):
    monkeypatch.setattr(building, "_SOURCES", tmp_path)
    with pytest.raises(WrongUse, match="salin saja folder"):
        building.build_bag(tmp_path / "stik")
