"""What has a history by trigger, at which level, and that bulk writes are in it."""

import pghistory.core
import pgtrigger
import pytest
from django.apps import apps

from omic.models import Person, Sentence
from tests.factories import PersonFactory, SentenceFactory, days

# Rows that people edit. All others are append-only or carry who, when and why themselves.
TRACKED = {
    "allocation.ExtraResource",
    "allocation.Pom",
    "allocation.PomAbsence",
    "allocation.PomTraining",
    "allocation.VictimLiaisonContact",
    "handover.HandoverReport",
    "keywork.KeyWorker",
    "keywork.KeyWorkerAbsence",
    "omic.CaseDetails",
    "omic.Cover",
    "omic.DutyGuidance",
    "omic.ExpectedArrival",
    "omic.ParoleReview",
    "omic.Ldu",
    "omic.Person",
    "omic.PolicyAdoption",
    "omic.Posting",
    "omic.PrisonSetting",
    "omic.Sentence",
    "omic.SentencePlan",
    "omic.Staff",
    "omic.Stay",
}


def test_these_models_are_tracked_and_no_others() -> None:
    tracked = {
        model.pgh_tracked_model._meta.label for model in apps.get_models() if hasattr(model, "pgh_tracked_model")
    }
    assert tracked == TRACKED


def test_every_history_trigger_works_by_statement() -> None:
    levels = {
        trigger.level
        for label in TRACKED
        for trigger in getattr(apps.get_model(label)._meta, "triggers", [])
        if isinstance(trigger, pghistory.trigger.Event)
    }
    assert levels == {pgtrigger.Statement}


@pytest.mark.django_db
def test_a_bulk_update_is_in_the_history() -> None:
    sentences = [SentenceFactory() for _ in range(3)]
    Sentence.objects.update(crd=days(900))
    history = Sentence.pgh_event_model.objects.filter(pgh_label="update")
    assert sorted(history.values_list("pgh_obj_id", flat=True)) == [sentence.pk for sentence in sentences]


@pytest.mark.django_db
def test_an_update_that_changes_nothing_leaves_no_trace() -> None:
    person = PersonFactory()
    Person.objects.filter(pk=person.pk).update(surname=person.surname)
    assert not Person.pgh_event_model.objects.filter(pgh_label="update").exists()
