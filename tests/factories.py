"""Fictional rows for tests. Dates hang off `TODAY`; nothing here reads the clock."""

from datetime import UTC, date, datetime, timedelta

import factory
from factory.django import DjangoModelFactory

from allocation.models import PomAllocation
from keywork.models import Course, KeyWorker, KeyWorkerAllocation, Training
from omic import models
from wellbeing.models import CohortDecision, SelfHarmIncident

TODAY = date(2026, 11, 18)  # a Wednesday
NOW = datetime(2026, 11, 18, 10, 0, tzinfo=UTC)
LETTERS = "ABCDEFGHJKLMNPQRSTUVWXYZ"


def days(number: int) -> date:
    """`TODAY` and so many days."""
    return TODAY + timedelta(days=number)


class PrisonFactory(DjangoModelFactory):
    class Meta:
        model = models.Prison
        django_get_or_create = ("code",)

    code = "LEI"
    name = factory.LazyAttribute(lambda o: f"HMP {o.code}")
    country = "england"
    estate = "men_closed"
    operator = "public"


class WingFactory(DjangoModelFactory):
    class Meta:
        model = models.Wing
        django_get_or_create = ("prison", "code")

    prison = factory.SubFactory(PrisonFactory)
    code = "A"


class StaffFactory(DjangoModelFactory):
    class Meta:
        model = models.Staff
        django_get_or_create = ("username",)

    username = factory.Sequence(lambda n: f"staff{n}")
    forename = "Robin"
    surname = factory.Sequence(lambda n: f"Officer{n}")
    email = factory.LazyAttribute(lambda o: f"{o.username}@prison.invalid")
    password = "!"


class PostingFactory(DjangoModelFactory):
    class Meta:
        model = models.Posting

    staff = factory.SubFactory(StaffFactory)
    role = "key_worker"
    prison = factory.SubFactory(PrisonFactory)
    starts_on = date(2020, 1, 1)


class PersonFactory(DjangoModelFactory):
    """A sentenced man in LEI with an open stay; pass `prison=None, stay=None` for somebody released."""

    class Meta:
        model = models.Person
        skip_postgeneration_save = True

    prison_number = factory.Sequence(lambda n: f"A{n % 10000:04d}{LETTERS[n // 10000 % 24]}{LETTERS[n // 240000 % 24]}")
    forename = "Sam"
    surname = factory.Sequence(lambda n: f"Person{n:04d}")
    date_of_birth = date(1990, 5, 17)
    sex = "male"
    legal_status = "SENTENCED"
    prison = factory.SubFactory(PrisonFactory)
    presence = "in"
    wing = factory.Maybe("prison", factory.SubFactory(WingFactory, prison=factory.SelfAttribute("..prison")), None)
    cell = "A-1-001"
    reception_on = days(-200)
    arrived_on = days(-200)

    @factory.post_generation
    def stay(self, create: bool, extracted: object, **kwargs: object) -> None:
        if self.prison and self.arrived_on:
            models.Stay.objects.create(person=self, prison=self.prison, arrived_on=self.arrived_on)


class SentenceFactory(DjangoModelFactory):
    """A determinate sentence with over ten months left."""

    class Meta:
        model = models.Sentence

    person = factory.SubFactory(PersonFactory)
    kind = "determinate"
    started_on = days(-200)
    crd = days(700)
    sed = days(1600)


class CaseDetailsFactory(DjangoModelFactory):
    class Meta:
        model = models.CaseDetails

    person = factory.SubFactory(PersonFactory)
    rosh = "medium"
    mappa_level = 0
    rsr = 2
    provider = "nps"


class ContactFactory(DjangoModelFactory):
    class Meta:
        model = models.Contact

    person = factory.SubFactory(PersonFactory)
    prison = factory.SelfAttribute("person.prison")
    kind = "session"
    at = NOW - timedelta(hours=1)
    minutes = 45
    by = factory.SubFactory(StaffFactory)
    text = "We talked."
    nomis_type = "KA/KS"
    recorded_at = NOW


