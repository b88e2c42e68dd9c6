"""The office's own values of the rules: dated, limited, on record, and in every finding."""

from datetime import date

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import settings
from workbench.services.office import Office
from workbench.store import ledger

DAY = date(2026, 11, 1)


@pytest.fixture
def office(tmp_path):
    return Office(tmp_path)


def staff(areas=("36.73",), role=Role.STAF, workspace=Workspace.NYATA):
    return Actor("A1", "Sari", role, workspace, areas)


def value_of(office, actor, name, day=DAY):
    found = {s.parameter.name: s for s in settings.office_settings(office, actor, day)}
    return found[name]


def test_without_an_own_value_the_catalogue_judges(office):
    setting = value_of(office, staff(), "low_desil_max")
    assert (setting.value, setting.own, setting.is_overtaken) == (2, None, False)
    assert setting.source
    assert settings.overrides_on(office, staff(), DAY) == {}


def test_an_own_value_holds_from_its_day_on(office):
    actor = staff()
    settings.set_value(office, actor, "low_desil_max", date(2026, 10, 1), 3, "SK Wali Kota 1/2026")
    assert settings.overrides_on(office, actor, date(2026, 9, 30)) == {}
    assert settings.overrides_on(office, actor, date(2026, 10, 1)) == {"low_desil_max": 3}
    setting = value_of(office, actor, "low_desil_max")
    assert (setting.value, setting.source) == (3, "SK Wali Kota 1/2026")


def test_of_two_own_values_the_newer_day_counts(office):
    actor = staff()
    settings.set_value(office, actor, "low_desil_max", date(2026, 10, 1), 3, "SK 2")
    settings.set_value(office, actor, "low_desil_max", date(2026, 1, 1), 4, "SK 1")
    assert settings.overrides_on(office, actor, DAY) == {"low_desil_max": 3}


def test_a_withdrawn_value_gives_way_and_the_ledger_keeps_both_steps(office):
    actor = staff()
    settings.set_value(office, actor, "low_desil_max", date(2026, 10, 1), 3, "SK 1")
    settings.withdraw_value(office, actor, "low_desil_max", "2026-10-01")
    assert settings.overrides_on(office, actor, DAY) == {}
    with pytest.raises(NotFound):
        settings.withdraw_value(office, actor, "low_desil_max", "2026-10-01")
    report = ledger.verify_chain(office.store_for(actor))
    assert (report.is_whole, report.events) == (True, 2)


def test_an_own_value_older_than_the_catalogue_s_newest_is_said_to_be_overtaken(office):
    actor = staff()
    settings.set_value(office, actor, "low_desil_max", date(2020, 1, 1), 3, "SK lama")
    assert value_of(office, actor, "low_desil_max").is_overtaken


@pytest.mark.parametrize("value", [0, 11, 2.5, "3", True, None])
def test_a_value_outside_the_limits_is_refused_with_a_sentence(office, value):
    with pytest.raises(WrongUse, match="isi angka"):
        settings.set_value(office, staff(), "low_desil_max", DAY, value, "SK 1")


def test_a_value_needs_its_ground(office):
    with pytest.raises(WrongUse, match="dasar"):
        settings.set_value(office, staff(), "low_desil_max", DAY, 3, " ")


def test_an_unknown_name_is_refused(office):
    with pytest.raises(WrongUse):
        settings.set_value(office, staff(), "tidak_ada", DAY, 3, "SK 1")


def test_only_who_looks_after_the_whole_city_may_set(office):
    with pytest.raises(Forbidden):
        settings.set_value(office, staff(("36.73.01.1001",)), "low_desil_max", DAY, 3, "SK 1")
    trainer = staff(role=Role.PELATIH, workspace=Workspace.LATIHAN)
    with pytest.raises(Forbidden):
        settings.set_value(office, trainer, "low_desil_max", DAY, 3, "SK 1")
    assert settings.office_settings(office, trainer, DAY)


def test_the_two_workspaces_have_settings_of_their_own(office):
    settings.set_value(office, staff(), "low_desil_max", DAY, 3, "SK 1")
    practice = staff(workspace=Workspace.LATIHAN)
    assert settings.overrides_on(office, practice, DAY) == {}
