"""The access log: who read what is closed, who took lists away, and whose risk information was shown to whom (S4)."""

from functools import partial

import django_filters
from django.http import HttpResponseBase
from django.urls import path, reverse

from omic import audit
from omic.access import Action, requires
from omic.formats import plural
from omic.http import PrisonRequest
from omic.lists import Column, ListPage, link
from omic.models import AuditEvent

# What the log lists, in the order of how much it asks to be looked at.
WATCHED = {
    "break_glass": "Read a closed note",
    "export": "Took a list away",
    "export_mail": "Took the list of emails away",
    "see_notes": "Read closed notes open to them",
    "see_risk": "Was shown risk information",
    "see_engagement": "Read a POM engagement",
    "see_victim_liaison": "Read who the victim liaison officer is",
    "see_shared": "Was shown what a POM shared with the wing",
    "see_self_harm": "Was shown self-harm",
    "see_cohort_facts": "Was shown what a decision about checks stands on",
    "print_roster": "Printed a roster",
}


def _detail(event: AuditEvent) -> str:
    """Why, or how much."""
    said = event.detail
    if event.action == "break_glass":
        return str(said.get("because", ""))
    if event.action in ("export", "export_mail"):
        rows = plural(int(said.get("rows", 0)), "row,rows")
        return f"{said.get('list', 'emails')}, {said.get('format', '')}, {rows}"
    return plural(len(said.get("notes", [])), "note,notes") if "notes" in said else ""


def _about(event: AuditEvent) -> str:
    """The person, as a link where they are still held here."""
    person = event.person
    if person is None:
        return ""
    if person.prison_id != event.prison_id:
        return person.name
    return link(reverse("person", args=[event.prison_id, person.ref]), person.name)


COLUMNS = (
    Column("at", "When", "at", order=("at",)),
    Column("who", "Who", "staff", order=("staff__surname", "staff__forename")),
    Column("action", "Did", lambda event: WATCHED[event.action], order=("action",)),
    Column("person", "About", lambda event: event.person.name if event.person else "", cell=_about),
    Column("detail", "Why, or how much", _detail),
)


class LogFilter(django_filters.FilterSet):
    action = django_filters.ChoiceFilter(choices=list(WATCHED.items()), label="What was done")


@requires(Action.SEE_ACCESS_LOG)
def access_log(request: PrisonRequest, code: str) -> HttpResponseBase:
    """Newest first: closed notes that were opened with a reason, lists taken away, risk information shown."""
    page = ListPage(
        request,
        request.prison.audit_events.filter(action__in=WATCHED).select_related("staff", "person"),
        title="Access log",
        columns=COLUMNS,
        sort="-at",
        noun="entry,entries",
        filterset=LogFilter,
        empty="Nobody has opened a closed note or taken a list away. That is as it should be.",
        may_export=request.standing.may(Action.EXPORT),
        on_export=partial(audit.record_export, request, "access-log"),
    )
    return page.response("omic/list.html")


urls = [path("access-log/", access_log, name="access-log")]
