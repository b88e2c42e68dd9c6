"""An office: one folder with two workspaces, practice and real, each with its own store.

``DIR/latihan/verval.sqlite`` and ``DIR/nyata/verval.sqlite``; folders are the owner's alone.
"""

from __future__ import annotations

import contextlib
import os
from pathlib import Path

from workbench.access import Actor, Workspace
from workbench.store import Store, store_fault

#: Environment variable that names the office's folder.
VARIABLE = "VERVAL_OFFICE"
DATABASE = "verval.sqlite"


class Office:
    """The office whose data lie under ``root``. Nothing is made or opened before it is used."""

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
            path = self.folder(workspace) / DATABASE
            self._stores[workspace] = Store.at(path, workspace)
        return self._stores[workspace]

    def store_for(self, actor: Actor) -> Store:
        """The store of the workspace the actor stands in, and of no other."""
        return self.store(actor.workspace)

    def folder(self, workspace: Workspace) -> Path:
        """The workspace's folder, made (mode 0700) when it is not there."""
        _make_private(self.root, tighten=False)
        return _make_private(self.root / workspace.value)

    def snapshots_dir(self, workspace: Workspace) -> Path:
        """The folder that holds the imported lists of a workspace, a folder each."""
        return _make_private(self.folder(workspace) / "daftar")


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
