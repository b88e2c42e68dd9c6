"""KEL-29: a family without an adult."""

from random import Random

from workbench.domain.ages import age_on
from workbench.domain.nik import is_number
from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, family_rule, plants
from workbench.rules.identity.slips import reference_date, setting, sound_number


@family_rule(
    code="KEL-29",
    severity=Severity.TINGGI,
    title="Anggota tertua dalam KK ini berumur {oldest} tahun",
    question="Siapa orang dewasa yang mengurus anak-anak ini? Apakah ada di KK lain?",
    documents=["KK", "Surat keterangan RT"],
    why="Anak tanpa orang dewasa perlu wali, dan mungkin perlu layanan bagi anak telantar.",
    fields=["person.birth_date", "person.shdk", "members_stated"],
    status="perlu_verval",
    follow_up=["kunjungan", "perbaiki_data"],
    basis=Basis(("E29",), "Penanda verifikasi P3KE: keluarga tidak ada usia 17+ tahun", "ya"),
    needs=["person.birth_date", "person.no_kk"],
    evidence={
        "oldest": "max(age)",
        "unknown": "count(*) FILTER (age IS NULL OR age < 0)",
    },
    having="oldest < getvariable('adult_age') AND unknown = 0",
)
class NoAdult:
    """Somebody of age answers for every family.

    Bad: only children are listed, their parents left or were cut off.
    Good: at least one member of seventeen, or a birth date is missing and nothing is known.
    """


@plants(NoAdult)
def only_the_children_listed(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The parents were away at work, and only the children at home were written down."""
    as_of, adult = reference_date(draft), setting(draft, "adult_age")
    members = draft.members(family_id)
    if any(row["birth_date"] is None for row in members):
        return None
    ages = {row["person_id"]: age_on(row["birth_date"], as_of) or 0 for row in members}
    grown = [row for row in members if ages[row["person_id"]] >= adult]
    young = [row for row in members if ages[row["person_id"]] < adult]
    family = draft.family(family_id)
    if not grown or not young or min(ages.values()) < 0 or not is_number(family["no_kk"]):
        return None
    if any(_is_named_elsewhere(draft, row) for row in grown):
        return None
    head = min(young, key=lambda row: (row["birth_date"], row["person_id"]))
    for row in grown:
        draft.remove("person", row)
    for row in young:
        draft.change("person", row, shdk="kepala_keluarga" if row is head else "famili_lain")
    draft.change("family", family, members_stated=len(young), head_name=head["name"])
    return Planted(
        "family",
        family_id,
        ("members_stated", "head_name", *(f"{row['person_id']}.shdk" for row in young)),
        note="Di rumah hanya ada anak-anak; kata tetangga, orang tuanya bekerja di luar kota.",
    )


@plants(NoAdult)
def year_of_the_only_adult(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The birth year of somebody who lives alone was mistyped; the NIK still has the old one."""
    as_of, adult = reference_date(draft), setting(draft, "adult_age")
    members = draft.members(family_id)
    if len(members) != 1 or not is_number(draft.family(family_id)["no_kk"]):
        return None
    person = members[0]
    day, nik = person["birth_date"], sound_number(person)
    if day is None or nik is None or nik.year2 != day.year % 100:
        return None
    if draft.rows("aid", family_id) or draft.rows("ppks", family_id):
        return None
    years = [
        year
        for year in range(as_of.year - adult, as_of.year)
        if (day.month, day.day) != (2, 29)
        and setting(draft, "marriage_age_min")
        <= (age_on(day.replace(year=year), as_of) or 0)
        < adult
        and year % 100 != nik.year2
    ]
    if not years or (age_on(day, as_of) or 0) < adult:
        return None
    other = day.replace(year=rng.choice(years))
    draft.change("person", person, birth_date=other, age_stated=age_on(other, as_of))
    subject = person["person_id"]
    return Planted("family", family_id, (f"{subject}.birth_date",), (f"IDN-09:{subject}",))


def _is_named_elsewhere(draft: Draft, person: Row) -> bool:
    """Whether aid, a category or an event would be left without its person."""
    return any(
        row["person_id"] == person["person_id"] or (row["nik"] and row["nik"] == person["nik"])
        for table in ("aid", "ppks", "event")
        for row in draft.rows(table, person["family_id"])
    )
