"""Who gets what from which address: one table, on a running server.

Addresses that Jupyter and Voila would answer are asked for as well: they do not exist here.
"""

from __future__ import annotations

import http.client
import json
import os
import re
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from websockets.exceptions import InvalidStatus
from websockets.sync.client import connect

from workbench.access import Actor, Role, Workspace
from workbench.serve.identity import session_digest

CITY = ("36.73",)
LATIHAN, NYATA = Workspace.LATIHAN, Workspace.NYATA
ROLES: dict[str, Actor | None] = {
    "siapa pun": None,
    "peserta": Actor("K1.7", "Nani Contoh", Role.PESERTA, LATIHAN, CITY, "K1", 7),
    "pelatih": Actor("P7", "Pak Pelatih Contoh", Role.PELATIH, LATIHAN, CITY),
    "staf latihan": Actor("S7", "Bu Staf Latihan", Role.STAF, LATIHAN, CITY),
    "staf nyata": Actor("S8", "Bu Staf Nyata", Role.STAF, NYATA, CITY),
    "admin latihan": Actor("A7", "Bu Admin Latihan", Role.ADMIN, LATIHAN, CITY),
    "admin nyata": Actor("A8", "Bu Admin Nyata", Role.ADMIN, NYATA, CITY),
}

# A sign is a redirect: > to /masuk, ^ to /beranda, v to /lapangan, which asks who comes, P to
# /panduan/. KERNEL is the kernel of somebody else, KEY stands on a printed sheet.
TABLE = """
                             siapa   peserta pelatih staf    staf    admin   admin
                             pun                     latihan nyata   latihan nyata
GET    /                     >       ^       ^       ^       ^       ^       ^
GET    /masuk                200     ^       ^       ^       ^       ^       ^
GET    /kode                 >       ^       ^       ^       ^       ^       ^
GET    /segarkan             200     200     200     200     200     200     200
POST   /segarkan             400     400     400     400     400     400     400
GET    /sandi                >       403     200     200     200     200     200
GET    /keluar               >       200     200     200     200     200     200
GET    /beranda              >       200     200     200     200     200     200
GET    /latihan              >       200     200     403     403     403     403
GET    /singkat              >       200     200     403     403     403     403
GET    /kelas                >       403     200     403     403     200     403
GET    /daftar               >       403     403     200     200     200     403
GET    /padanan              >       403     403     200     200     200     403
GET    /peta                 >       403     200     200     200     200     403
GET    /lapangan             >       403     403     200     200     200     403
GET    /berkas/KEY           >       v       v       v       v       v       v
GET    /jejak                >       403     403     200     200     200     200
GET    /aturan               >       403     200     200     200     200     200
GET    /panduan              P       P       P       P       P       P       P
GET    /panduan/             200     200     200     200     200     200     200
GET    /panduan/cari.js      200     200     200     200     200     200     200
GET    /panduan/untuk/staf   200     200     200     200     200     200     200
GET    /panduan/ruang/daftar 200     200     200     200     200     200     200
GET    /panduan/ruang/rahasia 404    404     404     404     404     404     404
GET    /panduan/untuk/siapa  404     404     404     404     404     404     404
GET    /keadaan              >       403     200     200     200     200     200
GET    /detak/KERNEL         401     403     403     403     403     403     403
GET    /detak/NOBODYS        401     404     404     404     404     404     404
GET    /api/kernels/KERNEL   403     403     403     403     403     403     403
DELETE /api/kernels/KERNEL   403     403     403     403     403     403     403
GET    /api/kernels/NOBODYS  403     404     404     404     404     404     404
DELETE /api/kernels/NOBODYS  403     404     404     404     404     404     404
SOCKET /api/kernels/KERNEL/channels  403 403 403     403     403     403     403
SOCKET /api/kernels/NOBODYS/channels 403 404 404     404     404     404     404
GET    /voila/api/shutdown/KERNEL    403 405 405     405     405     405     405
POST   /voila/api/shutdown/KERNEL    403 403 403     403     403     403     403
POST   /voila/api/shutdown/NOBODYS   403 204 204     204     204     204     204
GET    /aset/frame.css       200     200     200     200     200     200     200
"""

