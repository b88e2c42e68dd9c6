"""``verval serve``: makes the practice workspace on the first run, then runs the server.

Before that it looks whether this machine can serve as asked: seats, certificate, port.
On the first run it invents the city, opens a class and makes the first accounts; what a trainer
must know is printed and written to ``serve.json`` (mode 0600) in the workspace's folder.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from contextlib import closing
from functools import partial
from pathlib import Path
from typing import Any

import psutil
import segno

from workbench.access import Workspace
from workbench.cli.progress import say, show_progress
from workbench.domain.wilayah import CITY, PLACES, kelurahan
from workbench.errors import Forbidden, StoreFault, WorkbenchError, WrongUse
from workbench.serve.capacity import Machine, refusal, usual_seats
from workbench.serve.certificate import Certificate, load_certificate
from workbench.services import accounts, audits, classes, lists
from workbench.services.office import DATABASE_VARIABLE, Office
from workbench.store import clock, ledger, server_url, store_fault

SERVE_FILE = "serve.json"
#: The same before the server answers.
_UNSAID = ".serve.json"
_ROLES = ("trainer", "staff")
FIRST_CLASS = "Kelas pertama"
#: Lines to the database that the server, the drawing of seats and commands take beside the pages.
_LINES_BESIDE_SEATS = 20
#: Networks inside the machine, which no phone can reach.
_INNER_NETWORKS = ("docker", "veth", "br-", "virbr")


def serve_office(
    root: Path,
    host: str,
    port: int,
    families: int,
    seed: int,
    *,
    seats: int | None = None,
    warm: int | None = None,
    certfile: Path | None = None,
    keyfile: Path | None = None,
    database: str = "",
) -> None:
    """Prepare the office under ``root`` and serve it until interrupted.

    Whatever would keep the server from serving is found before anything is made. ``seats`` None
    offers what the machine holds. With a certificate (``keyfile`` None: the key lies in the same
    file) pages go by HTTPS only. ``serve.json`` stands in ``root`` only while the server answers;
    until then what it will say is kept beside it, so that a first password survives a start that
    fails. A new office lies in the PostgreSQL ``database`` ("": the one of the environment, if it
    names one). Raises ``WrongUse`` and ``UnusableInput`` when the server could not serve like that.
    """
    from workbench.serve import run_server

    seats = _held_seats(root, seats)
    certificate = _certificate(certfile, keyfile)
    check_port(host, port)
    office = Office(root)
    _use_database(office, database, seats)
    _refuse_unfit(office)
    facts = _known(root)
    first = accounts.ensure_first_accounts(office)
    for role in _ROLES if first is not None else ():
        if password := getattr(first, f"{role}_password"):
            facts[f"{role}_username"] = getattr(first, f"{role}_username")
            facts[f"{role}_password"] = password
    _forget_changed_passwords(office, facts)
    _write_private(root / _UNSAID, facts)
    (root / SERVE_FILE).unlink(missing_ok=True)
    _ensure_city(office, families, seed)
    standing = _ensure_class(office)
    facts["join_code"], facts["join_code_words"] = standing.join_code, standing.code_words
    facts["join_code_works"] = standing.code_works
    facts["urls"] = _addresses(host, port, certificate)
    facts["url"] = facts["urls"][0]
    facts["seats"] = seats

    def ready(*_: Any) -> None:
        _write_private(root / _UNSAID, facts)
        os.replace(root / _UNSAID, root / SERVE_FILE)
        _announce(facts)

    _anchor(office)
    say("Menyalakan server ...")
    try:
        run_server(
            root,
            host,
            port,
            office=office,
            on_ready=ready,
            each_day=partial(_anchor, office),
            seats=seats,
            warm=warm,
            certfile=certfile,
            keyfile=keyfile or certfile,
        )
    finally:
        if (root / SERVE_FILE).exists():
            os.replace(root / SERVE_FILE, root / _UNSAID)
        _anchor(office)


def _anchor(office: Office) -> None:
    """Note where both ledgers stand: as the server starts and ends, and each day in between.

    A fault ends nobody's work.
    """
    for side in Workspace:
        try:
            audits.take_anchor(office, accounts.machine_operator(side))
        except WorkbenchError as error:
            say(f"Perhatian: jejak ruang {side.value}: {error}")


def _use_database(office: Office, told: str, seats: int) -> None:
    """Settle where the data lie; what kernels and drawers of seats inherit is the environment."""
    if told:
        os.environ[DATABASE_VARIABLE] = told
        if server_url(told).password:
            say(
                "Perhatian: sandi pada --database terbaca di daftar proses komputer ini. "
                f"Lebih aman: isi {DATABASE_VARIABLE}, atau berkas ~/.pgpass."
            )
    wanted = os.environ.get(DATABASE_VARIABLE, "").strip()
    if wanted:
        office.use_database(wanted)
    if office.database() is None:
        return
    # Each page has a process of its own, and each process a line of its own.
    free, needed = office.real.most_connections(), seats + _LINES_BESIDE_SEATS
    if free < needed:
        raise WrongUse(
            f"PostgreSQL hanya menerima {free} sambungan; {seats} kursi memerlukan {needed}. "
            f"Naikkan max_connections, atau kurangi --seats."
        )


def _refuse_unfit(office: Office) -> None:
    """Raise ``StoreFault`` for data of a newer version, and for a clock that stands before them."""
    kept = [office.store(side) for side in Workspace if office.has_data(side)]
    if not kept:
        ledger.refuse_wrong_clock(None)
    for store in kept:
        with closing(store), store.reading() as connection:
            try:
                ledger.refuse_wrong_clock(connection)
            except StoreFault as error:
                if clock.now() < ledger.EARLIEST:
                    raise
                raise StoreFault(
                    f"{error} Bila jam itu benar dan tanggal catatannya yang keliru: verval audit "
                    "clock"
                ) from None


def _held_seats(root: Path, asked: int | None) -> int:
    """The seats to serve; raises ``WrongUse`` when the machine cannot hold those asked for."""
    machine = Machine.look(root)
    if asked is None:
        return usual_seats(machine)
    if sentence := refusal(machine, asked):
        raise WrongUse(sentence)
    return asked


def _certificate(certfile: Path | None, keyfile: Path | None) -> Certificate | None:
    if certfile is None:
        if keyfile is not None:
            raise WrongUse("--keyfile dipakai bersama --certfile. Tambahkan --certfile.")
        return None
    certificate = load_certificate(certfile, keyfile or certfile)
    for warning in certificate.warnings:
        say(f"Perhatian: {warning}")
    return certificate


def check_port(host: str, port: int) -> None:
    """Raise ``WrongUse`` when no server could listen there now."""
    from workbench.serve.server import bind

    for one in bind(host, port):
        one.close()


def _forget_changed_passwords(office: Office, facts: dict[str, Any]) -> None:
    """First passwords are told until they are changed."""
    for role in _ROLES:
        name, password = facts.get(f"{role}_username"), facts.get(f"{role}_password")
        if not name or not password:
            continue
        try:
            accounts.sign_out(office, accounts.sign_in(office, name, password).token)
        except Forbidden:
            facts[f"{role}_password"] = None


def _ensure_city(office: Office, families: int, seed: int) -> None:
    """The invented city on the practice shelf, once."""
    from workbench.synthesis import generate

    clerk = accounts.machine_operator(Workspace.LATIHAN)
    if lists.shelf(office, clerk):
        return
    where = f"{len(kelurahan())} {PLACES} {CITY.name}"
    say(f"Membuat {CITY.kind} latihan: {families} keluarga karangan di {where} ...")
    register = generate(families=families, seed=seed, error_rate=0.15)
    practice = f"{CITY.kind.title()} latihan (karangan)"
    lists.shelve_register(office, clerk, practice, register, lambda _share, words: say(words))


def _ensure_class(office: Office) -> classes.ClassInfo:
    """The open class; a first one is opened where there is none yet."""
    standing = classes.current_class(office)
    if standing is None:
        say("Membuka kelas dan membagi kasus ...")
        clerk = accounts.machine_operator(Workspace.LATIHAN)
        settings = classes.ClassSettings(name=FIRST_CLASS, place="", date=clock.today().isoformat())
        standing = classes.open_class(
            office, clerk, settings, progress=show_progress("Membagi kasus")
        )
    return standing


def hall_addresses() -> list[str]:
    """This machine's IPv4 addresses that a phone in the hall could reach."""
    of_machine = [
        entry.address
        for name, entries in psutil.net_if_addrs().items()
        for entry in entries
        if entry.family is socket.AF_INET and not name.startswith(_INNER_NETWORKS)
    ]
    return [address for address in of_machine if not address.startswith("127.")]


