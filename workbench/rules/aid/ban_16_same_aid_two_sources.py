"""BAN-16: one person is not paid the same aid by the city and by the state."""

from random import Random

from workbench.domain.register import Draft
from workbench.domain.wilayah import CITY
from workbench.rules.aid.payees import active
from workbench.rules.aid.programmes import PURSE
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule

_PERSONAL = ("PERMAKANAN", "YAPI", "ATENSI", "PIP")


@table_rule(
    table="aid",
    code="BAN-16",
    severity=Severity.SEDANG,
    title="{program} tercatat dari dua sumber untuk orang yang sama pada waktu yang sama",
    question="Dari mana saja bantuan itu datang? Lihat aturan daerah: bolehkah keduanya?",
    documents=["Daftar penerima tiap sumber"],
    why="Bantuan daerah biasanya untuk yang belum dibantu pusat; orang lain mungkin masih "
    "menunggu.",
    fields=["program", "source"],
    status="perlu_verval",
    follow_up=["musyawarah", "kunjungan"],
    basis=Basis(("C16",), "", "tidak"),
    needs=["aid.program", "aid.source", "aid.nik"],
    evidence=["program"],
    # What is paid to families is BAN-64's question.
    select=f"""
        WITH paid AS NOT MATERIALIZED (
            SELECT aid_id, nik_number, program, program_name, {PURSE} AS purse,
                coalesce(period_start, getvariable('as_of')) AS first_day,
                coalesce(period_end, getvariable('as_of')) AS last_day,
                hash(nik_number, program) AS slot
            FROM aid WHERE is_active AND nik_number IS NOT NULL
                AND NOT coalesce(is_emergency, false) AND program IN (SELECT kode FROM program
                    WHERE satuan IN ('perorangan', 'anak', 'siswa', 'mahasiswa'))
        ),
        mixed AS (
            SELECT * FROM paid WHERE slot IN (
                SELECT slot FROM paid GROUP BY slot HAVING min(purse) < max(purse))
        )
        SELECT b.aid_id AS subject, any_value(b.program_name) AS program
        FROM mixed a JOIN mixed b USING (nik_number, program)
        WHERE a.purse < b.purse AND a.first_day <= b.last_day AND b.first_day <= a.last_day
        GROUP BY b.aid_id
    """,
)
class OneSourceForAPerson:
    """Meals, an orphan's allowance or a contribution come from one purse at a time.

    Bad: an old woman's meals from the state and from the city in October.
    Good: the city's meals until June, the state's from July; meals for her, a PIP for the child.
    """


@plants(OneSourceForAPerson)
def add_to_list_of_city(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The city's list was made from the same names as the state's."""
    rows = [
        row
        for row in active(draft, family_id, *_PERSONAL)
        if row["source"] == "apbn" and len(row["nik"]) == 16
    ]
    if not rows:
        return None
    row = rng.choice(rows)
    cells = {"source": "apbd_kabkota", "account": "", "account_name": ""}
    added = draft.add("aid", {**row, "aid_id": draft.new_id("aid"), **cells})
    note = f"Keluarga membenarkan: bantuan itu juga datang dari pemerintah {CITY.kind}."
    fields = ("program", "source", f"{row['aid_id']}.program", f"{row['aid_id']}.source")
    return Planted("aid", added["aid_id"], fields, note=note)
