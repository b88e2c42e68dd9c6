"""PPK-44: no minor stands under an adult, sensitive category."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.category.rows import ADULT_SENSITIVE, add_row, age_of, unlisted
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="ppks",
    code="PPK-44",
    severity=Severity.SEDANG,
    title="Anak berumur {age} tahun tercatat pada kategori peka untuk orang dewasa",
    question="Jangan ditanyakan di depan orang lain. Rujuk ke pekerja sosial: kategori apa yang "
    "melindungi anak ini?",
    documents=["Akta lahir", "Surat rujukan"],
    why="Nama anak tidak boleh berada di daftar umum kategori ini; ia berhak atas perlindungan "
    "khusus.",
    fields=["category"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(("E44",), "", "tidak"),
    needs=["ppks.category", "person.birth_date"],
    evidence={"age": "age"},
    when=f"age BETWEEN 0 AND 17 AND category IN {ADULT_SENSITIVE}",
)
class MinorInAdultKind:
    """Three sensitive kinds are for adults; a child there is nearly always a slip, or a victim.

    Bad: a girl of 15 under a category for adults.
    Good: the same child under a kind that protects children, by referral.
    """


@plants(MinorInAdultKind)
def pick_wrong_kind(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk's finger slipped in a menu of categories."""
    children = [row for row in unlisted(draft, family_id) if 12 <= age_of(draft, row) <= 17]
    if not children:
        return None
    row = add_row(draft, rng.choice(children), "PMKS15")
    return Planted("ppks", row["ppks_id"], ("category", "category_text"))
