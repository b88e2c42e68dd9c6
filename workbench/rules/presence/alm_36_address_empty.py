"""ALM-36: the address is empty or says nothing."""

from random import Random

from workbench.domain.register import Draft
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule

_SAYS_NOTHING = (
    *("SAMA", "SAMA DENGAN KTP", "SAMA DENGAN KK", "SAMA SEPERTI DI ATAS", "SAMA DENGAN DI ATAS"),
    *("SESUAI KTP", "SESUAI KK", "SESUAI KTP EL", "SESUAI KTP ELEKTRONIK", "SESUAI DOMISILI"),
    *("IDEM", "SDA", "S D A", "DITTO", "ALAMAT", "ALAMAT SAMA", "ALAMAT KTP", "ADA", "TIDAK ADA"),
    *("TIDAK TAHU", "BELUM ADA", "KOSONG", "NIHIL", "SERANG", "KOTA SERANG", "BANTEN", "0"),
)
_BETWEEN = "[^A-Z0-9]"
#: Nothing but one of these, whatever stands between the words.
_EMPTY = f"{_BETWEEN}*({'|'.join(_SAYS_NOTHING).replace(' ', f'{_BETWEEN}+')})?{_BETWEEN}*"


@row_rule(
    table="family",
    code="ALM-36",
    severity=Severity.SEDANG,
    title="Alamat {state}",
    question="Salin alamat dari KK, lalu tambahkan ciri lokasinya: gang, nomor, dekat apa?",
    documents=["KK"],
    why="Tanpa alamat, petugas dan surat pemberitahuan tidak sampai ke keluarga ini.",
    fields=["address"],
    status="layak",
    follow_up="perbaiki_data",
    basis=Basis(("E36",), "", "tidak"),
    needs=["family.address"],
    evidence={
        "state": "CASE WHEN NOT regexp_matches(upper(address), '[A-Z0-9]') THEN 'tidak diisi' "
        "ELSE 'tidak menunjukkan tempat mana pun' END"
    },
    when=f"regexp_full_match(upper(address), '{_EMPTY}')",
)
class AddressEmpty:
    """An address leads somebody to the door.

    Bad: nothing, a dash, or *sesuai KTP*.
    Good: a street, a kampung or an estate, however short.
    """


@plants(AddressEmpty)
def leave_empty(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The address was to follow, and never did."""
    return _write(draft, family_id, rng.choice(("", "-")))


@plants(AddressEmpty)
def refer_elsewhere(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """Somebody wrote where to look for the address instead of the address."""
    return _write(draft, family_id, rng.choice(("SAMA", "SESUAI KTP", "IDEM", "SDA")))


def _write(draft: Draft, family_id: str, address: str) -> Planted | None:
    family = draft.family(family_id)
    if len(family["address"]) < 4:
        return None
    draft.change("family", family, address=address)
    return Planted("family", family_id, ("address",))
