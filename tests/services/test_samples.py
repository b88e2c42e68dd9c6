"""A sample is drawn of what was visited, and anybody can draw it again."""

from __future__ import annotations

import json
import secrets

import pytest
from sqlalchemy import text

from tests.services.recheck_world import (
    CIPARE,
    HEAD,
    KASEMEN,
    add_officer,
    draw_all,
    families_of,
    outcome,
    put_list,
    row,
    visit_all,
)
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, WrongUse
from workbench.services import audits, fieldwork, samples
from workbench.services.accounts import machine_operator
from workbench.store import clock
from workbench.store.ledger import verify_chain

OF_KASEMEN = Actor("A-9", "Staf Kasemen", Role.STAF, Workspace.NYATA, ("36.73.02",))


def visit_a_list(office, folder):
    rows = [row(n) for n in range(1, 31)] + [row(n, "KASEMEN;KASEMEN") for n in range(31, 51)]
    list_id = put_list(office, folder, rows)
    officers = [add_officer(office, "siti"), add_officer(office, "budi")]
    visit_all(office, list_id, officers)
    return list_id, officers


@pytest.fixture
def world(office, begin_as):
    return begin_as(visit_a_list, office)


def test_a_lot_is_drawn_in_strata_of_kelurahan_and_officer_and_says_how(office, world):
    list_id, officers = world
    planned = samples.plan_sample(office, HEAD, list_id, samples.Order())
    assert (planned.families, planned.strata) == (50, 4)
    sample = samples.draw_sample(office, HEAD, list_id, samples.Order(), seed=41)
    plan = samples.plan_of(sample)
    assert len(sample.drawn.rows) == plan.n == planned.plan.n < 50
    assert {part.place for part in sample.drawn.strata} == {
        (place, officer.id) for place in (CIPARE, KASEMEN) for officer in officers
    }
    told = dict(sample.drawn.facts)
    assert told["Angka undian"] == "41"
    assert told["Sidik kerangka (SHA-256)"] == sample.drawn.digest
    name, content = samples.sample_file(office, HEAD, sample.id)
    assert "Angka undian: 41" in content.decode()
    assert sample.drawn.digest in content.decode()
    assert all(f"  {one.key}\n" in content.decode() for one in sample.drawn.rows)
    assert "RUSDI" not in content.decode()
    assert "36730105" not in name + content.decode()


def test_the_same_seed_draws_the_same_families_and_another_one_others(office, world):
    list_id, _ = world
    order = samples.Order(good=0.05, bad=0.3)
    one = samples.draw_sample(office, HEAD, list_id, order, seed=5)
    assert samples.redraw_sample(office, HEAD, one.id).words == (
        "Undian ulang memberi daftar yang sama, dari kerangka yang sama."
    )
    other = samples.draw_sample(office, HEAD, list_id, order, seed=6)
    taken = {row.key for row in one.drawn.rows}
    assert not taken & {row.key for row in other.drawn.rows}
    assert other.drawn.exclusions == {"sudah terundi pada cuplikan sebelumnya": len(taken)}


def test_the_number_of_a_sample_is_never_taken_for_a_nik(office, world, monkeypatch):
    """Whatever is as long as a NIK is masked in the trail and in a pack of evidence."""
    list_id, _ = world
    monkeypatch.setattr(secrets, "token_hex", lambda n: "7" * 2 * n)
    sample = samples.draw_sample(office, HEAD, list_id, samples.Order(), seed=5)
    assert sample.id.endswith("77777777")
    assert audits.without_numbers(sample.id) == sample.id


def test_what_comes_in_later_changes_no_redraw(office, world):
    list_id, (siti, _) = world
    sample = samples.draw_sample(office, HEAD, list_id, samples.Order(), seed=5)
    first = next(
        one for one in samples.rechecks.list_checks(office.real, sample.id) if one.first == siti.id
    )
    later = outcome(office, list_id, first.family_id, "tidak_benar")
    fieldwork.record_outcome(office, siti, list_id, first.family_id, later)
    samples.draw_sample(office, HEAD, list_id, samples.Order(kind="taksiran"), seed=8)
    assert samples.redraw_sample(office, HEAD, sample.id).is_same


def test_a_clock_ahead_at_the_draw_lets_nothing_later_into_a_redraw(office, tmp_path, monkeypatch):
    """One machine of several draws, five minutes ahead of the one that records visits."""
    list_id = put_list(office, tmp_path, [row(n) for n in range(1, 11)])
    siti, ids = add_officer(office, "siti"), families_of(office, list_id)
    visit_all(office, list_id, [siti], ids[:6])
    now = clock.now
    with monkeypatch.context() as patch:
        patch.setattr(clock, "now", lambda: clock.seconds_before(now(), -300))
        sample = draw_all(office, list_id)
    visit_all(office, list_id, [siti], ids[6:])
    assert samples.redraw_sample(office, HEAD, sample.id).words == (
        "Undian ulang memberi daftar yang sama, dari kerangka yang sama."
    )


