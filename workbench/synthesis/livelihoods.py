"""Schooling, work, health and money of an invented family, in step with age and desil."""

from __future__ import annotations

from random import Random

from workbench.domain.wilayah import CITY
from workbench.synthesis.draws import Weighted, pick
from workbench.synthesis.families import Family, Member

EDUCATION = (
    "TIDAK/BELUM SEKOLAH",
    "BELUM TAMAT SD/SEDERAJAT",
    "TAMAT SD/SEDERAJAT",
    "SLTP/SEDERAJAT",
    "SLTA/SEDERAJAT",
    "AKADEMI/DIPLOMA III/S. MUDA",
    "DIPLOMA IV/STRATA I",
    "STRATA II",
)
_LEVEL = {words: level for level, words in enumerate(EDUCATION)}
_YEARS_OLD = (0, 6, 12, 15, 18, 21, 22, 25)

NOT_WORKING = "BELUM/TIDAK BEKERJA"
HOUSEWIFE = "MENGURUS RUMAH TANGGA"
PUPIL = "PELAJAR/MAHASISWA"
#: Occupations that are no work of one's own when the head of a family is asked about it.
IDLE = frozenset({NOT_WORKING, HOUSEWIFE, PUPIL})
#: Paid or pensioned by the state: never in a family that receives aid.
OFFICIAL = frozenset(
    {
        "PEGAWAI NEGERI SIPIL (PNS)",
        "TENTARA NASIONAL INDONESIA (TNI)",
        "KEPOLISIAN RI (POLRI)",
        "PENSIUNAN",
        "KARYAWAN BUMN",
        "PERANGKAT DESA",
        "DOKTER",
        "DOSEN",
    }
)

_MEN_LOW = Weighted.of(
    {
        "BURUH HARIAN LEPAS": 42,
        "BURUH TANI/PERKEBUNAN": 12,
        "PEDAGANG": 11,
        "TUKANG BATU": 8,
        "SOPIR": 7,
        "WIRASWASTA": 7,
        "PETANI/PEKEBUN": 6,
        "TUKANG KAYU": 3,
        "TUKANG SOL SEPATU": 1,
        "MEKANIK": 2,
    }
)
_MEN_COAST = Weighted.of(
    {
        "NELAYAN/PERIKANAN": 25,
        "BURUH HARIAN LEPAS": 35,
        "BURUH TANI/PERKEBUNAN": 15,
        "PETANI/PEKEBUN": 12,
        "PEDAGANG": 8,
        "SOPIR": 5,
    }
)
_MEN_MIDDLE = Weighted.of(
    {
        "KARYAWAN SWASTA": 38,
        "WIRASWASTA": 24,
        "BURUH HARIAN LEPAS": 12,
        "PEDAGANG": 10,
        "SOPIR": 7,
        "MEKANIK": 3,
        "PETANI/PEKEBUN": 3,
    }
)
_MEN_HIGH = Weighted.of(
    {
        "KARYAWAN SWASTA": 42,
        "WIRASWASTA": 26,
        "PEGAWAI NEGERI SIPIL (PNS)": 14,
        "GURU": 6,
        "KARYAWAN HONORER": 4,
        "KARYAWAN BUMN": 4,
        "TENTARA NASIONAL INDONESIA (TNI)": 3,
        "KEPOLISIAN RI (POLRI)": 3,
        "DOSEN": 1,
        "DOKTER": 1,
    }
)
_WOMEN_LOW = Weighted.of(
    {
        "BURUH HARIAN LEPAS": 35,
        "PEDAGANG": 28,
        "ASISTEN RUMAH TANGGA": 15,
        "BURUH TANI/PERKEBUNAN": 12,
        "TUKANG JAHIT": 10,
    }
)
_WOMEN_MIDDLE = Weighted.of(
    {"KARYAWAN SWASTA": 45, "PEDAGANG": 22, "WIRASWASTA": 20, "TUKANG JAHIT": 5}
)
_WOMEN_HIGH = Weighted.of(
    {
        "KARYAWAN SWASTA": 40,
        "WIRASWASTA": 20,
        "GURU": 14,
        "PEGAWAI NEGERI SIPIL (PNS)": 16,
        "BIDAN": 5,
        "PERAWAT": 4,
        "DOKTER": 1,
    }
)

_DISABILITIES = Weighted.of(
    {"fisik": 38, "netra": 12, "rungu": 8, "wicara": 7, "mental": 15, "intelektual": 12, "ganda": 8}
)
_DEGREES = Weighted.of({1: 15, 2: 35, 3: 30, 4: 20})

#: Monthly expenditure of one person living alone, in rupiah, desil 1 to 10.
_EXPENDITURE = (520, 660, 790, 930, 1090, 1290, 1560, 1950, 2600, 4300)
_FOOD_SHARE = (0.66, 0.63, 0.6, 0.56, 0.52, 0.475, 0.455, 0.43, 0.4, 0.34)


def fill_lives(family: Family, rng: Random, kecamatan_kode: str) -> None:
    """Give every member schooling, work, and now and then an illness or a disability."""
    desil = family.desil
    for member in family.members:
        _fill_schooling(member, rng, desil)
        _fill_health(member, rng, desil)
        _fill_work(member, rng, desil, coastal=kecamatan_kode in CITY.coastal)
    if family.shape not in ("lansia_sendiri", "kakek_nenek"):
        _make_somebody_work(family, rng)


