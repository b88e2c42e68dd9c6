"""IDN-18: the civil registry does not know the number."""

from random import Random
from typing import Any

from workbench.domain.nik import is_filler
from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import is_taken, people_with_sound_numbers


@table_rule(
    table="person",
    code="IDN-18",
    severity=Severity.KRITIS,
    title="NIK belum padan dengan data Dukcapil: {outcome}",
    question="Bandingkan NIK, nama, dan tanggal lahir dengan KTP-el: ada yang berbeda?",
    documents=["KTP-el", "KK"],
    why="Belum padan bukan berarti palsu, tetapi bantuan keluarga tertahan sampai NIK dibetulkan.",
    fields=["nik", "dukcapil_match"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "rujuk_dukcapil"],
    basis=Basis(
        ("E18", "S06", "S08"),
        "Padan Dukcapil pada aplikasi verval Kemensos; galat SIKS-NG: NIK tidak padan",
        "ya",
    ),
    needs=["person.nik", "person.dukcapil_match|dukcapil.status"],
    evidence=("outcome",),
    # A card printed after the matching waits for the next one (IDN-78); a number that cannot be,
    # a death and a NIK put out of use are questions of their own.
    select="""
SELECT person_id AS subject, CASE WHEN registry_status = 'tidak_ditemukan'
    THEN 'NIK tidak ditemukan' ELSE 'hasil padan terakhir tidak padan' END AS outcome
FROM person p LEFT JOIN family f ON f.place = p.family_place
WHERE nik_has_date AND NOT nik_is_filler AND NOT nik_is_kk
    AND (dukcapil_match = 'tidak_padan' OR registry_status = 'tidak_ditemukan')
    AND coalesce(registry_status, '') NOT IN ('meninggal', 'nonaktif')
    AND NOT (dukcapil_match = 'tidak_padan'
        AND coalesce(f.kk_issued_on > p.dukcapil_matched_on, false))
""",
)
class NotMatched:
    """A number the registry does not find, or finds with other particulars, is to be looked up.

    Bad: the last matching says *tidak padan*, the card is older than that.
    Good: matched; or not matched yet because the card was corrected afterwards.
    """


@plants(NotMatched)
def unknown_to_the_registry(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The number on the card never reached the national registry."""
    people = [row for row in _matched(draft, family_id) if draft.registry(row["nik"])]
    if not people:
        return None
    person = rng.choice(people)
    answer = draft.registry(person["nik"])
    assert answer is not None
    draft.change("dukcapil", answer, **NOTHING_KNOWN)
    draft.change("person", person, dukcapil_match="tidak_padan")
    return Planted("person", person["person_id"], ("nik", "dukcapil_match"))


@plants(NotMatched)
def slip_in_the_serial(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk mistook a digit of the serial, and the number belongs to nobody."""
    people = _matched(draft, family_id)
    if not people:
        return None
    person = rng.choice(people)
    others = [
        person["nik"][:place] + digit + person["nik"][place + 1 :]
        for place in (13, 14, 15)
        for digit in "123456789"
        if digit != person["nik"][place]
    ]
    number = rng.choice(others)
    if is_filler(number) or is_taken(draft, number):
        return None
    answer = draft.registry(person["nik"])
    draft.add(
        "dukcapil",
        {
            "nik": number,
            "status": "tidak_ditemukan",
            "answered_on": answer["answered_on"] if answer else person["dukcapil_matched_on"],
        },
    )
    draft.change("person", person, nik=number, dukcapil_match="tidak_padan")
    return Planted("person", person["person_id"], ("nik", "dukcapil_match"))


#: A registry that answers that it knows nothing.
NOTHING_KNOWN: dict[str, Any] = {
    "status": "tidak_ditemukan",
    "no_kk": "",
    "name": "",
    "sex": "",
    "birth_date": None,
    "kelurahan_kode_kemendagri": "",
}


def _matched(draft: Draft, family_id: str) -> list[Row]:
    """Members matched at a time when their card was already printed."""
    issued = draft.family(family_id)["kk_issued_on"]
    return [
        row
        for row in people_with_sound_numbers(draft, family_id)
        if row["dukcapil_match"] == "padan"
        and not (issued and row["dukcapil_matched_on"] and issued > row["dukcapil_matched_on"])
    ]
