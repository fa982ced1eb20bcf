"""Notes, complexity, co-working, engagements and victim liaison: who may, as tests/cases/access_case.csv says it."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction
from django.test import Client
from django.urls import get_resolver, reverse
from pytest_django import DjangoDbBlocker
from time_machine import travel

from allocation.engagements import Engagement, log_engagement
from allocation.models import PomAllocation, VictimLiaisonContact
from allocation.notes import write_note
from omic.models import Cover, Obligation, Person, Role, Staff
from tests.case_files import Case, read_cases
from tests.cast import signed_in
from tests.factories import (
    NOW,
    TODAY,
    KeyWorkerAllocationFactory,
    PersonFactory,
    PomAllocationFactory,
    PostingFactory,
    PrisonFactory,
    StaffFactory,
    WingFactory,
    days,
)
from tests.omic.test_access_matrix import ADMITTED, decision

pytestmark = pytest.mark.django_db
CASES = read_cases("access_case")
WHO = tuple(CASES[0])[3:]
ROLES = {
    "POM of the case": Role.POM,
    "co-working POM": Role.POM,
    "case management support": Role.POM,
    "POM who covers today": Role.POM,
    "another POM": Role.POM,
    "HOMD": Role.HOMD,
    "HOMS": Role.HOMS,
    "case administrator": Role.CASE_ADMINISTRATOR,
    "key worker of the case": Role.KEY_WORKER,
    "another key worker": Role.KEY_WORKER,
    "wing officer of her wing": Role.WING_OFFICER,
    "wing officer of another wing": Role.WING_OFFICER,
    "key work manager": Role.KEY_WORK_MANAGER,
    "key work champion": Role.KEY_WORK_CHAMPION,
    "Safer Custody": Role.SAFER_CUSTODY,
    "Governor": Role.GOVERNOR,
    "national": Role.NATIONAL,
    "HOMD of another prison": Role.HOMD,
}
PARTS = {"co-working POM": "coworking", "case management support": "support"}
OF_THE_WING = ("wellbeing:shared-read",)  # a duty's address: beyond one's wing it is not there
ANSWERS = {200: "yes", 302: "yes", 403: "no", 404: "not there"}


@dataclass(frozen=True)
class Scene:
    """A woman, everybody of the table signed in, and the rows that the addresses are about."""

    person: Person
    staff: dict[str, Staff]
    clients: dict[str, Client]
    rows: dict[str, int]
    pages: dict[str, str] = field(default_factory=dict)

    def url(self, page: str) -> str:
        name = page if ":" in page else f"allocation:{page}"
        about: list[Any] = [] if page in ("engagement-minutes", "shares", *OF_THE_WING) else [self.person.ref]
        return reverse(name, args=["EWI", *about, *([self.rows[page]] if page in self.rows else [])])


def posted(who: str) -> Staff:
    staff, here = StaffFactory(username=who.replace(" ", "-")), PrisonFactory(code="EWI", estate="women")
    prison = PrisonFactory(code="MDI") if who == "HOMD of another prison" else here
    wings = {"wing officer of her wing": "A", "wing officer of another wing": "B"}
    wing = WingFactory(prison=here, code=wings[who]) if who in wings else None
    national = ROLES[who] == Role.NATIONAL
    PostingFactory(staff=staff, role=ROLES[who], prison=None if national else prison, wing=wing)
    return staff


def related(person: Person, staff: dict[str, Staff]) -> int:
    """Who has which part in the case. The co-working one's allocation."""
    PomAllocationFactory(person=person, staff=staff["POM of the case"])
    KeyWorkerAllocationFactory(person=person, staff=staff["key worker of the case"])
    Cover.objects.create(
        person=person, prison=person.prison, role=Role.POM, staff=staff["POM who covers today"], starts_on=TODAY,
        ends_on=days(2), because="Leave", recorded_by=staff["HOMD"], recorded_at=NOW,
    )  # fmt: skip
    for who, part in PARTS.items():
        about = {"person": person, "prison": person.prison, "staff": staff[who], "part": part}
        row = PomAllocation.objects.create(started_at=NOW, **about)
    assert row.part == "support"
    return PomAllocation.objects.get(part="coworking").pk


def written(person: Person, staff: dict[str, Staff]) -> dict[str, int]:
    """A note of each kind, the POM's, by what the table calls it."""
    pom, named = staff["POM of the case"], (staff["another POM"], staff["Safer Custody"])
    found = {}
    for kind in ("open", "restricted", "confidential", "named"):
        level = "confidential" if kind == "named" else kind
        readers = named if kind == "named" else ()
        said = {"person": person, "prison": person.prison, "level": level, "text": f"<{kind}>", "readers": readers}
        found[kind] = write_note(**said, request_id=uuid4(), by=pom, at=NOW).pk
    return found