def _make_somebody_work(family: Family, rng: Random) -> None:
    """A head of working age earns, or someone else of the card does."""
    head = family.head
    idle = head.occupation in (NOT_WORKING, HOUSEWIFE)
    if idle and 19 <= head.age < 60 and head.degree != 4:
        head.occupation = (_WOMEN_LOW if head.sex == "P" else _MEN_LOW).draw(rng)


def _fill_schooling(member: Member, rng: Random, desil: int) -> None:
    age = member.age
    if age < 7:
        member.education = EDUCATION[0]
        member.is_in_school = age == 6 and rng.random() < 0.6
        if member.is_in_school:
            member.education = EDUCATION[1]
        return
    if age <= 12:
        member.education = EDUCATION[1]
        member.is_in_school = rng.random() < 0.985
        return
    if age <= 15:
        member.education = EDUCATION[2]
        member.is_in_school = rng.random() < 0.93 + 0.006 * desil
        return
    if age <= 18:
        member.education = EDUCATION[3]
        member.is_in_school = rng.random() < 0.74 + 0.024 * desil
        if not member.is_in_school and rng.random() < 0.2:
            member.education = EDUCATION[2]
        return
    if age <= 22 and member.marital_status == "belum_kawin" and rng.random() < 0.05 * desil:
        member.education = EDUCATION[4]
        member.is_in_school = True
        return
    year = member.birth_date.year
    base = 1.3 if year < 1955 else 2.2 if year < 1970 else 3.0 if year < 1985 else 3.5
    level = round(base + (desil - 4.5) * 0.24 + rng.gauss(0.0, 0.95))
    level = max(0, min(level, 7 if desil >= 8 else 6 if desil >= 5 else 4))
    while _YEARS_OLD[level] > age:
        level -= 1
    if level == 1 and year >= 1980:
        level = 2
    if level == 0 and year >= 1965:
        level = 2
    member.education = EDUCATION[level]


def _fill_health(member: Member, rng: Random, desil: int) -> None:
    age = member.age
    rate = 0.006 if age < 18 else 0.011 if age < 45 else 0.022 if age < 60 else 0.05
    if rng.random() < rate * (1.5 if desil <= 3 else 1.0):
        member.disability = _DISABILITIES.draw(rng)
        member.degree = _DEGREES.draw(rng)
    rate = 0.01 if age < 40 else 0.05 if age < 60 else 0.16
    member.has_chronic_illness = rng.random() < rate


def _fill_work(member: Member, rng: Random, desil: int, coastal: bool) -> None:
    age, man = member.age, member.sex == "L"
    level = _LEVEL[member.education]
    if member.shdk == "pembantu":
        member.occupation = "ASISTEN RUMAH TANGGA"
    elif member.is_in_school:
        member.occupation = PUPIL
    elif age < 17 or member.degree == 4:
        member.occupation = NOT_WORKING
    elif age < 19:
        member.occupation = "BURUH HARIAN LEPAS" if rng.random() < 0.3 else NOT_WORKING
    elif age >= 66 and rng.random() < (0.6 if man else 0.85):
        pensioned = desil >= 7 and man and level >= 4 and rng.random() < 0.4
        idle = NOT_WORKING if man or rng.random() < 0.4 else HOUSEWIFE
        member.occupation = "PENSIUNAN" if pensioned else idle
    elif man:
        if age < 24 and member.shdk == "anak" and rng.random() < 0.22:
            member.occupation = NOT_WORKING
        else:
            member.occupation = _man_at_work(rng, desil, level, coastal)
    else:
        working = 0.24 + 0.02 * desil
        if member.shdk == "anak" or member.marital_status in ("cerai_hidup", "cerai_mati"):
            working = 0.62
        if rng.random() < working:
            member.occupation = _woman_at_work(rng, desil, level)
        elif member.marital_status == "belum_kawin":
            member.occupation = NOT_WORKING
        else:
            member.occupation = HOUSEWIFE


def _man_at_work(rng: Random, desil: int, level: int, coastal: bool) -> str:
    if desil >= 7 and level >= 5 and rng.random() < 0.75:
        return _MEN_HIGH.draw(rng)
    if level >= 4 or desil >= 6:
        return _MEN_MIDDLE.draw(rng)
    return (_MEN_COAST if coastal else _MEN_LOW).draw(rng)


def _woman_at_work(rng: Random, desil: int, level: int) -> str:
    if desil >= 7 and level >= 5:
        return _WOMEN_HIGH.draw(rng)
    if level >= 4 or desil >= 6:
        return _WOMEN_MIDDLE.draw(rng)
    return _WOMEN_LOW.draw(rng)


def has_official(family: Family) -> bool:
    """Whether the state pays anybody on the card."""
    return any(member.occupation in OFFICIAL for member in family.members)


def draw_budget(family: Family, rng: Random) -> tuple[int, int, int]:
    """Income, expenditure and food expenditure of the family, rupiah a month.

    Food is part of expenditure, and income covers nearly all of it.
    """
    place = family.desil - 1
    size = len(family.members)
    expenditure = _EXPENDITURE[place] * 1000.0 * size**0.78 * rng.lognormvariate(0.0, 0.1)
    share = min(0.78, max(0.22, rng.gauss(_FOOD_SHARE[place], 0.045)))
    if family.desil >= 6:
        share = min(share, 0.49)
    income = expenditure * (0.96 + 0.02 * family.desil + rng.random() * 0.16)
    step = pick(rng, (5000, 10000, 10000, 25000, 50000))
    total = _rounded(expenditure, step)
    food = min(_rounded(expenditure * share, step), total - step)
    return _rounded(income, step), total, food


def _rounded(rupiah: float, step: int) -> int:
    return max(step, round(rupiah / step) * step)
