"""Ports for servers of tests.

A server opens its port seconds after the port was chosen. The system gives the ports of its own
range to every connection that goes out meanwhile, and tests make hundreds: the ports here lie
below that range, and each worker has its own.
"""

from __future__ import annotations

import itertools
import os
import socket

_FIRST, _EACH, _WORKERS = 12_000, 2_000, 8
_WORKER = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) % _WORKERS
_numbers = itertools.count(os.getpid())


def free_port() -> int:
    """A port nobody listens on; this process never hands it out again while others are left."""
    for _ in range(_EACH):
        port = _FIRST + _WORKER * _EACH + next(_numbers) % _EACH
        with socket.socket() as probe:
            try:
                probe.bind(("", port))
            except OSError:
                continue
            return port
    raise RuntimeError("no free port")
