"""The record of processing activities, and the notice of a breach, from what the office holds.

UU 27/2022 Pasal 31 has a controller keep a record of what it does with personal data and leaves
its form open; this one says what for, on which ground, whose and which data, how many, who saw or
took them out, how long they are kept and how they are guarded. Counts come from the store and from
what the lists say of themselves (their columns, never their rows). Pasal 46 asks for a written
notice within 3x24 hours of which data came out, when and how, and what is being done.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final

from sqlalchemy import Connection, func, select

from workbench.access import Actor, Workspace
from workbench.domain.register import MANIFEST
from workbench.domain.wilayah import CITY, say_locally
from workbench.domain.words import date_id, number_id
from workbench.errors import StoreFault, WrongUse
from workbench.services import audits, keys, office_settings, retention, shelves
from workbench.services.office import Office
from workbench.services.privacy import PURPOSES
from workbench.store import clock, snapshots
from workbench.store import tables as stored

#: Hours the law leaves for a notice.
NOTICE_HOURS: Final = 72
#: How far back is told who saw and took out what.
LOOK_BACK_DAYS: Final = 365
_MOST_WORDS = 2000

_DUTY = "Pelaksanaan tugas dan pelayanan publik (UU 27/2022 Pasal 20 ayat 2 huruf e)"
#: What a column of a list holds in words of the law, and whether the law calls it specific.
_DATA: Final[Mapping[str, tuple[bool, tuple[str, ...]]]] = {
    "Nama dan jenis kelamin": (False, ("person.name", "person.sex", "family.head_name")),
    "NIK dan nomor KK": (False, ("person.nik", "person.no_kk", "family.no_kk", "aid.nik")),
    "Tempat dan tanggal lahir": (False, ("person.birth_date", "person.birth_place")),
    "Nama ibu kandung": (False, ("person.mother_name",)),
    "Alamat": (False, ("family.address",)),
    "Titik rumah": (False, ("family.latitude", "family.longitude")),
    "Pekerjaan, pendidikan, status kawin": (
        False,
        ("person.occupation", "person.education", "person.marital_status"),
    ),
    "Keadaan rumah, desil dan bantuan": (
        False,
        ("family.desil", "family.floor", "family.assets", "aid.program"),
    ),
    "Data anak": (True, ("person.birth_date", "person.age_stated")),
    "Disabilitas dan kesehatan": (
        True,
        ("person.disability", "person.has_chronic_illness", "person.is_pregnant"),
    ),
    "Keuangan pribadi": (True, ("family.income_rp", "family.expenditure_rp", "aid.account")),
    "Kategori PPKS": (True, ("ppks.category", "ppks.category_text")),
}
#: Events by which data left the office or were seen whole.
_SEEN: Final[Mapping[str, str]] = {
    "lihat_nik": "NIK lengkap satu keluarga dibuka",
    "ekspor_nik": "Temuan atau berkas asal diunduh dengan NIK lengkap",
    "titik_rumah": "Titik rumah dibuka",
    "paket_bukti": "Paket bukti dibuat (tanpa nama dan NIK)",
    "cadangan": "Cadangan dibuat atau dipulihkan",
}


@dataclass(frozen=True)
class Activity:
    """One activity: what for, on which ground, whose and which data, how much, how long."""

    name: str
    purpose: str
    basis: str
    subjects: str
    data: tuple[str, ...]
    specific: tuple[str, ...]
    amounts: tuple[str, ...]
    kept: str


@dataclass(frozen=True)
class Record:
    """The record of a workspace as of a day; ``seen`` and ``guards`` are words with counts."""

    date: date
    office: str
    room: Workspace
    activities: tuple[Activity, ...]
    seen: tuple[tuple[str, int, str], ...]
    guards: tuple[str, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True)
class Breach:
    """What somebody tells of a breach; ``noticed_at`` is aware.

    ``list_id`` "" stands for all lists; the rest are their own words.
    """

    noticed_at: datetime
    list_id: str
    happened: str
    done: str
    contact: str

    @property
    def due_at(self) -> datetime:
        """Until when the notice must be out."""
        return self.noticed_at + timedelta(hours=NOTICE_HOURS)

    @property
    def date(self) -> date:
        return self.noticed_at.astimezone(clock.zone()).date()


def record(office: Office, actor: Actor) -> Record:
    """The record of the actor's workspace as it stands today."""
    audits.require_auditor(actor)
    day, notes = clock.today(), []
    lists = snapshots.list_snapshots(office.store_for(actor))
    carried: set[str] = set()
    for one in lists:
        try:
            carried |= _carried(office, actor, one)
        except StoreFault as error:
            notes.append(f'Daftar "{audits.without_numbers(one.name)}" tidak terbuka: {error}')
    since = clock.stamp(datetime.now(clock.zone()) - timedelta(days=LOOK_BACK_DAYS))
    with office.store_for(actor).reading() as connection:
        activities = _activities(office, actor, connection, lists, carried)
        seen = tuple(_seen(connection, since))
        guards = tuple(_guards(office, actor, connection))
    name = f"Dinas Sosial {CITY.name}"
    return Record(day, name, actor.workspace, activities, seen, guards, tuple(notes))


