"""Anchors: where the ledger stood on a day, kept outside the database and on paper.

Whoever holds the database could write a whole new chain that agrees with itself. It would not
agree with what was printed before: an anchor names the last event of a day and its hash. The
anchors of a workspace are lines of ``jangkar.txt`` beside its database; the same line can be
typed in from a sheet (``anchor_of_code``), with fewer digits of the hash and a check group.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Final

from sqlalchemy import select

from workbench.access import Workspace
from workbench.domain.words import date_id
from workbench.errors import StoreFault, WrongUse
from workbench.store.tables import event as events
from workbench.store.tables import ledger_head
from workbench.store.workspace import Store, store_fault

FILE: Final = "jangkar.txt"

_GROUP, _GROUPS = 4, 6
#: Digits of the hash on paper: 96 bits, which nobody finds a second chain for.
_PRINTED: Final = _GROUP * _GROUPS
_LINE = re.compile(r"(\d{4}-\d{2}-\d{2}) (\d{1,18}) ([0-9a-f]{64})")
_CODE = re.compile(r"([LN])(\d{8})-(\d{1,18})-((?:[0-9A-F]{4}-){6})([0-9A-F]{4})")
#: What a hand writes for a digit.
_LOOKALIKES = str.maketrans("OIL", "011")


@dataclass(frozen=True)
class Anchor:
    """Event ``seq`` was the last on that day; ``hash`` is its hash or how that begins."""

    workspace: Workspace
    date: date
    seq: int
    hash: str

    @property
    def code(self) -> str:
        """``N20261122-1048-8F3A-...``: room and day, place, hash, and a group to check typing."""
        digits = self.hash[:_PRINTED].upper()
        groups = [digits[start : start + _GROUP] for start in range(0, _PRINTED, _GROUP)]
        said = f"{self.workspace.value[0].upper()}{self.date:%Y%m%d}-{self.seq}-{'-'.join(groups)}"
        return f"{said}-{_check_group(said)}"

    @property
    def words(self) -> str:
        """``jangkar 22 Nov 2026``."""
        return f"jangkar {date_id(self.date)}"


def anchor_of_code(text: str) -> Anchor:
    """The anchor somebody read off a sheet; blanks, small letters and look-alikes are forgiven.

    Raises ``WrongUse`` for what is no code and for a mistyped one.
    """
    typed = "-".join(re.findall(r"[0-9A-Z]+", text.upper()))
    found = _CODE.fullmatch(typed[:1] + typed[1:].translate(_LOOKALIKES))
    if found is None:
        raise WrongUse(
            "Kode jangkar tidak terbaca. Ketik seluruh kode di lembar jangkar, termasuk huruf "
            "dan tanggal di depannya."
        )
    if _check_group(found[0][: -_GROUP - 1]) != found[5]:
        raise WrongUse("Kode jangkar salah ketik. Bandingkan lagi dengan lembarnya, lalu ulangi.")
    room = next(one for one in Workspace if one.value[0].upper() == found[1])
    try:
        day = date.fromisoformat(found[2])
    except ValueError as error:
        raise WrongUse("Tanggal pada kode jangkar tidak ada. Periksa lembarnya.") from error
    return Anchor(room, day, int(found[3]), found[4].replace("-", "").lower())


def read_anchors(path: Path, workspace: Workspace) -> tuple[Anchor, ...]:
    """The anchors of a file, oldest first; none where there is no file.

    Raises ``StoreFault`` for a line that cannot be read: it may have been tampered with.
    """
    try:
        return anchors_in(path.read_bytes(), workspace)
    except FileNotFoundError:
        return ()
    except OSError as error:
        raise store_fault(error) from error


def anchors_in(content: bytes, workspace: Workspace) -> tuple[Anchor, ...]:
    """The same for the content of such a file."""
    found = []
    for number, line in enumerate(content.decode("ascii", "replace").splitlines(), start=1):
        parts = _LINE.fullmatch(line)
        try:
            if parts is None:
                raise ValueError
            day = date.fromisoformat(parts[1])
        except ValueError as error:
            raise StoreFault(
                f"Berkas jangkar ({FILE}) baris {number} tidak terbaca. Bandingkan dengan lembar "
                "jangkar yang dicetak."
            ) from error
        found.append(Anchor(workspace, day, int(parts[2]), parts[3]))
    return tuple(found)


def take_anchor(store: Store, path: Path, day: date) -> Anchor | None:
    """Where the ledger ends now, written to the anchors of ``path``; None for an empty ledger.

    An end that stands there already, or was reached on an earlier day, is given as it stands.
    Raises ``WrongUse`` when an earlier anchor no longer agrees: a new one would cover that up.
    """
    # The writing lock is the queue of all who anchor, whatever process they are in.
    with store.writing() as connection:
        head = connection.execute(select(ledger_head)).one()
        standing = read_anchors(path, store.workspace)
        for anchor in standing:
            known = select(events.c.hash).where(events.c.seq == anchor.seq)
            if connection.execute(known).scalar() != anchor.hash:
                raise WrongUse(
                    f"Jejak tidak cocok lagi dengan {anchor.words}. Jalankan verval audit verify."
                )
        if not head.seq:
            return None
        if standing and standing[-1].seq == head.seq:
            return standing[-1]
        made = Anchor(store.workspace, day, head.seq, head.hash)
        _write(path, (*standing, made))
        return made


def written(anchors: Iterable[Anchor]) -> str:
    """The lines of an anchors file."""
    return "".join(f"{one.date.isoformat()} {one.seq} {one.hash}\n" for one in anchors)


def _write(path: Path, anchors: Iterable[Anchor]) -> None:
    """Aside first: a disk that fills up must not cost the anchors that stand."""
    aside = path.with_name(f".{path.name}.{os.getpid()}")
    try:
        handle = os.open(aside, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(handle, "w", encoding="ascii") as file:
            file.write(written(anchors))
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    except OSError as error:
        raise store_fault(error) from error
    finally:
        aside.unlink(missing_ok=True)


def _check_group(said: str) -> str:
    return hashlib.sha256(said.encode()).hexdigest()[:_GROUP].upper()
