"""Evidence of one list in one folder, for an auditor to keep, compare and play again.

A pack holds ids, codes, counts and hashes and nobody's name, number or address; the list itself
stays in the office. The same state packs to the same bytes. ``recheck`` judges the list again by
the values written in the pack and says what differs.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import os
import secrets
import shutil
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Final

import pyarrow as pa
from sqlalchemy import Text, or_, select

from workbench.access import Actor, Workspace
from workbench.domain.words import number_id
from workbench.errors import UnusableInput, WrongUse
from workbench.rules import Findings
from workbench.services import audits, shelves
from workbench.services.office import Office
from workbench.store import anchors as anchoring
from workbench.store import ledger, snapshots, store_fault
from workbench.store import tables as stored
from workbench.verification.comparison import rule_marks

SUMS: Final = "MANIFES.sha256"
_LIST, _SNAPSHOT, _JUDGED = "daftar.json", "potret.json", "penilaian.json"
_FINDINGS, _LEDGER, _README = "temuan.csv", "jejak.jsonl", "BACA-SAYA.txt"
_FIELD = "lapangan"
#: Tables of the visits: what was found and decided, who moved it on, what became of findings.
_FIELD_TABLES = (
    "outcome",
    "outcome_note",
    "stage_hand",
    "stage_step",
    "finding_round",
    "finding_life",
)
#: Long texts are somebody's own words and stay in the office, but for these, which hold codes.
_CODED = frozenset({"codes", "totals"})
_COLUMNS = ("rule", "severity", "subject_kind", "subject", "kelurahan_kode_kemendagri")
_PLACE = "kelurahan_kode_kemendagri"
_MOST_TOLD = 20
#: The kind of the event that says a pack was made; it holds the SHA-256 of ``SUMS``.
_KIND = "paket_bukti"

_NO_PACK = "Folder ini bukan paket bukti, atau isinya rusak. Pilih folder hasil verval audit pack."


@dataclass(frozen=True)
class Pack:
    """What was packed: ``files`` in the folder, and how many findings and events they tell of."""

    folder: Path
    files: int
    findings: int
    events: int


@dataclass(frozen=True)
class Recheck:
    """Whether a pack agrees with the list judged again; ``differences`` are sentences."""

    list_id: str
    findings: int
    differences: tuple[str, ...]
    notes: tuple[str, ...]

    @property
    def is_equal(self) -> bool:
        """Whether nothing differs."""
        return not self.differences


def pack(office: Office, actor: Actor, list_id: str, out: Path) -> Pack:
    """Write the evidence of a list into the new folder ``out``: whole or not at all.

    Raises ``WrongUse`` when something lies there already.
    """
    audits.require_auditor(actor)
    snapshot, whole = shelves.standing(office, actor, list_id)
    out = out.expanduser().absolute()
    if out.exists() and not (out.is_dir() and not any(out.iterdir())):
        raise WrongUse(f"{out.name} sudah berisi. Pilih folder kosong atau folder baru.")
    aside = out.with_name(f".{out.name}.{secrets.token_hex(4)}")
    try:
        aside.mkdir(parents=True, mode=0o700)
        _write_json(aside / _LIST, _about_list(snapshot, actor))
        _write_json(aside / _SNAPSHOT, _about_files(shelves.folder_of(office, actor, snapshot)))
        _write_json(aside / _JUDGED, _about_judgement(whole))
        _write_findings(aside / _FINDINGS, whole.findings.table)
        events = _write_events(aside / _LEDGER, office, actor, list_id)
        _write_field(aside / _FIELD, office, actor, list_id)
        anchors = audits.anchors(office, actor)
        _write(aside / anchoring.FILE, anchoring.written(anchors))
        _write(aside / _README, _readme(actor.workspace, list_id))
        sums = _sums(aside)
        _write(aside / SUMS, sums)
        if out.exists():
            out.rmdir()
        os.replace(aside, out)
    except OSError as error:
        raise store_fault(error) from error
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    with office.store_for(actor).writing() as connection:
        # Of a subject of its own: the next pack of the same list must be the same.
        value = {"sha256": _digest_of(out / SUMS)}
        subject = f"paket:{list_id}"
        ledger.record(connection, actor.id, _KIND, subject, _KIND, value)
    return Pack(out, len(sums.splitlines()) + 1, len(whole.findings), events)


def room_of(folder: Path) -> Workspace:
    """The workspace a pack is of; raises ``UnusableInput`` for what is no pack."""
    try:
        return Workspace(_read_json(folder / _LIST)["ruang"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableInput(_NO_PACK) from error


def recheck(office: Office, actor: Actor, folder: Path) -> Recheck:
    """Judge the list of a pack again and compare: the pack, the list's files, the findings.

    Raises ``UnusableInput`` for what is no pack, ``NotFound`` when the list is gone.
    """
    from workbench.rules import check

    audits.require_auditor(actor)
    differences = list(_changed_files(folder))
    sums = _digest_of(folder / SUMS)
    about, judged = _read_json(folder / _LIST), _read_json(folder / _JUDGED)
    try:
        list_id, parameters = str(about["id"]), dict(judged["parameter"])
        local, marks = dict(judged["kelurahan_lain"]), judged["tanda"]
        print_then, counted = judged["sidik_temuan"], dict(judged["temuan_per_aturan"])
        files = dict(_read_json(folder / _SNAPSHOT)["berkas"])
    except (KeyError, TypeError, ValueError) as error:
        raise UnusableInput(_NO_PACK) from error
    snapshot, whole = shelves.standing(office, actor, list_id)
    if not _is_on_record(office, actor, list_id, sums):
        differences.append("Jejak kantor tidak mengenal paket ini: sidiknya tidak tercatat.")
    differences += _changed_events(folder / _LEDGER, office, actor)
    now = _about_files(shelves.folder_of(office, actor, snapshot))["berkas"]
    differences += [
        f"Berkas daftar {name} tidak lagi sama."
        for name in sorted(files)
        if files[name] != now.get(name)
    ]
    found = check(whole.register, parameters=parameters)
    differences += _changed_rules(marks, rule_marks(found))
    table = _outside(found.table, local)
    if _print_of(table) != print_then:
        differences += _changed_findings(folder / _FINDINGS, table, local)
    notes = []
    if local:
        notes.append(
            f"{number_id(len(local))} kelurahan diperiksa kemudian dengan aturan lain dan tidak "
            "ikut dibandingkan."
        )
    total = sum(counted.values())
    return Recheck(list_id, total, tuple(differences), tuple(notes))


# --- what goes in --------------------------------------------------------------------------------


def _about_list(snapshot: snapshots.Snapshot, actor: Actor) -> dict[str, Any]:
    return {
        "id": snapshot.id,
        "nama": audits.without_numbers(snapshot.name),
        "ruang": actor.workspace.value,
        "dimasukkan_oleh": snapshot.imported_by,
        "dimasukkan_pada": snapshot.at,
        "keterangan": snapshot.manifest,
    }


def _about_files(folder: Path) -> dict[str, Any]:
    """Hash and size of each file of a list; the files it came from without their names."""
    files: dict[str, Any] = {}
    sources = []
    for path in sorted(folder.rglob("*")):
        name = path.relative_to(folder)
        if not path.is_file() or name.parts[0] == shelves.TYPED or name.name.startswith("."):
            continue
        one = {"sha256": _digest_of(path), "ukuran": path.stat().st_size}
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
        "temuan_per_kelurahan": _counts(table[_PLACE]),
        "sidik_temuan": _print_of(_outside(table, whole.local)),
    }


def _counts(column: pa.ChunkedArray) -> dict[str, int]:
    counted = column.value_counts().to_pylist()
    return {one["values"]: one["counts"] for one in counted}


def _write_findings(path: Path, table: pa.Table) -> None:
    text = io.StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    writer.writerows(sorted(_rows(table)))
    _write(path, text.getvalue())


def _rows(table: pa.Table) -> Iterator[tuple[str, ...]]:
    return zip(*(table[name].to_pylist() for name in _COLUMNS), strict=True)


def _print_of(table: pa.Table) -> str:
    """SHA-256 over what was found about whom and on which ground, in any order of rows."""
    columns = [table[name].to_pylist() for name in (*_COLUMNS, "evidence")]
    digest = hashlib.sha256()
    for line in sorted(ledger.canonical(row) for row in zip(*columns, strict=True)):
        digest.update(line.encode() + b"\n")
    return digest.hexdigest()


def _outside(table: pa.Table, local: Iterable[str]) -> pa.Table:
    """The findings outside kelurahan that other rules judged later."""
    import pyarrow.compute as pc

    return table.filter(pc.invert(pc.is_in(table[_PLACE], pa.array(sorted(local), pa.string()))))


def _write_events(path: Path, office: Office, actor: Actor, list_id: str) -> int:
    """The ledger's events of a list, a line each, with all that their hash is made over."""
    events = stored.event
    is_of_list = or_(
        *(
            condition
            for kind in ("daftar", "kunjungan", "temuan", "tugas")
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
            rows = connection.execute(select(*columns).where(table.c.list_id == list_id))
            lines = sorted(list(map(_cell, row)) for row in rows)
        if not lines:
            continue
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow([column.name for column in columns])
        writer.writerows(lines)
        folder.mkdir(exist_ok=True)
        _write(folder / f"{name}.csv", text.getvalue())


def _cell(value: Any) -> str:
    return "" if value is None else audits.without_numbers(str(value))


def _readme(room: Workspace, list_id: str) -> str:
    return f"""PAKET BUKTI
Daftar {list_id}, ruang {room.value}

Folder ini memuat bukti satu daftar: apa yang dimasukkan, aturan mana yang menilainya, apa yang
ditemukan, dan apa yang dilakukan orang. Tidak ada nama, NIK, nomor KK atau alamat; orang dan
keluarga disebut dengan nomor baris daftar. Daftarnya sendiri tetap di kantor.

ISI
{_LIST:<17} daftar, waktu masuk, jumlah baris, sidik berkas asal
{_SNAPSHOT:<17} sidik SHA-256 setiap berkas daftar
{_JUDGED:<17} versi aturan, nilai parameter, tanda tiap aturan, jumlah temuan
{_FINDINGS:<17} temuan: aturan, tingkat, jenis, nomor baris, kelurahan
{_LEDGER:<17} jejak daftar ini, satu baris satu catatan
{anchoring.FILE:<17} jangkar jejak: hari, nomor catatan, sidik
{_FIELD + "/":<17} hasil kunjungan, tahap dan nasib temuan, bila ada
{SUMS:<17} sidik SHA-256 semua berkas di folder ini

MEMERIKSA FOLDER INI
sha256sum -c {SUMS}

MENGULANG PENILAIAN (di komputer server kantor)
verval audit recheck FOLDER-INI
Perintah itu memeriksa folder ini dan jejaknya, mencocokkan berkas daftar, menilai ulang dengan
nilai yang tertulis di sini, lalu menyebut sama atau apa yang berbeda.

MEMERIKSA JEJAK
verval audit verify --jangkar KODE
KODE tertulis di lembar jangkar yang dicetak kantor. Sidik satu catatan adalah SHA-256 dari larik
JSON [seq, prev_hash, actor, kind, subject, field, revision, value, at] tanpa spasi, huruf UTF-8.
"""


# --- what is compared ----------------------------------------------------------------------------


def _changed_files(folder: Path) -> Iterator[str]:
    """A sentence for each file of a pack that is not as it was packed."""
    try:
        lines = (folder / SUMS).read_text(encoding="utf-8").splitlines()
        then = {name: digest for digest, name in (line.split("  ", 1) for line in lines)}
        now = dict(_digests(folder))
    except (OSError, ValueError) as error:
        raise UnusableInput(_NO_PACK) from error
    for name in sorted({*then, *now}):
        if name not in now:
            yield f"Berkas paket {name} hilang."
        elif name not in then:
            yield f"Berkas {name} bukan bagian paket ini."
        elif then[name] != now[name]:
            yield f"Berkas paket {name} berubah sejak dikemas."


def _is_on_record(office: Office, actor: Actor, list_id: str, sums: str) -> bool:
    """Whether the ledger says that a pack of these files was made."""
    events = stored.event
    made = select(events.c.seq).where(
        events.c.kind == _KIND,
        events.c.subject == f"paket:{list_id}",
        events.c.value == ledger.canonical({"sha256": sums}),
    )
    with office.store_for(actor).reading() as connection:
        return connection.execute(made).first() is not None


def _changed_events(path: Path, office: Office, actor: Actor) -> list[str]:
    """A sentence when events of the pack no longer stand in the ledger as they did."""
    try:
        with path.open(encoding="utf-8") as file:
            then = {int(event["seq"]): event["hash"] for event in map(json.loads, file)}
    except (OSError, ValueError, KeyError, TypeError) as error:
        raise UnusableInput(_NO_PACK) from error
    events = stored.event
    changed = []
    with office.store_for(actor).reading() as connection:
        for seq, digest in then.items():
            found = connection.execute(select(events.c.hash).where(events.c.seq == seq)).scalar()
            if found != digest:
                changed.append(str(seq))
    return [f"Catatan jejak tidak lagi sama: nomor {_some(changed)}."] if changed else []


def _changed_rules(then: Mapping[str, str] | None, now: Mapping[str, str]) -> list[str]:
    if then is None:
        return []
    changed = sorted(code for code in {*then, *now} if then.get(code) != now.get(code))
    if not changed:
        return []
    return [f"Aturan berubah, bertambah atau berkurang sejak dikemas: {_some(changed)}."]


def _changed_findings(path: Path, table: pa.Table, local: Mapping[str, Any]) -> Iterator[str]:
    """How the findings of now differ from those of the pack, rule by rule."""
    try:
        with path.open(encoding="utf-8", newline="") as file:
            lines = csv.reader(file)
            place = next(lines).index(_PLACE)
            then = Counter(tuple(line) for line in lines if line[place] not in local)
    except (OSError, ValueError, StopIteration, IndexError) as error:
        raise UnusableInput(_NO_PACK) from error
    now = Counter(_rows(table))
    gone, came = then - now, now - then
    rules = sorted({row[0] for row in (*gone, *came)})
    if not rules:
        yield "Temuan tentang baris yang sama, tetapi dasarnya (nilai buktinya) berbeda."
    for rule in rules[:_MOST_TOLD]:
        lost = sum(count for row, count in gone.items() if row[0] == rule)
        new = sum(count for row, count in came.items() if row[0] == rule)
        yield f"{rule}: {number_id(lost)} temuan tidak muncul lagi, {number_id(new)} baru."
    if len(rules) > _MOST_TOLD:
        yield f"Dan {len(rules) - _MOST_TOLD} aturan lain."


def _some(codes: list[str]) -> str:
    rest = f" dan {len(codes) - _MOST_TOLD} lain" if len(codes) > _MOST_TOLD else ""
    return f"{', '.join(codes[:_MOST_TOLD])}{rest}"


# --- files ---------------------------------------------------------------------------------------


def _sums(folder: Path) -> str:
    return "".join(f"{digest}  {name}\n" for name, digest in _digests(folder))


def _digests(folder: Path) -> Iterator[tuple[str, str]]:
    for path in sorted(folder.rglob("*")):
        if path.is_file() and path != folder / SUMS:
            yield path.relative_to(folder).as_posix(), _digest_of(path)


def _digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _write(path: Path, text: str) -> None:
    path.write_text(text, encoding="utf-8", newline="\n")


def _write_json(path: Path, content: Mapping[str, Any]) -> None:
    text = json.dumps(content, ensure_ascii=False, sort_keys=True, indent=1, default=str)
    _write(path, text + "\n")


def _read_json(path: Path) -> dict[str, Any]:
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise UnusableInput(_NO_PACK) from error
    if not isinstance(content, dict):
        raise UnusableInput(_NO_PACK)
    return content
