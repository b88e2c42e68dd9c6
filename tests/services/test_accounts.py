"""Accounts: first passwords, one sentence for every wrong sign-in, sessions that end."""

import stat

import pytest
from argon2 import PasswordHasher

from tests.database import by_hand
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden, NotFound, StoreFault, WrongUse
from workbench.services import accounts
from workbench.services.accounts import _hasher as in_earnest
from workbench.services.office import Office
from workbench.store import clock, verify_chain
from workbench.store.tables import account, session


@pytest.fixture
def first(office):
    return accounts.ensure_first_accounts(office)


@pytest.fixture
def signed(office, first):
    return accounts.sign_in(office, first.trainer_username, first.trainer_password)


@pytest.fixture
def forward(monkeypatch):
    """Moves the clock: ``forward(seconds)`` from the real time."""

    def move(seconds):
        later = clock.seconds_before(clock.now(), -seconds)
        monkeypatch.setattr(clock, "now", lambda: later)

    return move


def test_first_accounts_are_made_once_and_only_where_there_is_none(office, first):
    assert (first.trainer_username, first.staff_username) == ("pelatih", "staf")
    assert len({first.trainer_password, first.staff_password, ""}) == 3
    assert accounts.ensure_first_accounts(office) is None


def test_a_side_that_lost_its_making_is_made_up_for(office):
    """The process died between the two sides: the next start makes the missing one."""
    accounts._first_account(office.practice, "pelatih", "Pelatih", Role.PELATIH)
    first = accounts.ensure_first_accounts(office)
    assert (first.trainer_username, first.trainer_password) == ("", "")
    assert accounts.sign_in(office, first.staff_username, first.staff_password)


def test_each_first_account_stands_in_its_own_workspace(office, first):
    trainer = accounts.sign_in(office, first.trainer_username, first.trainer_password)
    staff = accounts.sign_in(office, first.staff_username, first.staff_password)
    assert (trainer.actor.role, trainer.actor.workspace) == (Role.PELATIH, Workspace.LATIHAN)
    assert (staff.actor.role, staff.actor.workspace) == (Role.STAF, Workspace.NYATA)
    assert staff.actor.areas == ("36.73",)
    assert trainer.must_change_password
    assert staff.must_change_password
    assert accounts.actor_of_token(office, trainer.token) == trainer.actor
    assert accounts.actor_of_token(office, staff.token) == staff.actor


def test_name_is_forgiving_and_password_is_not(office, first):
    assert accounts.sign_in(office, "  PELATIH ", first.trainer_password)
    for wrong in (first.trainer_password + " ", first.trainer_password.upper(), "", "x" * 5000):
        with pytest.raises(Forbidden):
            accounts.sign_in(office, "pelatih", wrong)


def test_every_wrong_sign_in_has_one_sentence_and_one_cost(office, first, monkeypatch):
    operator = accounts.machine_operator(Workspace.LATIHAN)
    off = accounts.add_account(office, operator, "mati", "Orang", Role.PELATIH)
    accounts.set_disabled(office, operator, "mati", True)
    verified = []
    real = accounts._verify
    monkeypatch.setattr(accounts, "_verify", lambda *a: verified.append(a) or real(*a))
    sentences = set()
    for name, password in (("tidak_ada", "x"), ("pelatih", "salah"), ("mati", off), ("", "")):
        with pytest.raises(Forbidden) as refused:
            accounts.sign_in(office, name, password)
        sentences.add(str(refused.value))
    assert len(sentences) == 1
    assert len(verified) == 4


def test_passwords_and_tokens_are_stored_as_hashes_only(office, first, signed):
    office.practice.close()
    content = b"".join(p.read_bytes() for p in office.folder(Workspace.LATIHAN).iterdir())
    assert signed.token.encode() not in content
    assert signed.token.split(".")[1].encode() not in content
    assert first.trainer_password.encode() not in content
    with office.practice.reading() as connection:
        assert connection.execute(account.select()).one().password_hash.startswith("$argon2id$")


def test_a_session_survives_a_restart(office, signed):
    office.practice.close()
    assert accounts.actor_of_token(Office(office.root), signed.token) == signed.actor


def test_a_session_ends_with_signing_out_and_no_other_does(office, first, signed):
    other = accounts.sign_in(office, first.trainer_username, first.trainer_password)
    accounts.sign_out(office, signed.token)
    assert accounts.actor_of_token(office, signed.token) is None
    assert accounts.actor_of_token(office, other.token) == other.actor