def recorded(person: Person, staff: dict[str, Staff]) -> dict[str, int]:
    pom = staff["POM of the case"]
    said = Engagement(NOW, 30, "Talked", "For the wing")
    contact = log_engagement(person=person, prison=person.prison, said=said, request_id=uuid4(), by=pom, at=NOW)
    names = {"forename": "Vic", "surname": "Liaison", "email": "vlo@probation.invalid"}
    officer = VictimLiaisonContact.objects.create(person=person, recorded_by=pom, recorded_at=NOW, **names)
    engagement = dict.fromkeys(("engagement", "amend-engagement", "withdraw-engagement"), contact.pk)
    liaison = dict.fromkeys(("victim-liaison-change", "victim-liaison-end"), officer.pk)
    return engagement | liaison | {"wellbeing:shared-read": Obligation.objects.get(kind="shared_to_read").pk}


@pytest.fixture(scope="module")
def scene(django_db_setup: None, django_db_blocker: DjangoDbBlocker) -> Iterator[Scene]:
    with django_db_blocker.unblock(), travel(NOW, tick=False), transaction.atomic():
        staff = {who: posted(who) for who in WHO}
        person = PersonFactory(prison=PrisonFactory(code="EWI", estate="women"), complexity="low")
        shared = related(person, staff)
        notes, rows = written(person, staff), recorded(person, staff)
        rows |= {"end-share": shared, "note-amend": notes["open"]}
        yield Scene(person, staff, {who: signed_in(one) for who, one in staff.items()}, rows)
        transaction.set_rollback(True)


@pytest.fixture(autouse=True)
def _morning(db: None, frozen: object) -> None:
    """A savepoint on top of the scene, on its day."""


def notes_page(scene: Scene, who: str) -> str:
    """The page of case notes as somebody sees it, asked for once; empty where it does not open."""
    if who not in scene.pages:
        found = scene.clients[who].get(scene.url("notes"))
        scene.pages[who] = found.content.decode() if found.status_code == 200 else ""
    return scene.pages[who]


def closed_to(scene: Scene, who: str) -> int:
    """A note that is closed to somebody, where there is one."""
    body = notes_page(scene, who)
    kinds = ("restricted", "confidential", "named")
    kind = next((kind for kind in kinds if f"&lt;{kind}&gt;" not in body), "confidential")
    return scene.person.case_notes.get(text=f"<{kind}>").pk


def answer(scene: Scene, case: Case, who: str) -> str:
    """What happens; the view runs for those alone whom the door admits."""
    page, method = case["page"], case["by"]
    if page == "note-break":
        scene.rows[page] = closed_to(scene, who)
    asked = {"text": "notes", "field": "screening"}.get(method, page)
    door = decision("POST" if method == "POST" else "GET", scene.url(asked), scene.staff[who])
    if door != ADMITTED:
        return ANSWERS[door]
    if method == "text":
        return "yes" if f"&lt;{page.removesuffix(' note')}&gt;" in notes_page(scene, who) else "no"
    client = scene.clients[who]
    found = client.post(scene.url(asked), {}) if method == "POST" else client.get(scene.url(asked))
    if method == "field":
        return "yes" if b'name="level"' in found.content else "no"
    return ANSWERS[found.status_code]


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case['may']}-{case['by']}")
def test_who_may(scene: Scene, case: Case) -> None:
    beyond = {"no", "not there"} if case["page"] in OF_THE_WING else set()
    for who in WHO:
        with transaction.atomic():
            found = answer(scene, case, who)
            transaction.set_rollback(True)
        assert found == case[who] or {found, case[who]} == beyond, f"{who}: {found}"


def test_every_address_and_method_of_these_pages_is_in_the_table() -> None:
    parts = ("/notes/", "/complexity/", "/share/", "/engagement", "/victim-liaison/", "/from-poms/<")
    found = {name for name, route in names().items() if any(part in f"/{route}" for part in parts)}
    assert found - {"my-engagement"} == {case["page"].split(":")[-1] for case in CASES if case["by"] in ("GET", "POST")}


def names() -> dict[str, str]:
    """Every named address of allocation and wellbeing, by its route."""
    prison = next(one for one in get_resolver().url_patterns if str(one.pattern) == "prisons/<str:code>/")
    apps = [one for one in prison.url_patterns if getattr(one, "app_name", None) in ("allocation", "wellbeing")]
    return {pattern.name: str(pattern.pattern) for app in apps for pattern in app.url_patterns}
