"""The words of the hand-outs: general, without a case of any class."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from types import MappingProxyType
from typing import Any, Final

import yaml

from workbench.domain.reference import by_code, reference
from workbench.domain.wilayah import say_locally
from workbench.rules import GROUPS, Rule, catalogue
from workbench.training.authoring.vocabulary import rule_choice

#: Hand-outs by name, as they are offered.
HANDOUTS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "cara": "Cara memeriksa",
        "bukan": "Temuan bukan putusan",
        "aturan": "Aturan dan pertanyaannya",
        "kategori": "26 kategori PPKS",
    }
)


def handout_words(name: str) -> Mapping[str, Any]:
    """The words of a hand-out, or of the leaflet ``segar``, as ``handouts.yaml`` has them."""
    told: Mapping[str, Any] = _told()[name]
    return told


def rules_by_group() -> Mapping[str, tuple[Rule, ...]]:
    """Every rule of the catalogue under the name of its group."""
    return {
        words: tuple(rule for rule in catalogue().values() if rule.group == group)
        for group, words in GROUPS.items()
    }


def rule_name(rule: Rule) -> str:
    """What a rule is about, without its code and without a finding's values."""
    return rule_choice(rule).removeprefix(f"{rule.code} ")


def categories_by_cluster() -> Mapping[str, tuple[Mapping[str, str], ...]]:
    """The 26 kinds of PPKS by cluster, each with name, age, who, what and whether it is sensitive.

    Who is named by a sensitive kind is never written short (``istilah``: *ABT, AT, LUT, dst*).
    """
    found: dict[str, list[Mapping[str, str]]] = {}
    for row in reference("pmks_kategori"):
        is_sensitive = row["sensitif"] == "ya"
        found.setdefault(row["klaster"], []).append(
            {
                "code": row["kode"].removeprefix("PMKS"),
                "name": row["nama"] if is_sensitive else f"{row['nama']} ({row['nama_singkat']})",
                "age": _age(row),
                "who": "perempuan" if row["jenis_kelamin"] == "P" else "",
                "unit": row["unit"].replace("individu", "orang").replace("/", " atau "),
                "what": row["kriteria_ringkas"],
                "sensitive": "peka" if is_sensitive else "",
            }
        )
    return {cluster: tuple(rows) for cluster, rows in found.items()}


def services() -> tuple[Mapping[str, str], ...]:
    """The five minimum services: name, receivers and kinds of PPKS."""
    names = by_code("pmks_kategori")
    return tuple(
        {
            "name": row["layanan"],
            "who": row["penerima"].removeprefix("WNI "),
            "kinds": re.sub(r"PMKS\d\d", lambda code: names[code[0]]["nama"], row["pmks_terkait"]),
        }
        for row in reference("spm_layanan")
    )


def _age(row: Mapping[str, str]) -> str:
    low, high = row["usia_min"], row["usia_maks"]
    if low and high:
        words = f"{low}-{high} tahun"
    elif low:
        words = f"{low} tahun ke atas"
    else:
        return "semua umur"
    # An age no regulation gives is said to be one.
    return words if row["dasar_usia"].startswith("regulasi") else f"{words}*"


@cache
def _told() -> dict[str, Any]:
    path = files("workbench.training.facilitation").joinpath("handouts.yaml")
    told: dict[str, Any] = yaml.safe_load(say_locally(path.read_text(encoding="utf-8")))
    return told
