"""The why page of handover for each reason: the answer in words, its rule, and where that stands."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse

from omic.models import CaseDetails, ParoleReview, Person, Role, Sentence
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, SentenceFactory, days

pytestmark = pytest.mark.django_db
LIFER = {"kind": "indeterminate", "crd": None, "sed": None, "started_on": days(-4000)}


def refused(person: Person) -> None:
    ParoleReview.objects.create(
        person=person, target_hearing_on=days(-100), outcome="not_release", outcome_on=days(-90), recorded_at=NOW
    )


def agreed(person: Person) -> None:
    CaseDetails.objects.filter(person=person).update(early_allocation=True)


def with_crc(person: Person) -> None:
    CaseDetails.objects.filter(person=person).update(provider="crc")


def moved_to_open(person: Person) -> None:
    CaseDetails.objects.filter(person=person).update(moved_to_open_on=days(-30))


def on_remand(person: Person) -> None:
    Person.objects.filter(pk=person.pk).update(legal_status="REMAND")
    Sentence.objects.filter(person=person).delete()


CASES: list[tuple[str, str, dict[str, object], Callable[[Person], None] | None]] = [
    ("determinate", "HO-26", {}, None),
    ("determinate_parole", "HO-06", {"ped": days(600)}, None),
    ("determinate_short", "HO-02", {"started_on": days(-10), "crd": days(200), "sed": days(400)}, None),
    ("recall_case", "HO-07", {"recalled": True}, None),
    ("release_date_unknown", "HO-12", {"crd": None, "sed": None}, None),
    ("early_allocation", "EA-23", {}, agreed),
    ("crc", "HO-03", {"started_on": days(-2500), "crd": days(300)}, with_crc),
    ("indeterminate", "HO-04", LIFER | {"ted": days(900)}, None),
    ("isp_open", "HO-05", LIFER | {"ted": days(900)}, moved_to_open),
    ("isp_recall", "HO-08", LIFER | {"ted": days(-900), "recalled": True}, None),
    ("parole_window", "PA-05", LIFER | {"ted": days(-400)}, refused),
    ("unsentenced", "HO-09", {}, on_remand),
]


@pytest.mark.parametrize(("reason", "rule", "sentence", "change"), CASES, ids=[case[0] for case in CASES])
def test_why_says_the_reason_its_rule_and_its_source(
    client: Client,
    cast: Cast,
    reason: str,
    rule: str,
    sentence: dict[str, object],
    change: Callable[[Person], None] | None,
) -> None:
    person = cast.person()
    SentenceFactory(person=person, **sentence)
    CaseDetailsFactory(person=person)
    if change:
        change(person)
    reconcile([person.pk], window_of(TODAY, NOW + timedelta(minutes=1)))
    assert person.handoverdeterminations.get(superseded_at=None).reason == reason
    client.force_login(cast.of(Role.HOMD))
    page = client.get(reverse("why", args=[cast.prison.pk, person.ref, "handover"])).content.decode()
    assert f"Rule {rule}." in page and "Step by step" in page
    assert "002_3686c8077551630d.txt" in page or "Manage POM cases" in page
