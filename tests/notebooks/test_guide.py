"""What the guide for Python users shows runs as it stands, in the order of the page."""

from __future__ import annotations

import re

import workbench as wb
from workbench.resources import resource

PAGE = resource("workbench/guides/langkah/python.md").read_text(encoding="utf-8")


def test_the_blocks_of_the_page_run_one_after_the_other():
    names: dict[str, object] = {}
    blocks = re.findall(r"```python\n(.*?)```", PAGE, re.DOTALL)
    assert len(blocks) == 4
    for block in blocks:
        exec(block, names)
    assert len(names["temuan"]) > 0
    assert len(names["sewa"]) > 0


def test_the_page_names_all_that_can_be_called_and_every_worked_notebook():
    table = PAGE.partition("| Untuk | Nama |")[2].partition("\n\n")[0]
    named = set(re.findall(r"`(\w+)`", table))
    assert named | {"WorkbenchError"} == set(wb.__all__)
    books = {path.stem for path in resource("notebooks").glob("contoh_*.ipynb")}
    assert set(re.findall(r"\| `(contoh_\w+)`", PAGE)) == books
