"""Ports of tests are free, new each time, and none that a connection going out could be given."""

import socket

from tests import ports


def test_a_port_that_somebody_holds_is_passed_over():
    first = ports.free_port()
    with socket.socket() as other:
        other.bind(("127.0.0.1", first + 1))
        found = {ports.free_port() for _ in range(20)}
    assert len(found) == 20
    assert not found & {first, first + 1}


def test_every_port_of_every_worker_lies_below_those_the_system_hands_out():
    """32768 is where they begin on Linux; macOS and Windows begin higher."""
    assert 10_000 < ports._FIRST < ports._FIRST + ports._WORKERS * ports._EACH <= 32_768
