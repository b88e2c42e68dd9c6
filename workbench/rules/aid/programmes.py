"""Programmes that rules speak of by name."""

#: Aid of the pandemic and of two price rises, over since 2022 at the latest.
ENDED = ("BST", "BPNTPPKM", "BLTBBM", "BPUM", "BLTMINYAK")
#: Paid to the family in the name of one payee, the pengurus.
ONE_PAYEE = ("PKH", "SEMBAKO", "BERAS", "BLTDD", "BLTKESRA")


def sql_list(codes: tuple[str, ...]) -> str:
    """Codes as an SQL list in brackets, for IN."""
    return "(" + ", ".join(f"'{code}'" for code in codes) + ")"
