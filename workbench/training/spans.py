"""Which mistakes no single record shows, and how many cases should hold one."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from types import MappingProxyType
from typing import Final


class Span(StrEnum):
    """Between which records a mistake lies that no single record shows."""

    MEMBERS = "anggota"
    FAMILIES = "keluarga"
    PROGRAMMES = "program"


#: The rules whose mistake needs two records to be seen. A row of a member, a family, an aid, a
#: category or an event is a record; a document beside it (KTP, reply of Dukcapil) is none.
SPANS: Final[Mapping[str, Span]] = MappingProxyType(
    {
        code: span
        for span, codes in {
            Span.MEMBERS: (
                *("IDN-12", "IDN-13", "IDN-14", "IDN-15", "IDN-78"),
                *("KEL-01", "KEL-25", "KEL-26", "KEL-28", "KEL-29", "SOS-81"),
            ),
            Span.FAMILIES: ("KEL-23", "BAN-15"),
            Span.PROGRAMMES: (
                *("ALM-33", "PPK-40", "PPK-41", "PPK-42", "PPK-43", "PPK-44", "PPK-46"),
                *("PPK-83", "PPK-85", "SOS-52", "SOS-55", "SOS-57", "SOS-80"),
                *("BAN-05", "BAN-06", "BAN-07", "BAN-09", "BAN-10", "BAN-11", "BAN-12"),
                *("BAN-13", "BAN-16", "BAN-56", "BAN-61", "BAN-62", "BAN-63", "BAN-64"),
                *("BAN-65", "BAN-72"),
            ),
        }.items()
        for code in codes
    }
)
#: Of all graded cases, the share that needs two records.
TWO_RECORD_SHARE: Final = 0.4