#: Of Jupyter's and Voila's own, and of ours that are none: nobody gets anything.
NOWHERE = """
/api /api/status /api/me /api/spec.yaml /api/kernels /api/kernels/KERNEL/restart
/api/kernels/KERNEL/interrupt /api/kernelspecs /api/contents /api/contents/beranda.ipynb
/api/sessions /api/terminals /api/security/csp-report /terminals /terminals/1 /files
/files/beranda.ipynb /metrics /voila /voila/ /voila/tree /voila/render/beranda.ipynb
/voila/files/beranda.ipynb /voila/files/gambar.png /voila/api/contents /voila/query/KERNEL
/voila/templates/verval/static/frame.css /voila/static /voila/static/ /voila/labextensions/
/login /logout /lab /tree /static/base.js /nbextensions/x.js /custom/custom.css
/kernelspecs/ringan/logo-64x64.png /aset/ /beranda.ipynb /beranda/ /BERANDA /catatan/KERNEL
/serve.json /.kunci-server /nyata/berkas.db /gambar.png /daftar.csv /favicon.ico
"""


_ARROWS = {"/masuk": ">", "/beranda": "^", "/lapangan": "v", "/panduan/": "P"}


def _rows() -> list[tuple[str, str, list[str]]]:
    lines = [line.split() for line in TABLE.strip("\n").splitlines()[2:]]
    return [(line[0], line[1], line[2:]) for line in lines]


@pytest.fixture(scope="module")
def people(server: Any) -> dict[str, Any]:
    """One signed-in client per role; nobody's carries no session."""
    clients = {}
    for role, actor in ROLES.items():
        clients[role] = server.client()
        if actor is not None:
            token = server.accounts.open_session(actor)
            clients[role].cookies.set(server.cookie, token)
        clients[role].get("/masuk")
        clients[role].get("/keluar")
    return clients


@pytest.fixture(scope="module")
def victim(server: Any) -> str:
    """The kernel of somebody who stays in their room all the while."""
    return _kernel_of(server.client("jahil").get("/latihan").text)


def _kernel_of(page: str) -> str:
    return re.search(r'"kernelId": "([^"]+)"', page)[1]


def _lives(server: Any, kernel: str) -> bool:
    kernels = server.app.kernels
    return kernel in kernels and server.on_loop(lambda: kernels.get_kernel(kernel).is_alive())


def _ask(server: Any, client: httpx.Client, method: str, path: str) -> str:
    """The answer in the table's words."""
    if method == "SOCKET":
        status, _ = _knock(server, client, path)
        return str(status)
    headers = {"X-XSRFToken": client.cookies["_xsrf"]} if method != "GET" else {}
    answer = client.request(method, path, headers=headers)
    if answer.is_redirect:
        to = answer.headers["Location"].partition("?")[0]
        return _ARROWS.get(to, to)
    made = re.search(r'"kernelId": "([^"]+)"', answer.text)
    if made:
        server.on_loop(lambda: server.app.kernels.end(made[1]))
    assert "Traceback" not in answer.text
    return str(answer.status_code)


def _knock(
    server: Any, client: httpx.Client, path: str, **headers: str
) -> tuple[int, dict[str, str]]:
    """Open a websocket: its status and headers; 101 when it opens."""
    cookies = "; ".join(f"{name}={value}" for name, value in client.cookies.items())
    try:
        with connect(
            f"ws://{server.host}{path}?session_id={uuid.uuid4()}",
            additional_headers={"Cookie": cookies, **headers},
            open_timeout=60,
        ) as socket:
            return 101, dict(socket.response.headers)
    except InvalidStatus as refused:
        return refused.response.status_code, dict(refused.response.headers)


