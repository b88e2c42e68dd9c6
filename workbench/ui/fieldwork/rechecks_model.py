"""State of the tab Periksa ulang, without widgets: samples, how far they are, what they say."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Final

from workbench.domain.words import number_id
from workbench.errors import WrongUse
from workbench.services import assignments, fieldwork, rechecks, samples, shelves
from workbench.services.assignments import Account
from workbench.services.doorsteps import Doorstep, doorstep
from workbench.services.heads import name_heads
from workbench.services.rechecks import BeforeAfter, Compared, Dispute, Errand, Progress
from workbench.services.samples import Order, Planned
from workbench.store import clock
from workbench.store.rechecks import ESTIMATE, LOT, SECOND, Lesson, Sample
from workbench.ui.fieldwork.form_model import VisitForm, outcome_lines
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.rule_words import rule_title
from workbench.ui.staff.drawing import day_words, place_name
from workbench.verification.agreement.visits import answer_words
from workbench.verification.fieldwork.outcomes import Field, Outcome, fields
from workbench.verification.sampling.lots import LotPlan
from workbench.verification.sampling.pictures import draw_curve

Choice = tuple[str, str]

KINDS: Final[tuple[Choice, ...]] = (
    ("Diterima atau tidak (sedikit kunjungan)", LOT),
    ("Berapa persen yang keliru", ESTIMATE),
)
RIGHT_ONES: Final[tuple[Choice, ...]] = (
    ("Pemeriksa pertama benar", "pertama"),
    ("Pemeriksa kedua benar", "kedua"),
    ("Keduanya keliru", "lain"),
)
_SOMEBODY: Final = "petugas lain"


@dataclass
class Asked:
    """What is typed to draw a sample, as it stands on the screen; per cents."""

    kind: str = LOT
    area: str = ""
    good: str = "2"
    bad: str = "10"
    margin: str = "5"
    seed: str = ""

    def order(self) -> Order:
        """The same as an order. Raises ``WrongUse`` for what is no number."""
        areas = (self.area,) if self.area else ()
        if self.kind == ESTIMATE:
            return Order(ESTIMATE, areas, margin=_share(self.margin))
        return Order(LOT, areas, _share(self.good), _share(self.bad))

    def seed_number(self) -> int | None:
        """The seed typed in, None where the computer is to draw one."""
        text = self.seed.strip().replace(".", "")
        if not text:
            return None
        if not (text.isascii() and text.isdigit() and len(text) <= 10):
            raise WrongUse("Angka undian ditulis dengan angka saja, paling banyak 1.000.000.000.")
        return int(text)


@dataclass
class RecheckDesk:
    """Everything the tab shows. ``sample_id`` is the sample looked at, ``errand`` the own visit.

    ``compared`` is None while the sample is open.
    """

    room: FieldRoom
    sample_id: str = ""
    asked: Asked = field(default_factory=Asked)
    planned: Planned | None = None
    errand: Errand | None = None
    samples: tuple[Sample, ...] = ()
    errands: tuple[Errand, ...] = ()
    people: dict[str, Account] = field(default_factory=dict)
    progress: Progress | None = None
    compared: Compared | None = None
    heads: dict[str, str] = field(default_factory=dict)
    lessons: tuple[Lesson, ...] = ()
    stories: tuple[BeforeAfter, ...] = ()

    def refresh(self) -> None:
        """Read everything again."""
        office, actor = self.room.office, self.room.actor
        self.errands = rechecks.my_errands(office, actor)
        self.people = assignments.people(office, actor)
        self.samples = samples.samples(office, actor, self.room.list_id)
        known = {one.id for one in self.samples}
        if self.sample_id not in known:
            self.sample_id = self.samples[-1].id if self.samples else ""
        self.progress, self.compared, self.lessons = None, None, ()
        if self.sample_id:
            self.progress = rechecks.progress(office, actor, self.sample_id)
            self.lessons = rechecks.lessons(office, actor, self.sample_id)
            if self.progress.sample.locked_at:
                self.compared = rechecks.compare(office, actor, self.sample_id)
                register = shelves.open_list(office, actor, self.room.list_id).register
                rows = register["family"].select(["family_id", "head_name"]).to_pylist()
                self.heads = name_heads(register, rows)
        self.stories = rechecks.before_after(office, actor)

    # -- drawing ---------------------------------------------------------------------------------

    def areas(self) -> list[Choice]:
        """The kelurahan of the list, and all of the actor's."""
        office, actor, list_id = self.room.office, self.room.actor, self.room.list_id
        codes = {one.area[0] for one in assignments.places(office, actor, list_id)}
        named = sorted((place_name(code), code) for code in codes if code)
        return [("Semua wilayah saya", ""), *named]

    def look_ahead(self) -> Planned:
        """What a draw would be, nothing drawn."""
        self.planned = samples.plan_sample(
            self.room.office, self.room.actor, self.room.list_id, self.asked.order()
        )
        return self.planned

    def draw(self) -> str:
        """Draw a sample; what to say about it."""
        made = samples.draw_sample(
            self.room.office,
            self.room.actor,
            self.room.list_id,
            self.asked.order(),
            self.asked.seed_number(),
        )
        self.sample_id, self.planned, self.asked = made.id, None, Asked()
        return (
            f"{number_id(len(made.drawn.rows))} keluarga terundi dengan angka undian "
            f"{made.drawn.seed}. Pilih pemeriksa kedua."
        )

    def redraw(self) -> str:
        """Whether the sample is drawn again as it was, and if not, what changed."""
        found = samples.redraw_sample(self.room.office, self.room.actor, self.sample_id)
        rows = [
            f"{one.key}: {one.why}"
            for part in (found.changed, found.left, found.entered)
            for one in part
        ]
        return " ".join([found.words, "; ".join(rows[:5])]).strip()

    @property
    def sample(self) -> Sample | None:
        return self.progress.sample if self.progress else None

    def sample_choices(self) -> list[Choice]:
        """The samples of the list, the newest first."""
        return [
            (
                f"Cuplikan {one.number}, {day_words(one.at)}: {len(one.drawn.rows)} keluarga, "
                f"{'selesai' if one.locked_at else 'berjalan'}",
                one.id,
            )
            for one in reversed(self.samples)
        ]

    def curve(self) -> str:
        """The operating curve of the plan looked at, "" for an estimate."""
        if self.planned is not None:
            plan = self.planned.plan
        elif self.sample is not None:
            plan = samples.plan_of(self.sample)
        else:
            return ""
        if not isinstance(plan, LotPlan) or plan.is_census:
            return ""  # where every family is checked nothing is left to chance
        return draw_curve(plan)

    def facts(self) -> tuple[tuple[str, str], ...]:
        """What is printed on the sample, in words: label and value."""
        return self.sample.drawn.facts if self.sample else ()

    def strata(self) -> list[tuple[str, str]]:
        """Each kelurahan and officer, with how many were drawn of how many."""
        if self.sample is None:
            return []
        return [
            (
                f"{place_name(part.kelurahan)}, {self.who(part.operator)}",
                f"{number_id(part.n)} dari {number_id(part.size)}",
            )
            for part in self.sample.drawn.strata
        ]

    # -- second checkers -------------------------------------------------------------------------

    def officers(self) -> list[Choice]:
        """Who may be sent a second time."""
        return [
            (account.officer.name, code) for code, account in self.people.items() if account.may_go
        ]

    def share_out(self, officers: list[str]) -> str:
        """Give families to these; what to say about it."""
        if not officers:
            raise WrongUse("Pilih dahulu siapa yang memeriksa ulang.")
        given, left = rechecks.share_out(
            self.room.office, self.room.actor, self.sample_id, officers
        )
        said = f"{number_id(given)} keluarga dibagikan."
        if left:
            said += (
                f" {number_id(left)} belum: petugas yang dipilih sudah pernah ke sana atau bukan "
                "wilayahnya. Pilih orang lain."
            )
        return said

    def waiting_choices(self) -> list[Choice]:
        """The families that may still go to somebody else: who, where, and who goes so far."""
        found = rechecks.waiting(self.room.office, self.room.actor, self.sample_id)
        return [
            (
                f"{one.head_name or '(tanpa nama)'}, RT {one.rt or '-'} RW {one.rw or '-'}, "
                f"{place_name(one.kelurahan_kode)}: "
                f"{self.who(one.second) if one.second else 'belum ada'}",
                one.family_id,
            )
            for one in found
        ]

    def choose_second(self, family_id: str, officer: str) -> str:
        """Give one family to somebody; what to say about it."""
        chosen = {family_id: officer}
        rechecks.choose_second(self.room.office, self.room.actor, self.sample_id, chosen)
        return f"Pemeriksa kedua keluarga itu sekarang {self.who(officer)}."

    def officer_rows(self) -> list[tuple[str, int, int]]:
        """Each second checker: name, families, closed."""
        if self.progress is None:
            return []
        return [(self.who(one), *counts) for one, counts in self.progress.officers.items()]

    def lock(self, reason: str) -> str:
        """Close both sides."""
        rechecks.lock(self.room.office, self.room.actor, self.sample_id, reason)
        return "Kedua hasil dikunci. Sekarang keduanya dapat dibandingkan."

    # -- both visits -----------------------------------------------------------------------------

    def who(self, actor_id: str) -> str:
        """Who did something."""
        if actor_id == self.room.actor.id:
            return "Anda"
        account = self.people.get(actor_id)
        return account.officer.name if account else _SOMEBODY

    def dispute_choices(self) -> list[tuple[str, int]]:
        """The questions answered differently, those not decided first; numbers of ``disputes``."""
        if self.compared is None:
            return []
        made = [
            (
                one.decision is not None,
                f"{'✓ diputus' if one.decision else '● belum diputus'}: "
                f"{self.heads.get(one.question.family_id) or one.question.family_id}, "
                f"{self.question_words(one)}",
                number,
            )
            for number, one in enumerate(self.compared.disputes)
        ]
        return [(label, number) for _, label, number in sorted(made, key=lambda row: row[0])]

    def question_words(self, one: Dispute) -> str:
        """What was asked: the finding in words, or the question of the form."""
        asked = one.question
        return rule_title(asked.rule) if asked.rule else field_of(asked.field).label

    def dispute_rows(self, one: Dispute) -> list[tuple[str, str]]:
        """The two answers: who, and what they said."""
        form = field_of(one.question.field)
        return [
            (f"Pertama, {self.who(one.first_checker)}", answer_words(form, one.question.first)),
            (f"Kedua, {self.who(one.second_checker)}", answer_words(form, one.question.second)),
        ]

    def decision_words(self, one: Dispute) -> str:
        """What was decided, by whom and why; "" while nothing is."""
        if one.decision is None:
            return ""
        said = dict((code, label) for label, code in RIGHT_ONES)[one.decision.right_one]
        return f"{said}. Alasan: {one.decision.reason} ({self.who(one.decision.decided_by)})"

    def decide(self, one: Dispute, right_one: str, reason: str) -> str:
        """Decide a dispute."""
        rechecks.adjudicate(
            self.room.office, self.room.actor, self.sample_id, one.question.place, right_one, reason
        )
        return "Putusan tersimpan."

    def may_count(self, one: Dispute) -> bool:
        """Whether the actor decided for the second checker and nothing of the family is open."""
        if self.compared is None or one.decision is None:
            return False
        mine = [
            each.decision
            for each in self.compared.disputes
            if each.question.family_id == one.question.family_id
        ]
        return None not in mine and any(
            said is not None and (said.right_one, said.decided_by) == (SECOND, self.room.actor.id)
            for said in mine
        )

    def count(self, one: Dispute) -> str:
        """Make what the second checker won count for the family."""
        made = rechecks.make_counting(
            self.room.office, self.room.actor, self.sample_id, one.question.family_id
        )
        self.room.tell_changed()
        if not made.is_new:
            return "Putusan ini sudah dipakai. Tidak ada yang berubah."
        return (
            "Hasil pemeriksa kedua sekarang berlaku, sebagai putusan Anda. Kedua hasil kunjungan "
            "tetap tersimpan."
        )

    def task_blocker(self, one: Dispute) -> str:
        """Why a dispute cannot become a practice task, "" when it can."""
        if not one.question.rule:
            return "Hanya perbedaan pada temuan yang dapat dijadikan latihan."
        if one.decision is None:
            return "Putuskan dahulu, supaya latihannya punya kunci."
        if any(lesson.rule == one.question.rule for lesson in self.lessons):
            return "Aturan ini sudah dijadikan latihan dari cuplikan ini."
        return ""

    def make_task(self, one: Dispute) -> str:
        """Turn a dispute into a practice task."""
        rechecks.make_task(self.room.office, self.room.actor, self.sample_id, one.question.place)
        return (
            "Soal latihan dibuat di ruang latihan, dengan keluarga karangan. Tidak ada data "
            "keluarga ini yang ikut."
        )

    # -- the second visit ------------------------------------------------------------------------

    def errand_words(self, one: Errand) -> str:
        """A family to visit a second time, on one line."""
        state = "terkunci" if one.is_closed else "terkirim, belum dikunci" if one.is_begun else ""
        place = f"RT {one.rt or '-'} RW {one.rw or '-'}, {place_name(one.kelurahan_kode)}"
        said = f"{one.head_name or '(tanpa nama)'}, {place}"
        return f"{said} ({state})" if state else said

    def home(self) -> Doorstep:
        """The family of the errand, with nothing of what the first visit said."""
        return doorstep(*self._where(), is_blind=True)

    def sent(self) -> Outcome | None:
        """What was sent of the errand."""
        _, actor, _, family_id = self._where()
        return rechecks.my_outcome(self.room.office, actor, self._errand().sample_id, family_id)

    def sent_lines(self, outcome: Outcome, home: Doorstep) -> list[str]:
        """The same in words."""
        return outcome_lines(outcome, home)

    def form(self, home: Doorstep) -> VisitForm:
        """The questions: with the draft, with what was sent, or new."""
        draft = fieldwork.draft(*self._where(), purpose=self._purpose())
        fresh = Outcome({"visited_on": clock.today().isoformat(), "visit_number": "1"})
        step = ""
        if draft is not None:
            standing, step = fresh.merged(draft.outcome), draft.step
        else:
            standing = self.sent() or fresh
        return VisitForm(home, standing, self._keep, self._send, step, clock.today())

    def close_errand(self) -> str:
        """Close the own answers of the errand for good."""
        one = self._errand()
        rechecks.close_second(self.room.office, self.room.actor, one.sample_id, one.family_id)
        self.errand = None
        return "Hasil Anda terkunci. Terima kasih, lanjutkan ke keluarga berikutnya."

    def _keep(self, outcome: Outcome, step: str) -> None:
        fieldwork.keep_draft(*self._where(), outcome, step, purpose=self._purpose())

    def _send(self, outcome: Outcome) -> None:
        one = self._errand()
        rechecks.record_second(
            self.room.office, self.room.actor, one.sample_id, one.family_id, outcome
        )
        fieldwork.drop_draft(*self._where(), purpose=self._purpose())

    def _errand(self) -> Errand:
        if self.errand is None:
            raise WrongUse("Pilih dahulu keluarga yang diperiksa ulang.")
        return self.errand

    def _where(self) -> tuple[object, ...]:
        one = self._errand()
        return self.room.office, self.room.actor, one.list_id, one.family_id

    def _purpose(self) -> str:
        return f"periksa:{self._errand().sample_id}"


def field_of(key: str) -> Field:
    """A question of the form by its key."""
    return next(one for one in fields() if one.key == key)


def _share(text: str) -> float:
    try:
        return float(text.strip().removesuffix("%").replace(",", ".")) / 100
    except ValueError:
        raise WrongUse("Tulis persentase dengan angka, misalnya 2 atau 2,5.") from None
