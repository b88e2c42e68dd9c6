"""Files a page is made of: our own, Voila's and the widgets', Leaflet, the typeface.

All come from this server, compressed once and kept in memory; addresses with a version in them
are kept by the browser: asking for each chunk whether it is still the same would cost a hall of
100 phones thousands of requests. They are the same for everybody and hold no data, so they need
no sign-in: the sign-in page itself is made of them.
"""

from __future__ import annotations

import functools
import gzip
import hashlib
import mimetypes
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from tornado import web

#: Names that carry a hash of their content: what they hold never changes.
_HASHED_NAME = re.compile(r"(^|[./-])[0-9a-f]{8,32}\.")
#: After the version may stand how often the file was asked for in vain.
_VERSION = re.compile(r"v-[0-9a-f]{12}(-\d{1,4})?/")
_COMPRESSIBLE = re.compile(r"text/|javascript|json|svg|font/ttf|font/otf")
_FOREVER = "public, max-age=31536000, immutable"
_ASK_AGAIN = "no-cache"

mimetypes.add_type("font/ttf", ".ttf")
mimetypes.add_type("font/woff2", ".woff2")
mimetypes.add_type("text/javascript", ".js")
mimetypes.add_type("text/javascript", ".mjs")


@dataclass(frozen=True)
class Asset:
    """One file as it is sent. ``packed`` is its gzip form, None where that saves nothing."""

    content_type: str
    raw: bytes
    packed: bytes | None
    digest: str


@functools.lru_cache(maxsize=1024)
def _load(path: Path, modified_ns: int) -> Asset:
    raw = path.read_bytes()
    content_type = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    packed = None
    if _COMPRESSIBLE.search(content_type) and len(raw) > 512:
        # mtime=0: the same file packs to the same bytes.
        packed = gzip.compress(raw, compresslevel=6, mtime=0)
    return Asset(content_type, raw, packed, hashlib.sha256(raw).hexdigest()[:16])


def load(path: Path) -> Asset:
    """The file, from memory unless it changed on disk."""
    return _load(path, path.stat().st_mtime_ns)


class Shelf:
    """Finds an asset by its address below one prefix.

    ``folders`` are searched in order; ``names`` are single files under a name of our choosing.
    ``allowed`` limits the first parts of the path.
    """

    def __init__(
        self,
        folders: Sequence[Path],
        names: Mapping[str, Path] | None = None,
        allowed: Sequence[str] | None = None,
    ) -> None:
        self._folders = [folder.resolve() for folder in folders]
        self._names = dict(names or {})
        self._allowed = None if allowed is None else tuple(f"{name}/" for name in allowed)

    @functools.cached_property
    def version(self) -> str:
        """A part of an address, ``v-`` and 12 hex digits, that changes when a file does."""
        seen = hashlib.sha256()
        for folder in self._folders:
            for path in sorted(folder.rglob("*")):
                state = path.stat()
                seen.update(
                    f"{path.relative_to(folder)} {state.st_size} {state.st_mtime_ns}\n".encode()
                )
        return f"v-{seen.hexdigest()[:12]}"

    def find(self, relative: str) -> Path | None:
        """The file of that address; None when there is none, or it lies outside."""
        if relative in self._names:
            return self._names[relative]
        # Before the list of what is allowed: no way in by one name and out to another.
        if not set(relative.split("/")).isdisjoint({"", ".", ".."}):
            return None
        if self._allowed is not None and not relative.startswith(self._allowed):
            return None
        for folder in self._folders:
            path = (folder / relative).resolve()
            if path.is_relative_to(folder) and path.is_file():
                return path
        return None


class AssetHandler(web.RequestHandler):
    """Sends what lies on a shelf; anything else is 404."""

    def initialize(self, shelf: Shelf) -> None:
        self.shelf = shelf

    def set_default_headers(self) -> None:
        self.set_header("X-Content-Type-Options", "nosniff")
        self.clear_header("Server")

    def get(self, relative: str) -> None:
        version = _VERSION.match(relative)
        if version:
            relative = relative[version.end() :]
        path = self.shelf.find(relative) if "\0" not in relative else None
        if path is None:
            self.set_status(404)
            self.set_header("Content-Type", "text/plain; charset=utf-8")
            self.finish("Berkas tidak ada.\n")
            return
        asset = load(path)
        for_ever = bool(
            version or self.get_query_argument("v", "") or _HASHED_NAME.search(path.name)
        )
        self.set_header("Content-Type", asset.content_type)
        self.set_header("Cache-Control", _FOREVER if for_ever else _ASK_AGAIN)
        self.set_header("Vary", "Accept-Encoding")
        self.set_header("Etag", f'"{asset.digest}"')
        if self.check_etag_header():
            self.set_status(304)
            self.finish()
            return
        body = asset.raw
        if asset.packed is not None and "gzip" in self.request.headers.get("Accept-Encoding", ""):
            self.set_header("Content-Encoding", "gzip")
            body = asset.packed
        self.set_header("Content-Length", str(len(body)))
        if self.request.method == "HEAD":
            self.finish()
        else:
            self.finish(body)

    head = get
