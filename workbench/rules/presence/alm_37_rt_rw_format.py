"""ALM-37: RT or RW is no number of three digits."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "Mei", "Jun", "Jul", "Agu", "Sep", "Okt", "Nov", "Des")


@row_rule(
    table="family",
    code="ALM-37",
    severity=Severity.INFO,
    title="Penulisan {which} perlu dirapikan",
    question="Lihat KK: RT dan RW berapa? Tulis masing-masing tiga angka.",
    documents=["KK"],
    why="RT yang terbaca sebagai tanggal membuat rumah keluarga ini sulit dicari.",
    fields=["rt", "rw"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E37",), "Format impor BIP e-KTP OpenSID: RT dan RW tiga angka", "sekunder"),
    needs=["family.rt", "family.rw"],
    evidence={
        "which": """concat_ws(' dan ',
            CASE WHEN rt <> '' AND (NOT regexp_full_match(rt, '[0-9]{3}') OR rt = '000')
                THEN 'RT' END,
            CASE WHEN rw <> '' AND (NOT regexp_full_match(rw, '[0-9]{3}') OR rw = '000')
                THEN 'RW' END)"""
    },
    when="""(rt <> '' AND (NOT regexp_full_match(rt, '[0-9]{3}') OR rt = '000'))
        OR (rw <> '' AND (NOT regexp_full_match(rw, '[0-9]{3}') OR rw = '000'))""",
)
class RtRwFormat:
    """After reading, RT and RW are three digits each, or nobody knows them.

    Bad: 2-Mei, which a spreadsheet made of 2/5; or 000.
    Good: 002 and 005; an empty cell.
    """


@plants(RtRwFormat)
def eaten_as_a_date(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The spreadsheet took 2/5 for the second of May."""
    family = draft.family(family_id)
    rt, rw = family["rt"], family["rw"]
    if not (rt.isdigit() and rw.isdigit() and 1 <= int(rt) <= 31 and 1 <= int(rw) <= 12):
        return None
    draft.change("family", family, rt=f"{int(rt)}-{_MONTHS[int(rw) - 1]}")
    return Planted("family", family_id, ("rt",))


@plants(RtRwFormat)
def three_noughts(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The form would not take an empty cell, so the clerk typed noughts."""
    family = draft.family(family_id)
    column = rng.choice(("rt", "rw"))
    if family[column] in ("", "000"):
        return None
    draft.change("family", family, **{column: "000"})
    return Planted("family", family_id, (column,))
