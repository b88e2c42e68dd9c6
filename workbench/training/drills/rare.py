"""The drill of rare errors: small cards, a record line beside a paper, right or worth a check.

Ten cards come first, half of them wrong and each explained at once; then a block at the rate one
chose, explained only at its end. When errors become rare the eye stays as good and the readiness
to say "wrong" falls; short bursts with many errors and full feedback restore it (J. M. Wolfe and
others 2007, Journal of Experimental Psychology: General 136, 623-638). So both parts are read
apart, as skill and caution (``measures.detection``).

Cards are made up on the spot from a seed: invented people, practice numbers, one rule each. A
clean card often differs from its paper in a way that means nothing (how a date is written, a
title), as papers do.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import date, timedelta
from random import Random

from workbench.domain.ages import age_on
from workbench.domain.nik import make_kk, make_nik
from workbench.domain.reference import by_code
from workbench.domain.wilayah import kelurahan
from workbench.domain.words import MONTHS, date_id
from workbench.rules import catalogue
from workbench.synthesis.names import person_name
from workbench.training.drills.cards import ONE, Card, Key, Rows
from workbench.training.measures.detection import Counts, Judgement

#: Cards of the first part, and how many of them are wrong.
BURST, BURST_ERRORS = 10, 5
#: Per cent of wrong cards in the block that follows -> how many cards it has.
BLOCKS = {50: 20, 20: 30, 10: 40, 5: 60, 2: 60, 1: 100}
FITS, CHECK = "sesuai", "cek"
CHOICES = ((FITS, "Sesuai"), (CHECK, "Perlu dicek"))
#: The day on which ages are judged.
AS_OF = date(2026, 11, 1)
_SEXES = {"L": "Laki-laki", "P": "Perempuan"}
#: Kinds of PPKS with an upper age limit, in whole years.
_CHILD_KINDS = {"PMKS01": 5, "PMKS02": 18, "PMKS05": 17}


@dataclass(frozen=True)
class _Pair:
    """A record, the paper beside it, and what there is to say of them."""

    record: Rows
    paper: str
    rows: Rows
    why: str


@dataclass(frozen=True)
class _Person:
    name: str
    sex: str
    birth: date
    nik: str
    place: str


def is_error_at(seed: str, rate: int) -> tuple[bool, ...]:
    """Which places of a round (burst, then block) hold a wrong card.

    The block holds ``rate`` per cent of its cards; where that is no whole number, the part that
    is left over is drawn, so that over many rounds the rate comes out as asked.
    """
    rng = Random(f"{seed}:letak")
    n = BLOCKS[rate]
    asked = n * rate / 100
    errors = int(asked) + (rng.random() < asked - int(asked))
    return _spread(rng, BURST, BURST_ERRORS) + _spread(rng, n, errors)


def _spread(rng: Random, n: int, errors: int) -> tuple[bool, ...]:
    places = set(rng.sample(range(n), errors))
    return tuple(place in places for place in range(n))


def rules_at(seed: str, wrong: tuple[bool, ...]) -> tuple[str, ...]:
    """The rule of each place: among the wrong and among the clean all rules come in turn."""
    rng = Random(f"{seed}:aturan")
    decks: dict[bool, list[str]] = {True: [], False: []}
    rules = []
    for is_error in wrong:
        deck = decks[is_error]
        if not deck:
            deck.extend(_MAKERS)
            rng.shuffle(deck)
        rules.append(deck.pop())
    return tuple(rules)


def rare_card(seed: str, place: int, rate: int) -> Card:
    """The card at ``place`` (from 1) of a round; equal for an equal seed."""
    wrong = is_error_at(seed, rate)
    rule, is_error = rules_at(seed, wrong)[place - 1], wrong[place - 1]
    pair = _MAKERS[rule](Random(f"{seed}:kartu:{place}"), is_error)
    basis = catalogue()[rule].basis.words
    key = Key(pair.why, f"Aturan {rule}: {basis}", (frozenset({CHECK if is_error else FITS}),))
    part = "Pemanasan" if place <= BURST else "Tanpa pembahasan sampai selesai"
    return Card(
        f"{rule}.{'salah' if is_error else 'benar'}.{rate}.{place}",
        ONE,
        "",
        "Apakah daftar cocok dengan berkasnya?",
        CHOICES,
        key,
        part,
        sheets=(("Di daftar", pair.record), (pair.paper, pair.rows)),
    )


def judgement(person: str, item: str, answer: str) -> Judgement:
    """What one answer says, read from the item and answer that the store holds."""
    rule, state, _ = item.split(".", 2)
    return Judgement(person, rule, state == "salah", answer == CHECK)


def counts_of(judgements: Iterable[Judgement]) -> Counts:
    """All of them together."""
    total = Counts()
    for one in judgements:
        total += Counts(
            one.is_error and one.is_flagged,
            one.is_error and not one.is_flagged,
            not one.is_error and one.is_flagged,
            not one.is_error and not one.is_flagged,
        )
    return total


def _person(rng: Random, youngest: int = 20, oldest: int = 72, sex: str = "") -> _Person:
    birth = _birth(rng, youngest, oldest)
    sex = sex or rng.choice("LP")
    origin = rng.choice(("banten", "sunda", "jawa"))
    return _Person(
        person_name(rng, sex, birth.year, origin),
        sex,
        birth,
        make_nik(rng.choice(_regions()), birth, sex, rng.randint(1, 89)),
        f"RT {rng.randint(1, 9):03d}/RW {rng.randint(1, 8):03d}, {rng.choice(kelurahan()).name}",
    )


def _regions() -> tuple[str, ...]:
    return tuple(sorted({one.kode_kemendagri.replace(".", "")[:6] for one in kelurahan()}))


def _birth(rng: Random, youngest: int, oldest: int) -> date:
    """A birth date with an age of that many whole years on ``AS_OF``."""
    years = rng.randint(youngest, oldest)
    day = date(AS_OF.year - years, 1, 1) + timedelta(days=rng.randrange(300))
    return day if age_on(day, AS_OF) == years else date(day.year, 10, 1)


def _years_on(day: date, years: int) -> date:
    is_leap_day = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if is_leap_day else day.day)


def _numbers(day: date) -> str:
    return f"{day:%d-%m-%Y}"


def _sex(rng: Random, is_error: bool) -> _Pair:
    one = _person(rng)
    listed = {"L": "P", "P": "L"}[one.sex] if is_error else one.sex
    short = rng.random() < 0.5
    record = (
        ("Nama", one.name),
        ("NIK", one.nik),
        ("Jenis kelamin", listed if short else _SEXES[listed]),
        ("Alamat", one.place),
    )
    rows = (("Nama", one.name), ("NIK", one.nik), ("Jenis kelamin", _SEXES[one.sex].upper()))
    why = (
        f"KTP-el menulis {_SEXES[one.sex].lower()}, daftar menulis {_SEXES[listed].lower()}. "
        "Angka tanggal pada NIK juga menunjukkan jenis kelamin: perempuan ditambah 40."
        if is_error
        else "Jenis kelamin pada daftar, KTP-el, dan NIK sama. Singkatan tidak mengubahnya."
    )
    return _Pair(record, "KTP-el", rows, why)


def _birth_date(rng: Random, is_error: bool) -> _Pair:
    one = _person(rng)
    listed = one.birth
    if is_error:
        listed = rng.choice(
            (
                _years_on(one.birth, rng.choice((-2, -1, 1, 10))),
                one.birth + timedelta(days=rng.choice((-10, -1, 1, 10))),
                one.birth.replace(day=min(one.birth.day, 28), month=one.birth.month % 12 + 1),
            )
        )
    record = (
        ("Nama", one.name),
        ("NIK", one.nik),
        ("Tanggal lahir", _numbers(listed) if rng.random() < 0.6 else date_id(listed, long=True)),
        ("Alamat", one.place),
    )
    rows = (("Nama", one.name), ("NIK", one.nik), ("Tanggal lahir", date_id(one.birth, long=True)))
    why = (
        f"KTP-el: {date_id(one.birth)}. Daftar: {date_id(listed)}. Angka ke-7 sampai ke-12 pada "
        "NIK mengikuti KTP-el."
        if is_error
        else "Tanggalnya sama; hanya cara menulisnya dapat berbeda."
    )
    return _Pair(record, "KTP-el", rows, why)


def _nik(rng: Random, is_error: bool) -> _Pair:
    one = _person(rng)
    listed = one.nik
    if is_error:
        at = rng.choice([n for n in range(4, 15) if listed[n] != listed[n + 1]])
        listed = listed[:at] + listed[at + 1] + listed[at] + listed[at + 2 :]
    parts = " ".join(one.nik[n : n + 4] for n in range(0, 16, 4))
    record = (("Nama", one.name), ("NIK", listed), ("Alamat", one.place))
    rows = (("NIK", parts if rng.random() < 0.5 else one.nik), ("Nama", one.name))
    why = (
        "Dua angka NIK tertukar. Cocokkan empat angka demi empat angka dengan KTP-el."
        if is_error
        else "Keenam belas angka sama; jarak antarangka tidak berarti."
    )
    return _Pair(record, "KTP-el", rows, why)


def _name(rng: Random, is_error: bool) -> _Pair:
    one = _person(rng)
    found = one.name
    while is_error and (found == one.name or found.split()[0] == one.name.split()[0]):
        found = person_name(rng, one.sex, one.birth.year, "banten")
    record = (
        ("NIK", one.nik),
        ("Nama", one.name.title() if rng.random() < 0.5 else one.name),
        ("Tanggal lahir", date_id(one.birth)),
    )
    rows = (("NIK", one.nik), ("Nama", found), ("Status", "NIK ditemukan"))
    why = (
        f"Dukcapil mencatat {found.title()} untuk NIK ini. NIK atau nama di daftar keliru; lihat "
        "KTP-el. Berbeda berarti periksa, bukan palsu."
        if is_error
        else "Nama dan NIK sama. Huruf besar atau kecil tidak berarti."
    )
    return _Pair(record, "Jawaban Dukcapil", rows, why)


def _dead(rng: Random, is_error: bool) -> _Pair:
    one = _person(rng, 45, 84)
    day = AS_OF - timedelta(days=rng.randint(60, 900))
    other = rng.random() < 0.5
    record = (
        ("Nama", one.name),
        ("NIK", one.nik),
        ("Keberadaan", "Ditemukan"),
        ("Status kawin", "Cerai mati" if other else "Kawin"),
    )
    note = f"Meninggal {date_id(day)}" if is_error else "Hidup"
    rows = (("NIK", one.nik), ("Nama", one.name), ("Keadaan", note)) + (
        (("Pasangan", f"Meninggal {day.year - 2}"),) if other else ()
    )
    why = (
        "Dukcapil mencatat orang ini meninggal, daftar masih menulis ditemukan. Minta akta atau "
        "surat kematian; anggota keluarga lain tetap dinilai."
        if is_error
        else "Orang ini hidup menurut Dukcapil. Pasangan yang meninggal cocok dengan cerai mati."
        if other
        else "Orang ini hidup menurut Dukcapil, sama dengan daftar."
    )
    return _Pair(record, "Jawaban Dukcapil", rows, why)


def _moved(rng: Random, is_error: bool) -> _Pair:
    one = _person(rng)
    month = MONTHS[rng.randrange(9)]
    town = rng.choice(("Cilegon", "Tangerang", "Pandeglang", "Bogor"))
    record = (("Nama", one.name), ("Alamat", one.place), ("Keberadaan", "Ditemukan"))
    if is_error:
        said = f"Sudah pindah ke {town} sejak {month} 2026, surat pindah ada."
        why = "Surat pindah ada, daftar menulis ditemukan. Catat pindah dan wilayah tujuannya."
    else:
        said = rng.choice(
            (
                f"Bekerja di {town}, pulang ke rumah ini setiap pekan.",
                "Masih tinggal di rumah ini bersama keluarganya.",
                f"Anaknya pindah ke {town}; ia sendiri tetap di sini.",
            )
        )
        why = "Menurut ketua RT ia masih tinggal di alamat ini, sama dengan daftar."
    return _Pair(record, "Surat ketua RT", (("Nama", one.name), ("Keterangan", said)), why)


def _members(rng: Random, is_error: bool) -> _Pair:
    head = _person(rng, 34, 58, "L")
    names = [_person(rng, 2, 19).name for _ in range(rng.randint(2, 4))]
    count = len(names) + 1
    stated = count + rng.choice((-1, 1)) if is_error else count
    record = (("Kepala keluarga", head.name), ("Jumlah anggota", f"{stated} orang"))
    rows = (("Kepala", head.name), *((f"Anggota {n}", name) for n, name in enumerate(names, 2)))
    why = (
        f"KK memuat {count} orang termasuk kepala, daftar menulis {stated}."
        if is_error
        else f"KK memuat {count} orang. Kepala keluarga ikut dihitung."
    )
    return _Pair(record, "Kartu Keluarga", rows, why)


def _mother(rng: Random, is_error: bool) -> _Pair:
    child = _person(rng, 4, 22)
    gap = rng.randint(5, 9) if is_error else rng.randint(19, 33)
    mother = _person(rng, 30, 50, "P")
    born = date(child.birth.year - gap, mother.birth.month, min(mother.birth.day, 28))
    record = (
        ("Ibu", mother.name),
        ("Lahir", date_id(born)),
        ("Anak", child.name),
        ("Lahir", date_id(child.birth)),
    )
    rows = (("Ibu kandung", mother.name), ("Anak", child.name), ("Hubungan", "Anak"))
    years = age_on(born, child.birth)
    why = (
        f"Menurut daftar, ibu berumur {years} tahun ketika anak lahir. Salah satu tanggal keliru, "
        "atau ia bukan ibu kandung. Lihat akta."
        if is_error
        else f"Ibu berumur {years} tahun ketika anak lahir; tidak ada yang perlu ditanyakan."
    )
    return _Pair(record, "Kartu Keluarga", rows, why)


def _kind_age(rng: Random, is_error: bool) -> _Pair:
    code = rng.choice(tuple(_CHILD_KINDS))
    most, least = _CHILD_KINDS[code], 6 if code == "PMKS02" else 0
    age = rng.randint(most + 1, most + 4) if is_error else rng.choice((least, most, most - 1))
    one = _person(rng, age, age)
    kind = by_code("pmks_kategori")[code]["nama"]
    record = (("Nama", one.name), ("Kategori PPKS", kind))
    rows = (
        ("Nama", one.name),
        ("Tanggal lahir", date_id(one.birth)),
        ("Dihitung pada", date_id(AS_OF)),
    )
    limits = f"{least} sampai {most} tahun" if least else f"sampai {most} tahun"
    why = f"Umurnya {age} tahun; {kind} untuk umur {limits}" + (
        ", jadi periksa kategori lain." if is_error else ", jadi cocok."
    )
    return _Pair(record, "Akta lahir", rows, why)


def _kind_sex(rng: Random, is_error: bool) -> _Pair:
    one = _person(rng, 20, 57, "L" if is_error else "P")
    record = (("Nama", one.name), ("Kategori PPKS", "Perempuan Rawan Sosial Ekonomi"))
    rows = (
        ("Nama", one.name),
        ("NIK", one.nik),
        ("Jenis kelamin", _SEXES[one.sex].upper()),
        ("Status kawin", rng.choice(("KAWIN", "BELUM KAWIN", "CERAI MATI"))),
    )
    why = (
        "Kategori ini hanya untuk perempuan 18 sampai 59 tahun; KTP-el menulis laki-laki."
        if is_error
        else "Perempuan 18 sampai 59 tahun; menikah, belum menikah, atau janda tidak membedakan."
    )
    return _Pair(record, "KTP-el", rows, why)


def _graduated(rng: Random, is_error: bool) -> _Pair:
    one = _person(rng, 28, 60)
    left = date(2026, rng.randint(3, 6), rng.randint(1, 28))
    paid = left + timedelta(days=rng.randint(75, 120) * (1 if is_error else -1))
    record = (
        ("Nama pengurus", one.name),
        ("Status PKH", f"Graduasi mandiri {date_id(left)}"),
    )
    rows = (
        ("Nama", one.name),
        ("Program", "PKH"),
        ("Pembayaran terakhir", date_id(paid)),
    )
    why = (
        "PKH masih dibayar setelah tanggal graduasi. Bisa keliru tanggal, bisa terlambat berhenti: "
        "tanyakan."
        if is_error
        else "Pembayaran terakhir mendahului graduasi, jadi cocok."
    )
    return _Pair(record, "Daftar bayar", rows, why)


def _own_card(rng: Random, is_error: bool) -> _Pair:
    one = _person(rng, 21, 34)
    region = rng.choice(_regions())
    issued = date(2015, 1, 1) + timedelta(days=rng.randrange(3000))
    old = make_kk(region, issued, rng.randint(1, 60))
    new = make_kk(region, date(2026, rng.randint(1, 9), rng.randint(1, 28)), rng.randint(1, 60))
    record = (("Nama", one.name), ("Nomor KK", old), ("Hubungan", "Anak"))
    rows = (
        ("Nomor KK", new if is_error else old),
        ("Nama", one.name),
        ("Hubungan", "Kepala keluarga" if is_error else "Anak"),
        ("Status", "Kawin" if is_error else rng.choice(("Belum kawin", "Kawin"))),
    )
    why = (
        "Ia sudah kepala keluarga pada KK baru, daftar masih menulisnya anak pada KK lama. "
        "Pindahkan ke keluarga barunya sesuai KK."
        if is_error
        else "Nomor KK dan hubungannya sama. Sudah menikah pun ia masih pada KK ini."
        if rows[-1][1] == "Kawin"
        else "Nomor KK dan hubungannya sama dengan daftar."
    )
    return _Pair(record, "Kartu Keluarga", rows, why)


_MAKERS: dict[str, Callable[[Random, bool], _Pair]] = {
    "IDN-09": _birth_date,
    "IDN-10": _sex,
    "IDN-18": _nik,
    "IDN-19": _name,
    "ALM-31": _dead,
    "ALM-32": _moved,
    "KEL-24": _own_card,
    "KEL-25": _mother,
    "KEL-28": _members,
    "PPK-40": _kind_age,
    "PPK-41": _kind_sex,
    "BAN-56": _graduated,
}
