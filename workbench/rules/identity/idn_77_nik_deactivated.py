"""IDN-77: the civil registry has put the NIK out of use."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="person",
    code="IDN-77",
    severity=Severity.TINGGI,
    title="NIK dinonaktifkan Dukcapil",
    question="Apakah orang ini masih ada dan tinggal di sini? Sejak kapan NIK-nya tidak aktif?",
    documents=["KTP-el", "KK", "Surat domisili RT"],
    why="Orangnya mungkin masih ada dan masih miskin; tanpa pengaktifan, bantuannya terputus.",
    fields=["nik", "dukcapil_match"],
    status="perlu_verval",
    follow_up=["rujuk_dukcapil", "kunjungan"],
    basis=Basis(
        ("E77",), "Penjelasan Dukcapil DKI Jakarta 2023-2024 tentang penonaktifan NIK", "ya"
    ),
    needs=["person.nik", "person.dukcapil_match|dukcapil.status"],
    # The registry's own answer is newer than what the list says of it. Who died or moved away
    # is asked about by other rules.
    when="""coalesce(nullif(registry_status, ''), dukcapil_match) = 'nonaktif'
        AND existence NOT IN ('KB3', 'KB4', 'KB5')""",
)
class NikDeactivated:
    """A NIK is put out of use after a death, a move, or long absence from the stated address.

    Bad: the registry answers *nonaktif* while the list goes on as before.
    Good: active; the number stays the same when it is switched on again.
    """


@plants(NikDeactivated)
def switched_off(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The registry switched the number off, and nobody told the family."""
    people = _living(draft, family_id)
    if not people:
        return None
    person, answer = rng.choice(people)
    draft.change("dukcapil", answer, status="nonaktif")
    return Planted("person", person["person_id"], ("nik", "dukcapil_match"))


@plants(NikDeactivated)
def said_by_the_match(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The last matching came back *nonaktif*, and the list still counts the person as eligible."""
    people = [one for one in _living(draft, family_id) if one[0]["dukcapil_match"] == "padan"]
    if not people:
        return None
    person, answer = rng.choice(people)
    draft.change("dukcapil", answer, status="nonaktif")
    draft.change("person", person, dukcapil_match="nonaktif")
    return Planted("person", person["person_id"], ("dukcapil_match", "nik"))


def _living(draft: Draft, family_id: str) -> list[tuple[Row, Row]]:
    """Members to be met whom the registry holds for alive, each with its answer."""
    return [
        (row, answer)
        for row in draft.members(family_id)
        if row["existence"] not in ("KB3", "KB4", "KB5")
        and (answer := draft.registry(row["nik"])) is not None
        and answer["status"] == "hidup"
    ]