def record_paper(office: Office, actor: Actor) -> tuple[str, bytes]:
    """The record as PDF: file name and content."""
    from workbench.services.papers.press import press

    made = record(office, actor)
    values = {
        **_frame(made.office, made.room, made.date, "Catatan kegiatan pemrosesan data pribadi"),
        "activities": [asdict(one) for one in made.activities],
        "seen": [[words, number_id(count), more] for words, count, more in made.seen],
        "guards": list(made.guards),
        "notes": list(made.notes),
    }
    name = f"catatan-pemrosesan-{made.room.value}-{made.date.isoformat()}.pdf"
    return name, press("catatan_pemrosesan", values, made)


def breach_paper(office: Office, actor: Actor, breach: Breach) -> tuple[str, bytes]:
    """A notice of a breach to fill up and sign, as PDF: file name and content.

    Raises ``WrongUse`` where nobody said what happened.
    """
    from workbench.services.papers.press import press

    audits.require_auditor(actor)
    happened, done, contact = (
        " ".join(text.split())[:_MOST_WORDS]
        for text in (breach.happened, breach.done, breach.contact)
    )
    if not happened:
        raise WrongUse("Tulis dulu apa yang terjadi.")
    made = record(office, actor)
    lists = [
        one
        for one in snapshots.list_snapshots(office.store_for(actor))
        if breach.list_id in ("", one.id)
    ]
    carried = {cell for one in lists for cell in _readable(office, actor, one)}
    people = sum(int(one.manifest["disimpan"]) for one in lists)
    values = {
        **_frame(made.office, made.room, breach.date, "Pemberitahuan kegagalan pelindungan data"),
        "noticed": _moment(breach.noticed_at),
        "due": _moment(breach.due_at),
        "lists": [
            [
                audits.without_numbers(one.name),
                date_id(date.fromisoformat(str(one.manifest["as_of"])[:10])),
                number_id(int(one.manifest["disimpan"])),
            ]
            for one in lists
        ],
        "people": number_id(people),
        "data": _data(carried, is_specific=False),
        "specific": _data(carried, is_specific=True),
        "happened": audits.without_numbers(happened),
        "done": audits.without_numbers(done),
        "contact": audits.without_numbers(contact),
        "guards": list(made.guards),
    }
    return f"pemberitahuan-{breach.date.isoformat()}.pdf", press("pemberitahuan", values, breach)


# --- what is held --------------------------------------------------------------------------------


def _carried(office: Office, actor: Actor, snapshot: snapshots.Snapshot) -> set[str]:
    """``table.column`` of what a list says it has; none of its rows is read."""
    folder = shelves.folder_of(office, actor, snapshot)
    with keys.opened(office.root, folder, {MANIFEST}.__contains__) as plain:
        try:
            manifest = json.loads((plain / MANIFEST).read_text(encoding="utf-8"))
        except (OSError, ValueError) as error:
            raise StoreFault("Berkas daftar ini rusak atau hilang. Masukkan ulang.") from error
    carried = manifest.get("carried")
    if carried is None:
        return {cell for _specific, cells in _DATA.values() for cell in cells}
    return {f"{table}.{column}" for table, names in carried.items() for column in names}


def _readable(office: Office, actor: Actor, snapshot: snapshots.Snapshot) -> set[str]:
    try:
        return _carried(office, actor, snapshot)
    except StoreFault:
        # Of a list that does not open, everything may have come out.
        return {cell for _specific, cells in _DATA.values() for cell in cells}


def _data(carried: Iterable[str], is_specific: bool) -> list[str]:
    found = set(carried)
    return [
        words
        for words, (specific, cells) in _DATA.items()
        if specific is is_specific and found & set(cells)
    ]


