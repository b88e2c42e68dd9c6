"""PPK-41: a category for women is given to women."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.category.rows import add_row, age_of, listed_once, unlisted
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="ppks",
    code="PPK-41",
    severity=Severity.TINGGI,
    title="Kategori {kind} hanya untuk perempuan, di daftar tertulis laki-laki",
    question="Lihat KTP-el: jenis kelaminnya yang salah tulis, atau kategorinya yang keliru?",
    documents=["KTP-el"],
    why="Layanan untuk perempuan yang menanggung keluarga ini dapat tercatat pada orang yang "
    "salah dan tidak sampai kepadanya.",
    fields=["category"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E41",), "Kriteria Permensos 8/2012 tentang PMKS dan PSKS", "ya"),
    needs=["ppks.category", "person.sex"],
    evidence={"kind": "category_name"},
    when="category_sex = 'P' AND sex = 'L'",
)
class SexOfCategory:
    """Perempuan Rawan Sosial Ekonomi (formerly WRSE) is a category for women of 18 to 59.

    Bad: a widower listed because he is poor and alone.
    Good: a woman who earns the family's living.
    """


@plants(SexOfCategory)
def list_man(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk saw a poor man without help and took the nearest category."""
    men = [row for row in unlisted(draft, family_id) if _fits(draft, row)]
    if not men:
        return None
    row = add_row(draft, rng.choice(men), "PMKS23")
    return Planted("ppks", row["ppks_id"], ("category", "category_text"))


@plants(SexOfCategory)
def put_on_line_of_man(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The woman's category came onto the line of a man of her family."""
    rows = [row for row, _ in listed_once(draft, family_id, "PMKS23")]
    men = [row for row in unlisted(draft, family_id) if _fits(draft, row)]
    if not rows or not men:
        return None
    row, man = rng.choice(rows), rng.choice(men)
    draft.change("ppks", row, person_id=man["person_id"], nik=man["nik"])
    return Planted("ppks", row["ppks_id"], ("category", "category_text", "nik"))


def _fits(draft: Draft, row: dict[str, object]) -> bool:
    return row["sex"] == "L" and 19 <= age_of(draft, row) <= 58
