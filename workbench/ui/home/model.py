"""The room Beranda as plain data: at most three tiles for one's role, then quiet links.

A tile says what is next and how things stand. Where a service refuses, its sentence stands on
the tile: the door stays open.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from workbench.access import Actor, Role, Workspace
from workbench.domain.wilayah import CITY, PLACE_KINDS, PLACES
from workbench.domain.words import date_id, number_id
from workbench.errors import WorkbenchError

MAX_TILES = 3
#: Where somebody of a role learns what they do here: the page of the guides to begin with.
_GUIDES: Mapping[Role, tuple[str, str]] = {
    Role.PESERTA: ("Panduan: verifikasi pertama Anda, di ponsel", "/panduan/tutorial/pertama"),
    Role.PELATIH: ("Panduan: sesi pertama Anda sebagai pelatih", "/panduan/tutorial/kelas-pertama"),
    Role.STAF: (
        "Panduan: dari daftar mentah ke daftar periksa",
        "/panduan/tutorial/daftar-ke-cetak",
    ),
    Role.ADMIN: ("Panduan untuk admin", "/panduan/untuk/admin"),
}
#: The kind of a part that is drills.
_QUIZ = "kuis"


@dataclass(frozen=True)
class Tile:
    """One thing to do: what the button says, how things stand, where it leads."""

    title: str
    action: str
    state: str
    href: str


@dataclass(frozen=True)
class Home:
    """``tiles``, the most pressing first, and quiet ``links`` (word, address).

    ``notes`` are sentences on what is done elsewhere.
    """

    greeting: str
    tiles: tuple[Tile, ...]
    links: tuple[tuple[str, str], ...]
    notes: tuple[str, ...] = ()


def home(office: Any, actor: Actor) -> Home:
    """What this actor finds on the first page."""
    drawn = {
        Role.PESERTA: _trainee_tiles,
        Role.PELATIH: _trainer_tiles,
        Role.STAF: _staff_tiles,
        Role.ADMIN: _admin_tiles,
    }[actor.role](office, actor)
    links: tuple[tuple[str, str], ...] = ()
    if actor.role in (Role.PESERTA, Role.PELATIH):
        links += (("Latihan singkat", "/singkat"),)
    if actor.role is not Role.PESERTA:
        links += (("Ganti kata sandi", "/sandi"),)
    links += (_GUIDES[actor.role],)
    notes = _admin_notes(office, actor) if actor.role is Role.ADMIN else ()
    tiles = tuple(drawn)[:MAX_TILES]
    shown = tuple(link for link in links if link[1] not in {tile.href for tile in tiles})
    return Home(f"Selamat datang, {actor.name}.", tiles, shown, notes)


def _trainee_tiles(office: Any, actor: Actor) -> tuple[Tile, ...]:
    from workbench.services import courses, training

    parts: tuple[Any, ...] = ()

    def state() -> tuple[str, str]:
        nonlocal parts
        parts = courses.my_parts(office, actor)
        if parts:
            return _course_state(parts)
        progress = training.my_progress(office, actor)
        if not progress.of:
            return "Lihat kasus", "Kasus untuk kursi Anda sedang disiapkan."
        if progress.next_number is None:
            return "Baca kasus saya lagi", f"Semua {progress.of} kasus sudah dikirim."
        if not any(case.started or case.submitted for case in progress.cases):
            return "Mulai berlatih", f"{progress.of} kasus menunggu. Satu contoh dibahas dulu."
        next_case = f"Lanjutkan kasus {progress.next_number} dari {progress.of}"
        return next_case, f"{progress.done} kasus sudah dikirim."

    action, sentence = _said(state, "Buka latihan")
    practice = Tile("Latihan", action, sentence, "/latihan")
    quiz = next((one for one in parts if one.state == "open" and one.kind == _QUIZ), None)
    if quiz is None:
        return (practice,)
    said = f"{quiz.title} sedang dibuka."
    if quiz.done:
        said = f"{quiz.title}: {quiz.done} kartu sudah dijawab."
    return (Tile("Latihan singkat", "Kerjakan kuis", said, "/singkat"), practice)


def _course_state(parts: Sequence[Any]) -> tuple[str, str]:
    """What a trainee of a class with parts does next, and which part that is of."""
    opened = [part for part in parts if part.state == "open"]
    now = next((part for part in opened if part.kind != _QUIZ), None)
    if now is None and opened:
        return "Lihat jenjang saya", "Yang dibuka sekarang hanya kuis."
    if now is None:
        is_over = all(part.state == "closed" for part in parts)
        return "Lihat jenjang saya", (
            "Semua bagian kelas sudah ditutup." if is_over else "Belum ada bagian yang dibuka."
        )
    if now.of:
        how_far = f"{now.done} dari {now.of} soal sudah dikirim"
    else:
        how_far = f"{now.done} kasus sudah dikirim" if now.done else "dibuka"
    return "Lanjutkan" if any(part.done for part in parts) else "Mulai", f"{now.title}: {how_far}."


def _trainer_tiles(office: Any, actor: Actor) -> tuple[Tile, ...]:
    from workbench.services import boards, classes

    def state() -> tuple[str, str]:
        info = classes.current_class(office)
        if info is None:
            return "Buka kelas", "Belum ada kelas yang dibuka."
        board = boards.board(office, actor, info.id)
        here = f"{board.totals.joined} peserta hadir"
        if board.totals.expected:
            here = f"{board.totals.joined} dari {board.totals.expected} hadir"
        return "Lihat papan kelas", f"{info.name}, {date_id(info.date)}: {here}."

    action, sentence = _said(state, "Buka kelas")
    return (
        Tile("Kelas", action, sentence, "/kelas"),
        Tile(
            "Latihan", "Lihat contoh kasus", "Satu kasus dibahas langkah demi langkah.", "/latihan"
        ),
        Tile(
            "Peta",
            "Buka peta latihan",
            f"Daftar karangan {CITY.name} per {PLACE_KINDS.lower()}.",
            "/peta",
        ),
    )


def _staff_tiles(office: Any, actor: Actor) -> tuple[Tile, ...]:
    return (_list_tile(office, actor), _field_tile(office, actor), _map_tile(actor))


def _map_tile(actor: Actor) -> Tile:
    side = "data nyata" if actor.workspace is Workspace.NYATA else "latihan"
    return Tile("Peta", "Buka peta", f"Daftar di ruang {side} per {PLACES}.", "/peta")


def _list_tile(office: Any, actor: Actor) -> Tile:
    from workbench.services import lists

    def state() -> tuple[str, str]:
        shelf = lists.shelf(office, actor)
        if not shelf:
            return "Masukkan daftar", "Belum ada daftar."
        newest = shelf[0]
        return (
            "Buka daftar",
            f"Terbaru: {newest.name}, {number_id(newest.findings)} temuan.",
        )

    action, sentence = _said(state, "Buka daftar")
    return Tile("Daftar", action, sentence, "/daftar")


def _field_tile(office: Any, actor: Actor) -> Tile:
    from workbench.services import fieldwork

    def state() -> tuple[str, str]:
        made = fieldwork.rounds(office, actor)
        if not made:
            return "Buka lapangan", "Belum ada daftar kerja untuk dikunjungi."
        left = len(fieldwork.queue(office, actor, made[-1].list_id).families)
        if not left:
            return "Buka lapangan", "Semua keluarga di daftar kerja sudah dikunjungi."
        return "Lihat antrean", f"{number_id(left)} keluarga menunggu kunjungan."

    action, sentence = _said(state, "Buka lapangan")
    return Tile("Lapangan", action, sentence, "/lapangan")


def _admin_tiles(office: Any, actor: Actor) -> tuple[Tile, ...]:
    """The rooms of the practice side; of real people an admin reads the trail alone."""
    if actor.workspace is Workspace.NYATA:
        state = "Siapa melakukan apa, dan apakah jejaknya utuh."
        return (Tile("Jejak", "Buka jejak", state, "/jejak"),)
    kelas, _, _ = _trainer_tiles(office, actor)
    return (kelas, _list_tile(office, actor), _map_tile(actor))


def _admin_notes(office: Any, actor: Actor) -> tuple[str, ...]:
    from workbench.services import accounts

    try:
        known = accounts.list_accounts(office, actor)
    except WorkbenchError as error:
        counted = str(error)
    else:
        off = sum(account.is_disabled for account in known)
        first = sum(account.has_first_password for account in known)
        counted = (
            f"Ruang {actor.workspace.value}: {number_id(len(known))} akun, {off} nonaktif, "
            f"{first} masih memakai kata sandi pertama."
        )
    return (counted, "Akun diatur pada komputer server, dengan perintah verval users.")


def _said(state: Callable[[], tuple[str, str]], otherwise: str) -> tuple[str, str]:
    try:
        return state()
    except WorkbenchError as error:
        return otherwise, str(error)
