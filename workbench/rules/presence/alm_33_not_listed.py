"""ALM-33: somebody who moved in is not on the list."""

from datetime import date, timedelta
from random import Random

from workbench.domain.ages import age_on
from workbench.domain.nik import is_number, make_nik
from workbench.domain.register import Draft, Row
from workbench.domain.wilayah import CITY
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import is_taken, people_with_sound_numbers, reference_date

#: Where those who move in come from, as letters write it.
_NEAR = tuple(CITY.neighbours[n].upper().replace("KABUPATEN", "KAB.") for n in (3, 0, 1))
_NAMES = {
    "L": ("SUKRI", "JAMALUDIN", "ROHMAT HIDAYAT", "ENDI SUPRIADI", "WAWAN SETIAWAN"),
    "P": ("SITI ROHMAH", "MURNIASIH", "IDA FARIDA", "SUNARTI", "NENENG KURNIASIH"),
}


@table_rule(
    table="event",
    code="ALM-33",
    severity=Severity.SEDANG,
    title="Tercatat pindah masuk, tetapi NIK-nya tidak ada pada daftar",
    question="Apakah sudah tinggal di sini? Bila ya dan keluarganya tidak mampu, daftarkan.",
    documents=["KK", "KTP-el", "Surat pindah datang"],
    why="Yang pindah sudah keluar dari daftar lama; tanpa usulan, haknya hilang di kedua tempat.",
    fields=["nik", "kind"],
    status="perlu_verval",
    follow_up=["musyawarah", "perbaiki_data", "kunjungan"],
    basis=Basis(("E33",), "Panduan DTSEN desa: warga pindah masuk", "ya"),
    needs=["event.kind", "event.nik", "person.nik"],
    # Who left again or died since is not missed, nor who is listed on the card by that name.
    select="""
WITH came AS (
    SELECT * FROM event
    WHERE kind = 'pindah_masuk' AND regexp_full_match(nik, '[0-9]{16}')
        AND coalesce(date <= getvariable('as_of'), true)
),
listed AS (
    SELECT c.event_id FROM came c JOIN person p ON p.nik_number = CAST(c.nik AS BIGINT)
    UNION ALL SELECT c.event_id FROM came c JOIN person p USING (person_id)
    UNION ALL SELECT c.event_id FROM came c JOIN person p
        ON p.no_kk = c.no_kk AND p.no_kk <> '' AND p.name = c.name AND p.name <> ''
)
SELECT event_id AS subject FROM came e
WHERE event_id NOT IN (SELECT event_id FROM listed)
    AND NOT EXISTS (SELECT 1 FROM event later
        WHERE later.nik = e.nik AND later.kind IN ('pindah_keluar', 'meninggal')
            AND coalesce(later.date >= e.date, true))
QUALIFY row_number() OVER (PARTITION BY nik ORDER BY date DESC NULLS LAST, event_id) = 1
""",
)
class NotListed:
    """A list is older than the last moves into a kelurahan.

    Bad: a letter of moving in since May, and the NIK stands in no row.
    Good: the mover is listed, has left again, or the notice has no whole NIK to look for.
    """


@plants(NotListed)
def newcomer_on_the_card(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A relative moved onto this card with letter and all, and the list was made before."""
    family, as_of = draft.family(family_id), reference_date(draft)
    members = people_with_sound_numbers(draft, family_id)
    if not members or not is_number(family["no_kk"]):
        return None
    sex = rng.choice("LP")
    day = date(as_of.year - rng.randrange(22, 55), rng.randrange(1, 13), rng.randrange(1, 29))
    number = make_nik(f"36{members[0]['nik'][2:6]}", day, sex, rng.randrange(40, 99))
    if is_taken(draft, number):
        return None
    row = _move_in(draft, family, rng, number, rng.choice(_NAMES[sex]))
    return Planted(
        "event",
        row["event_id"],
        ("nik", "name"),
        note="Seorang kerabat baru pindah ke rumah ini; namanya sudah ada pada KK terbitan baru.",
    )


@plants(NotListed)
def left_out_of_the_list(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A member who moved in last is on the card, and the list was copied from the card before."""
    family, as_of = draft.family(family_id), reference_date(draft)
    tied = {
        row["person_id"]
        for table in ("aid", "ppks", "event")
        for row in draft.rows(table, family_id)
    }
    people = [
        row
        for row in people_with_sound_numbers(draft, family_id)
        if row["shdk"] not in ("kepala_keluarga", "istri", "suami")
        and 20 <= (age_on(row["birth_date"], as_of) or 0) <= 58
        and row["person_id"] not in tied
        and not (row["is_pregnant"] or row["is_in_school"] or row["has_chronic_illness"])
        and not (row["disability"] or row["flags"])
    ]
    if not people:
        return None
    person = rng.choice(people)
    draft.remove("person", person)
    if family["members_stated"] is not None:
        draft.change("family", family, members_stated=family["members_stated"] - 1)
    row = _move_in(draft, family, rng, person["nik"], person["name"])
    return Planted("event", row["event_id"], ("nik", "name", f"{family_id}.members_stated"))


def _move_in(draft: Draft, family: Row, rng: Random, number: str, name: str) -> Row:
    return draft.add(
        "event",
        {
            "event_id": draft.new_id("event"),
            "family_id": family["family_id"],
            "nik": number,
            "no_kk": family["no_kk"],
            "name": name,
            "kind": "pindah_masuk",
            "date": reference_date(draft) - timedelta(days=rng.randrange(20, 240)),
            "destination": f"dari {rng.choice(_NEAR)}",
            "evidence": "SKPWNI",
            "kelurahan_kode_kemendagri": family["kelurahan_kode_kemendagri"],
        },
    )
