"""KEL-27: a marital status that cannot be."""

from random import Random

from workbench.domain.ages import age_on
from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import reference_date, setting


@row_rule(
    table="person",
    code="KEL-27",
    severity=Severity.SEDANG,
    title="{state}, perlu dicek",
    question="Lihat KK atau buku nikah: apa status perkawinannya?",
    documents=["KK", "Buku nikah"],
    why="Anak yang tercatat kawin mungkin perlu perlindungan; jangan dihapus, pastikan dahulu.",
    fields=["marital_status", "shdk"],
    status="layak",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(("E27",), "", "tidak"),
    needs=["person.marital_status", "person.birth_date", "person.shdk"],
    evidence={
        "state": """CASE WHEN shdk IN ('istri', 'suami') AND marital_status = 'belum_kawin'
            THEN upper(shdk[1]) || shdk[2:] || ' tercatat belum kawin'
            ELSE 'Anak umur ' || age || ' tahun tercatat pernah kawin' END"""
    },
    when="""(shdk IN ('istri', 'suami') AND marital_status = 'belum_kawin')
        OR (age >= 0 AND age < getvariable('marriage_age_min')
            AND marital_status NOT IN ('', 'belum_kawin'))""",
)
class MaritalStatus:
    """A spouse is married, and children are not.

    Bad: a wife marked *belum kawin*, as on her identity card from before the wedding.
    Good: a widow as head; a grown son who is not married. A child bride is referred, not erased.
    """


@plants(MaritalStatus)
def copied_from_an_old_card(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The status was copied from an identity card made before the wedding."""
    spouses = [
        row
        for row in draft.members(family_id)
        if row["shdk"] in ("istri", "suami") and row["marital_status"] == "kawin"
    ]
    if not spouses:
        return None
    person = rng.choice(spouses)
    draft.change("person", person, marital_status="belum_kawin")
    return Planted("person", person["person_id"], ("marital_status",))


@plants(MaritalStatus)
def slip_to_a_child(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The parents' status was dragged down to a child's line."""
    as_of, limit = reference_date(draft), setting(draft, "marriage_age_min")
    children = [
        row
        for row in draft.members(family_id)
        if row["marital_status"] == "belum_kawin"
        and row["shdk"] not in ("istri", "suami")
        and (age := age_on(row["birth_date"], as_of)) is not None
        and 0 <= age < limit
    ]
    if not children:
        return None
    person = rng.choice(children)
    draft.change("person", person, marital_status="kawin")
    return Planted("person", person["person_id"], ("marital_status",))
