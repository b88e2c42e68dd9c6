"""A class put away: first into an archive that was read back, then out of the trainer's lists.

The archive is one ZIP in the practice workspace, ``arsip/CLASS-DATE.zip``: a file of JSON lines
for each table (a row a line, so nothing in it can become a formula of a spreadsheet) and
``manifes.json`` with the number of rows and the SHA-256 of each. No row leaves the store; what ends
are the class's codes and its place in the lists.
"""

from __future__ import annotations

import hashlib
import json
import os
import secrets
import zipfile
from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

from sqlalchemy import Connection, Row, Select, func, or_, select

from workbench.access import Actor, Permission, Workspace, require
from workbench.errors import DAMAGED_ZIP, NotFound, StoreFault, WrongUse
from workbench.services.office import Office
from workbench.store import clock, ledger, store_fault
from workbench.store.sessions import hash_secret
from workbench.store.tables import (
    bank_case,
    bank_key,
    bimtek,
    case_key,
    certificate,
    class_,
    class_live,
    class_part,
    drawn_case,
    drill_answer,
    event,
    expected_participant,
    grade,
    grade_item,
    participant,
    session,
)

FOLDER: Final = "arsip"
MANIFEST: Final = "manifes.json"
#: The form of the archive; another one is read otherwise.
FORM: Final = 1

#: File -> table. Secrets, even hashed, stay out: return codes and sessions.
_TABLES: Final[Mapping[str, Any]] = {
    "bagian": class_part,
    "daftar_undangan": expected_participant,
    "peserta": participant,
    "keadaan": class_live,
    "kasus": drawn_case,
    "kunci_kasus": case_key,
    "bank": bank_case,
    "kunci_bank": bank_key,
    "nilai": grade,
    "butir_nilai": grade_item,
    "kartu_kuis": drill_answer,
    "sertifikat": certificate,
    "rencana": bimtek,
}
_SECRET: Final = frozenset({"return_code_hash"})

_NO_CLASS = "Kelas itu tidak ada. Muat ulang halaman, lalu pilih dari yang tampil."
_STILL_OPEN = "Kelas ini masih terbuka. Tutup kelasnya dulu, lalu kosongkan untuk kelas berikutnya."
_PUT_AWAY = "Kelas ini sudah diarsipkan. Unduh arsipnya dari daftar arsip."
_NOT_WHOLE = (
    "Arsip tidak terbaca utuh setelah ditulis, jadi kelas ini dibiarkan seperti semula. "
    "Periksa disk, lalu ulangi."
)
_MOVED_ON = (
    "Ada jawaban yang masuk selagi arsip ditulis, jadi kelas ini dibiarkan seperti semula. "
    "Ulangi sebentar lagi."
)


@dataclass(frozen=True)
class Archive:
    """An archive as its manifest tells it: ``rows`` by file, ``size`` in bytes."""

    name: str
    class_id: str
    class_name: str
    rows: Mapping[str, int]
    size: int


def archive_class(office: Office, actor: Actor, class_id: str) -> Archive:
    """Write the archive of a closed class, read it back, then take the class out of the lists.

    Its join code, its return codes and its sessions end. Raises ``WrongUse`` for a class that is
    open, archived before, or that moved on meanwhile, ``StoreFault`` when the archive does not
    read back as it was written; the class then stays as it was.
    """
    require(actor, Permission.RUN_CLASS)
    with office.practice.reading() as connection:
        name = f"{class_id}-{_closed_class(connection, class_id).date}.zip"
    path = _folder(office) / name
    aside = path.with_name(f".{name}.{secrets.token_hex(4)}")
    try:
        with office.practice.reading() as connection:
            written = _write(connection, _closed_class(connection, class_id), aside)
        _verify(aside, written)
        with office.practice.writing() as connection:
            _put_away(connection, actor, class_id, written)
            os.replace(aside, path)
    except OSError as error:
        raise store_fault(error) from error
    finally:
        aside.unlink(missing_ok=True)
    return _read_archive(path)


def archives(office: Office, actor: Actor) -> tuple[Archive, ...]:
    """The archives of this workspace, newest class first."""
    require(actor, Permission.RUN_CLASS)
    paths = sorted(_folder(office).glob("*.zip"), key=lambda path: path.stem[-10:], reverse=True)
    found = []
    for path in paths:
        with suppress(StoreFault):
            found.append(_read_archive(path))
    return tuple(found)


def archive_file(office: Office, actor: Actor, name: str) -> tuple[str, bytes]:
    """An archive for taking away: its name and content. Raises ``NotFound``."""
    require(actor, Permission.RUN_CLASS)
    path = _folder(office) / Path(name).name
    if path.suffix != ".zip" or not path.is_file():
        raise NotFound("Arsip itu tidak ada lagi. Muat ulang halaman, lalu pilih dari yang tampil.")
    try:
        return path.name, path.read_bytes()
    except OSError as error:
        raise store_fault(error) from error


def _folder(office: Office) -> Path:
    folder = office.folder(Workspace.LATIHAN) / FOLDER
    try:
        folder.mkdir(mode=0o700, exist_ok=True)
    except OSError as error:
        raise store_fault(error) from error
    return folder


def _closed_class(connection: Connection, class_id: str) -> Row[Any]:
    row = connection.execute(
        select(class_).where(class_.c.id == class_id).with_for_update()
    ).first()
    if row is None or row.state == "preparing":
        raise NotFound(_NO_CLASS)
    if row.archived_at is not None:
        raise WrongUse(_PUT_AWAY)
    if row.state != "closed":
        raise WrongUse(_STILL_OPEN)
    return row


