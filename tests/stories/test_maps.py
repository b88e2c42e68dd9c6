"""Staff look where the houses of a kelurahan stand; what they take along holds none of it."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import pytest
from playwright.sync_api import expect

from workbench.access import Actor, Role, Workspace
from workbench.domain.wilayah import kelurahan_by_code
from workbench.services import lists
from workbench.services.house_points import house_points

pytestmark = [pytest.mark.browser, pytest.mark.slow, pytest.mark.xdist_group("stories")]

STAFF = Actor("A-uji", "Uji", Role.STAF, Workspace.LATIHAN, ("36.73",))


def test_houses_are_seen_for_a_purpose_and_go_nowhere_else(visit, served, device):
    one = visit(served, device)
    page = one.page
    username = f"rumah_{device}"
    first = served.add_account(username, "Bu Sari", Role.STAF, Workspace.LATIHAN)
    one.sign_in(username, first)
    one.change_first_password(first, "pintu depan dinas")
    # Other stories bring lists of their own.
    city = next(one for one in lists.shelf(served.office, STAFF) if "karangan" in one.name)
    families = lists.open_list(served.office, STAFF, city.id).register["family"]
    codes = Counter(families["kelurahan_kode_kemendagri"].to_pylist())
    code = next(code for code, _ in codes.most_common() if code in kelurahan_by_code())
    name = kelurahan_by_code()[code].name
    houses = house_points(served.office, STAFF, city.id, code, "kunjungan").rows
    assert houses

    one.room("/peta")
    drawn = page.frame_locator("iframe.vv-map")
    choice = page.get_by_label("Daftar", exact=True)
    choice.select_option(choice.locator("option", has_text=city.name).first.inner_text())
    expect(drawn.get_by_text(f"Sumber: {city.name}")).to_be_visible(timeout=60_000)
    points = drawn.locator(".titik-rumah")
    find = drawn.get_by_role("combobox", name="Cari kelurahan")
    expect(drawn.locator("path.leaflet-interactive")).to_have_count(67, timeout=60_000)
    find.fill(name)
    find.press("Enter")
    card = drawn.locator("#kartu")
    show = card.get_by_role("button", name="Tampilkan titik rumah")
    expect(show).to_be_disabled()
    card.get_by_label("Titik rumah").select_option("kunjungan")
    show.click()
    expect(points).to_have_count(len(houses))
    bar = drawn.get_by_role("region", name="Titik rumah")
    expect(bar).to_contain_text("tercatat di jejak")
    one.looks_right("peta-rumah")
    drawn.get_by_role("button", name="Hapus titik").click()
    expect(points).to_have_count(0)

    # Another kelurahan takes them away too.
    card.get_by_label("Titik rumah").select_option("periksa")
    show.click()
    expect(points).to_have_count(len(houses))
    page.get_by_label("Berkas", exact=True).select_option("Peta lengkap dalam satu berkas (HTML)")
    with page.expect_download() as loading:
        one.press("Unduh")
    saved = Path(loading.value.path()).read_text("utf-8")
    for house in houses:
        assert str(house.lat) not in saved
        assert str(house.lon) not in saved
    find.fill("Sawah Luhur" if name != "Sawah Luhur" else "Unyur")
    find.press("Enter")
    expect(points).to_have_count(0)
    expect(bar).to_have_count(0)

    # What this person may set for the whole office.
    one.press("Pengaturan peta")
    one.sees("verval maps install BERKAS")
    one.looks_right("peta-pengaturan")