class ObligationFactory(DjangoModelFactory):
    """This week's key work session."""

    class Meta:
        model = models.Obligation

    person = factory.SubFactory(PersonFactory)
    prison = factory.SelfAttribute("person.prison")
    kind = "key_work_session"
    slot = factory.LazyAttribute(lambda o: f"{o.opens_on}@{o.prison.code}")
    owner_role = "key_worker"
    opens_on = days(-2)
    due_on = days(4)
    due_before = factory.LazyAttribute(
        lambda o: datetime(o.due_on.year, o.due_on.month, o.due_on.day, tzinfo=UTC) + timedelta(days=1)
    )
    met_by = "session"
    rule = "KW-02"
    policy = "key_work"
    created_at = NOW


class KeyWorkerFactory(DjangoModelFactory):
    """A key worker's profile in a prison, posted there and trained long ago; pass `trained=False` for none."""

    class Meta:
        model = KeyWorker
        django_get_or_create = ("staff", "prison")
        skip_postgeneration_save = True

    staff = factory.SubFactory(StaffFactory)
    prison = factory.SubFactory(PrisonFactory)

    @factory.post_generation
    def posted(self, create: bool, extracted: object, **kwargs: object) -> None:
        if not self.staff.postings.filter(prison=self.prison, role="key_worker").exists():
            PostingFactory(staff=self.staff, prison=self.prison)

    @factory.post_generation
    def trained(self, create: bool, extracted: object, **kwargs: object) -> None:
        courses = (Course.FMI, Course.KEY_WORK, Course.TRAUMA_INFORMED) if extracted is not False else ()
        for course in courses:
            by = {"recorded_by": self.staff, "recorded_at": NOW}
            Training.objects.get_or_create(key_worker=self, course=course, completed_on=date(2024, 3, 4), defaults=by)


class KeyWorkerAllocationFactory(DjangoModelFactory):
    """Opens the row and sets the pointer, as the action does, to somebody who is posted there as a key worker."""

    class Meta:
        model = KeyWorkerAllocation
        skip_postgeneration_save = True

    person = factory.SubFactory(PersonFactory)
    prison = factory.SelfAttribute("person.prison")
    staff = factory.SubFactory(StaffFactory)
    started_at = NOW - timedelta(days=100)
    started_because = "test"

    @factory.post_generation
    def pointer(self, create: bool, extracted: object, **kwargs: object) -> None:
        self.person.key_worker = self.staff
        self.person.save(update_fields=["key_worker"])
        if not self.staff.postings.filter(prison=self.prison, role="key_worker").exists():
            PostingFactory(staff=self.staff, prison=self.prison)


class PomAllocationFactory(DjangoModelFactory):
    """Opens the row and sets the pointer, as the action does."""

    class Meta:
        model = PomAllocation
        skip_postgeneration_save = True

    person = factory.SubFactory(PersonFactory)
    prison = factory.SelfAttribute("person.prison")
    staff = factory.SubFactory(StaffFactory)
    started_at = NOW - timedelta(days=100)
    started_because = "test"

    @factory.post_generation
    def pointer(self, create: bool, extracted: object, **kwargs: object) -> None:
        self.person.pom = self.staff
        self.person.save(update_fields=["pom"])


class CohortDecisionFactory(DjangoModelFactory):
    """A decision of today that she is checked daily."""

    class Meta:
        model = CohortDecision

    person = factory.SubFactory(PersonFactory)
    prison = factory.SelfAttribute("person.prison")
    cohort = "daily"
    because = "Open ACCT"
    starts_on = TODAY
    next_review_on = factory.LazyAttribute(lambda o: o.starts_on + timedelta(days=7))
    decided_by = factory.SubFactory(StaffFactory)
    decided_at = NOW


class SelfHarmFactory(DjangoModelFactory):
    """One incident, recorded today."""

    class Meta:
        model = SelfHarmIncident

    person = factory.SubFactory(PersonFactory)
    prison = factory.SelfAttribute("person.prison")
    on = TODAY
    source = "recorded"
    recorded_at = NOW
