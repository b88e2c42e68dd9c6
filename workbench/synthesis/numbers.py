"""Hands out NIK, KK and account numbers, each once in a world."""

from __future__ import annotations

from datetime import date
from random import Random

from workbench.domain.nik import make_kk, make_nik

_GAPS = (1, 1, 1, 1, 1, 2, 2, 3)


class Numbers:
    """Serials in use, per region and day, and the names in use per birth date.

    One object serves one world; a family drawn alone gets a fresh one.
    """

    def __init__(self) -> None:
        self._nik: dict[str, int] = {}
        self._kk: dict[str, int] = {}
        self._accounts = 0
        self._named: set[tuple[str, int]] = set()

    def nik(self, region6: str, birth_date: date, sex: str, rng: Random) -> str:
        """A practice NIK that nobody in this world has; twins get neighbouring serials."""
        head = make_nik(region6, birth_date, sex, 0)[:12]
        serial = self._nik.get(head, 0) + _GAPS[int(rng.random() * 8)]
        self._nik[head] = serial
        return f"{head}{serial:04d}"

    def kk(self, region6: str, issued_on: date, rng: Random) -> str:
        """A practice KK number that no other family in this world has."""
        head = make_kk(region6, issued_on, 0)[:12]
        serial = self._kk.get(head, 0) + _GAPS[int(rng.random() * 8)]
        self._kk[head] = serial
        return f"{head}{serial:04d}"

    def account(self, rng: Random) -> str:
        """An account or card number of sixteen digits; no bank issues numbers beginning 9999."""
        self._accounts += 1
        return f"9999{int(rng.random() * 10**5):05d}{self._accounts:07d}"

    def claim_name(self, name: str, birth_date: date) -> bool:
        """Reserve a name for a birth date; False when somebody born that day bears it already.

        Without this a large world would hold, by chance, namesakes of one birth date that
        nobody wrote down as look-alikes.
        """
        key = (name, birth_date.toordinal())
        if key in self._named:
            return False
        self._named.add(key)
        return True
