"""BAN-71: the NIK on a payment list cannot be one."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.rules.aid.payees import active
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import replace_at


@row_rule(
    table="aid",
    code="BAN-71",
    severity=Severity.TINGGI,
    title="NIK penerima pada daftar bantuan perlu disalin ulang: {what}",
    question="Salin ulang NIK dari KTP-el: angka mana yang kurang, lebih, atau tertukar?",
    documents=["KTP-el", "KKS"],
    why="NIK yang rusak pada daftar bantuan membuat penyaluran keluarga ini tertahan.",
    fields=["nik"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(
        ("S07", "S09", "S11"), "Kelas galat SIKS-NG menurut berita Jawa Timur 2021", "sekunder"
    ),
    needs=["aid.nik"],
    evidence={
        "what": """program_name || ', ' || CASE
            WHEN regexp_matches(nik, '[A-Za-z]') THEN 'memuat huruf'
            WHEN nik_number IS NULL THEN 'bukan 16 angka'
            ELSE 'memuat tanggal yang tidak ada atau tampak seperti isian sementara' END""",
    },
    # Where the row was tied to a person all the same, that person's NIK is asked about.
    when="""NOT listed AND NOT nik_is_sound AND regexp_matches(nik, '[1-9]')
        AND status NOT IN ('nonaktif', 'graduasi') AND NOT coalesce(is_emergency, false)""",
)
class BrokenNik:
    """Payment lists are typed by others than the register, with slips of their own.

    Bad: fifteen digits on the PKH list, or a month 31 on the Sembako list.
    Good: sixteen digits with a date; nothing at all; a row that was tied to its person.
    """


@plants(BrokenNik)
def drop_digit(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """A digit was skipped when the payment list was typed."""
    rows = _paid(draft, family_id)
    if not rows:
        return None
    row, place = rng.choice(rows), rng.randrange(2, 16)
    return _write(draft, row, row["nik"][:place] + row["nik"][place + 1 :])


@plants(BrokenNik)
def month_that_is_none(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The month in the number was mistyped on the payment list."""
    rows = _paid(draft, family_id)
    if not rows:
        return None
    row = rng.choice(rows)
    return _write(draft, row, replace_at(row["nik"], 8, rng.choice(("13", "20", "31"))))


def _paid(draft: Draft, family_id: str) -> list[Row]:
    return [
        row for row in active(draft, family_id) if len(row["nik"]) == 16 and not row["is_emergency"]
    ]


def _write(draft: Draft, row: Row, number: str) -> Planted:
    draft.change("aid", row, nik=number, person_id="")
    return Planted("aid", row["aid_id"], ("nik",))
