"""The fixed cast that page tests speak of: staff of LEI in every role, and a stranger posted to another prison."""

from dataclasses import dataclass, field
from functools import cached_property

from django.conf import settings
from django.contrib.sessions.models import Session
from django.test import Client
from django.utils import timezone

from omic.models import Person, Prison, Role, Staff
from tests.factories import KeyWorkerFactory, PersonFactory, PostingFactory, PrisonFactory, StaffFactory, WingFactory

NAMES = {
    Role.KEY_WORKER: ("Kay", "Weaver"),
    Role.WING_OFFICER: ("Wyn", "Landing"),
    Role.KEY_WORK_MANAGER: ("Morgan", "Custodial"),
    Role.KEY_WORK_CHAMPION: ("Charlie", "Champion"),
    Role.POM: ("Pat", "Offender"),
    Role.HOMD: ("Hollis", "Delivery"),
    Role.HOMS: ("Sandy", "Services"),
    Role.CASE_ADMINISTRATOR: ("Casey", "Admin"),
    Role.SAFER_CUSTODY: ("Saffron", "Custody"),
    Role.GOVERNOR: ("Gale", "Governor"),
    Role.PGD: ("Gwyn", "Group"),
    Role.NATIONAL: ("Nat", "Ional"),
}


@dataclass
class Cast:
    """`cast.client(Role.HOMD)` is signed in as LEI's HOMD; `cast.stranger` is a HOMD elsewhere."""

    prison: Prison
    elsewhere: Prison
    staff: dict[Role, Staff] = field(default_factory=dict)
    sessions: dict[Role, str] = field(default_factory=dict)

    def of(self, role: Role) -> Staff:
        """The member of the cast in a role, made and posted on first mention."""
        if role not in self.staff:
            forename, surname = NAMES[role]
            staff = StaffFactory(username=f"lei-{role}", forename=forename, surname=surname)
            place = {"prison": self.prison}
            if role in (Role.PGD, Role.NATIONAL):
                place = {"prison": None, "group": "Yorkshire" if role == Role.PGD else ""}
            PostingFactory(staff=staff, role=role, **place)
            if role == Role.KEY_WORKER:
                KeyWorkerFactory(staff=staff, prison=self.prison)
            self.staff[role] = staff
        return self.staff[role]

    def client(self, role: Role) -> Client:
        """A client of its own each time; the role signs in once, unless its session has ended since."""
        if not Session.objects.filter(pk=self.sessions.get(role), expire_date__gt=timezone.now()).exists():
            self.sessions[role] = signed_in(self.of(role)).cookies[settings.SESSION_COOKIE_NAME].value
        client = Client()
        client.cookies[settings.SESSION_COOKIE_NAME] = self.sessions[role]
        return client

    @cached_property
    def stranger(self) -> Client:
        staff = StaffFactory(username="stranger", forename="Lou", surname="Stranger")
        for role in (Role.HOMD, Role.KEY_WORKER, Role.HOMS):
            PostingFactory(staff=staff, role=role, prison=self.elsewhere)
        return signed_in(staff)

    def person(self, **facts: object) -> Person:
        return PersonFactory(prison=self.prison, **facts)


def signed_in(staff: Staff) -> Client:
    """A test client signed in as `staff`."""
    client = Client()
    client.force_login(staff)
    return client


def make_cast() -> Cast:
    WingFactory(prison=PrisonFactory(code="LEI"), code="A")
    return Cast(prison=PrisonFactory(code="LEI"), elsewhere=PrisonFactory(code="MDI"))