def test_an_outcome_that_was_altered_behind_the_programs_back_is_named(office, world):
    list_id, _ = world
    sample = samples.draw_sample(office, HEAD, list_id, samples.Order(), seed=5)
    hit = sample.drawn.rows[3]
    with office.real.writing() as connection:
        (codes,) = connection.execute(
            text("select codes from outcome where family_id = :id"), {"id": hit.key}
        ).scalars()
        codes = json.dumps({**json.loads(codes), "temuan": {}})
        connection.execute(
            text("update outcome set codes = :codes where family_id = :id"),
            {"id": hit.key, "codes": codes},
        )
    again = samples.redraw_sample(office, HEAD, sample.id)
    assert [(one.key, one.why) for one in again.changed] == [(hit.key, "isi barisnya berubah")]
    assert not again.entered
    assert not again.left
    assert "1 berubah isinya" in again.words


def test_a_family_taken_out_of_the_kept_sample_is_missed(office, world):
    list_id, _ = world
    sample = samples.draw_sample(office, HEAD, list_id, samples.Order(), seed=5)
    with office.real.writing() as connection:
        (codes,) = connection.execute(text("select codes from recheck_sample")).scalars()
        kept = json.loads(codes)
        gone = kept["undian"]["strata"][0]["rows"].pop()
        connection.execute(
            text("update recheck_sample set codes = :codes"), {"codes": json.dumps(kept)}
        )
    again = samples.redraw_sample(office, HEAD, sample.id)
    assert [one.key for one in again.entered] == [gone["key"]]


def test_families_are_left_out_before_the_size_is_computed(office, world):
    list_id, (siti, budi) = world
    ids = families_of(office, list_id)
    disputed = outcome(office, list_id, ids[0], "tidak_benar")
    fieldwork.record_outcome(office, budi, list_id, ids[0], disputed)
    not_met = {"presence": "KB8", "proposal": "KUNJUNGAN_ULANG"}
    said = outcome(office, list_id, ids[2])
    unmet = type(said)({**said.family, **not_met, "domicile": "", "eligibility": ""})
    fieldwork.record_outcome(office, siti, list_id, ids[2], unmet)
    planned = samples.plan_sample(office, HEAD, list_id, samples.Order())
    assert planned.exclusions == {
        "belum ditemui, kunjungan pertama belum selesai": 1,
        "hasil kunjungan berbeda dan belum diputus": 1,
    }
    assert planned.families == planned.plan.size == 48


def test_a_sample_keeps_to_areas(office, world):
    list_id, _ = world
    with pytest.raises(Forbidden):
        samples.draw_sample(office, OF_KASEMEN, list_id, samples.Order(areas=("36.73.01",)))
    with pytest.raises(Forbidden):
        samples.plan_sample(office, OF_KASEMEN, list_id, samples.Order(areas=(CIPARE, KASEMEN)))
    own = samples.draw_sample(office, OF_KASEMEN, list_id, samples.Order())
    assert {part.kelurahan for part in own.drawn.strata} == {KASEMEN}
    whole = draw_all(office, list_id)
    assert [one.id for one in samples.samples(office, OF_KASEMEN, list_id)] == [own.id]
    assert [one.id for one in samples.samples(office, HEAD, list_id)] == [own.id, whole.id]
    for act in (samples.find_sample, samples.redraw_sample, samples.sample_file):
        with pytest.raises(Forbidden):
            act(office, OF_KASEMEN, whole.id)
    with pytest.raises(NotFound):
        samples.find_sample(office, HEAD, "U20261122ffff")


def test_an_auditor_at_the_machine_draws_without_reading_anybody(office, world):
    list_id, _ = world
    operator = machine_operator(Workspace.NYATA)
    sample = samples.draw_sample(office, operator, list_id, samples.Order(), seed=3)
    assert samples.redraw_sample(office, operator, sample.id).is_same
    assert verify_chain(office.real).is_whole


def test_an_estimate_visits_every_stratum(office, world):
    list_id, _ = world
    order = samples.Order("taksiran", margin=0.45, confidence=0.6)
    planned = samples.plan_sample(office, HEAD, list_id, order)
    sample = samples.draw_sample(office, HEAD, list_id, order, seed=3)
    assert all(part.rows for part in sample.drawn.strata)
    # As many as were announced, and as the paper says.
    assert len(sample.drawn.rows) == planned.plan.n == planned.strata == 4
    assert sample.drawn.plan.startswith("Periksa 4 keluarga")


@pytest.mark.parametrize(
    ("order", "seed", "words"),
    [
        (samples.Order("separuh"), None, "lot"),
        (samples.Order(), 0, "Angka undian"),
        (samples.Order(), 10**9 + 1, "Angka undian"),
        (samples.Order(areas=("36.73.03",)), None, "Belum ada keluarga"),
        (samples.Order(good=0.1, bad=0.1), None, "lebih kecil"),
    ],
)
def test_an_order_that_makes_no_sample_is_a_sentence(office, world, order, seed, words):
    list_id, _ = world
    with pytest.raises(WrongUse, match=words):
        samples.draw_sample(office, HEAD, list_id, order, seed)
    assert samples.samples(office, HEAD, list_id) == ()
