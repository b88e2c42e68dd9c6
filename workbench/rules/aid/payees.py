"""Aid rows as a clerk would write them, and who they are paid to."""

from __future__ import annotations

import re
from typing import Any

from workbench.domain.ages import age_on
from workbench.domain.reference import by_code
from workbench.domain.register import Draft, Row
from workbench.rules.identity.slips import reference_date
from workbench.rules.living.members import is_state_paid

_AMOUNTS = {"PKH": 225_000, "SEMBAKO": 200_000, "BERAS": 150_000, "RUTILAHU": 20_000_000}
_CARD = ("PKH", "SEMBAKO")


def adults(draft: Draft, family_id: str) -> list[Row]:
    """Members of 20 and older with a NIK, in table order."""
    today = reference_date(draft)
    return [
        row
        for row in draft.members(family_id)
        if len(row["nik"]) == 16 and (age_on(row["birth_date"], today) or 0) >= 20
    ]


def active(draft: Draft, family_id: str, *programs: str) -> list[Row]:
    """Active aid rows of a family, of the given programmes where any are named."""
    return [
        row
        for row in draft.rows("aid", family_id)
        if row["status"] in ("", "aktif") and (not programs or row["program"] in programs)
    ]


def adult_payee(draft: Draft, family_id: str) -> Row | None:
    """Who would be paid for the family: its present payee, else its first adult."""
    people = adults(draft, family_id)
    paid = {row["person_id"] for row in active(draft, family_id, *_CARD)}
    return next((row for row in people if row["person_id"] in paid), people[0] if people else None)


def has_state_paid(draft: Draft, family_id: str) -> bool:
    """Whether aid for this family would be a question of its own (SOS-52, SOS-55)."""
    return any(is_state_paid(row) for row in draft.members(family_id))


def this_month(draft: Draft) -> str:
    """The period of the reference date, as 2026-11."""
    return reference_date(draft).strftime("%Y-%m")


def this_quarter(draft: Draft) -> str:
    """The quarter of the reference date, as 2026-T4."""
    today = reference_date(draft)
    return f"{today.year}-T{(today.month + 2) // 3}"


def new_account(draft: Draft, near: str) -> str:
    """An account nobody in the draft has, like ``near`` but for its last digits."""
    # Near a NIK that is planted wrong there may be no number at all.
    number = int(re.sub(r"\D", "0", near))
    while True:
        number += 500_009
        text = f"{number:0{len(near)}d}"
        if not draft.bearing("aid", "account", text):
            return text


def add_aid(draft: Draft, payee: Row, program: str, **cells: Any) -> Row:
    """Put a person on the list of a programme, this quarter, on the card they have."""
    family_id = payee["family_id"]
    own = [
        row["account"]
        for row in active(draft, family_id, *_CARD)
        if row["person_id"] == payee["person_id"] and row["account"]
    ]
    account = own[0] if own else new_account(draft, f"9999{payee['nik'][4:16]:0<12}")
    return draft.add(
        "aid",
        {
            "aid_id": draft.new_id("aid"),
            "person_id": payee["person_id"],
            "family_id": family_id,
            "nik": payee["nik"],
            "no_kk": payee["no_kk"],
            "name": payee["name"],
            "program": program,
            "program_text": by_code("program_bantuan")[program]["varian_penulisan"].split(";")[0],
            "source": "apbn",
            "period": this_quarter(draft),
            "amount_rp": _AMOUNTS.get(program, 300_000),
            "account": account,
            "account_name": payee["name"],
            "status": "aktif",
            "is_emergency": False,
            **cells,
        },
    )
