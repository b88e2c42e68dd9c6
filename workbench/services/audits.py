"""The ledger as an auditor follows it: whether the chain is whole, where it stood, who did what.

Only somebody who looks after the whole office may; what is shown holds ids and codes, never a
number of a person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from zoneinfo import ZoneInfo

from sqlalchemy import Connection, Row, select

from workbench.access import Actor, Permission, Workspace, require
from workbench.domain.wilayah import CITY
from workbench.domain.words import date_id, mask_nik, number_id
from workbench.errors import Forbidden, WrongUse
from workbench.services.office import Office
from workbench.store import ChainReport, clock, verify_chain
from workbench.store import anchors as anchoring
from workbench.store.anchors import Anchor
from workbench.store.ledger import Progress
from workbench.store.tables import account, ledger_head
from workbench.store.tables import event as events

WIB: Final = ZoneInfo("Asia/Jakarta")
PAGE_SIZE: Final = 50

#: What each kind of event is called, for a menu and beside what was done.
KINDS: Final[Mapping[str, str]] = {
    "akun": "Akun",
    "ambang_peta": "Batas angka kecil peta",
    "batas": "Peta batas wilayah",
    "bimtek": "Rencana bimtek",
    "cadangan": "Cadangan data",
    "ekspor_nik": "Ekspor dengan NIK lengkap",
    "ekspor_peta": "Ekspor peta",
    "gabung": "Penggabungan daftar",
    "hapus": "Penghapusan daftar",
    "hasil_kunjungan": "Hasil kunjungan",
    "impor": "Impor daftar",
    "jawaban": "Jawaban latihan",
    "kelas": "Kelas",
    "ketik": "Jawaban dari kertas",
    "kirim": "Pengiriman kasus latihan",
    "lihat_nik": "NIK lengkap dibuka",
    "padankan": "Pemadanan daftar",
    "paket_bukti": "Paket bukti",
    "pemetaan": "Arti kolom",
    "penugasan": "Penugasan lapangan",
    "penduduk_peta": "Angka penduduk",
    "pengaturan": "Pengaturan aturan",
    "periksa": "Pemeriksaan ulang",
    "putusan_kunjungan": "Putusan hasil kunjungan",
    "putusan_pasangan": "Putusan pasangan",
    "sertifikat": "Sertifikat",
    "soal_sendiri": "Soal buatan kantor",
    "tahap": "Tahap verval",
    "temuan_maju": "Temuan dibawa ke daftar baru",
    "titik_rumah": "Titik rumah dibuka",
}

#: What was done, where the kind alone does not say it.
_DONE: Final[Mapping[tuple[str, str], str]] = {
    ("akun", "dibuat"): "Akun dibuat",
    ("akun", "ganti_sandi"): "Kata sandi diganti",
    ("akun", "masuk"): "Masuk",
    ("akun", "nonaktif"): "Akun dinonaktifkan atau diaktifkan",
    ("akun", "sandi_baru"): "Kata sandi pertama diberikan lagi",
    ("akun", "sesi_diakhiri"): "Sesi akun diakhiri",
    ("akun", "wilayah"): "Wilayah akun diganti",
    ("batas", "kembalikan"): "Peta batas sebelumnya dikembalikan",
    ("batas", "pasang"): "Peta batas dipasang",
    ("bimtek", "hapus"): "Rencana bimtek dihapus",
    ("bimtek", "kelas"): "Kelas dibuka dari rencana",
    ("bimtek", "simpan"): "Rencana bimtek disimpan",
    ("cadangan", "dibuat"): "Cadangan dibuat",
    ("cadangan", "dipulihkan"): "Data dipulihkan dari cadangan",
    ("kelas", "arsip"): "Kelas diarsipkan",
    ("kelas", "daftar_peserta"): "Daftar undangan diganti",
    ("kelas", "keadaan"): "Kelas dibuka atau ditutup",
    ("kelas", "kode"): "Kode kelas diatur",
    ("kelas", "kode_kembali"): "Kode kembali diberikan",
    ("penduduk_peta", "berkas"): "Angka penduduk dipasang",
    ("penduduk_peta", "kembali"): "Angka penduduk sebelumnya dikembalikan",
}

#: Not inside a hash, whose digits may happen to stand together.
_NUMBER = re.compile(r"(?<![0-9a-f])\d{16,}(?![0-9a-f])")
_MOST_DETAIL = 160
_FOOT = (
    "Simpan lembar ini di luar ruang server. Periksa kapan saja: verval audit verify --jangkar KODE"
)


@dataclass(frozen=True)
class LogFilter:
    """What a log page is narrowed to; empty fields narrow nothing. ``day`` is a day of WIB."""

    kind: str = ""
    actor_id: str = ""
    subject: str = ""
    day: date | None = None


@dataclass(frozen=True)
class LogEntry:
    """One event in words; ``at`` is aware, in WIB."""

    seq: int
    at: datetime
    actor_id: str
    actor_name: str
    kind: str
    words: str
    subject: str
    detail: str


@dataclass(frozen=True)
class LogPage:
    """Events, newest first. ``before_seq`` asks for the page after this one, None at the end.

    ``events`` is how many the whole ledger holds.
    """

    entries: tuple[LogEntry, ...]
    before_seq: int | None
    events: int


def verify(
    office: Office, actor: Actor, codes: Iterable[str] = (), progress: Progress | None = None
) -> ChainReport:
    """Whether the chain of the actor's workspace is whole and agrees with every anchor.

    ``codes`` are anchors typed in from paper. Raises ``WrongUse`` for a mistyped one or one of
    the other workspace.
    """
    require_auditor(actor)
    typed = [anchoring.anchor_of_code(code) for code in codes]
    if any(anchor.workspace is not actor.workspace for anchor in typed):
        raise WrongUse(
            f"Kode jangkar itu bukan milik ruang {actor.workspace.value}. Ganti --ruang."
        )
    return verify_chain(
        office.store_for(actor), (*anchors(office, actor), *typed), progress=progress
    )


def anchors(office: Office, actor: Actor) -> tuple[Anchor, ...]:
    """The anchors that lie in the actor's workspace, oldest first."""
    require_auditor(actor)
    return anchoring.read_anchors(office.folder(actor.workspace) / anchoring.FILE, actor.workspace)


