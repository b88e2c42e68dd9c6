"""ALM-68: the birth date in the file can be read in two ways."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import people_with_sound_numbers


@table_rule(
    table="person",
    code="ALM-68",
    severity=Severity.INFO,
    title="Tanggal lahir pada berkas dapat dibaca dua cara: {doubt}",
    question="Lihat KTP-el atau akta lahir: apakah tanggal yang terbaca sudah benar?",
    documents=["KTP-el", "Akta lahir"],
    why="Bulan atau abad yang tertukar mengubah umur, dan umur menentukan hak.",
    fields=["birth_date"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E68",), "Format impor OpenSID dan SIAK: tanggal campur", "ya"),
    needs=["person.birth_date"],
    evidence=("doubt",),
    # A NIK that says otherwise is the sharper question (IDN-09), and so is an impossible date.
    select="""
SELECT DISTINCT person_id AS subject,
    CASE WHEN regexp_matches(c.before, '(^|[^0-9])[0-9]{2}$')
        THEN 'tahunnya hanya dua angka' ELSE 'hari dan bulan bisa tertukar' END AS doubt
FROM cleaned c JOIN person p ON p.person_id = c.subject
WHERE c.code = 'tanggal_ambigu' AND c."table" = 'person' AND c."column" = 'birth_date'
    AND age BETWEEN 0 AND getvariable('age_max')
    AND NOT coalesce(nik_has_date AND NOT nik_is_filler AND NOT nik_is_kk
        AND (nik_day <> day(birth_date) OR nik_month <> month(birth_date)
            OR nik_yy <> year(birth_date) % 100), false)
""",
    taught=False,
)
class AmbiguousDate:
    """03/04/1981 is the third of April here and the fourth of March in a foreign program.

    Bad: day and month both up to twelve, nothing else in the column or the NIK to settle it.
    Good: a day past the twelfth, a month in words, or a NIK that bears the date as it was read.
    """


@plants(AmbiguousDate)
def day_and_month(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The date was typed in figures, and the NIK that could settle it was left for later."""
    people = [
        row
        for row in people_with_sound_numbers(draft, family_id)
        if (day := row["birth_date"]) is not None and day.day <= 12 and day.day != day.month
    ]
    if not people:
        return None
    person = rng.choice(people)
    draft.change("person", person, nik="")
    return _log(draft, person, "%d/%m/%Y", (f"IDN-01:{person['person_id']}",))


@plants(AmbiguousDate)
def two_digits_of_the_year(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The year was shortened to two digits, and the century had to be guessed."""
    people = [
        row
        for row in draft.members(family_id)
        if row["birth_date"] is not None and row["birth_date"].year >= 2000
    ]
    return _log(draft, rng.choice(people), "%d-%m-%y") if people else None


def _log(draft: Draft, person: Row, form: str, companions: tuple[str, ...] = ()) -> Planted:
    draft.add(
        "cleaned",
        {
            "table": "person",
            "subject": person["person_id"],
            "column": "birth_date",
            "before": person["birth_date"].strftime(form),
            "after": person["birth_date"].isoformat(),
            "code": "tanggal_ambigu",
            **{place: person[place] for place in ("file", "sheet", "row")},
        },
    )
    return Planted("person", person["person_id"], ("birth_date",), companions)
