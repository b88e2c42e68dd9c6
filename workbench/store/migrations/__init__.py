"""Alembic's scripts, run on a connection that is already inside a writing transaction."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError
from sqlalchemy import Connection

FOLDER = Path(__file__).resolve().parent


def configuration() -> Config:
    """Alembic's settings; no ini file, so that an installed wheel needs none."""
    config = Config()
    # Alembic reads % as the start of a substitution.
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    return config


def newest() -> str:
    """The newest revision among the scripts."""
    return str(ScriptDirectory.from_config(configuration()).get_current_head())


def upgrade(connection: Connection) -> bool:
    """Run what is missing; False when the database is of a version these scripts do not know."""
    config = configuration()
    config.attributes["connection"] = connection
    try:
        command.upgrade(config, "head")
    except CommandError:
        return False
    return True
