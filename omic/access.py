"""Who may do what: one table of role × action × relation. A view declares its action or does not load.

`Relation` says how a person must stand to the member of staff: anyone in the prison, someone on their wing, or their
own case, which they hold or stand in for today. Postings are read at each request, so that a move or a leaving takes
effect with the next click.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from enum import Enum, StrEnum
from typing import Any

from django.conf import settings
from django.core.exceptions import ImproperlyConfigured
from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver, reverse
from django.utils.module_loading import import_string

from omic.models import Cover, Person, Posting, Prison, PrisonSetting, Role, SettingKind, Staff


class Relation(Enum):
    """How far an action reaches, widest first."""

    PRISON = "anyone in the prison"
    WING = "people on their wing"
    OWN = "their own people"


class Action(StrEnum):
    """Everything that can be done here. Reading a page is an action too."""

    OPEN = "open"  # signed in is enough: choosing a prison, help, signing out
    PUBLIC = "public"  # nobody need be signed in: sign-in itself, health
    HOME = "home"
    SEARCH = "search"
    SEE_PERSON = "see_person"
    SEE_DATES = "see_dates"
    RECORD_HANDOVER = "record_handover"
    EXPORT = "export"
    MY_KEY_WORK = "my_key_work"
    LOG_SESSION = "log_session"
    MARK_ON_NOMIS = "mark_on_nomis"
    ALLOCATE_KEY_WORKER = "allocate_key_worker"
    TELL_KEY_WORKER = "tell_key_worker"
    READ_RISK = "read_risk"
    EDIT_PLAN = "edit_plan"
    AGREE_PLAN = "agree_plan"
    RECORD_MEETING = "record_meeting"
    SEE_QUALITY = "see_quality"
    REVIEW_NOTES = "review_notes"
    SEE_KEY_WORK = "see_key_work"
    MANAGE_KEY_WORKERS = "manage_key_workers"
    SEE_OMU = "see_omu"
    SEE_CASES = "see_cases"
    MY_CASES = "my_cases"
    ALLOCATE_POM = "allocate_pom"
    SEE_EXTRA = "see_extra"
    AGREE_EXTRA = "agree_extra"
    EDIT_DETAILS = "edit_details"
    ENTER_TIER = "enter_tier"
    IMPORT = "import"
    EDIT_PRISON = "edit_prison"
    SEE_MAIL = "see_mail"
    SEE_RUNS = "see_runs"
    EXPECT_ARRIVAL = "expect_arrival"
    ADOPT_POLICY = "adopt_policy"
    RECORD_DUTY = "record_duty"
    OPEN_DUTY = "open_duty"
    CHANGE_LEVEL = "change_level"
    FINISH_LEVEL_TASK = "finish_level_task"
    ASK_VARIANT = "ask_variant"
    APPROVE_VARIANT = "approve_variant"
    DECIDE_PRIORITY = "decide_priority"
    APPROVE_LOCAL_GROUP = "approve_local_group"
    MARK_NOT_POSSIBLE = "mark_not_possible"
    OVERRIDE_RESPONSIBILITY = "override_responsibility"
    CONFIRM_OVERRIDE = "confirm_override"
    MERGE_PEOPLE = "merge_people"
    SEE_HISTORY = "see_history"
    SEE_NOTES = "see_notes"
    WRITE_NOTE = "write_note"
    BREAK_GLASS = "break_glass"
    SEE_ACCESS_LOG = "see_access_log"
    SCREEN_COMPLEXITY = "screen_complexity"
    OVERRIDE_COMPLEXITY = "override_complexity"
    SEE_ROSTER = "see_roster"
    TAKE_ROSTER = "take_roster"
    RECORD_CHECK = "record_check"
    SEE_COHORTS = "see_cohorts"
    DECIDE_COHORT = "decide_cohort"
    REFER_FOR_CHECKS = "refer_for_checks"
    TELL_STEP_DOWN = "tell_step_down"
    LOG_ENGAGEMENT = "log_engagement"
    READ_SHARED = "read_shared"
    SEE_ENGAGEMENT = "see_engagement"
    VICTIM_LIAISON = "victim_liaison"
    SEE_MISSED = "see_missed"
    ASK_SUSPENSION = "ask_suspension"
    DECIDE_SUSPENSION = "decide_suspension"
    RECORD_SELF_HARM = "record_self_harm"
    SEE_SAFETY = "see_safety"
    SEE_ASSURANCE = "see_assurance"
    WORK_HANDOVER = "work_handover"
    WRITE_SENDING_NOTE = "write_sending_note"
    ASSESS_EARLY = "assess_early"
    APPROVE_EARLY = "approve_early"
    RECORD_COMMUNITY = "record_community"
    RECORD_PAROLE = "record_parole"
    RECORD_RECALL = "record_recall"
    DECIDE_FUNCTION = "decide_function"
    SEE_PIPELINE = "see_pipeline"
    EDIT_LDUS = "edit_ldus"
    CHOOSE_REMINDERS = "choose_reminders"


_R, _A = Role, Action
_OMU = (_R.POM, _R.HOMD, _R.HOMS, _R.CASE_ADMINISTRATOR)
_OVERSEERS = (_R.GOVERNOR, _R.PGD, _R.NATIONAL)


def _roles(*roles: Role, relation: Relation = Relation.PRISON) -> dict[Role, Relation]:
    return dict.fromkeys(roles, relation)


# National is read only, and so is the PGD but for the two approvals that are theirs alone (KW-04, PG-5).
ACCESS: dict[Action, dict[Role, Relation]] = {
    _A.HOME: _roles(*_R),
    _A.SEARCH: _roles(
        *_OMU, _R.KEY_WORK_MANAGER, _R.KEY_WORK_CHAMPION, _R.SAFER_CUSTODY, _R.GOVERNOR, _R.KEY_WORKER, _R.WING_OFFICER
    ),
    _A.SEE_PERSON: _roles(*_OMU, _R.KEY_WORK_MANAGER, _R.KEY_WORK_CHAMPION, _R.SAFER_CUSTODY, _R.GOVERNOR)
    | _roles(_R.KEY_WORKER, relation=Relation.OWN)
    | _roles(_R.WING_OFFICER, relation=Relation.WING),
    _A.SEE_DATES: _roles(*_OMU, _R.GOVERNOR),
    _A.RECORD_HANDOVER: _roles(_R.HOMD) | _roles(_R.POM, relation=Relation.OWN),
    _A.EXPORT: _roles(*_OMU, _R.KEY_WORK_MANAGER, _R.SAFER_CUSTODY, *_OVERSEERS),
    _A.MY_KEY_WORK: _roles(_R.KEY_WORKER),
    _A.LOG_SESSION: _roles(_R.KEY_WORK_MANAGER) | _roles(_R.KEY_WORKER, relation=Relation.OWN),
    _A.MARK_ON_NOMIS: _roles(_R.KEY_WORK_MANAGER, _R.CASE_ADMINISTRATOR, _R.HOMS)
    | _roles(_R.KEY_WORKER, relation=Relation.OWN),
    _A.ALLOCATE_KEY_WORKER: _roles(_R.KEY_WORK_MANAGER, _R.HOMD),
    _A.TELL_KEY_WORKER: _roles(_R.KEY_WORK_MANAGER, _R.HOMD) | _roles(_R.KEY_WORKER, relation=Relation.OWN),
    _A.MANAGE_KEY_WORKERS: _roles(_R.KEY_WORK_MANAGER, _R.HOMD),
    _A.READ_RISK: _roles(_R.HOMD) | _roles(_R.POM, relation=Relation.OWN),
    _A.EDIT_PLAN: _roles(_R.KEY_WORK_MANAGER) | _roles(_R.KEY_WORKER, relation=Relation.OWN),
    _A.AGREE_PLAN: _roles(_R.HOMD) | _roles(_R.POM, relation=Relation.OWN),
    _A.RECORD_MEETING: _roles(_R.HOMD) | _roles(_R.POM, _R.KEY_WORKER, relation=Relation.OWN),
    _A.SEE_QUALITY: _roles(_R.HOMD, _R.KEY_WORK_CHAMPION, _R.KEY_WORK_MANAGER),
    _A.REVIEW_NOTES: _roles(_R.HOMD, _R.KEY_WORK_CHAMPION),
    _A.SEE_KEY_WORK: _roles(_R.KEY_WORK_MANAGER, _R.KEY_WORK_CHAMPION, _R.HOMD, _R.HOMS, _R.SAFER_CUSTODY, *_OVERSEERS),
    _A.SEE_OMU: _roles(_R.HOMD, _R.HOMS, _R.CASE_ADMINISTRATOR, *_OVERSEERS),
    _A.SEE_CASES: _roles(*_OMU, *_OVERSEERS),  # the prison's caseload: POMs look up one another's cases in it
    _A.MY_CASES: _roles(_R.POM),
    _A.ALLOCATE_POM: _roles(_R.HOMD),
    _A.SEE_EXTRA: _roles(_R.HOMD, _R.HOMS, _R.CASE_ADMINISTRATOR, _R.GOVERNOR),  # free text about one person
    _A.AGREE_EXTRA: _roles(_R.HOMD),
    _A.EDIT_DETAILS: _roles(_R.HOMD, _R.HOMS, _R.CASE_ADMINISTRATOR),
    _A.ENTER_TIER: _roles(_R.HOMD, _R.CASE_ADMINISTRATOR),
    _A.IMPORT: _roles(_R.HOMS, _R.CASE_ADMINISTRATOR),
    _A.EDIT_PRISON: _roles(_R.HOMS),
    _A.SEE_MAIL: _roles(_R.SAFER_CUSTODY, _R.HOMS, _R.GOVERNOR),
    _A.SEE_RUNS: _roles(_R.HOMS, _R.SAFER_CUSTODY, _R.GOVERNOR),
    _A.EXPECT_ARRIVAL: _roles(_R.HOMD),
    _A.ADOPT_POLICY: _roles(_R.HOMS),
    _A.RECORD_DUTY: _roles(_R.HOMD, _R.CASE_ADMINISTRATOR) | _roles(_R.POM, relation=Relation.OWN),
    _A.OPEN_DUTY: _roles(_R.HOMD) | _roles(_R.POM, relation=Relation.OWN),
    _A.CHANGE_LEVEL: _roles(_R.GOVERNOR),
    _A.FINISH_LEVEL_TASK: _roles(_R.GOVERNOR, _R.KEY_WORK_MANAGER),
    _A.ASK_VARIANT: _roles(_R.HOMS, _R.GOVERNOR),
    _A.APPROVE_VARIANT: _roles(_R.PGD),
    _A.DECIDE_PRIORITY: _roles(_R.GOVERNOR, _R.KEY_WORK_MANAGER, _R.SAFER_CUSTODY),
    _A.APPROVE_LOCAL_GROUP: _roles(_R.PGD),
    _A.MARK_NOT_POSSIBLE: _roles(_R.KEY_WORK_MANAGER) | _roles(_R.KEY_WORKER, relation=Relation.OWN),
    _A.OVERRIDE_RESPONSIBILITY: _roles(_R.HOMD),
    _A.CONFIRM_OVERRIDE: _roles(_R.HOMD, _R.HOMS, _R.GOVERNOR),
    _A.MERGE_PEOPLE: _roles(_R.HOMS, _R.CASE_ADMINISTRATOR),
    _A.SEE_HISTORY: _roles(*_OMU, _R.GOVERNOR),
    # Who opens the page; which notes stand open on it is decided note by note (allocation.notes).
    _A.SEE_NOTES: _roles(*_OMU, _R.SAFER_CUSTODY, _R.GOVERNOR),
    _A.WRITE_NOTE: _roles(_R.HOMD) | _roles(_R.POM, relation=Relation.OWN),
    _A.BREAK_GLASS: _roles(_R.POM, _R.HOMS, _R.SAFER_CUSTODY, _R.GOVERNOR),
    _A.SEE_ACCESS_LOG: _roles(_R.GOVERNOR, _R.HOMS),
    _A.SCREEN_COMPLEXITY: _roles(_R.HOMD) | _roles(_R.POM, relation=Relation.OWN),
    _A.OVERRIDE_COMPLEXITY: _roles(_R.HOMD),
    _A.SEE_ROSTER: _roles(_R.KEY_WORK_MANAGER, _R.SAFER_CUSTODY, _R.GOVERNOR)
    | _roles(_R.WING_OFFICER, relation=Relation.WING),
    _A.TAKE_ROSTER: _roles(_R.KEY_WORK_MANAGER, _R.SAFER_CUSTODY, _R.GOVERNOR),  # the whole prison's, as a file
    _A.RECORD_CHECK: _roles(_R.KEY_WORK_MANAGER, _R.SAFER_CUSTODY) | _roles(_R.WING_OFFICER, relation=Relation.WING),
    _A.SEE_COHORTS: _roles(_R.KEY_WORK_MANAGER, _R.SAFER_CUSTODY, _R.GOVERNOR, _R.HOMD),
    _A.DECIDE_COHORT: _roles(_R.KEY_WORK_MANAGER, _R.SAFER_CUSTODY, _R.GOVERNOR),
    _A.REFER_FOR_CHECKS: _roles(*_OMU, _R.KEY_WORK_MANAGER, _R.KEY_WORK_CHAMPION, _R.SAFER_CUSTODY, _R.GOVERNOR)
    | _roles(_R.KEY_WORKER, relation=Relation.OWN)
    | _roles(_R.WING_OFFICER, relation=Relation.WING),
    _A.TELL_STEP_DOWN: _roles(_R.KEY_WORK_MANAGER, _R.SAFER_CUSTODY)
    | _roles(_R.KEY_WORKER, relation=Relation.OWN)
    | _roles(_R.WING_OFFICER, relation=Relation.WING),
    _A.LOG_ENGAGEMENT: _roles(_R.HOMD) | _roles(_R.POM, relation=Relation.OWN),
    _A.READ_SHARED: _roles(_R.KEY_WORK_MANAGER, _R.SAFER_CUSTODY) | _roles(_R.WING_OFFICER, relation=Relation.WING),
    _A.SEE_ENGAGEMENT: _roles(_R.HOMD, _R.GOVERNOR),
    # By need alone, and never to be told to the person: whoever works on the case, and who arranges it.
    _A.VICTIM_LIAISON: _roles(_R.HOMD, _R.CASE_ADMINISTRATOR) | _roles(_R.POM, relation=Relation.OWN),
    _A.SEE_MISSED: _roles(_R.KEY_WORK_MANAGER, _R.SAFER_CUSTODY, _R.GOVERNOR),
    _A.ASK_SUSPENSION: _roles(_R.KEY_WORK_MANAGER, _R.SAFER_CUSTODY, _R.GOVERNOR),
    _A.DECIDE_SUSPENSION: _roles(_R.GOVERNOR),
    _A.RECORD_SELF_HARM: _roles(_R.KEY_WORK_MANAGER, _R.SAFER_CUSTODY)
    | _roles(_R.WING_OFFICER, relation=Relation.WING),
    _A.SEE_SAFETY: _roles(_R.SAFER_CUSTODY, *_OVERSEERS),
    _A.SEE_ASSURANCE: _roles(_R.KEY_WORK_MANAGER, _R.HOMD, _R.SAFER_CUSTODY, *_OVERSEERS),
    _A.WORK_HANDOVER: _roles(_R.HOMD) | _roles(_R.POM, relation=Relation.OWN),
    # About somebody who has left: whether they were the writer's case is asked of the stay (handover.sending).
    _A.WRITE_SENDING_NOTE: _roles(_R.HOMD, _R.POM),
    _A.ASSESS_EARLY: _roles(_R.HOMD) | _roles(_R.POM, relation=Relation.OWN),
    _A.APPROVE_EARLY: _roles(_R.HOMD),
    _A.RECORD_COMMUNITY: _roles(_R.HOMD, _R.CASE_ADMINISTRATOR) | _roles(_R.POM, relation=Relation.OWN),
    _A.RECORD_PAROLE: _roles(_R.HOMD, _R.CASE_ADMINISTRATOR) | _roles(_R.POM, relation=Relation.OWN),
    _A.RECORD_RECALL: _roles(_R.HOMD) | _roles(_R.POM, relation=Relation.OWN),
    _A.DECIDE_FUNCTION: _roles(_R.HOMD),
    _A.SEE_PIPELINE: _roles(_R.HOMD, _R.HOMS, _R.CASE_ADMINISTRATOR, *_OVERSEERS),
    _A.EDIT_LDUS: _roles(_R.HOMS, _R.CASE_ADMINISTRATOR),
    _A.CHOOSE_REMINDERS: _roles(_R.POM),
}


# Which pointer makes a person one's own: a POM's key work people are not their cases, nor the other way round.
_HOLDS = {Role.POM: "pom", Role.KEY_WORKER: "key_worker"}


@dataclass(frozen=True, slots=True)
class Standing:
    """What one member of staff is on a day in one prison: their postings there, or above it."""

    staff: Staff
    prison: Prison
    postings: tuple[Posting, ...]
    on: date

    @property
    def roles(self) -> frozenset[Role]:
        return frozenset(Role(posting.role) for posting in self.postings)

    def relations(self, action: Action) -> frozenset[Relation]:
        """How far they may take `action`; empty when not at all."""
        allowed = ACCESS[action]
        return frozenset(allowed[role] for role in self.roles if role in allowed)

    def may(self, action: Action) -> bool:
        """Whether they may take `action` for anybody here."""
        return bool(self.relations(action))

    def people(self, action: Action) -> QuerySet[Person]:
        """The people of this prison for whom they may take `action`."""
        relations = self.relations(action)
        if Relation.PRISON in relations:
            return self.prison.people.all()
        reach = Q(pk__in=[])
        for role, pointer in _HOLDS.items():
            if role in self.roles and ACCESS[action].get(role) is Relation.OWN:
                reach |= Q(**{pointer: self.staff}) | Q(pk__in=self.covered(role)) | Q(pk__in=self._beside(role))
        if Relation.WING in relations:
            reach |= Q(wing__in=[p.wing_id for p in self.postings if p.role == Role.WING_OFFICER and p.wing_id])
        return self.prison.people.filter(reach)

    def reaches(self, action: Action, person: Person) -> bool:
        """Whether they may take `action` for somebody held here; asks the database only where relation decides."""
        relations = self.relations(action)
        if Relation.PRISON in relations or not relations:
            return bool(relations)
        return self.people(action).filter(pk=person.pk).exists()

    def covered(self, role: Role) -> QuerySet[Any]:
        """The people for whose key worker or POM they stand in: theirs as long as that lasts."""
        covers = Cover.objects.on(self.on).filter(staff=self.staff, prison=self.prison, role=role)
        return covers.values("person")

    def _beside(self, role: Role) -> Any:
        """The people whose case they share in another part, as the app says that keeps these."""
        name = settings.ALSO_THEIRS.get(role)
        return import_string(name)(self.staff, self.prison) if name else []


def prisons_open_to(staff: Staff, *, on: date, action: Action | None = None) -> QuerySet[Prison]:
    """The prisons in which `staff` may be active, or take `action`, on a day: posted there, to a group, nationally."""
    postings = Posting.objects.filter(staff=staff, role__in=ACCESS[action] if action else Role).on(on)
    if postings.filter(role=Role.NATIONAL).exists():
        return Prison.objects.all()
    groups = postings.filter(role=Role.PGD).values("group")
    return Prison.objects.filter(
        Q(pk__in=postings.filter(prison__isnull=False).values("prison"))
        | Q(settings__in=_group_settings(on).filter(value__in=groups))
    ).distinct()


def _group_settings(on: date) -> Any:
    return PrisonSetting.objects.filter(kind=SettingKind.GROUP).in_force(on)


def standing_in(staff: Staff, code: str, *, on: date) -> Standing | None:
    """What `staff` is in the prison `code` on a day, or None when they are nothing there."""
    prison = Prison.objects.filter(pk=code).order_by().first()
    if prison is None:
        return None
    # Asked before every page: a member of staff has few postings, so where each reaches is decided here.
    today = Posting.objects.filter(staff=staff).on(on).order_by("pk")
    postings = tuple(posting for posting in today if _reaches(posting, prison, on))
    return Standing(staff=staff, prison=prison, postings=postings, on=on) if postings else None


def _reaches(posting: Posting, prison: Prison, on: date) -> bool:
    if posting.role == Role.PGD:
        return _group_settings(on).filter(prison=prison, value=posting.group).exists()
    return posting.role == Role.NATIONAL or posting.prison_id == prison.pk


View = Callable[..., Any]


def requires(action: Action) -> Callable[[View], View]:
    """Declare the action that a view takes. `omic.middleware.AccessMiddleware` enforces it before the view runs."""

    def declare(view: View) -> View:
        view.action = action  # type: ignore[attr-defined]
        return view

    return declare


def declared_action(view: View) -> Action | None:
    """The action that a view declares."""
    return getattr(view, "action", None)


def undeclared_views(resolver: URLResolver | None = None) -> list[str]:
    """Every routed view that declares no action, by its pattern."""
    found: list[str] = []
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            found += undeclared_views(pattern)
        elif isinstance(pattern, URLPattern) and declared_action(pattern.callback) is None:
            found.append(str(pattern.pattern))
    return found


def require_declared_views() -> None:
    """Stop the start when any view declares no action."""
    if missing := undeclared_views():
        raise ImproperlyConfigured(f"These addresses declare no action (omic/access.py): {', '.join(missing)}")


# The service navigation, in order: words, URL name, the action that opens it. Of the same words the first that opens.
NAVIGATION: tuple[tuple[str, str, Action], ...] = (
    ("Home", "home", Action.HOME),
    ("My people", "keywork:mine", Action.MY_KEY_WORK),
    ("My cases", "allocation:mine", Action.MY_CASES),
    ("OMU", "allocation:dashboard", Action.SEE_OMU),
    ("Handovers", "handover:upcoming", Action.SEE_DATES),
    ("Pipeline", "handover:pipeline", Action.SEE_PIPELINE),
    ("Key work", "keywork:overdue", Action.SEE_KEY_WORK),
    ("Wellbeing", "wellbeing:wings", Action.SEE_ROSTER),
    ("Wellbeing", "wellbeing:assurance", Action.SEE_ASSURANCE),
    ("Missing details", "missing-details", Action.EDIT_DETAILS),
    ("Imports", "imports", Action.IMPORT),
    ("Emails", "mail", Action.SEE_MAIL),
    ("Runs", "runs", Action.SEE_RUNS),
    ("Policy", "handover:policy", Action.SEE_OMU),
    ("Settings", "prison-settings", Action.EDIT_PRISON),
    ("Access log", "access-log", Action.SEE_ACCESS_LOG),
)


def navigation(request: HttpRequest) -> list[tuple[str, str, bool]]:
    """The navigation of the request's prison for who is signed in: words, address, whether it is the present page."""
    standing: Standing = request.standing  # type: ignore[attr-defined]
    items: list[tuple[str, str, bool]] = []
    for words, name, action in NAVIGATION:
        if standing.may(action) and all(words != shown for shown, _, _ in items):
            url = reverse(name, args=[standing.prison.code])
            here = request.path == url if name == "home" else request.path.startswith(url)
            items.append((words, url, here))
    return items
