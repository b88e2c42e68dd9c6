"""An office: one folder with two workspaces, practice and real, each with its own store.

``DIR/latihan/verval.sqlite`` and ``DIR/nyata/verval.sqlite``; folders are the owner's alone. An
office of several machines keeps both in a PostgreSQL database instead, a schema each. The folder
says so in ``DIR/basis-data``, without the password: that comes from the environment, or from
where PostgreSQL's own programs look for it.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from sqlalchemy import URL

from workbench.access import Actor, Workspace
from workbench.errors import WrongUse
from workbench.store import Store, server_url, store_fault

#: Environment variable that names the office's folder.
VARIABLE = "VERVAL_OFFICE"
DATABASE = "verval.sqlite"
#: Environment variable with the address of the PostgreSQL database, password and all.
DATABASE_VARIABLE = "VERVAL_DATABASE"
#: File in the office's folder that says where its data lie, when that is not here.
DATABASE_NOTE = "basis-data"

_ELSEWHERE = (
    "Folder kerja ini sudah berisi data di tempat lain. Buat cadangan (verval backup), lalu "
    "pulihkan ke folder baru dengan verval restore --database."
)


class Office:
    """The office whose data lie under ``root``. Nothing is made or opened before it is used.

    What it does raises ``StoreFault`` where folder or database cannot be read or written.
    """

    def __init__(self, root: Path | str) -> None:
        self.root = Path(root).expanduser().absolute()
        self._stores: dict[Workspace, Store] = {}

    @classmethod
    def from_environment(cls) -> Office:
        """The office named by ``VERVAL_OFFICE``, else ``~/verval``."""
        return cls(os.environ.get(VARIABLE, "").strip() or Path.home() / "verval")

    @property
    def practice(self) -> Store:
        """The store of invented people."""
        return self.store(Workspace.LATIHAN)

    @property
    def real(self) -> Store:
        """The store of real people."""
        return self.store(Workspace.NYATA)

    def store(self, workspace: Workspace) -> Store:
        """The store of a workspace; raises ``StoreFault`` when its folder cannot be made."""
        if workspace not in self._stores:
            path, address = self.folder(workspace) / DATABASE, self.database()
            self._stores[workspace] = (
                Store(address, workspace) if address else Store.at(path, workspace)
            )
        return self._stores[workspace]

    def database(self) -> URL | None:
        """The address of this office's PostgreSQL database; None: its data lie in its folder.

        Raises ``WrongUse`` when the environment speaks of another database than the folder.
        """
        try:
            noted = server_url((self.root / DATABASE_NOTE).read_text("utf-8"))
        except FileNotFoundError:
            return None
        except OSError as error:
            raise store_fault(error) from error
        told = os.environ.get(DATABASE_VARIABLE, "").strip()
        if not told:
            return noted
        if _without_password(server_url(told)) != noted:
            raise WrongUse(
                f"Folder kerja ini memakai basis data lain daripada {DATABASE_VARIABLE}. "
                "Periksa keduanya; data tidak berpindah sendiri."
            )
        return server_url(told)

    def use_database(self, address: str) -> None:
        """Keep this office in a PostgreSQL database from now on; to say it again changes nothing.

        The password is not written down. Raises ``WrongUse`` for an office that has data already,
        here or in another database.
        """
        wanted = _without_password(server_url(address))
        _make_private(self.root, tighten=False)
        note = self.root / DATABASE_NOTE
        if note.exists():
            standing = server_url(note.read_text("utf-8"))
            if standing != wanted:
                raise WrongUse(_ELSEWHERE)
            return
        if any((self.root / side.value / DATABASE).exists() for side in Workspace):
            raise WrongUse(_ELSEWHERE)
        try:
            handle = os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(wanted.render_as_string(hide_password=False) + "\n")
        except OSError as error:
            raise store_fault(error) from error

    def has_data(self, workspace: Workspace) -> bool:
        """Whether a workspace was ever opened; asking does not open it."""
        if self.database() is not None:
            return self.store(workspace).stands()
        return (self.root / workspace.value / DATABASE).is_file()

    def store_for(self, actor: Actor) -> Store:
        """The store of the workspace the actor stands in, and of no other, as they may see it."""
        return self.store(actor.workspace).seen_by(actor.id, actor.covers)

    def folder(self, workspace: Workspace) -> Path:
        """The workspace's folder, made (mode 0700) when it is not there."""
        _make_private(self.root, tighten=False)
        return _make_private(self.root / workspace.value)

    def snapshots_dir(self, workspace: Workspace) -> Path:
        """The folder that holds the imported lists of a workspace, a folder each."""
        return _make_private(self.folder(workspace) / "daftar")


def _without_password(url: URL) -> URL:
    hidden = {name: value for name, value in url.query.items() if name != "password"}
    return URL.create(
        url.drivername,
        username=url.username,
        host=url.host,
        port=url.port,
        database=url.database,
        query=hidden,
    )


def _make_private(folder: Path, tighten: bool = True) -> Path:
    """Make the folder for its owner alone; the office's own root, if it stands, stays as it is."""
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        if tighten:
            with contextlib.suppress(PermissionError):
                folder.chmod(0o700)
    except OSError as error:
        raise store_fault(error) from error
    return folder
