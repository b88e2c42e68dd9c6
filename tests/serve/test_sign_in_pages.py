"""Joining, coming back, accounts, passwords, signing out and a refresher's link."""

from __future__ import annotations

import re

import pytest

from tests.serve.conftest import PASSWORD, REFRESHER

JOIN = {
    "cara": "gabung",
    "nama": "Ani Contoh",
    "peran": "operator",
    "wilayah": "36.73.01.1001",
    "kode_kelas": "kuda77",
}


def _form(page: str) -> str:
    return re.search(r'name="formulir" value="([^"]+)"', page)[1]


# --- joining


def test_joining_gives_a_session_and_a_code_to_write_down(server):
    client = server.client()
    form = _form(client.get("/masuk").text)
    answer = server.post(client, "/masuk", formulir=form, **JOIN)
    assert (answer.status_code, answer.headers["location"]) == (303, "/kode")
    cookie = answer.headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=Lax" in cookie
    assert "Path=/" in cookie
    page = client.get("/kode").text
    code = next(code for code, actor in server.classes.seats.items() if actor.name == JOIN["nama"])
    assert code in page
    assert "Catat kode ini" in page


def test_the_code_of_the_class_may_come_with_the_address(server):
    page = server.client().get("/masuk", params={"kode": 'KU"><script>'}).text
    assert 'value="KU&#34;&gt;&lt;script&gt;"' in page


def test_a_form_sent_twice_takes_one_seat(server):
    first, again = server.client(), server.client()
    form = _form(first.get("/masuk").text)
    before = len(server.classes.seats)
    for client in (first, again):
        assert server.post(client, "/masuk", formulir=form, **JOIN).status_code == 303
    assert len(server.classes.seats) == before + 1
    assert first.get("/kode").text.count("KMBL") == again.get("/kode").text.count("KMBL") > 0


def test_the_same_form_with_another_name_is_another_person(server):
    client = server.client()
    form = _form(client.get("/masuk").text)
    before = len(server.classes.seats)
    server.post(client, "/masuk", formulir=form, **JOIN)
    server.post(server.client(), "/masuk", formulir=form, **{**JOIN, "nama": "Badu Contoh"})
    assert len(server.classes.seats) == before + 2


@pytest.mark.parametrize(
    ("field", "value", "sentence"),
    [
        ("nama", "   ", "Isi nama Anda."),
        ("peran", "presiden", "Pilih peran Anda."),
        ("wilayah", "36.73.99.1001", "Pilih wilayah tugas Anda"),
        ("kode_kelas", "", "Isi kode kelas."),
        ("kode_kelas", "SALAH1", "Kode kelas tidak dikenal."),
    ],
)
def test_a_fault_is_said_on_the_same_page_with_the_fields_kept(server, field, value, sentence):
    client = server.client()
    sent = {**JOIN, "nama": "Cici <b>Contoh</b>", field: value}
    answer = server.post(client, "/masuk", **sent)
    assert answer.status_code == 400
    assert sentence in answer.text
    assert server.cookie not in client.cookies
    if field != "nama":
        assert 'value="Cici &lt;b&gt;Contoh&lt;/b&gt;"' in answer.text
    if field != "wilayah":
        assert '<option value="36.73.01.1001" selected>' in answer.text
    assert "<b>Contoh" not in answer.text


def test_every_kelurahan_kecamatan_and_the_city_can_be_chosen(server):
    page = server.client().get("/masuk").text
    assert len(re.findall(r'<option value="36\.73\.\d\d\.\d{4}"', page)) == 67
    assert len(re.findall(r'<option value="36\.73\.\d\d"', page)) == 6
    assert len(re.findall(r'<option value="36\.73"', page)) == 1


def test_a_return_code_leads_back_and_a_name_does_not(server):
    client = server.client()
    server.post(client, "/masuk", **{**JOIN, "nama": "Dodi Contoh"})
    code = next(code for code, who in server.classes.seats.items() if who.name == "Dodi Contoh")
    other = server.client()
    assert server.post(other, "/masuk", cara="kembali", kode_kembali="Dodi").status_code == 400
    answer = server.post(other, "/masuk", cara="kembali", kode_kembali=code)
    assert answer.headers["location"] == "/latihan"


# --- accounts


def test_a_trainer_signs_in_and_comes_to_the_room_asked_for(server):
    client = server.client()
    fields = {"cara": "akun", "akun": "pelatih", "kata_sandi": PASSWORD}
    answer = server.post(client, "/masuk?next=/kelas", **fields)
    assert (answer.status_code, answer.headers["location"]) == (303, "/kelas")


