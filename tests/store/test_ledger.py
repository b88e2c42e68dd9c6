"""The ledger: insert or ignore, the newest counts, and a chain that notices."""

from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.database import by_hand, run_script
from workbench.access import Workspace
from workbench.errors import StoreFault, WrongUse
from workbench.store import Event, Store, append, clock, ledger, newest, record, verify_chain
from workbench.store.anchors import take_anchor
from workbench.store.ledger import GENESIS, MAX_REVISION, chain_hash
from workbench.store.tables import event, ledger_head


def say(store, revision, value, field="P1.nik", actor="a"):
    with store.writing() as connection:
        return append(connection, Event(actor, "jawaban", "kasus:1", field, revision, value))


def state(store, actor="a"):
    with store.reading() as connection:
        return {
            name: (field.revision, field.value)
            for name, field in newest(connection, actor, "kasus:1").items()
        }


def test_a_new_revision_is_accepted_and_counts(store):
    assert say(store, 1, "sesuai").accepted
    answer = say(store, 2, "tidak_sesuai")
    assert (answer.accepted, answer.revision, answer.value) == (True, 2, "tidak_sesuai")
    assert state(store) == {"P1.nik": (2, "tidak_sesuai")}


def test_a_retry_of_the_same_event_is_accepted_once(store):
    say(store, 1, "sesuai")
    assert say(store, 1, "sesuai").accepted
    assert verify_chain(store).events == 1


def test_an_ignored_event_of_another_value_is_answered_with_the_newest(store):
    say(store, 1, "sesuai")
    say(store, 2, "tidak_sesuai")
    answer = say(store, 1, "perlu_kunjungan")
    assert (answer.accepted, answer.revision, answer.value) == (False, 2, "tidak_sesuai")
    assert state(store) == {"P1.nik": (2, "tidak_sesuai")}
    assert verify_chain(store).events == 2


def test_a_late_lower_revision_is_kept_and_does_not_count(store):
    say(store, 5, "tidak_sesuai")
    answer = say(store, 3, "sesuai")
    assert (answer.accepted, answer.revision, answer.value) == (True, 5, "tidak_sesuai")
    assert state(store) == {"P1.nik": (5, "tidak_sesuai")}


def test_people_and_fields_do_not_disturb_each_other(store):
    say(store, 1, "sesuai", actor="a")
    say(store, 1, "tidak_sesuai", actor="b")
    say(store, 1, "perlu_kunjungan", actor="a", field="P1.name")
    assert state(store, "a") == {"P1.nik": (1, "sesuai"), "P1.name": (1, "perlu_kunjungan")}
    assert state(store, "b") == {"P1.nik": (1, "tidak_sesuai")}


@pytest.mark.parametrize("revision", [0, -1, 1.0, True, "1", None, MAX_REVISION + 1])
def test_a_revision_that_is_no_counting_number_is_refused(store, revision):
    with pytest.raises(WrongUse):
        say(store, revision, "sesuai")
    assert say(store, MAX_REVISION, "sesuai").accepted


def test_what_happened_twice_is_recorded_twice(store):
    with store.writing() as connection:
        record(connection, "a", "akun", "akun:a", "masuk", {})
        record(connection, "a", "akun", "akun:a", "masuk", {})
        assert newest(connection, "a", "akun:a")["masuk"].revision == 2


said = st.tuples(
    st.sampled_from(["a", "b"]), st.sampled_from(["f", "g"]), st.integers(1, 4), st.integers(0, 2)
)


@settings(max_examples=40, deadline=None)
@given(st.lists(said, max_size=25))
def test_state_is_the_highest_revision_of_what_was_first_said(tmp_path_factory, sayings):
    store = Store.at(tmp_path_factory.mktemp("hukum") / "x.sqlite", Workspace.NYATA)
    first: dict[tuple[str, str, int], int] = {}
    for actor, field, revision, value in sayings:
        answer = say(store, revision, value, field, actor)
        standing = first.setdefault((actor, field, revision), value)
        highest = max(r for a, f, r in first if (a, f) == (actor, field))
        assert answer.accepted == (standing == value)
        assert (answer.revision, answer.value) == (highest, first[actor, field, highest])
    for actor in ("a", "b"):
        fields = {f for a, f, _ in first if a == actor}
        highest = {f: max(r for a, g, r in first if (a, g) == (actor, f)) for f in fields}
        assert state(store, actor) == {f: (r, first[actor, f, r]) for f, r in highest.items()}
    assert verify_chain(store).is_whole
    assert verify_chain(store).events == len(first)
    store.close()


