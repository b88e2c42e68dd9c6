"""Which drills there are, and what each round of them holds.

A round is dealt from (who, drill, number of the round) alone: the same person finds the same
cards again on any machine, and nobody sees a card of a drill a second time before all its cards
have come. What was answered is kept by others, and so are the questions of an office (``own``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from workbench.domain.wilayah import say_locally
from workbench.errors import NotFound, WrongUse
from workbench.training.drills import meeting, questions, rare
from workbench.training.drills.cards import Card, as_said_here

RARE, KIND, MEETING, OWN = "langka", "kategori", "musyawarah", "soal_kantor"
#: The file of questions on how sensitive kinds are handled, dealt among the stories of ``KIND``.
_MANNERS: Final = "sikap"
_NO_DRILL = "Latihan singkat itu tidak ada. Kembali ke daftar, lalu pilih yang tampil."
_NO_RATE = "Pilih seberapa sering kartu yang salah muncul, lalu mulai."

Settings = Mapping[str, int]


@dataclass(frozen=True)
class Drill:
    """One drill: its name in the store, its words on a screen, about how long a round takes.

    ``size`` is the number of cards in a round, 0 where the settings of a round decide.
    """

    name: str
    title: str
    about: str
    minutes: int
    size: int


DRILLS: Final[Mapping[str, Drill]] = {
    drill.name: drill
    for drill in (
        Drill(KIND, "Kategori PPKS", "Kategori mana dari 26 yang cocok?", 5, 10),
        Drill(RARE, "Kesalahan langka", "Daftar dan berkas: cocok atau perlu dicek?", 6, 0),
        Drill("jalur", "Tiga jalur masuk data", "Langkah dan berkas tiap jalur.", 4, 6),
        Drill(
            MEETING,
            say_locally("Musyawarah kelurahan"),
            "Anda memimpin sampai berita acara.",
            10,
            meeting.PLACES,
        ),
        Drill("peristiwa", "Peristiwa keluarga", "Lahir, meninggal, pindah, pisah.", 4, 7),
        Drill("graduasi", "Graduasi", "Keluar dari program, dan masuk lagi.", 4, 6),
        Drill("dtks_p3ke", "DTKS, P3KE, DTSEN", "Beda guna, satuan, dan desil.", 4, 6),
        Drill(OWN, "Soal dari kantor Anda", "Ditulis pelatih kantor Anda.", 4, 0),
    )
}


def drill_of(name: object) -> Drill:
    """The drill of that name; raises ``NotFound``."""
    drill = DRILLS.get(name) if isinstance(name, str) else None
    if drill is None:
        raise NotFound(_NO_DRILL)
    return drill


def check_settings(drill: Drill, settings: Mapping[str, object]) -> dict[str, int]:
    """What a round is opened with: ``rate`` for rare errors, nothing for the others."""
    if drill.name != RARE:
        return {}
    rate = settings.get("rate")
    if type(rate) is not int or rate not in rare.BLOCKS:
        raise WrongUse(_NO_RATE)
    return {"rate": rate}


def size_of(drill: Drill, settings: Settings) -> int:
    """How many cards a round has; of own questions ``n``, those asked once more left out."""
    if drill.name == OWN:
        return settings["n"]
    return drill.size or rare.BURST + rare.BLOCKS[settings["rate"]]


def is_explained(drill: Drill, place: int) -> bool:
    """Whether feedback comes after this card, and not only at the end of the round."""
    return drill.name != RARE or place <= rare.BURST


def pool(drill: Drill) -> tuple[str, ...]:
    """The items that a drill deals from; empty where cards are made up or an office keeps them."""
    if drill.name in (RARE, OWN):
        return ()
    if drill.name == MEETING:
        return tuple(meeting.families())
    manners = tuple(questions.lines(_MANNERS)) if drill.name == KIND else ()
    return (*questions.lines(drill.name), *manners)


def deal(items: Sequence[str], size: int, seed: str, number: int) -> tuple[str, ...]:
    """The items of round ``number`` (from 1): all come once before any comes again.

    A round that begins in one pass over the items and ends in the next holds none twice:
    ``size`` is at most the number of items.
    """
    dealt: list[str] = []
    while len(dealt) < number * size:
        order = list(items)
        Random(f"{seed}:{len(dealt) // len(items)}").shuffle(order)
        begun = dealt[len(dealt) - len(dealt) % size :]
        dealt += sorted(order, key=begun.__contains__)
    return tuple(dealt[(number - 1) * size : number * size])


def card_at(
    drill: Drill,
    who: str,
    number: int,
    place: int,
    settings: Settings,
    answers: Mapping[int, str],
) -> Card:
    """The card at ``place`` (from 1) of somebody's round; ``answers`` are those given before it.

    Not for ``OWN``, whose questions are no files of ours: see ``own.own_card``.
    """
    seed = f"{who}:{drill.name}"
    if drill.name == RARE:
        return rare.rare_card(f"{seed}:{number}", place, settings["rate"])
    rng = Random(f"{seed}:{number}:{place}")
    if drill.name == MEETING:
        return as_said_here(meeting.meeting_card(meeting_order(who, number), place, answers, rng))
    item = deal(pool(drill), drill.size, seed, number)[place - 1]
    if drill.name == KIND and item in questions.lines(KIND):
        return as_said_here(questions.category_card(item, rng))
    name = _MANNERS if drill.name == KIND else drill.name
    return as_said_here(questions.question_card(name, item, rng))


def meeting_order(who: str, number: int) -> tuple[str, ...]:
    """The families of one's meeting, in the order they are discussed."""
    return deal(pool(DRILLS[MEETING]), meeting.FAMILIES, f"{who}:{MEETING}", number)


def item_words(drill: Drill, item: str) -> str:
    """What an item of the store is, for a trainer: the question itself, or the kind of card."""
    if drill.name == RARE:
        rule, state, _ = item.split(".", 2)
        kind = "salah, tetapi lolos" if state == "salah" else "benar, tetapi ditandai"
        return f"{rule}: kartu yang {kind}"
    if drill.name == MEETING:
        return meeting.item_words(item)
    for name in (drill.name, _MANNERS):
        line = questions.lines(name).get(item)
        if line is not None:
            return say_locally(line["cerita"])
    return item
