"""What a roster shows of people beside what they are owed: contacts, who last saw them, alerts; each read for all."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import NamedTuple

from django.db import connection

from omic.calendar import exclusive_due, in_utc
from omic.formats import short_moment
from omic.models import SIGHTINGS, Alert, Contact, ContactKind, Prison
from omic.people import FLAGS
from wellbeing.notes import OUTCOMES, entry_words
from wellbeing.shared import unread_about

TRIES = tuple(kind for kind in OUTCOMES if kind != ContactKind.CHECK)
WAIVERS = (ContactKind.SESSION, ContactKind.ENGAGEMENT)


class Sighting(NamedTuple):
    """A contact as a line of the roster shows it."""

    contact: int
    kind: str
    at: datetime
    by: str
    entered: str = ""  # when and by whom, if it was entered late

    @property
    def when(self) -> str:
        """3 Mar 2026, 2:30pm."""
        return short_moment(self.at)

    @property
    def words(self) -> str:
        """Wellbeing check by Robin Officer, 3 Mar 2026, 2:30pm."""
        return f"{ContactKind(self.kind).label} by {self.by}, {short_moment(self.at)}"


@dataclass(frozen=True, slots=True)
class Known:
    """What lines show of people beside their duty, each read once for all."""

    contacts: Mapping[int, Sequence[tuple[date, Sighting]]]  # of the days since the first duty opened, oldest first
    last_seen: Mapping[int, Sighting]
    flags: Mapping[int, frozenset[str]]
    to_read: Mapping[int, Sequence[int]]  # the duties to read what POMs have shared about them (WB-13)


def read_known(people: Sequence[int], *, on: date, at: datetime, prison: Prison, since: date) -> Known:
    """The contacts, last sightings and alerts of people, and what is to be read about them; four queries."""
    contacts: dict[int, list[tuple[date, Sighting]]] = defaultdict(list)
    rows = Contact.objects.current().filter(person__in=people, prison=prison, on__gte=since, at__lte=at)
    rows = rows.filter(kind__in=(*OUTCOMES, *WAIVERS)).order_by("at", "pk")
    for person, day, pk, kind, moment, forename, surname, *entry in rows.values_list(*_CONTACT):
        by = f"{forename} {surname}"
        contacts[person].append((day, Sighting(pk, kind, moment, by, _entered(*entry, by=by))))
    flags: dict[int, set[str]] = defaultdict(set)
    alerts = Alert.objects.filter(person__in=people, code__in=[code for code, _, _ in FLAGS], ends_on=None)
    for person, code in alerts.values_list("person_id", "code"):
        flags[person].add(code)
    return Known(
        contacts,
        last_sightings(people, before=min(exclusive_due(on), at)),
        {person: frozenset(codes) for person, codes in flags.items()},
        unread_about(people),
    )


def _entered(late: bool | None, at: datetime, forename: str | None, surname: str | None, *, by: str) -> str:
    """As `late_entry`; who typed it in has no name here where that is who checked."""
    return entry_words(at, f"{forename} {surname}" if surname else by) if late else ""


_CONTACT = (
    "person_id", "on", "pk", "kind", "at", "by__forename", "by__surname", "check_note__late", "recorded_at",
    "check_note__entered_by__forename", "check_note__entered_by__surname",
)  # fmt: skip
# One look into the index for each person and kind: a year of contacts is never read.
_LAST_SEEN = """
    SELECT DISTINCT ON (p.id) p.id, c.id, c.kind, c.at, s.forename || ' ' || s.surname
    FROM unnest(%s::bigint[]) p(id) CROSS JOIN unnest(%s::text[]) k(kind)
    CROSS JOIN LATERAL (
        SELECT id, kind, at, by_id FROM omic_contact
        WHERE person_id = p.id AND kind = k.kind AND superseded_at IS NULL AND at <= %s
        ORDER BY at DESC, id DESC LIMIT 1
    ) c JOIN omic_staff s ON s.id = c.by_id
    ORDER BY p.id, c.at DESC, c.id DESC
"""


def last_sightings(people: Sequence[int], *, before: datetime) -> dict[int, Sighting]:
    """Who last saw each of the people, anywhere, and when; who was never seen is left out."""
    with connection.cursor() as cursor:
        cursor.execute(_LAST_SEEN, [list(people), [str(kind) for kind in SIGHTINGS], before])
        return {person: Sighting(pk, kind, in_utc(at), by) for person, pk, kind, at, by in cursor.fetchall()}
