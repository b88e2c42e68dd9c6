"""Which aid an invented family receives, in whose name, and how much.

Only lawful cases: PKH with a component, one payee a family programme, combinations that
``aturan_kombinasi`` allows, no city aid beside national aid of the same kind, nobody paid by
the state among the family. Amounts follow ``program_bantuan``; those it leaves open are invented.
"""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from workbench.synthesis.families import Family, Member
from workbench.synthesis.livelihoods import EDUCATION, has_official
from workbench.synthesis.numbers import Numbers
from workbench.synthesis.periods import half_year, month_before, quarter
from workbench.synthesis.recipe import Recipe

Row = dict[str, Any]

#: PKH a year by component, rupiah; a family is paid for four at most.
PKH_AMOUNTS = {
    "hamil": 3_000_000,
    "anak_usia_dini": 3_000_000,
    "sd": 900_000,
    "smp": 1_500_000,
    "sma": 2_000_000,
    "lansia": 2_400_000,
    "disabilitas_berat": 2_400_000,
}
_MOST_COMPONENTS = 4
_SEMBAKO_A_MONTH = 200_000
_PBIJK_A_MONTH = 42_000
_BLTDD = 300_000
_PIP_A_YEAR = {"sd": 450_000, "smp": 750_000, "sma": 1_800_000}

#: The words lists use for a programme.
PROGRAM_TEXT = {"PBIJK": "PBI JK", "SEMBAKO": "BPNT", "BERAS": "Bapang", "KIPK": "KIP Kuliah"}


def school_level(member: Member) -> str:
    """``sd``, ``smp`` or ``sma`` for a pupil of that level, else ""."""
    if not member.is_in_school or not 6 <= member.age <= 20:
        return ""
    return {EDUCATION[1]: "sd", EDUCATION[2]: "smp", EDUCATION[3]: "sma"}.get(member.education, "")


def pkh_components(family: Family) -> list[str]:
    """The PKH components of a family, the best paid first.

    Elders count from seventy, the practice, which is within the sixty of the rule.
    """
    found = []
    for member in family.members:
        if member.is_pregnant:
            found.append("hamil")
        if member.age <= 6 and not member.is_in_school:
            found.append("anak_usia_dini")
        elif level := school_level(member):
            found.append(level)
        if member.age >= 70:
            found.append("lansia")
        elif member.degree == 4:
            found.append("disabilitas_berat")
    return sorted(found, key=lambda component: -PKH_AMOUNTS[component])


def payee(family: Family) -> Member:
    """The pengurus: the mother where there is one, else the head."""
    for member in family.members:
        if member.sex == "P" and member.shdk in ("istri", "kepala_keluarga") and member.age < 80:
            return member
    return family.head


def draw_aid(
    family: Family,
    recipe: Recipe,
    rng: Random,
    numbers: Numbers,
    categories: dict[str, list[Member]],
    in_desa: bool,
) -> list[Row]:
    """The aid rows of a family without ids, NIK and KK number, which the world fills in.

    ``categories`` maps PPKS codes to the members who bear them. Each row holds the recipient
    under ``member``.
    """
    if has_official(family):
        return []
    rows = _Rows(family, numbers, rng)
    shares = recipe.aid_by_desil
    place = family.desil - 1

    def lucky(program: str) -> bool:
        return rng.random() < shares[program][place]

    wished = family.wish in ("bantuan_boleh_bersama", "kartu_atas_nama_ibu")
    components = pkh_components(family)
    pengurus = payee(family)
    graduated = (
        2 <= family.desil <= 4
        and not wished
        and bool(components)
        and rng.random() < recipe.graduation_share
    )
    gets_pkh = bool(components) and not graduated and (lucky("PKH") or wished)
    gets_sembako = lucky("SEMBAKO") or wished
    card = numbers.account(rng) if gets_pkh or gets_sembako or graduated else ""
    if gets_pkh:
        rows.pay("PKH", pengurus, quarter(family.as_of), _pkh_amount(components), card)
    if graduated:
        before = f"{family.as_of.year - 1}-T4"
        rows.pay("PKH", pengurus, before, _pkh_amount(components), card, status="graduasi")
    if gets_sembako:
        rows.pay("SEMBAKO", pengurus, quarter(family.as_of), 3 * _SEMBAKO_A_MONTH, card)
    if (gets_pkh or gets_sembako) and lucky("BERAS"):
        rows.pay("BERAS", pengurus, month_before(family.as_of), None, "")
    _health(family, recipe, rng, rows, wished or lucky("PBIJK"))
    _schooling(family, rng, rows, lucky)
    _care(family, rng, rows, lucky, categories)
    _enterprise(family, rng, rows, lucky)
    cash_or_food = {"PKH", "SEMBAKO", "BERAS", "YAPI", "PERMAKANAN"}
    helped = graduated or any(row["program"] in cash_or_food for row in rows.found)
    if in_desa and not helped and lucky("BLTDD"):
        rows.pay("BLTDD", pengurus, month_before(family.as_of), _BLTDD, "", source="desa")
    elif not helped and lucky("BLTDAERAH"):
        amount = 200_000 + 50_000 * int(rng.random() * 5)
        month = month_before(family.as_of)
        rows.pay("BLTDAERAH", pengurus, month, amount, "", source="apbd_kabkota")
    return rows.found


