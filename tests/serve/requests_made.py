"""Requests as the server would get them, for rules that look at nothing else."""

from __future__ import annotations

from types import SimpleNamespace

from tornado.httputil import HTTPHeaders, HTTPServerRequest


def request_from(address: str, protocol: str = "http", **headers: str) -> HTTPServerRequest:
    """One from an address; ``X_Forwarded_For`` names the header ``X-Forwarded-For``."""
    context = SimpleNamespace(remote_ip=address, protocol=protocol)
    return HTTPServerRequest(
        method="GET",
        uri="/",
        version="HTTP/1.1",
        headers=HTTPHeaders({name.replace("_", "-"): value for name, value in headers.items()}),
        host="meja.contoh:8866",
        connection=SimpleNamespace(context=context),  # type: ignore[arg-type]
    )
