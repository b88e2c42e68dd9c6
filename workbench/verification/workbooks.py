"""Opening what offices send: workbooks, texts and archives of them, as sheets of typed cells.

A workbook is read by a process of its own, but for small ones that hold no surprise. What the
cells mean is left to the modules beside this one.
"""

from __future__ import annotations

import gc
import hashlib
import io
import json
import os
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from workbench.errors import StoreFault, UnusableInput
from workbench.verification import archives, opening, texts
from workbench.verification.opening import MOST_CELLS, OpenSheet, SheetFacts
from workbench.verification.sources import (
    MOST_BYTES,
    NotAList,
    RawSheet,
    Source,
    damaged,
    empty,
    locked,
    one_name_twice,
    refuse_other_kind,
    stray_cell,
    too_large,
)

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
#: How long a process may read before somebody is told that it goes on, and at all, in seconds.
BEAT_SECONDS = 0.25
MOST_SECONDS = 600
#: Libraries keep room for every core; under the process's limit there is none to spare.
_SMALL_PROCESS = {"ARROW_DEFAULT_MEMORY_POOL": "system", "OPENBLAS_NUM_THREADS": "1"}

_STDERR = threading.Lock()


@contextmanager
def _quietly() -> Iterator[None]:
    """Keep the reader's own cry over a damaged file off the terminal; all else is passed on.

    The reader is compiled code that writes to file descriptor 2 before its error reaches us.
    """
    with _STDERR, ExitStack() as stack:
        try:
            held = stack.enter_context(tempfile.TemporaryFile())
            shown = os.dup(2)
        except OSError:  # no standard error at all, or a full disk
            yield
            return
        os.dup2(held.fileno(), 2)
        try:
            yield
        finally:
            os.dup2(shown, 2)
            os.close(shown)
            held.seek(0)
            text = held.read()
            if text and b"panicked at" not in text:
                os.write(2, text)