@pytest.mark.parametrize("token", ["", "l.", "n.abc", "x.abc", "l.%00", "'; drop table session"])
def test_what_is_no_token_is_nobody(office, first, token):
    assert accounts.actor_of_token(office, token) is None
    accounts.sign_out(office, token)


def test_a_token_is_looked_up_in_its_own_workspace_only(office, signed):
    assert accounts.actor_of_token(office, "n" + signed.token[1:]) is None


def test_an_unused_session_ends_and_a_used_one_does_not(office, signed, forward):
    forward(accounts.IDLE_S - 60)
    assert accounts.actor_of_token(office, signed.token) == signed.actor
    forward(accounts.IDLE_S - 60)
    assert accounts.actor_of_token(office, signed.token) == signed.actor
    forward(accounts.IDLE_S + 60)
    assert accounts.actor_of_token(office, signed.token) is None


def test_looking_a_session_up_writes_at_most_once_a_minute(office, signed, forward):
    def last_seen():
        with office.practice.reading() as connection:
            return connection.execute(session.select()).one().last_seen_at

    before = last_seen()
    accounts.actor_of_token(office, signed.token)
    assert last_seen() == before
    forward(90)
    accounts.actor_of_token(office, signed.token)
    assert last_seen() > before


def test_an_account_turned_off_is_out_at_once_and_back_when_turned_on(office, first, signed):
    operator = accounts.machine_operator(Workspace.LATIHAN)
    accounts.set_disabled(office, operator, "pelatih", True)
    assert accounts.actor_of_token(office, signed.token) is None
    accounts.set_disabled(office, operator, "pelatih", False)
    assert accounts.actor_of_token(office, signed.token) is None
    assert accounts.sign_in(office, "pelatih", first.trainer_password)


def test_a_changed_password_counts_and_the_old_one_does_not(office, first, signed):
    assert accounts.current_password_must_change(office, signed.actor)
    accounts.change_password(office, signed.actor, first.trainer_password, "kopi tubruk 7")
    assert not accounts.current_password_must_change(office, signed.actor)
    with pytest.raises(Forbidden):
        accounts.sign_in(office, "pelatih", first.trainer_password)
    assert not accounts.sign_in(office, "pelatih", "kopi tubruk 7").must_change_password


def test_a_change_keeps_ones_own_session_and_ends_the_others(office, first, signed):
    other = accounts.sign_in(office, "pelatih", first.trainer_password)
    accounts.change_password(
        office, signed.actor, first.trainer_password, "kopi tubruk 7", keep=signed.token
    )
    assert accounts.actor_of_token(office, signed.token) == signed.actor
    assert accounts.actor_of_token(office, other.token) is None


def test_without_being_told_which_a_sole_session_stays_and_of_two_none(office, first, signed):
    accounts.change_password(office, signed.actor, first.trainer_password, "kopi tubruk 7")
    assert accounts.actor_of_token(office, signed.token) == signed.actor
    other = accounts.sign_in(office, "pelatih", "kopi tubruk 7")
    accounts.change_password(office, signed.actor, "kopi tubruk 7", "kopi tubruk 8")
    assert accounts.actor_of_token(office, signed.token) is None
    assert accounts.actor_of_token(office, other.token) is None


@pytest.mark.parametrize(
    ("new", "words"),
    [
        ("pendek7", "terlalu pendek"),
        ("x" * 201, "terlalu panjang"),
        (None, "sama dengan yang lama"),
        ("11111111", "mudah ditebak"),
        ("08123456789", "mudah ditebak"),
        ("Serang-2026", "mudah ditebak"),
        ("passw0rd!", "mudah ditebak"),
        ("Pelatih_2026", "nama pengguna"),
    ],
)
def test_a_new_password_that_will_not_do_has_a_sentence(office, first, signed, new, words):
    with pytest.raises(WrongUse, match=words):
        accounts.change_password(
            office, signed.actor, first.trainer_password, new or first.trainer_password
        )
    assert accounts.sign_in(office, "pelatih", first.trainer_password).must_change_password


def test_the_user_name_is_no_password(office):
    operator = accounts.machine_operator(Workspace.LATIHAN)
    password = accounts.add_account(office, operator, "pelatih_kedua", "Orang", Role.PELATIH)
    signed = accounts.sign_in(office, "pelatih_kedua", password)
    with pytest.raises(WrongUse, match="nama pengguna"):
        accounts.change_password(office, signed.actor, password, "Pelatih_Kedua")


