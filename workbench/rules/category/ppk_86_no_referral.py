"""PPK-86: a sensitive category rests on a referral, not on hearsay."""

from random import Random

from workbench.domain.reference import reference
from workbench.domain.register import Draft
from workbench.rules.category.rows import ADULT_SENSITIVE, COUNTS, add_row, age_of, unlisted
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule

#: Kinds with a person, for adults, that no minimum service counts.
_PERSONAL = ("PMKS15", "PMKS17", "PMKS18", "PMKS19", "PMKS20")
_SENSITIVE = frozenset(row["kode"] for row in reference("pmks_kategori") if row["sensitif"] == "ya")


@row_rule(
    table="ppks",
    code="PPK-86",
    severity=Severity.SEDANG,
    title="Kategori peka tercatat bersama nama, tanpa tanggal asesmen atau rujukan",
    question="Jangan ditanyakan di depan orang lain. Adakah rujukan resmi? Bila tidak, pindahkan "
    "dari daftar umum ke pekerja sosial.",
    documents=["Surat rujukan", "Formulir asesmen"],
    why="Dugaan tetangga yang tertulis di daftar dapat melukai orang ini dan keluarganya.",
    fields=["category", "assessed_on"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(("E44",), "Kriteria Permensos 8/2012: hanya dari rujukan atau asesmen", "sebagian"),
    needs=["ppks.category", "ppks.assessed_on"],
    # A minor among adults is PPK-44's question, who counts for a minimum service PPK-48's.
    when="is_sensitive AND assessed_on IS NULL AND (person_id <> '' OR nik <> '') "
    f"AND NOT {COUNTS} AND NOT coalesce(age < 18 AND category IN {ADULT_SENSITIVE}, false)",
)
class ReferredNotSuspected:
    """Some categories come from a court, a clinic or an outreach worker, never from a guess.

    Bad: a name under such a category, with nothing to show for it.
    Good: the same with the day of an assessment; a row that names nobody.
    """


@plants(ReferredNotSuspected)
def write_what_neighbours_say(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk wrote down what neighbours say."""
    adults = [row for row in unlisted(draft, family_id) if 20 <= age_of(draft, row) <= 59]
    if not adults:
        return None
    row = add_row(draft, rng.choice(adults), rng.choice(_PERSONAL), assessed_on=None)
    return Planted("ppks", row["ppks_id"], ("category", "category_text", "assessed_on"))


@plants(ReferredNotSuspected)
def lose_referral(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The letter of referral was kept elsewhere, and its date did not come onto the list."""
    rows = [
        row
        for row in draft.rows("ppks", family_id)
        if row["category"] in _SENSITIVE
        and row["person_id"]
        and row["assessed_on"]
        # Known as neglected, the child would be PPK-48's question.
        and not (row["category"] == "PMKS07" and row["is_telantar"])
    ]
    if not rows:
        return None
    row = rng.choice(rows)
    draft.change("ppks", row, assessed_on=None)
    return Planted("ppks", row["ppks_id"], ("category", "assessed_on"))