@contextmanager
def many_objects() -> Iterator[None]:
    """Hold the garbage collector still: it would look at millions of cells over and over."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _no_beat() -> None:
    pass


def unpack(path: Path) -> Iterator[tuple[str, bytes]]:
    """Name and content of a file, or of each file in a ZIP of lists (``kota.zip/serang.xlsx``).

    Raises ``UnusableInput``.
    """
    name = path.name
    try:
        if path.is_dir():
            raise UnusableInput(f"{name} adalah folder, bukan berkas; pilih berkas daftarnya.")
        if path.stat().st_size > MOST_BYTES:
            raise UnusableInput(too_large(name))
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UnusableInput(
            f"Berkas {name} tidak ditemukan; periksa nama dan tempatnya."
        ) from error
    except OSError as error:
        raise UnusableInput(
            f"Berkas {name} tidak dapat dibuka; periksa izin membacanya, lalu ulangi."
        ) from error
    if not content.startswith(_ZIP) or archives.is_workbook(name, content):
        yield name, content
        return
    for member, inside in archives.open_members(name, content):
        yield f"{name}/{member}", inside


def open_source(
    name: str,
    content: bytes,
    rate_header: Callable[[Sequence[str]], float],
    most_rows: int | None = None,
    beat: Callable[[], None] = _no_beat,
) -> Source:
    """Open a workbook or a text table, by its content and not by its ending.

    ``rate_header`` says how much a row of texts looks like a header; it chooses the separator of
    a text file. ``most_rows`` stops early (for a preview). ``beat`` is called several times a
    second and may raise to stop. Raises ``UnusableInput``.
    """
    if not content.strip(b"\x00 \t\r\n"):
        raise UnusableInput(empty(name))
    digest = hashlib.sha256(content).hexdigest()
    refuse_other_kind(name, content)
    if content.startswith(_ZIP):
        if not archives.is_workbook(name, content):
            raise UnusableInput(
                f"Arsip {name} berada di dalam arsip lain; buka arsip luarnya dulu, lalu unggah "
                "isinya."
            )
        return _open_workbook(name, content, digest, most_rows, beat)
    if content.startswith(_OLE):
        if _ENCRYPTED in content:
            raise UnusableInput(locked(name))
        return _open_workbook(name, content, digest, most_rows, beat)
    sheets, note = texts.read_text(name, content, rate_header, most_rows)
    return Source(name, digest, sheets, notes=(note,))


def _open_workbook(
    name: str, content: bytes, digest: str, most_rows: int | None, beat: Callable[[], None]
) -> Source:
    is_zip = content.startswith(b"PK")
    members = archives.find_sheets(content) if is_zip else {}
    if is_zip and archives.is_plain(name, content):
        opened = _read_here(name, content, most_rows)
    else:
        opened = _read_apart(name, content, most_rows, members, beat)
    sheets: list[RawSheet] = []
    left_out: list[tuple[str, str]] = []
    met: set[str] = set()
    for sheet in opened:
        if sheet.name in met:
            raise UnusableInput(one_name_twice(name, sheet.name))
        met.add(sheet.name)
        if sheet.state == "far":
            raise UnusableInput(stray_cell(name, sheet.name))
        if sheet.state:
            left_out.append((sheet.name, _LEFT_OUT[sheet.state]))
            continue
        if sum(bottom - top for (top, _), (bottom, _) in sheet.merged) > MOST_CELLS:
            raise UnusableInput(damaged(name))  # merged over one another, many times
        facts = sheet.facts or SheetFacts()
        if sheet.facts is None and sheet.name in members:
            facts = archives.read_facts(content, members[sheet.name], beat)
        sheets.append(
            RawSheet(
                sheet.name,
                columns=sheet.columns,
                height=sheet.height,
                hidden_rows=facts.hidden_rows,
                hidden_columns=facts.hidden_columns,
                merged=sheet.merged,
                unsaved=facts.unsaved,
            )
        )
    hidden_sheets = sum(sheet.state == "hidden" for sheet in opened)
    if not sheets:
        what = "hanya memuat lembar tersembunyi" if hidden_sheets else "tidak memuat isi"
        raise NotAList(
            f"Berkas {name} {what}; pilih berkas dengan lembar daftar yang terlihat dan terisi."
        )
    notes = []
    if is_zip and archives.has_outside_links(content):
        notes.append(
            f"Berkas {name} memuat tautan ke berkas lain; tautannya tidak dibuka, yang dibaca "
            "hanya nilai yang tersimpan."
        )
    return Source(name, digest, tuple(sheets), tuple(left_out), hidden_sheets, tuple(notes))


_LEFT_OUT = {
    "other": "bukan lembar berisi sel",
    "hidden": "lembar tersembunyi",
    "empty": "lembar kosong",
}


def _read_here(name: str, content: bytes, most_rows: int | None) -> list[OpenSheet]:
    """The sheets of a workbook that holds no surprise."""
    try:
        with _quietly():
            return list(opening.read_sheets(io.BytesIO(content), most_rows))
    except BaseException as error:  # a panic in the reader is no ordinary Exception
        raise UnusableInput(damaged(name)) from error


def _read_apart(
    name: str,
    content: bytes,
    most_rows: int | None,
    members: Mapping[str, str],
    beat: Callable[[], None],
) -> list[OpenSheet]:
    """The sheets of any workbook, read by a process of its own that may end while it does."""
    command = [sys.executable, "-I", opening.__file__]
    try:
        with tempfile.TemporaryFile() as held:
            held.write(json.dumps([most_rows, members]).encode() + b"\n")
            held.write(content)
            held.seek(0)
            process = subprocess.Popen(
                command,
                stdin=held,
                stdout=subprocess.PIPE,
                stderr=subprocess.DEVNULL,
                env={**os.environ, **_SMALL_PROCESS},
            )
    except OSError as error:
        raise StoreFault(
            f"Berkas {name} tidak dapat dibuka: disk atau memori komputer penuh; kosongkan ruang, "
            "lalu ulangi."
        ) from error
    with process:
        try:
            written = _take_all(process, beat)
        finally:
            process.kill()
    if written is not None and process.returncode == 0:
        return list(opening.take_sheets(written))
    if process.returncode == opening.LOCKED:
        raise UnusableInput(locked(name))
    endless = archives.find_endless_sheet(content, beat) if content.startswith(b"PK") else None
    if endless is not None:
        raise UnusableInput(stray_cell(name, endless))
    if written is None or process.returncode == opening.TOO_LARGE:
        raise UnusableInput(too_large(name))
    raise UnusableInput(damaged(name))


def _take_all(process: subprocess.Popen[bytes], beat: Callable[[], None]) -> bytes | None:
    """What a process writes; None where it takes too long."""
    for _ in range(int(MOST_SECONDS / BEAT_SECONDS)):
        try:
            return process.communicate(timeout=BEAT_SECONDS)[0]
        except subprocess.TimeoutExpired:
            beat()
    return None
