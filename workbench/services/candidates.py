"""Families nobody has listed: proposed by name, compared with the list, decided like any other.

Exclusion is half of what a musyawarah mends. A proposed family (usulan baru) becomes a record of
the working list with an id of its own; stages, papers, musyawarah and objections know no
difference. Whole numbers are kept for the proposal and shown to nobody here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Final

import pyarrow as pa
import pyarrow.compute as pc

from workbench.access import Actor, Permission, Workspace, require, require_area
from workbench.domain.nik import PRACTICE_PREFIX, KkNumber, Nik, is_filler, is_practice
from workbench.domain.register import Register
from workbench.domain.schema import arrow_schema, empty_row
from workbench.errors import WrongUse
from workbench.services import fieldwork, privacy, shelves
from workbench.services.heads import name_heads
from workbench.services.office import Office
from workbench.store import candidates as stored
from workbench.store.candidates import Candidate
from workbench.store.records import Record
from workbench.verification.fieldwork.routes import route
from workbench.verification.meetings.content import proposers, tidy_words

MOST_PEOPLE: Final = 40
_LONGEST_NAME, _LONGEST_ADDRESS = 120, 200
_PLACE = re.compile(r"[0-9]{1,3}")
_ELSEWHERE: Final = "Keluarga ini sudah terdaftar di wilayah lain, hubungi Dinas Sosial."


@dataclass(frozen=True)
class Entry:
    """A family as somebody proposes it; ``nik`` and ``no_kk`` are "" where it has none yet.

    ``proposer`` and ``route`` are codes of ``proposers()`` and ``routes()``.
    """

    kelurahan_kode: str
    rw: str
    rt: str
    address: str
    head_name: str
    nik: str
    no_kk: str
    people: int
    proposer: str
    route: str


@dataclass(frozen=True)
class Proposed:
    """A proposed family: ``stage`` of its record (code), and where it stands by now, in words.

    ``listed`` is "" while no newer list was worked on; ``is_listed`` tells whether it was found.
    """

    candidate: Candidate
    stage: str
    listed: str
    is_listed: bool


def propose(office: Office, actor: Actor, list_id: str, entry: Entry) -> str:
    """Propose a family that stands on no list; returns its id in the working list's records.

    Its record goes on to the next stage at once, so that the musyawarah of its kelurahan finds
    it. Raises ``WrongUse`` with a sentence for each fault, and for a family that is listed.
    """
    require(actor, Permission.RECORD_OUTCOME)
    require_area(actor, entry.kelurahan_kode)
    fieldwork.require_working(office, actor, list_id)
    said = _tidy(entry)
    if wrong := list(faults(actor.workspace, said)):
        raise WrongUse(" ".join(wrong))
    nik_key, kk_key = _keys(office, actor, said)
    if known := _listed_words(office, actor, list_id, nik_key, kk_key):
        raise WrongUse(known)
    made = Candidate(
        list_id,
        "",
        *(said.kelurahan_kode, said.rw, said.rt, said.address, said.head_name),
        *(said.nik, said.no_kk, said.people, said.proposer, nik_key, kk_key),
    )
    plan = fieldwork.stage_plan(office, actor)
    return stored.put_candidate(office.store_for(actor), actor.id, made, said.route, plan)


def faults(workspace: Workspace, entry: Entry) -> Iterator[str]:
    """What is wrong with an entry on one side of the wall, a sentence each."""
    if not 1 < len(entry.head_name) <= _LONGEST_NAME or not any(map(str.isalpha, entry.head_name)):
        yield f"Tulis nama kepala keluarga, paling panjang {_LONGEST_NAME} huruf."
    if not 0 < len(entry.address) <= _LONGEST_ADDRESS:
        yield f"Tulis alamat, paling panjang {_LONGEST_ADDRESS} huruf."
    if not (_PLACE.fullmatch(entry.rt) and _PLACE.fullmatch(entry.rw)):
        yield "Isi RT dan RW dengan angka, misalnya 001 dan 002."
    if not 1 <= entry.people <= MOST_PEOPLE:
        yield f"Isi jumlah anggota keluarga, 1 sampai {MOST_PEOPLE} orang."
    if entry.proposer not in proposers():
        yield "Pilih siapa yang mengusulkan."
    yield from _number_faults(workspace, "NIK kepala keluarga", entry.nik)
    yield from _number_faults(workspace, "Nomor KK", entry.no_kk)
    if entry.nik and entry.nik == entry.no_kk:
        yield "NIK dan nomor KK tidak mungkin sama. Periksa keduanya."
    route(entry.route)


def proposed(office: Office, actor: Actor) -> tuple[Proposed, ...]:
    """The families proposed in the actor's areas over any list, the latest first.

    For those of an earlier list it is said whether the working list holds them now, by key.
    """
    require(actor, Permission.READ_LIST)
    store, plan = office.store_for(actor), fieldwork.stage_plan(office, actor)
    found = stored.list_candidates(store)
    rounds = fieldwork.rounds(office, actor)
    if not found or not rounds:
        return ()
    newest = rounds[-1].list_id
    summary, whole = shelves.standing(office, actor, newest)
    families = set(whole.register["family"]["family_key"].to_pylist()) - {""}
    people = set(whole.register["person"]["person_key"].to_pylist()) - {""}
    stages = {
        one: fieldwork.stages_of(office, actor, one) for one in {each.list_id for each in found}
    }
    told = []
    for one in reversed(found):
        is_listed = one.kk_key in families or one.nik_key in people
        later = is_listed or one.list_id != newest
        words = f"{'Sudah' if is_listed else 'Belum'} masuk daftar {summary.name}."
        stage = stages[one.list_id].get(one.family_id, plan.first)
        told.append(Proposed(one, stage, words if later else "", is_listed))
    return tuple(told)


def numbers(
    office: Office, actor: Actor, list_id: str, family_id: str, purpose: str
) -> tuple[str, str]:
    """NIK and KK number of a proposed family, whole; that they were asked for is on record.

    ``purpose`` is one of ``privacy.PURPOSES``. Raises as ``privacy.unmask`` does.
    """
    require(actor, Permission.READ_LIST)
    privacy.purpose_words(purpose)
    store = office.store_for(actor)
    found = stored.find_candidate(store, Record(list_id, family_id))
    about = f"daftar:{list_id}:{family_id}"
    privacy.note_look(store, actor.id, about, purpose, found.kk_key or found.nik_key)
    return found.nik, found.no_kk


# --- below ---------------------------------------------------------------------------------------


def _tidy(entry: Entry) -> Entry:
    """The entry as it is kept: no needless spaces, RT and RW of three figures."""
    return Entry(
        entry.kelurahan_kode,
        _three(entry.rw),
        _three(entry.rt),
        tidy_words(entry.address),
        tidy_words(entry.head_name).upper(),
        _plain(entry.nik),
        _plain(entry.no_kk),
        entry.people,
        entry.proposer,
        entry.route,
    )


def _three(text: str) -> str:
    said = text.strip()
    return said.zfill(3) if _PLACE.fullmatch(said) else said


def _plain(number: str) -> str:
    """A number as people write it, without the spaces, dots and dashes between."""
    return re.sub(r"[\s.\-]", "", number)


def _number_faults(workspace: Workspace, label: str, number: str) -> Iterator[str]:
    if not number:
        return
    parsed = (Nik if label.startswith("NIK") else KkNumber).parse(number)
    is_practice_side = workspace is Workspace.LATIHAN
    if parsed is None:
        yield f"{label} harus 16 angka. Salin dari dokumennya, atau pilih belum punya."
    elif is_filler(number):
        yield f"{label} hanya angka pengisi. Salin dari dokumennya, atau pilih belum punya."
    elif not parsed.has_date:
        yield f"{label} memuat tanggal yang tidak ada. Periksa angka ke-7 sampai ke-12."
    elif is_practice_side and not is_practice(number):
        yield f"{label} di ruang latihan harus berawalan {PRACTICE_PREFIX}, bukan nomor asli."
    elif not is_practice_side and is_practice(number):
        yield f"{label} berawalan {PRACTICE_PREFIX}, yaitu nomor latihan. Salin nomor aslinya."


def _keys(office: Office, actor: Actor, said: Entry) -> tuple[str, str]:
    """The keys of the numbers as every list of the workspace has them, "" for none."""
    person = empty_row("person") | {"nik": said.nik}
    family = empty_row("family") | {"no_kk": said.no_kk}
    alone = Register(
        {
            name: pa.Table.from_pylist([row], schema=arrow_schema(name))
            for name, row in (("person", person), ("family", family))
        }
    )
    keyed = shelves.with_keys(alone, shelves.key_of(office.folder(actor.workspace)))
    return (
        str(keyed["person"]["person_key"][0].as_py()),
        str(keyed["family"]["family_key"][0].as_py()),
    )


def _listed_words(office: Office, actor: Actor, list_id: str, nik_key: str, kk_key: str) -> str:
    """That the working list has these numbers already, or ""."""
    register = shelves.standing(office, actor, list_id)[1].register
    families, people = register["family"], register["person"]
    by_card = families.filter(pc.equal(families["family_key"], kk_key))
    persons = people.filter(pc.equal(people["person_key"], nik_key))
    homes = pa.array(persons["family_id"].to_pylist(), pa.string())
    by_person = families.filter(pc.is_in(families["family_id"], homes))
    for key, found, number in ((kk_key, by_card, "KK"), (nik_key, by_person, "NIK")):
        rows = found.to_pylist() if key else []
        if not rows:
            continue
        mine = [row for row in rows if actor.covers(row["kelurahan_kode_kemendagri"])]
        if not mine:
            return _ELSEWHERE
        head = name_heads(register, mine)[mine[0]["family_id"]] or "(tanpa nama)"
        place = f"RT {mine[0]['rt'] or '-'}/RW {mine[0]['rw'] or '-'}"
        told = f"{number} ini sudah ada di daftar, pada keluarga {head}, {place}."
        hint = " Bila keluarga ini pecah KK, catat di Peristiwa." if number == "NIK" else ""
        return f"{told} Buka keluarga itu di Antrean.{hint}"
    return ""
