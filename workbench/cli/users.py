"""``verval users``: the accounts of an office, looked after on the machine itself.

Whoever may type commands on the machine that holds the data is its administrator; what is done is
recorded in the ledger. A first password is printed once, on standard output, and stands nowhere
else.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Final, TypeVar

import typer

from workbench.access import Actor, Role, Workspace
from workbench.cli.cities import HERE, Settled
from workbench.cli.help import Command, Group
from workbench.errors import NotFound, WrongUse

if TYPE_CHECKING:
    from workbench.services.accounts import Account
    from workbench.services.office import Office

T = TypeVar("T")

app = typer.Typer(
    cls=Group,
    help="Atur akun pelatih, staf dan admin (di komputer server ini).",
    no_args_is_help=True,
    rich_markup_mode=None,
)

Name = Annotated[str, typer.Argument(metavar="NAMA", help="Nama pengguna.")]
Folder = Settled
_AREAS: Final = "Kode atau nama kelurahan, kecamatan atau kota; boleh diulang."


@app.command(name="list", cls=Command)
def show(workspace: Folder = HERE) -> None:
    """Tampilkan semua akun."""
    from workbench.services import accounts

    office = office_at(workspace)
    rows = [("NAMA PENGGUNA", "NAMA", "PERAN", "RUANG", "KEADAAN", "MASUK DARI", "WILAYAH")]
    for side in Workspace:
        for one in accounts.list_accounts(office, accounts.machine_operator(side)):
            rows.append(
                (
                    one.username,
                    one.name,
                    one.role.value,
                    side.value,
                    _state(one),
                    f"{len(one.sessions)} tempat" if one.sessions else "-",
                    _areas_words(one.areas),
                )
            )
    widths = [max(len(row[n]) for row in rows) for n in range(len(rows[0]) - 1)]
    for row in rows:
        cells = [cell.ljust(width) for cell, width in zip(row, widths, strict=False)]
        typer.echo("  ".join([*cells, row[-1]]))


@app.command(cls=Command)
def add(
    username: Name,
    name: Annotated[str, typer.Option("--name", help="Nama orangnya.")],
    role: Annotated[
        Role, typer.Option("--role", metavar="PERAN", help="pelatih, staf atau admin.")
    ],
    side: Annotated[
        Workspace, typer.Option("--ruang", metavar="RUANG", help="latihan atau nyata.")
    ],
    wilayah: Annotated[
        list[str] | None,
        typer.Option(
            "--wilayah",
            metavar="WILAYAH",
            help=f"{_AREAS} Wajib untuk staf, selain itu seluruh kota.",
        ),
    ] = None,
    workspace: Folder = HERE,
) -> None:
    """Buat akun dan tampilkan kata sandi pertamanya, sekali saja."""
    from workbench.domain.wilayah import CITY
    from workbench.services import accounts

    if role is Role.STAF and not wilayah:
        raise WrongUse("Sebutkan wilayah tugas staf dengan --wilayah, misalnya --wilayah Cipare.")
    areas = accounts.checked_areas(map(find_area, wilayah or [CITY.kode_kemendagri]))
    operator, username = accounts.machine_operator(side), accounts.plain_username(username)
    password = accounts.add_account(office_at(workspace), operator, username, name, role, areas)
    typer.echo(f"Akun {username} dibuat: {role.value}, ruang {side.value}, {_areas_words(areas)}.")
    _tell(password)


@app.command(cls=Command)
def reset(username: Name, workspace: Folder = HERE) -> None:
    """Beri kata sandi pertama yang baru; semua sesi akun itu berakhir."""
    from workbench.services import accounts

    office = office_at(workspace)
    password = _wherever(
        office, username, lambda actor: accounts.reset_password(office, actor, username)
    )
    typer.echo(f"Akun {username} mendapat kata sandi baru.")
    _tell(password)


@app.command(cls=Command)
def disable(username: Name, workspace: Folder = HERE) -> None:
    """Nonaktifkan akun; semua sesinya berakhir."""
    _turn(username, workspace, True)
    typer.echo(f"Akun {username} dinonaktifkan.")


@app.command(cls=Command)
def enable(username: Name, workspace: Folder = HERE) -> None:
    """Aktifkan lagi akun yang dinonaktifkan."""
    _turn(username, workspace, False)
    typer.echo(f"Akun {username} aktif.")


@app.command(cls=Command)
def areas(
    username: Name,
    wilayah: Annotated[
        list[str],
        typer.Option("--wilayah", metavar="WILAYAH", help=_AREAS),
    ],
    workspace: Folder = HERE,
) -> None:
    """Ganti wilayah tugas akun; semua sesinya berakhir."""
    from workbench.services import accounts

    office = office_at(workspace)
    codes = [find_area(text) for text in wilayah]
    kept = _wherever(
        office, username, lambda actor: accounts.set_areas(office, actor, username, codes)
    )
    typer.echo(f"Wilayah akun {username}: {_areas_words(kept)}.")


@app.command(cls=Command)
def sessions(
    username: Name,
    end: Annotated[bool, typer.Option("--end", help="Akhiri semua sesi akun itu.")] = False,
    workspace: Folder = HERE,
) -> None:
    """Tampilkan sejak kapan sebuah akun masuk, atau keluarkan dari semua tempat."""
    from workbench.services import accounts
    from workbench.store.clock import moment_id

    office = office_at(workspace)
    if end:
        ended = _wherever(
            office, username, lambda actor: accounts.end_sessions(office, actor, username)
        )
        typer.echo(f"{ended} sesi akun {username} diakhiri.")
        return
    account = _wherever(office, username, lambda actor: _account(office, actor, username))
    for one in account.sessions:
        since, last = moment_id(one.since), moment_id(one.last_seen)
        typer.echo(f"masuk {since}, terakhir dipakai {last}")
    typer.echo(f"{len(account.sessions)} sesi.")


def find_area(text: str) -> str:
    """The dotted code of a kelurahan, kecamatan or the city given by code or name.

    Raises ``WrongUse`` with the nearest names for an unknown one, and with all that are meant for
    one that stands for several: most kecamatan are called like one of their kelurahan.
    """
    from workbench.domain.wilayah import CITY, area_name, kecamatan, plain_name
    from workbench.services.accounts import known_areas

    if text.strip() in known_areas():
        return text.strip()
    named, wanted = _areas_by_name(), plain_name(text)
    found = named.get(wanted, [])
    if text.strip().upper().startswith("KEC"):
        found = [code for code in found if code in kecamatan()]
    elif text.strip().upper().startswith(("KEL", "DESA", "DS")):
        found = [code for code in found if code not in kecamatan()]
    if len(found) == 1:
        return found[0]
    if found:
        several = "; ".join(f"{code} {area_name(code)}" for code in sorted(found))
        raise WrongUse(f"Ada beberapa wilayah bernama {text}: {several}. Tulis kodenya.")
    near = difflib.get_close_matches(wanted, named, n=3)
    nearest = "; ".join(f"{code} {area_name(code)}" for name in near for code in named[name])
    hint = f"Yang mirip: {nearest}." if near else f"Tulis kode atau nama di {CITY.name}."
    raise WrongUse(f"Wilayah {text} tidak dikenal. {hint}")


def _areas_by_name() -> dict[str, list[str]]:
    """Codes by plain name: each spelling of a kelurahan, the kecamatan, the city."""
    from workbench.domain.wilayah import CITY, kecamatan, kelurahan, plain_name

    spellings = [(name, code) for code, name in kecamatan().items()]
    for name in (CITY.name, CITY.short_name):
        spellings.append((name, CITY.kode_kemendagri))
    for place in kelurahan():
        spellings += [(name, place.kode_kemendagri) for name in (place.name, *place.aliases)]
    named: dict[str, list[str]] = {}
    for name, code in spellings:
        codes = named.setdefault(plain_name(name), [])
        if code not in codes:
            codes.append(code)
    return named


def office_at(folder: Path) -> Office:
    from workbench.services.office import Office

    root = folder.expanduser()
    if not any((root / side.value).is_dir() for side in Workspace):
        raise WrongUse(
            f"Folder {folder} bukan folder kerja Meja Verval. Periksa --workspace, atau jalankan "
            "verval serve dulu."
        )
    return Office(root)


def _wherever(office: Office, username: str, act: Callable[[Actor], T]) -> T:
    """Do it on the side where the account is; raises ``NotFound`` with the nearest names."""
    from workbench.services import accounts

    operators = [accounts.machine_operator(side) for side in Workspace]
    for operator in operators:
        try:
            return act(operator)
        except NotFound:
            continue
    names = [one.username for who in operators for one in accounts.list_accounts(office, who)]
    near = difflib.get_close_matches(accounts.plain_username(username), names, n=3)
    hint = f"Yang mirip: {', '.join(near)}." if near else "Lihat verval users list."
    raise NotFound(f"Akun {username} tidak ada. {hint}")


def _account(office: Office, actor: Actor, username: str) -> Account:
    from workbench.services import accounts

    plain = accounts.plain_username(username)
    for one in accounts.list_accounts(office, actor):
        if one.username == plain:
            return one
    raise NotFound(f"Akun {username} tidak ada.")


def _turn(username: str, workspace: Path, disabled: bool) -> None:
    from workbench.services import accounts

    office = office_at(workspace)
    _wherever(
        office, username, lambda actor: accounts.set_disabled(office, actor, username, disabled)
    )


def _tell(password: str) -> None:
    typer.echo(f"Kata sandi pertama: {password}")
    typer.echo("Catat sekarang: tidak ditampilkan lagi, dan wajib diganti saat pertama masuk.")


def _state(account: Account) -> str:
    if account.is_disabled:
        return "nonaktif"
    return "sandi pertama" if account.has_first_password else "aktif"


def _areas_words(codes: tuple[str, ...]) -> str:
    from workbench.domain.wilayah import area_name

    return "; ".join(area_name(code) for code in codes)
