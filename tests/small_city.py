"""A small invented city of named families, and what became of it a quarter later."""

from __future__ import annotations

from datetime import date

from workbench.domain.register import Draft

CIPARE, KASEMEN, SERANG = "36.73.01.1002", "36.73.02.1004", "36.73.01.1001"
MARCH, JUNE = date(2026, 3, 1), date(2026, 6, 1)


class City:
    """Families added one by one; ``serial`` (1 to 99) stands in their numbers."""

    def __init__(self, as_of=MARCH):
        self.draft = Draft({"workspace": "latihan", "as_of": as_of.isoformat()})
        self.as_of = as_of

    def family(self, serial, people, place=CIPARE, aid=(), ppks=(), **columns):
        """``people`` are (serial, name, shdk, sex, birth date) with further columns as a dict."""
        card = card_of(serial)
        found = self.draft.add(
            "family",
            {
                "family_id": self.draft.new_id("family"),
                "no_kk": card,
                "head_name": people[0][1] if people else "TANPA NAMA",
                "rt": "001",
                "rw": "002",
                "kelurahan_kode_kemendagri": place,
                "members_stated": len(people),
                "desil": 3,
                "desil_version": "2026-V1",
                "source_list": "dtsen",
                **columns,
            },
        )
        rows = {}
        for own, name, shdk, sex, born, *more in people:
            rows[own] = self.draft.add(
                "person",
                {
                    "person_id": self.draft.new_id("person"),
                    "family_id": found["family_id"],
                    "no_kk": card,
                    "nik": nik_of(own),
                    "name": name,
                    "shdk": shdk,
                    "sex": sex,
                    "birth_date": born,
                    **(more[0] if more else {}),
                },
            )
        for program, own in aid:
            self.draft.add(
                "aid",
                {
                    "aid_id": self.draft.new_id("aid"),
                    "family_id": found["family_id"],
                    "person_id": rows[own]["person_id"],
                    "nik": rows[own]["nik"],
                    "name": rows[own]["name"],
                    "program": program,
                    "status": "aktif",
                },
            )
        for category, own in ppks:
            self.draft.add(
                "ppks",
                {
                    "ppks_id": self.draft.new_id("ppks"),
                    "family_id": found["family_id"],
                    "person_id": rows[own]["person_id"],
                    "category": category,
                },
            )
        return found["family_id"]

    def register(self):
        return self.draft.to_register()


def card_of(serial):
    """An invented KK number."""
    return f"99730106071590{serial:02d}"


def nik_of(serial):
    """An invented NIK."""
    return f"99730105048100{serial:02d}"


def rusdi():
    """Father (head), mother (payee), a boy at school, and grandmother."""
    return [
        (1, "RUSDI CONTOH", "kepala_keluarga", "L", date(1981, 4, 5), {"marital_status": "kawin"}),
        (2, "SITI CONTOH", "istri", "P", date(1984, 2, 1), {"marital_status": "kawin"}),
        (3, "AGUS CONTOH", "anak", "L", date(2014, 7, 9), {"is_in_school": True}),
        (4, "MINAH CONTOH", "orang_tua", "P", date(1953, 1, 2)),
    ]


RUSDI_AID = (("PKH", 2), ("SEMBAKO", 2), ("PBIJK", 1), ("PBIJK", 2), ("PIP", 3))
