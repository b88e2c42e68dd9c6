"""ALM-31: somebody who died is still on the list."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.domain.wilayah import say_locally
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import relation


@table_rule(
    table="person",
    code="ALM-31",
    severity=Severity.KRITIS,
    title="Menurut {source} orang ini sudah meninggal, tetapi masih ada pada daftar",
    question="Tanyakan dengan sopan kepada keluarga dan RT: apakah benar, dan sejak kapan?",
    documents=["Akta kematian", say_locally("Surat kematian kelurahan"), "KK baru"],
    why="Yang meninggal dicatat, keluarganya tetap dinilai; pengurus bantuan mungkin diganti.",
    fields=["existence", "name", "dukcapil_match"],
    status="perlu_verval",
    follow_up=["perbaiki_data", "rujuk_dukcapil"],
    basis=Basis(
        ("E31", "S03"),
        "Regsosek 2022 dan FASIH 2026: anggota meninggal; galat SIKS-NG: KPM tercatat meninggal",
        "ya",
    ),
    needs=["person.existence|person.dukcapil_match|dukcapil.status|event.kind"],
    evidence=("source",),
    select="""
SELECT person_id AS subject, CASE
    WHEN registry_status = 'meninggal' THEN 'Dukcapil'
    WHEN person_id IN (SELECT person_id FROM dead) THEN 'laporan kematian'
    WHEN existence = 'KB3' THEN 'keterangan pada daftar'
    ELSE 'hasil padan' END AS source
FROM person
WHERE (registry_status = 'meninggal' OR existence = 'KB3'
        OR (dukcapil_match = 'meninggal' AND coalesce(registry_status, '') = '')
        OR person_id IN (SELECT person_id FROM dead))
    AND NOT (eligibility = 'tidak_layak' AND ineligibility_reason = 'TL12')
""",
)
class Died:
    """A death reaches the registry, the RT and the list at different times.

    Bad: the registry answers *meninggal*, the list still says *layak*.
    Good: the row is already marked as not eligible because of the death (TL12).
    """


@plants(Died)
def known_to_the_registry(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The death was registered, and the list was not told."""
    people = [row for row in _living(draft, family_id) if draft.registry(row["nik"])]
    if not people:
        return None
    person = rng.choice(people)
    answer = draft.registry(person["nik"])
    assert answer is not None
    draft.change("dukcapil", answer, status="meninggal")
    months = rng.randrange(2, 12)
    return Planted(
        "person",
        person["person_id"],
        ("existence", "name", "dukcapil_match"),
        note=f"Kata Ketua RT, {_who(person)} sudah meninggal sekitar {months} bulan yang lalu.",
    )


@plants(Died)
def known_to_the_enumerator(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The enumerator heard of the death, and the row stayed *layak* for want of a certificate."""
    people = _living(draft, family_id)
    if not people:
        return None
    person = rng.choice(people)
    draft.change("person", person, existence="KB3")
    return Planted(
        "person",
        person["person_id"],
        ("existence", "name"),
        note=f"Kata keluarga, {_who(person)} sudah meninggal, tetapi akta kematian belum diurus.",
    )


def _who(person: Row) -> str:
    return f"anggota yang tercatat sebagai {relation(person)}"


def _living(draft: Draft, family_id: str) -> list[Row]:
    return [
        row
        for row in draft.members(family_id)
        if row["existence"] in ("", "KB1")
        and not (row["eligibility"] == "tidak_layak" and row["ineligibility_reason"] == "TL12")
        and ((answer := draft.registry(row["nik"])) is None or answer["status"] == "hidup")
    ]
