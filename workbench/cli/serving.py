"""``verval serve``: makes the practice workspace on the first run, then runs the server.

On the first run it invents the city, opens a class and makes the first accounts; what a trainer
must know is printed and written to ``serve.json`` (mode 0600) in the workspace's folder.
"""

from __future__ import annotations

import json
import os
import socket
import sys
from datetime import date
from pathlib import Path
from typing import Any

import psutil
import segno

from workbench.access import Workspace
from workbench.cli.progress import say, show_progress
from workbench.errors import Forbidden
from workbench.services import accounts, classes, lists
from workbench.services.office import Office

SERVE_FILE = "serve.json"
#: The same before the server answers.
_UNSAID = ".serve.json"
_ROLES = ("trainer", "staff")
FIRST_CLASS = "Kelas pertama"
#: Networks inside the machine, which no phone can reach.
_INNER_NETWORKS = ("docker", "veth", "br-", "virbr")


def serve_office(root: Path, host: str, port: int, families: int, seed: int) -> None:
    """Prepare the office under ``root`` and serve it until interrupted.

    ``serve.json`` stands there only while the server answers; until then what it will say is
    kept beside it, so that a first password survives a start that fails.
    """
    from workbench.serve import run_server

    office = Office(root)
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
    facts["join_code"] = _ensure_class(office)
    facts["urls"] = _addresses(host, port)
    facts["url"] = facts["urls"][0]

    def ready(*_: Any) -> None:
        _write_private(root / _UNSAID, facts)
        os.replace(root / _UNSAID, root / SERVE_FILE)
        _announce(facts)

    say("Menyalakan server ...")
    try:
        run_server(root, host, port, office=office, on_ready=ready)
    finally:
        if (root / SERVE_FILE).exists():
            os.replace(root / SERVE_FILE, root / _UNSAID)


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
    say(f"Membuat kota latihan: {families} keluarga karangan di 67 kelurahan ...")
    register = generate(families=families, seed=seed, error_rate=0.15)
    lists.shelve_register(office, clerk, "Kota latihan (karangan)", register, progress=say)


def _ensure_class(office: Office) -> str:
    """The join code of the open class; a first one is opened where there is none yet."""
    standing = classes.current_class(office)
    if standing is None:
        say("Membuka kelas dan membagi kasus ...")
        clerk = accounts.machine_operator(Workspace.LATIHAN)
        settings = classes.ClassSettings(name=FIRST_CLASS, place="", date=date.today().isoformat())
        standing = classes.open_class(
            office, clerk, settings, progress=show_progress("Membagi kasus")
        )
    return standing.join_code


def _addresses(host: str, port: int) -> list[str]:
    """Where the server can be reached: this machine first, then the hall's network."""
    if host not in ("0.0.0.0", "::", ""):
        return [f"http://{host}:{port}"]
    of_machine = [
        entry.address
        for name, entries in psutil.net_if_addrs().items()
        for entry in entries
        if entry.family is socket.AF_INET and not name.startswith(_INNER_NETWORKS)
    ]
    hall = [address for address in of_machine if not address.startswith("127.")]
    return [f"http://{address}:{port}" for address in ("127.0.0.1", *hall)]


def _announce(facts: dict[str, Any]) -> None:
    hall = facts["urls"][-1]
    print()
    print("Meja Verval siap.")
    print(f"  Komputer ini : {facts['url']}/masuk")
    for address in facts["urls"][1:]:
        print(f"  Jaringan aula: {address}/masuk")
    print(f"  Kode kelas   : {facts['join_code']}")
    print()
    segno.make(f"{hall}/masuk?kode={facts['join_code']}", error="m").terminal(compact=True)
    for role, words in (("trainer", "Pelatih"), ("staff", "Staf (data nyata, komputer ini saja)")):
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
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        json.dump(facts, file, ensure_ascii=False, indent=1)
    path.chmod(0o600)
