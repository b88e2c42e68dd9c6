"""An office in the middle of its work: whatever a room can show, one of its people has before them.

Everything is put there by the services; nobody clicks. ``Stage`` moves on where a screen is seen
only at a moment of the work. The office is of whatever city this process works for.
"""

from __future__ import annotations

import tempfile
from dataclasses import dataclass, field
from datetime import date, timedelta
from pathlib import Path

from tests.linkage.two_lists import HARD, two_lists
from tests.services.playing import answer, key_of
from tests.services.recheck_world import HEADER, outcome
from tests.small_city import JUNE, MARCH, RUSDI_AID, City, rusdi
from workbench.access import Actor, Role, Workspace
from workbench.domain.nik import make_kk, make_nik
from workbench.domain.wilayah import kecamatan, kelurahan
from workbench.services import (
    accounts,
    arrivals,
    assignments,
    bimteks,
    classes,
    drills,
    fieldwork,
    graduations,
    happenings,
    imports,
    linking,
    lists,
    meetings,
    objections,
    rechecks,
    samples,
    shelves,
)
from workbench.services.office import Office
from workbench.store import clock
from workbench.training.agenda import usual_agenda
from workbench.verification.forms.packets import record_key
from workbench.verification.happenings.kinds import Entry
from workbench.verification.meetings.content import Decision
from workbench.verification.meetings.warnings import Attendee

PASSWORD = "lampu hijau di aula"
#: Who sits in the office: name, role, side.
PEOPLE = {
    "tuti": ("Bu Tuti Contoh", Role.PELATIH, Workspace.LATIHAN),
    "sita": ("Sita Contoh", Role.STAF, Workspace.LATIHAN),
    "adi": ("Adi Contoh", Role.ADMIN, Workspace.LATIHAN),
    "ida": ("Ida Contoh", Role.ADMIN, Workspace.NYATA),
    "wulan": ("Bu Wulan Contoh", Role.STAF, Workspace.NYATA),
    "darto": ("Pak Darto Contoh", Role.STAF, Workspace.NYATA),
    "sari": ("Bu Sari Contoh", Role.STAF, Workspace.NYATA),
    "lurah": ("Pak Hasan Contoh", Role.STAF, Workspace.NYATA),
    "baru": ("Orang Baru Contoh", Role.STAF, Workspace.NYATA),
}
#: Those who have not changed their first password yet.
NEWCOMER = "baru"
TRAINEES = ("Ani Contoh", "Budi Contoh", "Cici Contoh", "Dedi Contoh", "Eka Contoh")
FAMILIES = 6
#: Where all families live but the last, and where that one does.
HERE, THERE = kelurahan()[1], kelurahan()[6]
ATTENDEES = (
    Attendee("LURAH", "Pak Hasan Contoh", True),
    Attendee("OPERATOR", "Mas Eko Contoh", True),
    Attendee("RT_RW", "Pak Rukun Contoh", False),
)


@dataclass
class Stage:
    """The office, who is signed in by which token, and the list real people are visited from."""

    office: Office
    tokens: dict[str, str] = field(default_factory=dict)
    actors: dict[str, Actor] = field(default_factory=dict)
    list_id: str = ""
    families: list[str] = field(default_factory=list)
    sample_id: str = ""

    def sheet_code(self) -> str:
        """What is printed on the paper sheet of the family that is to be visited."""
        secret = shelves.key_of(self.office.folder(Workspace.NYATA))
        return record_key(secret, "keluarga", self.list_id, self.families[4])

    def lock_second_visits(self) -> None:
        """The second checker has closed everything, and both sides are locked: they differ."""
        office, sari = self.office, self.actors["sari"]
        for one in rechecks.my_errands(office, sari):
            if not one.is_closed:
                self.visit_again(one.family_id)
        rechecks.lock(office, self.actors["wulan"], self.sample_id)

    def visit_again(self, family_id: str) -> None:
        """The second checker sends and closes another answer than the first one's."""
        office, sari = self.office, self.actors["sari"]
        said = outcome(office, self.list_id, family_id, "tidak_benar", proposal="TETAP")
        rechecks.record_second(office, sari, self.sample_id, family_id, said)
        rechecks.close_second(office, sari, self.sample_id, family_id)


