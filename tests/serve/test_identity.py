"""Small rules of the door: where a request comes from, how often one may guess, where one goes."""

from __future__ import annotations

import asyncio
import threading
import time
from concurrent.futures import ThreadPoolExecutor
from types import SimpleNamespace

import pytest

from tests.serve.requests_made import request_from
from workbench.access import Actor, Role, Workspace
from workbench.serve import identity
from workbench.serve.doors import DOORS, closed_sentence, doors_for, safe_next
from workbench.serve.identity import (
    AttemptLimiter,
    Limit,
    NotHere,
    SessionIdentity,
    code_limits,
    is_local,
    password_limits,
    refuse_if_remote,
)
from workbench.services import accounts
from workbench.services.office import Office


@pytest.mark.parametrize(
    ("address", "headers", "local"),
    [
        ("127.0.0.1", {}, True),
        ("127.8.8.8", {}, True),
        ("::1", {}, True),
        ("::ffff:127.0.0.1", {}, True),
        ("192.168.1.20", {}, False),
        ("::ffff:192.168.1.20", {}, False),
        ("fe80::1%eth0", {}, False),
        ("", {}, False),
        ("127.0.0.1", {"X_Forwarded_For": "192.168.1.20"}, False),
        ("127.0.0.1", {"X_Forwarded_For": "127.0.0.1"}, False),
        ("127.0.0.1", {"Forwarded": "for=192.168.1.20"}, False),
        ("192.168.1.20", {"X_Forwarded_For": "127.0.0.1"}, False),
    ],
)
def test_only_this_computer_is_local(address, headers, local):
    assert is_local(request_from(address, **headers)) is local


def test_a_real_session_is_refused_elsewhere_and_a_practice_one_is_not():
    away = request_from("10.0.0.7")
    refuse_if_remote(Actor("P", "P", Role.PELATIH, Workspace.LATIHAN), away)
    with pytest.raises(NotHere, match="hanya dapat dibuka di komputer ini"):
        refuse_if_remote(Actor("S", "S", Role.STAF, Workspace.NYATA), away)
    refuse_if_remote(Actor("S", "S", Role.STAF, Workspace.NYATA), request_from("127.0.0.1"))


class TestLimiter:
    """Three wrong guesses of ``tina`` in a minute."""

    def setup_method(self) -> None:
        self.now = 1000.0
        self.limiter = AttemptLimiter(clock=lambda: self.now)

    def fail(self, *guesses: str, counter: str = "tina") -> list[int]:
        """Try these one after the other, all wrong; returns how long each has to wait."""
        limits = {(counter,): Limit(3, 60)}
        waits = []
        for guess in guesses:
            waits.append(self.limiter.take(limits, guess))
            if not waits[-1]:
                self.limiter.settle(limits, guess, was_wrong=True)
        return waits

    def test_three_wrong_ones_are_let_through_and_the_fourth_waits(self):
        *first, wait = self.fail("a", "b", "c", "d")
        assert first == [0, 0, 0]
        assert 1 <= wait <= 61

    def test_who_waits_as_long_as_was_said_may_try_again(self):
        wait = self.fail("a", "b", "c", "d")[-1]
        self.now += wait
        assert self.fail("d") == [0]

    def test_guessing_slowly_is_not_forgiven_one_by_one(self):
        for guess in "abc":
            self.fail(guess)
            self.now += 15
        assert self.fail("d")[0] > 0

    def test_waiting_is_not_made_longer_by_trying(self):
        wait = self.fail("a", "b", "c", "d", "e", "f")[-1]
        assert wait == self.fail("g")[0] <= 61

    def test_the_same_guess_again_is_no_further_guess(self):
        assert self.fail(*"aaaaaaabbbbbc") == [0] * 13
        assert self.fail("a") == [0]
        assert self.fail("d")[0] > 0

    def test_a_right_one_leaves_no_trace(self):
        limits = {("tina",): Limit(3, 60)}
        for guess in "vwxyz":
            assert self.limiter.take(limits, guess) == 0
            self.limiter.settle(limits, guess, was_wrong=False)
        assert self.fail("a", "b", "c") == [0, 0, 0]

    def test_a_wrong_one_is_not_wiped_out_by_sending_it_with_a_fault(self):
        limits = {("tina",): Limit(3, 60)}
        for guess in "abc":
            self.fail(guess)
            self.limiter.take(limits, guess)
            self.limiter.settle(limits, guess, was_wrong=False)
        assert self.fail("d")[0] > 0

    def test_those_on_their_way_count_too(self):
        limits = {("tina",): Limit(3, 60)}
        assert [bool(self.limiter.take(limits, guess)) for guess in "abcd"] == [False] * 3 + [True]

    def test_one_full_counter_of_several_closes_and_the_others_are_not_charged(self):
        self.fail("a", "b", "c")
        both = {("tina",): Limit(3, 60), ("udin",): Limit(1, 60)}
        assert self.limiter.take(both, "d") > 0
        assert self.limiter.take({("udin",): Limit(1, 60)}, "d") == 0

    def test_another_counter_is_another_matter(self):
        self.fail("a", "b", "c", "d")
        assert self.fail("a", counter="udin") == [0]

    def test_many_counters_do_not_fill_the_memory(self):
        limiter = AttemptLimiter(counters=10, clock=lambda: self.now)
        for number in range(100):
            limiter.take({(str(number),): Limit(3, 60)}, "a")
        assert len(limiter._failures) == 10


