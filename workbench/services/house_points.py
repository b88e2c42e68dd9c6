"""Where the houses of a kelurahan stand, for who goes there.

Only on the screen of the map room, never in a file. Every look has a purpose and stays on record,
without a coordinate. Whole coordinates are for staff of that area; others see them to about a
hundred metres.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from math import cos, hypot, isfinite, pi, radians, sqrt
from typing import Any

import pyarrow.compute as pc

from workbench.access import Actor, Permission, Role, require, require_area
from workbench.domain.wilayah import CITY, say_locally
from workbench.domain.words import number_id
from workbench.errors import NotFound, WrongUse
from workbench.geo.areas import Area
from workbench.services import boundaries
from workbench.services.lists import open_list
from workbench.services.office import Office
from workbench.store import ledger

#: What house points may be looked at for.
PURPOSES: Mapping[str, str] = {
    "kunjungan": "Merencanakan kunjungan ke keluarga",
    "periksa": "Memeriksa letak rumah pada data",
    "bencana": "Menanggapi bencana atau keadaan darurat",
}
#: Decimals of a degree for who is not staff of the area: about 111 m.
ROUNDED = 3
#: South, north, west and east of the country, in degrees.
_COUNTRY = (-11.5, 6.5, 94.5, 141.5)
_KM = 111.2
#: So many times the radius of a circle of the kelurahan's area from its middle is far away.
_FAR = 3


@dataclass(frozen=True)
class HousePoint:
    """One house: a running number of this view, degrees of WGS 84, and what is odd about it."""

    code: str
    lat: float
    lon: float
    rt: str
    rw: str
    remark: str


@dataclass(frozen=True)
class HousePoints:
    """The points of a kelurahan; ``without`` families have none; ``words`` say all that."""

    rows: tuple[HousePoint, ...]
    is_rounded: bool
    without: int
    words: str


def house_points(
    office: Office, actor: Actor, list_id: str, kelurahan_code: str, purpose: str
) -> HousePoints:
    """The houses of one kelurahan, for one of ``PURPOSES``, which stays on record.

    Raises ``WrongUse`` without a purpose and ``NotFound`` for an unknown kelurahan.
    """
    require(actor, Permission.READ_MAP)
    require(actor, Permission.READ_LIST)
    require_area(actor, kelurahan_code)
    if purpose not in PURPOSES:
        raise WrongUse("Pilih dulu untuk apa titik rumah diperlukan.")
    area = boundaries.areas(office, actor).by_code.get(kelurahan_code)
    if area is None:
        raise NotFound(say_locally("Kelurahan itu tidak ada pada peta. Pilih kelurahan lain."))
    is_rounded = actor.role is not Role.STAF
    families = open_list(office, actor, list_id).register["family"]
    here = families.filter(pc.equal(families["kelurahan_kode_kemendagri"], kelurahan_code))
    found = here.select(["latitude", "longitude", "rt", "rw"]).to_pylist()
    placed = [row for row in found if _has_point(row)]
    shape = _shape(office, actor, kelurahan_code)
    rows = tuple(
        _point(str(number), row, _remark(row, area, shape), is_rounded)
        for number, row in enumerate(placed, start=1)
    )
    with office.store_for(actor).writing() as connection:
        value = {
            "keperluan": PURPOSES[purpose],
            "kelurahan": kelurahan_code,
            "titik": len(rows),
            "ketelitian": "dibulatkan" if is_rounded else "penuh",
        }
        subject = f"daftar:{list_id}"
        ledger.record(connection, actor.id, "titik_rumah", subject, "titik_rumah", value)
    return HousePoints(rows, is_rounded, len(found) - len(rows), _words(area, found, rows, actor))


def _has_point(row: Mapping[str, Any]) -> bool:
    pair = (row["latitude"], row["longitude"])
    # A device without a fix writes zeros.
    return all(value is not None and isfinite(value) for value in pair) and any(pair)


def _point(number: str, row: Mapping[str, Any], remark: str, is_rounded: bool) -> HousePoint:
    lat, lon = row["latitude"], row["longitude"]
    if is_rounded:
        lat, lon = round(lat, ROUNDED), round(lon, ROUNDED)
    return HousePoint(number, lat, lon, row["rt"], row["rw"], remark)


def _shape(office: Office, actor: Actor, code: str) -> Any:
    """The outline of the kelurahan where the office has real ones, else None."""
    frame = boundaries.frame(office, actor)
    if frame.attrs["schematic"]:
        return None
    found = frame.geometry[frame["kode_kemendagri"] == code]
    return None if found.empty else found.iloc[0]


def _remark(row: Mapping[str, Any], area: Area, shape: Any) -> str:
    lat, lon = row["latitude"], row["longitude"]
    south, north, west, east = _COUNTRY
    if south <= lon <= north and west <= lat <= east:
        return "lintang dan bujur tampaknya tertukar"
    if not (south <= lat <= north and west <= lon <= east):
        return "di luar Indonesia"
    if shape is not None:
        import shapely

        return (
            "" if shapely.intersects_xy(shape, lon, lat) else say_locally("di luar batas kelurahan")
        )
    if not CITY.is_placed:
        return ""
    # The schematic map has no true lines; far from the middle is odd all the same.
    away = hypot((lat - area.lat) * _KM, (lon - area.lon) * _KM * cos(radians(area.lat)))
    return say_locally("jauh dari kelurahan") if away > _FAR * sqrt(area.luas_km2 / pi) else ""


def _words(
    area: Area, found: list[dict[str, Any]], rows: tuple[HousePoint, ...], actor: Actor
) -> str:
    if not found:
        return f"Tidak ada keluarga {area.name} dalam daftar ini."
    if not rows:
        return f"Daftar ini tidak memuat titik rumah di {area.name}."
    said = [f"{number_id(len(rows))} dari {number_id(len(found))} keluarga punya titik rumah."]
    odd = sum(bool(row.remark) for row in rows)
    if odd:
        said.append(f"{number_id(odd)} titik perlu dicek letaknya.")
    if actor.role is not Role.STAF:
        said.append("Letak dibulatkan ke sekitar 100 meter.")
    said.append("Pembukaan ini tercatat di jejak.")
    return " ".join(said)
