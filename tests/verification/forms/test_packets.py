"""What is handed out: every family once, under keys and names that tell nothing."""

import re

import pytest

from workbench.rules import check
from workbench.synthesis import generate
from workbench.verification.checklists import checklist
from workbench.verification.forms.packets import (
    KEY_LENGTH,
    Numbers,
    Officer,
    Sharing,
    make_packets,
    record_key,
)


@pytest.fixture(scope="module")
def city():
    register = generate(families=60, seed=3, error_rate=0.6)
    return register, checklist(register, check(register), everyone=True)


def _key(kind, *parts):
    return record_key(b"rahasia", kind, "S1", *parts)


def _packets(city, **how):
    register, sheets = city
    members = {}
    for row in register["person"].to_pylist():
        one = (row["person_id"], row["name"], "9973**********01")
        members.setdefault(row["family_id"], []).append(one)
    return make_packets(sheets, members, _key, "S1", "2026-T4", **how)


def test_each_family_lies_in_one_packet_however_they_are_divided(city):
    register, _ = city
    ids = register["family"]["family_id"].to_pylist()
    wanted = sorted(_key("keluarga", one) for one in ids)
    officers = {one: [Officer(f"A{p % 3}", f"Petugas {p % 3}")] for p, one in enumerate(ids)}
    for sharing in Sharing:
        packets = _packets(city, sharing=sharing, officers=officers)
        assert sorted(visit.key for packet in packets for visit in packet.visits) == wanted
        assert len({packet.id for packet in packets}) == len(packets)
        numbers = [[visit.number for visit in packet.visits] for packet in packets]
        assert all(one == list(range(1, len(one) + 1)) for one in numbers)
    by_officer = _packets(city, sharing=Sharing.OFFICER, officers=officers)
    assert {packet.officer for packet in by_officer} == {"Petugas 0", "Petugas 1", "Petugas 2"}
    by_rt = _packets(city, sharing=Sharing.RT)
    assert all(len({(v.rt, v.rw) for v in packet.visits}) == 1 for packet in by_rt)


def test_keys_and_file_names_hold_no_number_and_no_name(city):
    register, _ = city
    secrets = {*register["person"]["nik"].to_pylist(), *register["family"]["no_kk"].to_pylist()}
    for packet in _packets(city, sharing=Sharing.RT):
        for visit in packet.visits:
            keys = [visit.key, *(m.key for m in visit.members), *(a.key for a in visit.asks)]
            assert all(re.fullmatch(f"[A-Z2-7]{{{KEY_LENGTH}}}", key) for key in keys)
            words = [word.lower() for word in visit.head.split() if len(word) > 3]
            assert not any(word in packet.file_stem for word in words)
        assert re.fullmatch(r"[a-z0-9.-]+", packet.file_stem)
        assert not any(number and number in packet.file_stem for number in secrets)


def test_another_secret_list_or_kind_makes_another_key():
    made = {
        record_key(secret, kind, list_id, "F1")
        for secret in (b"a", b"b")
        for kind in ("keluarga", "orang")
        for list_id in ("S1", "S2")
    }
    assert len(made) == 8


def test_the_office_can_leave_numbers_out_altogether(city):
    shown = [v for packet in _packets(city) for v in packet.visits]
    assert any(visit.no_kk for visit in shown)
    bare = [v for p in _packets(city, numbers=Numbers.LEFT_OUT) for v in p.visits]
    assert not any(visit.no_kk or any(m.number for m in visit.members) for visit in bare)
    assert [visit.key for visit in bare] == [visit.key for visit in shown]
