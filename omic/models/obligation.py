"""Obligations: what a person is owed or what is owed about them, what met it, and what the night flagged."""

from datetime import date, datetime, timedelta

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q

from omic.calendar import exclusive_due, london_day, london_midnight
from omic.models.contact import Contact, ContactKind
from omic.models.person import Person
from omic.models.prison import Prison
from omic.models.staff import Role, Staff

INSTANT = timedelta(microseconds=1)  # between the last moment in time and the first that is too late


class ObligationKind(models.TextChoices):
    """Every kind of duty the product knows, in the words the pages use."""

    KEY_WORK_SESSION = "key_work_session", "Key work session"
    KEY_WORK_FLOOR = "key_work_floor", "Key work floor of the month"
    ALLOCATE_KEY_WORKER = "allocate_key_worker", "Identify a key worker"
    TELL_KEY_WORKER = "tell_key_worker", "Tell the person who their key worker is"
    THREE_WAY_MEETING = "three_way_meeting", "Meeting of key worker, POM and person after sentence"
    PLANNING_MEETING = "planning_meeting", "Key worker at the sentence planning meeting"
    FIRST_HANDOVER_MEETING = "first_handover_meeting", "Key worker at the first handover meeting"
    DAILY_CHECK = "daily_check", "Daily wellbeing check"
    WEEKLY_CHECK = "weekly_check", "Weekly wellbeing check"
    COHORT_REVIEW = "cohort_review", "Review: daily wellbeing checks or not"
    STEP_DOWN_TALK = "step_down_talk", "Tell her that checks are weekly from now"
    ALLOCATE_POM = "allocate_pom", "Allocate a POM"
    TELL_POM = "tell_pom", "Tell the person who their POM is"
    RISK_TO_READ = "risk_to_read", "Risk information to read"
    HANDOVER = "handover", "Handover to the community"
    HELD_CHANGE = "held_change", "Decide a held change of the roll"
    # The OMU's timetable (handover.timetable opens them).
    OASYS_INITIAL = "oasys_initial", "Initial OASys"
    OASYS_REVIEW = "oasys_review", "OASys review"
    OASYS_HANDOVER = "oasys_handover", "Handover OASys"
    OASYS_PAROLE = "oasys_parole", "Parole OASys"
    OASYS_PRE_RELEASE = "oasys_pre_release", "Pre-release OASys"
    OASYS_SIGNIFICANT_EVENT = "oasys_significant_event", "OASys after a significant event"
    PUBLIC_PROTECTION_SCREEN = "public_protection_screen", "Public protection screen"
    INITIAL_CATEGORISATION = "initial_categorisation", "Initial categorisation"
    LISP1 = "lisp1", "LISP1"
    COMPLEXITY_SCREENING = "complexity_screening", "Complexity of need screening"
    BAIL_SCREENING = "bail_screening", "Bail screening"
    OPD_DECISION = "opd_decision", "OPD decision"
    MALRAP = "malrap", "MALRAP and post-sentence report"
    POM_CONTACT = "pom_contact", "POM contact"
    POM_ENGAGEMENT = "pom_engagement", "POM engagement of the month"
    SHARED_TO_READ = "shared_to_read", "Information from the POM to read"
    EA_FIRST_REVIEW = "ea_first_review", "First early allocation review"
    EA_REVIEW = "ea_review", "Early allocation review"
    EA_REFERRAL_REVIEW = "ea_referral_review", "Early allocation referral review"
    EA_TRANSFER = "ea_transfer", "Early allocation: transfer to the COM"
    EA_MAPPA_REFERRAL = "ea_mappa_referral", "Early allocation: MAPPA referral"
    PRE_TARIFF_REVIEW = "pre_tariff_review", "Pre-tariff review for open conditions"
    PAROLE_REVIEW = "parole_review", "Parole review"
    RECALL_EXPLANATION = "recall_explanation", "Explain the recall"
    POST_RECALL_MEETING = "post_recall_meeting", "Post-recall meeting"
    RELEASE_REVIEW = "release_review", "Review of release after a recall"
    TRANSITION_READY = "transition_ready", "Ready for a move from youth custody"
    TRANSITION_MEETING = "transition_meeting", "Meeting after a move from youth custody"
    TRANSITION_KEY_WORK = "transition_key_work", "Weekly key work after a move from youth custody"
    PERSONAL_ADVISER = "personal_adviser", "Personal adviser and pathway plan"
    OASYS_BEFORE_REMISSION = "oasys_before_remission", "OASys before return from hospital"
    AFTERCARE_MEETING = "aftercare_meeting", "Section 117 aftercare meeting"
    HOSPITAL_LIAISON = "hospital_liaison", "Liaison with MHCS and the clinician"
    # Without a date of their own: a fact opens them, or somebody does (handover.duties_by_fact).
    ACCT_REVIEW = "acct_review", "ACCT review"
    HDC_ASSESSMENT = "hdc_assessment", "HDC assessment"
    SENDING_NOTE = "sending_note", "Sending note after a transfer"
    ROTL_ASSESSMENT = "rotl_assessment", "ROTL assessment"
    CATEGORISATION_REVIEW = "categorisation_review", "Categorisation review"
    PRE_RELEASE_BOARD = "pre_release_board", "Pre-release board or report"
    # What OMiC itself owes a POM by email: one for each true situation (handover.reminders).
    REMIND_AHEAD = "remind_ahead", "Reminder: handover ahead"
    REMIND_TODAY = "remind_today", "Reminder: handover today"
    REMIND_NO_COM = "remind_no_com", "Reminder: handed over, and no COM"


