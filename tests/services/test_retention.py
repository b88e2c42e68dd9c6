"""The end of what is kept too long: only what was shown, for good, and the chain stays whole."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from datetime import date, timedelta

import pytest
from sqlalchemy import Boolean, Integer, Text, event, select

from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, WrongUse
from workbench.services import accounts, fieldwork, imports, office_settings, retention, shelves
from workbench.services.office import DATABASE, Office
from workbench.store import clock, snapshots, tables, verify_chain
from workbench.store import retention as stored
from workbench.verification.fieldwork.outcomes import Outcome

STAFF = Actor("A-0", "Kepala data", Role.STAF, Workspace.NYATA, ("36.73",))
ADMIN = accounts.machine_operator(Workspace.NYATA)
HEADER = "NIK;NO KK;NAMA;JK;TGL LAHIR;HUB KELUARGA;ALAMAT;RT;RW;DESA/KELUARAHAN;KECAMATAN"
ROW = (
    "367301050481900{0};367301060715900{0};RUSDI CONTOH;L;05/04/1981;KEPALA KELUARGA;A;001;002;"
    "CIPARE;SERANG"
)
SECRET = "KATA RAHASIA TENTANG KELUARGA"
TODAY = clock.today()
#: A day on which all that is made today is over, whatever its kind.
LATER = TODAY + timedelta(days=366 * 11)

#: Texts that hold codes, settings, practice or what the ledger rests on, and nobody's own words
#: about families: these are not deleted by age.
OTHER_TEXTS = {
    *("account.areas", "class.settings", "event.value", "drawn_case.public", "case_key.key"),
    *("grade.answer", "grade.grade", "grade.feedback", "bank_case.public", "bank_key.key"),
    *("class_part.settings", "class_live.message", "bimtek.content", "certificate.content"),
    *("own_task.content", "snapshot.manifest", "mapping.columns", "setting.value"),
    *("setting.source", "outcome.codes", "finding_round.totals", "recheck_sample.codes"),
    *("recheck.codes", "recheck_outcome.codes", "happening.codes", "graduation.codes"),
    *("retention_run.years", "retention_run.counts"),
}


@pytest.fixture
def put(office, tmp_path):
    def put(name, serial=1):
        path = tmp_path / f"{name}.csv"
        path.write_text("\n".join((HEADER, ROW.format(serial), "")), encoding="utf-8")
        return imports.bring_in(office, STAFF, path, name, as_of=date(2026, 3, serial)).id

    return put


def kept_files(office):
    """What the database's files hold, as bytes; of PostgreSQL, what its tables do."""
    if office.real.url.get_backend_name() != "sqlite":
        with office.real.reading() as connection:
            rows = [connection.execute(select(one)).all() for one in tables.metadata.sorted_tables]
        return repr(rows).encode()
    folder = office.root / "nyata"
    return b"".join(path.read_bytes() for path in sorted(folder.glob(f"{DATABASE}*")))


def said(list_office, list_id):
    families = shelves.open_list(list_office, STAFF, list_id).register["family"].to_pylist()
    family_id = families[0]["family_id"]
    answers = {
        "visited_on": TODAY.isoformat(),
        "visit_number": "1",
        "presence": "KB1",
        "domicile": "DM1",
        "eligibility": "LY1",
        "proposal": "PERBAIKI",
        "note": SECRET,
    }
    return family_id, Outcome(answers, {}, {})


def test_words_of_visits_go_and_codes_and_the_chain_stay(office, put):
    list_id = put("Maret")
    fieldwork.advance(office, STAFF, list_id)
    family_id, outcome = said(office, list_id)
    fieldwork.keep_draft(office, STAFF, list_id, family_id, outcome, "catatan")
    fieldwork.record_outcome(office, STAFF, list_id, family_id, outcome, way="layar", source="")
    assert SECRET.encode() in kept_files(office)
    seen = retention.due(office, ADMIN, LATER)
    words = next(one for one in seen if one.kind == "kata")
    assert words.count >= 1
    done = retention.erase(office, ADMIN, seen, LATER)
    assert done.is_swept
    assert done.run.counts["kata"] == words.count
    assert SECRET.encode() not in kept_files(office)
    assert verify_chain(office.real).is_whole
    (kept,) = fieldwork.outcomes(office, STAFF, list_id, family_id)
    assert kept.outcome.family["presence"] == "KB1"
    assert "note" not in kept.outcome.family
    # The list is the working list, and stays.
    assert shelves.open_list(office, STAFF, list_id).summary.id == list_id


