"""PPK-45: the name of the category is one that is in use."""

import re
from random import Random

from workbench.domain.reference import reference
from workbench.domain.register import Draft
from workbench.rules.category.rows import category_name
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


def _plain(text: str) -> str:
    """A name as it is compared: capital letters and digits; ``telantar`` was once ``terlantar``."""
    return re.sub(r"[^A-Z0-9]", "", text.upper()).replace("TERLANTAR", "TELANTAR")


def _in_use() -> list[str]:
    """Every name the regulation or the field has for a category, older ones too.

    A variant that the code list calls wrong, not the same or not to be used is none.
    """
    names = {""}
    for row in reference("pmks_kategori"):
        variants = [
            re.sub(r"\([^)]*\)", "", variant)
            for variant in row["varian_penulisan"].split(";")
            if not re.search(r"\((jangan|salah|tidak)", variant)
        ]
        for name in (row["nama"], row["nama_singkat"], row["kode"], *variants):
            names |= {_plain(name), *map(_plain, name.split("/"))}
    return sorted(names)


_PLAIN = (
    "replace(regexp_replace(upper(category_text), '[^A-Z0-9]', '', 'g'), 'TERLANTAR', 'TELANTAR')"
)


@row_rule(
    table="ppks",
    code="PPK-45",
    severity=Severity.INFO,
    title="Nama kategori tidak baku: {text}",
    question="Benarkah kategori yang terbaca? Bila ya, tulis nama bakunya; keluarga tidak perlu "
    "ditanya.",
    documents=["Formulir asesmen"],
    why="Nama buatan sendiri dapat terbaca sebagai kategori lain, sehingga layanannya tidak cocok.",
    fields=["category_text"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(
        ("E45",), "Nama dan varian kategori pada aplikasi daerah dan panduan pendataan PMKS", "ya"
    ),
    needs=["ppks.category", "ppks.category_text"],
    # A sensitive kind is not named, neither in the list's words nor in ours.
    evidence={
        "text": "CASE WHEN is_sensitive THEN 'kategori peka' "
        "ELSE '\"' || category_text || '\", terbaca sebagai ' || category_name END"
    },
    # A name that reading could not place is PPK-47's question.
    when=f"category <> '' AND {_PLAIN} NOT IN ({', '.join(repr(name) for name in _in_use())})",
)
class NameInUse:
    """Reading maps a misspelt name to the one it clearly means; somebody should agree to it.

    Bad: "LANJUT USIA TELANTR".
    Good: older names and short forms in use, such as WRSE, PACA, LUT; terlantar for telantar.
    """


@plants(NameInUse)
def misspell(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A letter was left out, and the reader took the nearest name."""
    rows = [row for row in draft.rows("ppks", family_id) if row["category"]]
    if not rows:
        return None
    row = rng.choice(rows)
    name = category_name(row["category"]).upper()
    place = rng.randrange(len(name) // 2, len(name) - 1)
    wrong = name[:place] + name[place + 1 :]
    if not name[place].isalpha() or _plain(wrong) in _in_use():
        return None
    draft.change("ppks", row, category_text=wrong)
    return Planted("ppks", row["ppks_id"], ("category_text",))


@plants(NameInUse)
def add_remark(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A remark was typed into the cell of the category."""
    rows = [row for row in draft.rows("ppks", family_id) if row["category"]]
    if not rows:
        return None
    row = rng.choice(rows)
    remark = rng.choice(("LAMA", "BARU", "SUSULAN"))
    name = category_name(row["category"]).upper()
    draft.change("ppks", row, category_text=f"{name} {remark}")
    return Planted("ppks", row["ppks_id"], ("category_text",))
