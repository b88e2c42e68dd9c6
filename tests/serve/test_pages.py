"""Signing in and out, and which addresses answer whom; no kernel is started here."""

from __future__ import annotations

import re

import pytest

from tests.serve.conftest import REFRESHER
from workbench.serve.doors import DOORS
from workbench.serve.pages import RoomPage

ROLES = {"siti": "peserta", "pelatih": "pelatih", "staf": "staf", "admin": "admin"}
ALLOWED = {
    "siti": {"beranda", "latihan", "singkat"},
    "pelatih": {"beranda", "latihan", "singkat", "kelas", "peta", "aturan"},
    "staf": {"beranda", "daftar", "padanan", "peta", "aturan"},
    "admin": {"beranda", "kelas", "daftar", "padanan", "peta", "aturan"},
}
KERNEL = "0f9d0f3e-6c43-4f3e-9a55-0a4b1f1f6a11"
JOIN = {
    "cara": "gabung",
    "nama": "Ani Contoh",
    "peran": "operator",
    "wilayah": "36.73.01.1001",
    "kode_kelas": "kuda77",
}
PASSWORD = "sandi-yang-benar"


@pytest.fixture
def rooms_without_kernels(monkeypatch):
    async def send(page):
        await page.finish("<p>ruang terbuka</p>")

    monkeypatch.setattr(RoomPage, "_send_room", send)


def _form(page: str) -> str:
    return re.search(r'name="formulir" value="([^"]+)"', page)[1]


# --- who gets where


@pytest.mark.parametrize("room", DOORS)
def test_a_stranger_is_sent_to_sign_in_and_then_back(server, room):
    answer = server.client().get(f"/{room}")
    assert answer.status_code == 302
    assert answer.headers["location"] == f"/masuk?next=%2F{room}"


@pytest.mark.usefixtures("rooms_without_kernels")
@pytest.mark.parametrize("room", DOORS)
@pytest.mark.parametrize("who", ROLES)
def test_roles_decide_which_room_opens(server, who, room):
    answer = server.client(who).get(f"/{room}")
    if room in ALLOWED[who]:
        assert answer.status_code == 200
        assert answer.text.endswith("<p>ruang terbuka</p>")
    else:
        assert answer.status_code == 403
        assert f"Ruang {DOORS[room].title} hanya untuk" in answer.text


def test_the_front_door_leads_home(server):
    assert server.client("siti").get("/").headers["location"] == "/beranda"


@pytest.mark.parametrize(
    "path",
    [
        "/voila/render/latihan.ipynb",
        "/voila/render/kelas.ipynb",
        "/voila/tree",
        "/voila/tree/",
        "/voila/api/contents",
        "/voila/api/contents/latihan.ipynb",
        "/voila/files/latihan.ipynb",
        "/voila/files/gambar.png",
        "/voila/templates/lab/static/voila.js",
        "/voila/api/themes/x",
        f"/voila/query/{KERNEL}",
        f"/voila/execution/{KERNEL}",
        "/latihan.ipynb",
        "/latihan/",
        "/login",
        "/logout",
        "/lab",
        "/tree",
        "/files/latihan.ipynb",
        "/api",
        "/api/me",
        "/api/kernels",
        "/api/kernelspecs",
        "/api/contents",
        "/api/sessions",
        "/api/terminals",
        "/terminals/1",
        "/metrics",
        "/.kunci-server",
    ],
)
@pytest.mark.parametrize("who", ["", "siti", "pelatih", "staf"])
def test_nothing_else_of_jupyter_answers(server, who, path):
    answer = server.client(who).get(path)
    assert answer.status_code == 404
    assert "Halaman ini tidak ada" in answer.text
    assert "ipynb" not in answer.text


def test_kernels_cannot_be_started_by_a_request(server):
    client = server.client("pelatih")
    assert server.post(client, "/api/kernels").status_code == 404
    with pytest.raises(Exception, match="Hanya server"):
        server.on_loop(lambda: server.app.kernels.start_kernel(kernel_name="python3"))