def _addresses(host: str, port: int, certificate: Certificate | None) -> list[str]:
    """Where the server can be reached: this machine first, then the hall's network."""
    local, hall = ["127.0.0.1", "localhost"], hall_addresses()
    if host not in ("0.0.0.0", "::", ""):
        local, hall = [f"[{host}]" if ":" in host else host], []
    elif certificate is not None:
        # A browser warns of every address that the certificate does not name.
        local.sort(key=certificate.covers, reverse=True)
        hall = list(filter(certificate.covers, hall)) or certificate.host_names or hall
    scheme = "http" if certificate is None else "https"
    return [f"{scheme}://{one}:{port}" for one in (local[0], *hall)]


def _announce(facts: dict[str, Any]) -> None:
    hall = facts["urls"][-1]
    print()
    print("Meja Verval siap.")
    print(f"  Komputer ini : {facts['url']}/masuk")
    for address in facts["urls"][1:]:
        print(f"  Jaringan aula: {address}/masuk")
    print(f"  Kode kelas   : {facts['join_code']}")
    print(f"                 {facts['join_code_words']}")
    print(f"  Kursi        : paling banyak {facts['seats']} halaman sekaligus")
    print()
    if facts["join_code_works"]:
        segno.make(f"{hall}/masuk?kode={facts['join_code']}", error="m").terminal(compact=True)
    where = "data nyata" if hall.startswith("https:") else "data nyata, komputer ini saja"
    for role, words in (("trainer", "Pelatih"), ("staff", f"Staf ({where})")):
        if facts.get(f"{role}_password"):
            name, password = facts[f"{role}_username"], facts[f"{role}_password"]
            print(f"  {words}: {name} / {password} (ganti saat pertama masuk)")
    print("  Hentikan dengan Ctrl+C.")
    sys.stdout.flush()


def _known(root: Path) -> dict[str, Any]:
    """What an earlier run wrote."""
    for name in (SERVE_FILE, _UNSAID):
        try:
            content = json.loads((root / name).read_text(encoding="utf-8"))
        except (OSError, ValueError):
            continue
        if isinstance(content, dict):
            return content
    return {}


def _write_private(path: Path, facts: dict[str, Any]) -> None:
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
        with os.fdopen(descriptor, "w", encoding="utf-8") as file:
            json.dump(facts, file, ensure_ascii=False, indent=1)
        path.chmod(0o600)
    except OSError as error:
        raise store_fault(error) from error
