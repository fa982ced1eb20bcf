"""What the timetable is told and what it answers: frozen facts by theme, the duties, and the answers beside them."""

from dataclasses import dataclass, field
from datetime import date, datetime

from handover.policy import Responsibility
from handover.rules import Determination, HandoverFacts
from handover.timetable.policy import (
    Cause,
    EarlyAllocationClass,
    HandoverForm,
    Kind,
    Missing,
    Owner,
    ReportAuthor,
    State,
)
from omic.policy import Outcome, Steps


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonFacts:
    """The person. `rosh` very_high|high|medium|low, `sex` male|female, `life` a life sentence. `no_pom_contact_since`:
    the day since which a POM could have seen them and none has; None where that is not known."""

    rosh: str | None = None
    sex: str | None = None
    date_of_birth: date | None = None
    life: bool = False
    care_experienced: bool = False
    opd_screened_in: bool = False
    last_pom_contact_on: date | None = None
    no_pom_contact_since: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class OasysFacts:
    """What was completed when, HO-32's decision, and a release date that the Parole Board has fixed."""

    last_oasys_on: date | None = None
    significant_event_oasys_on: date | None = None
    handover_oasys_not_needed: bool = False
    handover_oasys_reason: str | None = None
    confirmed_release_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class EarlyAllocationFacts:
    """The criteria EA-01 to EA-10. `mappa_level_needed` 1..3, `rationale` the words of a discretionary referral;
    `declined`: the newest assessment was refused by the HOMD or rejected by the community (EA-25). `assessed_on`: the
    day of the assessment that first found a criterion met; None where one was known to be met before it."""

    tact: bool = False
    separation_centre: bool = False
    cppc_in_principle: bool = False
    nca_case: bool = False
    scpo: bool = False
    high_profile: bool = False
    extremism_screening: bool = False
    mappa_level_needed: int | None = None
    mappa_exceptional: bool = False
    rationale: str | None = None
    declined: bool = False
    assessed_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class RecallFacts:
    """`recall_type` standard|fixed_14|fixed_28, read only of somebody recalled; `returned_at` is aware."""

    recall_type: str | None = None
    returned_at: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class YouthFacts:
    """A move from the youth estate: what is in place before it, and who met the person after it. Moments are aware."""

    transfer_planned_on: date | None = None
    pom_assigned: bool = False
    key_worker_assigned: bool = False
    key_worker_contacted: bool = False
    youth_arrived_at: datetime | None = None
    pom_met_at: datetime | None = None
    key_worker_met_at: datetime | None = None
    planning_meeting_on: date | None = None
    closure_meeting_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class HospitalFacts:
    """A restricted patient's transfer to hospital and remission to prison."""

    hospital_transfer_on: date | None = None
    remission_planned_on: date | None = None
    remitted_on: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TimetableFacts:
    """What is known of one person on `handover.today`. None is unknown; an unknown yes/no is no."""

    handover: HandoverFacts
    person: PersonFacts = field(default_factory=PersonFacts)
    oasys: OasysFacts = field(default_factory=OasysFacts)
    early: EarlyAllocationFacts = field(default_factory=EarlyAllocationFacts)
    recall: RecallFacts = field(default_factory=RecallFacts)
    youth: YouthFacts = field(default_factory=YouthFacts)
    hospital: HospitalFacts = field(default_factory=HospitalFacts)


@dataclass(frozen=True, slots=True, kw_only=True)
class Task:
    """One duty. `due_on` is the last day still in time, `due_at` the last moment, in UTC; both None: no deadline.

    `kind` and `cause` together tell a person's duties apart; `caused_on` is the day of the causing fact, where it has
    one. `follows_responsible`: the owner is whoever is responsible on the due day, and changes with responsibility.
    """

    kind: Kind
    owner: Owner
    rule: str
    cause: Cause
    steps: Steps
    caused_on: date | None = None
    with_: tuple[Owner, ...] = ()
    opens_on: date | None = None
    due_on: date | None = None
    due_at: datetime | None = None
    until: date | None = None
    state: State = State.OPEN
    missing: tuple[Missing, ...] = ()
    follows_responsible: bool = False


@dataclass(frozen=True, slots=True)
class Recall:
    """Where a recalled person goes and what they get (RC-03 to RC-05)."""

    function: str
    onward_function: str | None
    override_by: Owner | None
    term_days: int | None
    key_work: bool
    one_to_one: bool


@dataclass(frozen=True, slots=True)
class EarlyAllocation:
    """The class, whether a referral may be submitted, and what it still lacks."""

    allocation_class: EarlyAllocationClass
    can_submit: bool
    missing: tuple[Missing, ...]


@dataclass(frozen=True, slots=True)
class Parole:
    """Who writes and who attends (None and empty: no parole), and whether the HOMD may override the shift back."""

    report_author: ReportAuthor | None
    hearing_attendees: tuple[Owner, ...]
    homd_override_available: bool


@dataclass(frozen=True, slots=True)
class Timetable:
    """Every dated duty, and what else is said of the person's case. `steps` explains the answers beside the tasks."""

    policy: str
    determination: Outcome[Determination]
    responsibility: Responsibility | None
    tasks: tuple[Task, ...]
    layer3_in_scope: bool
    additional_tasks: bool
    early_allocation: EarlyAllocation
    handover_form: HandoverForm
    parole: Parole
    recall: Recall | None
    steps: Steps
