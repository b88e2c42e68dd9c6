"""An account is made up beside a NIK, whatever stands in the NIK's place."""

from random import Random

import pytest

from workbench.rules.aid.payees import add_aid, new_account
from workbench.synthesis import default_recipe, draw_family


@pytest.mark.parametrize("nik", ["9973012312850O17", "", "9973 0123"])
def test_a_payee_whose_nik_is_planted_wrong_still_gets_an_account(nik):
    draft = draw_family(default_recipe(), Random(3))
    person = draft.tables["person"][0]
    for row in list(draft.tables["aid"]):
        draft.remove("aid", row)
    row = add_aid(draft, {**person, "nik": nik}, "PKH")
    assert len(row["account"]) == 16
    assert row["account"].isdigit()


def test_a_new_account_is_nobodys_and_as_long_as_the_one_beside_it():
    draft = draw_family(default_recipe(), Random(3))
    first = new_account(draft, "123456789012345")
    assert len(first) == 15
    assert first != "123456789012345"