def test_a_hall_behind_one_address_shares_codes_and_not_accounts():
    hall = request_from("192.168.1.1")
    assert code_limits(hall, "gabung") == code_limits(request_from("::ffff:192.168.1.1"), "gabung")
    assert code_limits(hall, "gabung").keys().isdisjoint(code_limits(hall, "kembali"))
    (limit,) = code_limits(hall, "gabung").values()
    assert limit.tries >= 150
    mine, other = password_limits(hall, "ani"), password_limits(hall, "budi")
    shared = mine.keys() & other.keys()
    assert [mine[counter].tries for counter in shared] == [60]


def test_an_account_is_guarded_against_many_addresses_and_never_closed_to_its_own_computer():
    here = password_limits(request_from("127.0.0.1"), "ani")
    one, two = (password_limits(request_from(f"192.168.1.{n}"), "ani") for n in (1, 2))
    assert len(one.keys() & two.keys()) == 1
    assert here.keys().isdisjoint(one.keys() | two.keys())
    proxied = password_limits(request_from("127.0.0.1", X_Forwarded_For="10.0.0.1"), "ani")
    assert one.keys() & two.keys() <= proxied.keys()


def test_a_device_that_gives_itself_many_addresses_of_a_network_stays_one():
    one, two = request_from("2001:db8:1:2::aa%eth0"), request_from("2001:db8:1:2:ffff::1")
    far = request_from("2001:db8:1:3::aa")
    assert code_limits(one, "gabung") == code_limits(two, "gabung")
    assert code_limits(one, "gabung") != code_limits(far, "gabung")


# --- at the door of a running server


JOIN = {
    "cara": "gabung",
    "nama": "Rina Contoh",
    "peran": "operator",
    "wilayah": "36.73.01.1001",
    "kode_kelas": "kuda77",
}
ACCOUNT = {"cara": "akun", "akun": "pelatih", "kata_sandi": "keliru"}
AWAY = {"X-Forwarded-For": "192.168.1.9"}


def test_a_hall_that_types_one_wrong_code_is_not_locked_out(server, monkeypatch):
    monkeypatch.setattr(identity, "CODES_OF_ADDRESS", Limit(3, 60))
    client = server.client(headers=AWAY)
    for _ in range(10):
        answer = server.post(client, "/masuk", **{**JOIN, "kode_kelas": "LAMA 77"})
        assert answer.status_code == 400
    assert server.post(client, "/masuk", **JOIN).status_code == 303


