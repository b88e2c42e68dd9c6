"""The server's certificate, proved before anything is made.

It is proved by using it: a handshake with ourselves, in memory. What the other side then knows
of the certificate (its dates, its names) is what a browser will know.
"""

from __future__ import annotations

import ipaddress
import os
import ssl
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from workbench.domain.words import date_id
from workbench.errors import UnusableInput

#: Days before its end at which a certificate is worth a word.
_SOON = timedelta(days=14)
#: OpenSSL's X509_V_FLAG_NO_CHECK_TIME, which Python does not name: dates are ours to explain.
_NO_CHECK_TIME = 0x200000


@dataclass(frozen=True)
class Certificate:
    """A certificate that works with its key today.

    ``names`` are the host names and addresses it speaks for, ``warnings`` Indonesian sentences
    about what works but should be better.
    """

    context: ssl.SSLContext
    expires: datetime
    names: tuple[str, ...]
    warnings: tuple[str, ...] = ()

    @property
    def host_names(self) -> list[str]:
        """The names among them that can be typed as they stand, this computer's own left out."""
        return [
            name for name in self.names if not (name == "localhost" or "*" in name or _is_ip(name))
        ]

    def covers(self, host: str) -> bool:
        """Whether a browser sent to ``host`` finds that name in the certificate."""
        parent = "*." + host.partition(".")[2]
        return any(name in (host, parent) for name in self.names)


def load_certificate(certfile: Path, keyfile: Path) -> Certificate:
    """The certificate (with its chain) and key in two PEM files, or in one named twice.

    Raises ``UnusableInput`` with the reason: missing, unreadable, not PEM, locked by a password,
    of another key, expired, not valid yet.
    """
    _check_pem(certfile, "sertifikat", b"-----BEGIN CERTIFICATE-----")
    _check_pem(keyfile, "kunci", b"PRIVATE KEY-----")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    try:
        context.load_cert_chain(certfile, keyfile, password=_refuse_password)
        said = _shake_hands(context, certfile)
        begins, expires = _moment(said["notBefore"]), _moment(said["notAfter"])
        names = tuple(_spelled(kind, name) for kind, name in said.get("subjectAltName", ()))
    except ssl.SSLError as error:
        if error.reason == "KEY_VALUES_MISMATCH":
            raise UnusableInput(
                f"Kunci {keyfile.name} bukan pasangan sertifikat {certfile.name}. "
                "Pakai kunci yang dibuat bersama sertifikat itu."
            ) from error
        raise _useless(certfile, error.reason) from error
    except (ValueError, KeyError, OverflowError) as error:
        # It can be used, and what it says of itself cannot be read: no date, no name.
        raise _useless(certfile) from error
    now = datetime.now(UTC)
    if expires <= now:
        raise UnusableInput(
            f"Sertifikat {certfile.name} sudah berakhir pada {_day(expires)}. "
            "Perbarui sertifikatnya, atau periksa jam komputer ini."
        )
    if begins > now:
        raise UnusableInput(
            f"Sertifikat {certfile.name} baru berlaku mulai {_day(begins)}. "
            "Periksa jam komputer ini."
        )
    return Certificate(context, expires, names, _warnings(certfile, keyfile, expires, names))


def _check_pem(path: Path, what: str, mark: bytes) -> None:
    try:
        content = path.read_bytes()
    except FileNotFoundError as error:
        raise UnusableInput(f"Berkas {what} {path.name} tidak ada. Periksa namanya.") from error
    except OSError as error:
        raise UnusableInput(
            f"Berkas {what} {path.name} tidak dapat dibaca. Periksa izin berkas itu."
        ) from error
    if mark not in content:
        raise UnusableInput(
            f"Berkas {path.name} tidak memuat {what} berbentuk PEM "
            f"(baris {mark.decode().strip('-')}). Periksa apakah berkasnya tertukar."
        )


def _useless(certfile: Path, reason: str = "") -> UnusableInput:
    return UnusableInput(
        f"Sertifikat {certfile.name} tidak dapat dipakai ({reason or 'rusak'}). "
        "Mintalah sertifikat server yang baru."
    )


def _refuse_password() -> str:
    # Without this OpenSSL would ask on the terminal and the server would wait there unseen.
    raise UnusableInput(
        "Berkas kunci dilindungi kata sandi. Simpan kunci tanpa kata sandi, "
        "yang hanya boleh dibaca akun ini."
    )


def _shake_hands(server_context: ssl.SSLContext, certfile: Path) -> Any:
    """What a client that trusts this very certificate is told of it (``SSLSocket.getpeercert``)."""
    client_context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    client_context.check_hostname = False
    client_context.load_verify_locations(certfile)
    client_context.verify_flags |= ssl.VERIFY_X509_PARTIAL_CHAIN
    client_context.verify_flags |= _NO_CHECK_TIME
    to_client, to_server = ssl.MemoryBIO(), ssl.MemoryBIO()
    client = client_context.wrap_bio(to_client, to_server)
    server = server_context.wrap_bio(to_server, to_client, server_side=True)
    for side in (client, server, client):
        with suppress(ssl.SSLWantReadError):
            side.do_handshake()
    return client.getpeercert()


def _spelled(kind: str, name: str) -> str:
    return str(ipaddress.ip_address(name.strip())) if kind == "IP Address" else name.lower()


def _is_ip(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True


def _moment(said: str) -> datetime:
    return datetime.fromtimestamp(ssl.cert_time_to_seconds(said), UTC)


def _day(moment: datetime) -> str:
    return date_id(moment.astimezone().date(), long=True)


def _warnings(
    certfile: Path, keyfile: Path, expires: datetime, names: tuple[str, ...]
) -> tuple[str, ...]:
    found = []
    if os.name == "posix" and keyfile.stat().st_mode & 0o077:
        found.append(
            f"Berkas kunci {keyfile.name} dapat dibaca akun lain. "
            f"Jalankan: chmod 600 {keyfile.name}"
        )
    if expires - datetime.now(UTC) < _SOON:
        found.append(f"Sertifikat {certfile.name} berakhir pada {_day(expires)}. Perbarui segera.")
    if not names:
        found.append(
            f"Sertifikat {certfile.name} tidak menyebut satu alamat pun (subjectAltName), "
            "jadi peramban akan menolaknya. Mintalah sertifikat yang menyebut alamat server."
        )
    return tuple(found)
