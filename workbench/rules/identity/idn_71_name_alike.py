"""IDN-71: the name is nearly that of the civil registry."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import people_with_sound_numbers, setting
from workbench.rules.names import likeness

#: What the ear does not tell apart, as pairs of letters.
_HEARD_ALIKE = (
    *(("Y", "I"), ("I", "Y"), ("DH", "D"), ("KH", "H"), ("F", "P"), ("P", "F"), ("V", "F")),
    *(("Z", "J"), ("J", "Z"), ("AE", "AI"), ("AI", "AE"), ("U", "OE"), ("H ", " "), ("Q", "K")),
)


@row_rule(
    table="person",
    code="IDN-71",
    severity=Severity.INFO,
    title="Nama pada daftar hampir sama dengan nama di Dukcapil",
    question="Lihat KTP-el: huruf mana yang berbeda? Pakai ejaan KTP-el.",
    documents=["KTP-el", "KK"],
    why="Beda satu huruf jarang menghalangi, tetapi bank dapat menolak membuka rekeningnya.",
    fields=["name"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("S05",), "Kelas galat SIKS-NG menurut berita Jawa Timur 2021", "sekunder"),
    needs=["person.nik", "person.name", "person.dukcapil_match|dukcapil.name"],
    # Titles, initials, aliases and another order of the words make no other name; less alike
    # than this is another rule's question, and so is "tidak padan".
    when="""name <> '' AND dukcapil_match <> 'tidak_padan'
        AND CASE WHEN registry_likeness IS NULL THEN dukcapil_match = 'padan_mirip'
            ELSE registry_likeness < 1 AND (dukcapil_match = 'padan_mirip'
                OR registry_likeness >= getvariable('name_similarity_min')) END""",
)
class NameAlike:
    """A name heard is not a name read from the card.

    Bad: MARYANI on the card, MARIANI on the list; the last matching said *padan, nama mirip*.
    Good: the same name, also with a title, with M. for Muhamad, or in another order.
    """


@plants(NameAlike)
def written_by_ear(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The name was dictated, and the clerk wrote what was heard."""
    found = _respelt(draft, family_id)
    if not found:
        return None
    person, name = rng.choice(found)
    _rename(draft, person, name)
    return Planted("person", person["person_id"], ("name",))


@plants(NameAlike)
def said_by_the_match(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The last matching came back with *nama mirip*, and the spelling stayed."""
    found = [(row, name) for row, name in _respelt(draft, family_id) if row["dukcapil_match"]]
    if not found:
        return None
    person, name = rng.choice(found)
    _rename(draft, person, name)
    draft.change("person", person, dukcapil_match="padan_mirip")
    return Planted("person", person["person_id"], ("name", "dukcapil_match"))


def _rename(draft: Draft, person: Row, name: str) -> None:
    family = draft.family(person["family_id"])
    if person["shdk"] == "kepala_keluarga" and family["head_name"] == person["name"]:
        draft.change("family", family, head_name=name)
    draft.change("person", person, name=name)


def _respelt(draft: Draft, family_id: str) -> list[tuple[Row, str]]:
    """Members whose registry answer has their very name, each with a spelling like it."""
    minimum = setting(draft, "name_similarity_min")
    found = []
    for row in people_with_sound_numbers(draft, family_id):
        answer = draft.registry(row["nik"])
        if answer is None or answer["name"] != row["name"] or row["dukcapil_match"] != "padan":
            continue
        for letters, heard in _HEARD_ALIKE:
            name = row["name"].replace(letters, heard, 1)
            if minimum <= likeness(name, answer["name"]) < 1:
                found.append((row, name))
    return found
