"""Installs Meja Verval out of the bag this file lies in, as ``pasang.py``; asks no network.

Standard library only, for any Python of the bag: it looks whether the bag is whole, makes a virtual
environment in ``HOME/program-<version>`` and has the bag's own pip fill it from the bag's wheels.
``HOME/aktif.txt`` names the program in force and is written last. The office lies in
``HOME/kantor`` and is never touched here.
"""

from __future__ import annotations

import argparse
import contextlib
import errno
import hashlib
import json
import os
import platform
import re
import shutil
import subprocess
import sys
import time
import venv
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

FORMAT = 1
BAG_FILE = "tas.json"
WHEELS = "roda"
#: Folder of the wheels that run anywhere, beside one for each platform.
PURE = "umum"
ACTIVE = "aktif.txt"
OFFICE = "kantor"
#: Written into a program's folder when all of it is there: version, day and schema of its bag.
COMPLETE = "lengkap.json"
LOG = "pasang.log"
#: In an office whose data lie elsewhere.
_DATABASE_NOTE = "basis-data"
PACKAGE = "verval-workbench"
EXTRAS = "linkage"
#: Bytes on the disk beside the program: first class, backups, what pip lays aside meanwhile.
_SPARE = 500_000_000
#: What the wheels of the bag were built for.
_OLDEST_MACOS, _OLDEST_GLIBC = (14, 0), (2, 28)

Say = Callable[[str], None]


class BagFault(Exception):
    """The bag, or this computer, does not do; the text is a sentence for the screen."""


@dataclass(frozen=True)
class Bag:
    """What ``tas.json`` says: ``schema`` is the database's version, ``room`` bytes of a program.

    ``platforms`` as in ``this_platform``, ``pythons`` as "3.12"; ``files`` has (path, size in
    bytes, SHA-256) of everything in the bag but ``tas.json`` and ``SHA256SUMS``.
    """

    folder: Path
    version: str
    made: str
    schema: str
    room: int
    pythons: tuple[str, ...]
    platforms: tuple[str, ...]
    files: tuple[tuple[str, int, str], ...]


def read_bag(folder: Path) -> Bag:
    """The bag in a folder; raises ``BagFault`` when it is none or of another format."""
    try:
        said = json.loads((folder / BAG_FILE).read_text(encoding="utf-8"))
    except FileNotFoundError:
        raise BagFault(
            f"Di folder {folder.name} tidak ada {BAG_FILE}: ini bukan tas Meja Verval, atau belum "
            "tersalin seluruhnya. Salin ulang folder MejaVerval-... dari sumbernya."
        ) from None
    except (OSError, ValueError, RecursionError):
        raise BagFault(f"{BAG_FILE} tidak terbaca. Salin ulang tas ini dari sumbernya.") from None
    if not isinstance(said, dict) or said.get("format") != FORMAT:
        raise BagFault(
            "Susunan tas ini tidak dikenal: tasnya lebih baru daripada programnya. Jalankan "
            "pasang.py yang ada di dalam tas itu."
        )
    try:
        return Bag(
            folder,
            str(said["version"]),
            str(said["made"]),
            str(said["schema"]),
            int(said["room"]),
            tuple(map(str, said["pythons"])),
            tuple(map(str, said["platforms"])),
            tuple(
                (str(one["path"]), int(one["size"]), str(one["sha256"])) for one in said["files"]
            ),
        )
    except (KeyError, TypeError, ValueError, OverflowError):
        raise BagFault(f"{BAG_FILE} tidak lengkap. Salin ulang tas ini dari sumbernya.") from None


# --- is everything there


def faults(bag: Bag, say: Say = print, *, everything: bool = False) -> list[str]:
    """What is wrong with the bag's files, as sentences; none when it is whole.

    The contents are compared of what this computer needs; of the rest, unless ``everything``,
    presence and size.
    """
    missing, differing = [], []
    whole = sum(size for _, size, _ in bag.files) or 1
    done = 0
    for path, size, digest in bag.files:
        file = bag.folder / path
        try:
            compares = everything or _is_needed(path)
            if file.stat().st_size != size or (compares and _digest(file) != digest):
                differing.append(path)
        except FileNotFoundError:
            missing.append(path)
        except (OSError, ValueError):  # a path that can be none is one that was damaged
            differing.append(path)
        before, done = done, done + size
        if before * 4 // whole != done * 4 // whole:
            say(f"Memeriksa isi tas: {done * 100 // whole} %")
    found = []
    for paths, words in ((missing, "tidak ada"), (differing, "rusak atau baru tersalin sebagian")):
        if paths:
            named = ", ".join(paths[:3]) + (" ..." if len(paths) > 3 else "")
            found.append(f"{len(paths)} berkas tas {words}: {named}")
    return found


