"""Databases and files: one SQL database per workspace, its ledger, its snapshots.

Who may do what is not decided here; services ask ``access`` before they come.
"""

from workbench.store.engine import server_url
from workbench.store.ledger import (
    Appended,
    ChainReport,
    Event,
    Newest,
    append,
    newest,
    record,
    verify_chain,
)
from workbench.store.workspace import Store, store_fault

__all__ = [
    "Appended",
    "ChainReport",
    "Event",
    "Newest",
    "Store",
    "append",
    "newest",
    "record",
    "server_url",
    "store_fault",
    "verify_chain",
]
