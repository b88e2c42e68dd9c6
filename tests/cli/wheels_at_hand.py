"""Wheels made of what is installed here, so that a bag can be built without a network."""

from __future__ import annotations

import base64
import csv
import hashlib
import io
import zipfile
from importlib import metadata
from pathlib import Path

from packaging.requirements import Requirement
from packaging.tags import parse_tag
from packaging.utils import canonicalize_name

_NOT_CARRIED = ("RECORD", "INSTALLER", "REQUESTED", "direct_url.json")


def pack(name: str, folder: Path) -> Path:
    """Write the wheel that an installed distribution came from; entry points bring its scripts."""
    installed = metadata.distribution(name)
    said = installed.read_text("WHEEL") or ""
    tags = [line.removeprefix("Tag: ") for line in said.splitlines() if line.startswith("Tag: ")]
    stem = f"{canonicalize_name(name).replace('-', '_')}-{installed.version}"
    inner = next(p.parent for p in installed.files or () if p.parent.name.endswith(".dist-info"))
    wheel = folder / f"{stem}-{_compressed(tags)}.whl"
    lines = []
    with zipfile.ZipFile(wheel, "w") as content:
        for path in installed.files or ():
            if path.suffix == ".pyc" or (path.parent == inner and path.name in _NOT_CARRIED):
                continue
            inside = path.as_posix()
            if inside.startswith("../"):
                inside = inside.replace("../", "")
                if not inside.startswith(("share/", "etc/")):
                    continue
                inside = f"{inner.name.removesuffix('.dist-info')}.data/data/{inside}"
            held = Path(str(path.locate())).read_bytes()
            content.writestr(inside, held)
            digest = base64.urlsafe_b64encode(hashlib.sha256(held).digest()).rstrip(b"=").decode()
            lines.append((inside, f"sha256={digest}", len(held)))
        record = f"{inner.name}/RECORD"
        table = io.StringIO()
        csv.writer(table, lineterminator="\n").writerows([*lines, (record, "", "")])
        content.writestr(record, table.getvalue())
    return wheel


def needed(roots: list[Requirement]) -> set[str]:
    """The names of all that is installed for these requirements."""
    waiting, seen = [(one, extra) for one in roots for extra in ("", *one.extras)], set()
    while waiting:
        one, extra = waiting.pop()
        name = canonicalize_name(one.name)
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        for line in metadata.distribution(name).requires or ():
            needs = Requirement(line)
            if needs.marker is None or needs.marker.evaluate({"extra": extra}):
                waiting += [(needs, asked) for asked in ("", *needs.extras)]
    return {name for name, _ in seen}


def _compressed(tags: list[str]) -> str:
    parsed = [tag for one in tags for tag in parse_tag(one)]
    parts = ("interpreter", "abi", "platform")
    return "-".join(".".join(sorted({getattr(tag, part) for tag in parsed})) for part in parts)
