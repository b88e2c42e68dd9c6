"""The tab Bandingkan: who entered and left between two periods, and what became of findings."""

from __future__ import annotations

from datetime import date

import pytest

from tests.screens import faults
from workbench.access import Actor, Role, Workspace
from workbench.services import lists

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("stories")]

CLERK = Actor("staf_banding", "Staf", Role.STAF, Workspace.NYATA, ("36.73",))
HEAD = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;DESA/KELURAHAN;KECAMATAN"
STAYS = (
    "3673010504819101;3673010607159101;RUSDI CONTOH;L;05/04/1981;KEPALA KELUARGA;-;CIPARE;SERANG"
)
WIFE = "3673016309849102;3673010607159101;NENG CONTOH;{};23/09/1984;ISTRI;-;CIPARE;SERANG"
LEAVES = "3673010504709103;3673010607159102;<b>EKO</b>;L;05/04/1970;KEPALA KELUARGA;-;CIPARE;SERANG"
ENTERS = "3673010504609104;3673010607159103;DIDI CONTOH;L;05/04/1960;KEPALA KELUARGA;-;UNYUR;SERANG"


def test_two_periods_are_compared_to_the_row(visit, served, device, tmp_path):
    for month, name, rows in (
        (3, "Maret", (STAYS, WIFE.format("L"), LEAVES)),
        (4, "April", (STAYS, WIFE.format("P"), ENTERS)),
    ):
        path = tmp_path / f"{name} {device}.csv"
        path.write_text("\n".join((HEAD, *rows, f";;{device};;;;;;")), encoding="utf-8")
        lists.bring_in(served.office, CLERK, path, f"{name} {device}", as_of=date(2026, month, 1))
    username = f"banding_{device}"
    first = served.add_account(username, "Bu Rini Contoh", Role.STAF, Workspace.NYATA)
    one = visit(served, device)
    page = one.page
    one.sign_in(username, first)
    one.change_first_password(first, "sandi-baru-yang-panjang")
    one.room("/daftar")
    page.get_by_role("tab", name="Bandingkan").click()
    page.get_by_role("button", name="Bandingkan", exact=True).click()
    one.sees("Unduh perbandingan", timeout=60_000)
    one.looks_right("banding")
    assert faults(page) == []
    with page.expect_download() as waiting:
        one.press("Unduh perbandingan (XLSX)")
    assert waiting.value.suggested_filename.endswith(".xlsx")
