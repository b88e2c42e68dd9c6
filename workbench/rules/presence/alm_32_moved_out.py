"""ALM-32: somebody who moved away is still on the list."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.domain.wilayah import kelurahan, say_locally
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import relation


@table_rule(
    table="person",
    code="ALM-32",
    severity=Severity.TINGGI,
    title=say_locally("Menurut {source} orang ini sudah pindah dari kelurahan ini"),
    question="Tanya RT dan tetangga: apakah pindah, ke mana, atau hanya merantau sementara?",
    documents=["Surat keterangan pindah (SKPWNI)", "KK baru"],
    why="Bantuan mengikuti wilayah; yang pindah harus dialihkan supaya haknya tidak putus.",
    fields=["existence", "dukcapil_match", "family.kelurahan_kode_kemendagri"],
    status="perlu_verval",
    follow_up=["kunjungan", "rujuk_dukcapil", "perbaiki_data"],
    basis=Basis(("E32",), "Regsosek 2022 dan FASIH 2026: keluarga atau anggota pindah", "ya"),
    needs=[
        "family.kelurahan_kode_kemendagri",
        "person.existence|dukcapil.kelurahan_kode_kemendagri|event.kind",
    ],
    evidence=("source",),
    # Somebody who died did not move away; who is already crossed out as moved is settled; a code
    # that no table has says nothing of where the family is.
    select="""
WITH gone AS (
    SELECT person_id FROM happened
    WHERE kind IN ('pindah_keluar', 'pindah_masuk', 'masuk_kembali')
        AND date <= getvariable('as_of')
    GROUP BY person_id
    -- Out and in on one day is a move within the kelurahan.
    HAVING max(date) FILTER (kind = 'pindah_keluar')
        > coalesce(max(date) FILTER (kind <> 'pindah_keluar'), DATE '-infinity')
)
SELECT person_id AS subject, CASE
    WHEN registry_status = 'pindah' THEN 'Dukcapil'
    WHEN registry_kelurahan <> '' AND registry_kelurahan <> kelurahan_kode_kemendagri
        AND kelurahan_kode_kemendagri IN (SELECT kode FROM kelurahan)
        THEN 'alamat di Dukcapil'
    WHEN person_id IN (SELECT person_id FROM gone) THEN 'laporan pindah'
    ELSE 'keterangan pada daftar' END AS source
FROM person
WHERE (existence IN ('KB4', 'KB5') OR registry_status = 'pindah'
        OR (registry_kelurahan <> ''
            AND kelurahan_kode_kemendagri IN (SELECT kode FROM kelurahan)
            AND registry_kelurahan <> kelurahan_kode_kemendagri)
        OR person_id IN (SELECT person_id FROM gone))
    AND coalesce(registry_status, '') <> 'meninggal' AND existence <> 'KB3'
    AND NOT (dukcapil_match = 'meninggal' AND coalesce(registry_status, '') = '')
    AND person_id NOT IN (SELECT person_id FROM dead)
    AND NOT (eligibility = 'tidak_layak' AND ineligibility_reason = 'TL13')
""",
)
class MovedOut:
    """A family belongs to the kelurahan of its card, and is handed over when it moves.

    Bad: the registry has the person in another kelurahan since last year.
    Good: somebody who works elsewhere for a while and comes home.
    """


@plants(MovedOut)
def one_moved(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A grown member took a letter of moving, and the list kept the row."""
    people = [row for row in _present(draft, family_id) if draft.registry(row["nik"])]
    people = [row for row in people if row["shdk"] != "kepala_keluarga"]
    if not people:
        return None
    person = rng.choice(people)
    kode = _elsewhere(draft, family_id, rng)
    _move(draft, person, kode)
    return Planted(
        "person",
        person["person_id"],
        _fields(family_id),
        note=f"Kata tetangga, anggota yang tercatat sebagai {relation(person)} sudah pindah.",
    )


@plants(MovedOut)
def all_moved(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The family moved with letter and card, and the old kelurahan still lists it."""
    members = draft.members(family_id)
    people = [row for row in _present(draft, family_id) if draft.registry(row["nik"])]
    if not members or len(people) < len(members):
        return None
    kode = _elsewhere(draft, family_id, rng)
    for row in people:
        _move(draft, row, kode)
    head, *others = people
    return Planted(
        "person",
        head["person_id"],
        (*_fields(family_id), *(f"{row['person_id']}.existence" for row in others)),
        tuple(f"ALM-32:{row['person_id']}" for row in others),
        "Rumah sudah ditempati orang lain; kata Ketua RT, keluarga ini pindah tahun lalu.",
    )


@plants(MovedOut)
def ticked_by_the_enumerator(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The enumerator ticked *pindah*, and nobody handed the row over."""
    people = [row for row in _present(draft, family_id) if row["shdk"] != "kepala_keluarga"]
    if not people:
        return None
    person = rng.choice(people)
    draft.change("person", person, existence=rng.choice(("KB4", "KB4", "KB5")))
    return Planted(
        "person",
        person["person_id"],
        ("existence",),
        note=f"Kata keluarga, anggota yang tercatat sebagai {relation(person)} tidak tinggal lagi.",
    )


def _fields(family_id: str) -> tuple[str, ...]:
    return ("existence", "dukcapil_match", f"{family_id}.kelurahan_kode_kemendagri")


def _present(draft: Draft, family_id: str) -> list[Row]:
    return [
        row
        for row in draft.members(family_id)
        if row["existence"] in ("", "KB1")
        and not (row["eligibility"] == "tidak_layak" and row["ineligibility_reason"] == "TL13")
        and ((answer := draft.registry(row["nik"])) is None or answer["status"] == "hidup")
    ]


def _elsewhere(draft: Draft, family_id: str, rng: Random) -> str:
    here = draft.family(family_id)["kelurahan_kode_kemendagri"]
    return rng.choice([p.kode_kemendagri for p in kelurahan() if p.kode_kemendagri != here])


def _move(draft: Draft, person: Row, kode: str) -> None:
    answer = draft.registry(person["nik"])
    assert answer is not None
    draft.change("dukcapil", answer, status="pindah", kelurahan_kode_kemendagri=kode)
