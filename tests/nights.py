"""A small prison with something to tell each night, and what its tables hold, without what is only timing."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from django.db import connection

from omic.calendar import LONDON
from omic.models import Person, Prison, Recipient, RollImport
from omic.reconcile import reconcile_in_batches, window_of
from tests.factories import (
    ContactFactory,
    KeyWorkerAllocationFactory,
    PersonFactory,
    SentenceFactory,
    StaffFactory,
    days,
)

LONG_AGO = days(-20)
SAFER = "safer.custody@prison.invalid"
EQUALITY = "duty.governor@prison.invalid"


def small_hours(on: date) -> datetime:
    """Half past three in the night of `on`."""
    return datetime.combine(on, time(3, 30), tzinfo=LONDON).astimezone(UTC)


def small_prison(code: str = "LEI", *, since: date = LONG_AGO, estate: str = "men_closed") -> Prison:
    """Three people: one with a key worker who is seen at times, one who never is, one without a key worker.

    The last one's handover is near. Everything was settled on `since`; the roll of that day is the newest, and two
    addresses are approved.
    """
    return small_prisons(code, since=since, estate=estate)[0]


def small_prisons(*codes: str, since: date = LONG_AGO, estate: str = "men_closed") -> list[Prison]:
    """Prisons of the same three people, as if each were the only one."""
    prisons = [_populated(code, since, estate) for code in codes]
    settle(*prisons, on=since)
    for prison in prisons:
        import_roll(prison, at=small_hours(since))
    return prisons


def _populated(code: str, since: date, estate: str) -> Prison:
    prison, _new = Prison.objects.update_or_create(
        code=code, defaults={"name": f"HMP {code}", "country": "england", "estate": estate, "operator": "public"}
    )
    approve(prison, SAFER, EQUALITY)
    for crd, key_worker in ((days(700), True), (days(500), True), (days(280), False)):
        person = PersonFactory(prison=prison, arrived_on=since - timedelta(days=60))
        SentenceFactory(person=person, crd=crd)
        if key_worker:
            KeyWorkerAllocationFactory(person=person)
    return prison


def approve(prison: Prison, *addresses: str, on: date = date(2026, 1, 1)) -> None:
    by = StaffFactory(username="approver")
    for email in addresses:
        Recipient.objects.create(
            prison=prison, kind="compliance", email=email, starts_on=on, approved_by=by, approved_at=small_hours(on)
        )


def import_roll(prison: Prison, *, at: datetime) -> None:
    """A finished full roll of everybody held."""
    rows = Person.objects.filter(prison=prison).count()
    RollImport.objects.create(
        kind="roll", prison=prison, file_name="roll.json", file_digest=f"{prison.pk} {at}",
        file_format="json", on=at.date(), started_at=at, finished_at=at, state="done", snapshot=True,
        rows=rows, unchanged=rows,
    )  # fmt: skip


def settle(*prisons: Prison, on: date) -> None:
    people = Person.objects.filter(prison__in=prisons).values_list("pk", flat=True)
    reconcile_in_batches(people, window_of(on, small_hours(on)))


def hold_session(person: Person, *, on: date) -> None:
    """A session at ten on that day, recorded at once: it meets what it meets in the same breath, as the page does."""
    at = small_hours(on) + timedelta(hours=7)
    ContactFactory(person=person, at=at, recorded_at=at, by=StaffFactory(username="approver"))
    reconcile_in_batches([person.pk], window_of(on, at))


# The tables a night may write, each with what tells its rows in the words of the prison itself, and without what is
# only timing: moments, keys, and the prison's own name.
TOLD = {
    "obligations": """
        SELECT p.place, o.kind, o.opens_on, o.due_on, o.state, o.done, o.quantity, o.closed_because, o.priority_groups,
               o.closed_at IS NULL
        FROM omic_obligation o JOIN here p ON p.id = o.person_id""",
    "flags": """
        SELECT p.place, o.kind, o.due_on, f.kind, f.first_flagged_on, f.closed_on
        FROM omic_flag f JOIN omic_obligation o ON o.id = f.obligation_id JOIN here p ON p.id = o.person_id""",
    "messages": """
        SELECT m."on", m.kind, m.recipient, m.about, m.state, m.attempts, replace(m.title, m.prison_id, '*'),
               replace(m.body, m.prison_id, '*')
        FROM omic_message m WHERE m.prison_id = %(prison)s""",
    "runs": """
        SELECT r.job, r."on", r.state, r.counts, r.coverage FROM omic_run r WHERE r.prison_id = %(prison)s""",
    "tiers": """
        SELECT p.place, t.digest, t.determined_on, t.superseded_at IS NULL
        FROM tiering_tierdetermination t JOIN here p ON p.id = t.person_id""",
    "handovers": """
        SELECT p.place, h.handover_on, h.fixed, h.determined_on, h.superseded_at IS NULL
        FROM handover_handoverdetermination h JOIN here p ON p.id = h.person_id""",
}
HERE = "WITH here AS (SELECT id, rank() OVER (ORDER BY id) AS place FROM omic_person WHERE prison_id = %(prison)s)"


def told(prison: Prison, *tables: str) -> dict[str, Sequence[Any]]:
    """What the tables say of a prison; two prisons with the same past and the same nights say the same."""
    with connection.cursor() as cursor:
        rows = {}
        for name in tables or TOLD:
            cursor.execute(
                f"{HERE} SELECT row_to_json(t)::text FROM ({TOLD[name]}) t ORDER BY 1", {"prison": prison.pk}
            )
            rows[name] = [row for (row,) in cursor.fetchall()]
        return rows
