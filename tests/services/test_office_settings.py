"""What an office decides for itself: from a day on, by whom, on what ground."""

from datetime import date

import pytest

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, WrongUse
from workbench.services import office_settings, settings
from workbench.store import clock, ledger

NAME = "nik_on_paper"


def staff(areas=("36.73",), role=Role.STAF):
    return Actor("A1", "Sari", role, Workspace.NYATA, areas)


def standing(office):
    return next(s for s in office_settings.listed(office, staff()) if s.declared.name == NAME)


@pytest.fixture
def on(monkeypatch):
    def on(day):
        monkeypatch.setattr(clock, "now", lambda: f"{day}T01:00:00.000000Z")

    return on


def test_without_a_decision_the_default_holds(office):
    assert office_settings.value(office, staff(), NAME) == "disamarkan"
    assert (standing(office).is_own, standing(office).history) == (False, ())


def test_a_decision_holds_from_its_day_on_and_the_older_one_stays_under_its_date(office, on):
    on("2026-10-01")
    office_settings.put(office, staff(), NAME, "penuh", "  SK Kepala\nDinas 1/2026 ")
    on("2026-11-01")
    office_settings.put(office, staff(), NAME, "disamarkan", "SK 2")
    said = [
        office_settings.value(office, staff(), NAME, date.fromisoformat(day))
        for day in ("2026-09-30", "2026-10-01", "2026-10-31", "2026-11-01")
    ]
    assert said == ["disamarkan", "penuh", "penuh", "disamarkan"]
    now = standing(office)
    assert now.is_own
    assert [(one.since.isoformat(), one.source) for one in now.history] == [
        ("2026-11-01", "SK 2"),
        ("2026-10-01", "SK Kepala Dinas 1/2026"),
    ]
    assert now.history[1].words == "ditulis lengkap"


def test_the_ledger_holds_each_step_and_not_its_words(office):
    office_settings.put(office, staff(), NAME, "penuh", "SK Bu Sari")
    with office.real.reading() as connection:
        said = ledger.newest(connection, "A1", f"pengaturan:kantor.{NAME}")
    assert said["nilai"].value["nilai"] == "penuh"
    assert "Bu Sari" not in repr(said)


def test_rules_settings_do_not_see_it_and_it_does_not_see_theirs(office):
    office_settings.put(office, staff(), NAME, "penuh", "SK 1")
    settings.set_value(office, staff(), "low_desil_max", date(2026, 1, 1), 3, "SK 2")
    assert settings.overrides_on(office, staff(), date(2026, 12, 1)) == {"low_desil_max": 3}
    assert [s.declared.name for s in office_settings.listed(office, staff()) if s.is_own] == [NAME]


@pytest.mark.parametrize("ground", ["", "  \n"])
def test_without_a_ground_nothing_is_set(office, ground):
    with pytest.raises(WrongUse, match="Tulis dasar"):
        office_settings.put(office, staff(), NAME, "penuh", ground)
    assert office_settings.value(office, staff(), NAME) == "disamarkan"


def test_only_who_looks_after_the_whole_office_sets_and_every_clerk_reads(office):
    part = staff(("36.73.01",))
    with pytest.raises(Forbidden):
        office_settings.put(office, part, NAME, "penuh", "SK 1")
    assert office_settings.value(office, part, NAME) == "disamarkan"
    assert office_settings.listed(office, part)
