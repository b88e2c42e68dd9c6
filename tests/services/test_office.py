"""Where an office's data lie: in its folder, or in a database that the folder names."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.access import Workspace
from workbench.errors import StoreFault, WrongUse
from workbench.services import accounts
from workbench.services.office import DATABASE_NOTE, DATABASE_VARIABLE, Office

SECRET = "Rahasia-77"
ADDRESS = f"postgresql://verval:{SECRET}@komputer-data:5433/verval?sslmode=require"


def files(root):
    return sorted(path.name for path in root.rglob("*") if path.is_file())


def test_another_object_of_the_same_folder_finds_the_same_data(office):
    password = accounts.ensure_first_accounts(office).staff_password
    again = Office(office.root)
    assert accounts.sign_in(again, "staf", password).token
    again.real.close()


def test_a_workspace_has_data_once_it_was_opened_and_asking_makes_none(office, database):
    before = files(office.root) if office.root.exists() else []
    # The template of the tests on PostgreSQL holds both schemas already.
    assert [office.has_data(side) for side in Workspace] == [bool(database)] * 2
    assert files(office.root) == before
    for side in Workspace:
        with office.store(side).reading():
            pass
        assert office.has_data(side)


def test_the_folder_names_the_database_without_its_password(tmp_path, monkeypatch):
    monkeypatch.delenv(DATABASE_VARIABLE, raising=False)
    office = Office(tmp_path / "kantor")
    office.use_database(ADDRESS)
    note = office.root / DATABASE_NOTE
    assert SECRET not in note.read_text("utf-8")
    assert note.stat().st_mode & 0o077 == 0
    found = Office(office.root).database()
    assert (found.host, found.port, found.database, found.password) == (
        *("komputer-data", 5433, "verval"),
        None,
    )
    assert found.query == {"sslmode": "require"}
    monkeypatch.setenv(DATABASE_VARIABLE, ADDRESS)
    assert Office(office.root).database().password == SECRET


def test_a_password_among_the_other_words_of_an_address_is_not_written_down(tmp_path):
    office = Office(tmp_path / "kantor")
    office.use_database(f"postgresql://verval@komputer-data/verval?password={SECRET}")
    assert SECRET not in (office.root / DATABASE_NOTE).read_text("utf-8")


def test_the_environment_alone_moves_no_office(tmp_path, monkeypatch):
    monkeypatch.setenv(DATABASE_VARIABLE, ADDRESS)
    office = Office(tmp_path / "kantor")
    assert office.database() is None
    assert office.real.url.get_backend_name() == "sqlite"


@pytest.mark.parametrize(
    "other",
    [
        "postgresql://verval@komputer-lain:5433/verval?sslmode=require",
        "postgresql://verval@komputer-data:5433/lain?sslmode=require",
    ],
)
def test_another_database_than_the_folders_is_refused(tmp_path, monkeypatch, other):
    office = Office(tmp_path / "kantor")
    office.use_database(ADDRESS)
    office.use_database(ADDRESS)
    with pytest.raises(WrongUse, match="sudah berisi data"):
        office.use_database(other)
    monkeypatch.setenv(DATABASE_VARIABLE, other)
    with pytest.raises(WrongUse, match="basis data lain") as fault:
        office.real  # noqa: B018
    assert SECRET not in str(fault.value)


def test_an_office_with_data_in_its_folder_is_not_moved_by_a_word(tmp_path):
    office = Office(tmp_path / "kantor")
    with office.practice.reading():
        pass
    office.practice.close()
    with pytest.raises(WrongUse, match="verval backup"):
        office.use_database(ADDRESS)
    assert not (office.root / DATABASE_NOTE).exists()


def test_a_note_that_was_spoilt_is_a_sentence_and_no_new_file(tmp_path):
    office = Office(tmp_path / "kantor")
    office.use_database(ADDRESS)
    (office.root / DATABASE_NOTE).write_text("rusak", "utf-8")
    with pytest.raises(WrongUse, match="Alamat basis data"):
        Office(office.root).real  # noqa: B018
    assert files(office.root) == [DATABASE_NOTE]


def test_an_office_whose_database_cannot_be_reached_makes_nothing_in_its_folder(
    tmp_path, monkeypatch
):
    address = "postgresql://verval@127.0.0.1:1/verval"
    monkeypatch.setenv(DATABASE_VARIABLE, address)
    office = Office(tmp_path / "kantor")
    office.use_database(address)
    with pytest.raises(StoreFault, match="PostgreSQL berjalan"):
        accounts.ensure_first_accounts(office)
    assert files(office.root) == [DATABASE_NOTE]


_LOOK = """
import json, sys
from workbench.access import Workspace
from workbench.services.office import Office
with Office(sys.argv[1]).real.reading():
    pass
print(json.dumps(sorted(name for name in sys.modules if name.split(".")[0] in
    {"alembic", "psycopg", "duckdb", "pandas", "polars", "pyarrow"} and "." not in name)))
"""


def test_opening_an_office_loads_only_its_own_driver(office, database):
    with office.real.reading():
        pass
    done = subprocess.run(
        [sys.executable, "-c", _LOOK, str(office.root)],
        cwd=Path(__file__).parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert json.loads(done.stdout) == (["psycopg"] if database else [])
