"""The certificate before the server starts, and the server that speaks HTTPS."""

from __future__ import annotations

import ssl
import subprocess
import sys
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import trustme
from cryptography.hazmat.primitives import serialization

from tests.serve.requests_made import request_from
from workbench.access import Actor, Role, Workspace
from workbench.errors import UnusableInput
from workbench.serve.certificate import load_certificate
from workbench.serve.identity import NotHere, refuse_if_remote
from workbench.services import accounts
from workbench.services.office import Office

NOW = datetime.now(UTC)
DAY = timedelta(days=1)


@pytest.fixture(scope="module")
def authority():
    return trustme.CA()


@pytest.fixture
def make(authority, tmp_path):
    """Write a certificate and its key, ``NAME.pem`` and ``NAME.key``; returns both paths."""

    def write(name, *hosts, **dates):
        issued = authority.issue_cert(*hosts, **dates)
        certfile, keyfile = tmp_path / f"{name}.pem", tmp_path / f"{name}.key"
        certfile.write_bytes(b"".join(part.bytes() for part in issued.cert_chain_pems))
        keyfile.touch(mode=0o600)
        keyfile.write_bytes(issued.private_key_pem.bytes())
        return certfile, keyfile

    return write


# --- the certificate


def test_a_good_certificate_says_its_names_and_its_end(make):
    end = (NOW + 300 * DAY).replace(microsecond=0)
    good = load_certificate(*make("baik", "meja.contoh", "192.168.1.5", not_after=end))
    assert good.names == ("meja.contoh", "192.168.1.5")
    assert good.host_names == ["meja.contoh"]
    assert good.expires == end
    assert good.warnings == ()


def test_a_certificate_covers_its_names_and_one_level_below_a_star(make):
    good = load_certificate(*make("bintang", "*.dinsos.contoh", "10.0.0.1", "localhost"))
    covered = {"meja.dinsos.contoh", "10.0.0.1", "localhost"}
    others = {"dinsos.contoh", "a.b.dinsos.contoh", "10.0.0.2", "contoh"}
    assert {host for host in covered | others if good.covers(host)} == covered
    assert good.host_names == []


def test_certificate_and_key_may_lie_in_one_file(make, tmp_path):
    certfile, keyfile = make("dua", "localhost")
    both = tmp_path / "satu.pem"
    both.touch(mode=0o600)
    both.write_bytes(certfile.read_bytes() + keyfile.read_bytes())
    assert load_certificate(both, both).names == ("localhost",)


def test_a_missing_file_is_named(make, tmp_path):
    certfile, keyfile = make("ada", "localhost")
    with pytest.raises(UnusableInput, match=r"sertifikat hilang\.pem tidak ada"):
        load_certificate(tmp_path / "hilang.pem", keyfile)
    with pytest.raises(UnusableInput, match=r"kunci hilang\.key tidak ada"):
        load_certificate(certfile, tmp_path / "hilang.key")


def test_a_folder_is_not_readable_as_a_certificate(make, tmp_path):
    with pytest.raises(UnusableInput, match="tidak dapat dibaca"):
        load_certificate(tmp_path, make("ada", "localhost")[1])


def test_swapped_files_are_told_apart(make):
    certfile, keyfile = make("tukar", "localhost")
    with pytest.raises(UnusableInput, match=r"tukar\.key tidak memuat sertifikat"):
        load_certificate(keyfile, certfile)
    with pytest.raises(UnusableInput, match=r"tukar\.pem tidak memuat kunci"):
        load_certificate(certfile, certfile)


def test_a_damaged_certificate_is_refused(make, tmp_path):
    broken = tmp_path / "rusak.pem"
    broken.write_text("-----BEGIN CERTIFICATE-----\nbukan\n-----END CERTIFICATE-----\n")
    with pytest.raises(UnusableInput, match=r"rusak\.pem tidak dapat dipakai"):
        load_certificate(broken, make("lain", "localhost")[1])


def test_a_certificate_that_is_damaged_anywhere_is_refused_in_a_sentence_or_works(make, tmp_path):
    certfile, keyfile = make("utuh", "meja.contoh", "192.168.1.5")
    whole = ssl.PEM_cert_to_DER_cert(certfile.read_text())
    broken, refused = tmp_path / "rusak.pem", 0
    for place, byte in enumerate(whole):
        damaged = whole[:place] + bytes([byte ^ 0x80]) + whole[place + 1 :]
        broken.write_text(ssl.DER_cert_to_PEM_cert(damaged))
        try:
            load_certificate(broken, keyfile)
        except UnusableInput:
            refused += 1
    assert 0 < refused < len(whole)