def test_every_place_of_words_names_and_sessions_is_emptied(tmp_path):
    """A row in each of them, made by hand; not a letter of it is left in the files."""
    office = Office(tmp_path / "kantor")
    store = office.real
    with store.reading():
        pass
    path = office.root / "nyata" / DATABASE
    places = []
    with closing(sqlite3.connect(path)) as raw:
        raw.execute("PRAGMA foreign_keys = OFF")
        raw.execute("PRAGMA ignore_check_constraints = ON")
        for held in {one.table: one for kind in stored.HELD.values() for one in kind}.values():
            row = {}
            for column in held.data.c:
                if isinstance(column.type, Boolean | Integer):
                    row[column.name] = 0
                elif column.name in ("at", "last_seen_at", "created_at", "deleted_at"):
                    row[column.name] = "2010-01-01T00:00:00.000000Z"
                elif isinstance(column.type, Text) and f"{held.table}.{column.name}" not in (
                    OTHER_TEXTS
                ):
                    row[column.name] = f"RAHASIA {held.table} {column.name}"
                    places.append(row[column.name])
                else:
                    row[column.name] = f"x-{column.name}"[: getattr(column.type, "length", 9) or 9]
            marks = ", ".join("?" * len(row))
            names = ", ".join(f'"{name}"' for name in row)
            raw.execute(f'INSERT INTO "{held.table}" ({names}) VALUES ({marks})', [*row.values()])
        for parent in ("outcome", "happening"):
            row = {
                column.name: 0 if isinstance(column.type, Integer) else f"x-{column.name}"
                for column in tables.metadata.tables[parent].c
            }
            row |= {"at": "2010-01-01T00:00:00.000000Z"}
            if parent == "happening":
                row["id"] = "x-happening_id"[:9]
            else:
                row |= {name: f"x-{name}"[:9] for name in ("list_id", "family_id", "source")}
            marks = ", ".join("?" * len(row))
            raw.execute(
                f"INSERT INTO {parent} ({', '.join(row)}) VALUES ({marks})", [*row.values()]
            )
            raw.execute(
                f"UPDATE {parent}_note SET "
                + ", ".join(
                    f"{name} = '{row[other]}'"
                    for name, other in (
                        (("happening_id", "id"),)
                        if parent == "happening"
                        else tuple((n, n) for n in ("list_id", "family_id", "source", "revision"))
                    )
                )
            )
        raw.commit()
    store.close()

    # The rows made by hand hold no lawful codes.
    def lawless(connection, _record):
        connection.execute("PRAGMA ignore_check_constraints = ON")

    event.listen(store.engine, "connect", lawless)
    store.engine.dispose()
    assert len(places) > 15
    assert all(place.encode() in kept_files(office) for place in places)
    done = retention.erase(office, ADMIN, retention.due(office, ADMIN))
    assert done.is_swept
    left = kept_files(office)
    assert [place for place in places if place.encode() in left] == []
    assert all(one.count == 0 for one in retention.due(office, ADMIN))
    # Words that are gone cannot be tried against their hash either.
    with store.reading() as connection:
        for held in (one for kind in stored.HELD.values() for one in kind if one.left):
            if "salt" in held.data.c:
                assert connection.execute(select(held.data.c.salt)).scalars().all() == [""]


