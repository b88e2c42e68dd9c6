"""KEL-28: the stated number of members is not the number of rows."""

from random import Random

from workbench.domain.nik import is_number
from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule


@row_rule(
    table="family",
    code="KEL-28",
    severity=Severity.SEDANG,
    title="Tertulis {stated} anggota, sedangkan yang tercatat {rows} orang",
    question="Siapa saja yang tinggal dan makan di rumah ini? Cocokkan dengan KK.",
    documents=["KK"],
    why="Jumlah anggota menentukan besar bantuan dan ukuran kemiskinan keluarga ini.",
    fields=["members_stated"],
    status="layak",
    follow_up=["perbaiki_data", "kunjungan"],
    basis=Basis(("E28",), "", "tidak"),
    needs=["family.members_stated", "family.no_kk", "person.no_kk"],
    evidence={"stated": "members_stated", "rows": "member_rows"},
    when="usable AND member_rows > 0 AND members_stated <> member_rows",
)
class MemberCount:
    """The list says how many people a card has, and names them.

    Bad: five stated, four named.
    Good: the two agree. Somebody who works away may be counted or not: ask.
    """


@plants(MemberCount)
def count_of_another_year(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The number was kept from a year when somebody had moved out already, or not been born."""
    family = draft.family(family_id)
    rows = len(draft.members(family_id))
    if rows == 0 or family["members_stated"] != rows or not is_number(family["no_kk"]):
        return None
    wrong = [number for number in (rows - 1, rows + 1, rows + 2) if number > 0]
    draft.change("family", family, members_stated=rng.choice(wrong))
    return Planted("family", family_id, ("members_stated",))
