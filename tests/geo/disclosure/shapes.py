"""Made-up areas and tables in the shape offices publish."""

from __future__ import annotations

from collections.abc import Sequence
from random import Random

from workbench.geo.areas import Area, AreaSet
from workbench.geo.disclosure.tables import Column, Counts


def city(*sizes: int) -> AreaSet:
    """A city with so many kelurahan in each of its kecamatan."""
    return AreaSet(
        "99.01",
        "Kota Contoh",
        tuple(
            Area(f"99.01.{k:02}.{n:04}", f"K{k}-{n}", f"99.01.{k:02}", f"Kec {k}", 0.0, 0.0, 1.0)
            for k, size in enumerate(sizes, 1)
            for n in range(1001, 1001 + size)
        ),
    )


def count(key: str, children: Sequence[str] = (), within: str = "") -> Column:
    """A column."""
    return Column(key, key, "orang", tuple(children), within)


KINDS = tuple(f"jenis:{n}" for n in range(1, 9))
GROUPS = {"klaster:a": KINDS[:3], "klaster:b": KINDS[3:6], "klaster:c": KINDS[6:]}
SECRET = ("rahasia:1", "rahasia:2", "rahasia:3")

CATEGORIES = (
    count("semua", tuple(GROUPS)),
    *(count(group, kinds) for group, kinds in GROUPS.items()),
    *(count(kind) for kind in KINDS),
    *(Column(key, key, "orang", sensitive=True) for key in SECRET),
)

FAMILIES = (
    count("keluarga", ("tanpa", "penerima")),
    count("tanpa"),
    Column("penerima", "penerima", "keluarga", covered_by=("dana:a", "dana:b")),
    count("dana:a", within="penerima"),
    count("dana:b", within="penerima"),
    count("temuan"),
    Column("bertemuan", "bertemuan", "keluarga", (), "keluarga", covered_by=("temuan",)),
)


def categories(areas: AreaSet, rng: Random, mean: float = 4.0) -> Counts:
    """Category x kelurahan with many cells of 1 to 4.

    The first kelurahan has a single person, the last is not surveyed, one category is a single
    person in the whole city, and in the last kecamatan only one kelurahan is surveyed.
    """
    last = areas.areas[-1].kecamatan_code
    dropped = [code for code in areas.by_code if areas.parent(code) == last][1:]
    surveyed = [code for code in areas.by_code if code not in dropped]
    cells = {}
    for code in surveyed:
        size = rng.choice([0.4, 1.0, 1.8])
        for n, kind in enumerate(KINDS):
            cells[code, kind] = round(rng.expovariate(1 / (mean * size * 0.7**n)))
        for key in SECRET:
            cells[code, key] = rng.choice([0, 0, 0, 1])
        cells[code, KINDS[-1]] = 0
    for key in (*KINDS, *SECRET):
        cells[surveyed[0], key] = 0
    cells[surveyed[0], KINDS[0]] = 1
    cells[surveyed[3], KINDS[-1]] = 1
    return Counts("ppks", CATEGORIES, cells, frozenset(surveyed))


def families(areas: AreaSet, rng: Random, most: int = 60) -> Counts:
    """Families, who of them is aided and from where; one kelurahan has two families."""
    cells = {}
    for n, code in enumerate(areas.by_code):
        number = 2 if n == 1 else rng.randint(1, most)
        aided = rng.randint(0, number)
        first = rng.randint(0, aided)
        second = rng.randint(aided - first, aided)
        found = rng.randint(0, number)
        cells |= {
            (code, "tanpa"): number - aided,
            (code, "penerima"): aided,
            (code, "dana:a"): first,
            (code, "dana:b"): second,
            (code, "bertemuan"): found,
            (code, "temuan"): found + rng.randint(0, found),
        }
    return Counts("keluarga", FAMILIES, cells, frozenset(areas.by_code))