def test_what_was_deleted_before_leaves_the_files_too(put, office):
    """A draft that was dropped lies in free pages and in the log until they are cleared."""
    if office.real.url.get_backend_name() != "sqlite":
        return
    list_id = put("Maret")
    fieldwork.advance(office, STAFF, list_id)
    family_id, outcome = said(office, list_id)
    fieldwork.keep_draft(office, STAFF, list_id, family_id, outcome, "catatan")
    with closing(sqlite3.connect(office.root / "nyata" / DATABASE)) as raw:
        # As a SQLite does that was not built to overwrite what it deletes.
        raw.execute("PRAGMA secure_delete = OFF")
        raw.execute("DELETE FROM outcome_draft")
        raw.commit()
        raw.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    office.real.close()
    assert SECRET.encode() in kept_files(office)
    assert retention.sweep(office, ADMIN)
    assert SECRET.encode() not in kept_files(office)


def test_every_text_is_either_deleted_by_age_or_known_to_hold_no_words():
    held = {
        f"{one.table}.{name}"
        for kind in stored.HELD.values()
        for one in kind
        for name in (one.left or (column.name for column in one.data.c))
    }
    texts = {
        f"{name}.{column.name}"
        for name, table in tables.metadata.tables.items()
        for column in table.c
        if isinstance(column.type, Text)
    }
    assert texts - held == OTHER_TEXTS


def test_old_lists_go_with_their_files_and_leave_who_and_when(office, put):
    old, working, newest = put("Januari", 1), put("Februari", 2), put("Maret", 3)
    fieldwork.advance(office, STAFF, working)
    seen = retention.due(office, ADMIN, LATER)
    lists = next(one for one in seen if one.kind == "daftar")
    assert lists.names == ("Januari",)
    retention.erase(office, ADMIN, seen, LATER)
    home = office.root / "nyata" / "daftar"
    assert {path.name for path in home.iterdir()} == {working, newest}
    gone = snapshots.find_snapshot(office.real, old)
    assert (gone.deleted_by, gone.reason) == (ADMIN.id, "Masa simpan berakhir")
    assert verify_chain(office.real).is_whole
    (run,) = retention.runs(office, ADMIN)
    assert (run.actor, run.on_day) == (ADMIN.id, LATER.isoformat())
    assert (run.counts["daftar"], run.years["daftar"]) == (1, 5)
    with office.real.reading() as connection:
        kinds = select(tables.event.c.subject).where(tables.event.c.kind == "retensi")
        assert connection.execute(kinds).scalars().all() == ["retensi:1"]


def test_files_of_a_list_whose_deletion_was_cut_off_go_with_the_next_sweep(
    office, put, monkeypatch
):
    old, working = put("Januari", 1), put("Februari", 2)
    fieldwork.advance(office, STAFF, working)
    home = office.root / "nyata" / "daftar"
    with monkeypatch.context() as patch:
        patch.setattr("shutil.rmtree", lambda *_words, **_how: None)
        done = retention.erase(office, ADMIN, retention.due(office, ADMIN, LATER), LATER)
    assert not done.is_swept
    assert (home / old).is_dir()
    assert retention.sweep(office, ADMIN)
    assert {path.name for path in home.iterdir()} == {working}


def test_only_what_was_shown_is_deleted(office, put):
    put("Januari", 1), put("Februari", 2)
    seen = retention.due(office, ADMIN, LATER)
    put("Maret", 3)
    with pytest.raises(WrongUse, match="berubah sejak dilihat"):
        retention.erase(office, ADMIN, seen, LATER)
    assert len(snapshots.list_snapshots(office.real)) == 3
    today = retention.due(office, ADMIN)
    assert all(one.count == 0 for one in today)
    with pytest.raises(WrongUse, match="Tidak ada yang habis"):
        retention.erase(office, ADMIN, today)


def test_what_is_kept_for_good_is_never_over(office, put):
    put("Januari", 1), put("Februari", 2)
    office_settings.put(office, ADMIN, "keep_lists_years", 0, "SK 1/2026")
    lists = next(one for one in retention.due(office, ADMIN, LATER) if one.kind == "daftar")
    assert (lists.years, lists.before, lists.count) == (0, None, 0)


def test_only_who_looks_after_the_whole_office_may(office):
    for actor in (STAFF, Actor("A-1", "Admin", Role.ADMIN, Workspace.NYATA, ("36.73.01",))):
        for act in (retention.due, retention.runs, retention.sweep):
            with pytest.raises(Forbidden):
                act(office, actor)
