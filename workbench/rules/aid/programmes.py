"""Programmes that rules speak of by name."""

#: Aid of the pandemic and of two price rises, over since 2022 at the latest.
ENDED = ("BST", "BPNTPPKM", "BLTBBM", "BPUM", "BLTMINYAK")
#: Paid to the family in the name of one payee, the pengurus.
ONE_PAYEE = ("PKH", "SEMBAKO", "BERAS", "BLTDD", "BLTKESRA")

#: Active aid of families with the days it is for; without a period it is taken for today's.
PAID = """
            SELECT aid_id, family_place, program,
                coalesce(period_start, getvariable('as_of')) AS first_day,
                coalesce(period_end, getvariable('as_of')) AS last_day
            FROM aid WHERE is_active AND family_place IS NOT NULL
                AND NOT coalesce(is_emergency, false)
        """
#: Place of a source, the state's purse first; null for an unknown one.
PURSE = """list_position(['apbn', 'apbd_provinsi', 'apbd_kabkota', 'desa', 'csr', 'lain'],
                    source)"""


def sql_list(codes: tuple[str, ...]) -> str:
    """Codes as an SQL list in brackets, for IN."""
    return "(" + ", ".join(f"'{code}'" for code in codes) + ")"
