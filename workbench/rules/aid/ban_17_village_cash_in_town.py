"""BAN-17: BLT Dana Desa is paid by a desa, and a kelurahan has none."""

from random import Random

from workbench.domain.register import Draft
from workbench.domain.wilayah import kelurahan, kelurahan_by_code
from workbench.rules.aid.payees import active, add_aid, adult_payee, this_month
from workbench.rules.aid.programmes import PAID
from workbench.rules.declare import Basis, Planted, Severity, plants, table_rule


@table_rule(
    table="aid",
    code="BAN-17",
    severity=Severity.SEDANG,
    title="Tercatat menerima BLT Dana Desa, tetapi tinggal di kelurahan",
    question="Dari desa mana BLT itu, dan sejak kapan keluarga ini tinggal di kelurahan?",
    documents=["Daftar penerima BLT Dana Desa", "Surat pindah datang"],
    why="Dana Desa hanya ada di desa; bisa jadi keluarga baru pindah, atau kode wilayahnya keliru.",
    fields=["program"],
    status="perlu_verval",
    follow_up=["kunjungan", "perbaiki_data"],
    basis=Basis(("E61",), "Katalog program 2025-2026: BLT Dana Desa dibayar pemerintah desa", "ya"),
    needs=["aid.program", "family.kelurahan_kode_kemendagri"],
    # With PKH that year it is BAN-61's question, with Sembako BAN-05's. Years ago is history.
    select=f"""
        WITH paid AS ({PAID})
        SELECT a.aid_id AS subject FROM paid a
        JOIN family f ON f.place = a.family_place
        JOIN kelurahan k ON k.kode = f.kelurahan_kode_kemendagri
        WHERE a.program = 'BLTDD' AND NOT k.is_desa
            AND a.last_day >= getvariable('as_of') - INTERVAL 1 YEAR
            AND NOT EXISTS (SELECT 1 FROM paid b WHERE b.family_place = a.family_place
                AND (b.program = 'PKH' AND year(b.first_day) = year(a.first_day)
                    OR b.program = 'SEMBAKO'
                    AND a.first_day <= b.last_day AND b.first_day <= a.last_day))
    """,
    taught=False,
)
class VillageCashInTown:
    """Who moves from a desa to a kelurahan leaves its list; the money may come for a while yet.

    Bad: BLT Dana Desa of this year in a family of a kelurahan.
    Good: the same in a desa; BLT of two years ago in a family that has moved since.
    """


def stay_on_village_list(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The family moved from a desa of the regency to town and stayed on the desa's list."""
    payee = adult_payee(draft, family_id)
    home = kelurahan_by_code().get(draft.family(family_id)["kelurahan_kode_kemendagri"])
    if payee is None or home is None or home.is_desa or active(draft, family_id):
        return None
    row = add_aid(
        draft, payee, "BLTDD", source="desa", period=this_month(draft), account="", account_name=""
    )
    note = "Keluarga berkata masih terdaftar sebagai penerima BLT di desa asalnya."
    return Planted("aid", row["aid_id"], ("program", "source"), note=note)


# Where no place is a desa the mistakes of BAN-05 and BAN-61 show village cash well enough.
if any(place.is_desa for place in kelurahan()):
    plants(VillageCashInTown)(stay_on_village_list)
