"""What if: one person's facts or policy version changed, and what would move. Nothing is ever saved.

Asked by POST, so that no fact about a person stands in an address; answered at once, without a redirect.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from typing import Any

from django.db import connection, transaction
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse

from handover.timetable import TimetableFacts
from handover.timetable_cases import read_duties
from handover.what_if_answers import ask
from handover.what_if_compare import compare
from handover.what_if_forms import WhatIfForm
from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.models import Person
from omic.people import identity

FACTORS = ("registers", "parenting", "impulsivity", "temper", "enforcement")


@requires(Action.SEE_DATES)
def what_if(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Today's answers about the person and, once facts are changed, what would move."""
    person = request.person
    with read_only():
        context = {"title": "What if?", "person": person, **identity(person), **_context(request)}
        context["crumbs"] = [(person.name, reverse("person", args=[code, ref]))]
        context["may_edit"] = request.standing.may(Action.EDIT_DETAILS)
        return render(request, "handover/what_if.html", context)


@contextmanager
def read_only() -> Iterator[None]:
    """A transaction in which the database itself refuses every write."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION READ ONLY")
        yield


def _context(request: PrisonRequest) -> dict[str, Any]:
    case = next(read_duties([request.person.pk], request.on), None)
    if case is None:
        return {}
    standing = standing_facts(case.facts, case.timetable.policy, request.person)
    form = WhatIfForm(request.POST or None, standing=standing)
    today = ask(standing)
    context = {"form": form, "today": compare(today, today)}
    if form.is_valid():
        context |= {"comparison": compare(today, ask(form.asked)), "changes": form.changes()}
    return context


def standing_facts(facts: TimetableFacts, policy: str, person: Person) -> dict[str, Any]:
    """Every fact as it stands, by the calculator's names, and what the tiers read beside them."""
    details = getattr(person, "details", None)
    additional = person.additional_factors.order_by("-as_at", "-pk").values(*FACTORS).first()
    parts = (facts.handover, facts.person, facts.oasys, facts.early, facts.recall, facts.youth, facts.hospital)
    by_name = {field.name: getattr(part, field.name) for part in parts for field in fields(part)}
    return by_name | {"policy_version": policy, "rsr": details and details.rsr, "additional": additional}
