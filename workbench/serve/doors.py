"""Which rooms there are, and for whom each of them opens.

A door is a notebook of the same name; what is behind it belongs to the panels.
"""

from __future__ import annotations

from dataclasses import dataclass

from workbench.access import Actor, Role


@dataclass(frozen=True)
class Door:
    """One room: its path without the slash, its title, and the roles it opens for."""

    name: str
    title: str
    roles: frozenset[Role]


DOORS: dict[str, Door] = {
    door.name: door
    for door in (
        Door("beranda", "Beranda", frozenset(Role)),
        Door("latihan", "Latihan", frozenset({Role.PESERTA, Role.PELATIH})),
        Door("kelas", "Kelas", frozenset({Role.PELATIH})),
        Door("daftar", "Daftar", frozenset({Role.STAF})),
        Door("peta", "Peta", frozenset({Role.PELATIH, Role.STAF})),
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
    return [door for door in DOORS.values() if actor.role in door.roles]


def closed_sentence(door: Door, actor: Actor) -> str:
    """Why a room does not open for this actor, and for whom it does."""
    roles = " dan ".join(ROLE_WORDS[role].lower() for role in Role if role in door.roles)
    return (
        f"Ruang {door.title} hanya untuk {roles}. "
        f"Anda masuk sebagai {ROLE_WORDS[actor.role].lower()}."
    )


def safe_next(path: str) -> str:
    """Where to go after signing in: a room of ours or the home room, never another site."""
    name = path.partition("?")[0].strip("/")
    return f"/{name}" if path.startswith("/") and name in DOORS else "/beranda"