def _queries(class_id: str) -> dict[str, Select[Any]]:
    """File -> the rows of this class that go into it."""
    chosen = {}
    for name, table in _TABLES.items():
        columns = [column for column in table.columns if column.name not in _SECRET]
        order = list(table.primary_key.columns)
        chosen[name] = select(*columns).where(table.c.class_id == class_id).order_by(*order)
    chosen["kelas"] = select(class_).where(class_.c.id == class_id)
    chosen["jejak"] = select(event).where(_of_class(class_id)).order_by(event.c.seq)
    return chosen


def _of_class(class_id: str) -> Any:
    """The events of a class's trainees and those about them and it, by ranges of an index."""
    trainees = (event.c.actor >= f"{class_id}.") & (event.c.actor < f"{class_id}/")
    ranges = [
        (event.c.subject >= f"{kind}:{class_id}.") & (event.c.subject < f"{kind}:{class_id}/")
        for kind in ("kasus", "peserta", "kelas")
    ]
    return or_(event.c.subject == f"kelas:{class_id}", trainees, *ranges)


def _write(connection: Connection, row: Row[Any], path: Path) -> dict[str, dict[str, Any]]:
    """Write the archive; returns file -> rows and SHA-256, as the manifest holds them."""
    told: dict[str, dict[str, Any]] = {}
    with (
        open(path, "xb", opener=_private) as file,
        zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as packed,
    ):
        for name, query in _queries(row.id).items():
            digest, count = hashlib.sha256(), 0
            with packed.open(f"{name}.jsonl", "w") as part:
                for line in _lines(connection, query):
                    part.write(line)
                    digest.update(line)
                    count += 1
            told[f"{name}.jsonl"] = {"baris": count, "sha256": digest.hexdigest()}
        manifest = {
            "bentuk": FORM,
            "kelas": row.id,
            "nama": row.name,
            "tanggal": row.date,
            "dibuat": clock.now(),
            "berkas": told,
        }
        packed.writestr(MANIFEST, json.dumps(manifest, ensure_ascii=False, indent=1))
        packed.close()
        file.flush()
        os.fsync(file.fileno())
    return told


def _private(path: str, flags: int) -> int:
    return os.open(path, flags, 0o600)


def _lines(connection: Connection, query: Select[Any]) -> Iterator[bytes]:
    rows = connection.execute(query.execution_options(yield_per=200)).mappings()
    for row in rows:
        yield json.dumps(dict(row), ensure_ascii=False).encode() + b"\n"


def _verify(path: Path, written: Mapping[str, Mapping[str, Any]]) -> None:
    """Read the archive back from the disk; raises ``StoreFault`` unless all of it is there."""
    try:
        with zipfile.ZipFile(path) as packed:
            manifest = json.loads(packed.read(MANIFEST))
            told = {name: _read_part(packed, name) for name in manifest["berkas"]}
    except DAMAGED_ZIP as error:
        raise StoreFault(_NOT_WHOLE) from error
    if not (told == manifest["berkas"] == dict(written)):
        raise StoreFault(_NOT_WHOLE)


def _read_part(packed: zipfile.ZipFile, name: str) -> dict[str, Any]:
    digest, count = hashlib.sha256(), 0
    with packed.open(name) as part:
        for line in part:
            json.loads(line)
            digest.update(line)
            count += 1
    return {"baris": count, "sha256": digest.hexdigest()}


def _put_away(
    connection: Connection,
    actor: Actor,
    class_id: str,
    written: Mapping[str, Mapping[str, Any]],
) -> None:
    """Mark the class and end its codes, unless somebody did something since it was written."""
    _closed_class(connection, class_id)
    for name, query in _queries(class_id).items():
        count = connection.execute(select(func.count()).select_from(query.subquery())).scalar_one()
        if count != written[f"{name}.jsonl"]["baris"]:
            raise WrongUse(_MOVED_ON)
    now = clock.now()
    connection.execute(
        class_.update().where(class_.c.id == class_id).values(archived_at=now, code_until=None)
    )
    seats = connection.execute(
        select(participant.c.seat).where(participant.c.class_id == class_id)
    ).scalars()
    for seat in seats.all():
        connection.execute(
            participant.update()
            .where(participant.c.class_id == class_id, participant.c.seat == seat)
            .values(return_code_hash=hash_secret(secrets.token_hex(16)))
        )
    connection.execute(
        session.update()
        .where(session.c.class_id == class_id, session.c.revoked_at.is_(None))
        .values(revoked_at=now)
    )
    rows = sum(part["baris"] for part in written.values())
    ledger.record(connection, actor.id, "kelas", f"kelas:{class_id}", "arsip", rows)


def _read_archive(path: Path) -> Archive:
    try:
        with zipfile.ZipFile(path) as packed:
            manifest = json.loads(packed.read(MANIFEST))
        rows = {Path(name).stem: part["baris"] for name, part in manifest["berkas"].items()}
        size = path.stat().st_size
        return Archive(path.name, manifest["kelas"], manifest["nama"], rows, size)
    except (*DAMAGED_ZIP, OSError) as error:
        raise StoreFault(_NOT_WHOLE) from error


__all__ = [
    "Archive",
    "archive_class",
    "archive_file",
    "archives",
]
