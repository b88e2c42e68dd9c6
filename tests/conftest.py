"""What all tests share: a browser, and a world small enough to look at."""

from __future__ import annotations

import itertools
import os
import sqlite3
from collections.abc import Callable, Iterator
from typing import Any

import hypothesis
import pytest
from argon2 import PasswordHasher
from hypothesis.internal.conjecture import providers
from playwright.sync_api import expect, sync_playwright

from tests import browser as browser_finder
from tests import database as database_server
from tests import distribution
from workbench.access import Workspace
from workbench.services import accounts
from workbench.store import Store, migrations, server_url
from workbench.store import engine as store_engine

# A busy machine is no fault: no test is timed, and pages are given the time they need. A usual run
# draws the same examples every time, for no luck may decide how it ends; `make proof` draws anew.
hypothesis.settings.register_profile("biasa", deadline=None, derandomize=True)
hypothesis.settings.register_profile("bukti", deadline=None)
hypothesis.settings.load_profile("bukti" if os.environ.get("PROOF") else "biasa")
if not os.environ.get("PROOF"):
    # It would also try numbers and texts that stand in our modules, of those a worker has loaded
    # so far: which these are goes by what the worker was dealt before.
    providers._get_local_constants = lambda: providers._local_constants

#: Beside ``tests/store``: one module for each way in which services use the store.
ON_BOTH = frozenset(
    {
        "test_accounts",
        "test_audits",
        "test_classes",
        "test_fieldwork",
        "test_graduations",
        "test_happenings",
        "test_office",
        "test_office_moves",
        "test_three_imports",
        "test_retention",
    }
)

expect.set_options(timeout=60_000)
#: Seconds after which a browser that does not close is ended.
PATIENCE_S = 60.0


def pytest_configure(config: pytest.Config) -> None:
    config.addinivalue_line("markers", "blank_database: on PostgreSQL begin without any schema")


#: Seconds until a browser test counts as hanging: its server may first make a city.
BROWSER_S = 1800


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.get_closest_marker("browser"):
            item.add_marker(pytest.mark.timeout(BROWSER_S))
    items.sort(key=lambda item: distribution.place(item.nodeid))


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> distribution.Distribution:
    return distribution.Distribution(config, log)


@pytest.fixture(scope="session", autouse=True)
def quick_schema() -> Iterator[None]:
    """Thousands of tests begin with empty tables: Alembic makes them once, then they are copied."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(migrations, "upgrade", database_server.remembering(migrations.upgrade))
        yield


@pytest.fixture(scope="session", autouse=True)
def quick_disk() -> Iterator[Callable[..., None]]:
    """No commit to SQLite waits for the disk: a test can be killed, its machine keeps running.

    How connections are really set up is given to the test that asks.
    """
    real = store_engine._set_up_sqlite

    def unhurried(connection: sqlite3.Connection, record: object) -> None:
        # Before as well: the switch of a new file to WAL waits for the disk like a commit.
        connection.execute("PRAGMA synchronous = OFF")
        real(connection, record)
        connection.execute("PRAGMA synchronous = OFF")

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(store_engine, "_set_up_sqlite", unhurried)
        yield real


@pytest.fixture(scope="session", autouse=True)
def quick_passwords() -> Iterator[None]:
    """Passwords are hashed lightly; that they are hashed well is tested where accounts are."""
    light = PasswordHasher(time_cost=1, memory_cost=64, parallelism=1)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(accounts, "_hasher", lambda: light)
        yield


@pytest.fixture(scope="session")
def chromium_path() -> str:
    """Path of a Chrome or Chromium; its absence is an error, never a skip."""
    found = browser_finder.installed_browser()
    assert found, "no browser: run `make test`, which installs one"
    return found


@pytest.fixture(scope="session")
def chromium_flags() -> list[str]:
    """Flags under which the browser runs headless and keeps to itself."""
    return list(browser_finder.FLAGS)


@pytest.fixture(scope="module")
def playwright() -> Iterator[Any]:
    """Playwright for one module of tests.

    The plugin's own lasts the whole session and leaves an event loop behind that no other test
    could then run one beside.
    """
    with sync_playwright() as running, browser_finder.closing_in_time(PATIENCE_S):
        yield running


@pytest.fixture(scope="module")
def new_browser(
    playwright: Any, chromium_path: str, chromium_flags: list[str]
) -> Iterator[Callable[..., browser_finder.LastingBrowser]]:
    """``new_browser(*flags)`` is a browser for one module of tests."""
    made = []

    def make(*flags: str) -> browser_finder.LastingBrowser:
        one = browser_finder.LastingBrowser(playwright, chromium_path, [*chromium_flags, *flags])
        made.append(one)
        return one

    yield make
    for one in made:
        one.close()


@pytest.fixture(scope="session")
def postgresql() -> Iterator[database_server.DatabaseServer]:
    """A PostgreSQL server of this run; that there is none is an error, never a skip."""
    with database_server.running_server() as server:
        yield server


@pytest.fixture(scope="session")
def new_database(postgresql: database_server.DatabaseServer) -> Callable[..., str]:
    """Makes a database with both workspaces in it (``is_blank``: without) and tells its address."""
    template, numbers = database_server.TEMPLATE, itertools.count(1)
    address = postgresql.new_database(template)
    for workspace in Workspace:
        store = Store(server_url(address), workspace)
        with store.reading():
            pass
        store.close()

    def make(is_blank: bool = False) -> str:
        return postgresql.new_database(f"uji{next(numbers)}", "template0" if is_blank else template)

    return make


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """What rests on the store itself is played on both kinds of database."""
    path = metafunc.definition.path
    is_chosen = path.parent.name == "store" or path.stem in ON_BOTH
    if is_chosen and "database" in metafunc.fixturenames:
        metafunc.parametrize("database", ["sqlite", "postgresql"], indirect=True)


@pytest.fixture
def database(request: pytest.FixtureRequest) -> Iterator[str]:
    """The database to work in: "" for SQLite's file, else an address of PostgreSQL."""
    if getattr(request, "param", "sqlite") == "sqlite":
        yield ""
        return
    is_blank = request.node.get_closest_marker("blank_database") is not None
    address = request.getfixturevalue("new_database")(is_blank)
    yield address
    request.getfixturevalue("postgresql").drop_database(address.rpartition("/")[2])