def test_a_wrong_old_password_changes_nothing(office, first, signed):
    with pytest.raises(Forbidden, match="lama keliru"):
        accounts.change_password(office, signed.actor, "bukan ini", "kopi tubruk 7")
    assert accounts.sign_in(office, "pelatih", first.trainer_password)


def test_a_trainee_has_no_password_to_change(office, join):
    actor = join().actor
    with pytest.raises(Forbidden):
        accounts.change_password(office, actor, "x", "kopi tubruk 7")
    assert not accounts.current_password_must_change(office, actor)


def test_a_name_is_taken_on_both_sides(office, first):
    operator = accounts.machine_operator(Workspace.NYATA)
    with pytest.raises(WrongUse, match="sudah dipakai"):
        accounts.add_account(office, operator, "Pelatih", "Orang", Role.STAF)


@pytest.mark.parametrize(
    ("username", "name", "role", "workspace"),
    [
        ("", "Orang", Role.STAF, Workspace.NYATA),
        ("\u0430ni", "Orang", Role.STAF, Workspace.NYATA),  # Cyrillic, looks like "ani"
        ("ani\0", "Orang", Role.STAF, Workspace.NYATA),
        ("orang", "Or\0ang", Role.STAF, Workspace.NYATA),
        ("orang", "Or\u202eang", Role.STAF, Workspace.NYATA),
        ("a b", "Orang", Role.STAF, Workspace.NYATA),
        ("a" * 61, "Orang", Role.STAF, Workspace.NYATA),
        ("orang", " ", Role.STAF, Workspace.NYATA),
        ("orang", "Orang", Role.PESERTA, Workspace.LATIHAN),
        ("orang", "Orang", Role.PELATIH, Workspace.NYATA),
    ],
)
def test_an_account_that_cannot_be_is_a_sentence(office, username, name, role, workspace):
    operator = accounts.machine_operator(workspace)
    with pytest.raises(WrongUse):
        accounts.add_account(office, operator, username, name, role)


def test_a_reset_gives_a_first_password_again(office, first, signed):
    operator = accounts.machine_operator(Workspace.LATIHAN)
    password = accounts.reset_password(office, operator, "pelatih")
    assert accounts.actor_of_token(office, signed.token) is None
    assert accounts.sign_in(office, "pelatih", password).must_change_password
    with pytest.raises(NotFound):
        accounts.reset_password(office, operator, "staf")


# Looking after accounts


@pytest.fixture
def operator():
    return accounts.machine_operator(Workspace.NYATA)


def test_staff_are_given_areas_and_other_ones_later(office, operator):
    password = accounts.add_account(
        office, operator, "siti", "Siti", Role.STAF, ["36.73.01.1002", "36.73.02", "36.73.02.1001"]
    )
    signed = accounts.sign_in(office, "siti", password)
    assert signed.actor.areas == ("36.73.01.1002", "36.73.02")
    assert not signed.actor.covers("36.73.01.1001")
    assert accounts.set_areas(office, operator, "siti", ["36.73.01.1001"]) == ("36.73.01.1001",)
    assert accounts.actor_of_token(office, signed.token) is None
    again = accounts.sign_in(office, "siti", password).actor
    assert again.covers("36.73.01.1001")
    assert not again.covers("36.73.02.1001")


@pytest.mark.parametrize("areas", [[], ["36"], ["36.73.99"], ["36.73", "Cipare"], [""]])
def test_an_area_nobody_knows_is_a_sentence_and_changes_nothing(office, operator, areas):
    accounts.add_account(office, operator, "siti", "Siti", Role.STAF, ["36.73.02"])
    with pytest.raises(WrongUse, match="Wilayah"):
        accounts.set_areas(office, operator, "siti", areas)
    with pytest.raises(WrongUse, match="Wilayah"):
        accounts.add_account(office, operator, "udin", "Udin", Role.STAF, areas)
    (only,) = accounts.list_accounts(office, operator)
    assert only.areas == ("36.73.02",)


