"""Certificates for the commands that take one."""

from __future__ import annotations

import pytest
import trustme


@pytest.fixture
def make_certificate(tmp_path):
    """Write a certificate and its key for some hosts; returns both paths."""

    def write(*hosts, **dates):
        issued = trustme.CA().issue_cert(*hosts, **dates)
        certfile, keyfile = tmp_path / "server.pem", tmp_path / "server.key"
        issued.cert_chain_pems[0].write_to_path(certfile)
        keyfile.touch(mode=0o600)
        issued.private_key_pem.write_to_path(keyfile)
        return certfile, keyfile

    return write
