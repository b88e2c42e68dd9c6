"""What can be mapped: its name, its place in the counted tables, and the measures of it.

The numbers themselves come from ``counting``, pass the gate in ``disclosure`` and are made into
figures by ``measures``.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import TYPE_CHECKING, Protocol

from workbench.domain import displays
from workbench.domain.reference import by_code, reference
from workbench.domain.wilayah import PLACES
from workbench.errors import WrongUse
from workbench.geo.counting import (
    CHECKS,
    DESILS,
    FUNDS,
    SPM,
    cluster_key,
    open_clusters,
    unit_of,
)

if TYPE_CHECKING:
    import pyarrow as pa


class HasFindings(Protocol):
    """A result of checking, as ``rules.check`` returns it."""

    @property
    def table(self) -> pa.Table: ...


#: Name, table and column of an indicator that is in no catalogue.
OWN = "sendiri"
_LONGEST_TITLE = 80


@dataclass(frozen=True)
class Indicator:
    """What is shown: ``column`` of ``table``, and the ``measures`` that make sense of it.

    ``name`` is what the command line calls it; ``denominator`` is "", ``penduduk`` or
    ``keluarga`` (the office's file of people and families), or a column key of the same table,
    which goes first.
    """

    name: str
    title: str
    group: str
    table: str
    column: str
    unit: str
    note: str
    measures: tuple[str, ...] = ("jumlah",)
    denominator: str = ""


@dataclass(frozen=True)
class OwnIndicator:
    """Something of one's own to be mapped: the families of a list it is true of.

    ``families`` are values of ``family_id``, in any order (a set, a pandas column); each family is
    counted once, where it lives. ``title`` is what the menu calls it (1 to 80 characters), ``note``
    a sentence below it. What it counts is the caller's: what a small group could suffer from does
    not belong on a map by kelurahan, and two own indicators that differ by a few families betray
    them when both maps are given away. Raises ``WrongUse`` for a title of another length.
    """

    title: str
    families: Iterable[str] = field(repr=False)
    note: str = ""

    def __post_init__(self) -> None:
        if not 1 <= len(self.title.strip()) <= _LONGEST_TITLE:
            raise WrongUse(f"Judul indikator berisi 1 sampai {_LONGEST_TITLE} huruf.")
        object.__setattr__(self, "families", frozenset(map(str, self.families)))

    @property
    def indicator(self) -> Indicator:
        """How a map knows it: number of families, and the share of all that are listed."""
        return Indicator(
            name=OWN,
            title=self.title,
            group="Indikator sendiri",
            table=OWN,
            column=OWN,
            unit="keluarga",
            note=self.note,
            measures=_SHARE,
            denominator="keluarga",
        )


class Menu(tuple[Indicator, ...]):
    """Indicators in the order a menu shows them."""

    def __repr__(self) -> str:
        return f"Menu({len(self)} indicators)"

    def _repr_html_(self) -> str:
        parts = []
        for group in dict.fromkeys(one.group for one in self):
            rows = [(one.name, one.title, one.unit, one.note) for one in self if one.group == group]
            inside = displays.table(("Nama", "Judul", "Satuan", "Keterangan"), rows)
            parts.append(displays.folded(f"{group}: {len(rows)} indikator", inside))
        return displays.card(f"{len(self)} indikator", *parts)


@cache
def catalogue() -> Menu:
    """All indicators that may be mapped, group by group, in the order a menu shows them."""
    groups = (_listed(), _ppks(), _clusters(), _services(), _welfare(), _aid(), _quality())
    return Menu(chain.from_iterable(groups))


_SHARE = ("persen", "jumlah", "kelompok")
_RATE = ("per1000", "halus", "jumlah", "kelompok")


def _listed() -> tuple[Indicator, ...]:
    return (
        Indicator(
            "families",
            "Keluarga terdaftar",
            "Kesejahteraan",
            "keluarga",
            "keluarga",
            "keluarga",
            "Jumlah keluarga dalam daftar.",
            ("jumlah", "persen", "kelompok"),
            "keluarga",
        ),
        Indicator(
            "people",
            "Orang terdaftar",
            "Kesejahteraan",
            "orang",
            "orang",
            "orang",
            "Jumlah anggota keluarga dalam daftar; NIK yang sama dihitung sekali.",
            ("jumlah", "persen", "kelompok"),
            "penduduk",
        ),
    )


def _ppks() -> tuple[Indicator, ...]:
    found = [
        Indicator(
            "ppks:semua",
            "PPKS (dahulu PMKS), semua kategori terbuka",
            "PPKS",
            "ppks",
            "semua",
            "catatan",
            "Orang atau keluarga dikali kategori: satu orang dapat masuk dua kategori. "
            "Kategori sensitif tidak ikut.",
            _RATE,
            "penduduk",
        )
    ]
    for row in reference("pmks_kategori"):
        if row["sensitif"] == "ya":
            continue
        unit = unit_of(row)
        found.append(
            Indicator(
                f"ppks:{row['kode']}",
                f"PPKS (dahulu PMKS): {row['nama']}",
                "PPKS",
                "ppks",
                row["kode"],
                unit,
                f"Setiap {unit} dihitung sekali, menurut tempat tinggal.",
                _RATE,
                "keluarga" if unit == "keluarga" else "penduduk",
            )
        )
    return tuple(found)


def _clusters() -> tuple[Indicator, ...]:
    names = {row["kode"]: row["nama"] for row in reference("pmks_kategori")}
    return tuple(
        Indicator(
            cluster_key(cluster),
            f"PPKS (dahulu PMKS), klaster {cluster}",
            "Klaster",
            "ppks",
            cluster_key(cluster),
            "catatan",
            f"Jumlah catatan: {', '.join(names[kind] for kind in kinds)}. "
            "Satu orang dapat masuk dua kategori; kategori sensitif tidak ikut.",
            _RATE,
            "penduduk",
        )
        for cluster, kinds in open_clusters().items()
    )


def _services() -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            f"spm:{code}",
            f"SPM {code[-1]}: {words}, kebutuhan dasar terpenuhi",
            "SPM",
            "spm",
            f"spm:{code}:terpenuhi",
            "orang" if code != "SPM5" else "orang atau keluarga",
            "Dari sasaran di luar panti yang sudah diasesmen; yang belum diasesmen tidak dihitung.",
            ("persen", "jumlah"),
            f"spm:{code}",
        )
        for code, words, _, _ in SPM
    )


def _welfare() -> tuple[Indicator, ...]:
    return tuple(
        Indicator(
            f"desil:{desil}",
            "DTSEN (eks-DTKS): desil belum ada"
            if desil == "?"
            else f"DTSEN (eks-DTKS): desil {desil}",
            "Kesejahteraan",
            "keluarga",
            f"desil:{desil}",
            "keluarga",
            "Desil 1: sepersepuluh keluarga dengan kesejahteraan terendah secara nasional.",
            _SHARE,
            "keluarga",
        )
        for desil in DESILS
    )


def _aid() -> tuple[Indicator, ...]:
    number = {"0": "Tanpa bantuan", "1": "1 sumber", "2": "2 sumber", "3": "3 sumber atau lebih"}
    named = [
        ("sumber", "penerima", "Keluarga penerima bantuan"),
        *(
            ("sumber", f"sumber:{key}", f"Keluarga menurut sumber bantuan: {words}")
            for key, words in number.items()
        ),
        *(("sumber", key, title) for key, title, _ in FUNDS),
        *(
            ("program", f"program:{row['kode']}", f"Penerima {row['program']}")
            for row in reference("program_bantuan")
        ),
    ]
    return tuple(
        Indicator(
            key,
            title,
            "Bantuan",
            table,
            key,
            "keluarga",
            "Keluarga dengan bantuan aktif menurut periode terbaru tiap program dalam daftar.",
            _SHARE,
            "keluarga",
        )
        for table, key, title in named
    )


def _quality() -> tuple[Indicator, ...]:
    is_question = "Temuan adalah hal yang perlu dicek, bukan pelanggaran; catatan tidak dihitung."
    age = "Dihitung pada tanggal rujukan daftar."
    shares = [
        ("bertemuan", "temuan", "Keluarga dengan hal yang perlu dicek", is_question),
        ("kunjungan", "temuan", "Keluarga yang perlu dikunjungi", is_question),
        *((key, "verifikasi", title, age) for key, title in CHECKS),
    ]
    return (
        Indicator(
            "findings",
            "Temuan",
            "Mutu data",
            "temuan",
            "temuan",
            "temuan",
            is_question,
            ("per100", "halus", "jumlah", "kelompok"),
            "keluarga",
        ),
        *(
            Indicator(key, title, "Mutu data", table, key, "keluarga", note, _SHARE, "keluarga")
            for key, table, title, note in shares
        ),
    )


def find_indicator(name: str) -> Indicator:
    """The indicator of that name, capitals or not.

    Raises ``WrongUse`` for a sensitive category, which is not named, and for an unknown name.
    """
    wanted = name.strip().lower()
    for one in catalogue():
        if one.name.lower() == wanted:
            return one
    open_codes = ", ".join(one.name for one in catalogue() if one.name.startswith("ppks:PMKS"))
    match = re.fullmatch(r"ppks:(pmks\d\d)", wanted)
    entry = by_code("pmks_kategori").get(match[1].upper()) if match else None
    if entry:
        raise WrongUse(
            f"Kategori {entry['kode']} bersifat sensitif dan tidak dipetakan per {PLACES}. "
            f"Yang dapat dipetakan: {open_codes}."
        )
    raise WrongUse(
        f"Indikator {name.strip()[:40]!r} tidak dikenal. "
        f"Yang ada: families, findings, {open_codes}; juga ppks:semua, klaster:anak, spm:SPM1, "
        "desil:1, sumber:0, dana:apbn, program:PKH, bertemuan, kunjungan, verifikasi:3bulan."
    )