# Who may owe a duty: a role here, or somebody who is not posted in prisons.
OUTSIDE = {"com": "COM", "probation_officer": "Probation officer", "psychologist": "Psychologist"}
SYSTEM = "omic"  # what the system itself owes, as an email: in nobody's list of duties
OWNERS: dict[str, str] = {**dict(Role.choices), **OUTSIDE, SYSTEM: "OMiC"}


class ObligationState(models.TextChoices):
    """`not_met` is a shortfall where the policy says "where possible"; `missed` is a breach."""

    OPEN = "open", "Open"
    MET = "met", "Met"
    WAIVED = "waived", "Waived"
    EXCEPTED = "excepted", "Excepted"
    NOT_MET = "not_met", "Not met"
    MISSED = "missed", "Missed"
    VOID = "void", "Void"


class ObligationQuerySet(models.QuerySet["Obligation"]):
    """Duties. Each question has one definition, here, whichever page, count, flag or email asks it."""

    def owed(self, first: date, last: date) -> "ObligationQuerySet":
        """Duties that fell due in the period, void, waived and excepted ones left out: the basis of every rate."""
        gone = (ObligationState.VOID, ObligationState.WAIVED, ObligationState.EXCEPTED)
        rows = self.filter(due_on__gte=first, due_on__lte=last).exclude(state__in=gone)
        return rows.exclude(~Q(state=ObligationState.MET), suspension__isnull=False)

    def delivered(self) -> "ObligationQuerySet":
        return self.filter(state=ObligationState.MET)

    def demanding(self) -> "ObligationQuerySet":
        """Duties that still ask something of somebody."""
        return self.filter(closed_at__isnull=True)

    def overdue(self, at: date | datetime) -> "ObligationQuerySet":
        """Still demanding, and too late at `at` (a day stands for its first moment); true with or without a stamp.

        Most duties have until the end of a day, some (RC-01, XC-11) until an hour. What falls due inside a suspension
        is excepted, with or without the stamp that says so (ED-09).
        """
        moment = at if isinstance(at, datetime) else london_midnight(at)
        late = self.demanding().filter(due_on__lte=london_day(moment), due_before__lte=moment)
        return late.filter(suspension__isnull=True)

    def due_between(self, first: date, last: date) -> "ObligationQuerySet":
        return self.demanding().filter(due_on__gte=first, due_on__lte=last)


