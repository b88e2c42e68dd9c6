"""ALM-35: the RT does not exist in this kelurahan."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.domain.wilayah import say_locally
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="family",
    code="ALM-35",
    severity=Severity.SEDANG,
    title=say_locally("RT/RW ini tidak ada di antara {known} RT yang terdaftar di kelurahan ini"),
    question="Lihat KK dan tanya RT: rumah ini termasuk RT dan RW berapa?",
    documents=["KK"],
    why="Tanpa RT yang benar, petugas tidak menemukan rumah keluarga ini saat kunjungan.",
    fields=["rt", "rw"],
    status="layak",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(("E35",), "", "tidak"),
    needs=[
        "family.rt",
        "family.rw",
        "family.kelurahan_kode_kemendagri",
        "rt_rw.kelurahan_kode_kemendagri",
        "rt_rw.rt",
        "rt_rw.rw",
    ],
    evidence=("known",),
    select="""
WITH existing AS (
    SELECT kelurahan_kode_kemendagri, count(*) AS known,
        list(rw || '/' || rt) AS numbers
    FROM rt_rw GROUP BY kelurahan_kode_kemendagri
)
SELECT f.family_id AS subject, e.known
FROM family f JOIN existing e USING (kelurahan_kode_kemendagri)
WHERE regexp_full_match(f.rt, '[0-9]{3}') AND f.rt <> '000'
    AND regexp_full_match(f.rw, '[0-9]{3}') AND f.rw <> '000'
    AND NOT list_contains(e.numbers, f.rw || '/' || f.rt)
""",
)
class RtRwUnknown:
    """The kelurahan's list of RT says which numbers exist; new ones come when an RT is divided.

    Bad: RT 014 in an RW that has four.
    Good: a pair that is on the list; or no list of this kelurahan at hand, then nothing is said.
    """


@plants(RtRwUnknown)
def swap_rt_and_rw(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk wrote the RW where the RT belongs."""
    family = draft.family(family_id)
    return _write(draft, family, rng, [(family["rw"], family["rt"])])


@plants(RtRwUnknown)
def number_too_high(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A digit was added to the RT, which that RW does not have."""
    family = draft.family(family_id)
    numbers = [(f"{number:03d}", family["rw"]) for number in range(11, 30)]
    return _write(draft, family, rng, numbers)


def _write(
    draft: Draft, family: Row, rng: Random, numbers: list[tuple[str, str]]
) -> Planted | None:
    here = {
        (row["rt"], row["rw"])
        for row in draft.tables["rt_rw"]
        if row["kelurahan_kode_kemendagri"] == family["kelurahan_kode_kemendagri"]
    }
    if (family["rt"], family["rw"]) not in here:
        return None
    wrong = [pair for pair in numbers if pair not in here]
    if not wrong:
        return None
    rt, rw = rng.choice(wrong)
    fields = tuple(c for c, value in (("rt", rt), ("rw", rw)) if family[c] != value)
    draft.change("family", family, rt=rt, rw=rw)
    return Planted("family", family["family_id"], fields)
