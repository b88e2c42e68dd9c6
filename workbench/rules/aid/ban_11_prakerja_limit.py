"""BAN-11: Prakerja takes a limited number of people of one family card."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.aid.payees import add_aid, adults, has_state_paid
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import reference_date, setting


@table_rule(
    table="family",
    code="BAN-11",
    severity=Severity.SEDANG,
    title="{people} anggota KK ini tercatat peserta Prakerja, batasnya {most}",
    question="Siapa saja yang sungguh ikut pelatihan? Lihat akun atau sertifikatnya.",
    documents=["KK", "Sertifikat pelatihan"],
    why="Nama anggota dapat dipakai orang lain untuk mendaftar; keluarga perlu tahu sebelum "
    "ditolak.",
    fields=["aid.program"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(
        ("C11",), "Katalog program perlindungan sosial 2025-2026 (pihak ketiga)", "sekunder"
    ),
    needs=["aid.program", "aid.nik", "family.no_kk"],
    evidence=["people", "most"],
    # A civil servant among them is SOS-52's question.
    select="""
        SELECT any_value(f.family_id) AS subject, count(DISTINCT a.nik_number) AS people,
            any_value(getvariable('prakerja_per_kk_max')) AS most
        FROM aid a JOIN family f ON f.place = a.family_place
        WHERE a.program = 'PRAKERJA' AND a.status <> 'gagal_salur' AND f.kk_number IS NOT NULL
        GROUP BY a.family_place
        HAVING count(DISTINCT a.nik_number) > getvariable('prakerja_per_kk_max')
    """,
)
class FewTrainees:
    """At most two NIK of one card take part, each once.

    Bad: father, mother and a grown son, all on the Prakerja list.
    Good: two of them; one of them in two batches.
    """


@plants(FewTrainees)
def enrol_everybody(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A broker enrolled every adult of the house."""
    most = setting(draft, "prakerja_per_kk_max")
    rows = [row for row in draft.rows("aid", family_id) if row["program"] == "PRAKERJA"]
    enrolled = {row["nik"] for row in rows}
    people = [row for row in adults(draft, family_id) if row["nik"] not in enrolled]
    wanted = most + 1 - len(enrolled)
    if has_state_paid(draft, family_id) or not 0 < wanted <= len(people):
        return None
    year = str(reference_date(draft).year)
    rows += [
        add_aid(draft, person, "PRAKERJA", period=year, account="", account_name="")
        for person in rng.sample(people, wanted)
    ]
    note = "Satu anggota berkata tidak pernah mendaftar Prakerja."
    fields = tuple(f"{row['aid_id']}.program" for row in rows)
    return Planted("family", family_id, fields, note=note)
