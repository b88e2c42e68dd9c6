"""Pages as they are written: front matter and Markdown, checked when they are read."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import Any, Final

from workbench.errors import WrongUse

FOLDER: Final = Path(__file__).parent
#: Pictures of all pages, beside the kinds.
PICTURES: Final = FOLDER / "pictures"


@dataclass(frozen=True)
class Kind:
    """One kind of page: the folder it lies in, its title and what a reader finds there."""

    name: str
    title: str
    words: str


#: The kinds in the order a reader meets them.
KINDS: Final[Mapping[str, Kind]] = MappingProxyType(
    {
        kind.name: kind
        for kind in (
            Kind("tutorial", "Belajar dari awal", "Ikuti langkah demi langkah sampai selesai."),
            Kind("langkah", "Cara mengerjakan", "Satu pekerjaan, satu halaman."),
            Kind("penjelasan", "Penjelasan", "Mengapa meja ini bekerja begitu."),
            Kind("ruang", "Bantuan tiap ruang", "Apa yang ada di sebuah ruang."),
            Kind("reference", "Rujukan", "Daftar lengkap, ditulis dari katalog dan programnya."),
        )
    }
)
#: Whom a page is for, in the order they are listed.
READERS: Final[Mapping[str, str]] = MappingProxyType(
    {
        "peserta": "Peserta",
        "pelatih": "Pelatih",
        "staf": "Staf dinas",
        "petugas": "Petugas lapangan",
        "admin": "Admin",
        "lurah": "Lurah",
        "auditor": "Pemeriksa (auditor)",
        "pengembang": "Pengembang",
    }
)
_FRONT = re.compile(r"---\n(.*?)\n---\n(.*)", re.DOTALL)
_NAME = re.compile(r"[a-z0-9-]+")
_KEYS = frozenset({"title", "summary", "for", "rooms", "order", "minutes"})


@dataclass(frozen=True)
class Page:
    """One page as it is written.

    ``readers`` are keys of ``READERS``; ``rooms`` are names of doors, or ``door/Tab`` with the
    words of the tab as the screen has them. ``minutes`` a reader needs, 0 when not said. ``body``
    is Markdown without the front matter.
    """

    kind: str
    name: str
    title: str
    summary: str
    readers: tuple[str, ...]
    rooms: tuple[str, ...]
    order: int
    minutes: int
    body: str

    @property
    def key(self) -> str:
        """``kind/name``: how pages are found and addressed."""
        return f"{self.kind}/{self.name}"


@cache
def pages() -> Mapping[str, Page]:
    """All pages shipped with the package by key, kind by kind in the order of their contents."""
    return read_pages(FOLDER)


def read_pages(folder: Path) -> Mapping[str, Page]:
    """The pages below ``folder``. Raises ``WrongUse`` for a page whose front matter is wrong."""
    found = [
        read_page(path)
        for kind in KINDS
        for path in sorted((folder / kind).glob("*.md"))
        if path.is_file()
    ]
    places = list(KINDS)
    found.sort(key=lambda page: (places.index(page.kind), page.order, page.title))
    return MappingProxyType({page.key: page for page in found})


def read_page(path: Path) -> Page:
    """One page. Raises ``WrongUse`` that names the file and what is wrong with its beginning."""
    where = f"Panduan {path.parent.name}/{path.name}"
    parts = _FRONT.fullmatch(path.read_text(encoding="utf-8"))
    if not parts or not _NAME.fullmatch(path.stem):
        raise WrongUse(
            f"{where}: nama berkas hanya huruf kecil, angka dan tanda hubung, dan halaman diawali "
            "keterangan di antara dua baris ---."
        )
    front = _front_matter(parts[1], where)
    return Page(
        kind=path.parent.name,
        name=path.stem,
        title=str(front["title"]),
        summary=str(front["summary"]),
        readers=tuple(front["for"]),
        rooms=tuple(front["rooms"]),
        order=int(front["order"]),
        minutes=int(front.get("minutes", 0)),
        body=parts[2].strip() + "\n",
    )


def _front_matter(text: str, where: str) -> dict[str, Any]:
    import yaml

    try:
        front = yaml.safe_load(text)
    except yaml.YAMLError as error:
        raise WrongUse(f"{where}: keterangannya bukan YAML yang dapat dibaca.") from error
    if not isinstance(front, dict) or _KEYS - {"minutes"} - set(front) or set(front) - _KEYS:
        raise WrongUse(f"{where}: keterangannya harus berisi {', '.join(sorted(_KEYS))}.")
    if not front["title"] or not front["summary"]:
        raise WrongUse(f"{where}: title dan summary harus diisi.")
    if not isinstance(front["rooms"], list) or not isinstance(front["for"], list):
        raise WrongUse(f"{where}: for dan rooms harus berupa daftar.")
    if not front["for"] or set(front["for"]) - set(READERS):
        raise WrongUse(f"{where}: for harus berisi salah satu dari {', '.join(READERS)}.")
    if not isinstance(front["order"], int) or not isinstance(front.get("minutes", 0), int):
        raise WrongUse(f"{where}: order dan minutes harus berupa angka bulat.")
    return front
