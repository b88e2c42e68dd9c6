"""One family in words, without widgets: what came back, where its record stands, its findings."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

from workbench.services import fieldwork
from workbench.services.doorsteps import Doorstep, doorstep
from workbench.services.fieldwork import LifeStory
from workbench.store import clock
from workbench.store.drafts import KeptDraft
from workbench.store.fieldwork import SCREEN, KeptOutcome, current
from workbench.store.finding_lives import LifeStep
from workbench.ui.fieldwork.form_model import VisitForm, outcome_lines
from workbench.ui.fieldwork.model import FieldRoom
from workbench.ui.rule_words import rule_title
from workbench.ui.staff.drawing import day_words
from workbench.verification.fieldwork.lives import FOLLOWED, REASONS, Change, Life, State
from workbench.verification.fieldwork.outcomes import Difference, Level, Outcome, fields
from workbench.verification.fieldwork.stages import DONE, Direction, StagePlan, Step

WAY_WORDS: Final[Mapping[str, str]] = {
    "layar": "diisi di layar",
    "xlsx": "dari lembar Excel",
    "xlsform": "dari formulir telepon",
    "kertas": "dari lembar kertas",
    "putusan": "putusan atas hasil yang berbeda",
}
STATE_WORDS: Final[Mapping[State, str]] = {
    State.OPEN: "Terbuka, perlu dicek",
    State.CONFIRMED: "Sudah dipastikan",
    State.REOPENED: "Dibuka lagi, perlu dicek",
    State.RESOLVED: "Selesai",
}
_CHANGE_WORDS: Final[Mapping[str, str]] = {
    Change.OPENED: "ditemukan",
    Change.STAYED: "masih sama",
    Change.CHANGED: "nilainya berubah",
    Change.REOPENED: "dibuka lagi",
    Change.RESOLVED: "selesai",
    Change.HELD: "ditahan",
    Change.ANSWERED: "dijawab petugas",
    FOLLOWED: "barisnya dikenali dengan tanda lain",
}
_ANSWERS: Final = next(one for one in fields(Level.FINDING) if one.key == "answer")
_SOMEBODY: Final = "petugas lain"


@dataclass
class FamilyVisit:
    """The family of the room that is open: who lives there, what came back, where it stands."""

    room: FieldRoom
    home: Doorstep = field(init=False)
    plan: StagePlan = field(init=False)
    returns: tuple[KeptOutcome, ...] = ()
    steps: tuple[Step, ...] = ()
    stories: tuple[LifeStory, ...] = ()
    names: dict[str, str] = field(default_factory=dict)
    draft: KeptDraft | None = None

    def __post_init__(self) -> None:
        self.refresh()

    def refresh(self) -> None:
        """Read everything again. Raises what the services raise for a family of other areas."""
        where = (self.room.office, self.room.actor, self.room.list_id, self.room.family_id)
        self.home = doorstep(*where)
        self.plan = fieldwork.stage_plan(*where[:2])
        self.returns = fieldwork.outcomes(*where)
        self.steps = fieldwork.steps(*where)
        self.stories = fieldwork.family_lives(*where)
        self.names = self.room.names()
        self.draft = fieldwork.draft(*where)

    # -- the outcome -----------------------------------------------------------------------------

    @property
    def standing(self) -> tuple[KeptOutcome, ...]:
        """The outcomes that count."""
        return current(self.returns)

    @property
    def is_unvisited(self) -> bool:
        """Whether the record waits for its first visit; one proposed by name goes on without."""
        return not self.standing and self.stage == self.plan.first

    @property
    def mine(self) -> KeptOutcome | None:
        """The actor's own outcome that counts, if it was filled in on a screen."""
        own = [one for one in self.standing if one.recorder == self.room.actor.id]
        return next((one for one in own if one.way == SCREEN), None)

    def form(self, again: bool = False) -> VisitForm:
        """The questions: with the draft, with the actor's own answers, or new.

        ``again`` begins another visit.
        """
        standing, step = Outcome(self._first_answers()), ""
        if self.draft is not None:
            standing, step = standing.merged(self.draft.outcome), self.draft.step
        elif self.mine is not None and not again:
            standing = self.mine.outcome
        is_kept = self.draft is not None
        return VisitForm(self.home, standing, self._keep, self._send, step, clock.today(), is_kept)

    def forget_draft(self) -> None:
        """Begin anew."""
        where = (self.room.office, self.room.actor, self.room.list_id, self.room.family_id)
        fieldwork.drop_draft(*where)
        self.draft = None

    def _first_answers(self) -> dict[str, str]:
        """The day and the number of a visit that begins now."""
        numbers = [str(one.outcome.family.get("visit_number", "")) for one in self.returns]
        made = max((int(number) for number in numbers if number.isdigit()), default=0)
        return {"visited_on": clock.today().isoformat(), "visit_number": str(made + 1)}

    def _keep(self, outcome: Outcome, step: str) -> None:
        where = (self.room.office, self.room.actor, self.room.list_id, self.room.family_id)
        fieldwork.keep_draft(*where, outcome, step)

    def _send(self, outcome: Outcome) -> None:
        where = (self.room.office, self.room.actor, self.room.list_id, self.room.family_id)
        fieldwork.record_outcome(*where, outcome)

    # -- words -----------------------------------------------------------------------------------

    def who(self, actor_id: str) -> str:
        """Who did something."""
        return "Anda" if actor_id == self.room.actor.id else self.names.get(actor_id, _SOMEBODY)

    def return_words(self, one: KeptOutcome) -> tuple[str, list[str]]:
        """An outcome: its heading and its answers, a line each."""
        heading = f"{self.who(one.recorder)}, {day_words(one.at)}, {WAY_WORDS[one.way]}"
        return heading, outcome_lines(one.outcome, self.home)

    def difference_words(self, differences: Sequence[Difference]) -> list[str]:
        """What returns of one visit say differently."""
        labels = {(one.level, one.key): one.label for one in fields()}
        return list(dict.fromkeys(labels[one.level, one.field] for one in differences))

    def step_words(self, step: Step) -> str:
        """A move of the record."""
        was, now = self._stage(step.stage_from), self._stage(step.stage_to)
        told = f"{day_words(step.at)}: {self.who(step.actor)} "
        if step.direction is Direction.FORWARD:
            return f"{told}meneruskan dari {was} ke {now}."
        return f"{told}mengembalikan dari {was} ke {now}. Alasan: {step.reason}"

    @property
    def stage(self) -> str:
        """The code of the stage the record stands at."""
        return self.plan.standing(self.steps)

    def earlier(self) -> tuple[tuple[str, str], ...]:
        """Title and code of the stages the record can be returned to, the nearest first."""
        codes = [one.code for one in self.plan.stages]
        place = codes.index(self.stage) if self.stage in codes else 0
        return tuple((one.title, one.code) for one in reversed(self.plan.stages[:place]))

    def following(self) -> str:
        """The title of the next stage; "" after the last."""
        codes = [one.code for one in self.plan.stages]
        if self.stage not in codes:
            return ""
        place = codes.index(self.stage) + 1
        return self.plan.stages[place].title if place < len(codes) else "selesai"

    def move_blocker(self) -> str:
        """Why the record cannot move on; "" when it may be tried."""
        if self.stage == DONE:
            return "Berkas ini sudah selesai di semua tahap."
        if self.stage == self.plan.first and not self.standing:
            return "Catat hasil kunjungan dahulu."
        return ""

    def _stage(self, code: str) -> str:
        return "selesai" if code == DONE else self.plan.title(code)

    def story_words(self, story: LifeStory) -> tuple[str, str, list[str]]:
        """A finding: what it is, how it stands, and its history."""
        sentences = {one.key: one.sentence for one in self.home.asked}
        code = story.life.key.rule
        sentence = sentences.get(story.finding_key) or rule_title(code)
        return sentence, _standing_words(story.life), [self._life_words(s) for s in story.history]

    def _life_words(self, step: LifeStep) -> str:
        names = {one.id: one.name for one in self.room.shelf}
        told = f"{day_words(step.at)}: {_CHANGE_WORDS.get(step.change, step.change)}"
        if step.change == Change.ANSWERED:
            told += f" ({_ANSWERS.label_of(step.answer)})" if step.answer else ""
        else:
            told += f" pada daftar {names.get(step.list_id, 'yang sudah dihapus')}"
        reason = REASONS.get(step.reason, "")
        return f"{told}. {reason}".strip()


def _standing_words(life: Life) -> str:
    said = STATE_WORDS[life.state]
    return f"{said}: {_ANSWERS.label_of(life.answer)}" if life.answer else said
