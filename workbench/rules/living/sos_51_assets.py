"""SOS-51: what is owned fits a low desil."""

from random import Random

from workbench.domain.register import Draft
from workbench.domain.words import number_id
from workbench.rules.declare import Basis, Planted, Severity, plants, row_rule
from workbench.rules.identity.slips import setting

_CAR = "list_contains(string_split(assets, ';'), 'mobil')"
_COOLING = "list_contains(string_split(assets, ';'), 'ac')"
_POWER = "coalesce(power_va >= getvariable('power_va_outstanding'), false)"


@row_rule(
    table="family",
    code="SOS-51",
    severity=Severity.SEDANG,
    title="Desil {desil} tetapi ada {what}",
    question="Milik siapa barang itu? Lihat STNK, meteran, atau surat lain.",
    documents=["STNK", "Rekening listrik", "Foto"],
    why="Bila bukan miliknya, keluarga ini tetap berhak; bila miliknya, desil perlu dimutakhirkan.",
    fields=["assets", "power_va", "desil"],
    status="perlu_verval",
    follow_up=["kunjungan", "musyawarah"],
    basis=Basis(
        ("E51",), "Panduan DTSEN desa tentang musyawarah; formulir pemutakhiran DTSEN 2026", "ya"
    ),
    needs=["family.desil", "family.assets"],
    evidence={
        "desil": "desil",
        "what": f"concat_ws(', ', CASE WHEN {_CAR} THEN 'mobil' END, "
        f"CASE WHEN {_COOLING} THEN 'AC' END, "
        f"CASE WHEN {_POWER} THEN 'daya ' || power_va || ' VA' END)",
    },
    when=f"desil BETWEEN 1 AND getvariable('low_desil_max') AND ({_CAR} OR {_COOLING} OR {_POWER})",
)
class AssetsAtLowDesil:
    """A car before the house of the poorest tenth asks whose it is, no more.

    Bad: desil 1 and a car, with nothing written about the owner.
    Good: desil 1 and a motorcycle that earns the family's living; desil 3 and a car.
    """


@plants(AssetsAtLowDesil)
def count_employers_car(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The enumerator counted what stood in the yard and asked nobody whose it was."""
    family = draft.family(family_id)
    owned = [word for word in family["assets"].split(";") if word]
    if not 1 <= (family["desil"] or 0) <= setting(draft, "low_desil_max"):
        return None
    what = rng.choice(("mobil", "ac"))
    draft.change("family", family, assets=";".join([what, *owned]))
    seen = "mobil di halaman" if what == "mobil" else "AC di ruang depan"
    note = f"Petugas melihat {seen}; pemiliknya belum jelas."
    return Planted("family", family_id, ("assets", "desil"), note=note)


@plants(AssetsAtLowDesil)
def read_landlords_meter(draft: Draft, family_id: str, rng: Random) -> Planted | None:
    """The enumerator read the meter of the big house in front."""
    family = draft.family(family_id)
    if not 1 <= (family["desil"] or 0) <= setting(draft, "low_desil_max"):
        return None
    power = max(2200, setting(draft, "power_va_outstanding"))
    if family["lighting"] != "pln_meteran" or (family["power_va"] or 0) >= power:
        return None
    draft.change("family", family, power_va=power)
    note = f"Meteran {number_id(power)} VA menempel di rumah depan; belum jelas dipakai siapa saja."
    return Planted("family", family_id, ("power_va", "desil"), note=note)