@pytest.mark.parametrize(
    ("method", "path", "answers"), _rows(), ids=lambda one: one if isinstance(one, str) else ""
)
def test_each_role_gets_what_the_table_says(server, people, victim, method, path, answers):
    there = path.replace("KERNEL", victim).replace("NOBODYS", str(uuid.uuid4()))
    there = there.replace("KEY", "ABCDEFGH2345")
    got = [_ask(server, client, method, there) for client in people.values()]
    assert dict(zip(people, got, strict=True)) == dict(zip(people, answers, strict=True))
    assert _lives(server, victim)


def test_every_address_of_the_server_stands_in_the_table(server):
    known = {path for _, path, _ in _rows()}
    for handler in server.app.init_handlers():
        pattern = re.sub(r"\(\?P<kernel_id>[^)]*\)", "KERNEL", handler[0])
        pattern = pattern.replace("([A-Z2-7]{12})", "KEY").replace(r"\.", ".")
        pattern = pattern.replace("untuk/([a-z]{1,20})", "untuk/staf")
        pattern = pattern.replace("([a-z]{1,20}/[a-z0-9-]{1,60})", "ruang/daftar")
        if not pattern.endswith("(.*)"):  # the shelves of files that hold no data
            assert pattern in known


@pytest.mark.parametrize("path", NOWHERE.split())
def test_what_jupyter_would_answer_is_nowhere(server, people, victim, path):
    for client in people.values():
        for method in ("GET", "POST", "PUT", "DELETE", "PATCH"):
            answer = client.request(
                method,
                path.replace("KERNEL", victim),
                headers={"X-XSRFToken": client.cookies["_xsrf"]},
            )
            expected = (
                405 if path.startswith(("/aset/", "/voila/static/", "/voila/labext")) else 404
            )
            assert answer.status_code == (404 if method == "GET" else expected)
            assert "Traceback" not in answer.text
    assert _lives(server, victim)


# --- one's own


def test_ones_own_kernel_answers_and_ends(server, people):
    client = people["peserta"]
    kernel = _kernel_of(client.get("/latihan").text)
    assert client.get(f"/detak/{kernel}").json() == {"keadaan": "hidup"}
    assert client.get(f"/api/kernels/{kernel}").json()["id"] == kernel
    assert _knock(server, client, f"/api/kernels/{kernel}/channels")[0] == 101
    assert client.post(f"/voila/api/shutdown/{kernel}").status_code == 403  # no _xsrf
    assert client.delete(f"/api/kernels/{kernel}").status_code == 403
    assert _lives(server, kernel)
    token = {"X-XSRFToken": client.cookies["_xsrf"]}
    assert client.post(f"/voila/api/shutdown/{kernel}", headers=token).status_code == 204
    assert not _lives(server, kernel)


def test_a_kernel_that_waits_for_somebody_is_nobodys(server, people):
    ready = server.on_loop(lambda: server.app.kernels.prepare("ringan"))
    try:
        for client in people.values():
            assert client.get(f"/api/kernels/{ready.id}").status_code == 403
            assert _knock(server, client, f"/api/kernels/{ready.id}/channels")[0] == 403
    finally:
        server.on_loop(lambda: server.app.kernels.end(ready.id))


@contextmanager
def _room_of(server: Any, client: httpx.Client) -> Iterator[str]:
    kernel = _kernel_of(client.get("/beranda").text)
    try:
        yield kernel
    finally:
        server.on_loop(lambda: server.app.kernels.end(kernel))


@pytest.mark.parametrize(
    "origin", ["http://jahat.contoh", "http://jahat.contoh:8866", "null", "https://127.0.0.1.x"]
)
def test_a_page_of_another_site_opens_no_line(server, people, origin):
    with _room_of(server, people["peserta"]) as kernel:
        path = f"/api/kernels/{kernel}/channels"
        assert _knock(server, people["peserta"], path, Origin=origin)[0] == 403
        assert _knock(server, people["peserta"], path, Origin=server.url)[0] == 101


