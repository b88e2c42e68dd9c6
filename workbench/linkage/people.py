"""Who stands in one list, as linking compares them: its persons, or those its rows speak of."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from workbench.domain.nik import is_filler, is_number
from workbench.domain.register import Register, key_column

if TYPE_CHECKING:
    import pyarrow as pa

#: What two lists are compared by: of the person, then of the family.
PERSON_COLUMNS: Final = (
    *("person_id", "family_id", "nik", "no_kk", "name", "sex", "birth_date", "shdk"),
    "mother_name",
)
FAMILY_COLUMNS: Final = ("kelurahan_kode_kemendagri", "rt", "rw", "address", "head_name")


def people(register: Register) -> pa.Table:
    """One row a person: ``PERSON_COLUMNS`` and the ``FAMILY_COLUMNS`` of the family."""
    persons = register["person"].select(list(PERSON_COLUMNS))
    families = register["family"].select(["family_id", *FAMILY_COLUMNS])
    joined = persons.join(families, "family_id")
    for column in FAMILY_COLUMNS:
        place = joined.schema.get_field_index(column)
        joined = joined.set_column(place, column, joined[column].fill_null(""))
    return joined.sort_by("person_id")


def named_in(register: Register, table: str) -> tuple[pa.Table, Mapping[str, str]]:
    """Whom the rows of ``aid`` or ``event`` speak of, laid out as ``people`` are.

    Rows of one NIK (without one: of one name and KK number) are one person, whose ``person_id``
    is the id of the first such row; the mapping leads from every row's id to it.
    """
    import pyarrow as pa

    key = key_column(table)
    holder: dict[tuple[str, ...], str] = {}
    whose: dict[str, str] = {}
    made: list[dict[str, Any]] = []
    for row in register[table].to_pylist():
        nik = row["nik"]
        known = is_number(nik) and not is_filler(nik)
        on_card = (row["no_kk"], row["name"]) if row["no_kk"] else (row[key],)
        mark = (nik,) if known else on_card
        first = holder.setdefault(mark, row[key])
        whose[row[key]] = first
        if first == row[key]:
            place = row.get("kelurahan_kode_kemendagri", "")
            cells = {"person_id": first, "family_id": first, "nik": nik, "no_kk": row["no_kk"]}
            made.append(cells | {"name": row["name"], "kelurahan_kode_kemendagri": place})
    schema = people(Register({})).schema
    blank = {field.name: "" if pa.types.is_string(field.type) else None for field in schema}
    return pa.Table.from_pylist([blank | row for row in made], schema=schema), whose
