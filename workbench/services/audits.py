"""The ledger as an auditor follows it: whether the chain is whole, where it stood, who did what.

Only somebody who looks after the whole office may; of the log everybody else reads their own
acts alone. What is shown holds ids and codes, never a number of a person.
"""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final

from sqlalchemy import Connection, Row, func, select

from workbench.access import Actor, Permission, Workspace, require
from workbench.domain.wilayah import CITY, say_locally
from workbench.domain.words import date_id, mask_nik, number_id
from workbench.errors import Forbidden, WrongUse
from workbench.services import log_words
from workbench.services.office import Office
from workbench.store import ChainReport, blinds, clock, ledger, verify_chain
from workbench.store import anchors as anchoring
from workbench.store.anchors import Anchor
from workbench.store.ledger import Progress
from workbench.store.tables import account, ledger_head, snapshot
from workbench.store.tables import event as events

PAGE_SIZE: Final = 50

#: What each kind of event is called, for a menu and beside what was done.
KINDS: Final[Mapping[str, str]] = {
    "akun": "Akun",
    "akibat": "Tugas dari peristiwa",
    "ambang_peta": "Batas angka kecil peta",
    "batas": "Peta batas wilayah",
    "bimtek": "Rencana bimtek",
    "cadangan": "Cadangan data",
    "cuplikan": "Undian pemeriksaan ulang",
    "ekspor_nik": "Ekspor dengan NIK lengkap",
    "ekspor_peta": "Ekspor peta",
    "gabung": "Penggabungan daftar",
    "graduasi": "Graduasi dan masuk kembali",
    "hapus": "Penghapusan daftar",
    "hasil_kunjungan": "Hasil kunjungan",
    "impor": "Impor daftar",
    "jam": "Jam komputer",
    "jawaban": "Jawaban latihan",
    "kelas": "Kelas",
    "ketik": "Jawaban dari kertas",
    "kirim": "Pengiriman kasus latihan",
    "kunci": "Kunci data",
    "kunci_periksa_ulang": "Pemeriksaan ulang dikunci",
    "latihan_periksa_ulang": "Latihan dari pemeriksaan ulang",
    "lihat_nik": "NIK lengkap dibuka",
    "padankan": "Pemadanan daftar",
    "musyawarah": say_locally("Musyawarah kelurahan"),
    "paket_bukti": "Paket bukti",
    "pemetaan": "Arti kolom",
    "penugasan": "Penugasan lapangan",
    "penduduk_peta": "Angka penduduk",
    "pengaturan": "Pengaturan aturan",
    "periksa": "Pemeriksaan ulang",
    "periksa_ulang": "Kunjungan kedua",
    "peristiwa": "Peristiwa keluarga",
    "putusan_kunjungan": "Putusan hasil kunjungan",
    "putusan_pasangan": "Putusan pasangan",
    "putusan_periksa_ulang": "Putusan pemeriksaan ulang",
    "retensi": "Penghapusan menurut masa simpan",
    "sanggah": "Sanggah",
    "sertifikat": "Sertifikat",
    "soal_sendiri": "Soal buatan kantor",
    "tahap": "Tahap verval",
    "temuan_maju": "Temuan dibawa ke daftar baru",
    "titik_rumah": "Titik rumah dibuka",
    "usulan": "Berkas usulan",
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
    ("kelas", "masuk"): "Masuk kelas",
    ("musyawarah", "agenda"): "Agenda musyawarah diubah",
    ("musyawarah", "berita_acara"): "Berita acara ditutup",
    ("musyawarah", "hadir"): "Daftar hadir musyawarah dicatat",
    ("musyawarah", "putusan"): "Keputusan musyawarah dicatat",
    ("musyawarah", "rencana"): "Musyawarah direncanakan",
    ("musyawarah", "tanda_tangan"): "Berita acara bertanda tangan diterima",
    ("penduduk_peta", "berkas"): "Angka penduduk dipasang",
    ("penduduk_peta", "kembali"): "Angka penduduk sebelumnya dikembalikan",
    ("periksa_ulang", "hasil"): "Hasil kunjungan kedua",
    ("periksa_ulang", "petugas_kedua"): "Pemeriksa kedua ditunjuk",
    ("periksa_ulang", "tutup"): "Hasil kunjungan kedua dikunci pemeriksanya",
}