@pytest.mark.parametrize("value", ["", "x" * 40, "l." + "A" * 43, "n." + "0" * 43, "2|1:0|10:1"])
def test_a_forged_cookie_is_nobody(server, value):
    client = server.client()
    for name in (server.cookie, "username-127-0-0-1", "jupyter", "user"):
        client.cookies.set(name, value)
    assert _ask(server, client, "GET", "/beranda") == ">"


def test_the_cookie_of_another_server_or_a_past_session_is_nobody(server, people):
    token = server.accounts.open_session(ROLES["pelatih"])
    other = server.client()
    other.cookies.set("verval-127-0-0-1-1", token)
    assert _ask(server, other, "GET", "/beranda") == ">"
    past = server.client()
    past.cookies.set(server.cookie, token)
    assert server.post(past, "/keluar").status_code == 303
    past.cookies.set(server.cookie, token)
    assert _ask(server, past, "GET", "/beranda") == ">"
    digest = server.client()
    digest.cookies.set(server.cookie, session_digest(token))
    assert _ask(server, digest, "GET", "/beranda") == ">"


FORGED = {
    "X-User": "pelatih",
    "X-Remote-User": "P7",
    "X-Forwarded-User": "P7",
    "Remote-User": "P7",
    "Authorization": "token P7",
    "X-Forwarded-For": "127.0.0.1",
    "X-Forwarded-Proto": "https",
    "X-Original-URL": "/daftar",
    "X-HTTP-Method-Override": "GET",
}


@pytest.mark.parametrize("name", FORGED)
def test_a_header_makes_nobody_anybody(server, people, name):
    header = {name: FORGED[name]}
    nobody, trainee = people["siapa pun"], people["peserta"]
    answer = nobody.get("/beranda", headers=header)
    assert answer.headers["Location"].startswith("/masuk")
    assert trainee.get("/kelas", headers=header).status_code == 403
    for method in ("Token", "Bearer", "Basic"):
        signed = nobody.get("/beranda", headers={"Authorization": f"{method} UDc6"})
        assert signed.is_redirect


@pytest.mark.parametrize(
    "query",
    ["user=P7", "token=P7", "username=P7&role=pelatih", "kernel_id=KERNEL", "session_id=1"],
)
def test_an_address_makes_nobody_anybody(server, people, victim, query):
    query = query.replace("KERNEL", victim)
    assert people["siapa pun"].get(f"/beranda?{query}").is_redirect
    assert people["peserta"].get(f"/kelas?{query}").status_code == 403
    page = people["peserta"].get(f"/latihan?{query}").text
    assert "Nani Contoh" in page
    assert _kernel_of(page) != victim


@pytest.mark.parametrize(
    "query", ["template=lab", "voila-template=classic", "theme=dark", "voila-theme=dark",
              "voila-template=../../../../tmp", "progressive_rendering=1"],
)  # fmt: skip
def test_a_visitor_chooses_no_template_and_no_theme(server, people, query):
    plain = people["pelatih"].get("/beranda").text
    chosen = people["pelatih"].get(f"/beranda?{query}").text
    shape = re.compile(r"<(link|script|html|body)[^>]*>")
    kernel_free = re.compile(r'"kernelId": "[^"]+"')
    assert shape.findall(kernel_free.sub("", chosen)) == shape.findall(kernel_free.sub("", plain))
    assert 'lang="id"' in chosen


@pytest.mark.parametrize("path", ["/masuk", "/sandi", "/keluar"])
def test_a_form_without_its_token_changes_nothing(server, people, path):
    client = server.client("siti")
    client.get("/keluar")
    for sent in ({}, {"_xsrf": "salah"}, {"_xsrf": "2|00000000|" + "0" * 32 + "|1"}):
        assert client.post(path, data={"cara": "akun", **sent}).status_code == 403
    assert client.get("/keluar").status_code == 200


