"""The pages of emails, of their addresses, and of runs."""

from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from omic.ledger import begin, finish
from omic.models import AuditEvent, Message, Prison, Role, Run
from omic.nightly import JOB, run_night
from omic.outbox import send_waiting
from tests.cast import Cast
from tests.factories import NOW, TODAY, days
from tests.nights import EQUALITY, SAFER, approve, small_hours, small_prison

pytestmark = pytest.mark.django_db
READERS = (Role.SAFER_CUSTODY, Role.HOMS, Role.GOVERNOR)


def url(name: str, *args: object) -> str:
    return reverse(name, args=["LEI", *args])


def page(cast: Cast, name: str, *args: object, role: Role = Role.HOMS, query: str = "") -> str:
    return cast.client(role).get(url(name, *args) + query).content.decode()


def a_message(prison: Prison, number: int = 0, **changes: Any) -> Message:
    words = {"kind": "compliance", "title": f"Night {number}", "body": "Counts", "created_at": NOW}
    given = {"on": days(-number), "recipient": SAFER, "next_attempt_at": NOW, **words, **changes}
    return Message.objects.create(prison=prison, **given)


def a_run(prison: Prison, offset: int, **coverage: Any) -> Run:
    run = begin(JOB, prison, on=days(offset), at=small_hours(days(offset)))
    finish(run, coverage=coverage, at=small_hours(days(offset)))
    return run


@pytest.fixture
def places(cast: Cast) -> list[str]:
    return [url("mail"), url("mail-message", a_message(cast.prison).pk), url("runs")]


def test_readers_see_the_pages(cast: Cast, places: list[str]) -> None:
    for role in READERS:
        assert [cast.client(role).get(place).status_code for place in places] == [200] * 3


@pytest.mark.parametrize("role", sorted(set(Role) - set(READERS)))
def test_others_are_refused(cast: Cast, places: list[str], role: Role) -> None:
    refused = 404 if role == Role.PGD else 403  # this prison is in no group
    assert [cast.client(role).get(place).status_code for place in places] == [refused] * 3


def test_another_prison_and_anonymous(cast: Cast, places: list[str]) -> None:
    for place in (*places, url("mail-approve")):
        assert cast.stranger.get(place).status_code == 404
        assert Client().get(place)["Location"].startswith("/sign-in/")


def test_a_message_of_another_prison_is_not_here(cast: Cast) -> None:
    assert cast.client(Role.HOMS).get(url("mail-message", a_message(cast.elsewhere).pk)).status_code == 404


@pytest.mark.parametrize("name", ["mail", "runs"])
def test_queries_are_constant(cast: Cast, name: str) -> None:
    client = cast.client(Role.HOMS)
    counts = []
    for rows in (1, 50):
        for number in range(len(counts) and 1, rows):
            a_message(cast.prison, number)
            a_run(cast.prison, -number)
        with CaptureQueriesContext(
            connection,
        ) as captured:
            assert client.get(url(name)).status_code == 200
        counts.append(len(captured))
    assert counts[0] == counts[1] <= 15


def test_tonights_email_stands_first_with_what_it_cannot_confirm(cast: Cast) -> None:
    prison = small_prison()
    run_night(prison, on=TODAY, at=small_hours(TODAY))
    shown = page(cast, "mail", role=Role.SAFER_CUSTODY)
    assert "HMP LEI: cannot confirm (1 reason), night of 18 November 2026" in shown
    assert f"to {SAFER}: waiting to be sent" in shown
    assert "the newest full roll is 20 days old" in shown


def nothing(prison: Prison) -> None:
    approve(prison, SAFER)


def unfinished(prison: Prison) -> None:
    approve(prison, SAFER)
    begin(JOB, prison, on=TODAY, at=small_hours(TODAY))


def nobody(prison: Prison) -> None:
    a_run(prison, 0, recipients=0)


def too_late(prison: Prison) -> None:
    a_run(prison, 0, recipients=0)
    approve(prison, SAFER, on=TODAY)


@pytest.mark.parametrize(
    ("past", "why"),
    [
        (nothing, "The run of 3:00am has not begun."),
        (unfinished, "The run began on 18 November 2026 at 3:30am and has not finished."),
        (nobody, "Nobody is approved to receive it"),
        (too_late, "Nobody was approved to receive it when the run finished."),
    ],
)
def test_why_tonights_email_is_missing(cast: Cast, past: Any, why: str) -> None:
    past(cast.prison)
    shown = page(cast, "mail")
    assert "Missing." in shown
    assert why in shown


def test_before_its_hour_it_is_not_late(cast: Cast, frozen: datetime, settings: Any) -> None:
    settings.NIGHTLY_HOUR = 23
    approve(cast.prison, SAFER)
    assert "The night runs at 11:00pm." in page(cast, "mail")


def test_a_message_reads_as_its_reader_sees_it(cast: Cast) -> None:
    message = a_message(cast.prison, title="HMP LEI: complete", body="Counts <b>only</b>\nhttp://127.0.0.1:8000/x/\n")
    approve(cast.prison, SAFER)
    send_waiting(NOW)
    shown = page(cast, "mail-message", message.pk)
    for part in (
        "omic@omic.invalid",
        SAFER,
        "HMP LEI: complete",
        "18 November 2026 at 10:00am",
        "Counts &lt;b&gt;only",
    ):
        assert part in shown