def test_the_sixth_wrong_password_has_to_wait_and_the_right_one_too(server):
    client = server.client()
    wrong = {"cara": "akun", "akun": "pelatih", "kata_sandi": "keliru"}
    for _ in range(5):
        answer = server.post(client, "/masuk", **wrong)
        assert answer.status_code == 401
        assert "kata sandi keliru" in answer.text
    for fields in (wrong, {**wrong, "kata_sandi": PASSWORD}):
        answer = server.post(client, "/masuk", **fields)
        assert answer.status_code == 429
        assert "Terlalu banyak percobaan" in answer.text
        assert int(answer.headers["retry-after"]) > 0


def test_an_incomplete_form_is_no_guess(server):
    client = server.client()
    for _ in range(8):
        assert server.post(client, "/masuk", **{**JOIN, "nama": ""}).status_code == 400


def test_a_password_is_never_sent_back(server):
    fields = {"cara": "akun", "akun": "pelatih", "kata_sandi": "rahasia-sekali"}
    assert "rahasia-sekali" not in server.post(server.client(), "/masuk", **fields).text


@pytest.mark.usefixtures("rooms_without_kernels")
def test_the_first_password_must_be_changed_before_anything_else(server):
    server.accounts.must_change.add("P1")
    client = server.client()
    fields = {"cara": "akun", "akun": "pelatih", "kata_sandi": PASSWORD}
    assert server.post(client, "/masuk", **fields).headers["location"] == "/sandi"
    assert client.get("/kelas").headers["location"] == "/sandi"
    assert "kata sandi pertama" in client.get("/sandi").text
    new = {"sandi_lama": PASSWORD, "sandi_baru": "pendek", "sandi_ulang": "pendek"}
    assert "terlalu pendek" in server.post(client, "/sandi", **new).text
    new["sandi_baru"] = "cukup panjang"
    assert "tidak sama di kedua isian" in server.post(client, "/sandi", **new).text
    new["sandi_ulang"] = "cukup panjang"
    assert server.post(client, "/sandi", **new).headers["location"] == "/beranda"
    assert client.get("/kelas").status_code == 200


def test_a_trainee_has_no_password_to_change(server):
    assert server.client("siti").get("/sandi").status_code == 403


@pytest.mark.usefixtures("rooms_without_kernels")
def test_signing_out_ends_the_session_itself_not_only_the_cookie(server):
    client = server.client("siti")
    token = client.cookies[server.cookie]
    assert client.get("/latihan").status_code == 200
    assert server.post(client, "/keluar").headers["location"] == "/masuk"
    client.cookies.set(server.cookie, token)
    assert client.get("/latihan").status_code == 302


def test_signing_out_by_a_mere_link_only_asks(server):
    client = server.client("siti")
    assert "Keluar?" in client.get("/keluar").text
    assert client.get("/kode").headers["location"] == "/beranda"


@pytest.mark.parametrize("path", ["/masuk", "/keluar", "/sandi"])
def test_a_form_from_another_page_is_refused(server, path):
    client = server.client("pelatih")
    answer = client.post(path, data={"cara": "akun", "akun": "pelatih", "kata_sandi": PASSWORD})
    assert answer.status_code == 403
    assert "Muat ulang halaman" in answer.text
    other = client.post(path, headers={"Origin": "http://jahat.example"})
    assert other.status_code in (403, 404)


# --- a refresher


def test_a_link_asks_before_it_makes_a_seat(server):
    client = server.client()
    page = client.get("/segarkan", params={"tugas": REFRESHER})
    assert page.status_code == 200
    assert f">{REFRESHER}</textarea>" in page.text
    assert not server.app.course_service.opened


def test_a_link_that_works_leads_to_the_cases(server):
    client = server.client()
    client.get("/segarkan", params={"tugas": REFRESHER})
    answer = server.post(client, "/segarkan", tugas=f" {REFRESHER}\n")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/latihan"
    assert server.app.course_service.opened[-1] == REFRESHER
    assert client.get("/beranda").status_code != 302


def test_a_broken_link_is_said_and_drawn_as_text(server):
    client = server.client()
    answer = server.post(client, "/segarkan", tugas="</textarea><b>x</b>")
    assert answer.status_code == 400
    assert "Tautan penyegaran ini rusak" in answer.text
    assert "<b>x</b>" not in answer.text