TRAVERSALS = (
    "../kunci", "..%2f..%2f..%2fetc%2fpasswd", "%2e%2e/%2e%2e/etc/passwd", "....//....//etc/passwd",
    "..\\..\\etc\\passwd", "%5c..%5c..%5cetc%5cpasswd", "/etc/passwd", "%2fetc%2fpasswd",
    "frame.css/../../masuk.html", "./frame.css", "a/./b", "frame.css%00.png", "%00", "~root",
    "../masuk.html", "anywidget/../../../../../../etc/passwd", "C:%5cWindows%5cwin.ini",
    "anywidget/%2e%2e/%2e%2e/package.json", "%c0%ae%c0%ae/etc/passwd",
)  # fmt: skip


@pytest.mark.parametrize("path", TRAVERSALS)
def test_no_way_leads_out_of_a_shelf(server, path):
    for shelf in server.app.shelves:
        # Not by httpx, which tidies an address before it is sent.
        wire = http.client.HTTPConnection(server.host, timeout=60)
        wire.putrequest("GET", shelf + path, skip_host=False)
        wire.endheaders()
        answer = wire.getresponse()
        body = answer.read()
        wire.close()
        assert answer.status in (400, 404)
        assert b"root:" not in body


def test_files_of_the_office_and_of_the_notebooks_are_not_sent(server, people):
    names = ["rahasia.png", "rahasia.svg", "rahasia.csv", "rahasia.ipynb", "rahasia.html"]
    folders = [server.app.office_root, server.app.notebooks]
    for folder in folders:
        for name in names:
            (folder / name).write_text("RAHASIA-KANTOR")
    shelves = ["/", "/voila/files/", "/files/", "/static/", *server.app.shelves]
    for name in names:
        for shelf in shelves:
            answer = people["admin latihan"].get(shelf + name)
            assert answer.status_code == 404
            assert "RAHASIA-KANTOR" not in answer.text


# --- what every page says of itself


PAGES = ["/masuk", "/keluar", "/sandi", "/beranda", "/latihan", "/peta", "/tidak-ada", "/daftar"]


@pytest.mark.parametrize("path", PAGES)
def test_every_page_forbids_what_it_does_not_need(server, people, path):
    client = people["pelatih" if path != "/masuk" else "siapa pun"]
    answer = client.get(path)
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Content-Type"].lower() == "text/html; charset=utf-8"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert "Server" not in answer.headers
    assert "X-Powered-By" not in answer.headers
    policy = dict(
        rule.strip().split(" ", 1) for rule in answer.headers["Content-Security-Policy"].split(";")
    )
    assert policy["frame-ancestors"] == "'self'"
    assert policy["object-src"] == "'none'"
    assert policy["base-uri"] == policy["form-action"] == policy["default-src"] == "'self'"
    allowed = " ".join(policy.values()).replace(server.host, "")
    assert "http" not in allowed
    assert "*" not in allowed
    assert "'unsafe-eval'" not in allowed


@pytest.mark.parametrize("path", ["/keadaan", "/detak/KERNEL", "/api/kernels/KERNEL"])
def test_what_pages_ask_for_is_not_kept_and_not_guessed_at(people, victim, path):
    answer = people["pelatih"].get(path.replace("KERNEL", victim))
    assert answer.headers["Content-Type"].startswith("application/json")
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "Server" not in answer.headers
    json.loads(answer.text)


def test_a_refused_line_does_not_name_its_server(server, people, victim):
    _, headers = _knock(server, people["peserta"], f"/api/kernels/{victim}/channels")
    assert "server" not in {name.lower() for name in headers}


def test_a_host_that_is_no_host_is_not_written_into_a_page(server):
    wire = http.client.HTTPConnection(server.host, timeout=60)
    wire.putrequest("GET", "/masuk", skip_host=True)
    wire.putheader("Host", "x; script-src *")
    wire.endheaders()
    answer = wire.getresponse()
    answer.read()
    assert "script-src *" not in (answer.getheader("Content-Security-Policy") or "")