def test_what_could_not_be_sent_says_why(cast: Cast) -> None:
    message = a_message(cast.prison, state="failed", attempts=30, last_error="SMTPRecipientsRefused: no such mailbox")
    assert "SMTPRecipientsRefused: no such mailbox" in page(cast, "mail")
    assert "SMTPRecipientsRefused: no such mailbox" in page(cast, "mail-message", message.pk)


def test_emails_are_filtered_by_state_and_night(cast: Cast) -> None:
    a_message(cast.prison, 1, state="failed")
    a_message(cast.prison, 2)
    assert "Night 2" not in page(cast, "mail", query="?state=failed")
    assert "Night 1" not in page(cast, "mail", query=f"?on={days(-2)}")


def test_an_export_is_logged(cast: Cast) -> None:
    a_message(cast.prison)
    answer = cast.client(Role.GOVERNOR).get(url("mail") + "?export=csv")
    assert b"Night 0" in answer.getvalue()
    assert AuditEvent.objects.get(action="export_mail").detail == {"format": "csv", "rows": 1}


def approve_by_form(cast: Cast, email: str = SAFER, role: Role = Role.HOMS) -> Any:
    return cast.client(role).post(url("mail-approve"), {"kind": "compliance", "email": email})


def test_homs_approves_an_address(cast: Cast) -> None:
    assert approve_by_form(cast)["Location"] == url("mail")
    recipient = cast.prison.recipients.get()
    assert (recipient.email, recipient.starts_on, recipient.approved_by) == (SAFER, TODAY, cast.of(Role.HOMS))
    assert AuditEvent.objects.get(action="approve_recipient").detail == {"kind": "compliance", "email": SAFER}
    assert f"<td>{SAFER}</td><td>by Sandy Services, 18 Nov 2026</td>" in page(cast, "mail")


@pytest.mark.parametrize(
    ("email", "words"),
    [(SAFER.upper(), "This address is approved already"), ("not-an-address", "in the correct format"), ("", "Enter")],
)
def test_what_is_wrong_with_an_address_is_said_and_kept(cast: Cast, email: str, words: str) -> None:
    approve(cast.prison, SAFER)
    shown = approve_by_form(cast, email).content.decode()
    assert words in shown
    assert email in shown
    assert cast.prison.recipients.count() == 1


def test_homs_ends_an_address_at_once_and_may_approve_it_again(cast: Cast) -> None:
    approve(cast.prison, SAFER)
    place = url("mail-end", cast.prison.recipients.get().pk)
    for _ in range(2):
        assert cast.client(Role.HOMS).post(place)["Location"] == url("mail")
    assert not cast.prison.recipients.approved(TODAY).exists()
    assert AuditEvent.objects.filter(action="end_recipient").count() == 1
    approve_by_form(cast)
    assert cast.prison.recipients.approved(TODAY).count() == 1


def test_only_homs_of_this_prison_changes_addresses(cast: Cast) -> None:
    approve(cast.prison, SAFER)
    place = url("mail-end", cast.prison.recipients.get().pk)
    assert cast.client(Role.GOVERNOR).post(place).status_code == 403
    assert approve_by_form(cast, EQUALITY, Role.SAFER_CUSTODY).status_code == 403
    assert cast.stranger.post(place).status_code == 404
    assert cast.client(Role.HOMS).get(place).status_code == 405
    assert "mail/recipients" not in page(cast, "mail", role=Role.GOVERNOR)
    assert cast.prison.recipients.approved(TODAY).count() == 1


def test_another_prisons_address_is_not_ended(cast: Cast) -> None:
    approve(cast.elsewhere, SAFER)
    place = url("mail-end", cast.elsewhere.recipients.get().pk)
    assert cast.client(Role.HOMS).post(place).status_code == 404


def test_runs_say_what_was_done_and_vouched_for(cast: Cast) -> None:
    run = a_run(cast.prison, 0, complete=False, doubts=["2 people have no current tier"], recipients=1)
    Run.objects.filter(pk=run.pk).update(counts={"flagged_overdue": 3, "stamped": 1})
    shown = page(cast, "runs")
    for words in ("3 flags raised: overdue", "1 contact stamped as missed", "0 rows corrected (drift)"):
        assert words in shown
    assert "Cannot confirm: 2 people have no current tier" in shown
    assert "Emailed to 1 address" in shown
    assert "Every night has run." in shown


def test_runs_name_the_missing_nights(cast: Cast) -> None:
    a_run(cast.prison, -3, complete=True)
    shown = page(cast, "runs")
    assert "3 nights have not run: 16 November 2026, 17 November 2026, 18 November 2026" in shown
    assert "Nobody to email: no address" in shown


def test_a_night_is_not_missing_before_its_hour(cast: Cast, settings: Any) -> None:
    settings.NIGHTLY_HOUR = 23
    a_run(cast.prison, -1, complete=True)
    assert "Every night has run." in page(cast, "runs")


def test_a_lost_night_says_which_night_caught_it_up(cast: Cast) -> None:
    a_run(cast.prison, -1, caught_up_on=TODAY.isoformat())
    begin(JOB, cast.prison, on=TODAY, at=NOW - timedelta(minutes=1))
    shown = page(cast, "runs")
    assert "Did not run; caught up by the night of 18 November 2026" in shown
    assert "Not known until it has finished" in shown