def require_whole(bag: Bag, say: Say = print, *, everything: bool = False) -> None:
    """Raise ``BagFault`` when files of the bag are missing or differ."""
    if found := faults(bag, say, everything=everything):
        raise BagFault(f"{'. '.join(found)}. Salin ulang tas ini dari sumbernya, lalu ulangi.")


def _is_needed(path: str) -> bool:
    """Whether this Python, on this machine, may come to read a file of the bag."""
    parts = path.split("/")
    if parts[0] != WHEELS or len(parts) != 3:
        return True
    return parts[1] in (PURE, this_platform()) and _is_for_this_python(parts[2])


def _is_for_this_python(wheel: str) -> bool:
    """Whether a wheel's name speaks of no other Python: ``x-1.0-cp312-cp312-...whl``."""
    said = wheel.split("-")[-3:-1]
    own = f"cp{sys.version_info[0]}{sys.version_info[1]}"
    return len(set(said)) != 1 or said[0] == own


def _digest(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


# --- does this computer do


def this_platform() -> str:
    """What the bag calls this machine: "linux-x86_64", "windows-amd64", "macos-arm64" ..."""
    machine = platform.machine().lower()
    if sys.platform == "win32":
        # A small Python on a large Windows takes other wheels.
        return f"windows-{machine if sys.maxsize > 2**32 else 'x86'}"
    if sys.platform == "darwin":
        return f"macos-{machine}"
    return f"{sys.platform}-{machine}"


def check_computer(bag: Bag) -> None:
    """Raise ``BagFault`` when the bag holds nothing for this machine or this Python."""
    own = f"{sys.version_info[0]}.{sys.version_info[1]}"
    if own not in bag.pythons:
        raise BagFault(
            f"Python di komputer ini versi {own}; tas ini berisi paket untuk Python "
            f"{', '.join(bag.pythons)}. Pasang salah satunya (lihat folder python di tas, bila "
            "ada), lalu ulangi."
        )
    if this_platform() not in bag.platforms:
        raise BagFault(
            f"Tas ini tidak berisi paket untuk komputer ini ({this_platform()}); isinya untuk "
            f"{', '.join(bag.platforms)}. Pakai komputer lain."
        )
    for name, found, oldest in (
        ("macOS", platform.mac_ver()[0], _OLDEST_MACOS),
        ("glibc", platform.libc_ver()[1] if sys.platform == "linux" else "", _OLDEST_GLIBC),
    ):
        if found and _numbers(found) < oldest:
            wanted = ".".join(map(str, oldest))
            raise BagFault(f"{name} {found} terlalu lama; perlu {wanted} atau lebih baru.")


def _numbers(version: str) -> tuple[int, ...]:
    return tuple(int(part) for part in version.split(".")[:2] if part.isdigit())


def room_needed(bag: Bag) -> int:
    """Bytes that must be free where the program goes."""
    return bag.room + _SPARE


def require_room(bag: Bag, home: Path) -> None:
    """Raise ``BagFault`` when the disk of ``home`` is too full."""
    standing = next(place for place in (home, *home.parents) if place.exists())
    free = shutil.disk_usage(standing).free
    if free < room_needed(bag):
        raise BagFault(
            f"Ruang disk kurang: perlu {_gb(room_needed(bag))} GB, tersisa {_gb(free)} GB. "
            "Kosongkan sebagian, atau pilih disk lain dengan --home."
        )


def _gb(size: int) -> str:
    return f"{size / 1e9:.1f}".replace(".", ",")


# --- the program


def install_program(bag: Bag, home: Path, say: Say = print) -> Path:
    """Install the bag's program beside any other under ``home`` and return its folder.

    A program of the same bag that is complete is left as it is. Neither ``aktif.txt`` nor the
    office is touched; raises ``BagFault``, and then nothing stays behind.
    """
    check_computer(bag)
    for program in _folders(bag, home):
        if not program.exists() or is_complete(program, bag):
            break
        if not (program / COMPLETE).exists():
            _remove(program)
            break
    if is_complete(program, bag):
        return program
    require_room(bag, home)
    require_whole(bag, say)
    try:
        home.mkdir(parents=True, exist_ok=True)
        say("Membuat tempat program ...")
        venv.EnvBuilder(symlinks=os.name != "nt").create(program)
        _fill(program, bag, say)
        facts = {"version": bag.version, "made": bag.made, "schema": bag.schema}
        (program / COMPLETE).write_text(json.dumps(facts), encoding="utf-8")
    except OSError as error:
        _remove(program)
        raise BagFault(
            f"Folder {home} tidak dapat ditulis: {reason(error)}. Periksa izin dan ruang disk, "
            "atau pilih folder lain dengan --home."
        ) from error
    except BaseException:
        _remove(program)
        raise
    return program


def is_complete(program: Path, bag: Bag) -> bool:
    """Whether a folder holds the whole program of this very bag."""
    try:
        said = json.loads((program / COMPLETE).read_text(encoding="utf-8"))
        return bool(said["made"] == bag.made and said["version"] == bag.version)
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return False


def python_of(program: Path) -> Path:
    """The Python of a program's folder."""
    return program / ("Scripts/python.exe" if os.name == "nt" else "bin/python")


def _folders(bag: Bag, home: Path) -> Iterator[Path]:
    """Where the program may lie: an environment cannot be moved once it is made."""
    yield home / f"program-{bag.version}"
    for number in range(2, 1000):
        yield home / f"program-{bag.version}-{number}"


def _fill(program: Path, bag: Bag, say: Say) -> None:
    """Have the bag's pip install everything; it looks nowhere but in the bag."""
    wheels = [bag.folder / WHEELS / PURE, bag.folder / WHEELS / this_platform()]
    pip = next(iter(sorted(wheels[0].glob("pip-*.whl"))), None)
    if pip is None:
        raise BagFault(f"Di {WHEELS}/{PURE} tidak ada pip. Salin ulang tas ini dari sumbernya.")
    found = (file.name for folder in wheels for file in folder.glob("*.whl"))
    packages = {name.split("-")[0].lower() for name in found if _is_for_this_python(name)} - {"pip"}
    command = [
        *(str(python_of(program)), str(pip / "pip"), "--isolated", "--disable-pip-version-check"),
        *("--no-cache-dir", "install", "--no-index", "--no-warn-script-location"),
        *(word for folder in wheels for word in ("--find-links", str(folder))),
        f"{PACKAGE}[{EXTRAS}]=={bag.version}",
    ]
    # --isolated leaves out this user's settings for pip, this the computer's.
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PYTHON")}
    environment["PIP_CONFIG_FILE"] = os.devnull
    with (program / LOG).open("wb") as log:
        running = subprocess.Popen(command, stdout=log, stderr=log, env=environment)
        try:
            told = -1
            while running.poll() is None:
                with contextlib.suppress(subprocess.TimeoutExpired):
                    running.wait(1)
                done = sum(1 for _ in program.glob("**/site-packages/*.dist-info"))
                if done * 10 // len(packages) > told:
                    told = done * 10 // len(packages)
                    say(f"Memasang paket: {done} dari {len(packages)}")
        finally:
            running.kill()
            running.wait()
    if running.returncode:
        last = (program / LOG).read_text(encoding="utf-8", errors="replace").strip()
        raise BagFault(
            f"Pemasangan paket gagal: {last.splitlines()[-1] if last else 'tanpa keterangan'}. "
            "Salin ulang tas, lalu ulangi; bila tetap gagal, kirimkan kalimat ini."
        )
    tried = [str(python_of(program)), "-I", "-c", "import workbench.cli.commands"]
    if subprocess.run(tried, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL).returncode:
        raise BagFault(
            "Program terpasang tetapi tidak mau jalan. Mungkin antivirus menahannya: izinkan "
            f"folder {program.parent.name}, lalu ulangi."
        )


def reason(error: OSError) -> str:
    """Why the disk refused, in words: the system's own are not in Indonesian."""
    known = {
        errno.ENOSPC: "disk penuh",
        errno.EACCES: "tidak diizinkan",
        errno.EPERM: "tidak diizinkan",
        errno.EROFS: "disk hanya dapat dibaca",
        errno.ENOTDIR: "di jalurnya ada berkas, bukan folder",
        errno.EEXIST: "di tempat itu sudah ada berkas",
    }
    return known.get(error.errno or 0, f"galat sistem {error.errno}")


def _remove(folder: Path) -> None:
    shutil.rmtree(folder, ignore_errors=True)


# --- which program is in force


def active(home: Path) -> Path | None:
    """The folder of the program in force, or None where there is none that is complete."""
    try:
        program = home / (home / ACTIVE).read_text(encoding="ascii").strip()
    except (OSError, ValueError):
        return None
    return program if program.parent == home and (program / COMPLETE).is_file() else None


def activate(home: Path, program: Path) -> None:
    """Put a program in force: one file, replaced as a whole."""
    aside = home / f".{ACTIVE}"
    aside.write_text(program.name + "\n", encoding="ascii")
    os.replace(aside, home / ACTIVE)


def write_launchers(home: Path) -> Path:
    """Write what is double-clicked and, for other commands, ``verval``; returns the former.

    They read ``aktif.txt`` each time, so that an update need not touch them.
    """
    if os.name == "nt":
        _write_batch(home / "verval.bat", _WINDOWS_COMMAND)
        _write_batch(home / "mulai.bat", _WINDOWS_START)
        return home / "mulai.bat"
    start = home / ("mulai.command" if sys.platform == "darwin" else "mulai.sh")
    for path, content in ((home / "verval", _UNIX_COMMAND), (start, _UNIX_START)):
        path.write_text(content, encoding="utf-8")
        path.chmod(0o755)
    if sys.platform == "linux":
        _write_desktop_entry(start)
    return start


def _write_batch(path: Path, content: str) -> None:
    path.write_bytes(content.replace("\n", "\r\n").encode("ascii"))


def _write_desktop_entry(start: Path) -> None:
    """A line in the menu of programs; a desktop without one loses nothing."""
    quoted = re.sub(r'(["`$\\])', r"\\\\\1", str(start)).replace("%", "%%")
    with contextlib.suppress(OSError):
        place = Path.home() / ".local" / "share" / "applications"
        place.mkdir(parents=True, exist_ok=True)
        (place / "meja-verval.desktop").write_text(
            "[Desktop Entry]\nType=Application\nName=Meja Verval\n"
            f'Comment=Latihan dan verifikasi data sosial\nExec="{quoted}"\n'
            "Terminal=true\nCategories=Education;\n",
            encoding="utf-8",
        )


_UNIX_COMMAND = """#!/bin/sh
# Menjalankan perintah verval dari program yang berlaku (aktif.txt).
rumah=$(cd "$(dirname "$0")" && pwd) || exit 1
exec "$rumah/$(cat "$rumah/aktif.txt")/bin/verval" "$@"
"""
_UNIX_START = """#!/bin/sh
# Menyalakan Meja Verval. Hentikan dengan Ctrl+C.
rumah=$(cd "$(dirname "$0")" && pwd) || exit 1
"$rumah/verval" serve "$@"
kode=$?
if [ $kode -ne 0 ] && [ -t 0 ]; then
  printf 'Tekan Enter untuk menutup ... '
  read -r _
fi
exit $kode
"""
_WINDOWS_COMMAND = """@echo off
setlocal
chcp 65001 >nul
set PYTHONUTF8=1
set /p PROGRAM=<"%~dp0aktif.txt"
"%~dp0%PROGRAM%\\Scripts\\verval.exe" %*
"""
_WINDOWS_START = """@echo off
title Meja Verval
call "%~dp0verval.bat" serve %*
pause
"""


# --- the command


def run(words: list[str] | None = None) -> None:
    """What double-clicking the installer does; raises ``BagFault``."""
    parser = argparse.ArgumentParser(prog="pasang.py", description="Pasang Meja Verval.")
    parser.add_argument("--home", type=Path, default=Path("~/MejaVerval"), help="Folder tujuan.")
    parser.add_argument("--check", action="store_true", help="Periksa seluruh isi tas saja.")
    parser.add_argument(
        "--program-only", action="store_true", help="Pasang di samping; yang berlaku tetap."
    )
    options = parser.parse_args(words)
    home = Path(os.path.abspath(options.home.expanduser()))
    bag = read_bag(Path(__file__).resolve().parent)
    if options.check:
        require_whole(bag, _tell, everything=True)
        _tell(f"Tas Meja Verval {bag.version} utuh: {len(bag.files)} berkas.")
        return
    standing = active(home)
    if options.program_only:
        print(install_program(bag, home, _tell).name)
        return
    if standing is not None and not is_complete(standing, bag) and not _is_elsewhere(home):
        update = f'"{home / ("verval.bat" if os.name == "nt" else "verval")}" update "{bag.folder}"'
        raise BagFault(
            f"Di {home} sudah ada Meja Verval dari tas lain. Hentikan servernya, lalu perbarui "
            f"dengan perintah ini (data tetap): {update}"
        )
    began = time.monotonic()
    _tell(f"Memasang Meja Verval {bag.version} ke {home}; tidak perlu internet.")
    program = install_program(bag, home, _tell)
    start = write_launchers(home)
    activate(home, program)
    _tell(f"Selesai dalam {time.monotonic() - began:.0f} detik.")
    print()
    print("Langkah berikutnya:")
    print(f"  1. Jalankan {start} (klik dua kali).")
    print("  2. Tunggu sampai tertulis 'Meja Verval siap', lalu buka alamat yang tampil.")
    print("  3. Masuk sebagai pelatih dengan nama dan sandi yang tampil di situ.")
    print(f"Panduan: {bag.folder / 'panduan'}. Data Anda nanti di {home / OFFICE}.")


def _is_elsewhere(home: Path) -> bool:
    """Whether the office keeps its data in a database of its own, which no update copies."""
    return (home / OFFICE / _DATABASE_NOTE).is_file()


def _tell(sentence: str) -> None:
    print(sentence, file=sys.stderr, flush=True)


if __name__ == "__main__":
    try:
        run()
    except BagFault as fault:
        print(fault, file=sys.stderr)
        sys.exit(2)
    except KeyboardInterrupt:
        print("Dihentikan.", file=sys.stderr)
        sys.exit(2)
