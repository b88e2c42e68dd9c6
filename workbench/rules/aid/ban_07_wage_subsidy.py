"""BAN-07: the wage subsidy and PKH are not paid for the same time."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import active, add_aid
from workbench.rules.aid.programmes import PAID
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import reference_date, relation
from workbench.rules.living.members import working_adults


@table_rule(
    table="aid",
    code="BAN-07",
    severity=Severity.SEDANG,
    title="Tercatat menerima BSU sekaligus PKH pada waktu yang sama",
    question="Siapa yang bekerja, dan tahun berapa BSU itu diterima? Cocokkan dengan aturan tahun "
    "itu.",
    documents=["Bukti penerimaan BSU", "Buku rekening atau KKS"],
    why="Upah kecil bukan bukti mampu; yang dicek hanya tahun dan aturan yang berlaku.",
    fields=["program", "period"],
    status="perlu_verval",
    follow_up=["kunjungan", "musyawarah"],
    basis=Basis(("C07",), "", "tidak"),
    needs=["aid.program"],
    select=f"""
        WITH paid AS ({PAID})
        SELECT DISTINCT a.aid_id AS subject FROM paid a JOIN paid b USING (family_place)
        WHERE a.program = 'BSU' AND b.program = 'PKH'
            AND a.first_day <= b.last_day AND b.first_day <= a.last_day
    """,
)
class WageSubsidyAndPkh:
    """The wage subsidy is for insured workers, whose families in practice get no PKH.

    Bad: BSU of 2026 and PKH of the same year.
    Good: BSU of 2022, before the worker was laid off and PKH began; BSU and Sembako.
    """


@plants(WageSubsidyAndPkh)
def pay_by_work_list(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The employer's list was paid without looking at the lists of families."""
    workers = [row for row in working_adults(draft, family_id) if len(row["nik"]) == 16]
    rows = draft.rows("aid", family_id)
    year = str(reference_date(draft).year)
    standing = [row for row in active(draft, family_id, "PKH") if row["period"][:4] == year]
    if not workers or not standing or any(row["program"] == "BSU" for row in rows):
        return None
    person = rng.choice(workers)
    row = add_aid(draft, person, "BSU", period=year, account="", account_name="")
    note = f"Anggota yang tercatat sebagai {relation(person)} membenarkan pernah menerima BSU."
    return Planted("aid", row["aid_id"], ("program", "period"), note=note)