def test_accounts_are_listed_with_where_they_are_signed_in(office, operator, forward):
    password = accounts.add_account(office, operator, "siti", "Siti", Role.STAF)
    accounts.add_account(office, operator, "ani", "Ani", Role.ADMIN)
    accounts.set_disabled(office, operator, "ani", True)
    first = accounts.sign_in(office, "siti", password)
    forward(3600)
    accounts.sign_in(office, "siti", password)
    ani, siti = accounts.list_accounts(office, operator)
    assert (ani.username, ani.role, ani.is_disabled) == ("ani", Role.ADMIN, True)
    assert (siti.workspace, siti.has_first_password) == (Workspace.NYATA, True)
    assert (siti.sessions[1].since - siti.sessions[0].since).total_seconds() == pytest.approx(
        3600, abs=60
    )
    assert accounts.end_sessions(office, operator, "SITI ") == 2
    assert accounts.actor_of_token(office, first.token) is None
    assert accounts.list_accounts(office, operator)[1].sessions == ()
    with pytest.raises(NotFound):
        accounts.end_sessions(office, operator, "udin")


def test_a_session_ends_after_a_week_however_much_it_is_used(office, signed, join, forward):
    trainee = join()
    for _ in range(16):
        forward(10 * 3600)
        assert accounts.actor_of_token(office, signed.token) == signed.actor
    assert accounts.actor_of_token(office, trainee.token) == trainee.actor
    forward(9 * 3600)
    assert accounts.actor_of_token(office, signed.token) is None
    assert accounts.actor_of_token(office, trainee.token) is None


def test_a_name_may_come_in_the_letters_of_any_keyboard(office, first):
    assert accounts.sign_in(office, "\uff30elatih", first.trainer_password)  # full-width P


def test_a_hash_of_other_costs_is_renewed_when_its_owner_signs_in(office, first, monkeypatch):
    monkeypatch.setattr(accounts, "_hasher", in_earnest)  # tests hash lightly

    def stored():
        with office.practice.reading() as connection:
            return connection.execute(account.select()).one().password_hash

    with office.practice.writing() as connection:
        old = PasswordHasher(time_cost=1, memory_cost=1024).hash(first.trainer_password)
        connection.execute(account.update().values(password_hash=old))
    with pytest.raises(Forbidden):
        accounts.sign_in(office, "pelatih", "salah")
    assert stored() == old
    accounts.sign_in(office, "pelatih", first.trainer_password)
    assert "m=32768,t=3,p=1" in stored()
    assert accounts.sign_in(office, "pelatih", first.trainer_password).must_change_password


def test_two_sign_ins_never_share_a_token(office, first):
    tokens = {accounts.sign_in(office, "pelatih", first.trainer_password).token for _ in range(3)}
    assert len(tokens) == 3
    assert all(len(token) >= 45 for token in tokens)


def test_what_happens_to_accounts_is_in_the_chain_without_names(office, first, signed):
    operator = accounts.machine_operator(Workspace.LATIHAN)
    accounts.set_areas(office, operator, "pelatih", ["36.73.02"])
    accounts.end_sessions(office, operator, "pelatih")
    accounts.reset_password(office, operator, "pelatih")
    report = verify_chain(office.practice)
    assert report.is_whole
    assert report.events == 5
    with by_hand(office.practice) as raw:
        said = str(raw.exec_driver_sql("select * from event").fetchall())
    assert "pelatih" not in said.replace('"role":"pelatih"', "")


def test_an_office_is_the_owners_alone_and_its_sides_are_apart(office, first):
    for workspace in Workspace:
        for folder in (office.folder(workspace), office.snapshots_dir(workspace)):
            assert stat.S_IMODE(folder.stat().st_mode) == 0o700
            assert folder.is_relative_to(office.root / workspace.value)
    staff = Actor("a", "b", Role.STAF, Workspace.NYATA)
    assert office.store_for(staff).workspace is Workspace.NYATA
    assert office.practice.workspace is Workspace.LATIHAN


def test_an_office_that_cannot_be_made_is_a_sentence(tmp_path):
    (tmp_path / "berkas").write_text("bukan folder", encoding="utf-8")
    with pytest.raises(StoreFault):
        accounts.ensure_first_accounts(Office(tmp_path / "berkas"))


def test_the_environment_names_the_office(tmp_path, monkeypatch):
    monkeypatch.setenv("VERVAL_OFFICE", str(tmp_path / "dinsos"))
    assert Office.from_environment().root == tmp_path / "dinsos"
    monkeypatch.setenv("VERVAL_OFFICE", " ")
    monkeypatch.setenv("HOME", str(tmp_path))
    assert Office.from_environment().root == tmp_path / "verval"
    assert list(tmp_path.iterdir()) == []
