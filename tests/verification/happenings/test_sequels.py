"""Whether a later list shows an event."""

from __future__ import annotations

from datetime import date

import pytest

from workbench.domain.schema import empty_row
from workbench.verification.happenings.kinds import kinds
from workbench.verification.happenings.sequels import (
    SEQUEL_WORDS,
    LaterList,
    Reported,
    Sequel,
    sequel,
)

DAY, HERE, ELSEWHERE = date(2026, 4, 5), "36.73.01.1002", "36.73.02.1004"
SHOWN, NOT_YET, UNKNOWN = Sequel.SHOWN, Sequel.NOT_YET, Sequel.UNKNOWN


def later(*people, families=(("F1", "kk1", HERE), ("F2", "kk2", HERE), ("F3", "kk3", ELSEWHERE))):
    """``people`` are (key, family id, further columns)."""
    return LaterList(
        [
            {
                **empty_row("family"),
                "family_id": one,
                "family_key": key,
                "kelurahan_kode_kemendagri": place,
            }
            for one, key, place in families
        ],
        [
            {**empty_row("person"), "person_key": key, "family_id": home, **more}
            for key, home, more in people
        ],
    )


def said(kind, people=("ani",), other_key="", family_key="kk1", former=("ani", "budi")):
    return Reported(kind, DAY, HERE, family_key, tuple(people), frozenset(former), other_key)


BABY = {"birth_date": DAY}
CASES = {
    "a baby of that day": (said("lahir", ()), [("bayi", "F1", BABY)], SHOWN),
    "a baby of another day": (
        said("lahir", ()),
        [("bayi", "F1", {"birth_date": date(2026, 4, 6)})],
        NOT_YET,
    ),
    "a member who was there already": (said("lahir", ()), [("budi", "F1", BABY)], NOT_YET),
    "a baby of other people": (said("lahir", ()), [("bayi", "F2", BABY)], NOT_YET),
    "a birth in a family without a key": (said("lahir", (), family_key=""), [], UNKNOWN),
    "dead and gone": (said("meninggal"), [], SHOWN),
    "dead as the list says": (said("meninggal"), [("ani", "F1", {"existence": "KB3"})], SHOWN),
    "dead by the registry": (
        said("meninggal"),
        [("ani", "F1", {"dukcapil_match": "meninggal"})],
        SHOWN,
    ),
    "dead and listed as before": (said("meninggal"), [("ani", "F1", {})], NOT_YET),
    "one of two dead still listed": (
        said("meninggal", ("ani", "budi")),
        [("ani", "F1", {})],
        NOT_YET,
    ),
    "dead without a number": (said("meninggal", ("",)), [], UNKNOWN),
    "moved to another kelurahan": (said("pindah_keluar"), [("ani", "F3", {})], SHOWN),
    "moved and gone": (said("pindah_keluar"), [], SHOWN),
    "moved and still here": (said("pindah_keluar"), [("ani", "F1", {})], NOT_YET),
    "came and is listed": (said("pindah_masuk", (), "kk2", ""), [], SHOWN),
    "came and is listed elsewhere": (said("pindah_masuk", (), "kk3", ""), [], NOT_YET),
    "came and is not listed": (said("pindah_masuk", (), "kk9", ""), [], NOT_YET),
    "on the new card": (said("pisah_kk", other_key="kk2"), [("ani", "F2", {})], SHOWN),
    "on a third card": (said("pisah_kk", other_key="kk2"), [("ani", "F3", {})], NOT_YET),
    "on the old card": (said("pisah_kk", other_key="kk2"), [("ani", "F1", {})], NOT_YET),
    "split and not listed": (said("pisah_kk", other_key="kk2"), [], NOT_YET),
    "all on the other card, the old one gone": (
        said("gabung_kk", ("ani", "budi"), "kk2"),
        [("ani", "F2", {}), ("budi", "F2", {})],
        NOT_YET,
    ),
    "married by the list": (said("kawin"), [("ani", "F1", {"marital_status": "kawin"})], SHOWN),
    "married on a new card": (said("kawin"), [("ani", "F2", {})], SHOWN),
    "married, nothing to see": (said("kawin"), [("ani", "F1", {})], NOT_YET),
    "divorced": (said("cerai"), [("ani", "F1", {"marital_status": "cerai_hidup"})], SHOWN),
    "divorced, nothing to see": (
        said("cerai"),
        [("ani", "F1", {"marital_status": "kawin"})],
        NOT_YET,
    ),
}


@pytest.mark.parametrize("name", CASES)
def test_a_later_list_shows_it_or_not(name):
    reported, people, told = CASES[name]
    assert sequel(reported, later(*people)) is told


def test_cards_are_joined_only_when_the_old_one_is_gone():
    people = [("ani", "F2", {}), ("budi", "F2", {})]
    joined = said("gabung_kk", ("ani", "budi"), "kk2")
    without = later(*people, families=(("F2", "kk2", HERE),))
    assert sequel(joined, without) is SHOWN
    assert sequel(joined, later(*people)) is NOT_YET


def test_every_kind_is_looked_for_and_every_answer_has_words():
    for kind in kinds():
        assert sequel(said(kind, other_key="kk2"), later()) in SEQUEL_WORDS