def test_the_key_of_another_certificate_is_refused(make):
    certfile, _ = make("satu", "localhost")
    _, other_key = make("lain", "localhost")
    with pytest.raises(UnusableInput, match="bukan pasangan"):
        load_certificate(certfile, other_key)


def test_a_key_behind_a_password_is_refused_and_nobody_is_asked(make, tmp_path):
    certfile, keyfile = make("kunci", "localhost")
    locked = tmp_path / "terkunci.key"
    key = serialization.load_pem_private_key(keyfile.read_bytes(), None)
    locked.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.BestAvailableEncryption(b"rahasia"),
        )
    )
    with pytest.raises(UnusableInput, match="kata sandi"):
        load_certificate(certfile, locked)


def test_an_expired_certificate_is_refused_with_its_date(make):
    past = datetime(2025, 3, 9, 12, tzinfo=UTC)
    pair = make("lama", "localhost", not_before=past - 90 * DAY, not_after=past)
    with pytest.raises(UnusableInput, match="berakhir pada 9 Maret 2025"):
        load_certificate(*pair)


def test_a_certificate_of_the_future_points_at_the_clock(make):
    with pytest.raises(UnusableInput, match="jam komputer"):
        load_certificate(*make("nanti", "localhost", not_before=NOW + 3 * DAY))


def test_what_works_but_should_be_better_is_said(make):
    certfile, keyfile = make("mepet", "localhost", not_after=NOW + 5 * DAY)
    keyfile.chmod(0o644)
    for_others, soon = load_certificate(certfile, keyfile).warnings
    assert "chmod 600 mepet.key" in for_others
    assert "Perbarui segera" in soon


# --- who may come in


@pytest.mark.parametrize(
    ("request_", "refused"),
    [
        (request_from("10.0.0.7", "https"), False),
        (request_from("127.0.0.1", "http"), False),
        (request_from("10.0.0.7", "http"), True),
        (request_from("10.0.0.7", "http", X_Forwarded_Proto="https"), True),
        (request_from("10.0.0.7", "http", X_Scheme="https"), True),
        # A proxy before us: what lies between it and the visitor is not known here.
        (request_from("127.0.0.1", "https", X_Forwarded_For="10.0.0.7"), True),
        (request_from("10.0.0.7", "https", Forwarded="for=10.0.0.9;proto=https"), True),
    ],
)
def test_a_real_session_comes_from_the_hall_over_our_own_tls_only(request_, refused):
    staff = Actor("S", "S", Role.STAF, Workspace.NYATA)
    trainer = Actor("P", "P", Role.PELATIH, Workspace.LATIHAN)
    refuse_if_remote(trainer, request_)
    if refused:
        with pytest.raises(NotHere):
            refuse_if_remote(staff, request_)
    else:
        refuse_if_remote(staff, request_)


# --- the server

SERVE = """
import sys
from pathlib import Path
from workbench.serve import run_server

root, certfile, keyfile = map(Path, sys.argv[1:])
run_server(root, "127.0.0.1", 0, certfile=certfile, keyfile=keyfile, seats=2, warm=0,
           on_ready=lambda urls: print(urls[0], flush=True))
"""


@pytest.fixture
def served(make, tmp_path):
    """The address of a server with a certificate, and the first accounts of its office."""
    root = tmp_path / "kantor"
    first = accounts.ensure_first_accounts(Office(root))
    command = [sys.executable, "-c", SERVE, root, *make("server", "127.0.0.1")]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        try:
            yield process.stdout.readline().strip(), first
        finally:
            process.terminate()
    assert process.returncode == 0


def test_with_a_certificate_pages_and_sessions_go_by_https_alone(served, authority):
    url, first = served
    assert url.startswith("https://127.0.0.1:")
    trust = ssl.create_default_context()
    authority.configure_trust(trust)
    with httpx.Client(base_url=url, verify=trust, timeout=60) as browser:
        page = browser.get("/masuk")
        assert page.status_code == 200
        words = {
            "_xsrf": browser.cookies["_xsrf"],
            "cara": "akun",
            "akun": first.staff_username,
            "kata_sandi": first.staff_password,
        }
        signed_in = browser.post("/masuk", data=words)
        assert signed_in.is_redirect, signed_in.text
        session = next(
            cookie
            for cookie in signed_in.headers.get_list("set-cookie")
            if "verval-" in cookie.partition("=")[0]
        )
        assert {"Secure", "HttpOnly", "SameSite=Lax"} <= set(session.split("; "))
        assert browser.get("/sandi").status_code == 200
    with pytest.raises(httpx.TransportError):
        httpx.get(url.replace("https:", "http:") + "/masuk", timeout=60)
