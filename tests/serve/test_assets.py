"""The files pages are made of: from here, compressed, cacheable, and nothing else."""

from __future__ import annotations

import gzip
import re
from pathlib import Path

import pytest

from workbench.serve.assets import Shelf

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
    connection = http.client.HTTPConnection(server.host, timeout=30)
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
