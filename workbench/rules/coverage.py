"""Which line of the field's catalogues is covered by which rule, and why the rest is not.

The catalogues are ``kesalahan_data`` (E..), ``aturan_kombinasi`` (C..) and ``siks_kelas_galat``
(S..), and beside them the reasons for ineligibility (TL..) and the minimum services (SPM..).
Every line is either named in the basis of a rule or stands in ``coverage.yaml`` with the rules
that guard it or what is done about it instead; ``tests/rules/test_coverage.py`` holds it true.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

import yaml

from workbench.domain.reference import reference
from workbench.domain.wilayah import say_locally

#: Catalogue, and the column in which it names a line.
CATALOGUES: Mapping[str, str] = {
    "kesalahan_data": "nama_kesalahan",
    "aturan_kombinasi": "aturan",
    "siks_kelas_galat": "kelas",
    "alasan_tidak_layak": "alasan",
    "spm_layanan": "layanan",
}


@dataclass(frozen=True)
class Line:
    """One line of a catalogue.

    ``rules`` are the codes that cover it; ``instead`` is an Indonesian sentence on what is done
    where no rule is, "" otherwise.
    """

    catalogue: str
    code: str
    name: str
    rules: tuple[str, ...]
    instead: str


@cache
def coverage() -> tuple[Line, ...]:
    """Every line of the catalogues, in their order."""
    from workbench.rules import catalogue

    told = _told()
    return tuple(
        Line(
            name,
            row["kode"],
            say_locally(row[column]),
            tuple(
                code
                for code, rule in catalogue().items()
                if row["kode"] in rule.basis.catalogue or code in told["also"].get(row["kode"], ())
            ),
            told["instead"].get(row["kode"], ""),
        )
        for name, column in CATALOGUES.items()
        for row in reference(name)
    )


@cache
def _told() -> dict[str, dict[str, Any]]:
    path = files("workbench.rules").joinpath("coverage.yaml")
    told: dict[str, dict[str, Any]] = yaml.safe_load(path.read_text(encoding="utf-8"))
    return told
