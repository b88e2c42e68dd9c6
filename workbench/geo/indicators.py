"""Numbers per kelurahan that a map may show, small counts already hidden.

Only this module sees the true small counts; the table it returns no longer holds them. No
total over the city is given: with one cell hidden, a total would give that cell away.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

import pyarrow as pa
import pyarrow.compute as pc

from workbench.domain.reference import by_code, reference
from workbench.domain.register import Register
from workbench.domain.wilayah import kelurahan, kelurahan_by_code
from workbench.domain.words import number_id
from workbench.errors import WrongUse
from workbench.rules.declare import Severity

#: Counts of 1 to this are hidden.
SMALL_COUNT = 4


class HasFindings(Protocol):
    """A result of checking, as ``rules.check`` returns it."""

    @property
    def table(self) -> pa.Table: ...


class State(StrEnum):
    """What can be said of one kelurahan; only ``ANGKA`` comes with a figure."""

    ANGKA = "angka"
    DISEMBUNYIKAN = "disembunyikan"
    NOL = "nol"
    BELUM_DIDATA = "belum_didata"


STATE_WORDS = {
    State.DISEMBUNYIKAN: f"disembunyikan (jumlah kecil, 1 sampai {SMALL_COUNT})",
    State.NOL: "nol",
    State.BELUM_DIDATA: "belum didata",
}


@dataclass(frozen=True)
class Indicator:
    """What is counted: its name on the command line, a title and a unit for the screen."""

    name: str
    title: str
    unit: str
    decimals: int
    note: str


@dataclass(frozen=True)
class IndicatorRow:
    """One kelurahan; ``value`` is None unless the state is ``ANGKA`` (or 0 for ``NOL``)."""

    kode_kemendagri: str
    name: str
    kecamatan_kode: str
    kecamatan: str
    state: State
    value: float | None


@dataclass(frozen=True)
class IndicatorTable:
    """An indicator for every kelurahan, in code order, safe to show.

    ``remark`` says in words what could not be placed in a kelurahan ("" when all could).
    """

    indicator: Indicator
    rows: tuple[IndicatorRow, ...]
    remark: str = ""

    def words(self, row: IndicatorRow) -> str:
        """The value of a row as a person reads it: ``1.234 keluarga`` or its state."""
        if row.state is not State.ANGKA or row.value is None:
            return STATE_WORDS[row.state]
        return f"{self.figure(row.value)} {self.indicator.unit}"

    def figure(self, value: float) -> str:
        """A value without its unit."""
        return number_id(value, self.indicator.decimals)

    def to_arrow(self) -> pa.Table:
        """The same rows as an Arrow table: kode_kemendagri, name, kecamatan, state, value."""
        return pa.table(
            {
                "kode_kemendagri": [row.kode_kemendagri for row in self.rows],
                "name": [row.name for row in self.rows],
                "kecamatan": [row.kecamatan for row in self.rows],
                "state": [row.state.value for row in self.rows],
                "value": pa.array([row.value for row in self.rows], type=pa.float64()),
            }
        )


def indicators() -> tuple[Indicator, ...]:
    """All indicators that may be mapped, in the order a menu shows them."""
    found = [
        Indicator("families", "Keluarga terdaftar", "keluarga", 0, "Jumlah keluarga dalam daftar."),
        Indicator(
            "findings",
            "Temuan per 100 keluarga",
            "temuan per 100 keluarga",
            1,
            "Temuan adalah hal yang perlu dicek, bukan pelanggaran; catatan tidak dihitung.",
        ),
    ]
    for row in reference("pmks_kategori"):
        if row["sensitif"] == "ya":
            continue
        unit = _unit_counted(row["kode"])
        found.append(
            Indicator(
                f"ppks:{row['kode']}",
                f"PPKS (dahulu PMKS): {row['nama']}",
                unit,
                0,
                f"Setiap {unit} dihitung sekali, menurut tempat tinggal.",
            )
        )
    return tuple(found)


def find_indicator(name: str) -> Indicator:
    """The indicator of that name, capitals or not.

    Raises ``WrongUse`` for a sensitive category, which is not named, and for an unknown name.
    """
    wanted = name.strip().lower()
    for one in indicators():
        if one.name.lower() == wanted:
            return one
    open_codes = ", ".join(one.name for one in indicators() if one.name.startswith("ppks:"))
    match = re.fullmatch(r"ppks:(pmks\d\d)", wanted)
    entry = by_code("pmks_kategori").get(match[1].upper()) if match else None
    if entry:
        raise WrongUse(
            f"Kategori {entry['kode']} bersifat sensitif dan tidak dipetakan per kelurahan. "
            f"Yang dapat dipetakan: {open_codes}."
        )
    raise WrongUse(
        f"Indikator {name.strip()[:40]!r} tidak dikenal. "
        f"Yang ada: families, findings, {open_codes}."
    )


def indicator(
    register: Register, findings: pa.Table | HasFindings | None, name: str
) -> IndicatorTable:
    """Compute one indicator for all kelurahan of the city.

    ``findings`` is the result of a check, or its table; only the indicator of that name needs
    it. A kelurahan without a family in the list is not surveyed; counts of 1 to 4 are hidden.
    Raises ``WrongUse`` for a name that may not or cannot be mapped.
    """
    wanted = find_indicator(name)
    home = _family_homes(register)
    families = Counter(home.values())
    unplaced = families.pop("", 0)
    if wanted.name == "families":
        cells = {code: _judge(count) for code, count in families.items()}
        return _table(wanted, cells, families, _remark(unplaced, "keluarga"))
    if wanted.name == "findings":
        if findings is None:
            raise WrongUse(
                "Indikator findings butuh tabel temuan. Periksa daftarnya lebih dahulu, "
                "lalu beri hasil temuannya."
            )
        table = findings if isinstance(findings, pa.Table) else findings.table
        found = Counter(_finding_homes(table, home))
        unplaced = found.pop("", 0)
        cells = {
            code: _judge_rate(found.get(code, 0), count, wanted.decimals)
            for code, count in families.items()
        }
        return _table(wanted, cells, families, _remark(unplaced, "temuan"))
    if not _has_ppks(register):
        return _table(wanted, {}, families, "Daftar ini tidak memuat data PPKS.")
    counted = Counter(_ppks_homes(register, wanted.name.removeprefix("ppks:"), home))
    unplaced = counted.pop("", 0)
    cells = {code: _judge(counted.get(code, 0)) for code in families}
    return _table(wanted, cells, families, _remark(unplaced, wanted.unit))


def _table(
    wanted: Indicator,
    cells: dict[str, tuple[State, float | None]],
    families: Counter[str],
    remark: str,
) -> IndicatorTable:
    rows = []
    for place in kelurahan():
        state, value = State.BELUM_DIDATA, None
        if families.get(place.kode_kemendagri, 0) > 0:
            state, value = cells.get(place.kode_kemendagri, (State.BELUM_DIDATA, None))
        rows.append(
            IndicatorRow(
                place.kode_kemendagri,
                place.name,
                place.kecamatan_kode,
                place.kecamatan,
                state,
                value,
            )
        )
    return IndicatorTable(wanted, tuple(rows), remark)


def _judge(count: int) -> tuple[State, float | None]:
    if count == 0:
        return State.NOL, 0.0
    if count <= SMALL_COUNT:
        return State.DISEMBUNYIKAN, None
    return State.ANGKA, float(count)


def _judge_rate(found: int, families: int, decimals: int) -> tuple[State, float | None]:
    # A zero over very few families is hidden too: it would clear each of them by name.
    if 1 <= found <= SMALL_COUNT or 1 <= families <= SMALL_COUNT:
        return State.DISEMBUNYIKAN, None
    if found == 0:
        return State.NOL, 0.0
    return State.ANGKA, round(100 * found / families, decimals)


def _remark(unplaced: int, unit: str) -> str:
    if unplaced == 0:
        return ""
    count = number_id(unplaced) if unplaced > SMALL_COUNT else "Beberapa"
    return f"{count} {unit} tidak dapat ditempatkan di kelurahan mana pun."


def _family_homes(register: Register) -> dict[str, str]:
    """Kelurahan code by family id; "" where the list names none of ours."""
    table = register["family"]
    known = kelurahan_by_code()
    return {
        family: code if code in known else ""
        for family, code in zip(
            table["family_id"].to_pylist(),
            table["kelurahan_kode_kemendagri"].to_pylist(),
            strict=True,
        )
    }


def _finding_homes(findings: pa.Table, home: dict[str, str]) -> Iterable[str]:
    """Where each question for a visit belongs, a code or ""; notes are none."""
    known = kelurahan_by_code()
    for code, family, severity in zip(
        findings["kelurahan_kode_kemendagri"].to_pylist(),
        findings["family_id"].to_pylist(),
        findings["severity"].to_pylist(),
        strict=True,
    ):
        if severity == Severity.INFO:
            continue
        yield code if code in known else home.get(family or "", "")


def _has_ppks(register: Register) -> bool:
    """Whether the list speaks of PPKS at all; an empty table is not a survey that found none."""
    if register["ppks"].num_rows:
        return True
    return "carried" in register.manifest and (
        register.carries("ppks", "category") or register.carries("ppks", "category_text")
    )


def _unit_counted(category: str) -> str:
    unit = by_code("pmks_kategori")[category]["unit"]
    if unit == "individu":
        return "orang"
    return "orang atau keluarga" if "individu" in unit else "keluarga"


def _ppks_homes(register: Register, category: str, home: dict[str, str]) -> list[str]:
    """The home of each person (or family) of a category, each once however often it is listed.

    Where a person was found says nothing of where they live, so it is not looked at.
    """
    table = register["ppks"]
    table = table.filter(pc.equal(table["category"], category))
    rows = table.select(["ppks_id", "person_id", "family_id", "nik", "no_kk"]).to_pylist()
    person_family, person_nik, nik_person = _people(register, rows)
    families_by_kk = _families_by_kk(register, rows)
    by_family = _unit_counted(category) == "keluarga"
    homes: dict[str, str] = {}
    for row in rows:
        nik = row["nik"] if _is_number(row["nik"]) else person_nik.get(row["person_id"], "")
        person = row["person_id"] or nik_person.get(nik, "")
        family = (
            row["family_id"]
            or person_family.get(person, "")
            or families_by_kk.get(row["no_kk"], "")
        )
        own = f"nik:{nik}" if _is_number(nik) else f"person:{person}" if person else ""
        group = f"family:{family}" if family else f"kk:{row['no_kk']}" if row["no_kk"] else ""
        key = (group or own if by_family else own or group) or f"ppks:{row['ppks_id']}"
        # The first row that names a home decides; a later one fills only a gap.
        homes[key] = homes.get(key) or home.get(family, "")
    return list(homes.values())


def _people(
    register: Register, rows: list[dict[str, str]]
) -> tuple[dict[str, str], dict[str, str], dict[str, str]]:
    """Family by person id, NIK by person id, person id by NIK, for the people in ``rows``."""
    table = register["person"]
    ids = pa.array([row["person_id"] for row in rows if row["person_id"]], type=pa.string())
    niks = pa.array([row["nik"] for row in rows if _is_number(row["nik"])], type=pa.string())
    wanted = pc.or_(
        pc.is_in(table["person_id"], value_set=ids), pc.is_in(table["nik"], value_set=niks)
    )
    people = table.filter(wanted).select(["person_id", "family_id", "nik"]).to_pylist()
    by_nik: dict[str, str] = {}
    for person in people:
        by_nik.setdefault(person["nik"], person["person_id"])
    return (
        {person["person_id"]: person["family_id"] for person in people},
        {person["person_id"]: person["nik"] for person in people},
        by_nik,
    )


def _families_by_kk(register: Register, rows: list[dict[str, str]]) -> dict[str, str]:
    table = register["family"]
    numbers = pa.array([row["no_kk"] for row in rows if _is_number(row["no_kk"])], type=pa.string())
    found = table.filter(pc.is_in(table["no_kk"], value_set=numbers))
    return dict(zip(found["no_kk"].to_pylist(), found["family_id"].to_pylist(), strict=True))


def _is_number(text: str) -> bool:
    """Whether a NIK or KK number can tell people apart: sixteen digits, not one repeated."""
    return len(text) == 16 and text.isascii() and text.isdigit() and len(set(text)) > 1