#: What older events hold in the words of the program.
_CALLED: Final[Mapping[str, str]] = {
    "area_kode": "wilayah",
    "areas": "wilayah",
    "closed": "ditutup",
    "left": "daftar pertama",
    "open": "dibuka",
    "right": "daftar kedua",
    "role": "peran",
    "rows": "baris",
    "score": "nilai",
    "sha256": "sidik",
    "stage": "tahap",
}

#: Not inside a hash, whose digits may happen to stand together.
_NUMBER = re.compile(r"(?<![0-9a-f])\d{16,}(?![0-9a-f])")
#: A code of one of our lists, as it is kept: ``perlu_verval``.
_CODE = re.compile(r"[a-z]+(?:_[a-z]+)+")
_MOST_DETAIL = 160
#: A sealed digest says that something was written, not what: its beginning is enough to tell two
#: apart. The sum of a pack (``sha256``) is there to be compared and stays whole.
_DIGEST = re.compile(r"[0-9a-f]{32,}")
_DIGEST_SHOWN = 12
_FOOT = (
    "Simpan lembar ini di luar ruang server. Periksa kapan saja: verval audit verify --jangkar KODE"
)


@dataclass(frozen=True)
class LogFilter:
    """What a log page is narrowed to, ``day`` as the office counts; empty fields narrow nothing."""

    kind: str = ""
    actor_id: str = ""
    subject: str = ""
    day: date | None = None


