"""Reads a guide as something that can be done: numbered steps and blocks to be run.

A numbered step is made of sentences of a small fixed grammar and of nothing else, so that whoever
writes a guide is told at once of a step that no hand could follow. Between steps anything may be
said. ``**bold**`` is what stands on the screen, ```code``` is what is typed, and ``*italics*`` are
what only this reader knows: a code, a first password.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from markdown_it import MarkdownIt
from markdown_it.token import Token

#: What a sentence may be: its name, and how it is written.
GRAMMAR = {
    "go": r"Di {bold}, buka {code}",
    "open": r"Buka {code}",
    "turn": r"Buka bagian {bold}",
    "back": r"Kembali ke {bold}",
    "press": r"Klik {bold}",
    "press_at": r"Klik {bold} pada {bold}",
    "load": r"Klik {bold}; berkas {code} terunduh",
    "fill": r"Isi {bold} dengan {value}",
    "choose": r"Pilih {bold} pada {bold}",
    "tick": r"Centang {bold}",
    "untick": r"Hapus centang {bold}",
    "send": r"Unggah {code} lewat {bold}",
    "see": r"Tampak: {bold}",
    "note": r"Catat {italics} yang tampil",
    "keep": r"Simpan teks ini sebagai {code}",
    "run": r"Jalankan di komputer server",
    "query": r"Jalankan di basis data",
    "halt": r"Hentikan server",
}
_MARKS = {"strong": "b", "em": "i", "code_inline": "c"}
_KINDS = {"{bold}": "b", "{code}": "c", "{italics}": "i", "{value}": "ci"}
_MARK = re.compile(r"\x02([bic])([^\x03]*)\x03")
#: Words on the screen bring their own full stop.
_END = r"(?:[.:]|(?<=[.:?!]\x03))"
_BETWEEN = re.compile(r"(?:(?<=[.:])|(?<=[.:?!]\x03))\s+(?=[A-Z])")


class NotAStep(Exception):
    """A sentence of a numbered step that nobody could follow literally."""


@dataclass(frozen=True)
class Step:
    """One thing to do: ``kind`` of ``GRAMMAR``, its words, and the block that belongs to it.

    ``words`` are (mark, text) with mark b, c or i. ``place`` says where it stands, for a reader of
    a test's report.
    """

    kind: str
    words: tuple[tuple[str, str], ...]
    place: str
    block: str = ""

    @property
    def texts(self) -> tuple[str, ...]:
        """The marked words alone."""
        return tuple(text for _mark, text in self.words)


@dataclass(frozen=True)
class Block:
    """A fenced block: the word after its fence, and what is in it."""

    kind: str
    text: str
    place: str


def _tokens(path: Path) -> list[Token]:
    text = path.read_text("utf-8")
    if text.startswith("---\n"):
        text = text.split("\n---\n", 1)[1]
    return MarkdownIt("commonmark").enable("table").parse(text)


def steps_of(path: Path) -> list[Step]:
    """The numbered steps of a guide, sentence by sentence; raises ``NotAStep``."""
    found: list[Step] = []
    depth, number, section = 0, 0, ""
    tokens = _tokens(path)
    for token, following in zip(tokens, [*tokens[1:], None], strict=True):
        if token.type == "heading_open" and following is not None:
            section = following.content
        depth += {"ordered_list_open": 1, "ordered_list_close": -1}.get(token.type, 0)
        if token.type == "list_item_open" and depth and token.info:
            number = int(token.info)
        place = f"{path.name}, {section}, langkah {number}"
        if depth and token.type == "inline":
            found += [_step(sentence, place) for sentence in _sentences(token)]
        if depth and token.type == "fence":
            if not found or found[-1].kind not in ("keep", "run", "query") or found[-1].block:
                raise NotAStep(f"{place}: a block that no sentence speaks of")
            last = found.pop()
            found.append(Step(last.kind, last.words, last.place, token.content))
    return found


def blocks_of(path: Path) -> list[Block]:
    """All fenced blocks of a guide, in order."""
    return [
        Block(token.info.strip(), token.content, path.name)
        for token in _tokens(path)
        if token.type == "fence"
    ]


def labels_of(path: Path) -> Iterator[str]:
    """All that a guide says stands on the screen."""
    for token in _tokens(path):
        if token.type == "inline":
            yield from (text for mark, text in _MARK.findall(_marked(token)) if mark == "b")


def _marked(token: Token) -> str:
    """The words of a paragraph with its marks as control characters."""
    said = ""
    for child in token.children or ():
        name, _, turn = child.type.rpartition("_")
        if child.type == "code_inline":
            said += f"\x02c{child.content}\x03"
        elif name in _MARKS:
            said += f"\x02{_MARKS[name]}" if turn == "open" else "\x03"
        elif child.type in ("softbreak", "hardbreak"):
            said += " "
        else:
            said += child.content
    return said


def _sentences(token: Token) -> Iterator[str]:
    # What stands on the screen may be a sentence itself: it is not taken apart.
    whole = _MARK.sub(lambda found: found[0].replace(" ", "\x04"), _marked(token))
    for sentence in _BETWEEN.split(whole):
        yield sentence.replace("\x04", " ").strip()


def _step(sentence: str, place: str) -> Step:
    for kind, shape in GRAMMAR.items():
        pattern = re.escape(shape).replace(r"\{", "{").replace(r"\}", "}")
        for name, marks in _KINDS.items():
            pattern = pattern.replace(name, f"\x02[{marks}][^\x03]*\x03")
        if re.fullmatch(pattern + _END, sentence):
            return Step(kind, tuple(_MARK.findall(sentence)), place)
    plain = _MARK.sub(r"[\2]", sentence)
    raise NotAStep(f"{place}: {plain!r} is no sentence of the grammar ({', '.join(GRAMMAR)})")