def test_different_wrong_codes_are_guesses_and_the_form_is_kept(server, monkeypatch):
    monkeypatch.setattr(identity, "CODES_OF_ADDRESS", Limit(3, 60))
    client = server.client()
    for code in ("SALAH1", "SALAH2", "salah 2", "SALAH3"):
        assert server.post(client, "/masuk", **{**JOIN, "kode_kelas": code}).status_code == 400
        # The same code with a field left out tells nothing and wipes nothing out.
        server.post(client, "/masuk", **{**JOIN, "kode_kelas": code, "nama": ""})
    answer = server.post(client, "/masuk", **JOIN)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "Terlalu banyak percobaan" in answer.text
    assert 'value="Rina Contoh"' in answer.text
    # Coming back and signing in are counted apart.
    back = server.post(client, "/masuk", cara="kembali", kode_kembali="TIDAK-ADA")
    assert back.status_code == 400
    right = {**ACCOUNT, "kata_sandi": "sandi-yang-benar"}
    assert server.post(client, "/masuk", **right).status_code == 303


def test_a_name_written_otherwise_is_no_way_round_the_limit(server):
    client = server.client()
    for name in ("pelatih", "PELATIH", " pelatih ", "\uff50elatih", "Pelatih"):
        assert server.post(client, "/masuk", **{**ACCOUNT, "akun": name}).status_code == 401
    assert server.post(client, "/masuk", **ACCOUNT).status_code == 429
    assert server.post(client, "/masuk", **{**ACCOUNT, "akun": "lain"}).status_code == 401


def test_a_prankster_in_the_hall_does_not_lock_out_the_computer_itself(server):
    away = server.client(headers=AWAY)
    answers = [server.post(away, "/masuk", **ACCOUNT).status_code for _ in range(7)]
    assert answers == [401] * 5 + [429] * 2
    right = {**ACCOUNT, "kata_sandi": "sandi-yang-benar"}
    assert server.post(server.client(), "/masuk", **right).status_code == 303
    assert server.post(away, "/masuk", **JOIN).status_code == 303


@pytest.fixture
def held(server, monkeypatch):
    """Passwords are being checked until ``held.free.set()``; ``held.tried`` is how many began."""
    real, tried, free = server.accounts.sign_in, [], threading.Event()

    def sign_in(office, username, password):
        tried.append(username)
        assert free.wait(300)
        return real(office, username, password)

    monkeypatch.setattr(server.accounts, "sign_in", sign_in)
    yield SimpleNamespace(tried=tried, free=free)
    free.set()


def _until(condition):
    give_up = time.monotonic() + 300
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.01)


def test_a_thousand_guesses_at_one_moment_are_still_five(server, held):
    clients = [server.client() for _ in range(12)]
    for client in clients:
        client.get("/masuk")
    with ThreadPoolExecutor(12) as pool:
        sent = [pool.submit(server.post, client, "/masuk", **ACCOUNT) for client in clients]
        _until(lambda: sum(one.done() for one in sent) == 7)
        held.free.set()
        answers = sorted(one.result().status_code for one in sent)
    assert answers == [401] * 5 + [429] * 7
    assert len(held.tried) == 5


def test_a_hall_joins_while_passwords_are_being_checked(server, held):
    with ThreadPoolExecutor(3) as pool:
        staff = [
            pool.submit(server.post, server.client(), "/masuk", **{**ACCOUNT, "akun": name})
            for name in ("satu", "dua", "tiga")
        ]
        _until(lambda: held.tried)
        answer = server.post(server.client(), "/masuk", **{**JOIN, "nama": "Tono Contoh"})
        assert answer.headers["location"] == "/kode"
        assert not any(one.done() for one in staff)
        assert len(held.tried) == 1  # one hash at a time
        held.free.set()
        assert [one.result().status_code for one in staff] == [401] * 3