def take_anchor(office: Office, actor: Actor) -> Anchor | None:
    """Write down where the ledger of the actor's workspace ends now; None while it is empty.

    Raises ``WrongUse`` when the ledger no longer agrees with an earlier anchor.
    """
    require_auditor(actor)
    path = office.folder(actor.workspace) / anchoring.FILE
    return anchoring.take_anchor(office.store_for(actor), path, _today())


def anchor_sheet(office: Office, actor: Actor, anchor: Anchor) -> tuple[str, bytes]:
    """An anchor on one A4 page: file name and PDF, the same bytes for the same anchor."""
    import segno

    from workbench.services.papers.press import press

    require_auditor(actor)
    is_practice = anchor.workspace is Workspace.LATIHAN
    values = {
        "title": "Jangkar jejak",
        "office": f"Dinas Sosial {CITY.name}",
        "bimtek": f"Ruang {anchor.workspace.value}",
        "dates": date_id(anchor.date, long=True),
        "place": "",
        "foot": _FOOT,
        "practice": is_practice,
        "room": "latihan" if is_practice else "data nyata",
        "seq": number_id(anchor.seq),
        "code": anchor.code,
        "hash": anchor.hash,
        "qr": segno.make(anchor.code, error="m").svg_inline(border=2, dark="#000", light="#fff"),
    }
    name = f"jangkar-{anchor.workspace.value}-{anchor.date.isoformat()}-{anchor.seq}.pdf"
    return name, press("jangkar", values, anchor)


