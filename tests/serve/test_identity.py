"""Small rules of the door: where a request comes from, how often one may guess, where one goes."""

from __future__ import annotations

import pytest
from tornado.httputil import HTTPHeaders, HTTPServerRequest

from workbench.access import Actor, Role, Workspace
from workbench.serve.doors import DOORS, closed_sentence, doors_for, safe_next
from workbench.serve.identity import AttemptLimiter, NotHere, is_local, refuse_if_remote


class _Connection:
    def __init__(self, address: str) -> None:
        self.context = type("Context", (), {"remote_ip": address, "protocol": "http"})()


def _request(address: str, **headers: str) -> HTTPServerRequest:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return HTTPServerRequest(
        method="GET",
        uri="/",
        version="HTTP/1.1",
        headers=HTTPHeaders(named),
        host="localhost",
        connection=_Connection(address),  # type: ignore[arg-type]
    )


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
    assert is_local(_request(address, **headers)) is local


def test_a_real_session_is_refused_elsewhere_and_a_practice_one_is_not():
    away = _request("10.0.0.7")
    refuse_if_remote(Actor("P", "P", Role.PELATIH, Workspace.LATIHAN), away)
    with pytest.raises(NotHere, match="hanya dapat dibuka di komputer ini"):
        refuse_if_remote(Actor("S", "S", Role.STAF, Workspace.NYATA), away)
    refuse_if_remote(Actor("S", "S", Role.STAF, Workspace.NYATA), _request("127.0.0.1"))


class TestLimiter:
    def setup_method(self) -> None:
        self.now = 1000.0
        self.limiter = AttemptLimiter(clock=lambda: self.now)

    def fail(self, times: int, address: str = "a") -> None:
        for _ in range(times):
            self.limiter.count_failure(address)

    def test_five_wrong_ones_are_forgiven_and_the_sixth_waits(self):
        self.fail(4)
        assert self.limiter.seconds_to_wait("a") == 0
        self.fail(1)
        assert 1 <= self.limiter.seconds_to_wait("a") <= 61

    def test_a_minute_later_one_may_try_again(self):
        self.fail(5)
        wait = self.limiter.seconds_to_wait("a")
        self.now += wait
        assert self.limiter.seconds_to_wait("a") == 0

    def test_guessing_slowly_is_not_forgiven_one_by_one(self):
        for _ in range(5):
            self.fail(1)
            self.now += 10
        assert self.limiter.seconds_to_wait("a") > 0

    def test_another_address_is_another_person(self):
        self.fail(9)
        assert self.limiter.seconds_to_wait("b") == 0

    def test_many_addresses_do_not_fill_the_memory(self):
        limiter = AttemptLimiter(addresses=10, clock=lambda: self.now)
        for number in range(100):
            limiter.count_failure(str(number))
        assert len(limiter._failures) == 10


@pytest.mark.parametrize(
    ("role", "names"),
    [
        (Role.PESERTA, ["beranda", "latihan"]),
        (Role.PELATIH, ["beranda", "latihan", "kelas", "peta"]),
        (Role.STAF, ["beranda", "daftar", "peta"]),
        (Role.ADMIN, ["beranda"]),
    ],
)
def test_each_role_has_its_rooms(role, names):
    actor = Actor("x", "x", role, Workspace.LATIHAN)
    assert [door.name for door in doors_for(actor)] == names


def test_a_closed_room_says_for_whom_it_is():
    actor = Actor("x", "x", Role.PESERTA, Workspace.LATIHAN)
    assert closed_sentence(DOORS["peta"], actor) == (
        "Ruang Peta hanya untuk pelatih dan staf dinas. Anda masuk sebagai peserta."
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
    ],
)
def test_after_signing_in_one_goes_to_a_room_of_ours(path, goes_to):
    assert safe_next(path) == goes_to
