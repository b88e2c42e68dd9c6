import pytest

from workbench.access import Workspace
from workbench.store import Store, engine, server_url


@pytest.fixture
def store(tmp_path, database):
    """A store of real people's data, on each kind of database."""
    if database:
        made = Store(server_url(database), Workspace.NYATA)
    else:
        made = Store.at(tmp_path / "kantor 100%" / "uji.sqlite", Workspace.NYATA)
    yield made
    made.close()


@pytest.fixture
def patient(monkeypatch):
    """Who queues behind other writers waits as long as a busy machine takes to serve them all."""
    for name, told in (
        ("_SERVER_SETTINGS", {"lock_timeout": "120s"}),
        ("_LINE_SETTINGS", {"connect_timeout": 120}),
    ):
        monkeypatch.setattr(engine, name, getattr(engine, name) | told)
    monkeypatch.setattr(engine, "BUSY_TIMEOUT_S", 120.0)


@pytest.fixture
def on_sqlite(tmp_path):
    """The same in a file: for what only a file has."""
    made = Store.at(tmp_path / "kantor 100%" / "uji.sqlite", Workspace.NYATA)
    yield made
    made.close()


@pytest.fixture
def on_server(new_database, postgresql):
    """The same on PostgreSQL: for what only a server has."""
    address = new_database()
    made = Store(server_url(address), Workspace.NYATA)
    yield made
    made.close()
    postgresql.drop_database(made.url.database)
