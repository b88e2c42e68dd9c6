"""SOS-49: the dwelling is described."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.living.sos_73_code_and_word import NUMBERED_CELLS

_PARTS = {
    "floor": "lantai",
    "wall": "dinding",
    "roof": "atap",
    "water": "air minum",
    "lighting": "penerangan",
}
_BLANK = "IN ('', '-', 'KOSONG')"


@row_rule(
    table="family",
    code="SOS-49",
    severity=Severity.SEDANG,
    title="Isian rumah kosong: {blanks}",
    question="Lihat sendiri rumahnya: lantai, dinding, atap, air minum, dan penerangannya apa?",
    documents=["Foto rumah"],
    why="Peringkat kesejahteraan ikut dihitung dari isian rumah; isian kosong dapat menaikkan "
    "desil keluarga ini.",
    fields=list(_PARTS),
    status="perlu_verval",
    follow_up="kunjungan",
    basis=Basis(("E49",), "Daftar nilai P3KE (KOSONG) dan Panduan verval DTKS desa 2020", "ya"),
    needs=[f"family.{column}" for column in _PARTS],
    evidence={
        "blanks": "concat_ws(', ', "
        + ", ".join(
            f"CASE WHEN upper({column}) {_BLANK} THEN '{word}' END"
            for column, word in _PARTS.items()
        )
        + ")"
    },
    # KOSONG is an official value of P3KE, which reading leaves empty; the officer's sheet asks.
    # A number that reading could not take for a word is another question (SOS-73).
    when=f"""source_list <> 'p3ke' AND ({" OR ".join(f"upper({part}) {_BLANK}" for part in _PARTS)})
        AND family_id NOT IN (SELECT subject FROM ({NUMBERED_CELLS}))""",
)
class DwellingBlank:
    """The house is seen, not remembered; a blank cell was never looked at.

    Bad: floor and wall empty because the form was filled in at the office.
    Good: every part of the house has its material; KOSONG in a P3KE list, where it is a value.
    """


@plants(DwellingBlank)
def fill_in_at_office(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The form was filled in at the office from memory, and memory had gaps."""
    family = draft.family(family_id)
    filled = [name for name in _PARTS if family[name]]
    if len(filled) < len(_PARTS):
        return None
    blank = sorted(rng.sample(filled[:4], rng.choice((1, 2))))
    draft.change("family", family, **dict.fromkeys(blank, ""))
    words = " dan ".join(_PARTS[name] for name in blank)
    note = f"Petugas berbicara di pagar; {words} rumah belum dilihat."
    return Planted("family", family_id, tuple(blank), note=note)
