"""One person's page, put together from the panels that the apps register, and the search for a person."""

from django import forms
from django.conf import settings
from django.contrib.postgres.search import TrigramSimilarity, TrigramWordSimilarity
from django.core.exceptions import ValidationError
from django.db.models import Case, Exists, OuterRef, Q, QuerySet, Value, When
from django.db.models.functions import Concat, Greatest
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import path, reverse
from django.utils.module_loading import import_string

from omic import audit
from omic.access import Action, requires
from omic.audit import Actor
from omic.context import Tab
from omic.forms import BaseForm
from omic.http import PrisonRequest
from omic.missing import missing_of, with_missing
from omic.models import Alert, Obligation, ObligationKind, Person, PersonMerge, Presence

# Alerts that whoever may open the page must see at once: code, words, colour. They state only what they say.
FLAGS = (("HA", "Open ACCT", "red"), ("HA1", "ACCT post-closure", "yellow"), ("RNO121", "No one-to-one", "red"))
FOUND_AT_MOST = 50
ALIKE, ALIKE_AT_MOST = 0.35, 10  # how like a name must be spelt, of 1, to be offered where nobody matches


@requires(Action.SEE_PERSON)
def person(request: PrisonRequest, code: str, ref: str) -> HttpResponse:
    """Who this is, where they are, who holds them, and what is due; a panel from each app."""
    subject = request.person
    audit.record(
        by=Actor(staff=request.user), action="see_person", at=request.now, prison=request.prison, person=subject
    )
    panels = [panel for name in settings.PERSON_PANELS if (panel := import_string(name)(request, subject))]
    context = {"title": subject.name, "person": subject, "panels": panels, **identity(subject)}
    context |= {
        "merged": list(subject.numbers_taken_in.standing().values_list("gone__prison_number", flat=True)),
        "may_merge": request.standing.may(Action.MERGE_PEOPLE),
        "tabs": tabs_of(request),
    }
    return render(request, "omic/person.html", context)


def tabs_of(request: PrisonRequest) -> list[Tab]:
    """The person's page, and those about them that the apps have beside it, for whom they open; none when alone."""
    args, reaches = [request.prison.pk, request.person.ref], request.standing.reaches
    more = [
        Tab(words, reverse(name, args=args))
        for words, name, action in settings.PERSON_LINKS
        if reaches(Action(action), request.person)
    ]
    return [Tab("Overview", reverse("person", args=args)), *more] if more else []


def identity(subject: Person) -> dict[str, object]:
    """What the identity bar of every page about a person shows."""
    active = set(Alert.objects.filter(person=subject, ends_on__isnull=True).values_list("code", flat=True))
    tags = [(words, colour) for code, words, colour in FLAGS if code in active]
    if subject.presence != Presence.IN:
        tags.append((subject.get_presence_display(), "grey"))
    where = f"{subject.wing or 'No wing'}, {subject.cell}" if subject.cell else str(subject.wing or "Not known")
    facts = [
        ("Date of birth", subject.date_of_birth),
        ("Location", where),
        ("Status", subject.get_legal_status_display()),
        ("Key worker", subject.key_worker or "Nobody"),
        ("POM", subject.pom or "Nobody"),
    ]
    return {"identity_tags": tags, "identity_facts": facts}


ENTER_TWO = "Enter at least two letters or digits"


class SearchForm(BaseForm):
    """A name or a prison number, or the beginning of one."""

    q = forms.CharField(
        label="Name or prison number",
        max_length=100,
        min_length=2,
        error_messages={"min_length": ENTER_TWO},
    )

    def clean_q(self) -> str:
        """Words alone: commas between surname and forename are as good as spaces."""
        words = " ".join(str(self.cleaned_data["q"]).replace(",", " ").split())
        if len(words) < 2:
            raise ValidationError(ENTER_TWO)
        return words


@requires(Action.SEARCH)
def search(request: PrisonRequest, code: str) -> HttpResponse:
    """People whom the searcher may open, their own apart. By POST, so that no name stands in an address or a log."""
    form = SearchForm(request.POST or None)
    context: dict[str, object] = {"title": "Search", "form": form, "submit": "Search"}
    if form.is_valid():
        words = form.cleaned_data["q"]
        people = _own_first(request)
        rows = list(matching(people, words)[:FOUND_AT_MOST])
        alike = not rows
        if alike:
            rows = list(spelt_alike(people, words)[:ALIKE_AT_MOST])
        context |= {
            "searched": True,
            "results": _own_apart(request, rows),
            "full": len(rows) == FOUND_AT_MOST,
            "limit": FOUND_AT_MOST,
            "nobody": not rows,
            "alike": alike and rows,
            "lacking": _lacking(request, rows),
        }
    return render(request, "omic/search.html", context)


def _own_first(request: PrisonRequest) -> QuerySet[Person]:
    """Whom the searcher may open, whom they hold before all others: no cut falls into these first."""
    held = Q(pom=request.user) | Q(key_worker=request.user)
    people = request.standing.people(Action.SEE_PERSON).select_related("wing", "pom", "key_worker")
    if request.standing.may(Action.ALLOCATE_POM):
        asked = Obligation.objects.demanding().filter(kind=ObligationKind.ALLOCATE_POM, person=OuterRef("pk"))
        people = people.annotate(asks_for_pom=Exists(asked))
    if request.standing.may(Action.EDIT_DETAILS):
        people = with_missing(people, request.on)
    return people.order_by(Case(When(held, then=0), default=1), "surname", "forename", "prison_number")


def _lacking(request: PrisonRequest, rows: list[Person]) -> set[int]:
    """Of whom a detail is missing, for who may enter it."""
    return {row.pk for row in rows if missing_of(row)} if request.standing.may(Action.EDIT_DETAILS) else set()


def _own_apart(request: PrisonRequest, rows: list[Person]) -> list[tuple[str, list[Person]]]:
    """Who was found, each group with its heading; nobody stands among others where none of them is one's own."""
    own = [row for row in rows if _holds(request, row)]
    others = [row for row in rows if not _holds(request, row)]
    return [("My people", own), ("Others here" if own else "Found here", others)]


def _holds(request: PrisonRequest, person: Person) -> bool:
    return request.user.pk in (person.pom_id, person.key_worker_id)


def matching(people: QuerySet[Person], words: str) -> QuerySet[Person]:
    """Each word starts the surname, the forename or a prison number, or stands in a double-barrelled name.

    A number that was merged into another finds whoever has that other number now.
    """
    for word in words.split():
        merged = PersonMerge.objects.standing().filter(gone__prison_number__istartswith=word)
        people = people.filter(
            Q(surname__istartswith=word)
            | Q(surname__icontains=f"-{word}")
            | Q(forename__istartswith=word)
            | Q(prison_number__istartswith=word)
            | Q(pk__in=merged.values("kept"))
        )
    return people


def spelt_alike(people: QuerySet[Person], words: str) -> QuerySet[Person]:
    """Who is spelt nearly so, the most alike first: a letter too many, one missing, two changed about."""
    name = Concat("surname", Value(" "), "forename")
    number = TrigramSimilarity("prison_number", words)
    found = people.annotate(alike=Greatest(TrigramWordSimilarity(words, name), number))
    return found.filter(alike__gte=ALIKE).order_by("-alike", "surname", "forename", "pk")


urls = [
    path("people/search/", search, name="search"),
    path("people/<uuid:ref>/", person, name="person"),
]