#: What somebody with the file and a database program does -> where it is noticed.
TAMPERING = {
    "nothing": ("select 1", None),
    "a value edited": ("update event set value = '\"sesuai\"' where seq = 4", 4),
    "a time edited": ("update event set at = '2020-01-01T00:00:00.000000Z' where seq = 1", 1),
    "an actor edited": ("update event set actor = 'b' where seq = 6", 6),
    "an event deleted": ("delete from event where seq = 3", 3),
    "the first deleted": ("delete from event where seq = 1", 1),
    "cut off at the end": ("delete from event where seq > 4", 5),
    "everything deleted": ("delete from event", 1),
    "several deleted": ("delete from event where seq in (2, 3, 4)", 2),
    "one put before the first": (
        "insert into event (seq, actor, kind, subject, field, revision, value, at, prev_hash, hash)"
        " select 0, actor, kind, subject, field, 99, value, at, hash, 'abc' from event"
        " where seq = 6",
        1,
    ),
    "a hash of the one before edited": ("update event set prev_hash = hash where seq = 2", 2),
    "the end forgotten": ("delete from ledger_head", 7),
    "the end set back": ("update ledger_head set seq = 5", 6),
    "two swapped": (
        "update event set seq = -1 where seq = 2; update event set seq = 2 where seq = 5;"
        "update event set seq = 5 where seq = -1",
        2,
    ),
    "one inserted at the end": (
        "insert into event (seq, actor, kind, subject, field, revision, value, at, prev_hash, hash)"
        " select 7, actor, kind, subject, field, 99, value, at, hash, 'abc' from event"
        " where seq = 6",
        7,
    ),
    "one inserted between": (
        "update event set seq = seq + 100 where seq > 3; update event set seq = seq - 99"
        " where seq > 100; insert into event (seq, actor, kind, subject, field, revision, value,"
        " at, prev_hash, hash) select 4, actor, kind, subject, field, 99, value, at, hash, 'abc'"
        " from event where seq = 3",
        4,
    ),
}


@pytest.mark.parametrize("how", TAMPERING)
def test_the_chain_notices(store, how):
    for revision in range(1, 7):
        say(store, revision, f"nilai {revision}")
    store.close()
    tampering, place = TAMPERING[how]
    with by_hand(store) as raw:
        run_script(raw, tampering)
    report = verify_chain(store)
    assert report.is_whole is (place is None)
    assert report.fault_at == place
    assert (str(place) if place else "utuh") in report.sentence


def test_the_chain_notices_bytes_in_the_place_of_words(on_sqlite):
    """A column of PostgreSQL holds words only."""
    for revision in range(1, 7):
        say(on_sqlite, revision, f"nilai {revision}")
    on_sqlite.close()
    with by_hand(on_sqlite) as raw:
        raw.exec_driver_sql("update event set value = x'00ff' where seq = 3")
    assert verify_chain(on_sqlite).fault_at == 3


#: The same edits as whoever knows the formula would make them: hashes reckoned anew to the end.
REWRITING = {
    "a value edited": ("update event set value = '\"lain\"' where seq = 3", 3),
    "an event deleted": (
        "delete from event where seq = 5; update event set seq = seq - 1 where seq > 5",
        5,
    ),
    "cut off at the end": ("delete from event where seq > 4", 5),
}


def write_anew(raw):
    """Reckon every hash and the end of the chain anew, as a forger would."""
    before, last = GENESIS, 0
    for row in raw.execute(select(event).order_by(event.c.seq)).mappings().all():
        own = chain_hash({**row, "prev_hash": before})
        said = {"prev_hash": before, "hash": own}
        raw.execute(event.update().where(event.c.id == row["id"]).values(said))
        before, last = own, row["seq"]
    raw.execute(ledger_head.update().values(hash=before, seq=last))


