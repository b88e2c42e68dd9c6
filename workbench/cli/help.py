"""Help pages in Indonesian: Typer writes the frame of its own in English."""

from __future__ import annotations

from typing import Any

from typer.core import TyperCommand, TyperGroup

_WORDS = (
    ("Usage:", "Pemakaian:"),
    ("[OPTIONS]", "[PILIHAN]"),
    ("COMMAND [ARGS]...", "PERINTAH ..."),
    ("Options:", "Pilihan:"),
    ("Commands:", "Perintah:"),
    ("Arguments:", "Isian:"),
    ("Show this message and exit.", "Tampilkan bantuan ini."),
    ("required]", "wajib]"),
    ("[default:", "[bawaan:"),
    ("{LIST...}...", "LIST..."),
    (" <list[Path]>", ""),
    ("{FILE}", "FILE"),
    ("{NAMA}", "NAMA"),
    ("NAMA <str>", "NAMA"),
    # Words of the same length, so that the columns stay as they were laid out.
    ("<path>", "BERKAS"),
    ("<int>", "ANGKA"),
    ("<float>", "PECAHAN"),
    ("<int range>", "ANGKA      "),
    ("<float range>", "PECAHAN      "),
    ("<str>", "TEKS "),
)


def _translate(text: str) -> str:
    for english, indonesian in _WORDS:
        text = text.replace(english, indonesian)
    return text


class Group(TyperGroup):
    """The whole program, or a group of its commands."""

    def get_help(self, ctx: Any) -> str:
        """The help page of the group."""
        return _translate(super().get_help(ctx))


class Command(TyperCommand):
    """One command."""

    def get_help(self, ctx: Any) -> str:
        """The help page of one command."""
        return _translate(super().get_help(ctx))
