"""Evidence of one list in one folder, for an auditor to keep, compare and play again.

A pack holds ids, codes, counts and hashes and nobody's name, number or address; the list itself
stays in the office. The same state packs to the same bytes. ``evidence_checks`` judges the list
again by the values written in the pack.
"""

from __future__ import annotations

import csv
import io
import os
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
from sqlalchemy import Text, or_, select

from workbench.access import Actor, Workspace
from workbench.domain.wilayah import CITY, PLACES
from workbench.domain.words import date_id, number_id
from workbench.errors import WrongUse
from workbench.rules import Findings
from workbench.services import audits, shelves
from workbench.services.evidence_files import (
    COLUMNS,
    FIELD,
    FINDINGS,
    FORMS,
    JUDGED,
    KIND,
    LEDGER,
    LIST,
    PLACE,
    README,
    SNAPSHOT,
    SUMMARY,
    SUMS,
    Asks,
    Steps,
    Tells,
    aside,
    digest_of,
    outside,
    print_of,
    rows_of,
    sums_of,
    write_json,
    write_text,
    zipped,
)
from workbench.services.office import Office
from workbench.store import anchors as anchoring
from workbench.store import blinds, clock, ledger, snapshots, store_fault
from workbench.store import tables as stored

#: Tables of the visits: what was found and decided, who moved it on, what became of findings.
_FIELD_TABLES = (
    "outcome",
    "outcome_note",
    "stage_hand",
    "stage_step",
    "finding_round",
    "finding_life",
    "recheck_sample",
    "recheck",
    "recheck_outcome",
    "recheck_decision",
    "recheck_task",
    "meeting",
    "meeting_attendee",
    "meeting_item",
    "meeting_decision",
    "meeting_minutes",
    "meeting_scan",
    "proposal_route",
    "proposal_paper",
    "objection",
    "candidate",
    "happening",
    "happening_note",
    "happening_end",
    "happening_task",
    "task_tick",
    "graduation",
    "graduation_check",
)
#: Long texts are somebody's own words and stay in the office, but for these, which hold codes.
_CODED = frozenset({"codes", "totals"})


@dataclass(frozen=True)
class Pack:
    """What was packed: ``files`` in the folder, and how many findings and events they tell of."""

    folder: Path
    files: int
    findings: int
    events: int


@dataclass(frozen=True)
class Packable:
    """A list that stands and can be packed; ``at`` is the stamp of when it was brought in."""

    id: str
    name: str
    at: str


@dataclass(frozen=True)
class ZippedPack:
    """A pack as one ZIP of one folder, to be downloaded; ``sums`` is the SHA-256 of ``SUMS``."""

    name: str
    content: bytes
    files: int
    findings: int
    events: int
    sums: str


def packable(office: Office, actor: Actor) -> tuple[Packable, ...]:
    """The lists of the actor's workspace that can be packed, newest first."""
    audits.require_auditor(actor)
    return tuple(
        Packable(one.id, audits.without_numbers(one.name), one.at)
        for one in snapshots.list_snapshots(office.store_for(actor))
    )


def pack(
    office: Office,
    actor: Actor,
    list_id: str,
    out: Path,
    tell: Tells | None = None,
    asks: Asks | None = None,
) -> Pack:
    """Write the evidence of a list into the new folder ``out``: whole or not at all.

    Raises ``WrongUse`` when something lies there already, ``Cancelled`` when ``asks`` said so.
    """
    audits.require_auditor(actor)
    out = out.expanduser().absolute()
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise WrongUse(f"{out.name} sudah berisi. Pilih folder kosong atau folder baru.")
    _make_place(out.parent)
    with aside(out.parent) as home:
        folder = home / "paket"
        folder.mkdir(mode=0o700)
        made = _fill(folder, office, actor, list_id, Steps(tell, asks))
        if out.exists():
            out.rmdir()
        os.replace(folder, out)
    _record(office, actor, list_id, digest_of(out / SUMS))
    return replace(made, folder=out)


