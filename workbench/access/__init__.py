"""Who may do what, and where: actor, role, workspace, permission, scope of wilayah.

It knows nothing of passwords, pages or databases. An ``Actor`` is made by the server from a
session; everything below the services trusts it and asks ``require`` and ``covers``.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from workbench.errors import Forbidden


class Role(StrEnum):
    """What somebody is here; one account has one role."""

    PESERTA = "peserta"
    PELATIH = "pelatih"
    STAF = "staf"
    ADMIN = "admin"


class Workspace(StrEnum):
    """The two sides of the wall: invented people and real ones."""

    LATIHAN = "latihan"
    NYATA = "nyata"


class Permission(StrEnum):
    """One thing that can be allowed; the value ends the sentence *Anda tidak boleh ...*."""

    TRAIN = "mengerjakan kasus latihan"
    SEE_WORKED_CASE = "melihat contoh kasus"
    RUN_CLASS = "menjalankan kelas"
    READ_LIST = "membaca daftar"
    IMPORT_LIST = "memasukkan daftar"
    DELETE_LIST = "menghapus daftar"
    PRINT_CHECKLIST = "mencetak daftar periksa"
    LINK_LISTS = "memadankan daftar"
    RECORD_OUTCOME = "mencatat hasil kunjungan"
    MOVE_STAGE = "memindahkan tahap berkas"
    ASSIGN = "menugaskan petugas"
    READ_MAP = "melihat peta"
    READ_RULES = "membaca katalog aturan"
    SET_RULES = "mengubah pengaturan aturan"
    READ_LEDGER = "membaca jejak"
    MANAGE_ACCOUNTS = "mengatur akun"


_LISTS = frozenset(
    {
        Permission.READ_LIST,
        Permission.IMPORT_LIST,
        Permission.DELETE_LIST,
        Permission.PRINT_CHECKLIST,
        Permission.LINK_LISTS,
        Permission.RECORD_OUTCOME,
        Permission.MOVE_STAGE,
        Permission.ASSIGN,
        Permission.READ_MAP,
        Permission.READ_RULES,
    }
)
_CLASS = frozenset({Permission.RUN_CLASS, Permission.SEE_WORKED_CASE})
_OFFICE = frozenset(
    {
        Permission.MANAGE_ACCOUNTS,
        Permission.READ_LEDGER,
        Permission.READ_RULES,
        Permission.SET_RULES,
    }
)

#: The whole table: what a role may do in a workspace; a pair that is missing may not be there at
#: all, so no trainee and no trainer ever stands among real people's data. An administrator looks
#: after accounts and the trail, and over the invented lists, but reads no real person's data.
PERMISSIONS: Mapping[tuple[Role, Workspace], frozenset[Permission]] = MappingProxyType(
    {
        (Role.PESERTA, Workspace.LATIHAN): frozenset(
            {Permission.TRAIN, Permission.SEE_WORKED_CASE}
        ),
        (Role.PELATIH, Workspace.LATIHAN): _LISTS | _CLASS,
        (Role.STAF, Workspace.LATIHAN): _LISTS | {Permission.READ_LEDGER, Permission.SET_RULES},
        (Role.STAF, Workspace.NYATA): _LISTS | {Permission.READ_LEDGER, Permission.SET_RULES},
        (Role.ADMIN, Workspace.LATIHAN): _LISTS | _CLASS | _OFFICE,
        (Role.ADMIN, Workspace.NYATA): _OFFICE,
    }
)

#: Said of a place outside somebody's areas.
OUTSIDE = "Wilayah ini di luar tugas Anda. Mintalah admin bila itu keliru."

#: Parts of a code that names a whole city or regency: ``36.73``.
_CITY_PARTS = 2


@dataclass(frozen=True)
class Actor:
    """Somebody who does something, as the server knows them.

    ``areas`` are prefixes of dotted Kemendagri codes (``36.73`` is the whole city). ``class_id``
    and ``seat`` are set for trainees only; their ``id`` is ``class_id.seat``.
    """

    id: str
    name: str
    role: Role
    workspace: Workspace
    areas: tuple[str, ...] = ()
    class_id: str = ""
    seat: int = 0

    def covers(self, kode: str) -> bool:
        """Whether the place of dotted code ``kode`` lies in this actor's areas.

        A whole part of the code must agree: ``36.7`` is not a prefix of ``36.73``. A row nobody
        could place (empty code) belongs to the office, so only an area of a whole city or more
        covers it.
        """
        if not kode:
            return any(area and len(area.split(".")) <= _CITY_PARTS for area in self.areas)
        return any(area and (kode == area or kode.startswith(f"{area}.")) for area in self.areas)


def may(actor: Actor, permission: Permission) -> bool:
    """Whether the actor's role has the permission in the actor's workspace."""
    return permission in PERMISSIONS.get((actor.role, actor.workspace), frozenset())


def require(actor: Actor, permission: Permission) -> None:
    """Raise ``Forbidden`` unless the actor has the permission in the actor's workspace."""
    if not may(actor, permission):
        raise Forbidden(
            f"Anda masuk sebagai {actor.role.value} dan tidak boleh {permission.value} di sini. "
            "Masuklah dengan akun yang berhak."
        )


def covers(actor: Actor, kode: str) -> bool:
    """Same as ``actor.covers(kode)``, for use as a filter."""
    return actor.covers(kode)


def require_area(actor: Actor, kode: str) -> None:
    """Raise ``Forbidden`` unless the place of dotted code ``kode`` lies in the actor's areas."""
    if not actor.covers(kode):
        raise Forbidden(OUTSIDE)


__all__ = [
    "OUTSIDE",
    "PERMISSIONS",
    "Actor",
    "Permission",
    "Role",
    "Workspace",
    "covers",
    "may",
    "require",
    "require_area",
]
