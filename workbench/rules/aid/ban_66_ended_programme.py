"""BAN-66: an ended programme is history."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import add_aid, adult_payee
from workbench.rules.aid.programmes import ENDED, sql_list
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="aid",
    code="BAN-66",
    severity=Severity.INFO,
    title="Program {program} sudah selesai tetapi tercatat aktif",
    question="Tandai sebagai riwayat; tidak perlu ditanyakan kepada keluarga.",
    documents=["Daftar penerima tahun berjalan"],
    why="Keluarga tampak masih dibantu padahal tidak, sehingga dapat terlewat dari bantuan baru.",
    fields=["program", "status"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E66",), "Kolom program pada DTKS dan SIKS-NG", "ya"),
    needs=["aid.program"],
    evidence={"program": "program_name"},
    # Without a period the row is taken for the last year any of them was paid.
    when=f"program IN {sql_list(ENDED)} AND is_active "
    "AND coalesce(period_end, DATE '2022-12-31') < getvariable('as_of')",
)
class EndedProgramme:
    """Aid of the pandemic stands in old columns and is counted as if it went on.

    Bad: BST "YA" in a list of today.
    Good: the same row with another status, kept as history; BST in a list of 2021.
    """


@plants(EndedProgramme)
def keep_old_column(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The column of an old export was carried along."""
    payee = adult_payee(draft, family_id)
    if payee is None:
        return None
    program, period = rng.choice((("BST", "2021"), ("BPNTPPKM", "2021"), ("BLTBBM", "2022")))
    row = add_aid(draft, payee, program, period=period, account="", account_name="")
    return Planted("aid", row["aid_id"], ("program", "status", "period"))
