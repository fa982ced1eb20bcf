"""The columns of key work's lists of people."""

from typing import Any

from django.urls import reverse
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString

from keywork.lists import BY_NEED
from keywork.policy import GROUP_TAGS, GROUP_WORDS
from omic.access import Action
from omic.formats import short_day
from omic.http import PrisonRequest
from omic.lists import Column, link
from omic.models import Person
from omic.templatetags.govuk import tag


def priority_words(person: Person) -> str:
    """The priority groups of a person `with_key_work`, in words."""
    return ", ".join(GROUP_WORDS[group] for group in person.priority or [])  # type: ignore[attr-defined]


def place(person: Person) -> str:
    """The cell, which names its wing first; the wing alone where no cell is known."""
    return person.cell or (person.wing.code if person.wing else "")


def person_url(person: Person) -> str:
    """The address of somebody's page in the prison that holds them."""
    return reverse("person", args=[person.prison_id, person.ref])


def about(row: Any) -> SafeString:
    """The person whom a row is about, as a link to their page."""
    return link(person_url(row.person), row.person.name)


def _tags(person: Person) -> SafeString:
    groups = person.priority or []  # type: ignore[attr-defined]
    return format_html_join(" ", "{}", ((tag(*GROUP_TAGS[group]),) for group in groups))


def _name_and_groups(person: Person) -> SafeString:
    cover = tag(cover_words(person), "purple") if person.covered else ""  # type: ignore[attr-defined]
    return format_html("<span>{} {} {}</span>", link(person_url(person), person.name), cover, _tags(person))


def cover_words(person: Any) -> str:
    """Of `my_people`: that somebody is only covered, until the day on which their key worker is back."""
    if not person.covered:
        return ""
    return f"Cover until {short_day(person.cover_until)}" if person.cover_until else "Cover"


NUMBER = Column("number", "Number", "prison_number", order=("prison_number",))
NAME = Column(
    "person", "Person", "name", order=("surname", "forename"), cell=lambda row: link(person_url(row), row.name)
)
NAME_AND_GROUPS = Column("person", "Person", "name", order=("surname", "forename"), cell=_name_and_groups)
WHERE = Column("where", "Where", place, order=("wing__code", "cell"), cell="keywork/_where.html")
OWED = Column("owed", "Owed by", "next_due_on", order=BY_NEED, cell="keywork/_owed.html")
OVERDUE_SINCE = Column("owed", "Oldest was due", "next_due_on", order=BY_NEED)
OVERDUE = Column("overdue", "Sessions overdue", "overdue", order=("overdue",), numeric=True)
KEY_WORKER = Column("key_worker", "Key worker", "key_worker", order=("key_worker__surname", "key_worker__forename"))
LAST = Column("last", "Last session", "last_session_on", order=("unseen_since",), cell="keywork/_last.html")
PRIORITY = Column("priority", "Priority", priority_words, cell=lambda row: _tags(row) or "–")
WAITING = Column("waiting", "Waiting since", "waiting_since", order=("waiting_since",))
WAITING_BECAUSE = Column("because", "Note", "waiting_because")
COVERED = Column("covered", "Cover", cover_words, order=("covered",))
LOG = Column("log", "Log", cell="keywork/_log.html", export=False)
ALLOCATE = Column("allocate", "Allocate", cell="keywork/_allocate.html", export=False)


def who(request: PrisonRequest) -> tuple[Column, ...]:
    """Name and number; the number alone for those who may open nobody's page."""
    return (NAME, NUMBER) if request.standing.may(Action.SEE_PERSON) else (NUMBER,)
