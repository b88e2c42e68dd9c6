"""The room Beranda: tiles by role, and one whole way through with the real services."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest

from workbench import guides
from workbench.access import Actor, Role, Workspace
from workbench.errors import Forbidden
from workbench.services import accounts, arrivals, classes, courses, training
from workbench.services.office import Office
from workbench.ui.home.model import MAX_TILES, home
from workbench.ui.home.view import draw
from workbench.ui.trainee.model import TraineeRoom
from workbench.ui.trainer.model import ClassRoom

TRAINER = Actor("pelatih", "Pelatih", Role.PELATIH, Workspace.LATIHAN, ("36.73",))


@pytest.fixture(scope="module")
def office(tmp_path_factory: pytest.TempPathFactory) -> Office:
    return Office(tmp_path_factory.mktemp("kantor"))


@pytest.fixture(scope="module")
def seated(office: Office) -> Actor:
    """A trainee in a class of two seats and three cases."""
    room = ClassRoom(office, TRAINER, classes)
    room.form.name, room.form.day = "Kelas uji", date(2026, 11, 21)
    room.form.groups, room.form.n_cases, room.form.seats = ("identity",), 3, 2
    room.open_class()
    code = room.info.join_code
    return arrivals.join(office, code, "Budi <i>Uji</i>", "operator", "36.73.01.1001").actor


def test_a_trainee_is_led_to_the_case_that_is_next(office: Office, seated: Actor) -> None:
    (tile,) = home(office, seated).tiles
    assert (tile.href, tile.action) == ("/latihan", "Mulai berlatih")


def test_a_whole_case_with_the_real_services(office: Office, seated: Actor) -> None:
    room = TraineeRoom(office, seated, training)
    page = room.first_page()
    assert page["screen"] == "worked"
    assert page["steps"][0]["text"]
    page = room.page("case")
    assert (page["screen"], page["case"]["number"], page["case"]["of"]) == ("case", 1, 3)
    cell = page["case"]["record"][0]["rows"][0]["cell"]
    answers = {"status": "layak", "follow_up": "tidak_ada", "confidence": "ragu"}
    for field, value in {cell: "tidak_sesuai", **answers}.items():
        _, (answer,) = room.answer(
            {"kind": "save", "number": 1, "field": field, "value": value, "revision": 1}
        )
        assert answer["kind"] == "saved"
    assert answer["blockers"] == []
    again = TraineeRoom(office, seated, training).first_page()
    assert again["answer"]["marks"] == {cell: "tidak_sesuai"}
    assert again["answer"]["revisions"][cell] == 1
    page, _ = room.answer({"kind": "submit", "number": 1})
    assert page["screen"] == "feedback"
    assert page["feedback"]["verdict"]
    assert page["next"] == 2
    progress = room.page("progress")
    assert progress["cases"][0]["number"] == 1
    assert [tile.action for tile in home(office, seated).tiles] == ["Lanjutkan kasus 2 dari 3"]

    board = ClassRoom(office, TRAINER, classes)
    board.find_class()
    board.look()
    assert board.board.totals.cases_done == 1
    state = home(office, TRAINER).tiles[0].state
    assert "1 peserta hadir" in state


def test_a_trainer_without_a_seat_sees_the_worked_case_only(office: Office) -> None:
    room = TraineeRoom(office, TRAINER, training)
    page = room.first_page()
    assert (page["screen"], page["is_shown_only"]) == ("worked", True)
    assert room.page("case")["screen"] == "message"


@pytest.mark.parametrize("role", list(Role))
def test_no_role_has_more_than_three_tiles_and_all_lead_within(office: Office, role: Role) -> None:
    side = Workspace.NYATA if role in (Role.STAF, Role.ADMIN) else Workspace.LATIHAN
    page = home(office, Actor("x", "X", role, side, ("36.73",)))
    assert len(page.tiles) <= MAX_TILES
    assert all(tile.href.startswith("/") and not tile.href.startswith("//") for tile in page.tiles)


def test_an_admin_has_the_rooms_of_the_practice_side_only_and_is_told_of_the_accounts(
    office: Office, seated: Actor
) -> None:
    operator = accounts.machine_operator(Workspace.NYATA)
    accounts.add_account(office, operator, "siti", "Siti", Role.STAF)
    accounts.set_disabled(office, operator, "siti", True)
    practice = home(office, Actor("x", "X", Role.ADMIN, Workspace.LATIHAN, ("36.73",)))
    assert [tile.href for tile in practice.tiles] == ["/kelas", "/daftar", "/peta"]
    real = home(office, Actor("x", "X", Role.ADMIN, Workspace.NYATA, ("36.73",)))
    assert [tile.href for tile in real.tiles] == ["/jejak"]
    assert "1 akun, 1 nonaktif, 1 masih memakai kata sandi pertama" in real.notes[0]
    assert "verval users" in draw(real)


def test_a_refusal_stands_on_the_tile_and_the_door_stays(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise Forbidden("Anda belum duduk di sebuah kelas.")

    monkeypatch.setattr(courses, "my_parts", refuse)
    (tile,) = home(None, Actor("x", "X", Role.PESERTA, Workspace.LATIHAN)).tiles
    assert (tile.state, tile.href) == ("Anda belum duduk di sebuah kelas.", "/latihan")


@pytest.mark.parametrize(
    ("parts", "action", "sentence"),
    [
        ((("waiting", 0, 10),), "Lihat jenjang saya", "Belum ada bagian yang dibuka."),
        ((("open", 0, 10), ("waiting", 0, None)), "Mulai", "Bagian 1: 0 dari 10 soal"),
        ((("closed", 10, 10), ("open", 0, None)), "Lanjutkan", "Bagian 2: dibuka."),
        ((("closed", 10, 10), ("open", 4, None)), "Lanjutkan", "Bagian 2: 4 kasus"),
        ((("closed", 10, 10),), "Lihat jenjang saya", "Semua bagian kelas sudah ditutup."),
    ],
)
def test_in_a_class_with_parts_the_tile_names_the_part_that_is_open(
    monkeypatch: pytest.MonkeyPatch, parts: tuple[tuple], action: str, sentence: str
) -> None:
    drawn = [
        SimpleNamespace(kind="latihan", title=f"Bagian {n}", state=state, done=done, of=of)
        for n, (state, done, of) in enumerate(parts, start=1)
    ]
    monkeypatch.setattr(courses, "my_parts", lambda *_: drawn)
    (tile,) = home(None, Actor("x", "X", Role.PESERTA, Workspace.LATIHAN)).tiles
    assert (tile.action, tile.href) == (action, "/latihan")
    assert tile.state.startswith(sentence)


@pytest.mark.parametrize(
    ("practice", "done", "said"),
    [
        ("closed", 0, ("Kuis pagi sedang dibuka.", "Yang dibuka sekarang hanya kuis.")),
        ("open", 7, ("Kuis pagi: 7 kartu sudah dijawab.", "Latihan: 3 kasus sudah dikirim.")),
    ],
)
def test_an_open_part_of_drills_has_the_first_tile(
    monkeypatch: pytest.MonkeyPatch, practice: str, done: int, said: tuple[str, str]
) -> None:
    parts = [
        SimpleNamespace(kind="kuis", title="Kuis pagi", state="open", done=done, of=None),
        SimpleNamespace(kind="latihan", title="Latihan", state=practice, done=3, of=None),
    ]
    monkeypatch.setattr(courses, "my_parts", lambda *_: parts)
    page = home(None, Actor("x", "X", Role.PESERTA, Workspace.LATIHAN))
    assert [tile.href for tile in page.tiles] == ["/singkat", "/latihan"]
    assert tuple(tile.state for tile in page.tiles) == said
    assert "/singkat" not in [href for _, href in page.links]


def test_the_drills_are_a_quiet_link_for_who_may_play_them(office: Office, seated: Actor) -> None:
    assert home(office, seated).links[0] == ("Latihan singkat", "/singkat")
    assert home(office, TRAINER).links[0] == ("Latihan singkat", "/singkat")
    staff = Actor("x", "X", Role.STAF, Workspace.LATIHAN, ("36.73",))
    assert "/singkat" not in [href for _, href in home(office, staff).links]


@pytest.mark.parametrize("role", list(Role))
def test_each_role_is_led_to_the_guide_that_was_written_for_it(office: Office, role: Role) -> None:
    links = home(office, Actor("x", "X", role, Workspace.LATIHAN, ("36.73",))).links
    ((words, href),) = [link for link in links if link[0].startswith("Panduan")]
    place = href.removeprefix("/panduan/")
    if place.startswith("untuk/"):
        reader = place.removeprefix("untuk/")
        assert (reader, words) == (role.value, f"Panduan untuk {guides.READERS[reader].lower()}")
    else:
        assert role.value in guides.pages()[place].readers
        title = guides.pages()[place].title
        assert words == f"Panduan: {title[0].lower()}{title[1:]}"


def test_what_people_wrote_is_escaped() -> None:
    tile = SimpleNamespace(title="<b>", action="<b>", state="<script>", href='"><script>')
    page = SimpleNamespace(
        greeting="<script>", tiles=(tile,), links=(("<b>", "/x"),), notes=("<script>",)
    )
    drawn = draw(page)
    assert "<script" not in drawn
    assert "<b>" not in drawn


def test_the_styles_are_in_the_package() -> None:
    from workbench.ui.card import card
    from workbench.ui.home import view as home_view
    from workbench.ui.trainer import view as trainer_view

    for module, name in ((card, "card.css"), (home_view, "home.css"), (trainer_view, "kelas.css")):
        assert (Path(module.__file__).parent / name).stat().st_size > 0