def pack_beside(
    office: Office,
    actor: Actor,
    list_id: str,
    tell: Tells | None = None,
    asks: Asks | None = None,
) -> Pack:
    """The same into a new folder beside the office's own, on the machine that holds the data."""
    home = office.root.with_name(f"{office.root.name}-bukti")
    name, number = _pack_name(actor.workspace, list_id), 1
    while (home / (name if number == 1 else f"{name}-{number}")).exists():
        number += 1
    out = home / (name if number == 1 else f"{name}-{number}")
    return pack(office, actor, list_id, out, tell, asks)


def pack_zipped(
    office: Office,
    actor: Actor,
    list_id: str,
    tell: Tells | None = None,
    asks: Asks | None = None,
) -> ZippedPack:
    """The same as one ZIP of one folder; the same state gives the same bytes."""
    audits.require_auditor(actor)
    name, steps = _pack_name(actor.workspace, list_id), Steps(tell, asks)
    with aside(office.folder(actor.workspace)) as home:
        made = _fill(home, office, actor, list_id, steps)
        content = zipped(home, name)
        sums = digest_of(home / SUMS)
    _record(office, actor, list_id, sums)
    return ZippedPack(f"{name}.zip", content, made.files, made.findings, made.events, sums)


def _fill(folder: Path, office: Office, actor: Actor, list_id: str, step: Steps) -> Pack:
    """Write everything of a pack into an empty folder."""
    with office.store_for(actor).reading() as connection:
        blinds.require_no_check(connection, actor.id, list_id)
    step(0.05, "Membuka daftar")
    snapshot, whole = shelves.standing(office, actor, list_id)
    step(0.2, "Menghitung sidik berkas daftar")
    write_json(folder / LIST, _about_list(snapshot, actor))
    write_json(folder / SNAPSHOT, about_files(office, actor, snapshot))
    step(0.4, "Menulis penilaian dan temuan")
    judged = _about_judgement(whole)
    write_json(folder / JUDGED, judged)
    _write_findings(folder / FINDINGS, whole.findings.table)
    step(0.6, "Menulis jejak dan hasil kunjungan")
    events = _write_events(folder / LEDGER, office, actor, list_id)
    _write_field(folder / FIELD, office, actor, list_id)
    anchors = audits.anchors(office, actor)
    write_text(folder / anchoring.FILE, anchoring.written(anchors))
    step(0.8, "Menulis formulir dan ringkasan")
    _write_forms(folder / FORMS, snapshot, whole.findings.ruleset, actor.workspace)
    write_text(folder / README, _readme(actor.workspace, list_id))
    code = anchors[-1].code if anchors else ""
    (folder / SUMMARY).write_bytes(_summary(snapshot, actor.workspace, judged, events, code))
    step(0.95, "Menghitung sidik paket")
    sums = sums_of(folder)
    write_text(folder / SUMS, sums)
    return Pack(folder, len(sums.splitlines()) + 1, len(whole.findings), events)


def _record(office: Office, actor: Actor, list_id: str, sums: str) -> None:
    with office.store_for(actor).writing() as connection:
        # Of a subject of its own: the next pack of the same list must be the same.
        subject = f"paket:{list_id}"
        ledger.record(connection, actor.id, KIND, subject, KIND, {"sha256": sums})


def _pack_name(room: Workspace, list_id: str) -> str:
    return f"bukti-{room.value}-{list_id}"


def _write_forms(folder: Path, snapshot: snapshots.Snapshot, rules: str, room: Workspace) -> None:
    """The sheet and the phone form as officers carry them, with nobody's family in them."""
    from workbench.verification.forms.packets import Numbers, Packet
    from workbench.verification.forms.sheet import write_sheet
    from workbench.verification.forms.xlsform import write_form

    manifest = snapshot.manifest
    blank = Packet(
        list_id=snapshot.id,
        period=str(manifest.get("period") or ""),
        as_of=_as_of(snapshot),
        ruleset=rules,
        practice=room is Workspace.LATIHAN,
        numbers=Numbers.MASKED,
        kelurahan_kode_kemendagri="",
        kelurahan="formulir kosong",
        kecamatan="",
        rt="",
        officer="",
        visits=(),
    )
    folder.mkdir(mode=0o700)
    (folder / "lembar_kosong.xlsx").write_bytes(write_sheet(blank))
    (folder / "xlsform_kosong.xlsx").write_bytes(write_form(blank))


