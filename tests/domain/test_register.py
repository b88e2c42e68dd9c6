"""The register's tables, on disk and in the hand."""

from datetime import date

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from workbench.domain.register import Draft, Register, combine, conform
from workbench.domain.schema import SNAPSHOT_TABLES, TABLES, arrow_schema, columns
from workbench.errors import UnusableInput, WrongUse


def _draft():
    draft = Draft({"workspace": "latihan", "as_of": "2026-11-01"})
    draft.add("family", {"family_id": "F000001", "desil": 3})
    draft.add("person", {"person_id": "P000001", "family_id": "F000001", "nik": "9973"})
    draft.add("dukcapil", {"nik": "9973", "status": "hidup"})
    return draft


def test_nik_and_codes_are_text_everywhere():
    for table, found in TABLES.items():
        for column in found:
            if column.name in ("nik", "no_kk", "rt", "rw") or "kode" in column.name:
                assert column.type == "text", (table, column.name)


def test_a_register_survives_the_disk(tmp_path):
    register = _draft().to_register()
    register.write(tmp_path / "a")
    again = Register.read(tmp_path / "a")
    assert again.manifest == register.manifest
    for table in SNAPSHOT_TABLES:
        assert again[table].schema == arrow_schema(table)
        assert again[table].equals(register[table])


def test_text_is_never_null_and_numbers_may_be():
    row = _draft().to_register()["person"].to_pylist()[0]
    assert row["name"] == ""
    assert row["birth_date"] is None
    assert tuple(row) == columns("person")


def test_conform_fills_absent_columns_and_refuses_wrong_types():
    table = conform("family", pa.table({"family_id": ["F1"], "desil": ["3"]}))
    assert table.column("desil").to_pylist() == [3]
    assert table.column("rt").to_pylist() == [""]
    with pytest.raises(UnusableInput, match="desil"):
        conform("family", pa.table({"family_id": ["F1"], "desil": ["tiga"]}))


def test_a_folder_without_manifest_or_with_a_damaged_table_is_refused(tmp_path):
    with pytest.raises(UnusableInput, match=r"manifest\.json"):
        Register.read(tmp_path)
    _draft().to_register().write(tmp_path)
    (tmp_path / "person.parquet").write_bytes(b"PAR1 not quite")
    with pytest.raises(UnusableInput, match="rusak"):
        Register.read(tmp_path)


def test_a_draft_keeps_its_lookups_and_records_what_was_done():
    draft = _draft()
    draft.take_changes()
    person = draft.members("F000001")[0]
    draft.change("person", person, nik="9974", sex="")
    assert [(c.column, c.before, c.after) for c in draft.take_changes()] == [
        ("nik", "9973", "9974")
    ]
    added = draft.add("person", {"person_id": draft.new_id("person"), "family_id": "F000001"})
    assert added["person_id"] == "P000002"
    draft.change("person", added, family_id="F000009")
    assert [row["person_id"] for row in draft.members("F000001")] == ["P000001"]
    draft.remove("person", added)
    assert draft.members("F000009") == []
    draft.change("dukcapil", draft.registry("9973"), nik="9975")
    assert draft.registry("9973") is None
    assert draft.registry("9975")["status"] == "hidup"


def test_dates_stay_dates(tmp_path):
    draft = _draft()
    draft.change("person", draft.members("F000001")[0], birth_date=date(1980, 5, 1))
    draft.to_register().write(tmp_path)
    stored = pq.read_table(tmp_path / "person.parquet")
    assert stored.column("birth_date").to_pylist() == [date(1980, 5, 1)]


def _payees():
    draft = Draft({"workspace": "latihan", "families_with_refused": ["F000001"]})
    draft.add("family", {"family_id": "F000001"})
    draft.add("aid", {"aid_id": "A000001", "nik": "9973", "program": "PKH"})
    draft.add("aid", {"aid_id": "A000002", "nik": "9974", "family_id": "F000001"})
    draft.manifest["carried"] = {"aid": ["nik", "program"]}
    return draft.to_register()


def test_two_lists_become_one_and_aid_finds_its_people():
    people = _draft()
    people.add("aid", {"aid_id": "A000001", "nik": "9973", "person_id": "P000001"})
    both = combine([people.to_register(), _payees()])
    aid = {row["aid_id"]: row for row in both["aid"].to_pylist()}
    assert set(aid) == {"A000001", "A2-000001", "A2-000002"}
    assert (aid["A2-000001"]["person_id"], aid["A2-000001"]["family_id"]) == ("P000001", "F000001")
    assert (aid["A2-000002"]["person_id"], aid["A2-000002"]["family_id"]) == ("", "F2-000001")
    assert both["family"]["family_id"].to_pylist() == ["F000001", "F2-000001"]
    assert both.manifest["families_with_refused"] == ["F2-000001"]
    assert both.carries("aid", "program")
    assert both.carries("person", "nik")


def test_the_same_list_twice_is_refused():
    with pytest.raises(WrongUse, match="dua kali"):
        combine([_draft().to_register(), _draft().to_register()])
