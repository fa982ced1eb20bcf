"""How key work's lists are narrowed."""

from typing import Any

import django_filters
from django.db.models import QuerySet
from django.http import HttpRequest

from keywork.lists import due_later, due_now, late
from keywork.policy import GROUP_WORDS
from omic.models import Person, Staff, Wing


def _wings(request: HttpRequest | None) -> QuerySet[Wing]:
    return request.prison.wings.all()  # type: ignore[union-attr]


def _key_workers(request: HttpRequest | None) -> QuerySet[Staff]:
    people = request.prison.people.filter(key_worker__isnull=False)  # type: ignore[union-attr]
    return Staff.objects.filter(pk__in=people.values("key_worker"))


class PeopleFilter(django_filters.FilterSet):
    """By wing, key worker and priority group, of people `with_key_work`."""

    wing = django_filters.ModelChoiceFilter(queryset=_wings, label="Wing", empty_label="Any")
    key_worker = django_filters.ModelChoiceFilter(queryset=_key_workers, label="Key worker", empty_label="Anyone")
    priority = django_filters.ChoiceFilter(
        choices=tuple(GROUP_WORDS.items()), method="in_group", label="Priority group", empty_label="Any"
    )

    def in_group(self, people: QuerySet[Person], _name: str, group: str) -> QuerySet[Person]:
        """People in a group; "none" is people in no group at all."""
        return people.filter(priority=[]) if group == "none" else people.filter(priority__contains=[group])


class MineFilter(django_filters.FilterSet):
    """By what is owed, of a key worker's own people `with_key_work`."""

    owed = django_filters.ChoiceFilter(
        choices=(("late", "Overdue"), ("now", "Due now"), ("later", "Due later"), ("nothing", "Nothing owed now")),
        method="by_what_is_owed",
        label="What is owed",
        empty_label="Anything",
    )

    def by_what_is_owed(self, people: QuerySet[Person], _name: str, owed: Any) -> QuerySet[Person]:
        """The four answers leave nobody out and count nobody twice."""
        if owed == "late":
            return late(people)
        if owed in ("now", "later"):
            due = due_now if owed == "now" else due_later
            return people.filter(due(self.request.prison, self.request.on))
        return people.filter(next_due_on__isnull=True)