def test_when_too_many_passwords_wait_one_is_told_so(server, monkeypatch):
    monkeypatch.setattr(server.app.desk, "waiting_passwords", 50)
    assert server.post(server.client(), "/masuk", **ACCOUNT).status_code == 503
    assert server.post(server.client(), "/masuk", **JOIN).status_code == 303


def test_a_planted_session_is_never_adopted(server):
    client = server.client()
    client.get("/masuk")
    planted = "l." + "x" * 43
    client.cookies.set(server.cookie, planted)
    answer = server.post(client, "/masuk", **JOIN)
    assert planted not in answer.headers["set-cookie"]
    assert planted not in server.accounts.tokens


def test_signing_in_ends_the_session_that_was_here_before(server):
    client = server.client()
    client.get("/masuk")
    before = server.session_of("siti")
    elsewhere = server.session_of("siti")
    client.cookies.set(server.cookie, before, domain="127.0.0.1", path="/")
    right = {**ACCOUNT, "kata_sandi": "sandi-yang-benar"}
    assert server.post(client, "/masuk", **right).status_code == 303
    assert before not in server.accounts.tokens
    assert elsewhere in server.accounts.tokens


@pytest.mark.parametrize(
    "changes",
    [
        {"nama": "A" * 100_000},
        {"nama": "Ani\r\nSet-Cookie: x=y"},
        {"nama": "\0"},
        {"kode_kelas": "A" * 100_000},
        {"formulir": "x" * 100_000, "kode_kelas": "SALAH1"},
        {"cara": "akun", "akun": "A" * 100_000, "kata_sandi": "x" * 500_000},
        {"cara": "akun", "akun": "pela\0tih", "kata_sandi": "sandi\0-yang-benar"},
        {"cara": "kembali", "kode_kembali": "A" * 100_000},
        {"cara": "lain"},
        {"cara": "akun\r\n"},
    ],
)
def test_fields_nobody_types_are_answered_like_any_other(server, changes):
    answer = server.post(server.client(), "/masuk", **{**JOIN, **changes})
    assert answer.status_code in (303, 400, 401)
    assert "x=y" not in answer.headers.get("set-cookie", "")
    assert len(answer.content) < 60_000


@pytest.mark.parametrize(
    "path", ["//jahat.example", "/\\jahat.example", "https://jahat.example", "/kelas\r\nX-Y: 1"]
)
def test_after_signing_in_nobody_is_sent_elsewhere(server, path):
    client = server.client()
    client.get("/masuk")
    right = {**ACCOUNT, "kata_sandi": "sandi-yang-benar", "_xsrf": client.cookies["_xsrf"]}
    answer = client.post("/masuk", params={"next": path}, data=right)
    assert answer.headers["location"] in ("/beranda", "/kelas")
    assert "x-y" not in answer.headers


# --- the cookie


class _Handler:
    """As much of a request handler as the cookie needs."""

    def __init__(self, protocol: str, cookies: dict[str, str] | None = None) -> None:
        self.request = SimpleNamespace(
            protocol=protocol, host="10.0.0.7:8866", headers={}, remote_ip="127.0.0.1"
        )
        self.cookies = cookies or {}
        self.sent: list[tuple[str, dict]] = []

    def get_cookie(self, name):
        return self.cookies.get(name)

    def set_cookie(self, name, value, **attributes):
        self.sent.append((name, attributes))

    def clear_cookie(self, name, **attributes):
        self.sent.append((name, attributes))


@pytest.mark.parametrize(
    ("protocol", "name", "secure"),
    [
        ("http", "verval-10-0-0-7-8866", False),
        ("https", "__Host-verval-10-0-0-7-8866", True),
    ],
)
def test_the_cookie_is_for_the_server_alone_and_by_https_never_sent_in_the_clear(
    protocol, name, secure
):
    handler = _Handler(protocol)
    provider = SessionIdentity()
    provider.give_session(handler, "l." + "x" * 43)
    provider.take_session(handler)
    (given, attributes), (taken, clearing) = handler.sent
    assert given == taken == name
    assert attributes["httponly"]
    assert attributes["samesite"] == "Lax"
    assert attributes["path"] == clearing["path"] == "/"
    assert attributes["secure"] == clearing["secure"] == secure
    assert "domain" not in attributes
    # The browser forgets it when the server does.
    assert attributes["expires_days"] * 24 * 3600 == accounts.MAX_AGE_S


