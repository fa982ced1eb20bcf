"""A prison with people of every kind, and what it adopts."""

from datetime import date
from typing import Any

from handover.adoption import adopt_policy
from omic.models import OasysAssessment, ParoleReview, Person, PolicyAdoption, Prison
from omic.reconcile import reconcile_in_batches, window_of
from tests.factories import (
    NOW,
    TODAY,
    CaseDetailsFactory,
    PersonFactory,
    PomAllocationFactory,
    SentenceFactory,
    StaffFactory,
    days,
)
from tests.nights import small_hours

NEW = "omic_2026"


FACTS = (
    {"started_on": days(-100), "crd": days(700)},
    {"started_on": days(-100), "crd": days(240)},  # handed over by 8 months, not by 7 months 15 days
    {"started_on": days(-900), "crd": days(100)},
    {"started_on": days(-300), "crd": days(900), "ped": days(400)},
    {"started_on": days(-300), "crd": days(900), "ped": days(300)},  # 12 months before parole instead of 8
    {"started_on": days(-30), "crd": days(120)},
    {"crd": None, "sed": None},
    {"crd": None, "ard": days(300), "recalled": True},
)


OTHERS = ("REMAND", "UNKNOWN", "IMMIGRATION_DETAINEE")


LIFE = ({"ted": days(300)}, {"ted": days(900)}, {"ted": days(-200)}, {"ted": days(500), "recalled": True})


def mixed_prison(prison: Prison) -> list[Person]:
    """People of every kind, with details, reviews and OASys here and there, settled on TODAY."""
    people = [SentenceFactory(person=PersonFactory(prison=prison), **facts).person for facts in FACTS]
    for facts in LIFE:
        person = PersonFactory(prison=prison, legal_status="INDETERMINATE_SENTENCE")
        SentenceFactory(person=person, kind="indeterminate", crd=None, started_on=days(-2000), **facts)
        people.append(person)
    people += [PersonFactory(prison=prison, legal_status=status) for status in OTHERS]
    for number, person in enumerate(people):
        if number % 2:
            CaseDetailsFactory(person=person, mappa_level=number % 4, early_allocation=number % 5 == 0)
            PomAllocationFactory(person=person)
        if number % 3 == 0:
            OasysAssessment.objects.create(person=person, completed_on=days(-60), layer=3, recorded_at=NOW)
    refused = {"outcome": "not_release", "outcome_on": days(-40), "target_hearing_on": days(-40)}
    ParoleReview.objects.create(person=people[-5], recorded_at=NOW, **refused)
    settle_on(prison, TODAY)
    return people


def settle_on(prison: Prison, on: date) -> None:
    people = prison.people.values_list("pk", flat=True)
    reconcile_in_batches(people, window_of(on, small_hours(on)))


def adopt(prison: Prison, version: str = NEW, from_on: date = TODAY, **more: Any) -> PolicyAdoption:
    facts = {"reason": "The group moves on together", "by": StaffFactory(username="homs"), "at": NOW} | more
    return adopt_policy(prison=prison, version=version, from_on=from_on, **facts)


def handed_over(prison: Prison) -> Person:
    """The COM's by 8 months before release; by 7 months and 15 days it would be the POM's still."""
    person = SentenceFactory(person=PersonFactory(prison=prison), started_on=days(-900), crd=days(236)).person
    settle_on(prison, TODAY)
    return person
