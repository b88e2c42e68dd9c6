"""Boundaries of the kelurahan: our schematic map, or a file of the office.

``reading`` opens files, ``joining`` finds which row is which kelurahan, ``placing`` brings lines to
degrees, ``shaping`` makes them whole and measures them, ``report`` says what was found, ``frames``
puts it together. Of a file nothing but codes, names and lines is kept, so nothing else of it can
reach a page. Keeping what was read is left to ``services.boundaries``.
"""

from workbench.geo.boundaries.frames import (
    Read,
    boundary_frame,
    join_report,
    load_boundaries,
    read_boundaries,
    schematic_frame,
    schematic_path,
)
from workbench.geo.boundaries.joining import Codes, Fields, dotted_code
from workbench.geo.boundaries.report import AreaDifference, BoundaryReport, JoinReport
from workbench.geo.boundaries.shaping import Flaws, kecamatan_outlines, thin

__all__ = [
    "AreaDifference",
    "BoundaryReport",
    "Codes",
    "Fields",
    "Flaws",
    "JoinReport",
    "Read",
    "boundary_frame",
    "dotted_code",
    "join_report",
    "kecamatan_outlines",
    "load_boundaries",
    "read_boundaries",
    "schematic_frame",
    "schematic_path",
    "thin",
]