class _Rows:
    """Collects aid rows of one family."""

    def __init__(self, family: Family, numbers: Numbers, rng: Random) -> None:
        self._family = family
        self._numbers = numbers
        self._rng = rng
        self.found: list[Row] = []

    def pay(
        self,
        program: str,
        member: Member,
        period: str,
        amount: int | None,
        account: str,
        source: str = "apbn",
        status: str = "aktif",
    ) -> None:
        self.found.append(
            {
                "member": member,
                "name": member.name,
                "program": program,
                "source": source,
                "period": period,
                "amount_rp": amount,
                "account": account,
                "status": status,
                "account_name": member.name if account else "",
                "program_text": PROGRAM_TEXT.get(program, program),
                "is_emergency": False,
            }
        )

    def own_account(self) -> str:
        return self._numbers.account(self._rng)


def _pkh_amount(components: list[str]) -> int:
    return sum(PKH_AMOUNTS[name] for name in components[:_MOST_COMPONENTS]) // 4


def _health(family: Family, recipe: Recipe, rng: Random, rows: _Rows, covered: bool) -> None:
    """PBI for the whole family; above desil 5 now and then a lapsed membership."""
    month = month_before(family.as_of)
    if covered:
        for member in family.members:
            rows.pay("PBIJK", member, month, _PBIJK_A_MONTH, "")
    elif family.desil >= 6 and rng.random() < recipe.lapsed_pbi_share:
        for member in family.members:
            if not member.has_chronic_illness:
                rows.pay(
                    "PBIJK", member, f"{family.as_of.year - 1}-12", None, "", status="nonaktif"
                )


def _schooling(family: Family, rng: Random, rows: _Rows, lucky: Callable[[str], bool]) -> None:
    boards = family.desil <= 2 and lucky("SEKOLAHRAKYAT")
    for member in family.members:
        level = school_level(member)
        if level and member.shdk in ("anak", "cucu", "famili_lain"):
            if boards:
                boards = False
                rows.pay("SEKOLAHRAKYAT", member, str(family.as_of.year), None, "")
            elif lucky("PIP"):
                year = str(family.as_of.year)
                rows.pay("PIP", member, year, _PIP_A_YEAR[level], rows.own_account())
        elif member.is_in_school and member.education == EDUCATION[4] and lucky("KIPK"):
            amount = 4_800_000 + 600_000 * int(rng.random() * 5)
            rows.pay("KIPK", member, half_year(family.as_of), amount, rows.own_account())


def _care(
    family: Family,
    rng: Random,
    rows: _Rows,
    lucky: Callable[[str], bool],
    categories: dict[str, list[Member]],
) -> None:
    fed = [*categories.get("PMKS08", ()), *categories.get("PMKS09", ())]
    for member in fed:
        frail = member.age >= 60 or member.degree in (3, 4)
        if frail and lucky("PERMAKANAN") and not _receives(rows, member, "PERMAKANAN"):
            rows.pay("PERMAKANAN", member, month_before(family.as_of), None, "")
    for code in ("PMKS02", "PMKS05", "PMKS08", "PMKS09"):
        for member in categories.get(code, ()):
            if lucky("ATENSI") and not _receives(rows, member, "ATENSI"):
                rows.pay("ATENSI", member, str(family.as_of.year), None, "")
    if family.shape == "janda" or (
        family.shape == "ayah_tunggal" and family.head.marital_status == "cerai_mati"
    ):
        for child in family.children():
            if child.age < 18 and lucky("YAPI"):
                rows.pay("YAPI", child, month_before(family.as_of), 200_000, "")


def _receives(rows: _Rows, member: Member, program: str) -> bool:
    return any(row["member"] is member and row["program"] == program for row in rows.found)


def _enterprise(family: Family, rng: Random, rows: _Rows, lucky: Callable[[str], bool]) -> None:
    year = str(family.as_of.year)
    if lucky("RUTILAHU"):
        rows.pay("RUTILAHU", family.head, year, 20_000_000, "")
    able = 19 <= family.head.age < 60
    if able and lucky("KUBE"):
        rows.pay("KUBE", family.head, year, None, "")
    elif able and lucky("PENA"):
        rows.pay("PENA", family.head, year, 5_000_000, "")
    if lucky("PRAKERJA"):
        for member in family.members:
            if 19 <= member.age <= 40 and not member.is_in_school and member.shdk != "pembantu":
                rows.pay("PRAKERJA", member, year, 4_200_000, rows.own_account())
                break
