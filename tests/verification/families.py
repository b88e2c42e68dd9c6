"""Small families in good order, to be changed by a test."""

from datetime import date

CIPARE, KASEMEN = "36.73.01.1002", "36.73.02.1004"


def add_family(draft, kk, called, place=CIPARE, **cells):
    """Two adults whose house nobody described; their numbers end like the card's. Returns its id.

    ``called`` follows their names, ``cells`` are the family's own.
    """
    family_id = draft.new_id("family")
    draft.add(
        "family",
        {
            "family_id": family_id,
            "no_kk": kk,
            "head_name": f"RUDI {called}",
            "address": "JL. CONTOH 1",
            "rt": "001",
            "rw": "001",
            "kelurahan_kode_kemendagri": place,
            "source_list": "dtsen",
            "desil": 2,
            **cells,
        },
    )
    for name, sex, shdk, day in (
        ("RUDI", "L", "kepala_keluarga", "010180"),
        ("SITI", "P", "istri", "410182"),
    ):
        draft.add(
            "person",
            {
                "person_id": draft.new_id("person"),
                "family_id": family_id,
                "nik": f"997301{day}{kk[-4:]}",
                "no_kk": cells.get("no_kk", kk),
                "name": f"{name} {called}",
                "sex": sex,
                "shdk": shdk,
                "marital_status": "kawin",
                "birth_date": date(1980 if sex == "L" else 1982, 1, 1),
            },
        )
    return family_id