def log_page(
    office: Office,
    actor: Actor,
    before_seq: int | None = None,
    narrowed: LogFilter | None = None,
    size: int = PAGE_SIZE,
) -> LogPage:
    """``size`` events of the actor's workspace, newest first, those before ``before_seq``."""
    require_auditor(actor)
    with office.store_for(actor).reading() as connection:
        newest = connection.execute(select(ledger_head.c.seq)).scalar_one()
        wanted = select(events).order_by(events.c.seq.desc()).limit(size + 1)
        for condition in _conditions(narrowed or LogFilter()):
            wanted = wanted.where(condition)
        if before_seq is not None:
            wanted = wanted.where(events.c.seq < before_seq)
        rows = connection.execute(wanted).all()
        names = _names(connection, {row.actor for row in rows})
    shown = rows[:size]
    entries = tuple(_entry(row, names) for row in shown)
    return LogPage(entries, shown[-1].seq if len(rows) > size else None, newest)


def require_auditor(actor: Actor) -> None:
    """Raise ``Forbidden`` unless the actor may read the ledger of the whole office."""
    require(actor, Permission.READ_LEDGER)
    if not actor.covers(""):
        raise Forbidden("Jejak memuat seluruh kantor. Mintalah yang mengurus seluruh kota.")


def without_numbers(text: str) -> str:
    """Text in which whatever is as long as a NIK is masked."""
    return _NUMBER.sub(lambda found: mask_nik(found[0]), text)


def _today() -> date:
    return clock.moment(clock.now()).astimezone(WIB).date()


def _conditions(narrowed: LogFilter) -> list[Any]:
    found: list[Any] = []
    for column, value in (
        (events.c.kind, narrowed.kind),
        (events.c.actor, narrowed.actor_id),
        (events.c.subject, narrowed.subject),
    ):
        if value:
            found.append(column == value)
    if narrowed.day is not None:
        begins = datetime.combine(narrowed.day, time(), WIB)
        found.append(events.c.at >= clock.stamp(begins))
        found.append(events.c.at < clock.stamp(begins + timedelta(days=1)))
    return found


def _names(connection: Connection, ids: set[str]) -> dict[str, str]:
    named = select(account.c.id, account.c.name).where(account.c.id.in_(ids))
    return {row.id: row.name for row in connection.execute(named)}


def _entry(row: Row[Any], names: Mapping[str, str]) -> LogEntry:
    return LogEntry(
        row.seq,
        clock.moment(row.at).astimezone(WIB),
        row.actor,
        names.get(row.actor) or _stranger(row.actor),
        row.kind,
        _words(row.kind, row.field),
        without_numbers(row.subject),
        without_numbers(_detail(row.value))[:_MOST_DETAIL],
    )


def _stranger(actor_id: str) -> str:
    """Who has no account: the machine itself, or a seat of a class."""
    if actor_id == "mesin":
        return "Pengelola mesin"
    class_id, _, seat = actor_id.rpartition(".")
    return f"Kursi {seat}, kelas {class_id}" if class_id and seat.isdigit() else ""


def _words(kind: str, field: str) -> str:
    done = _DONE.get((kind, field))
    if done:
        return done
    called = KINDS.get(kind, kind)
    return called if field == kind else f"{called}: {without_numbers(field).replace('_', ' ')}"


def _detail(value: str) -> str:
    said = json.loads(value)
    if isinstance(said, dict):
        return "; ".join(f"{name.replace('_', ' ')}: {_plain(one)}" for name, one in said.items())
    return _plain(said)


def _plain(value: Any) -> str:
    match value:
        case None:
            return "tidak ada"
        case bool():
            return "ya" if value else "tidak"
        case list():
            return ", ".join(map(_plain, value))
        case dict():
            return json.dumps(value, ensure_ascii=False)
    return str(value)