def set_up(office: Office) -> Stage:
    """An office whose first class is open and whose practice city is listed."""
    stage = Stage(office)
    _let_people_in(stage)
    _run_class(stage)
    _practise_with_lists(stage)
    with tempfile.TemporaryDirectory() as folder:
        _bring_lists(stage, Path(folder))
    _visit(stage)
    _meet(stage)
    _happen(office, stage.actors["wulan"], stage.list_id, stage.families[-1])
    return stage


def _let_people_in(stage: Stage) -> None:
    office = stage.office
    for username, (name, role, side) in PEOPLE.items():
        clerk = accounts.machine_operator(side)
        first = accounts.add_account(office, clerk, username, name, role)
        signed = accounts.sign_in(office, username, first)
        if username != NEWCOMER:
            accounts.change_password(office, signed.actor, first, PASSWORD)
            signed = accounts.sign_in(office, username, PASSWORD)
        stage.actors[username], stage.tokens[username] = signed.actor, signed.token


def _run_class(stage: Stage) -> None:
    """A class of five of which one is through, and the next bimtek half prepared."""
    office, tuti = stage.office, stage.actors["tuti"]
    settings = classes.ClassSettings(
        "Kelas sore", "Aula Dinsos", clock.today(), n_cases=3, error_share=1.0, seats=9, seed=1
    )
    opened = classes.open_class(office, tuti, settings)
    places = [one.kode_kemendagri for one in kelurahan()]
    for nth, name in enumerate(TRAINEES):
        joined = arrivals.join(office, opened.join_code, name, "operator", places[nth])
        stage.tokens[f"peserta{nth}"] = joined.token
        stage.actors[f"peserta{nth}"] = joined.actor
        _answer(office, joined.actor, (0, 3, 2, 1, 0)[nth])
    _play_drills(office, stage.actors["peserta2"])
    _prepare_bimtek(office, tuti, places)


def _answer(office: Office, trainee: Actor, cases: int) -> None:
    """So many cases: the mistakes of every second one are found, the others are missed."""
    for number in range(1, cases + 1):
        mistakes = key_of(office, trainee, number).mistakes if number % 2 == 0 else ()
        answer(office, trainee, number, [one.fields[0] for one in mistakes])


def _play_drills(office: Office, trainee: Actor) -> None:
    for one in drills.drills(office, trainee)[:1]:
        drills.open_round(office, trainee, one.name)


def _prepare_bimtek(office: Office, trainer: Actor, places: list[str]) -> None:
    plan = bimteks.Bimtek(
        "Bimtek Desember",
        clock.today() + timedelta(14),
        usual_agenda("1 hari"),
        "Aula Dinsos",
        tuple(
            bimteks.Invited(name, "Operator", place)
            for name, place in zip(TRAINEES, places, strict=False)
        ),
        bimteks.CourseSettings(n_test=4, n_rules=3, groups=("identitas",)),
    )
    bimteks.save_bimtek(office, trainer, plan)


def _practise_with_lists(stage: Stage) -> None:
    """Two lists that are linked, and one family a quarter apart."""
    office, sita = stage.office, stage.actors["sita"]
    made = two_lists(60, 200, HARD)
    left = lists.shelve_register(office, sita, "P3KE 2023", made.left)
    right = lists.shelve_register(office, sita, "DTSEN 2025", made.right)
    linking.run(office, sita, "orang", left.id, right.id)
    for name, day in (("PKH Maret", MARCH), ("PKH Juni", JUNE)):
        city = City(day)
        family_id = city.family(1, rusdi(), HERE.kode_kemendagri, aid=RUSDI_AID)
        shelved = imports.shelve_register(office, sita, name, city.register())
        if day == MARCH:
            fieldwork.advance(office, sita, shelved.id)
            _happen(office, sita, shelved.id, family_id)
            _graduate(office, sita, shelved.id, family_id)


