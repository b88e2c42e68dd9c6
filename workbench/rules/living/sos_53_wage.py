"""SOS-53: a wage above the minimum, matched from another list, is asked about."""

import re
from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import relation
from workbench.rules.living.members import IDLE, working_adults


@row_rule(
    table="person",
    code="SOS-53",
    severity=Severity.TINGGI,
    title="Menurut padanan data, upah orang ini di atas upah minimum",
    question="Masih bekerja di sana? Berapa upahnya sekarang?",
    documents=["Slip upah", "Surat PHK"],
    why="Data upah bisa usang; keluarga yang baru kehilangan pekerjaan jangan dicoret.",
    fields=["flags"],
    status="perlu_verval",
    follow_up=["kunjungan", "musyawarah"],
    basis=Basis(("E53",), "Keterangan Kemensos 2023 tentang penerima berupah di atas UMK", "ya"),
    needs=["person.flags"],
    when="list_contains(string_split(flags, ';'), 'upah')",
)
class WageAboveMinimum:
    """The flag comes from an insurance list that may be a year old.

    Bad: flagged, and struck off without a question.
    Good: no flag, or a flag of another kind.
    """


@plants(WageAboveMinimum)
def match_wage_list(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A matching with last year's list of insured workers marked the person."""
    workers = [
        row
        for row in working_adults(draft, family_id)
        if row["occupation"] and not re.search(IDLE, row["occupation"].upper())
    ]
    if not workers or (draft.family(family_id)["desil"] or 10) > 5:
        return None
    person = rng.choice(workers)
    draft.change("person", person, flags="upah")
    note = (
        f"Anggota yang tercatat sebagai {relation(person)} berkata sudah berhenti dari "
        "perusahaannya; suratnya belum dilihat."
    )
    return Planted("person", person["person_id"], ("flags",), note=note)
