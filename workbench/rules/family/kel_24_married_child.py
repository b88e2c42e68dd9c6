"""KEL-24: the card still holds somebody who has a family of their own."""

from random import Random

from workbench.domain.ages import age_on
from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import reference_date, relation, setting


@row_rule(
    table="person",
    code="KEL-24",
    severity=Severity.SEDANG,
    title="Anggota ini {state}, tetapi masih tercatat pada KK lama",
    question="Apakah ia sudah punya KK sendiri? Apakah masih tinggal dan makan di rumah ini?",
    documents=["KK", "Buku nikah"],
    why="Keluarga muda berhak dinilai sendiri, dan keluarga lama tidak lagi menanggungnya.",
    fields=["marital_status", "existence", "shdk"],
    status="perlu_verval",
    follow_up=["kunjungan", "rujuk_dukcapil"],
    basis=Basis(("E24",), "Kode jawaban FASIH Pemutakhiran DTSEN PBI 2026: sudah pisah KK", "ya"),
    needs=["person.shdk", "person.marital_status", "person.no_kk"],
    evidence={"state": "CASE WHEN existence = 'KB6' THEN 'sudah pisah KK' ELSE 'sudah kawin' END"},
    when="""family_usable AND (existence = 'KB6'
        OR (shdk = 'anak' AND marital_status = 'kawin'
            AND age BETWEEN getvariable('split_family_age_min') AND getvariable('age_max')))""",
)
class MarriedChild:
    """Married children usually make a card of their own; living on together is lawful too.

    Bad: a married daughter lives with her husband's parents and stands on both lists.
    Good: unmarried children; a son-in-law or daughter-in-law of the same house.
    """


@plants(MarriedChild)
def married_meanwhile(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A grown child married after the card was printed; the list knows, the card does not."""
    children = [row for row in _grown(draft, family_id) if row["shdk"] == "anak"]
    unmarried = [row for row in children if row["marital_status"] == "belum_kawin"]
    if not unmarried:
        return None
    child = rng.choice(unmarried)
    draft.change("person", child, marital_status="kawin")
    return Planted(
        "person",
        child["person_id"],
        ("marital_status",),
        note="Kata keluarganya, seorang anak sudah menikah dan tinggal di rumah mertuanya.",
    )


@plants(MarriedChild)
def has_own_card(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The enumerator ticked *pisah KK*, and the row stayed."""
    people = [
        row
        for row in _grown(draft, family_id)
        if row["shdk"] not in ("kepala_keluarga", "istri", "suami", "pembantu")
        and row["existence"] in ("", "KB1")
    ]
    if not people:
        return None
    person = rng.choice(people)
    draft.change("person", person, existence="KB6")
    return Planted(
        "person",
        person["person_id"],
        ("existence",),
        note=f"Anggota yang tercatat sebagai {relation(person)} sudah punya KK sendiri.",
    )


def _grown(draft: Draft, family_id: str) -> list[Row]:
    as_of = reference_date(draft)
    oldest, youngest = setting(draft, "age_max"), setting(draft, "split_family_age_min")
    return [
        row
        for row in draft.members(family_id)
        if (age := age_on(row["birth_date"], as_of)) is not None and youngest <= age <= oldest
    ]