@pytest.mark.parametrize("how", REWRITING)
def test_a_chain_written_anew_agrees_with_itself_and_not_with_its_anchors(store, how, tmp_path):
    anchors = []
    path = tmp_path / "jangkar.txt"
    for revision in range(1, 9):
        say(store, revision, f"nilai {revision}")
        if revision % 2 == 0:
            anchors.append(take_anchor(store, path, date(2026, 11, revision)))
    assert verify_chain(store, anchors).is_whole
    store.close()
    tampering, place = REWRITING[how]
    with by_hand(store) as raw:
        run_script(raw, tampering)
        write_anew(raw)
    assert verify_chain(store).is_whole
    report = verify_chain(store, anchors)
    assert not report.is_whole
    assert report.fault_at == place
    assert "jangkar" in report.sentence


def test_a_long_chain_tells_how_far_it_is(store, monkeypatch):
    monkeypatch.setattr(ledger, "_TOLD_EVERY", 2)
    for revision in range(1, 6):
        say(store, revision, "sesuai")
    told = []
    verify_chain(store, progress=lambda done, of: told.append((done, of)))
    assert told == [(2, 5), (4, 5), (5, 5)]


# --- the clock


@pytest.fixture
def at(monkeypatch):
    """Sets the machine's clock: ``at("2026-11-21T08:00")``."""

    def on(minute):
        monkeypatch.setattr(clock, "now", lambda: f"{minute}:00.000000Z")

    return on


def dates(store):
    with store.reading() as connection:
        return connection.execute(select(event.c.at).order_by(event.c.seq)).scalars().all()


def test_a_clock_a_little_behind_dates_no_event_before_the_former(store, at):
    at("2026-11-21T08:00")
    say(store, 1, "sesuai")
    at("2026-11-21T07:51")
    assert say(store, 2, "tidak_sesuai").accepted
    at("2026-11-21T08:01")
    say(store, 3, "sesuai")
    assert [one[11:16] for one in dates(store)] == ["08:00", "08:00", "08:01"]
    assert verify_chain(store).is_whole


@pytest.mark.parametrize("day", ["2026-11-21T07:49", "2026-01-02T08:00", "2019-01-01T00:00"])
def test_a_clock_far_behind_is_a_sentence_and_nothing_is_recorded(store, at, day):
    at("2026-11-21T08:00")
    say(store, 1, "sesuai")
    before = dates(store)
    at(day)
    with pytest.raises(StoreFault, match=r"catatan terakhir dibuat 21 Nov 2026 15\.00 WIB"):
        say(store, 2, "tidak_sesuai")
    with store.reading() as connection, pytest.raises(StoreFault, match="Setel tanggal"):
        ledger.refuse_wrong_clock(connection)
    assert (state(store), dates(store)) == ({"P1.nik": (1, "sesuai")}, before)
    # What is there already is answered as ever.
    assert say(store, 1, "sesuai").accepted


def test_the_first_event_of_an_office_is_not_of_2019(store, at):
    at("2019-01-01T00:00")
    with pytest.raises(StoreFault, match=r"menunjuk 1 Jan 2019 07\.00 WIB, padahal Meja Verval"):
        say(store, 1, "sesuai")
    assert dates(store) == []


def test_a_clock_that_was_ahead_is_accepted_once_and_the_ledger_says_so(store, at):
    at("2031-05-01T08:00")
    say(store, 1, "sesuai")
    at("2026-11-21T08:00")
    with store.writing() as connection:
        assert ledger.accept_clock(connection, "mesin") == (
            "2031-05-01T08:00:00.000000Z",
            "2026-11-21T08:00:00.000000Z",
        )
    say(store, 2, "tidak_sesuai")
    with store.writing() as connection:
        assert ledger.accept_clock(connection, "mesin") is None
        said = newest(connection, "mesin", ledger.CLOCK)[ledger.CLOCK]
    assert said.value["sebelum"][:4] == "2031"
    assert [one[:4] for one in dates(store)] == ["2031", "2026", "2026"]
    assert verify_chain(store).is_whole


def test_a_clock_of_2019_is_never_accepted(store, at):
    at("2026-11-21T08:00")
    say(store, 1, "sesuai")
    at("2019-01-01T00:00")
    with store.writing() as connection, pytest.raises(StoreFault, match="2019"):
        ledger.accept_clock(connection, "mesin")
    assert len(dates(store)) == 1
