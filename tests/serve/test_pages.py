"""Which addresses answer whom, and what every page says; no kernel is started here."""

from __future__ import annotations

import re

import pytest

from tests.serve.conftest import PASSWORD, PEOPLE
from workbench.serve.doors import DOORS
from workbench.serve.room_pages import RoomPage

KERNEL = "0f9d0f3e-6c43-4f3e-9a55-0a4b1f1f6a11"


# --- who gets where


@pytest.mark.parametrize("room", DOORS)
def test_a_stranger_is_sent_to_sign_in_and_then_back(server, room):
    answer = server.client().get(f"/{room}")
    assert answer.status_code == 302
    assert answer.headers["location"] == f"/masuk?next=%2F{room}"


@pytest.mark.usefixtures("rooms_without_kernels")
@pytest.mark.parametrize("room", DOORS)
@pytest.mark.parametrize("who", ["siti", "pelatih", "staf", "admin"])
def test_roles_decide_which_room_opens(server, who, room):
    answer = server.client(who).get(f"/{room}")
    if DOORS[room].opens_for(PEOPLE[who]):
        assert answer.status_code == 200
        assert answer.text.endswith("<p>ruang terbuka</p>")
    else:
        assert answer.status_code == 403
        assert f"Ruang {DOORS[room].title} hanya untuk" in answer.text


def test_the_code_on_a_sheet_leads_to_its_record_for_whoever_is_signed_in(server):
    stranger = server.client().get("/berkas/ABCDEFGH2345")
    assert stranger.headers["location"] == "/masuk?next=%2Fberkas%2FABCDEFGH2345"
    known = server.client("staf").get("/berkas/ABCDEFGH2345")
    assert known.headers["location"] == "/lapangan?berkas=ABCDEFGH2345"
    for other in ("/berkas/abc", "/berkas/ABCDEFGH2345/x", "/berkas/"):
        assert server.client("staf").get(other).status_code == 404


@pytest.mark.parametrize(
    ("asked", "told"), [("ABCDEFGH2345", "ABCDEFGH2345"), ("<script>", ""), ("", "")]
)
def test_a_room_hands_over_a_key_and_nothing_else(server, monkeypatch, asked, told):
    heard = []

    async def send(page):
        heard.append(page._record())
        await page.finish("<p>ruang terbuka</p>")

    monkeypatch.setattr(RoomPage, "_send_room", send)
    server.client("staf").get("/lapangan", params={"berkas": asked})
    assert heard == [told]


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
    assert "99730101" not in answer.text
    assert "Ada kesalahan pada server" in answer.text
