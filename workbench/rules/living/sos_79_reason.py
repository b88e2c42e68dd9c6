"""SOS-79: a proposal to remove has a standard reason."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule

#: The short words of SIKS-NG, beside the codes and sentences of the list of reasons.
_SHORT = "('MAMPU', 'MENINGGAL', 'PINDAH', 'TIDAK DITEMUKAN', 'GANDA')"


@row_rule(
    table="person",
    code="SOS-79",
    severity=Severity.TINGGI,
    title="Dinilai tidak layak, tetapi alasannya {what}",
    question="Apa alasan bakunya, dan apa buktinya? Tanpa itu usulan hapus dikembalikan.",
    documents=["Berita acara", "Bukti alasan"],
    why="Tanpa alasan berbukti, keluarga kehilangan bantuan dan tidak dapat menyanggah.",
    fields=["ineligibility_reason", "eligibility"],
    status="perlu_verval",
    follow_up=["kunjungan", "musyawarah"],
    basis=Basis(("E79",), "Bahan bimtek SIKS-NG: tidak layak wajib memilih alasan", "ya"),
    needs=["person.eligibility", "person.ineligibility_reason"],
    # What stands there may name a neighbour, so the sentence does not repeat it.
    evidence={
        "what": "CASE WHEN trim(ineligibility_reason) IN ('', '-') THEN 'kosong' "
        "ELSE 'di luar daftar alasan baku' END"
    },
    when="eligibility = 'tidak_layak' "
    "AND upper(trim(ineligibility_reason)) NOT IN (SELECT kode FROM reason) "
    "AND upper(trim(ineligibility_reason)) NOT IN (SELECT upper(alasan) FROM reason) "
    f"AND upper(trim(ineligibility_reason)) NOT IN {_SHORT}",
)
class StandardReason:
    """Mampu, meninggal, pindah, tidak ditemukan, ganda, or another reason with evidence.

    Bad: "kata tetangga sudah mampu", or nothing.
    Good: TL12 with the certificate of death.
    """


@plants(StandardReason)
def leave_reason_out(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The box was ticked and the list of reasons never opened."""
    return _write(draft, family_id, rng, "")


@plants(StandardReason)
def write_hearsay(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The clerk wrote what was said in the street."""
    words = ("KATA TETANGGA SUDAH MAMPU", "KATANYA PUNYA MOTOR BARU", "ANAKNYA SUDAH KERJA")
    return _write(draft, family_id, rng, rng.choice(words))


def _write(draft: Draft, family_id: str, rng: Random, reason: str) -> Planted | None:
    people = [row for row in draft.members(family_id) if row["eligibility"] in ("", "layak")]
    if not people:
        return None
    person = rng.choice(people)
    draft.change("person", person, eligibility="tidak_layak", ineligibility_reason=reason)
    return Planted("person", person["person_id"], ("ineligibility_reason", "eligibility"))