@dataclass(frozen=True)
class LogEntry:
    """One event in words; ``at`` is aware, of the office; ``about`` says what ``subject`` is."""

    seq: int
    at: datetime
    actor_id: str
    actor_name: str
    kind: str
    words: str
    subject: str
    about: str
    sentence: str
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

    Raises ``WrongUse`` when the ledger no longer agrees with an earlier anchor, ``StoreFault``
    while the clock is far behind the newest event.
    """
    require_auditor(actor)
    path = office.folder(actor.workspace) / anchoring.FILE
    with office.store_for(actor).reading() as connection:
        ledger.refuse_wrong_clock(connection)
    return anchoring.take_anchor(office.store_for(actor), path, clock.today())


def accept_clock(office: Office, actor: Actor) -> tuple[datetime, datetime] | None:
    """Record that the machine's clock is right, though it stands before the newest event.

    Gives the moment of that event and now; None, and nothing is recorded, where it does not.
    """
    require(actor, Permission.MANAGE_ACCOUNTS)
    require_auditor(actor)
    with office.store_for(actor).writing() as connection:
        step = ledger.accept_clock(connection, actor.id)
    return step and (clock.moment(step[0]), clock.moment(step[1]))


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
    """``size`` events of the actor's workspace, newest first, those before ``before_seq``.

    Events do not say where they are about, so whoever looks after a part of the city only reads
    what they did themselves.
    """
    require(actor, Permission.READ_LEDGER)
    if not actor.covers(""):
        narrowed = replace(narrowed or LogFilter(), actor_id=actor.id)
    with office.store_for(actor).reading() as connection:
        newest = connection.execute(select(ledger_head.c.seq)).scalar_one()
        wanted = select(events).order_by(events.c.seq.desc()).limit(size + 1)
        for condition in _conditions(narrowed or LogFilter()):
            wanted = wanted.where(condition)
        if narrowed is not None and narrowed.day is not None:
            # The places of a day first: else a frequent kind is walked down from the newest.
            ends = select(func.min(events.c.seq), func.max(events.c.seq))
            first, last = connection.execute(ends.where(*_of_day(narrowed.day))).one()
            wanted = wanted.where(events.c.seq.between(first or 0, last or 0))
        if before_seq is not None:
            wanted = wanted.where(events.c.seq < before_seq)
        closed = blinds.withheld(connection, actor.id)
        if closed.records:
            subjects = blinds.subjects_of(connection, closed)
            wanted = wanted.where(events.c.subject.not_in(subjects))
        rows = connection.execute(wanted).all()
        shown = rows[:size]
        known = {row.actor for row in shown} | {log_words.person_of(row.subject) for row in shown}
        names = names_of(connection, known)
        lists = _list_names(connection, {log_words.list_of(row.subject) for row in shown})
    entries = tuple(_entry(row, names, lists) for row in shown)
    return LogPage(entries, shown[-1].seq if len(rows) > size else None, newest)


def people(office: Office, actor: Actor) -> tuple[tuple[str, str], ...]:
    """Whom a log page can be narrowed to, by name: (id, name) of accounts and the machine."""
    require(actor, Permission.READ_LEDGER)
    if not actor.covers(""):
        return ((actor.id, actor.name),)
    with office.store_for(actor).reading() as connection:
        rows = connection.execute(select(account.c.id, account.c.name).order_by(account.c.name))
        return (*((row.id, row.name) for row in rows), ("mesin", _stranger("mesin")))


def require_auditor(actor: Actor) -> None:
    """Raise ``Forbidden`` unless the actor may read the ledger of the whole office."""
    require(actor, Permission.READ_LEDGER)
    if not actor.covers(""):
        raise Forbidden(f"Jejak memuat seluruh kantor. Mintalah yang mengurus seluruh {CITY.kind}.")


def names_of(connection: Connection, ids: set[str]) -> dict[str, str]:
    """Names of accounts by id; an id that is none is left out."""
    named = select(account.c.id, account.c.name).where(account.c.id.in_(ids))
    return {row.id: row.name for row in connection.execute(named)}


def without_numbers(text: str) -> str:
    """Text in which whatever is as long as a NIK is masked."""
    return _NUMBER.sub(lambda found: mask_nik(found[0]), text)


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
        found += _of_day(narrowed.day)
    return found


def _of_day(day: date) -> list[Any]:
    begins = datetime.combine(day, time(), clock.zone())
    ends = begins + timedelta(days=1)
    return [events.c.at >= clock.stamp(begins), events.c.at < clock.stamp(ends)]


def _list_names(connection: Connection, ids: set[str]) -> dict[str, str]:
    named = select(snapshot.c.id, snapshot.c.name).where(snapshot.c.id.in_(ids))
    return {row.id: row.name for row in connection.execute(named)}


def _entry(row: Row[Any], names: Mapping[str, str], lists: Mapping[str, str]) -> LogEntry:
    name = names.get(row.actor) or _stranger(row.actor)
    words, value = _words(row.kind, row.field), json.loads(row.value)
    about = without_numbers(log_words.subject_words(row.subject, lists, names))
    is_own = row.subject == f"akun:{row.actor}"
    return LogEntry(
        row.seq,
        clock.local(row.at),
        row.actor,
        name,
        row.kind,
        words,
        without_numbers(row.subject),
        about,
        log_words.sentence(row.kind, row.field, value, name or row.actor, about, words, is_own),
        _shortened(without_numbers(_detail(value))),
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


def _shortened(words: str) -> str:
    return words if len(words) <= _MOST_DETAIL else f"{words[: _MOST_DETAIL - 1].rstrip()}…"


def _detail(said: Any) -> str:
    if isinstance(said, dict):
        return "; ".join(f"{_called(name)}: {_said(name, one)}" for name, one in said.items())
    return _plain(said)


def _said(name: str, value: Any) -> str:
    if name != "sha256" and isinstance(value, str) and _DIGEST.fullmatch(value):
        return f"{value[:_DIGEST_SHOWN]}…"
    return _plain(value)


def _plain(value: Any) -> str:
    match value:
        case None:
            return "tidak ada"
        case bool():
            return "ya" if value else "tidak"
        case float():
            return number_id(value, 2)
        case list():
            return ", ".join(map(_plain, value))
        case dict():
            return ", ".join(f"{_called(name)} {_plain(one)}" for name, one in value.items())
    words = str(value)
    return _CALLED.get(words, words.replace("_", " ") if _CODE.fullmatch(words) else words)


def _called(name: str) -> str:
    return _CALLED.get(name, name.replace("_", " "))
