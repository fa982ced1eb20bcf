"""People come into the demonstration as into any prison: by importing rolls, and the details beside them."""

import json
import tempfile
from collections.abc import Callable, Iterable
from datetime import date, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any

from omic.arrivals import NotExpectedError, expect_arrival
from omic.audit import Actor
from omic.copying import tell_planner
from omic.demo.places import Demonstration, Place
from omic.demo.rolls import details_of, first_roll, moved_to, spoilt, todays_roll
from omic.demo.year import evening_before
from omic.models import Estate, LegalStatus, Person, Posting, Prison, Role, RollImport, Staff
from omic.nomis.run import import_details, import_roll
from omic.reconcile import postponed

LOADER = Actor(job="demo")
OUTCOMES = ("added", "changed", "unchanged", "held", "quarantined", "missing")


def import_first_rolls(demo: Demonstration) -> dict[str, int]:
    """Everybody's roll and details of the day before yesterday. What follows from them is reconciled with the year."""
    at, on = evening_before(demo), demo.on - timedelta(days=2)
    for place in demo.places:
        records = first_roll(demo, place, on=on)
        bad = [] if place.estate == Estate.WOMEN else spoilt(demo, place, on=on)  # one email of the three is complete
        with postponed():
            _take_in(import_roll, place, records + bad, kind="roll", on=on, at=at)
            _take_in(import_details, place, details_of(demo, records, on=on), kind="details", on=on, at=at)
    people = Person.objects.filter(prison__in=demo.codes)
    tell_planner("omic_person", "omic_stay", "omic_sentence", "omic_alert", "omic_casedetails", "omic_obligation")
    return {"People": people.count(), "People with details": people.exclude(details=None).count()}


def import_todays_rolls(demo: Demonstration) -> dict[str, int]:
    """This morning's rolls, with what they hold, refuse and miss. Somebody moves from the first prison to the last."""
    taken, moving = [], []
    for place in demo.places:
        records = todays_roll(demo, place, first_roll(demo, place, on=demo.on - timedelta(days=2)))
        if place is demo.places[0]:
            moving = [record for record in records if record["status"] == "INACTIVE TRN"][:1]
        elif place is demo.places[-1]:
            records += [moved_to(place, record, on=demo.on) for record in moving]
        records += spoilt(demo, place, on=demo.on)
        taken.append(_take_in(import_roll, place, records, kind="roll", on=demo.on, at=demo.at))
    return {f"Today’s rolls, {name}": sum(getattr(one, name) for one in taken) for name in OUTCOMES}


def expect_arrivals(demo: Demonstration) -> dict[str, int]:
    """Somebody young in the first prison is expected in the last, where POM and key worker are in contact already."""
    first, last = demo.places[0].code, demo.places[-1].code
    young = Person.objects.filter(prison=first, legal_status=LegalStatus.SENTENCED).order_by("-date_of_birth", "pk")
    posted = Posting.objects.on(demo.on).filter(prison=last).order_by("-staff_id").select_related("staff")
    staff = {posting.role: posting.staff for posting in posted}  # the first posted in each role
    arrival = partial(
        expect_arrival,
        prison=Prison.objects.get(pk=last),
        prison_number=young[0].prison_number,
        expected_on=demo.on + timedelta(days=12),
        pom=staff[Role.POM],
        by=staff[Role.HOMD],
        at=demo.at,
    )
    workers = [posting.staff for posting in posted if posting.role == Role.KEY_WORKER]
    return {"Expected arrivals": int(any(_is_expected(arrival, worker) for worker in reversed(workers)))}


def _is_expected(arrival: Callable[..., object], key_worker: Staff) -> bool:
    """Whether the arrival could be recorded with this key worker: some are away, untrained or full."""
    try:
        arrival(key_worker=key_worker)
    except NotExpectedError:
        return False
    return True


def _take_in(
    load: Any, place: Place, rows: Iterable[dict[str, Any]], *, kind: str, on: date, at: datetime
) -> RollImport:
    name = f"{kind}-{place.code.lower()}-{on.isoformat()}.jsonl"
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / name
        path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), encoding="utf-8")
        prison = Prison.objects.get(pk=place.code)
        taken: RollImport = load(path=path, file_name=name, prison=prison, by=LOADER, on=on, at=at)
    if taken.state != RollImport.State.DONE:
        raise RuntimeError(f"{name} was not taken in: {taken.state} {taken.refused_because}")
    return taken
