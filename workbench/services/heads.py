"""Who heads a family, in lists that name the head on every row and in those that do not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from workbench.domain.register import Register, Row

#: Code of the head of a family among its people.
HEAD: Final = "kepala_keluarga"


def name_heads(register: Register, families: Sequence[Row]) -> dict[str, str]:
    """By family_id, its head as the list states it, else whoever is the head among its people.

    ``families`` are rows with ``family_id`` and ``head_name``; "" where nobody is.
    """
    people = register["person"]
    unnamed = [row["family_id"] for row in families if not row["head_name"]]
    wanted = pa.array(unnamed, pa.string())
    near = people.filter(
        pc.and_(pc.is_in(people["family_id"], wanted), pc.equal(people["shdk"], HEAD))
    )
    named = {
        row["family_id"]: row["name"] for row in near.select(["family_id", "name"]).to_pylist()
    }
    return {
        row["family_id"]: row["head_name"] or named.get(row["family_id"], "") for row in families
    }
