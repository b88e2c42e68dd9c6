"""IDN-19: the name differs from the one the civil registry has."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import people_with_sound_numbers, setting
from workbench.rules.names import likeness

#: What a neighbourhood calls somebody whose card says something else.
_NICKNAMES = {
    "L": ("UJANG", "ENTONG", "BOIM", "ACENG", "DUDUNG", "COKI", "MAMAT", "IYUS"),
    "P": ("ENENG", "ICIH", "EUIS", "IPAH", "ENCUM", "OTIH", "CUCU", "NYAI"),
}


@row_rule(
    table="person",
    code="IDN-19",
    severity=Severity.SEDANG,
    title="Nama pada daftar berbeda dari nama di Dukcapil",
    question="Lihat KTP-el: bagaimana nama ini ditulis? Apakah yang di daftar nama panggilan?",
    documents=["KTP-el", "KK"],
    why="Nama yang berbeda dari KTP dapat menggagalkan pembukaan rekening dan pencairan bantuan.",
    fields=["name"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(
        ("E19", "S04"),
        "Aplikasi verval Kemensos lama: ambang kemiripan nama 60 %",
        "ya",
    ),
    needs=["person.nik", "person.name", "person.dukcapil_match|dukcapil.name"],
    # "Mirip" (S05) is no finding, and "tidak padan" is another rule's question.
    when="""name <> '' AND dukcapil_match NOT IN ('padan_mirip', 'tidak_padan')
        AND CASE WHEN registry_likeness IS NULL THEN dukcapil_match = 'padan_beda_nama'
            ELSE registry_likeness < getvariable('name_similarity_min') END""",
)
class NameDiffers:
    """The registry's spelling is the one banks and post offices go by.

    Bad: the list has the name used in the street, or the neighbour's line.
    Good: a title, M. for Muhamad, an alias behind a stroke, or words in another order.
    """


@plants(NameDiffers)
def write_nickname(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The head of the RT dictated the name everybody uses."""
    found = [
        (row, nickname)
        for row in _known(draft, family_id)
        for nickname in _NICKNAMES.get(row["sex"], ())
        if _differs(draft, nickname, row)
    ]
    if not found:
        return None
    person, nickname = rng.choice(found)
    family = draft.family(family_id)
    if person["shdk"] == "kepala_keluarga" and family["head_name"] == person["name"]:
        draft.change("family", family, head_name=nickname)
    draft.change("person", person, name=nickname)
    return Planted("person", person["person_id"], ("name",))


@plants(NameDiffers)
def swap_names(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Sorting one column alone put two names on each other's lines."""
    people = [row for row in _known(draft, family_id) if row["shdk"] != "kepala_keluarga"]
    pairs = [
        (one, other)
        for place, one in enumerate(people)
        for other in people[place + 1 :]
        if _differs(draft, other["name"], one) and _differs(draft, one["name"], other)
    ]
    if not pairs:
        return None
    one, other = rng.choice(pairs)
    first, second = one["name"], other["name"]
    draft.change("person", one, name=second)
    draft.change("person", other, name=first)
    return Planted(
        "person",
        one["person_id"],
        ("name", f"{other['person_id']}.name"),
        (f"IDN-19:{other['person_id']}",),
    )


def _known(draft: Draft, family_id: str) -> list[Row]:
    return [
        row
        for row in people_with_sound_numbers(draft, family_id)
        if row["dukcapil_match"] not in ("padan_mirip", "tidak_padan")
        and (answer := draft.registry(row["nik"])) is not None
        and answer["name"]
    ]


def _differs(draft: Draft, name: str, row: Row) -> bool:
    answer = draft.registry(row["nik"])
    assert answer is not None
    return bool(likeness(name, answer["name"]) < setting(draft, "name_similarity_min"))
