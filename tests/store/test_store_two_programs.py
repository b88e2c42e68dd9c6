"""A program that looks into the office beside the server takes nothing away from it."""

from __future__ import annotations

import subprocess
import sys

from workbench.access import Workspace
from workbench.services import accounts
from workbench.services.office import Office

LOOK = """
import sys
from workbench.services import accounts
from workbench.services.office import Office
accounts.sign_in(Office(sys.argv[1]), "staf", sys.argv[2])
"""


def test_what_is_written_after_another_program_has_looked_is_still_there(tmp_path):
    # As in the server: what prepares the office and what serves it are two objects.
    first = Office(tmp_path / "kantor")
    password = accounts.ensure_first_accounts(first).staff_password
    second = Office(first.root)
    accounts.sign_in(second, "staf", password)
    look = [sys.executable, "-c", LOOK, str(first.root)]
    subprocess.run([*look, password], check=True)
    new = accounts.reset_password(second, accounts.machine_operator(Workspace.NYATA), "staf")
    subprocess.run([*look, new], check=True)
