"""The columns of the community pipeline's lists."""

from datetime import date
from typing import Any

from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString

from handover.lists import COM, HANDOVER, LDU, NUMBER, POM, handover
from handover.models import CommunityRequest
from omic.formats import short_day
from omic.lists import Column, link
from omic.models import Message
from omic.templatetags.govuk import tag

_KINDS = dict(CommunityRequest.Kind.choices)
_STATES = dict(Message.State.choices)


COLOURS: dict[str, str] = {
    Message.State.QUEUED: "blue",
    Message.State.SENT: "green",
    Message.State.FAILED: "red",
    Message.State.WITHHELD: "orange",
}


def standing(person: Any) -> str:
    """How it stands with the COM of one case, in words, and with information that was asked for besides."""
    asked = person.information_at and f"information asked for on {short_day(person.information_at)} has not come"
    return "; ".join(filter(None, (_com(person), asked)))


def _com(person: Any) -> str:
    details = getattr(person, "details", None)
    known = details and (details.com_name or details.com_email)
    if not (known or person.known_ldu):
        return "LDU without a mailbox" if details and details.ldu else "No LDU recorded"
    if person.lost:
        return "An email did not reach the LDU"
    return "COM known" if known else _question(person)


def _question(person: Any) -> str:
    if person.asked_at is None:
        return "Not asked yet"
    if person.answered_by is not None:
        return f"Answered on {short_day(person.answered_at)}: {person.answer}"
    if person.answered_at is not None:
        return f"No question is open: {person.answer}"
    first, last = short_day(person.open_since), short_day(person.asked_at)
    return f"Asked on {first}{'' if first == last else f', last on {last}'}, no answer yet"


def _com_from(person: Any) -> date | str:
    return person.com_since or handover(person)  # without a date either: the POM's by decision, or not known


def _what(person: Any) -> str | None:
    return _KINDS.get(person.asked_kind)


def _to_whom(person: Any) -> str | None:
    return f"{person.asked_ldu}, {person.asked_mailbox}" if person.asked_at else None


def _name(person: Any) -> SafeString:
    return link(reverse("person", args=[person.prison_id, person.ref]), person.name)


_CASES = (
    NUMBER,
    POM,
    Column("com-from", "COM’s part from", _com_from, order=("com_since",), cell="handover/_why.html"),
    HANDOVER,
    LDU,
    COM,
    Column("standing", "How it stands", standing, cell="handover/_community_standing.html"),
    Column("asked", "Asked last", "asked_at", order=("asked_at",)),
    Column("what", "What was asked", _what, order=("asked_kind",)),
    Column("whom", "To whom", _to_whom, order=("asked_ldu",)),
)
_ANSWER = Column("answer", "Answer", cell="handover/_community_answer.html", export=False)


def case_columns(named: bool, records: bool) -> tuple[Column, ...]:
    """The cases; names for those alone who may open people, the way to record an answer for those who do."""
    name = (Column("name", "Name", "name", order=("surname", "forename"), cell=_name),)
    return (*(name if named else ()), *_CASES, *((_ANSWER,) if records else ()))


def asked_columns(code: str, named: bool) -> tuple[Column, ...]:
    """What was asked; names and links to people for those alone who may open them."""

    def about(row: CommunityRequest) -> str:
        here = named and row.person.prison_id == code
        return link(reverse("person", args=[code, row.person.ref]), row.person.name) if here else row.person.name

    def email(row: CommunityRequest) -> str:
        shown = tag(_STATES[row.message.state], COLOURS[row.message.state])
        url = reverse("handover:community-email", args=[code, row.pk])
        return format_html("{} {}", link(url, row.message.title), shown)

    who = (Column("name", "Name", "person.name", order=("person__surname", "person__forename"), cell=about),)
    return (
        Column("asked", "Asked", "asked_at", order=("asked_at",)),
        *(who if named else ()),
        Column("number", "Prison number", "person.prison_number", order=("person__prison_number",)),
        Column("kind", "What", "get_kind_display", order=("kind",)),
        Column("ldu", "LDU", "ldu.name", order=("ldu__name",)),
        Column("mailbox", "Mailbox", "message.recipient", order=("message__recipient",)),
        Column("email", "Email", "message.get_state_display", order=("message__state",), cell=email),
        Column("from", "COM needed from", "com_from_on", order=("com_from_on",)),
        Column("answered", "Answered", "answered_at", order=("answered_at",)),
        Column("answer", "Answer", "answer"),
    )
