"""What ``import workbench as wb`` offers: found, documented, typed, and light until it is used."""

from __future__ import annotations

import inspect
import subprocess
import sys
from pathlib import Path

import pytest

import workbench as wb

ROOT = Path(__file__).parent.parent

#: A small program of somebody else's, as their own type checker sees it.
PROGRAM = """
import workbench as wb

city: wb.Register = wb.generate(families=20, seed=1)
findings: wb.Findings = wb.check(city)
by_rule: dict[str, int] = findings.by_rule
rule: wb.Rule = wb.catalogue()["IDN-09"]
trial: wb.Trial = wb.try_rule(rule, families=10, times=1)
sheets: list[wb.Checklist] = wb.checklist(city, findings)
own = wb.OwnIndicator("Keluarga", city["family"]["family_id"].to_pylist())
path = wb.save_map(wb.choropleth(city, own), __import__("pathlib").Path("peta.html"))
names: list[str] = [one.name for one in wb.indicators()]
plan = wb.Plan("UJI", n_cases=4)
score: float = wb.grade(next(wb.draw_seats(plan, range(1, 2)))[1][0].key, wb.Answer()).score
"""


def _methods(thing):
    for name, member in vars(thing).items():
        if name.startswith("_"):
            continue
        if isinstance(member, classmethod | staticmethod):
            member = member.__func__
        if isinstance(member, property):
            member = member.fget
        if hasattr(member, "func"):  # cached_property
            member = member.func
        if inspect.isfunction(member) and member.__module__.startswith("workbench"):
            yield member


@pytest.mark.parametrize("name", wb.__all__)
def test_a_public_name_says_what_it_is_for(name):
    thing = getattr(wb, name)
    assert callable(thing)
    told = vars(thing).get("__doc__") if inspect.isclass(thing) else thing.__doc__
    assert told, name
    # A dataclass without words of its own gets its signature for a docstring.
    assert not told.startswith(f"{name}("), name
    assert told.strip().split("\n")[0].endswith((".", ":")), told
    parts = [thing] if inspect.isfunction(thing) else list(_methods(thing))
    for part in parts:
        assert part.__doc__, f"{name}.{part.__name__}"
        hints = inspect.get_annotations(part)
        wanted = [p for p in inspect.signature(part).parameters if p not in ("self", "cls")]
        missing = {*wanted, "return"} - hints.keys()
        assert not missing, f"{name}.{part.__name__}: {missing}"


def test_the_list_of_names_is_complete_and_in_order():
    assert wb.__all__ == sorted(wb.__all__)
    assert set(wb.__all__) <= set(dir(wb))
    assert not [name for name in wb.__all__ if name not in wb.__doc__ and name[0].islower()]
    with pytest.raises(AttributeError):
        wb.chek  # noqa: B018


def test_nothing_heavy_comes_along_before_it_is_used():
    code = (
        "import sys; import workbench as wb; wb.Register, wb.catalogue, wb.Plan, wb.grade; "
        "print(*sorted({'duckdb', 'pandas', 'pyarrow', 'folium', 'polars', 'sqlalchemy'} "
        "& set(sys.modules)))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.split() == []


def test_a_strict_type_checker_reads_the_shipped_types(tmp_path):
    """The package is found as installed, by ``py.typed``, from a folder that is no checkout."""
    program = tmp_path / "program.py"
    program.write_text(PROGRAM + "wb.chek(city)\nfindings.table = 3\n", encoding="utf-8")
    # Its own cache, and one that lasts: the second time it takes a second.
    cache = ROOT / ".mypy_cache" / "pengguna"
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", cache, program]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, check=False)
    lines = [line for line in done.stdout.splitlines() if "error" in line]
    said = "\n".join(lines)
    assert '"chek"' in said, done.stdout
    assert '"table"' in said, done.stdout
    assert len([line for line in lines if "program.py" in line]) == 2, said
    assert lines[-1].startswith("Found 2 errors in 1 file"), said
