"""What minutes say, and the list before and after: sums that reconcile."""

from __future__ import annotations

import json
from datetime import date
from random import Random

import pytest

from workbench.verification.meetings.content import Decision, decisions, is_signed, reasons, roles
from workbench.verification.meetings.minutes import Facts, Family, Talked, balance, compose
from workbench.verification.meetings.minutes import corrected as correct
from workbench.verification.meetings.warnings import Attendee

DAY = date(2026, 11, 21)
NIK = "9973014504810001"


def family(name, status="", proposal="", rt="001"):
    return Family(name, f"KELUARGA {name}", NIK, rt, "002", status, proposal)


def facts(**more):
    known = (family("F1"), family("F2"), family("F3", "US1"))
    told = {
        "office": "Dinas Sosial Kota Serang",
        "kelurahan": "Cipare, Kecamatan Serang",
        "list_words": "Maret",
        "number": "1",
        "held_on": DAY,
        "announced_on": None,
        "place": "Aula",
        "attendees": (Attendee("LURAH", "Ibu Sariah", True), Attendee("TOKOH", "Asnawi", False)),
        "warnings": (),
        "talked": (
            Talked(known[0], "tahap", "", Decision("tidak_layak", "TL17", "Toko")),
            Talked(known[2], "tambahan", "Usul RT", Decision("layak")),
        ),
        "dropped": (),
        "families": known,
        "is_practice": True,
    }
    return Facts(**{**told, **more})


def test_the_list_afterwards_is_the_one_before_less_and_more():
    said = balance(facts().families, {"F1": "tidak_layak", "F3": "layak"})
    assert [one.family_id for one in said.before] == ["F1", "F2"]
    assert [one.family_id for one in said.removed] == ["F1"]
    assert [one.family_id for one in said.added] == ["F3"]
    assert [one.family_id for one in said.after] == ["F2", "F3"]


@pytest.mark.parametrize("seed", range(20))
def test_totals_reconcile_to_the_row(seed):
    rng = Random(f"musyawarah:{seed}")
    known = [
        family(f"F{n}", rng.choice(("", "US0", "US1", "US2", "US3")), rng.choice(("", "USUL_BARU")))
        for n in range(40)
    ]
    decided = {one.family_id: rng.choice(list(decisions())) for one in known if rng.random() < 0.6}
    said = balance(known, decided)
    assert len(said.after) == len(said.before) - len(said.removed) + len(said.added)
    assert set(said.after) <= set(known)
    new = [one for one in known if not one.is_listed]
    refused = [one for one in new if decided.get(one.family_id) == "tidak_layak"]
    assert sorted(one.family_id for one in said.declined) == sorted(
        one.family_id for one in refused
    )


def test_minutes_hold_no_whole_number_and_nothing_but_plain_data():
    told = json.dumps(compose(facts()))
    assert NIK not in told
    assert "9973**********01" in told
    assert json.loads(told) == compose(facts())


def test_minutes_tell_day_decision_reason_and_why_a_family_was_added():
    told = compose(facts())
    assert told["day"] == "Sabtu, 21 November 2026"
    assert told["present"] == "1 dari 2 undangan"
    first, second = told["families"]
    assert (first["decision"], first["reason"], first["note"]) == (
        "Tidak layak, diusulkan keluar",
        reasons()["TL17"],
        "Toko",
    )
    assert (second["origin"], second["note_in"]) == ("Ditambahkan", "Usul RT")
    assert told["removed"][0]["reason"] == reasons()["TL17"]


def test_a_place_to_sign_is_kept_for_the_lurah_who_did_not_come():
    there = (Attendee("OPERATOR", "Kusnadi", True), Attendee("PSM", "Rukoyah", True))
    signers = compose(facts(attendees=there))["signers"]
    assert signers == [
        {"role": "Lurah atau sekretaris lurah", "name": ""},
        {"role": "Operator data", "name": "Kusnadi"},
    ]


def test_a_correction_leaves_everything_as_it_was_and_adds_a_line():
    first = compose(facts())
    twice = correct(correct(first, "RT 001 seharusnya 002", DAY), "Tempat: balai", DAY)
    assert [one["words"] for one in twice["corrections"]] == [
        "RT 001 seharusnya 002",
        "Tempat: balai",
    ]
    assert {**twice, "corrections": []} == first


def test_minutes_are_signed_by_the_lurah_or_not_at_all():
    assert is_signed(["LURAH"])
    assert not is_signed(set(roles()) - {"LURAH"})
    assert not is_signed([])