def test_a_session_is_known_again_after_the_server_was_started_anew(tmp_path):
    def look(token):
        provider = SessionIdentity()
        provider.accounts, provider.office = accounts, Office(tmp_path)
        provider.threads = ThreadPoolExecutor(1)
        handler = _Handler("http", {"verval-10-0-0-7-8866": token})
        try:
            return asyncio.run(provider.get_user(handler))
        finally:
            provider.threads.shutdown()
            provider.office.practice.close()

    office = Office(tmp_path)
    first = accounts.ensure_first_accounts(office)
    signed = accounts.sign_in(office, first.trainer_username, first.trainer_password)
    office.practice.close()
    assert look(signed.token).actor == signed.actor
    accounts.sign_out(Office(tmp_path), signed.token)
    assert look(signed.token) is None


@pytest.mark.parametrize(
    ("role", "workspace", "names"),
    [
        (Role.PESERTA, Workspace.LATIHAN, ["beranda", "latihan", "singkat"]),
        (
            Role.PELATIH,
            Workspace.LATIHAN,
            ["beranda", "latihan", "singkat", "kelas", "peta", "aturan"],
        ),
        (
            Role.STAF,
            Workspace.LATIHAN,
            ["beranda", "daftar", "padanan", "peta", "lapangan", "jejak", "aturan"],
        ),
        (
            Role.STAF,
            Workspace.NYATA,
            ["beranda", "daftar", "padanan", "peta", "lapangan", "jejak", "aturan"],
        ),
        (
            Role.ADMIN,
            Workspace.LATIHAN,
            ["beranda", "kelas", "daftar", "padanan", "peta", "lapangan", "jejak", "aturan"],
        ),
        (Role.ADMIN, Workspace.NYATA, ["beranda", "jejak", "aturan"]),
    ],
)
def test_each_role_has_its_rooms(role, workspace, names):
    actor = Actor("x", "x", role, workspace)
    assert [door.name for door in doors_for(actor)] == names


def test_an_admin_of_the_real_side_is_told_why_the_lists_are_closed():
    actor = Actor("x", "x", Role.ADMIN, Workspace.NYATA)
    assert closed_sentence(DOORS["daftar"], actor) == (
        "Di ruang nyata Anda tidak boleh membaca daftar."
    )


def test_a_closed_room_says_for_whom_it_is():
    actor = Actor("x", "x", Role.PESERTA, Workspace.LATIHAN)
    assert closed_sentence(DOORS["peta"], actor) == (
        "Ruang Peta hanya untuk pelatih, staf dinas dan admin. Anda masuk sebagai peserta."
    )


@pytest.mark.parametrize(
    ("path", "goes_to"),
    [
        ("/latihan", "/latihan"),
        ("/kelas?x=1", "/kelas"),
        ("", "/beranda"),
        ("/", "/beranda"),
        ("//jahat.example/latihan", "/beranda"),
        ("https://jahat.example/latihan", "/beranda"),
        ("/latihan/../../etc", "/beranda"),
        ("latihan", "/beranda"),
        ("/voila/tree", "/beranda"),
        ("/berkas/ABCDEFGH2345", "/berkas/ABCDEFGH2345"),
        ("/berkas/ABCDEFGH2345?x=1", "/beranda"),
        ("/berkas/../daftar", "/beranda"),
    ],
)
def test_after_signing_in_one_goes_to_a_room_of_ours(path, goes_to):
    assert safe_next(path) == goes_to
