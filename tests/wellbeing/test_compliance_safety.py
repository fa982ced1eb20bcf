"""What the nightly email says of checks, rosters, step-downs and self-harm, and when it may not say "complete"."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from omic.models import Message, Obligation, Person, Prison, RollImport, Suspension
from omic.nightly import run_night
from omic.reconcile import reconcile_in_batches, window_of
from tests.factories import (
    TODAY,
    CohortDecisionFactory,
    ContactFactory,
    ObligationFactory,
    PersonFactory,
    PrisonFactory,
    SelfHarmFactory,
    StaffFactory,
    WingFactory,
    days,
)
from tests.nights import SAFER, approve, import_roll, settle, small_hours
from tests.wellbeing.test_missed import check, met
from wellbeing.check_figures import Missed, safety_figures, without_checks
from wellbeing.paper import keep_roster

pytestmark = pytest.mark.django_db
NIGHT = small_hours(TODAY)


@pytest.fixture(autouse=True)
def folder(settings: Any, tmp_path: Path) -> None:
    settings.ROSTER_FOLDER = str(tmp_path)


@pytest.fixture
def prison() -> Prison:
    """Three women, one of them checked daily, settled and with a roll and a copy of two hours ago at most."""
    prison = PrisonFactory(code="EWI", estate="women")
    approve(prison, SAFER)
    for _ in range(3):
        PersonFactory(prison=prison)
    CohortDecisionFactory(person=prison.people.first(), starts_on=days(-3), next_review_on=days(4))
    people = list(prison.people.values_list("pk", flat=True))
    reconcile_in_batches(people, window_of(TODAY, NIGHT, since=days(-3)))
    import_roll(prison, at=NIGHT - timedelta(hours=2))
    keep_roster(prison, at=NIGHT - timedelta(hours=1))
    return prison


def email(prison: Prison) -> Message:
    run_night(prison, on=TODAY, at=NIGHT)
    return Message.objects.get(prison=prison, recipient=SAFER, on=TODAY)


def counted(prison: Prison) -> Any:
    return safety_figures(prison, on=TODAY, first=days(-9), last=days(-3))


def forget_checks(prison: Prison) -> None:
    Obligation.objects.all().delete()


def forget_one(prison: Prison) -> None:
    Obligation.objects.filter(person=prison.people.last()).delete()


def decide_nothing(prison: Prison) -> None:
    duty = {"kind": "cohort_review", "met_by": "", "slot": "stay-1", "opens_on": TODAY, "due_on": TODAY}
    ObligationFactory(person=prison.people.last(), prison=prison, **duty)


def age_the_copy(prison: Prison) -> None:
    keep_roster(prison, at=NIGHT - timedelta(hours=3))


def age_the_accts(prison: Prison) -> None:
    RollImport.objects.update(started_at=NIGHT - timedelta(hours=24))


def test_complete_when_every_woman_has_a_check_and_a_copy_is_kept(prison: Prison) -> None:
    assert "COMPLETE." in email(prison).body


@pytest.mark.parametrize(
    ("take_away", "words"),
    [
        (forget_checks, "* 3 women have no check on any roster of the next days."),
        (forget_one, "* 1 woman has no check on any roster of the next days."),
        (decide_nothing, "* nobody has decided whether 1 woman in a priority group should be"),
        (age_the_copy, "* there is no copy of the rosters for an outage, or it is more than 2"),
        (age_the_accts, "ACCTs are to be"),
    ],
)
def test_h9_with_anything_missing_it_cannot_confirm(
    prison: Prison, settings: Any, take_away: Callable[[Prison], None], words: str
) -> None:
    settings.RECONCILE_STEPS = []  # which would put right what is taken away
    settings.COVERAGE = {}
    take_away(prison)
    message = email(prison)
    assert "cannot confirm (1 reason)" in message.title
    assert words in message.body
    assert "COMPLETE" not in message.body


def test_h9_zero_of_nothing_is_not_none_missed() -> None:
    prison = PrisonFactory(code="EWI", estate="women")
    approve(prison, SAFER)
    message = email(prison)
    assert "cannot confirm" in message.title
    assert "Yesterday: no check was owed" in message.body
    assert "none of" not in message.body


def test_h9_short_acct_hours_are_a_doubt_of_their_own(prison: Prison, settings: Any) -> None:
    settings.COVERAGE, settings.ACCT_MAX_AGE_HOURS = {}, 2
    assert "ACCT data are 2 hours old" in email(prison).body


def test_who_needs_no_check_is_no_doubt(prison: Prison) -> None:
    forget_one(prison)
    assert without_checks(prison, TODAY) == 1
    Person.objects.filter(pk=prison.people.last().pk).update(presence="hospital")
    assert without_checks(prison, TODAY) == 0
    Obligation.objects.filter(kind="weekly_check").delete()
    prison.settings.create(kind="rolled_out", value="yes", starts_on=days(-1), recorded_at=NIGHT)
    assert without_checks(prison, TODAY) == 0


def test_h9_a_woman_decided_daily_needs_a_daily_check_ahead(prison: Prison) -> None:
    daily = Obligation.objects.filter(person=prison.people.first(), kind="daily_check")
    daily.filter(due_on__gte=TODAY).delete()
    ObligationFactory(
        person=prison.people.first(), prison=prison, kind="weekly_check", opens_on=TODAY, due_on=days(4), met_by="check"
    )
    assert without_checks(prison, TODAY) == 1
    prison.settings.create(kind="rolled_out", value="yes", starts_on=days(-1), recorded_at=NIGHT)
    assert without_checks(prison, TODAY) == 1


def test_missed_checks_of_yesterday_and_of_seven_days() -> None:
    prison = PrisonFactory(code="EWI", estate="women")
    one, two = PersonFactory(prison=prison), PersonFactory(prison=prison)
    for offset in (-8, -7, -2, -1, 0):
        check(one, offset)
    check(two, -2)
    met(two, -1)
    found = counted(prison)
    assert found.yesterday == Missed(owed=2, missed=1, people=1, days=1)
    assert found.week == Missed(owed=5, missed=4, people=2, days=3)
    assert found.longest == 4


def test_priority_people_without_a_session_and_who_is_on_no_roster(prison: Prison) -> None:
    one, two, three = prison.people.all()
    duty = {"prison": prison, "opens_on": days(-9), "due_on": days(-3), "priority_groups": ["acct_open"]}
    ObligationFactory(person=one, **duty)
    ObligationFactory(person=two, state="met", met_at=NIGHT, closed_at=NIGHT, **duty)
    ObligationFactory(person=three, **(duty | {"priority_groups": []}))
    Person.objects.filter(pk=two.pk).update(wing=None)
    found = counted(prison)
    assert (found.priority, found.priority_without, found.without_wing) == (2, 1, 1)


def test_the_words_of_every_section_count_and_name_nobody(prison: Prison) -> None:
    person = prison.people.first()
    SelfHarmFactory(person=person, on=days(-70))  # the series has begun
    for _ in range(2):
        SelfHarmFactory(person=person, on=days(-1))
    CohortDecisionFactory(person=prison.people.last(), cohort="weekly", stepped_down=True, starts_on=days(-1))
    ContactFactory(person=person, kind="check", nomis_type="KA/KE", at=NIGHT - timedelta(days=4))
    by = StaffFactory()
    suspension = {"covers": "checks", "starts_on": TODAY, "ends_on": days(2), "because": "Flu", "asked_by": by}
    suspension |= {"asked_at": NIGHT, "approved": True, "decided_by": by, "decided_at": NIGHT}
    Suspension.objects.create(prison=prison, wing=WingFactory(prison=prison), **suspension)
    body = email(prison).body
    for words in (
        "Yesterday: 1 of 1 check missed, for 1 person, on 1 day",
        "Wellbeing checks, wing A: 18 Nov 2026 to 20 Nov 2026",
        "To be checked, and no wing known: 0",
        "Stepped down from daily to weekly checks, last 7 days: 1",
        "Self-harm last week: 0 people, 0 incidents, no alert",
        "Self-harm this week so far: 1 person, 2 incidents. ALERT: people and incidents",
        "1 contact, the oldest of 4 days ago",
        "Newest full roll: 18 November 2026 at 1:30am, 2 hours old",
    ):
        assert words in " ".join(body.split())
    assert max(map(len, body.splitlines())) <= 78
    for woman in prison.people.all():
        assert woman.surname not in body


def test_a_night_settles_before_it_counts(prison: Prison) -> None:
    settle(prison, on=TODAY)
    ContactFactory(person=prison.people.first(), kind="check", at=NIGHT - timedelta(days=1))
    assert "Yesterday: none of 1 check missed" in email(prison).body
