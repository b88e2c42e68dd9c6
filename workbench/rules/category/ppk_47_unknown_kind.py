"""PPK-47: the category is one of the twenty-six."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="ppks",
    code="PPK-47",
    severity=Severity.SEDANG,
    title='Kategori "{text}" tidak ada di antara 26 jenis PPKS',
    question="Kategori baku mana yang sesuai dengan keadaan orang ini?",
    documents=["Formulir asesmen"],
    why="Kategori di luar 26 jenis tidak terhitung, sehingga orang ini tidak terlayani.",
    fields=["category_text"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E47",), "Tabel aplikasi daerah dengan kategori di luar 26 jenis", "ya"),
    needs=["ppks.category_text"],
    evidence={"text": "category_text"},
    when="category = '' AND trim(category_text) NOT IN ('', '-', '0')",
)
class UnknownKind:
    """Regions may have kinds of their own, but the count of the 26 knows only the 26.

    Bad: ODGJ, which belongs under Penyandang Disabilitas (mental) once assessed.
    Good: a known older name or short form, which reading has already mapped.
    """


#: What people say in place of the standard name.
_LOCAL_WORDS = {
    "PMKS01": "Balita Kurang Terurus",
    "PMKS02": "Anak Kurang Mampu",
    "PMKS08": "Jompo",
    "PMKS09": "Disabilitas Telantar",
    "PMKS11": "Orang Telantar",
    "PMKS12": "Peminta-minta",
    "PMKS13": "Tukang Rongsok",
    "PMKS23": "Perempuan Miskin",
}


@plants(UnknownKind)
def write_local_word(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk wrote the word people use."""
    rows = [row for row in draft.rows("ppks", family_id) if row["category"] in _LOCAL_WORDS]
    if not rows:
        return None
    row = rng.choice(rows)
    draft.change("ppks", row, category="", category_text=_local_word(draft, row))
    return Planted("ppks", row["ppks_id"], ("category", "category_text"))


def _local_word(draft: Draft, row: Row) -> str:
    for person in draft.members(row["family_id"]):
        if person["person_id"] == row["person_id"] and person["disability"] == "mental":
            return "ODGJ"
    return _LOCAL_WORDS[row["category"]]
