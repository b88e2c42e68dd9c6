"""The operating curve stands for the plan it is drawn of."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from workbench.verification.sampling.lots import plan_lot
from workbench.verification.sampling.pictures import draw_curve


@pytest.mark.parametrize("size", [None, 12, 300, 5000])
def test_the_curve_falls_and_marks_both_limits(size):
    plan = plan_lot(size)
    drawn = draw_curve(plan)
    root = ElementTree.fromstring(drawn)
    wide, high = map(float, root.attrib["viewBox"].split()[2:])
    (line,) = root.iter("{http://www.w3.org/2000/svg}polyline")
    points = [tuple(map(float, one.split(","))) for one in line.attrib["points"].split()]
    assert points == sorted(points)
    heights = [y for _, y in points]
    assert heights == sorted(heights)
    assert all(0 <= x <= wide and 0 <= y <= high for x, y in points)
    assert len(list(root.iter("{http://www.w3.org/2000/svg}circle"))) == 2
    words = "".join(root.itertext())
    assert "daftar baik (2 %)" in words
    assert "daftar buruk (10 %)" in words
    assert root.attrib["aria-label"].startswith("Kurva:")


def test_it_asks_nobody_for_anything_and_reads_in_grey():
    drawn = draw_curve(plan_lot(300)).replace("http://www.w3.org/2000/svg", "")
    assert "http" not in drawn
    for colour in re.findall(r"#([0-9a-f]{6})", drawn):
        red, green, blue = (int(colour[at : at + 2], 16) for at in (0, 2, 4))
        assert max(red, green, blue) - min(red, green, blue) < 16
