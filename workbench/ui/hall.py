"""The address under which phones in the hall reach this server."""

from __future__ import annotations

import ipaddress
import json
from collections.abc import Mapping
from pathlib import Path
from urllib.parse import urlsplit


def hall_address(root: Path) -> str:
    """The server's address for other machines, from what it wrote to ``serve.json``.

    An address only this machine can open is given when there is no other.
    """
    try:
        told = json.loads((root / "serve.json").read_text("utf-8"))
    except (OSError, ValueError):
        return ""
    if not isinstance(told, Mapping):
        return ""
    listed = told.get("urls")
    addresses = [*(listed if isinstance(listed, list) else []), told.get("url")]
    known = [a.rstrip("/") for a in addresses if isinstance(a, str) and a.startswith("http")]
    return next((a for a in known if not _is_loopback(a)), known[0] if known else "")


def _is_loopback(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
