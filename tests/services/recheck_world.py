"""A list of invented families, visited by two officers, from which second checks are drawn."""

from __future__ import annotations

from datetime import date

from workbench.access import Actor, Role, Workspace
from workbench.services import accounts, fieldwork, imports, rechecks, samples, shelves
from workbench.store import clock
from workbench.verification.fieldwork.lives import finding_key
from workbench.verification.fieldwork.outcomes import Outcome

HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"
CIPARE, KASEMEN = "36.73.01.1002", "36.73.02.1001"
HEAD = Actor("A-kepala", "Kepala data", Role.STAF, Workspace.NYATA, ("36.73",))
#: Stands in the first outcome of every family and nowhere else.
SECRET = "RAHASIA-KUNJUNGAN-PERTAMA"
SECOND_SECRET = "RAHASIA-KUNJUNGAN-KEDUA"


def row(serial, place="CIPARE;SERANG"):
    """A man by his number and a woman by the letter beside it, which a rule finds."""
    return (
        f"3673010504819{serial:03d};3673010607159{serial:03d};RUSDI {serial};P;"
        f"05/04/1981;KEPALA KELUARGA;JL. CONTOH {serial};001;002;{place}"
    )


def put_list(office, tmp_path, rows, name="Maret", as_of=date(2026, 3, 1)):
    path = tmp_path / f"{name}.csv"
    path.write_text("\n".join((HEADER, *rows, "")), encoding="utf-8")
    list_id = imports.bring_in(office, HEAD, path, name, as_of=as_of).id
    fieldwork.advance(office, HEAD, list_id)
    return list_id


def add_officer(office, username, areas=("36.73",)):
    admin = accounts.machine_operator(Workspace.NYATA)
    accounts.add_account(office, admin, username, username, Role.STAF, areas)
    (found,) = [one for one in accounts.list_accounts(office, admin) if one.username == username]
    return Actor(found.id, found.name, found.role, Workspace.NYATA, found.areas)


def outcome(office, list_id, family_id, answer="benar", note="", **family):
    """What a visit to a family brings back, every question answered."""
    opened = shelves.open_list(office, HEAD, list_id)
    people = [
        one["person_id"]
        for one in opened.register["person"].to_pylist()
        if one["family_id"] == family_id
    ]
    keys = [
        finding_key(one["rule"], one["subject_kind"], one["subject"])
        for one in opened.findings.table.to_pylist()
        if one["family_id"] == family_id
    ]
    return Outcome(
        {
            "visited_on": clock.today().isoformat(),
            "visit_number": "1",
            "presence": "KB1",
            "domicile": "DM1",
            "eligibility": "LY1",
            "proposal": "PERBAIKI",
            **({"note": note} if note else {}),
            **family,
        },
        {person: {"member_presence": "KB1", "civil_match": "PD1"} for person in people},
        {key: {"answer": answer} for key in keys},
    )


def families_of(office, list_id):
    return shelves.open_list(office, HEAD, list_id).register["family"]["family_id"].to_pylist()


def visit_all(office, list_id, officers, families=None):
    """Every family visited once, the officers in turn."""
    for nth, family_id in enumerate(families or families_of(office, list_id)):
        officer = officers[nth % len(officers)]
        said = outcome(office, list_id, family_id, note=SECRET)
        fieldwork.record_outcome(office, officer, list_id, family_id, said)


def check_all(office, sample_id, answer=lambda family_id: "benar"):
    """Every second checker visits, sends and closes what is theirs."""
    for check in rechecks.kept.list_checks(office.real, sample_id):
        second = Actor(check.second, "Kedua", Role.STAF, Workspace.NYATA, ("36.73",))
        said = outcome(
            office, check.list_id, check.family_id, answer(check.family_id), SECOND_SECRET
        )
        rechecks.record_second(office, second, sample_id, check.family_id, said)
        rechecks.close_second(office, second, sample_id, check.family_id)


def draw_all(office, list_id, seed=7):
    """A sample of every family that was visited: an estimate so strict that none is left out."""
    order = samples.Order("taksiran", margin=0.001)
    return samples.draw_sample(office, HEAD, list_id, order, seed)
