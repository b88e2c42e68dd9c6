"""IDN-20: of age for an identity card, and none was recorded."""

from random import Random

from workbench.domain.ages import age_on
from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import reference_date, setting


@row_rule(
    table="person",
    code="IDN-20",
    severity=Severity.SEDANG,
    title="Umur {age} tahun dan belum merekam KTP-el",
    question="Apakah sudah merekam KTP-el? Bila sulit datang, minta Dukcapil menjemput bola.",
    documents=["KK", "Akta lahir", "KTP-el bila sudah ada"],
    why="Tanpa KTP-el, orang ini tidak dapat membuka rekening bantuan atau jaminan kesehatan.",
    fields=["is_ktp_recorded", "birth_date"],
    status="layak",
    follow_up=["perbaiki_data", "rujuk_dukcapil"],
    basis=Basis(("E20",), "Berita tentang penonaktifan PBI-JK: belum merekam KTP-el", "sekunder"),
    needs=["person.is_ktp_recorded", "person.birth_date"],
    evidence={"age": "age"},
    # Who has no NIK, has died or has moved away is asked about by other rules.
    when="""NOT is_ktp_recorded
        AND age BETWEEN getvariable('ktp_age_min') AND getvariable('age_max')
        AND regexp_matches(nik, '[1-9]') AND existence NOT IN ('KB3', 'KB4', 'KB5')
        AND coalesce(registry_status, '') NOT IN ('meninggal', 'pindah')""",
)
class KtpNotRecorded:
    """From seventeen on everybody has an identity card; who cannot come is visited for it.

    Bad: twenty years old, the list says that no card was recorded.
    Good: recorded; not said; sixteen, even if the birthday is tomorrow.
    """


@plants(KtpNotRecorded)
def turned_seventeen(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The list was made before the seventeenth birthday, and the tick stayed as it was."""
    return _untick(draft, rng, [row for row, age in _recorded(draft, family_id) if age <= 20])


@plants(KtpNotRecorded)
def tick_in_the_next_column(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk ticked *belum* instead of *sudah*."""
    return _untick(draft, rng, [row for row, age in _recorded(draft, family_id) if age > 20])


def _recorded(draft: Draft, family_id: str) -> list[tuple[Row, int]]:
    as_of = reference_date(draft)
    youngest, oldest = setting(draft, "ktp_age_min"), setting(draft, "age_max")
    return [
        (row, age)
        for row in draft.members(family_id)
        if row["is_ktp_recorded"]
        and row["nik"].strip("-0 ")
        and row["existence"] in ("", "KB1")
        and (age := age_on(row["birth_date"], as_of)) is not None
        and youngest <= age <= oldest
        and ((answer := draft.registry(row["nik"])) is None or answer["status"] == "hidup")
    ]


def _untick(draft: Draft, rng: Random, people: list[Row]) -> Planted | None:
    if not people:
        return None
    person = rng.choice(people)
    draft.change("person", person, is_ktp_recorded=False)
    return Planted("person", person["person_id"], ("is_ktp_recorded",))
