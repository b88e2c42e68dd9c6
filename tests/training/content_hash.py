"""What a class draws, as one hash: equal on every machine and version of Python.

``python -m tests.training.content_hash`` prints the hash of the test's own class.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable

from workbench.training import Case, Plan, draw_seats

PLAN = Plan("uji-isi", n_cases=24, seed=5)


def hash_cases(cases: Iterable[Case]) -> str:
    """SHA-256 over the public part, the key and the rows of each case, in order."""
    digest = hashlib.sha256()
    for case in cases:
        parts = [case.to_public(), case.key.to_json(), case.listed.tables]
        text = json.dumps(parts, sort_keys=True, ensure_ascii=False, default=str)
        digest.update(text.encode())
    return digest.hexdigest()


def hash_class() -> str:
    """The hash of two seats of ``PLAN``."""
    return hash_cases(case for _seat, cases in draw_seats(PLAN, range(1, 3)) for case in cases)


if __name__ == "__main__":
    print(hash_class())