def test_the_session_cookie_is_for_the_server_alone(server):
    client = server.client()
    answer = server.post(
        client, "/masuk", cara="akun", akun="pelatih", kata_sandi="sandi-yang-benar"
    )
    assert answer.status_code == 303
    set_by = [one for one in answer.headers.get_list("Set-Cookie") if server.cookie in one]
    assert len(set_by) == 1
    flags = {part.strip().lower().partition("=")[0] for part in set_by[0].split(";")[1:]}
    assert {"httponly", "samesite", "path"} <= flags
    assert "domain" not in flags
    assert re.search(r"SameSite=(Lax|Strict)", set_by[0])
    token = client.cookies[server.cookie]
    assert token not in answer.text + str(answer.headers["Location"])
    server.post(client, "/keluar")


# --- what a kernel knows, what a log holds


def test_the_process_of_a_trainee_holds_no_secret_of_the_server(server, monkeypatch):
    monkeypatch.setenv("SECRET_X", "jangan-sampai-terbaca")
    monkeypatch.setenv("VERVAL_ADMIN_PASSWORD", "jangan-sampai-terbaca")
    monkeypatch.setenv("DATABASE_URL", "postgresql://u:jangan-sampai-terbaca@h/d")
    for warm in (True, False):
        if not warm:  # a kernel that is made only now
            while server.app.pool.count("ringan"):
                spare = server.on_loop(lambda: server.app.pool.take("ringan"))
                spare.let_go()
                server.on_loop(lambda one=spare: server.app.kernels.end(one.id))
        client = server.client("siti")
        kernel = _kernel_of(client.get("/latihan").text)
        inside = server.app.kernels.get_kernel(kernel).blocking_client()
        inside.start_channels()
        told: list[str] = []

        def hear(message: dict[str, Any], told: list[str] = told) -> None:
            told.append(str(message["content"].get("text", "")))

        try:
            inside.wait_for_ready(timeout=60)
            inside.execute_interactive(
                "import os; print(os.getpid(), dict(os.environ))", timeout=60, output_hook=hear
            )
        finally:
            inside.stop_channels()
        environment = "".join(told)
        process = int(environment.split()[0])
        assert process != os.getpid()
        with open(f"/proc/{process}/environ", "rb") as file:
            given = file.read().decode(errors="replace")
        assert "VERVAL_OFFICE" in environment
        for secret in ("jangan-sampai-terbaca", "SECRET_X", client.cookies[server.cookie]):
            assert secret not in environment
            assert secret not in given
        server.post(client, "/keluar")


def test_the_log_holds_no_token_no_code_and_no_name(server, people, caplog):
    assert people["pelatih"].get("/peta").status_code == 200  # breaks with a number in its error
    client = server.client()
    fields = {"nama": "Rahayu Rahasia", "peran": "operator", "wilayah": "36.73.05"}
    joined = server.post(client, "/masuk", cara="gabung", kode_kelas="KUDA77", **fields)
    assert joined.status_code == 303
    code = re.search(r"KMBL-\d+", client.get("/kode").text)[0]
    page = client.get("/latihan?kode=KUDA77")
    kernel = _kernel_of(page.text)
    assert _knock(server, client, f"/api/kernels/{kernel}/channels")[0] == 101
    wrong = {"akun": "pelatih", "kata_sandi": "sandi-keliru-sekali"}
    assert server.post(client, "/masuk", cara="akun", **wrong).status_code == 401
    token = client.cookies[server.cookie]
    assert client.get("/tidak-ada?token=" + token).status_code == 404
    server.post(client, "/keluar")
    # What this test itself sends is logged too, by the clients it uses.
    ours = ("httpx", "httpcore", "websockets")
    said = [one.getMessage() for one in caplog.records if not one.name.startswith(ours)]
    assert any("a room failed" in line for line in said)
    for secret in (token, code, "KUDA77", "Rahayu", "sandi-keliru-sekali", "9973010101900001"):
        assert secret not in "\n".join(said)