class Obligation(models.Model):
    """What a person is owed, or what is owed about them.

    `slot` never holds a computed date: it is the period's start for a recurring kind, the causing row for a one-off.
    `due_on` is the last day that is still in time, `due_before` the exclusive instant behind it, for a duty counted in
    hours (RC-01) the one behind its last moment. `suspension` is the approved
    one that its last day lies in (ED-09). `with_roles` are those who must take part beside the owner's role, and
    `until_on` the day on which a recurring duty ends. `closed_at` is the
    moment the duty stopped asking anything of anybody: met, void, excepted, waived or, for a contact that was missed,
    the next contact of that kind; the state stays `missed` then, because the figures count it.
    """

    person = models.ForeignKey(Person, on_delete=models.CASCADE, related_name="obligations", db_index=False)
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="obligations", db_index=False)
    kind = models.CharField(max_length=30, choices=ObligationKind)
    slot = models.CharField(max_length=60)
    owner_role = models.CharField(max_length=20)
    owner = models.ForeignKey(Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="obligations")
    wing = models.ForeignKey(
        "omic.Wing", on_delete=models.SET_NULL, null=True, blank=True, related_name="+", db_index=False
    )
    priority_groups = ArrayField(models.CharField(max_length=20), default=list, blank=True)
    opens_on = models.DateField()
    due_on = models.DateField(null=True, blank=True)
    due_before = models.DateTimeField(null=True, blank=True)
    met_by = models.CharField(max_length=12, choices=ContactKind, blank=True)
    waived_by = ArrayField(models.CharField(max_length=12, choices=ContactKind), default=list, blank=True)  # WB-06
    suspension = models.ForeignKey(
        "omic.Suspension", on_delete=models.PROTECT, null=True, blank=True, related_name="obligations", db_index=False
    )
    quantity = models.PositiveSmallIntegerField(default=1)
    unit = models.CharField(max_length=10, default="contacts")
    done = models.PositiveSmallIntegerField(default=0)
    basis = models.CharField(max_length=15, default="owed")
    with_roles = ArrayField(models.CharField(max_length=20), default=list, blank=True)  # who else must take part
    until_on = models.DateField(null=True, blank=True)
    rule = models.CharField(max_length=10)
    policy = models.CharField(max_length=30)
    steps = models.JSONField(default=list)
    state = models.CharField(max_length=10, choices=ObligationState, default=ObligationState.OPEN)
    note = models.TextField(blank=True)
    created_at = models.DateTimeField()
    met_at = models.DateTimeField(null=True, blank=True)
    closed_at = models.DateTimeField(null=True, blank=True)
    closed_by = models.ForeignKey(
        Staff, on_delete=models.PROTECT, null=True, blank=True, related_name="+", db_index=False
    )
    closed_because = models.CharField(max_length=200, blank=True)

    objects = ObligationQuerySet.as_manager()

    class Meta:
        ordering = ["due_on", "person_id", "id"]
        constraints = [
            models.UniqueConstraint(
                fields=["person", "kind", "slot"], condition=~Q(state="void"), name="obligation_once_a_slot"
            ),
            models.CheckConstraint(
                condition=Q(due_on__isnull=True, due_before__isnull=True)
                | Q(due_on__isnull=False, due_before__isnull=False),
                name="obligation_due_day_and_instant",
            ),
            models.CheckConstraint(
                condition=~Q(state__in=["met", "void", "waived", "excepted"]) | Q(closed_at__isnull=False),
                name="obligation_settled_is_closed",
            ),
            models.CheckConstraint(
                condition=Q(state="met", met_at__isnull=False) | (~Q(state="met") & Q(met_at__isnull=True)),
                name="obligation_met_when_met",
            ),
        ]
        # Those of the foreign keys are left out where one of these begins with the same column: each more is written
        # at every change of state, and without statistics the planner combines them, which took settling 60 s for 0.5.
        indexes = [
            models.Index(fields=["prison", "kind", "due_on"], name="obligation_by_prison_due"),
            models.Index(fields=["prison", "due_on"], name="obligation_demanding", condition=Q(closed_at__isnull=True)),
            models.Index(fields=["person", "kind", "due_on"], name="obligation_by_person"),
            # What one person is asked for now, which every list asks of every row: without it the planner combines
            # the two before it, and reads the whole prison's open duties once for each person.
            models.Index(fields=["person", "kind", "due_on"], name="obligation_open", condition=Q(closed_at=None)),
        ]

    def __str__(self) -> str:
        return f"{self.kind} of {self.person_id} due {self.due_on}"

    @property
    def owner_words(self) -> str:
        """Whose duty it is, by role."""
        return OWNERS[self.owner_role]

    @property
    def due_at(self) -> datetime | None:
        """The last moment in time, where the duty is counted in hours; else None, and `due_on` says all."""
        if self.due_on is None or self.due_before is None or self.due_before == exclusive_due(self.due_on):
            return None
        return self.due_before - INSTANT


class ObligationContact(models.Model):
    """What a contact does for an obligation: one session meets a week, counts to a month and waives a check."""

    class Effect(models.TextChoices):
        COUNTS = "counts", "Counts"
        WAIVES = "waives", "Waives"

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="links", db_index=False)
    contact = models.ForeignKey(Contact, on_delete=models.PROTECT, related_name="links")
    quantity = models.PositiveSmallIntegerField()
    effect = models.CharField(max_length=6, choices=Effect, default=Effect.COUNTS)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["obligation", "contact"], name="contact_counts_once")]

    def __str__(self) -> str:
        return f"{self.contact_id} toward {self.obligation_id}"


class Flag(models.Model):
    """What the night raised about an obligation: that it is overdue, or comes up soon. Open until it is over."""

    class Kind(models.TextChoices):
        OVERDUE = "overdue", "Overdue"
        UPCOMING = "upcoming", "Upcoming"

    obligation = models.ForeignKey(Obligation, on_delete=models.CASCADE, related_name="flags")
    prison = models.ForeignKey(Prison, on_delete=models.PROTECT, related_name="flags")
    kind = models.CharField(max_length=10, choices=Kind)
    first_flagged_on = models.DateField()
    closed_on = models.DateField(null=True, blank=True)

    class Meta:
        ordering = ["first_flagged_on", "id"]
        constraints = [models.UniqueConstraint(fields=["obligation", "kind"], name="one_flag_a_kind")]

    def __str__(self) -> str:
        return f"{self.kind} {self.obligation_id}"
