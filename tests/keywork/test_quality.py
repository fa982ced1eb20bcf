"""Sampling of notes (KW-19), their review, and the hint when a note reads like a copy."""

import uuid
from datetime import UTC, date, datetime, timedelta

import pytest

from keywork import quality
from keywork.actions import RefusedError, log_session, withdraw_session
from keywork.actions.quality import draw_samples, read_feedback, review_note
from keywork.models import NoteSample, RegimeLevel
from keywork.notes import Record
from keywork.rules.sampling import SampleFacts, sample_wanted
from omic.audit import Actor
from omic.models import AuditEvent, Contact, ContactKind, Person, Role, Staff
from tests.cast import Cast
from tests.factories import NOW, TODAY, days

LONG = "Worried about housing on release, will book a call with the housing worker and ask about a deposit"


@pytest.mark.parametrize(
    ("level", "own", "on", "number", "first", "last"),
    [
        (4, None, "2026-11-18", 0, "2026-10-01", "2026-12-31"),
        (3, None, "2026-10-01", 2, "2026-10-01", "2026-12-31"),
        (2, None, "2026-12-31", 2, "2026-10-01", "2026-12-31"),
        (1, None, "2026-02-28", 1, "2026-02-01", "2026-02-28"),
        (None, None, "2028-02-29", 1, "2028-02-01", "2028-02-29"),
        (4, 3, "2026-01-01", 3, "2026-01-01", "2026-03-31"),
        (1, 0, "2026-11-30", 0, "2026-11-01", "2026-11-30"),
    ],
)
def test_how_many_notes_in_which_period(
    level: int | None, own: int | None, on: str, number: int, first: str, last: str
) -> None:
    outcome = sample_wanted(SampleFacts("men_closed", level, own), on=date.fromisoformat(on))
    found = outcome.value
    assert (found.number, found.first.isoformat(), found.last.isoformat()) == (number, first, last)
    assert (outcome.reason, outcome.steps[0].rule_id) == ("sampled" if number else "not_sampled", "KW-19")


def test_no_regime_level_counts_in_a_womens_prison() -> None:
    assert sample_wanted(SampleFacts("women", 4), on=TODAY).value.number == 1


# --- drawing ---------------------------------------------------------------------------------------------------------


def note(
    cast: Cast,
    *,
    by: Staff | None = None,
    ago: int = 1,
    person: Person | None = None,
    text: str = "",
    minutes: int = 45,
) -> Contact:
    record = Record(
        kind=ContactKind.SESSION, at=NOW - timedelta(days=ago), mode="cell_door", minutes=minutes, actions=text
    )
    by = by or cast.of(Role.KEY_WORKER)
    told = {
        "person": person or cast.person(),
        "prison": cast.prison,
        "by": by,
        "at": NOW - timedelta(days=ago, hours=-1),
    }
    return log_session(record=record, request_id=uuid.uuid4(), another=True, **told)


def draw(cast: Cast, *, on: date = TODAY) -> int:
    return draw_samples(prison=cast.prison, on=on, by=Actor(staff=cast.of(Role.KEY_WORK_CHAMPION)), at=NOW)


def at_level(cast: Cast, level: int) -> None:
    papers = dict.fromkeys(("because", "sign_off", "risk_assessment", "safe_system", "consultation"), "x")
    RegimeLevel.objects.create(
        prison=cast.prison, level=level, starts_on=days(-400), recovery_plan="x", recorded_at=NOW,
        recorded_by=cast.of(Role.GOVERNOR), **papers,
    )  # fmt: skip


@pytest.mark.django_db
def test_each_author_has_as_many_as_the_level_asks(cast: Cast) -> None:
    at_level(cast, 3)
    other = cast.of(Role.KEY_WORK_MANAGER)
    for ago in (1, 2, 3, 40):
        note(cast, ago=ago)
    note(cast, by=other)
    assert draw(cast) == 3
    assert sorted(NoteSample.objects.values_list("staff__username", flat=True)) == [
        "lei-key_work_manager", "lei-key_worker", "lei-key_worker",
    ]  # fmt: skip
    assert {row.period_start for row in NoteSample.objects.all()} == {date(2026, 10, 1)}
    assert AuditEvent.objects.get(action="draw_samples").detail == {"period": "2026-10-01", "notes": 3}


@pytest.mark.django_db
def test_drawing_again_adds_only_what_is_missing(cast: Cast) -> None:
    at_level(cast, 3)
    note(cast)
    assert (draw(cast), draw(cast)) == (1, 0)
    note(cast), note(cast)
    assert (draw(cast), draw(cast)) == (1, 0)


@pytest.mark.django_db
def test_nobody_chooses_which(cast: Cast) -> None:
    for ago in range(1, 12):
        note(cast, ago=ago)
    draw(cast)
    first = NoteSample.objects.get().contact_id
    NoteSample.objects.all().delete()
    draw(cast)
    assert NoteSample.objects.get().contact_id == first