def _activities(
    office: Office,
    actor: Actor,
    connection: Connection,
    lists: tuple[snapshots.Snapshot, ...],
    carried: set[str],
) -> tuple[Activity, ...]:
    people = "Warga yang tercatat pada daftar kesejahteraan sosial, termasuk anak"
    if actor.workspace is Workspace.LATIHAN:
        people = "Orang karangan; tidak ada data orang sungguhan"
    newest = int(lists[0].manifest["disimpan"]) if lists else 0

    def years(kind: str) -> str:
        setting, title = retention.KINDS[kind]
        count = int(office_settings.value(office, actor, setting))
        return f"{title}: {number_id(count)} tahun" if count else f"{title}: tidak dihapus"

    def rows(*names: str) -> int:
        tables = (stored.metadata.tables[name] for name in names)
        return sum(
            connection.execute(select(func.count()).select_from(table)).scalar_one()
            for table in tables
        )

    course = Activity(
        "Bimtek",
        "Melatih operator, menilai kemajuan, memberi sertifikat",
        _DUTY,
        "Peserta bimtek (orang sungguhan)",
        (say_locally("Nama, instansi atau kelurahan"), "Jawaban dan nilai latihan"),
        (),
        (
            f"{number_id(rows('class'))} kelas",
            f"{number_id(rows('participant'))} peserta",
            f"{number_id(rows('certificate'))} sertifikat",
        ),
        "Tidak dihapus menurut umur; kelas diarsipkan oleh pelatih",
    )
    general, specific = (tuple(_data(carried, is_one)) for is_one in (False, True))
    return (
        Activity(
            "Memeriksa daftar",
            "Verifikasi dan validasi data kesejahteraan sosial, memadankan daftar, peta ringkas",
            _DUTY,
            people,
            general,
            specific,
            (
                f"{number_id(len(lists))} daftar tersimpan",
                f"{number_id(newest)} orang pada daftar terbaru",
            ),
            years(retention.LISTS),
        ),
        Activity(
            "Kunjungan dan musyawarah",
            "Memastikan keadaan keluarga, mengusulkan perubahan, menjawab sanggah",
            _DUTY,
            f"{people}; petugas; peserta musyawarah",
            (
                *("Hasil kunjungan dalam kode", "Catatan petugas", "Nama yang hadir di musyawarah"),
                "Nama, alamat, NIK dan KK keluarga yang diusulkan baru",
            ),
            ("Kategori PPKS",),
            (
                f"{number_id(rows('outcome'))} hasil kunjungan",
                f"{number_id(rows('meeting'))} musyawarah, "
                f"{number_id(rows('meeting_attendee'))} nama hadir",
                f"{number_id(rows('objection'))} sanggah",
            ),
            f"{years(retention.WORDS)}. {years(retention.NAMES)}",
        ),
        Activity(
            "Akun dan jejak",
            "Mengatur siapa boleh melihat apa, dan membuktikan siapa berbuat apa",
            _DUTY,
            "Pegawai dan petugas yang punya akun",
            ("Nama, nama pengguna, wilayah tugas", "Waktu masuk", "Catatan tindakan"),
            (),
            (
                f"{number_id(rows('account'))} akun",
                f"{number_id(rows('event'))} catatan jejak",
            ),
            f"{years(retention.SESSIONS)}. Jejak: tidak dihapus, tanpa nama dan NIK",
        ),
        *((course,) if actor.workspace is Workspace.LATIHAN else ()),
    )


def _seen(connection: Connection, since: str) -> Iterable[tuple[str, int, str]]:
    """What left the office or was seen whole in the last year, with purposes where they are."""
    events = stored.event
    for kind, words in _SEEN.items():
        values = connection.execute(
            select(events.c.value).where(events.c.kind == kind, events.c.at >= since)
        ).scalars()
        told: Counter[str] = Counter()
        count = 0
        for value in values:
            count += 1
            purpose = str(json.loads(value).get("keperluan", ""))
            told[PURPOSES.get(purpose, purpose)] += 1
        more = "; ".join(f"{name} {number_id(n)}" for name, n in told.most_common() if name)
        yield words, count, more


def _guards(office: Office, actor: Actor, connection: Connection) -> Iterable[str]:
    if actor.workspace is Workspace.NYATA:
        try:
            ring = keys.ring_of(office.root)
            yield (
                f"Daftar dan pindaian dienkripsi di disk (AES-256-GCM, kunci {ring.newest.id})."
                if ring
                else "Daftar belum dienkripsi di disk. Buat kunci: verval key make."
            )
        except StoreFault as error:
            yield str(error)
    yield "NIK, nomor KK dan tanggal lahir disamarkan; membukanya meminta keperluan dan tercatat."
    yield "Setiap akun hanya melihat wilayah tugasnya; pembuat berkas bukan pemeriksanya."
    anchors = audits.anchors(office, actor)
    last = f" Jangkar terakhir {date_id(anchors[-1].date)}." if anchors else " Belum ada jangkar."
    yield f"Jejak berantai: perubahan atau penghapusan catatan ketahuan.{last}"
    events = stored.event
    backed = connection.execute(
        select(func.max(events.c.at)).where(events.c.kind == "cadangan", events.c.field == "dibuat")
    ).scalar()
    day = date_id(clock.local(backed).date()) if backed else ""
    yield f"Cadangan terakhir {day}." if day else "Belum pernah dicadangkan."
    run = connection.execute(select(func.max(stored.retention_run.c.on_day))).scalar()
    if run:
        yield f"Penghapusan menurut masa simpan terakhir {date_id(date.fromisoformat(run))}."


def _frame(office: str, room: Workspace, day: date, title: str) -> dict[str, Any]:
    is_practice = room is Workspace.LATIHAN
    return {
        "title": title,
        "office": office,
        "bimtek": "Ruang latihan" if is_practice else "Data nyata",
        "dates": date_id(day, long=True),
        "place": "",
        "foot": "Dibuat Meja Verval dari keadaan kantor pada hari itu",
        "practice": is_practice,
    }


def _moment(moment: datetime) -> str:
    local = moment.astimezone(clock.zone())
    return f"{date_id(local.date(), long=True)} pukul {local:%H.%M %Z}"
