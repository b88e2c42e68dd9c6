"""KEL-26: husband and wife stand with the same sex."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, family_rule, plants
from workbench.rules.identity.idn_10_sex_nik import may_change_sex


@family_rule(
    code="KEL-26",
    severity=Severity.SEDANG,
    title="Suami dan istri tercatat berjenis kelamin sama: {sex_of_head}",
    question="Lihat KK: jenis kelamin siapa yang salah ketik?",
    documents=["KK"],
    why="Salah ketik ini dapat menutup layanan ibu hamil dan mengubah urutan kepala keluarga.",
    fields=["person.sex"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E26",), "", "tidak"),
    needs=["person.sex", "person.shdk", "person.no_kk"],
    evidence={
        "heads": "count(*) FILTER (shdk = 'kepala_keluarga')",
        "sex_of_head": """CASE any_value(sex) FILTER (shdk = 'kepala_keluarga')
            WHEN 'L' THEN 'laki-laki' WHEN 'P' THEN 'perempuan' END""",
        "spouses_alike": """greatest(
            least(count(*) FILTER (shdk = 'kepala_keluarga' AND sex = 'L'),
                  count(*) FILTER (shdk IN ('istri', 'suami') AND sex = 'L')),
            least(count(*) FILTER (shdk = 'kepala_keluarga' AND sex = 'P'),
                  count(*) FILTER (shdk IN ('istri', 'suami') AND sex = 'P')))""",
    },
    having="heads = 1 AND spouses_alike > 0",
)
class CoupleSameSex:
    """The head and the head's spouse are of different sex; mostly one cell was mistyped.

    Bad: head L, wife L.
    Good: a wife as head with her husband as *suami*.
    """


@plants(CoupleSameSex)
def mistype_one_of_the_couple(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk repeated the letter of the line above; the NIK still says otherwise."""
    members = draft.members(family_id)
    heads = [row for row in members if row["shdk"] == "kepala_keluarga"]
    spouses = [row for row in members if row["shdk"] in ("istri", "suami")]
    if len(heads) != 1 or len(spouses) != 1 or {heads[0]["sex"], spouses[0]["sex"]} != {"L", "P"}:
        return None
    couple = [row for row in (*heads, *spouses) if may_change_sex(draft, row)]
    if not couple:
        return None
    person = rng.choice(couple)
    draft.change("person", person, sex="L" if person["sex"] == "P" else "P")
    subject = person["person_id"]
    return Planted("family", family_id, (f"{subject}.sex",), (f"IDN-10:{subject}",))