def lines(month: int) -> list[str]:
    """Couples of two kelurahan; a rule finds something of each wife, in March of all but one."""
    found = []
    for family in range(FAMILIES):
        where = HERE if family < FAMILIES - 1 else THERE
        district = kecamatan()[where.kecamatan_kode]
        code = where.kecamatan_kode.replace(".", "")
        card = make_kk(code, date(2019, 3, 1 + family), 9001 + 10 * family, practice=False)
        members = (("KEPALA KELUARGA", "L", 1980, "RUSDI"), ("ISTRI", "P", 1983, "NENG"))
        for nth, (relation, sex, year, name) in enumerate(members):
            serial = 9001 + 10 * family + nth
            born = date(year + family, 5, 4)
            nik = make_nik(code, born, sex, serial, practice=False)
            is_wrong = sex == "P" and (month == 2 or family < FAMILIES - 1)
            written = born.replace(month=6) if is_wrong else born
            found.append(
                f"{nik};{card};{name} CONTOH {serial};{sex};{written:%d/%m/%Y};{relation};"
                f"JL. CONTOH NO. {family + 1};001;002;{where.name};{district}"
            )
    return [*found, f";;TANPA NOMOR CONTOH;L;;;;;;{HERE.name};"]


def _bring_lists(stage: Stage, folder: Path) -> None:
    """Two periods of one list, each with a row that is refused; the later one is worked on."""
    office, wulan = stage.office, stage.actors["wulan"]
    for name, month in (("DTSEN Februari", 2), ("DTSEN Maret", 3)):
        path = folder / f"{name}.csv"
        path.write_text("\n".join((HEADER, *lines(month), "")), encoding="utf-8")
        made = imports.bring_in(office, wulan, path, name, as_of=date(2026, month, 1))
        stage.list_id = made.id
    fieldwork.advance(office, wulan, stage.list_id)
    rows = shelves.open_list(office, wulan, stage.list_id).register["family"].to_pylist()
    stage.families = [row["family_id"] for row in rows]


def _visit(stage: Stage) -> None:
    """Four families are visited, one is begun, one waits; a second checker has done one."""
    office, wulan, darto = stage.office, stage.actors["wulan"], stage.actors["darto"]
    assignments.assign(office, wulan, darto.id, HERE.kode_kemendagri)
    for family_id in stage.families[:4]:
        said = outcome(office, stage.list_id, family_id, note="Ditanyakan ke istri")
        fieldwork.record_outcome(office, darto, stage.list_id, family_id, said)
    sample = samples.draw_sample(
        office, wulan, stage.list_id, samples.Order("taksiran", margin=0.001), 41
    )
    stage.sample_id = sample.id
    rechecks.share_out(office, wulan, sample.id, [stage.actors["sari"].id])
    stage.visit_again(rechecks.my_errands(office, stage.actors["sari"])[0].family_id)


def _meet(stage: Stage) -> None:
    """A musyawarah with three families, one of them decided; somebody objects to another."""
    office, darto, lurah = stage.office, stage.actors["darto"], stage.actors["lurah"]
    for family_id in stage.families[:3]:
        fieldwork.move_forward(office, darto, stage.list_id, family_id)
    today = clock.today()
    meeting_id = meetings.plan(
        office,
        lurah,
        stage.list_id,
        HERE.kode_kemendagri,
        today,
        today - timedelta(4),
        "Aula balai warga",
    )
    meetings.record_attendance(office, lurah, stage.list_id, meeting_id, ATTENDEES)
    first, second = stage.families[:2]
    meetings.decide(office, lurah, stage.list_id, meeting_id, first, Decision("layak"))
    objections.object_to(
        office, lurah, stage.list_id, second, "warga", "Sudah pindah ke kelurahan lain", today
    )


def _happen(office: Office, staff: Actor, list_id: str, family_id: str) -> None:
    """A death nobody has followed up."""
    members = happenings.members(office, staff, list_id, family_id)
    entry = Entry(
        "meninggal",
        clock.today() - timedelta(9),
        "rt_rw",
        ("AKTA_KEMATIAN",),
        (members[-1].person_id,),
    )
    happenings.record(office, staff, list_id, family_id, entry)


def _graduate(office: Office, staff: Actor, list_id: str, family_id: str) -> None:
    """A family that leaves a programme of its own wish, not agreed to yet."""
    wish = graduations.Proposal(
        "mandiri", "PKH", clock.today(), clock.today(), ("PERNYATAAN",), "Usaha warung maju"
    )
    graduations.propose(office, staff, list_id, family_id, wish)