def _as_of(snapshot: snapshots.Snapshot) -> date:
    """The day a list speaks of, else the day it was brought in."""
    try:
        return date.fromisoformat(str(snapshot.manifest.get("as_of"))[:10])
    except ValueError:
        return clock.day_of(snapshot.at)


@dataclass(frozen=True)
class _OfDay:
    """What gives a printed page its day."""

    date: date


def _summary(
    snapshot: snapshots.Snapshot,
    room: Workspace,
    judged: Mapping[str, Any],
    events: int,
    code: str,
) -> bytes:
    """One page for somebody who reads one page."""
    from workbench.services.papers.press import press

    counts = judged["temuan_per_tingkat"]
    values = {
        "title": "Ringkasan paket bukti",
        "office": f"Dinas Sosial {CITY.name}",
        "bimtek": f"Ruang {room.value}",
        "dates": date_id(_as_of(snapshot), long=True),
        "place": "",
        "foot": f"Isi dan cara memeriksa: {README}",
        "practice": room is Workspace.LATIHAN,
        "list": snapshot.id,
        "rules": judged["aturan"],
        "parameters": len(judged["parameter"]),
        "silent": number_id(len(judged["diam"])),
        "findings": number_id(judged["temuan"]),
        "grades": [[grade.capitalize(), number_id(n)] for grade, n in sorted(counts.items())],
        "print": judged["sidik_temuan"],
        "events": number_id(events),
        "code": code,
        "sums": SUMS,
    }
    return press("bukti", values, _OfDay(_as_of(snapshot)))


def _about_list(snapshot: snapshots.Snapshot, actor: Actor) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "nama": audits.without_numbers(snapshot.name),
        "ruang": actor.workspace.value,
        "dimasukkan_oleh": snapshot.imported_by,
        "dimasukkan_pada": snapshot.at,
        "keterangan": snapshot.manifest,
    }


def about_files(office: Office, actor: Actor, snapshot: snapshots.Snapshot) -> dict[str, Any]:
    """Hash and size of each file of a list; the files it came from without their names.

    Of what is inside where they lie sealed: another key makes no other list.
    """
    files: dict[str, Any] = {}
    sources = []
    with shelves.files_of(office, actor, snapshot) as folder:
        for path in sorted(folder.rglob("*")):
            name = path.relative_to(folder)
            if not path.is_file() or name.parts[0] == shelves.TYPED or name.name.startswith("."):
                continue
            one: dict[str, Any] = {"sha256": digest_of(path), "ukuran": path.stat().st_size}
            if name.parts[0] == "sumber":
                sources.append(one)
            else:
                files[name.as_posix()] = one
    sources.sort(key=lambda one: one["sha256"])
    return {"berkas": files, "sumber": sources}


def _about_judgement(whole: shelves.Standing) -> dict[str, Any]:
    findings: Findings = whole.findings
    table = findings.table
    return {
        "aturan": findings.ruleset,
        "parameter": dict(findings.parameters),
        "tanda": whole.marks,
        "diam": dict(findings.silent),
        "kelurahan_lain": whole.local,
        "temuan": len(findings),
        "temuan_per_aturan": _counts(table["rule"]),
        "temuan_per_tingkat": _counts(table["severity"]),
        "temuan_per_kelurahan": _counts(table[PLACE]),
        "sidik_temuan": print_of(outside(table, whole.local)),
    }


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    counted = column.value_counts().to_pylist()
    return {one["values"]: one["counts"] for one in counted}


def _write_findings(path: Path, table: pa.Table) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(COLUMNS)
    writer.writerows(sorted(rows_of(table)))
    write_text(path, text.getvalue())


