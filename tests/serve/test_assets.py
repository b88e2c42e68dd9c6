"""The files pages are made of: from here, compressed, cacheable, and nothing else."""

from __future__ import annotations

import gzip
import json
import re
from pathlib import Path

import pytest

from workbench.serve.assets import Shelf
from workbench.ui.card import CaseCard, page_widget
from workbench.ui.drills.view import DrillCard

OURS = Path(__file__).parents[2] / "workbench" / "serve" / "share"


def test_every_file_a_page_names_is_there_and_kept_by_the_browser(server):
    page = server.client().get("/masuk").text
    named = re.findall(r'(?:src|href)="(/aset/[^"]+)"', page)
    assert len(named) >= 3
    for url in named:
        answer = server.client().get(url)
        assert answer.status_code == 200
        assert "immutable" in answer.headers["cache-control"]


@pytest.mark.parametrize(
    ("path", "content_type", "first"),
    [
        ("/aset/plus-jakarta-sans.ttf", "font/ttf", b"\x00\x01\x00\x00"),
        ("/aset/leaflet/leaflet.js", "text/javascript", b"/* @preserve"),
        ("/aset/leaflet/leaflet.css", "text/css", b"/* required styles"),
        ("/aset/leaflet/images/layers.png", "image/png", b"\x89PNG"),
        ("/aset/lab-theme.css", "text/css", b""),
        ("/voila/static/voila.js", "text/javascript", b""),
    ],
)
def test_what_rooms_and_maps_are_drawn_with_is_served_here(server, path, content_type, first):
    answer = server.client().get(path)
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith(content_type)
    assert answer.content.startswith(first)


@pytest.mark.parametrize("widget", [CaseCard, DrillCard])
@pytest.mark.parametrize("tries", ["", "-2"])
def test_what_a_widget_fetches_is_there_and_kept_by_the_browser(server, widget, tries):
    code, _ = page_widget._code(widget.source, widget.thing, "/aset/")
    files = json.loads(re.match(r"const FILES = (.*);\n", code)[1])
    for name in (files["script"], "drawing.js", *files["styles"]):
        answer = server.client().get(f"{files['base']}{tries}/{name}")
        assert answer.status_code == 200, name
        assert "immutable" in answer.headers["cache-control"]
        kind = "text/javascript" if name.endswith(".js") else "text/css"
        assert answer.headers["content-type"].startswith(kind)


def test_text_travels_compressed_and_is_not_sent_twice(server):
    client = server.client()
    plain = client.get("/voila/static/voila.js", headers={"Accept-Encoding": "identity"})
    with client.stream("GET", "/voila/static/voila.js") as packed:
        raw = b"".join(packed.iter_raw())
    assert gzip.decompress(raw) == plain.content
    assert len(raw) < len(plain.content) / 2
    again = client.get("/voila/static/voila.js", headers={"If-None-Match": plain.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")


@pytest.mark.parametrize(
    "path",
    [
        "/aset/../server.py",
        "/aset/%2e%2e/%2e%2e/%2e%2e/%2e%2e/server.py",
        "/aset/leaflet/..%2f__init__.py",
        "/aset//etc/passwd",
        "/aset/",
        "/aset/leaflet/",
        "/voila/static/../../../conf.json",
        "/voila/labextensions/jupyterlab_pygments/package.json",
        "/voila/labextensions/@jupyter-widgets/../jupyterlab_pygments/package.json",
        "/voila/labextensions/anywidget/../jupyterlab_pygments/package.json",
        "/aset/a%00b",
    ],
)
def test_nothing_else_on_the_disk_is(server, path):
    import http.client

    # Not httpx: it tidies paths before it sends them.
    connection = http.client.HTTPConnection(server.host, timeout=60)
    connection.request("GET", path)
    assert connection.getresponse().status == 404
    connection.close()


def test_a_link_out_of_the_folder_leads_nowhere(tmp_path):
    (tmp_path / "luar.txt").write_text("luar")
    inside = tmp_path / "dalam"
    inside.mkdir()
    (inside / "pintu.txt").symlink_to(tmp_path / "luar.txt")
    (inside / "ada.txt").write_text("ada")
    shelf = Shelf([inside])
    assert shelf.find("pintu.txt") is None
    assert shelf.find("ada.txt") == inside / "ada.txt"


def test_our_own_files_name_no_other_site():
    files = [path for path in OURS.rglob("*") if path.is_file()]
    assert len(files) > 10
    for path in files:
        urls = re.findall(r"https?://[^\s\"')]+", path.read_text(encoding="utf-8"))
        assert [url for url in urls if url != "http://www.w3.org/2000/svg"] == [], path.name


def test_our_scripts_use_nothing_that_needs_a_secure_context():
    for path in OURS.rglob("*.js"):
        assert not re.search(
            r"serviceWorker|clipboard|randomUUID|crypto\.subtle|geolocation", path.read_text()
        ), path.name


def _tokens(*selectors):
    """The colours that hold where these blocks of the frame's style do, the last one winning."""
    style = (OURS / "jupyter/voila/templates/verval/static/frame.css").read_text("utf-8")
    found = {}
    for selector in selectors:
        block = re.search(rf"^{re.escape(selector)} \{{(.*?)^\s*\}}", style, re.M | re.S)
        assert block, selector
        found |= dict(re.findall(r"--vv-([a-z-]+): (#[0-9a-f]{6});", block[1]))
    return found


def _luminance(colour):
    parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
    red, green, blue = (p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts)
    return 0.2126 * red + 0.7152 * green + 0.0722 * blue


def _contrast(one, other):
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


LIGHTS = {
    "practice": (":root",),
    "real": (":root", ".vv-nyata"),
    "practice in the dark": (":root", "  :root"),
    "real in the dark": (":root", "  :root", ".vv-nyata", "  .vv-nyata"),
}


@pytest.mark.parametrize("selectors", LIGHTS.values(), ids=LIGHTS)
def test_every_declared_pair_of_colours_can_be_told_apart(selectors):
    style = (OURS / "jupyter/voila/templates/verval/static/frame.css").read_text("utf-8")
    tokens, pairs = _tokens(*selectors), []
    for least, names in re.findall(r"^   ([\d.]+): (.+?)(?: \*/)?$", style, re.M):
        pairs += [(float(least), *pair.split("/")) for pair in names.split()]
    assert len(pairs) > 50
    # What has an -ink or a -soft is declared with it.
    assert {name for name in tokens if name.endswith("-ink")} == {
        front for _, front, _ in pairs if front.endswith("-ink")
    }
    weak = [
        f"{front} on {back}: {_contrast(tokens[front], tokens[back]):.2f}"
        for least, front, back in pairs
        if _contrast(tokens[front], tokens[back]) < least
    ]
    assert weak == []


def test_rooms_take_their_colours_from_the_frame():
    ours = OURS / "jupyter/voila/templates/verval/static"
    rooms = OURS.parents[1] / "ui"
    frame = (ours / "frame.css").read_text("utf-8").partition("* { box-sizing")[2]
    styles = {"frame.css": frame.partition("@media print")[0]}
    styles["widgets.css"] = (ours / "widgets.css").read_text("utf-8")
    for path in (rooms / "home" / "home.css", rooms / "trainer" / "kelas.css"):
        # A block of its own speaks of the notebook that stands alone.
        styles[path.name] = path.read_text("utf-8").partition("\n}\n")[2]
    for name, style in styles.items():
        assert re.findall(r"#[0-9a-f]{3,8}\b", style) == [], name
