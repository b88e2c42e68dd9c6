"""ALM-38: the point of the house cannot be in this kelurahan."""

from math import cos, hypot, radians, sqrt
from random import Random

from workbench.domain.register import Draft, Row
from workbench.domain.wilayah import CITY, PLACES, kelurahan, kelurahan_by_code
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import setting

_KM_A_DEGREE = 111.32
#: Kilometres from the centroid of the kelurahan; the earth is flat at this size.
_AWAY = f"""sqrt(pow((latitude - lat0) * {_KM_A_DEGREE}, 2)
    + pow((longitude - lon0) * {_KM_A_DEGREE} * cos(radians(lat0)), 2))"""
#: Latitude and longitude of Indonesia, the wrong way round.
_SWAPPED = "latitude BETWEEN 95 AND 141 AND longitude BETWEEN -11 AND 6"


@row_rule(
    table="family",
    code="ALM-38",
    severity=Severity.SEDANG,
    title="Titik rumah {state}",
    question="Ambil ulang titik koordinat di depan pintu rumah.",
    documents=["Foto rumah dengan lokasi"],
    why="Titik yang salah membawa petugas ke rumah lain; keluarga ini bisa dikira tidak ada.",
    fields=["latitude", "longitude"],
    status="perlu_verval",
    follow_up=["kunjungan", "perbaiki_data"],
    basis=Basis(("E38",), "", "tidak"),
    needs=["family.latitude", "family.longitude"],
    evidence={
        "state": f"""CASE WHEN latitude = 0 AND longitude = 0 THEN 'berada pada titik nol'
            WHEN {_SWAPPED} THEN 'tertukar antara lintang dan bujur'
            ELSE 'berada ' || CAST(round(least({_AWAY}, 99999)) AS INTEGER)
                || ' km dari pusat {PLACES}' END"""
    },
    when=f"""(latitude = 0 AND longitude = 0) OR ({_SWAPPED})
        OR {_AWAY} > 2 * sqrt(area_km2 / pi()) + getvariable('coordinate_slack_km')""",
)
class Coordinates:
    """A house stands in its kelurahan; in narrow lanes a telephone may be some way off.

    Bad: 0,0; latitude and longitude swapped; the point of the office where the form was typed.
    Good: a point within the kelurahan or not far from its edge; none at all.
    """


@plants(Coordinates)
def swap_coordinates(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Latitude was typed into the field of longitude and the other way round."""
    family = draft.family(family_id)
    if not _is_known(family):
        return None
    return _write(draft, family, family["longitude"], family["latitude"])


@plants(Coordinates)
def nought_by_nought(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The telephone had no fix yet and stored noughts."""
    family = draft.family(family_id)
    return _write(draft, family, 0.0, 0.0) if _is_known(family) else None


@plants(Coordinates)
def point_of_the_office(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The point was taken where the form was typed in, not at the house."""
    family = draft.family(family_id)
    here = kelurahan_by_code().get(family["kelurahan_kode_kemendagri"])
    if here is None or not _is_known(family) or not CITY.is_placed:
        return None
    limit = 2 * sqrt(here.luas_km2 / 3.14) + setting(draft, "coordinate_slack_km") + 0.5
    far = [
        place
        for place in kelurahan()
        if limit
        < _KM_A_DEGREE
        * hypot(place.lat - here.lat, (place.lon - here.lon) * cos(radians(here.lat)))
    ]
    if not far:
        return None
    office = rng.choice(far)
    return _write(draft, family, round(office.lat, 6), round(office.lon, 6))


def _is_known(family: Row) -> bool:
    return family["latitude"] is not None and family["longitude"] is not None


def _write(draft: Draft, family: Row, latitude: float, longitude: float) -> Planted:
    draft.change("family", family, latitude=latitude, longitude=longitude)
    return Planted("family", family["family_id"], ("latitude", "longitude"))
