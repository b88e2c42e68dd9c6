"""The days of the office."""

from datetime import datetime

from workbench.domain import days


class _Late(datetime):
    """Half past six in the evening of the 21st in London."""

    @classmethod
    def now(cls, tz=None):
        return datetime.fromisoformat("2026-11-21T18:30:00+00:00").astimezone(tz)


def test_the_day_is_the_offices_whatever_the_machine_thinks(monkeypatch):
    monkeypatch.setattr(days, "datetime", _Late)
    assert days.today().isoformat() == "2026-11-22"
