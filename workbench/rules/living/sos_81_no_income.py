"""SOS-81: an income of nought does not go with somebody who works."""

import re
from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.living.members import IDLE


@table_rule(
    table="family",
    code="SOS-81",
    severity=Severity.INFO,
    title="Penghasilan tertulis nol, padahal kepala keluarga bekerja sebagai {work}",
    question="Wawancarai ulang: berapa penghasilan sebulan terakhir, dan dari siapa saja?",
    documents=["Catatan penghasilan"],
    why="Angka nol yang tidak benar membuat keluarga ini diragukan, juga bila ia memang miskin.",
    fields=["income_rp"],
    status="layak",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(("E60",), "", "tidak"),
    needs=["family.income_rp", "person.occupation"],
    evidence=["work"],
    select=f"""
        SELECT f.family_id AS subject, min(p.occupation) AS work
        FROM family f JOIN person p ON p.family_place = f.place
        WHERE f.income_rp = 0 AND p.shdk = 'kepala_keluarga'
            AND p.occupation NOT IN ('', '-', 'LAINNYA')
            AND NOT regexp_matches(upper(p.occupation), '{IDLE}')
        GROUP BY f.family_id
    """,
)
class IncomeOfWorkers:
    """A nought is often an empty cell that the form refused.

    Bad: the head sells vegetables, and the family earns nothing.
    Good: an old couple without work who live on what their children send; an empty cell.
    """


@plants(IncomeOfWorkers)
def type_nought_for_unknown(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Nobody asked, and the form refused an empty cell."""
    family = draft.family(family_id)
    works = [
        row
        for row in draft.members(family_id)
        if row["shdk"] == "kepala_keluarga"
        and row["occupation"]
        and not re.search(IDLE, row["occupation"].upper())
    ]
    if len(works) != 1 or not family["income_rp"]:
        return None
    draft.change("family", family, income_rp=0)
    note = "Petugas belum menanyakan penghasilan keluarga ini."
    fields = ("income_rp", f"{works[0]['person_id']}.occupation")
    return Planted("family", family_id, fields, note=note)
