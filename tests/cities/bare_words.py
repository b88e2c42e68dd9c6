"""Words of a kota that a regency's office must not meet where its own places are meant."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

#: Nothing is wrong where desa and kelurahan are named together.
BARE = re.compile(
    r"(?<!desa/)(?<!desa atau )(?<!musdes/)(?<!\.)"
    r"\b(kelurahan|lurah|muskel|(?:seluruh|petugas|sebagian|wali) kota|kota ini)\b"
    r"(?!/desa)(?! (?:atau|dan) desa)",
    re.IGNORECASE,
)
_NAME = re.compile(r"[a-z_.:*]+")


def bare(words: str) -> bool:
    """Whether a text says such a word; the name of a column or a class is no text."""
    return bool(BARE.search(words)) and not _NAME.fullmatch(words)


def texts_of(source: str) -> Iterator[tuple[int, str]]:
    """Line and text of a module's strings but its docstrings and what ``say_locally`` is given."""
    yield from _texts(ast.parse(source))


def _texts(node: ast.AST) -> Iterator[tuple[int, str]]:
    if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "say_locally":
        return
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        yield node.lineno, node.value
    for part in ast.iter_child_nodes(node):
        if not (isinstance(part, ast.Expr) and isinstance(part.value, ast.Constant)):
            yield from _texts(part)
