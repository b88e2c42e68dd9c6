"""BAN-06: BST beside PKH or Sembako is a note on the past."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import active, add_aid
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="aid",
    code="BAN-06",
    severity=Severity.INFO,
    title="Riwayat BST {year} bersamaan dengan {other}",
    question="Catat sebagai riwayat; tidak perlu ditanyakan kepada keluarga.",
    documents=["Daftar penerima tahun itu"],
    why="Program ini sudah selesai; riwayatnya tidak boleh dipakai untuk mencoret keluarga hari "
    "ini.",
    fields=["program", "period"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("C06",), "", "tidak"),
    needs=["aid.program", "aid.period"],
    evidence=["year", "other"],
    # BST that is still counted as active is BAN-66's question.
    select="""
        WITH paid AS (
            SELECT aid_id, family_place, program, program_name, year_, period_start, period_end,
                is_active AND period_end < getvariable('as_of') AS is_misread
            FROM aid WHERE family_place IS NOT NULL AND status <> 'gagal_salur'
                AND program IN ('BST', 'PKH', 'SEMBAKO') AND NOT coalesce(is_emergency, false)
        )
        SELECT a.aid_id AS subject, CAST(any_value(a.year_) AS VARCHAR) AS year,
            string_agg(DISTINCT b.program_name, ' dan ' ORDER BY b.program_name) AS other
        FROM paid a JOIN paid b USING (family_place)
        WHERE a.program = 'BST' AND b.program <> 'BST' AND NOT a.is_misread
            AND a.period_start <= b.period_end AND b.period_start <= a.period_end
        GROUP BY a.aid_id
    """,
)
class PandemicCashAndPkh:
    """BST was for families that PKH and Sembako did not reach; both are past.

    Bad: BST and PKH of 2021 side by side, and the family is struck off for it today.
    Good: BST of 2021 and PKH from 2023 on; a family with BST alone.
    """


@plants(PandemicCashAndPkh)
def join_old_lists(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Two payment lists of the pandemic were joined, and nobody compared them."""
    people = {row["person_id"]: row for row in draft.members(family_id)}
    standing = [row for row in active(draft, family_id, "PKH") if row["person_id"] in people]
    if len(standing) != 1 or any(r["program"] == "BST" for r in draft.rows("aid", family_id)):
        return None
    payee = people[standing[0]["person_id"]]
    period = rng.choice(("2020", "2021"))
    past = {"period": period, "status": "nonaktif", "account": "", "account_name": ""}
    other = add_aid(draft, payee, rng.choice(("PKH", "SEMBAKO")), **past)
    row = add_aid(draft, payee, "BST", **past)
    fields = ("program", "period", f"{other['aid_id']}.program", f"{other['aid_id']}.period")
    return Planted("aid", row["aid_id"], fields)