@pytest.mark.django_db
def test_what_is_not_of_the_period_or_no_session_is_not_drawn(cast: Cast) -> None:
    note(cast, ago=50)
    withdrawn = note(cast)
    withdraw_session(contact=withdrawn, because="Wrong", request_id=uuid.uuid4(), by=withdrawn.by, at=NOW)
    assert draw(cast) == 0
    assert draw(cast, on=date(2026, 9, 30)) == 1


@pytest.mark.django_db
def test_a_period_in_which_nobody_drew_is_drawn_in_the_next(cast: Cast) -> None:
    note(cast, ago=20), note(cast, ago=19), note(cast)
    assert (draw(cast), draw(cast)) == (2, 0)
    assert sorted(NoteSample.objects.values_list("period_start", flat=True)) == [date(2026, 10, 1), date(2026, 11, 1)]


@pytest.mark.django_db
def test_a_period_cut_short_by_a_change_of_level_keeps_to_its_days(cast: Cast) -> None:
    """The quarter that level 3 was sampled by ends where the month of level 1 begins."""
    at_level(cast, 3)
    earlier = RegimeLevel.objects.get()
    RegimeLevel.objects.create(
        prison=cast.prison, level=1, starts_on=date(2026, 11, 1), recorded_at=NOW, recorded_by=earlier.recorded_by,
        **dict.fromkeys(("because", "sign_off", "risk_assessment", "safe_system", "consultation"), "x"),
    )  # fmt: skip
    note(cast, ago=20), note(cast), note(cast), note(cast)
    assert (draw(cast), draw(cast)) == (2, 0)


@pytest.mark.django_db
def test_a_note_withdrawn_before_its_review_makes_room_for_another(cast: Cast) -> None:
    first = note(cast)
    draw(cast)
    withdraw_session(contact=first, because="Wrong", request_id=uuid.uuid4(), by=first.by, at=NOW)
    second = note(cast)
    assert draw(cast) == 1
    assert [row.contact for row in quality.samples(cast.prison)] == [second]


@pytest.mark.django_db
def test_the_prisons_own_number_replaces_the_national_one(cast: Cast) -> None:
    cast.prison.settings.create(kind="notes_sampled", value="2", starts_on=days(-1), recorded_at=NOW)
    note(cast), note(cast), note(cast)
    assert draw(cast) == 2


# --- reviewing -------------------------------------------------------------------------------------------------------


def review(sample: NoteSample, by: Staff) -> NoteSample:
    return review_note(sample=sample, finding="good", findings="Thin on family", feedback="Clear", by=by, at=NOW)


@pytest.fixture
def sample(cast: Cast) -> NoteSample:
    note(cast)
    draw(cast)
    return NoteSample.objects.get()


@pytest.mark.django_db
def test_nobody_reviews_their_own_note(cast: Cast, sample: NoteSample) -> None:
    with pytest.raises(RefusedError, match="your own note"):
        review(sample, cast.of(Role.KEY_WORKER))


@pytest.mark.django_db
def test_the_second_reviewer_learns_who_was_first(cast: Cast, sample: NoteSample) -> None:
    review(sample, cast.of(Role.HOMD))
    with pytest.raises(RefusedError, match="Hollis Delivery has reviewed this note already"):
        review(sample, cast.of(Role.KEY_WORK_CHAMPION))


@pytest.mark.django_db
def test_reading_the_feedback_twice_keeps_the_first_time(cast: Cast, sample: NoteSample) -> None:
    review(sample, cast.of(Role.HOMD))
    kay = cast.of(Role.KEY_WORKER)
    read_feedback(sample=sample, by=kay, at=NOW)
    assert read_feedback(sample=sample, by=kay, at=NOW + timedelta(days=1)).read_at == NOW


# --- copied ----------------------------------------------------------------------------------------------------------


@pytest.mark.django_db
@pytest.mark.parametrize(("ago", "hint"), [(56, "about somebody else of 22 September 2026"), (57, "")])
def test_a_note_like_one_about_somebody_else_within_eight_weeks(cast: Cast, ago: int, hint: str) -> None:
    then = datetime(2026, 11, 17, 10, tzinfo=UTC) - timedelta(days=ago)
    note(cast, ago=(NOW - then).days, text=LONG)
    found = quality.hint_to_author(note(cast, text=LONG))
    assert hint in found if hint else not found


@pytest.mark.django_db
def test_of_the_same_person_only_the_last_note_counts(cast: Cast) -> None:
    person = cast.person()
    note(cast, person=person, text=LONG, ago=9)
    assert "about them of 9 November" in quality.hint_to_author(note(cast, person=person, text=LONG, ago=5))
    note(cast, person=person, text="Something else altogether this time", ago=3)
    assert not quality.hint_to_author(note(cast, person=person, text=LONG))


@pytest.mark.django_db
def test_what_another_key_worker_wrote_is_not_compared(cast: Cast) -> None:
    note(cast, by=cast.of(Role.KEY_WORK_MANAGER), text=LONG)
    assert not quality.hint_to_author(note(cast, text=LONG))