def _write_events(path: Path, office: Office, actor: Actor, list_id: str) -> int:
    """The ledger's events of a list, a line each, with all that their hash is made over."""
    events = stored.event
    is_of_list = or_(
        *(
            condition
            for kind in (
                "daftar",
                "kunjungan",
                "temuan",
                "tugas",
                "periksa",
                "musyawarah",
                "peristiwa",
                "graduasi",
            )
            for condition in (
                events.c.subject == f"{kind}:{list_id}",
                events.c.subject.like(f"{kind}:{list_id}.%"),
            )
        )
    )
    wanted = select(*(events.c[name] for name in (*ledger.SAID, "hash"))).where(is_of_list)
    told = 0
    with office.store_for(actor).reading() as connection, path.open("w", encoding="utf-8") as file:
        for row in connection.execute(wanted.order_by(events.c.seq)).mappings():
            said = dict(row)
            if audits.without_numbers(said["value"]) != said["value"]:
                # No event should hold a number; one that does keeps its hash alone.
                said["value"] = None
            file.write(ledger.canonical(said) + "\n")
            told += 1
    return told


def _write_field(folder: Path, office: Office, actor: Actor, list_id: str) -> None:
    """What the visits left behind, a CSV a table; free text stays in the office."""
    for name in _FIELD_TABLES:
        table = stored.metadata.tables[name]
        columns = [
            column
            for column in table.c
            if column.name in _CODED or not isinstance(column.type, Text)
            if column.name != "salt"
        ]
        with office.store_for(actor).reading() as connection:
            wanted = select(*columns).where(table.c.list_id == list_id)
            if table is stored.recheck_outcome:
                # Of a sample that is still open nobody reads the second visits.
                over = select(stored.recheck_sample.c.id).where(
                    stored.recheck_sample.c.locked_at.is_not(None)
                )
                wanted = wanted.where(table.c.sample_id.in_(over))
            rows = connection.execute(wanted)
            lines = sorted(list(map(_cell, row)) for row in rows)
        if not lines:
            continue
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        writer.writerows(lines)
        folder.mkdir(exist_ok=True)
        write_text(folder / f"{name}.csv", text.getvalue())


def _cell(value: Any) -> str:
    return "" if value is None else audits.without_numbers(str(value))


def _readme(room: Workspace, list_id: str) -> str:
    return f"""PAKET BUKTI
Daftar {list_id}, ruang {room.value}

Folder ini memuat bukti satu daftar: apa yang dimasukkan, aturan mana yang menilainya, apa yang
ditemukan, dan apa yang dilakukan orang. Tidak ada nama, NIK, nomor KK atau alamat; orang dan
keluarga disebut dengan nomor baris daftar. Daftarnya sendiri tetap di kantor.

ISI
{LIST:<17} daftar, waktu masuk, jumlah baris, sidik berkas asal
{SNAPSHOT:<17} sidik SHA-256 setiap berkas daftar
{JUDGED:<17} versi aturan, nilai parameter, tanda tiap aturan, jumlah temuan
{FINDINGS:<17} temuan: aturan, tingkat, jenis, nomor baris, {PLACES}
{LEDGER:<17} jejak daftar ini, satu baris satu catatan
{anchoring.FILE:<17} jangkar jejak: hari, nomor catatan, sidik
{FIELD + "/":<17} hasil kunjungan, tahap dan nasib temuan, bila ada
{FORMS + "/":<17} formulir kosong yang dibawa petugas
{SUMMARY:<17} ringkasan satu halaman
{SUMS:<17} sidik SHA-256 semua berkas di folder ini

MEMERIKSA FOLDER INI
sha256sum -c {SUMS}

MENGULANG PENILAIAN
Di ruang Jejak, bagian Paket bukti, unggah berkas zip paket ini; atau di komputer server kantor:
verval audit recheck FOLDER-INI
Pemeriksaan itu memeriksa folder ini dan jejaknya, mencocokkan berkas daftar, menilai ulang dengan
nilai yang tertulis di sini, lalu menyebut sama atau apa yang berbeda.

MEMERIKSA JEJAK
verval audit verify --jangkar KODE
KODE tertulis di lembar jangkar yang dicetak kantor. Sidik satu catatan adalah SHA-256 dari larik
JSON [seq, prev_hash, actor, kind, subject, field, revision, value, at] tanpa spasi, huruf UTF-8.
"""


def _make_place(place: Path) -> None:
    try:
        place.mkdir(parents=True, mode=0o700, exist_ok=True)
    except OSError as error:
        raise store_fault(error) from error
