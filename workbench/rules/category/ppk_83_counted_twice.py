"""PPK-83: a person is counted once a service and year."""

from random import Random

from workbench.domain.register import Draft, Row
from workbench.rules.category.rows import (
    COUNTS,
    FITS,
    KIND_SERVICE,
    category_name,
    counts_for_spm,
    listed_once,
)
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule

#: Kinds of one service that one person may well bear at once.
_BESIDE = {"PMKS11": "PMKS12", "PMKS12": "PMKS11"}


@table_rule(
    table="ppks",
    code="PPK-83",
    severity=Severity.SEDANG,
    title="Satu orang terhitung dua kali untuk layanan SPM yang sama pada tahun {year}",
    question="Baris mana yang dipakai? Satu orang dihitung sekali untuk satu layanan.",
    documents=["Formulir asesmen", "Catatan layanan"],
    why="Terhitung dua kali, orang ini tampak dilayani dua kali dan orang lain tertutup olehnya.",
    fields=["category", "year"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E48",), "Permensos 9/2018 tentang SPM bidang sosial", "sebagian"),
    needs=["ppks.category", "ppks.year", "ppks.assessed_on"],
    evidence=["year"],
    # Without an assessment it is PPK-48's question; two kinds of ages that never meet are
    # PPK-43's; victims of disasters are counted by event (PPK-85).
    select=f"""
        WITH counted AS (
            SELECT ppks_id, year, age_min, age_max,
                coalesce(nullif(person_id, ''), nullif(nik, '')) AS who,
                CASE WHEN served_by NOT IN ('', '-', '0') THEN served_by
                    ELSE {KIND_SERVICE} END AS service
            FROM ppks WHERE assessed_on IS NOT NULL AND {COUNTS}
        )
        SELECT DISTINCT b.ppks_id AS subject, CAST(b.year AS VARCHAR) AS year
        FROM counted a JOIN counted b USING (who, year, service)
        WHERE a.ppks_id < b.ppks_id AND service <> 'SPM5'
            AND NOT coalesce(a.age_max < b.age_min OR b.age_max < a.age_min, false)
    """,
)
class OncePerService:
    """Gelandangan and Pengemis are two kinds and one service; a person counts once in it.

    Bad: the same old woman on two lines of one year; a man under both Gelandangan and Pengemis.
    Good: Lanjut Usia Telantar and Penyandang Disabilitas, two services; the same kind next year.
    """


@plants(OncePerService)
def join_two_lists(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The companion's list and the kelurahan's were joined, and she stands on both."""
    counted = [kind for service, kind in FITS if service != "SPM5"]
    rows = [row for row, _ in listed_once(draft, family_id, *counted)]
    rows = [row for row in rows if row["assessed_on"] and counts_for_spm(row)]
    if not rows:
        return None
    return _again(draft, rng.choice(rows), {})


@plants(OncePerService)
def list_under_both_names(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """For "gepeng" the clerk wrote one line as Gelandangan and one as Pengemis."""
    rows = [row for row, _ in listed_once(draft, family_id, *_BESIDE) if row["assessed_on"]]
    if not rows:
        return None
    row = rng.choice(rows)
    other = _BESIDE[row["category"]]
    return _again(draft, row, {"category": other, "category_text": category_name(other)})


def _again(draft: Draft, row: Row, cells: dict[str, str]) -> Planted:
    added = draft.add("ppks", {**row, **cells, "ppks_id": draft.new_id("ppks")})
    return Planted("ppks", added["ppks_id"], ("category", "year", f"{row['ppks_id']}.category"))
