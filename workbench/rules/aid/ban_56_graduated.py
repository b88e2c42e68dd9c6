"""BAN-56: who has graduated is no longer paid."""

from datetime import timedelta
from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import active, this_quarter
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import reference_date


@table_rule(
    table="aid",
    code="BAN-56",
    severity=Severity.TINGGI,
    title="Sudah graduasi {graduated} tetapi bantuan {program} masih berjalan",
    question="Lihat surat pengunduran diri atau berita acara graduasi: sejak kapan berlaku?",
    documents=["Surat pengunduran diri", "Berita acara graduasi"],
    why="Graduasi adalah keputusan keluarga yang dihormati; bantuan yang terus masuk jadi temuan.",
    fields=["status", "period"],
    status="tidak_layak",
    reason="TL18",
    follow_up=["perbaiki_data", "musyawarah"],
    basis=Basis(("E56",), "Keterangan Dinsos Kab. Bekasi 2024; status KPM PKH", "ya"),
    needs=["aid.program", "event.kind", "event.date"],
    evidence=["graduated", "program"],
    # A list that gives no period is taken for today's.
    select="""
        SELECT a.aid_id AS subject, max(e.date) AS graduated,
            any_value(a.program_name) AS program
        FROM aid a JOIN event e ON e.family_id = a.family_id AND e.kind = 'graduasi'
            AND e.program IN ('', a.program)
        WHERE a.is_active AND a.family_id <> '' AND a.program = 'PKH'
            AND e.date < coalesce(a.period_start, getvariable('as_of'))
            AND NOT EXISTS (SELECT 1 FROM event b WHERE b.family_id = a.family_id
                AND b.kind = 'masuk_kembali' AND b.program IN ('', a.program)
                AND b.date >= e.date)
        GROUP BY a.aid_id
    """,
)
class GraduatedIsNotPaid:
    """A family that left PKH by its own letter should not be on the next quarter's list.

    Bad: letter of July, PKH of the last quarter.
    Good: the payment before the letter; Sembako, which is judged by itself; a family that was
    taken in again.
    """


@plants(GraduatedIsNotPaid)
def miss_letter(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The letter was filed, and nobody took the name off the payment list."""
    rows = active(draft, family_id, "PKH")
    if len(rows) != 1 or rows[0]["period"] != this_quarter(draft):
        return None
    row = rows[0]
    draft.add(
        "event",
        {
            "event_id": draft.new_id("event"),
            "person_id": row["person_id"],
            "family_id": family_id,
            "nik": row["nik"],
            "no_kk": row["no_kk"],
            "name": row["name"],
            "kind": "graduasi",
            "date": reference_date(draft) - timedelta(days=rng.randint(120, 500)),
            "evidence": "surat pengunduran diri bermeterai",
            "kelurahan_kode_kemendagri": draft.family(family_id)["kelurahan_kode_kemendagri"],
            "program": "PKH",
        },
    )
    note = "Keluarga menunjukkan salinan surat pengunduran diri dari PKH, bermeterai."
    return Planted("aid", row["aid_id"], ("status", "period", "program"), note=note)
