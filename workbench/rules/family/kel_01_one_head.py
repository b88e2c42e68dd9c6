"""KEL-01: a family card has exactly one head."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, family_rule, plants


@family_rule(
    code="KEL-01",
    severity=Severity.SEDANG,
    title="KK mencatat {heads} kepala keluarga",
    question="Lihat KK asli: siapa yang tertulis sebagai kepala keluarga?",
    documents=["KK"],
    why="Tanpa satu kepala yang jelas, susunan keluarga dan hak tiap anggota tidak dapat dibaca.",
    fields=["person.shdk"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E21", "E22"), "", "tidak"),
    needs=["person.shdk", "person.no_kk"],
    evidence={"heads": "count(*) FILTER (shdk = 'kepala_keluarga')"},
    having="heads <> 1",
)
class OneHead:
    """The card is read from its head; with none, or with two, the family cannot be built.

    Bad: two cards were merged and both old heads kept their mark.
    Good: one ``kepala_keluarga``; everyone else is related to that person.
    """


@plants(OneHead)
def promote_spouse(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk marked the wife as head and left the husband as he was."""
    spouses = [row for row in draft.members(family_id) if row["shdk"] in ("istri", "suami")]
    if not spouses:
        return None
    spouse = rng.choice(spouses)
    draft.change("person", spouse, shdk="kepala_keluarga")
    return Planted("family", family_id, (f"{spouse['person_id']}.shdk",))


@plants(OneHead)
def demote_head(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The head's row was copied from the line of a cousin, so nobody is head."""
    members = draft.members(family_id)
    heads = [row for row in members if row["shdk"] == "kepala_keluarga"]
    if len(members) < 2 or len(heads) != 1:
        return None
    draft.change("person", heads[0], shdk="famili_lain")
    return Planted("family", family_id, (f"{heads[0]['person_id']}.shdk",))
