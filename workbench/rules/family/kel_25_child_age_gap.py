"""KEL-25: a child as old as the parents, or nearly."""

from collections.abc import Mapping, Sequence
from random import Random
from typing import Any

from workbench.domain.ages import age_on
from workbench.domain.register import Draft, Row
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule
from workbench.rules.identity.slips import reference_date, setting

_PARENTS = ("kepala_keluarga", "istri", "suami")


@table_rule(
    table="person",
    code="KEL-25",
    severity=Severity.SEDANG,
    title="Anak tercatat {difference} {parent}",
    question="Cocokkan tanggal lahir dan hubungan: anak kandung, anak tiri, adik, atau cucu?",
    documents=["KK", "Akta lahir"],
    why="Hubungan yang keliru mengubah siapa yang dihitung sebagai anak dan lansia keluarga ini.",
    fields=["shdk", "birth_date"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E25",), "", "tidak"),
    needs=["person.shdk", "person.birth_date", "person.no_kk"],
    evidence=("difference", "parent"),
    # Impossible birth dates are another rule's question. Ages tell which families to look into.
    select="""
WITH aged AS NOT MATERIALIZED (
    SELECT person_id, family_place, shdk, birth_date, age FROM person
    WHERE family_place BETWEEN getvariable('first_family') AND getvariable('last_family')
        AND family_usable AND age BETWEEN 0 AND getvariable('age_max')
        AND shdk IN ('anak', 'kepala_keluarga', 'istri', 'suami')
),
close_in_age AS (
    SELECT family_place FROM aged GROUP BY family_place
    HAVING max(age) FILTER (shdk = 'anak') + 1 + getvariable('parent_child_gap_min')
        > min(age) FILTER (shdk <> 'anak')
),
gaps AS (
    SELECT c.person_id, p.person_id AS parent_id, p.shdk,
        year(c.birth_date) - year(p.birth_date) - CASE WHEN
            (month(c.birth_date), day(c.birth_date)) < (month(p.birth_date), day(p.birth_date))
            THEN 1 ELSE 0 END AS gap
    FROM close_in_age JOIN aged c USING (family_place) JOIN aged p USING (family_place)
    WHERE c.shdk = 'anak' AND p.shdk <> 'anak'
)
SELECT person_id AS subject,
    CASE WHEN gap < 0 THEN 'lebih tua daripada'
         ELSE 'hanya ' || gap || ' tahun lebih muda daripada' END AS difference,
    replace(shdk, '_', ' ') AS parent
FROM gaps WHERE gap < getvariable('parent_child_gap_min')
QUALIFY row_number() OVER (PARTITION BY person_id ORDER BY gap, parent_id) = 1
""",
)
class ChildAgeGap:
    """A child is a good deal younger than the head of the family and the head's spouse.

    Bad: the head's mother stands as *anak*, since the clerk slipped a line.
    Good: a child born when the younger parent was twenty. A stepchild may be right: ask.
    """


@plants(ChildAgeGap)
def relative_becomes_child(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk chose *anak* for a parent, a sibling or another relative of the head."""
    members = draft.members(family_id)
    relatives = [row for row in members if row["shdk"] not in (*_PARENTS, "anak")]
    return _make_child(draft, rng, members, relatives)


@plants(ChildAgeGap)
def column_filled_down(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The word *anak* was dragged down the column, over the line of the spouse."""
    members = draft.members(family_id)
    spouses = [row for row in members if row["shdk"] in ("istri", "suami")]
    return _make_child(draft, rng, members, spouses)


def children_too_close(members: Sequence[Mapping[str, Any]], minimum: int) -> list[Any]:
    """Rows of ``members`` that the rule would name, birth dates being possible ones."""
    parents = [row for row in members if row["shdk"] in _PARENTS and row["birth_date"]]
    return [
        child
        for child in members
        if child["shdk"] == "anak"
        and child["birth_date"]
        and any((age_on(p["birth_date"], child["birth_date"]) or 0) < minimum for p in parents)
    ]


def _make_child(
    draft: Draft, rng: Random, members: list[Row], candidates: list[Row]
) -> Planted | None:
    minimum = setting(draft, "parent_child_gap_min")
    if children_too_close(members, minimum):
        return None
    found = []
    for row in candidates:
        changed = [{**m, "shdk": "anak"} if m is row else m for m in members]
        named = [child["person_id"] for child in children_too_close(changed, minimum)]
        if named == [row["person_id"]]:
            found.append(row)
    if not found:
        return None
    person = rng.choice(found)
    age = age_on(person["birth_date"], reference_date(draft))
    married = person["marital_status"] == "kawin" and (age or 0) >= setting(
        draft, "split_family_age_min"
    )
    draft.change("person", person, shdk="anak")
    companions = (f"KEL-24:{person['person_id']}",) if married else ()
    return Planted("person", person["person_id"], ("shdk",), companions)
