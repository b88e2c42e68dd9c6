"""People's data in sight: whole numbers of one family, for a purpose, on record.

Screens and downloads hide NIK, card and account numbers and tell an age in the place of a birth
date. ``unmask`` is the one way to see them whole: one family or row at a time, for one of
``PURPOSES``. The ledger keeps who, which keyed record and the purpose's code, never a number.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from workbench.access import Actor, Permission, require
from workbench.errors import WrongUse
from workbench.services import families, shelves
from workbench.services.families import FamilyPage
from workbench.services.office import Office
from workbench.store import Store, ledger

#: What whole numbers may be looked at or taken out for.
PURPOSES: Final[Mapping[str, str]] = {
    "dukcapil": "Mencocokkan dengan Dukcapil",
    "perbaikan": "Memperbaiki data di aplikasi asal (SIKS-NG)",
    "kunjungan": "Kunjungan ke keluarga",
    "pemeriksaan": "Pemeriksaan atau audit",
    "permintaan": "Permintaan orangnya sendiri",
}

_KIND = "lihat_nik"


def purpose_words(purpose: str) -> str:
    """A purpose in words; raises ``WrongUse`` for none."""
    if purpose not in PURPOSES:
        raise WrongUse("Pilih dulu untuk apa NIK lengkap diperlukan.")
    return PURPOSES[purpose]


def unmask(
    office: Office,
    actor: Actor,
    list_id: str,
    family_id: str,
    purpose: str,
    kind: str = "",
    subject: str = "",
) -> FamilyPage:
    """A family of a list with whole numbers and birth dates, on record before it is seen.

    A row of no family is told by ``kind`` and ``subject``. Raises ``WrongUse`` without a
    purpose, ``NotFound`` outside the actor's areas.
    """
    require(actor, Permission.READ_LIST)
    purpose_words(purpose)
    opened = shelves.open_list(office, actor, list_id)
    if family_id:
        page = families.family_page(opened, family_id, has_numbers=True)
    else:
        page = families.subject_page(opened, kind, subject, has_numbers=True)
    about = f"daftar:{list_id}:{family_id or subject}"
    note_look(office.store_for(actor), actor.id, about, purpose, page.family_key)
    return page


def note_look(store: Store, actor_id: str, about: str, purpose: str, family_key: str) -> None:
    """Put on record that somebody asked for whole numbers, before they are shown."""
    value = {"keperluan": purpose, "catatan": family_key}
    with store.writing() as connection:
        ledger.record(connection, actor_id, _KIND, about, _KIND, value)
