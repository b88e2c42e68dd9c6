"""Coming into a class, and back to it."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from tests.services.practice_rows import rows_of
from workbench.errors import NotFound, WrongUse
from workbench.services import accounts, arrivals, classes, codes, training
from workbench.services.office import Office
from workbench.store.tables import participant

CIPARE = "36.73.01.1002"


def test_joiners_take_the_next_seat(office, opened, join):
    people = [join(name) for name in ("Siti", "Udin", "Siti")]
    assert [person.actor.seat for person in people] == [1, 2, 3]
    assert len({person.actor.id for person in people}) == 3
    assert len({person.return_code for person in people}) == 3
    for person in people:
        assert accounts.actor_of_token(office, person.token) == person.actor
        assert person.actor.class_id == opened.id


def test_a_hall_that_joins_at_once_gets_a_seat_each(office, opened):
    classes.draw_more_seats(office, opened.id, 25)

    def take(number):
        made = Office(office.root)
        return arrivals.join(made, opened.join_code, f"P {number}", "operator", CIPARE).actor.seat

    with ThreadPoolExecutor(8) as pool:
        assert sorted(pool.map(take, range(30))) == list(range(1, 31))


def test_without_a_drawn_seat_joining_waits_and_takes_nothing(office, opened, join):
    for _ in range(5):
        join()
    with pytest.raises(WrongUse, match="Kursi baru sedang disiapkan"):
        join()
    classes.draw_more_seats(office, opened.id, 1)
    assert join().actor.seat == 6


@pytest.mark.parametrize("typed", ["{}", " {} ", "{:.3}-{:.0}"])
def test_a_code_may_be_typed_as_people_type(office, opened, typed):
    code = opened.join_code.lower()
    written = f"{code[:3]}-{code[3:]}" if "-" in typed else typed.format(code)
    assert arrivals.join(office, written, "Siti", "PSM", CIPARE).actor.seat == 1


@pytest.mark.parametrize("code", ["", "SALAH1", "%", "0' or '1'='1"])
def test_a_wrong_join_code_is_a_sentence_and_takes_no_seat(office, opened, code):
    with pytest.raises(NotFound, match="Kode kelas tidak dikenal"):
        arrivals.join(office, code, "Siti", "operator", CIPARE)
    assert rows_of(office, participant) == []


@pytest.mark.parametrize("code", ["36.73", "36.73.01", CIPARE])
def test_an_area_is_a_kelurahan_a_kecamatan_or_the_city(join, code):
    assert join(area=code).actor.areas == (code,)


@pytest.mark.parametrize("code", ["", "36", "36.73.01.9999", "3673011002", "Cipare"])
def test_an_unknown_area_is_a_sentence(office, join, code):
    with pytest.raises(WrongUse, match="Wilayah"):
        join(area=code)
    assert rows_of(office, participant) == []


def test_an_unknown_position_is_a_sentence(office, opened):
    with pytest.raises(WrongUse, match="peran"):
        arrivals.join(office, opened.join_code, "Siti", "walikota", CIPARE)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Siti\tRohmah\n", "Siti Rohmah"),
        ("Si\x00ti\x1b[31m\u202e", "Siti[31m"),
        ("<b>Siti</b>", "<b>Siti</b>"),
        ("S" * 100, "S" * 100),
    ],
)
def test_a_name_is_cleaned_and_otherwise_kept(join, typed, kept):
    assert join(typed).actor.name == kept


@pytest.mark.parametrize("typed", ["", "   ", "\x00\x1b", "S" * 101, "S" * 300])
def test_a_name_that_will_not_do_is_a_sentence(office, join, typed):
    with pytest.raises(WrongUse, match="Nama"):
        join(typed)
    assert rows_of(office, participant) == []


# Coming back


def test_a_return_code_leads_to_the_same_seat_and_the_old_session_stays(office, join):
    first = join()
    training.save_mark(office, first.actor, 1, "P1.nik", "tidak_sesuai", 1)
    again = arrivals.come_back(office, f" {first.return_code.lower().replace('-', ' ')} ")
    assert again.actor == first.actor
    assert again.token != first.token
    assert again.return_code == first.return_code
    for token in (first.token, again.token):
        assert accounts.actor_of_token(office, token) == first.actor
    assert training.my_case(office, again.actor).answer["marks"] == {"P1.nik": "tidak_sesuai"}


def test_a_name_alone_leads_to_no_seat(office, join):
    first, second = join("Siti"), join("Siti")
    training.save_mark(office, first.actor, 1, "P1.nik", "tidak_sesuai", 1)
    assert training.my_case(office, second.actor).answer["marks"] == {}
    with pytest.raises(NotFound):
        arrivals.come_back(office, "Siti")


def test_codes_have_no_letters_that_look_alike_and_are_stored_hashed(office, opened, join):
    code = join().return_code
    assert len(code) == 9
    assert code[4] == "-"
    assert set(code) - {"-"} <= set(codes.ALPHABET)
    assert not set("0O1IL2Z5S8B") & set(codes.ALPHABET)
    stored = str(rows_of(office, participant))
    assert code not in stored
    assert code.replace("-", "") not in stored


@pytest.mark.parametrize("code", ["", "AAAA-AAAA", "%"])
def test_an_unknown_return_code_is_a_sentence(office, join, code):
    join()
    with pytest.raises(NotFound, match="Kode kembali tidak dikenal"):
        arrivals.come_back(office, code)


def test_a_trainer_helps_back_in_and_the_old_code_dies(office, opened, trainer, join):
    person = join()
    code = arrivals.issue_return_code(office, trainer, opened.id, 1)
    assert arrivals.come_back(office, code).actor == person.actor
    with pytest.raises(NotFound):
        arrivals.come_back(office, person.return_code)
    with pytest.raises(NotFound):
        arrivals.issue_return_code(office, trainer, opened.id, 2)
