"""Our map page beside its peers, in one run: ``python -m tests.bench_maps``.

14 PPKS categories at four dates over 67 kelurahan: one page of ours, beside stock folium (a
choropleth layer for each category and date) and ``geopandas.explore`` (one category). All are
opened in headless Chromium without a network. ``VERVAL_BATAS_UJI`` names a folder with real
lines; without it the schematic map is drawn. Prints size, gzip, milliseconds to drawn, polygons
drawn, and for ours the milliseconds of a change of indicator; medians of five.
"""

from __future__ import annotations

import gzip
import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import folium
import geopandas as gpd
from playwright.sync_api import Browser, sync_playwright

from tests.figures import records
from tests.geo import made_atlas
from workbench.geo.atlas import Atlas
from workbench.geo.boundaries import load_boundaries
from workbench.geo.choropleth import draw, save_map
from workbench.geo.page.contents import Choice

AREAS = "path.leaflet-interactive"
WATCH = """() => {
  window.drawnAt = 0;
  const look = () => {
    const found = document.querySelectorAll('path.leaflet-interactive').length;
    if (found >= %d && !window.drawnAt)
      requestAnimationFrame(() => requestAnimationFrame(() => {
        window.drawnAt = performance.now();
      }));
    else if (!window.drawnAt) requestAnimationFrame(look);
  };
  look();
}"""
CHANGE = """async (n) => {
  const field = document.querySelector('.kendali [role=combobox]');
  field.click();
  const options = document.querySelectorAll('.kendali [role=option]');
  const start = performance.now();
  options[n].click();
  await new Promise(done => requestAnimationFrame(() => requestAnimationFrame(done)));
  return performance.now() - start;
}"""


def measure(browser: Browser, path: Path, wanted: int) -> dict[str, Any]:
    """What a page weighs and what of it is drawn without a network."""
    raw = path.read_bytes()
    times, found = [], 0
    for _ in range(5):
        context = browser.new_context(offline=True, viewport={"width": 1366, "height": 768})
        page = context.new_page()
        page.add_init_script(f"({WATCH % wanted})()")
        page.goto(path.as_uri(), wait_until="load")
        page.wait_for_timeout(1200)
        found = page.locator(AREAS).count()
        times.append(page.evaluate("window.drawnAt"))
        context.close()
    return {
        "kB": round(len(raw) / 1000, 1),
        "gzip kB": round(len(gzip.compress(raw)) / 1000, 1),
        "drawn ms": round(median(times)) if all(times) else None,
        "polygons": found,
    }


def change(browser: Browser, path: Path) -> dict[str, float]:
    """Milliseconds from choosing another indicator to the second frame after it."""
    page = browser.new_page(viewport={"width": 1366, "height": 768})
    page.goto(path.as_uri())
    page.wait_for_selector("body[data-siap]")
    times = [page.evaluate(CHANGE, n) for n in (3, 7, 1, 9, 5, 12, 2, 8)]
    page.close()
    return {"change ms": round(median(times)), "slowest change ms": round(max(times))}


def stock_folium(atlas: Atlas, path: Path) -> None:
    """A choropleth layer for each category and date, as the library's guide shows it."""
    drawn = folium.Map([-6.12, 106.16], zoom_start=11)
    shapes = atlas.frame[["kode_kemendagri", "geometry"]].to_json()
    for period in atlas.periods:
        for category in made_atlas.CATEGORIES:
            rows = _values(atlas, category, period)
            folium.Choropleth(
                shapes,
                data=rows,
                columns=["kode_kemendagri", "value"],
                key_on="feature.properties.kode_kemendagri",
                name=f"{category} {period.label}",
                legend_name=category,
            ).add_to(drawn)
    folium.LayerControl().add_to(drawn)
    drawn.save(str(path))


def stock_explore(atlas: Atlas, path: Path) -> None:
    """One category at one date: explore knows no more."""
    rows = _values(atlas, made_atlas.CATEGORIES[0], atlas.periods[0])
    frame = gpd.GeoDataFrame(atlas.frame[["kode_kemendagri", "geometry"]])
    frame.merge(rows, on="kode_kemendagri").explore("value").save(str(path))


def _values(atlas: Atlas, category: str, period: Any) -> Any:
    import pandas as pd

    codes = list(atlas.frame["kode_kemendagri"])
    cells = [period.release.cell("ppks", category, code).value for code in codes]
    return pd.DataFrame({"kode_kemendagri": codes, "value": cells}).astype({"value": float})


def main() -> None:
    """Draw, open, measure, print."""
    real = made_atlas.real_frame()
    atlas = made_atlas.atlas(4, frame=load_boundaries() if real is None else real)
    areas, frame = made_atlas.province(500)
    province = made_atlas.atlas(2, areas=areas, frame=frame)
    pages: dict[str, tuple[Callable[[Path], object], int]] = {
        "ours": (lambda path: save_map(draw(atlas, Choice("ppks:PMKS08")), path), 67),
        "ours, 500 desa, 2 dates": (
            lambda path: save_map(draw(province, Choice("ppks:PMKS08")), path),
            500,
        ),
        "folium.Choropleth x 56": (lambda path: stock_folium(atlas, path), 67),
        "geopandas.explore x 1": (lambda path: stock_explore(atlas, path), 67),
    }
    kept = {}
    chromium = os.environ.get("CHROMIUM", "") or shutil.which("chromium")
    with TemporaryDirectory() as folder, sync_playwright() as driver:
        browser = driver.chromium.launch(
            executable_path=chromium, args=["--no-sandbox", "--disable-gpu"]
        )
        for n, (name, (make, wanted)) in enumerate(pages.items()):
            path = Path(folder) / f"{n}.html"
            make(path)
            found = measure(browser, path, wanted)
            if name.startswith("ours"):
                found |= change(browser, path)
            kept[name] = found
            print(f"{name:26} {json.dumps(found)}", flush=True)
        browser.close()
    counts = {"categories": len(made_atlas.CATEGORIES), "dates": len(atlas.periods)}
    lines = "schematic" if real is None else "real"
    records.keep({**counts, "areas": len(atlas.frame), "lines": lines, "pages": kept})


if __name__ == "__main__":
    main()
