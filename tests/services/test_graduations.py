"""Leaving a programme and coming back: three things apart, a second person agrees."""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from tests.services.test_happenings import OF_KASEMEN, OTHER, STAFF, family_of, march
from workbench.errors import Forbidden, WrongUse
from workbench.services import graduations, imports, shelves
from workbench.services.graduations import Proposal

DAY, LATER = date(2026, 4, 5), date(2026, 7, 1)
OWN_WISH = Proposal("mandiri", "PKH", DAY, LATER, ("PERNYATAAN",), "Usaha warung maju")
BACK = Proposal("masuk_kembali", "PKH", DAY, DAY, ("BERITA_ACARA", "LIHAT"), "Usaha tutup")


@pytest.fixture
def listed(office):
    made = imports.shelve_register(office, STAFF, "Maret", march().register())
    return made.id, family_of(office, made.id)


def threefold(office, listed):
    return graduations.threefold(office, STAFF, *listed)


def test_three_things_stay_apart(office, listed):
    before = shelves.open_list(office, STAFF, listed[0]).register
    number = graduations.propose(office, STAFF, *listed, OWN_WISH)
    graduations.check(office, OTHER, number, "setuju")
    told = threefold(office, listed)
    (pkh,) = [one for one in told.memberships if one.program == "PKH"]
    (food,) = [one for one in told.memberships if one.program == "SEMBAKO"]
    assert (pkh.since.claim.membership, pkh.since.claim.membership_on) == (
        "berhenti",
        LATER.isoformat(),
    )
    assert (told.state, told.state_on) == ("GR3", DAY.isoformat())
    assert (told.desil, told.desil_version) == (3, "2026-V1")
    assert (pkh.on_list, pkh.disagrees) == (True, True)
    assert (food.since, food.disagrees) == (None, False)
    after = shelves.open_list(office, STAFF, listed[0]).register
    assert after["family"].equals(before["family"])
    assert after["aid"].equals(before["aid"])


def test_nothing_counts_before_another_person_agreed(office, listed):
    number = graduations.propose(office, STAFF, *listed, OWN_WISH)
    assert threefold(office, listed).state == ""
    with pytest.raises(Forbidden, match="orang lain"):
        graduations.check(office, STAFF, number, "setuju")
    assert threefold(office, listed).state == ""
    (mine,) = graduations.listed(office, STAFF)
    (theirs,) = graduations.listed(office, OTHER)
    assert (mine.is_mine, theirs.is_mine) == (True, False)
    graduations.check(office, OTHER, number, "tolak", "Suratnya belum ditandatangani")
    assert threefold(office, listed).state == ""
    assert threefold(office, listed).history[0].check.verdict == "tolak"


def test_a_family_that_left_can_come_back_and_is_checked_again(office, listed):
    assert any("Belum ada" in one for one in asked(office, listed, BACK))
    first = graduations.propose(office, STAFF, *listed, OWN_WISH)
    graduations.check(office, OTHER, first, "setuju")
    assert any("sudah tercatat" in one for one in asked(office, listed, OWN_WISH))
    back = replace(BACK, state_on=LATER, membership_on=LATER)
    second = graduations.propose(office, OTHER, *listed, back)
    with pytest.raises(Forbidden):
        graduations.check(office, OTHER, second, "setuju")
    graduations.check(office, STAFF, second, "setuju")
    told = threefold(office, listed)
    assert told.state == "GR1"
    (pkh,) = [one for one in told.memberships if one.program == "PKH"]
    assert not pkh.disagrees
    assert len(told.history) == 2


def asked(office, listed, proposal):
    return graduations.questions(office, STAFF, *listed, proposal)


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ({"papers": ()}, "belum ada"),
        ({"act": "alamiah", "program": "SEMBAKO"}, "tidak berlaku"),
        ({"act": "paksa", "papers": ("BERITA_ACARA",), "reason": " "}, "alasan"),
        ({"state_on": date(2999, 1, 1)}, "belum tiba"),
        ({"membership_on": date(1990, 1, 1)}, "terlalu lama"),
    ],
)
def test_what_is_lacking_is_refused_with_a_sentence(office, listed, more, said):
    with pytest.raises(WrongUse, match=said):
        graduations.propose(office, STAFF, *listed, replace(OWN_WISH, **more))
    assert graduations.listed(office, STAFF) == ()


def test_outside_ones_areas_nothing_is_seen_or_checked(office, listed):
    number = graduations.propose(office, STAFF, *listed, OWN_WISH)
    assert graduations.listed(office, OF_KASEMEN) == ()
    with pytest.raises(Forbidden):
        graduations.check(office, OF_KASEMEN, number, "setuju")
    with pytest.raises(Forbidden):
        graduations.propose(office, OF_KASEMEN, *listed, OWN_WISH)
    with pytest.raises(Forbidden):
        graduations.threefold(office, OF_KASEMEN, *listed)
