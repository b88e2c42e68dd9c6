"""Which rooms there are, and for whom each of them opens.

A door is a notebook of the same name; what is behind it belongs to the panels.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from workbench.access import Actor, Permission, Role, may


@dataclass(frozen=True)
class Door:
    """One room: its path without the slash, its title, the roles it opens for, and its kernel.

    ``needs`` is what one must be allowed in one's workspace to have anything to do there.
    A ``RINGAN`` kernel carries what trainees' rooms need; a ``LENGKAP`` one maps and lists too.
    """

    name: str
    title: str
    roles: frozenset[Role]
    kernel: str
    needs: Permission | None = None

    def opens_for(self, actor: Actor) -> bool:
        """Whether this actor may enter."""
        return actor.role in self.roles and (self.needs is None or may(actor, self.needs))


#: What a printed sheet's code leads to, by a key that tells nothing (``forms.packets``).
RECORD_KEY = re.compile(r"[A-Z2-7]{12}")
RECORD_PATH = re.compile(rf"/berkas/{RECORD_KEY.pattern}")

RINGAN, LENGKAP = "ringan", "lengkap"


DOORS: dict[str, Door] = {
    door.name: door
    for door in (
        Door("beranda", "Beranda", frozenset(Role), RINGAN),
        Door("latihan", "Latihan", frozenset({Role.PESERTA, Role.PELATIH}), RINGAN),
        Door("singkat", "Latihan singkat", frozenset({Role.PESERTA, Role.PELATIH}), RINGAN),
        Door(
            "kelas",
            "Kelas",
            frozenset({Role.PELATIH, Role.ADMIN}),
            RINGAN,
            Permission.RUN_CLASS,
        ),
        Door(
            "daftar",
            "Daftar",
            frozenset({Role.STAF, Role.ADMIN}),
            LENGKAP,
            Permission.READ_LIST,
        ),
        Door(
            "padanan",
            "Padanan",
            frozenset({Role.STAF, Role.ADMIN}),
            LENGKAP,
            Permission.LINK_LISTS,
        ),
        Door(
            "peta",
            "Peta",
            frozenset({Role.PELATIH, Role.STAF, Role.ADMIN}),
            LENGKAP,
            Permission.READ_MAP,
        ),
        Door(
            "lapangan",
            "Lapangan",
            frozenset({Role.STAF, Role.ADMIN}),
            LENGKAP,
            Permission.RECORD_OUTCOME,
        ),
        Door(
            "jejak",
            "Jejak",
            frozenset({Role.STAF, Role.ADMIN}),
            LENGKAP,
            Permission.READ_LEDGER,
        ),
        Door(
            "aturan",
            "Aturan",
            frozenset({Role.PELATIH, Role.STAF, Role.ADMIN}),
            RINGAN,
            Permission.READ_RULES,
        ),
    )
}

#: What a role is called on the screen.
ROLE_WORDS: dict[Role, str] = {
    Role.PESERTA: "Peserta",
    Role.PELATIH: "Pelatih",
    Role.STAF: "Staf dinas",
    Role.ADMIN: "Admin",
}


def doors_for(actor: Actor) -> list[Door]:
    """The rooms this actor may enter, in the order of the navigation."""
    return [door for door in DOORS.values() if door.opens_for(actor)]


def help_path(room: str) -> str:
    """Where the header's *Bantuan* leads: the help of the room, else of signing in."""
    return f"/panduan/ruang/{room if room in DOORS else 'masuk'}"


def closed_sentence(door: Door, actor: Actor) -> str:
    """Why a room does not open for this actor, and for whom it does."""
    if actor.role in door.roles and door.needs is not None:
        return f"Di ruang {actor.workspace.value} Anda tidak boleh {door.needs.value}."
    *others, last = [ROLE_WORDS[role].lower() for role in Role if role in door.roles]
    roles = f"{', '.join(others)} dan {last}" if others else last
    return (
        f"Ruang {door.title} hanya untuk {roles}. "
        f"Anda masuk sebagai {ROLE_WORDS[actor.role].lower()}."
    )


def safe_next(path: str) -> str:
    """Where to go after signing in: a room or record of ours, or home; never another site."""
    if RECORD_PATH.fullmatch(path):
        return path
    name = path.partition("?")[0].strip("/")
    return f"/{name}" if path.startswith("/") and name in DOORS else "/beranda"
