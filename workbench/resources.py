"""Finds the files that travel with the package: notebooks, recipes, the map, guides.

They lie beside the package in a checkout and inside it (``workbench/_bundled``) in a wheel.
"""

from __future__ import annotations

from pathlib import Path

from workbench.errors import NotFound

_PACKAGE = Path(__file__).resolve().parent
_ROOTS = (_PACKAGE / "_bundled", _PACKAGE.parent)


def resource(relative: str) -> Path:
    """Return the path of a shipped file or folder, e.g. ``notebooks/latihan.ipynb``.

    Raises ``NotFound`` when the installation lacks it.
    """
    for root in _ROOTS:
        path = root / relative
        if path.exists():
            return path
    raise NotFound(f"Berkas bawaan {relative} tidak ada di pemasangan ini. Pasang ulang paketnya.")
