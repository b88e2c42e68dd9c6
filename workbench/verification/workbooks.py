"""Opening what offices send: workbooks, texts and archives of them, as sheets of typed cells.

A number is told from text here, before anything else looks at a cell: as text a rounded NIK looks
like any other. What the cells mean is left to the modules beside this one.
"""

from __future__ import annotations

import gc
import hashlib
import io
import os
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

import python_calamine

from workbench.errors import StoreFault, UnusableInput
from workbench.verification import archives, texts
from workbench.verification.probe import can_be_opened
from workbench.verification.sources import (
    MOST_BYTES,
    MOST_CELLS,
    NotAList,
    RawSheet,
    Source,
    damaged,
    empty,
    locked,
    refuse_other_kind,
    stray_cell,
    too_large,
)

T = TypeVar("T")

_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP = (b"PK\x03\x04", b"PK\x05\x06")
_ENCRYPTED = "EncryptedPackage".encode("utf-16-le")
#: How long compiled code may run before somebody is told that the work goes on, in seconds.
BEAT_SECONDS = 0.25

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


def _run_beside(work: Callable[[], T], beat: Callable[[], None]) -> T:
    """Run compiled work on a thread of its own, so that ``beat`` can go on and may end it.

    What is left of the work after that ends by itself and is thrown away.
    """
    done: list[T] = []
    failed: list[BaseException] = []

    def run() -> None:
        try:
            done.append(work())
        except BaseException as error:  # a panic in the reader is no ordinary Exception
            failed.append(error)

    worker = threading.Thread(target=run, daemon=True)
    worker.start()
    while worker.is_alive():
        worker.join(BEAT_SECONDS)
        beat()
    if failed:
        raise failed[0]
    return done[0]


def _open_workbook(
    name: str, content: bytes, digest: str, most_rows: int | None, beat: Callable[[], None]
) -> Source:
    facts = archives.read_facts(name, content, beat) if content.startswith(b"PK") else {}
    if not facts and not _survives(name, content, beat):
        raise UnusableInput(damaged(name))
    sheets: list[RawSheet] = []
    left_out: list[tuple[str, str]] = []
    hidden_sheets = 0
    workbook = _run_reader(
        name, partial(python_calamine.load_workbook, io.BytesIO(content)), _no_beat
    )
    for place, about in enumerate(workbook.sheets_metadata):
        if about.typ != python_calamine.SheetTypeEnum.WorkSheet:
            left_out.append((about.name, "bukan lembar berisi sel"))
            continue
        if about.visible != python_calamine.SheetVisibleEnum.Visible:
            hidden_sheets += 1
            left_out.append((about.name, "lembar tersembunyi"))
            continue
        sheet = _run_reader(name, partial(workbook.get_sheet_by_index, place), beat)
        if sheet.total_height * sheet.total_width > MOST_CELLS:
            raise UnusableInput(stray_cell(name, about.name))
        rows = _run_reader(
            name, partial(sheet.to_python, skip_empty_area=False, nrows=most_rows), beat
        )
        if not any(cell != "" for row in rows for cell in row):
            left_out.append((about.name, "lembar kosong"))
            continue
        known = facts.get(about.name, archives.SheetFacts())
        sheets.append(
            RawSheet(
                about.name,
                rows,
                frozenset(known.hidden_rows),
                frozenset(known.hidden_columns),
                tuple(sheet.merged_cell_ranges or ()),
                unsaved=known.unsaved,
            )
        )
    if not sheets:
        what = "hanya memuat lembar tersembunyi" if hidden_sheets else "tidak memuat isi"
        raise NotAList(
            f"Berkas {name} {what}; pilih berkas dengan lembar daftar yang terlihat dan terisi."
        )
    notes = []
    if content.startswith(b"PK") and archives.has_outside_links(content):
        notes.append(
            f"Berkas {name} memuat tautan ke berkas lain; tautannya tidak dibuka, yang dibaca "
            "hanya nilai yang tersimpan."
        )
    return Source(name, digest, tuple(sheets), tuple(left_out), hidden_sheets, tuple(notes))


def _survives(name: str, content: bytes, beat: Callable[[], None]) -> bool:
    try:
        return can_be_opened(content, beat)
    except OSError as error:
        raise StoreFault(
            f"Berkas {name} tidak dapat diperiksa: disk penuh; kosongkan ruang, lalu ulangi."
        ) from error


def _run_reader(name: str, work: Callable[[], Any], beat: Callable[[], None]) -> Any:
    """Let the reader of workbooks work; whatever it cries becomes a sentence."""

    def quiet() -> Any:
        try:
            with _quietly():
                return work()
        except python_calamine.PasswordError as error:
            raise UnusableInput(locked(name)) from error
        except MemoryError as error:
            raise UnusableInput(too_large(name)) from error
        except BaseException as error:  # a panic in the reader is no ordinary Exception
            raise UnusableInput(damaged(name)) from error

    return _run_beside(quiet, beat)
