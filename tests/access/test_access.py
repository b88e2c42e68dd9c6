"""Roles, permissions and areas: the table as it should be, and what a prefix may not do."""

import pytest

from workbench.access import (
    PERMISSIONS,
    Actor,
    Permission,
    Role,
    Workspace,
    covers,
    may,
    require,
    require_area,
)
from workbench.errors import Forbidden

LISTS = {
    "READ_LIST",
    "IMPORT_LIST",
    "DELETE_LIST",
    "PRINT_CHECKLIST",
    "LINK_LISTS",
    "RECORD_OUTCOME",
    "MOVE_STAGE",
    "ASSIGN",
    "READ_MAP",
    "READ_RULES",
}
#: role, workspace -> the names of everything that is allowed there
ALLOWED = {
    (Role.PESERTA, Workspace.LATIHAN): {"TRAIN", "SEE_WORKED_CASE"},
    (Role.PESERTA, Workspace.NYATA): set(),
    (Role.PELATIH, Workspace.LATIHAN): LISTS | {"RUN_CLASS", "SEE_WORKED_CASE"},
    (Role.PELATIH, Workspace.NYATA): set(),
    (Role.STAF, Workspace.LATIHAN): LISTS | {"READ_LEDGER", "SET_RULES"},
    (Role.STAF, Workspace.NYATA): LISTS | {"READ_LEDGER", "SET_RULES"},
    (Role.ADMIN, Workspace.LATIHAN): {permission.name for permission in Permission} - {"TRAIN"},
    (Role.ADMIN, Workspace.NYATA): {"MANAGE_ACCOUNTS", "READ_LEDGER", "READ_RULES", "SET_RULES"},
}


@pytest.mark.parametrize("permission", Permission)
@pytest.mark.parametrize(("role", "workspace"), ALLOWED)
def test_each_role_may_what_the_table_says(role, workspace, permission):
    actor = Actor("a", "Nama", role, workspace)
    allowed = permission.name in ALLOWED[role, workspace]
    assert may(actor, permission) is allowed
    if allowed:
        require(actor, permission)
    else:
        with pytest.raises(Forbidden):
            require(actor, permission)


def test_no_pair_is_left_out_of_this_test():
    assert set(PERMISSIONS) <= set(ALLOWED)
    assert set(ALLOWED) == {(role, workspace) for role in Role for workspace in Workspace}


def test_a_refusal_names_nobody():
    actor = Actor("a7", "Sri Mulyati", Role.STAF, Workspace.NYATA)
    with pytest.raises(Forbidden) as refused:
        require(actor, Permission.RUN_CLASS)
    assert "Sri" not in str(refused.value)
    assert "a7" not in str(refused.value)
    assert "staf" in str(refused.value)


@pytest.mark.parametrize(
    ("areas", "kode", "inside"),
    [
        (("36.73",), "36.73", True),
        (("36.73",), "36.73.01", True),
        (("36.73",), "36.73.01.1001", True),
        (("36.73",), "36.74.01.1001", False),
        (("36.73",), "36", False),
        (("36.7",), "36.73.01.1001", False),
        (("36.73.01",), "36.73.01.1001", True),
        (("36.73.01",), "36.73.02.1001", False),
        (("36.73.01",), "36.73", False),
        (("36.73.01.1001", "36.73.05.1003"), "36.73.05.1003", True),
        (("36.73.01.1001", "36.73.05.1003"), "36.73.05.1004", False),
        (("36.73.01.1001",), "36.73.01.10011", False),
        ((), "36.73.01.1001", False),
        (("",), "36.73.01.1001", False),
        # Rows that nobody could place belong to the office as a whole.
        (("36.73",), "", True),
        (("36.73.01",), "", False),
        ((), "", False),
        (("",), "", False),
    ],
)
def test_an_area_covers_whole_parts_of_a_code(areas, kode, inside):
    actor = Actor("a", "Nama", Role.STAF, Workspace.NYATA, areas)
    assert actor.covers(kode) is inside
    assert covers(actor, kode) is inside
    if inside:
        require_area(actor, kode)
    else:
        with pytest.raises(Forbidden):
            require_area(actor, kode)
