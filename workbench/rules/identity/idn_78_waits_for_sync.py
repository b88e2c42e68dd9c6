"""IDN-78: not matched, but the card was issued afterwards."""

from datetime import timedelta
from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.idn_18_not_matched import NOTHING_KNOWN
from workbench.rules.identity.slips import people_with_sound_numbers


@table_rule(
    table="person",
    code="IDN-78",
    severity=Severity.INFO,
    title="Belum padan, tetapi KK terbit {days} hari setelah pemadanan terakhir",
    question="Tunggu sinkron, lalu ulangi pemadanan. Apakah KK terbitan baru sudah difotokopi?",
    documents=["KK terbitan baru", "KTP-el"],
    why="Keluarga sudah mengurus; jangan diusulkan hapus hanya karena data pusat terlambat.",
    fields=["dukcapil_match", "dukcapil_matched_on", "family.kk_issued_on"],
    status="layak",
    follow_up=["rujuk_dukcapil", "tidak_ada"],
    basis=Basis(("E78",), "Bimtek SIKS-NG: padan ulang setelah perbaikan di Dukcapil", "ya"),
    needs=[
        "person.nik",
        "person.dukcapil_match",
        "person.dukcapil_matched_on",
        "family.kk_issued_on",
    ],
    evidence=("days",),
    # What IDN-18 leaves out. A registry that has answered since then has caught up.
    select="""
SELECT person_id AS subject, date_diff('day', p.dukcapil_matched_on, f.kk_issued_on) AS days
FROM person p JOIN family f ON f.place = p.family_place
WHERE nik_has_date AND NOT nik_is_filler AND NOT nik_is_kk AND dukcapil_match = 'tidak_padan'
    AND coalesce(registry_status, '') NOT IN ('meninggal', 'nonaktif')
    AND f.kk_issued_on > p.dukcapil_matched_on AND f.kk_issued_on <= getvariable('as_of')
    AND NOT coalesce(registry_status = 'hidup' AND registry_answered_on >= f.kk_issued_on, false)
""",
)
class WaitsForSync:
    """What a local office has corrected reaches the national registry some time later.

    Bad: matched in May without success, the card printed anew in June.
    Good: matched after the card was printed; that is another question.
    """


@plants(WaitsForSync)
def corrected_after_the_match(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The matching failed, the family had its card corrected, and nobody matched again."""
    issued = draft.family(family_id)["kk_issued_on"]
    people = [
        row
        for row in people_with_sound_numbers(draft, family_id)
        if row["dukcapil_match"] == "padan" and draft.registry(row["nik"]) is not None
    ]
    if not people or issued is None:
        return None
    person = rng.choice(people)
    answer = draft.registry(person["nik"])
    assert answer is not None
    matched = issued - timedelta(days=rng.randrange(4, 40))
    draft.change("dukcapil", answer, **NOTHING_KNOWN, answered_on=matched)
    draft.change("person", person, dukcapil_match="tidak_padan", dukcapil_matched_on=matched)
    return Planted("person", person["person_id"], ("dukcapil_match", "dukcapil_matched_on"))
