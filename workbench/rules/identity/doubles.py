"""Rows that share a NIK: the same person twice, or two people with one number.

Each row is compared with the first of its list that bears the number, so that the work grows
with the rows and not with their pairs. Another person is one whose birth date differs, or whose
name is less alike than ``name_similarity_min`` and no part of the other; what is unknown proves
nothing. Two lists (DTSEN beside P3KE) are expected to hold the same people and are not
compared here.
"""

from __future__ import annotations

from workbench.domain.register import Draft, Row
from workbench.rules.identity.slips import setting
from workbench.rules.names import is_part, is_part_sql, likeness, likeness_sql


def compared_sql(partition: str) -> str:
    """Common table expressions ending in ``compared``: the rows that share a NIK.

    Beside their own columns these have ``first_id`` and ``first_record`` of the
    first row of their ``partition`` (columns), and ``is_other``: whether they name another
    person than that row.
    """
    return f"""
WITH beside_first AS (
    SELECT *,
        first_value(person_id) OVER same AS first_id,
        first_value(id_record) OVER same AS first_record,
        first_value(name) OVER same AS first_name,
        first_value(birth_date) OVER same AS first_birth_date
    FROM doubled
    WINDOW same AS (
        PARTITION BY {partition} ORDER BY file, sheet, "row" NULLS LAST, person_id)
),
compared AS (
    SELECT *, coalesce(birth_date <> first_birth_date, false) OR CASE
        WHEN name IN ('', first_name) OR first_name = '' THEN false
        WHEN {likeness_sql("name", "first_name")} >= getvariable('name_similarity_min')
            THEN false
        ELSE NOT {is_part_sql("name", "first_name")} END AS is_other
    FROM beside_first
)
"""


def is_another_person(draft: Draft, one: Row, other: Row) -> bool:
    """What ``is_other`` says of two rows, for plants."""
    if one["birth_date"] and other["birth_date"] and one["birth_date"] != other["birth_date"]:
        return True
    if not one["name"] or not other["name"]:
        return False
    if likeness(one["name"], other["name"]) >= setting(draft, "name_similarity_min"):
        return False
    return not is_part(one["name"], other["name"])