@pytest.mark.parametrize(
    "options",
    [
        {"cookies": {"verval-127-0-0-1": "l." + "x" * 43}},
        {"params": {"token": "l." + "x" * 43, "user": "pelatih"}},
        {"headers": {"Authorization": "token l." + "x" * 43}},
        {"headers": {"X-User": "pelatih", "Remote-User": "P1", "X-Forwarded-User": "P1"}},
    ],
)
def test_no_forged_cookie_query_or_header_makes_somebody(server, options):
    with server.client(**options) as client:
        client.cookies.set(server.cookie, "l." + "x" * 43)
        assert client.get("/beranda").headers["location"].startswith("/masuk")


@pytest.mark.usefixtures("rooms_without_kernels")
def test_a_trainee_who_claims_to_be_the_trainer_stays_a_trainee(server):
    client = server.client("siti", headers={"X-User": "pelatih", "Authorization": "token P1"})
    assert client.get("/kelas", params={"user": "pelatih", "role": "pelatih"}).status_code == 403


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


# --- real data


@pytest.mark.parametrize("path", ["/beranda", "/daftar", "/peta", "/keluar", "/masuk"])
def test_a_real_session_seen_from_elsewhere_is_refused_everywhere(server, path):
    client = server.client("staf", headers={"X-Forwarded-For": "192.168.1.9"})
    answer = client.get(path)
    assert answer.status_code == 403
    assert "Data nyata hanya dapat dibuka di komputer ini" in answer.text
    assert f"http://localhost:{server.url.rpartition(':')[2]} di komputer itu" in answer.text


def test_staff_cannot_sign_in_from_elsewhere_and_no_session_is_left(server):
    client = server.client(headers={"X-Forwarded-For": "192.168.1.9"})
    before = set(server.accounts.tokens)
    fields = {"cara": "akun", "akun": "staf", "kata_sandi": PASSWORD}
    answer = server.post(client, "/masuk", **fields)
    assert answer.status_code == 403
    assert "Data nyata hanya dapat dibuka di komputer ini" in answer.text
    assert server.cookie not in client.cookies
    assert set(server.accounts.tokens) == before


def test_the_two_workspaces_cannot_be_taken_for_each_other(server):
    practice = server.client("pelatih").get("/keluar").text
    real = server.client("staf").get("/keluar").text
    assert "vv-latihan" in practice
    assert "</span>LATIHAN</span>" in practice
    assert "vv-nyata" in real
    assert "DATA NYATA" in real
    assert "DATA NYATA" not in practice


# --- what a page is


def test_pages_are_indonesian_and_let_nothing_in_from_elsewhere(server):
    for client, path in [
        (server.client(), "/masuk"),
        (server.client(), "/tidak-ada"),
        (server.client("siti"), "/kelas"),
        (server.client("pelatih"), "/sandi"),
        (server.client("staf"), "/keluar"),
    ]:
        answer = client.get(path)
        assert '<html lang="id">' in answer.text
        assert not re.search(r"(src|href)=.(https?:)?//", answer.text)
        assert not re.search(r"\b(Not Found|Forbidden|Error|Traceback|HTTP)\b", answer.text)
        policy = answer.headers["content-security-policy"]
        assert "default-src 'self'" in policy
        assert "http:" not in policy
        assert answer.headers["cache-control"] == "no-store"
        assert "server" not in answer.headers


def test_a_fault_of_the_store_is_a_sentence_and_not_a_trace(server, monkeypatch):
    from workbench.errors import StoreFault

    def fail(office, token):
        raise StoreFault("Disk penuh, jadi data tidak tersimpan.")

    monkeypatch.setattr(server.accounts, "actor_of_token", fail)
    answer = server.client("siti").get("/latihan")
    assert answer.status_code == 503
    assert "Disk penuh" in answer.text


def test_an_unforeseen_fault_says_nothing_of_itself(server, monkeypatch):
    def fail(office, token):
        raise ValueError("9973010101900001 milik Ani")

    monkeypatch.setattr(server.accounts, "actor_of_token", fail)
    answer = server.client("siti").get("/latihan")
    assert answer.status_code == 500
    assert "9973" not in answer.text
    assert "Ada kesalahan pada server" in answer.text


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
