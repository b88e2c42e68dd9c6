"""PPK-81: the minimum service a person received is one for their category."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.category.rows import FITS, SERVICE_NAME, SERVICES, counts_for_spm, listed_once
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule

_KNOWN = ", ".join(f"'{code}'" for code in SERVICES)
_MISFIT = f"served_by || category NOT IN ({', '.join(repr(s + c) for s, c in sorted(FITS))})"
_NOT_NEGLECTED = "spm LIKE '%bila%' AND is_telantar = false"


@row_rule(
    table="ppks",
    code="PPK-81",
    severity=Severity.SEDANG,
    title="Tercatat dilayani untuk {service}, sedangkan {what}",
    question="Layanan apa yang sungguh diterima orang ini, dan apa hasil asesmennya?",
    documents=["Formulir asesmen", "Catatan layanan"],
    why="Terhitung pada layanan yang keliru, kebutuhan orang ini sendiri tampak sudah terpenuhi.",
    fields=["served_by", "category"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E48",), "Permensos 9/2018 tentang SPM bidang sosial", "sebagian"),
    needs=["ppks.served_by", "ppks.category"],
    evidence={
        "service": SERVICE_NAME,
        "what": f"CASE WHEN {_MISFIT} THEN 'kategorinya ' || CASE WHEN is_sensitive "
        "THEN 'lain' ELSE category_name END ELSE 'hasil asesmennya tidak telantar' END",
    },
    # An age outside the category's limits is PPK-40's question: the category is wrong there.
    when=f"category <> '' AND served_by IN ({_KNOWN}) AND ({_MISFIT} OR ({_NOT_NEGLECTED})) "
    "AND NOT coalesce(age_basis = 'regulasi' AND (age < age_min OR age > age_max), false)",
)
class ServiceOfKind:
    """Each of the five services of a city is for certain kinds, some only where neglected.

    Bad: an old man under the service for children; a disabled adult who is not neglected, counted
    among those who are.
    Good: a neglected child with a disability under the service for people with a disability.
    """


@plants(ServiceOfKind)
def tick_line_below(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The box of the next service was ticked."""
    rows = [row for row, _ in listed_once(draft, family_id, *(kind for _, kind in FITS))]
    rows = [row for row in rows if row["served_by"]]
    if not rows:
        return None
    row = rng.choice(rows)
    wrong = [code for code in SERVICES if (code, row["category"]) not in FITS]
    draft.change("ppks", row, served_by=rng.choice(wrong))
    return Planted("ppks", row["ppks_id"], ("served_by", "category", "category_text"))


@plants(ServiceOfKind)
def count_without_neglect(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Everybody with a disability was counted as served, whatever the assessment said."""
    listed = listed_once(draft, family_id, "PMKS04", "PMKS05", "PMKS09")
    rows = [row for row, _ in listed if not counts_for_spm(row) and row["assessed_on"]]
    if not rows:
        return None
    row = rng.choice(rows)
    service = "SPM2" if row["category"] == "PMKS04" else "SPM1"
    draft.change("ppks", row, served_by=service, is_telantar=False)
    return Planted("ppks", row["ppks_id"], ("served_by", "is_telantar"))
