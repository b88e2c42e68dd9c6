"""What is lawful raises nothing: every allowed pair of programmes, and being met away from home."""

from itertools import product
from pathlib import Path

import pytest
import yaml

from workbench.domain.reference import reference
from workbench.domain.register import Draft
from workbench.domain.schema import SNAPSHOT_TABLES
from workbench.rules import check

BASE = yaml.safe_load((Path(__file__).parent / "cases/_base.yaml").read_text(encoding="utf-8"))
#: Programmes that ``aturan_kombinasi`` allows together, one by one.
ALLOWED = sorted(
    pair
    for line in reference("aturan_kombinasi")
    if line["hubungan"] == "boleh bersama"
    for pair in product([line["program_a"]], line["program_b"].split("/"))
)
PERSONAL = {"PBIJK": "P000001", "PIP": "P000003"}
NUMBERS = {
    "P000001": "9973010504810003",
    "P000002": "9973016309840002",
    "P000003": "9973011102120001",
}


def _raised(aid=None, **cells):
    """Findings in the base families, with this aid in place of theirs and these PPKS cells."""
    draft = Draft(BASE["manifest"])
    for table in SNAPSHOT_TABLES:
        for row in BASE.get(table, ()) if table != "aid" or aid is None else aid:
            draft.add(table, {**row, **cells} if table == "ppks" else row)
    return check(draft.to_register()).with_titles().select(["rule", "subject"]).to_pylist()


def _paid(*programs):
    """Active aid of the first family in these programmes, all of the state, in one month."""
    rows = []
    for place, program in enumerate(programs, start=1):
        payee = PERSONAL.get(program, "P000002")
        row = {"aid_id": f"A00000{place}", "person_id": payee, "family_id": "F000001"}
        row |= {"nik": NUMBERS[payee], "program": program, "source": "apbn", "period": "2026-10"}
        rows.append({**row, "status": "aktif", "is_emergency": False})
    return rows


def test_the_list_of_allowed_pairs_is_not_empty():
    assert len(ALLOWED) == 5


@pytest.mark.parametrize("pair", ALLOWED, ids="+".join)
def test_an_allowed_pair_raises_nothing(pair):
    assert _raised(_paid(*pair)) == []


def test_one_family_may_have_all_that_is_allowed():
    assert _raised(_paid("PKH", "SEMBAKO", "PBIJK", "PIP", "BLTKESRA", "BERAS")) == []


def test_a_pair_that_is_restricted_is_asked_about():
    assert [row["rule"] for row in _raised(_paid("SEMBAKO", "BLTDD"))] == ["BAN-05"]


def test_what_was_paid_at_another_time_is_history():
    rows = _paid("PKH", "BSU", "BST")
    rows[1]["period"] = "2022"
    rows[2] |= {"period": "2021", "status": "nonaktif"}
    assert _raised(rows) == []


def test_being_met_in_another_kelurahan_than_home_is_lawful():
    assert _raised(found_kelurahan_kode_kemendagri="36.73.02.1001") == []
