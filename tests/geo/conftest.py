"""Invented lists with a given number of families in each kelurahan."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from workbench.domain.register import Register, conform
from workbench.domain.wilayah import kelurahan

MakeRegister = Callable[..., Register]


def make_table(name: str, rows: list[dict[str, Any]]) -> pa.Table:
    """Rows as a table of the register; columns left out are unknown."""
    named = dict.fromkeys(column for row in rows for column in row)
    return conform(name, pa.table({c: [row.get(c) for row in rows] for c in named}))


@pytest.fixture(scope="session")
def table_of() -> Callable[[str, list[dict[str, Any]]], pa.Table]:
    """A table of the register from rows."""
    return make_table


@pytest.fixture(scope="session")
def register_of() -> MakeRegister:
    """A practice register with so many families by code, and further rows by table."""

    def build(
        families: dict[str, int],
        manifest: dict[str, Any] | None = None,
        **rows: list[dict[str, Any]],
    ) -> Register:
        listed = [
            {"family_id": f"F{code[-7:]}-{n}", "kelurahan_kode_kemendagri": code}
            for code, count in families.items()
            for n in range(count)
        ]
        tables = {name: make_table(name, more) for name, more in rows.items()}
        about = {"workspace": "latihan", "as_of": "2026-11-01", "seed": 7}
        return Register(
            {"family": make_table("family", listed), **tables}, about | (manifest or {})
        )

    return build


@pytest.fixture(scope="session")
def varied_families() -> dict[str, int]:
    """10 to 76 families a kelurahan; the first not surveyed, the second with three."""
    counts = {place.kode_kemendagri: 10 + n for n, place in enumerate(kelurahan())}
    first, second, *_ = counts
    del counts[first]
    counts[second] = 3
    return counts


@pytest.fixture(scope="session")
def drawn_lines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """A file as an office has it: real lines where the folder is named, else made squares."""
    folder = os.environ.get("VERVAL_BATAS_UJI", "")
    real = Path(folder) / "kota_serang_kelurahan.geojson"
    if folder and real.is_file():
        yield real
        return
    features = []
    for n, place in enumerate(kelurahan()):
        west, south = 106.1 + 0.01 * (n % 10), -6.2 + 0.01 * (n // 10)
        east, north = west + 0.01, south + 0.01
        ring = [[west, south], [east, south], [east, north], [west, north], [west, south]]
        features.append(
            {
                "type": "Feature",
                "properties": {"kode_kemendagri": place.kode_kemendagri},
                "geometry": {"type": "Polygon", "coordinates": [ring]},
            }
        )
    path = tmp_path_factory.mktemp("batas") / "batas_buatan.geojson"
    path.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    yield path
