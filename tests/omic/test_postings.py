"""Posting staff, by action and by command."""

from datetime import date

import pytest
from django.core.management import CommandError, call_command

from omic.audit import Actor
from omic.models import AuditEvent, Posting, Role, Staff
from omic.postings import PostingRefusedError, post_staff
from tests.factories import NOW, TODAY, PostingFactory, PrisonFactory, StaffFactory, WingFactory

pytestmark = pytest.mark.django_db


def test_a_first_homs_comes_in(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    PrisonFactory(code="LEI")
    monkeypatch.setattr("omic.management.commands.post_staff.getpass", lambda prompt: "a password of their own")
    call_command("post_staff", "s.ervices", "homs", prison="lei", forename="Sandy", surname="Services")
    staff = Staff.objects.get(username="s.ervices")
    assert staff.check_password("a password of their own")
    assert Posting.objects.get().staff == staff
    assert AuditEvent.objects.get().job == "post_staff"
    assert "Sandy Services is HOMS" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("role", "place", "why"),
    [
        ("homs", {}, "every other role a prison"),
        ("pgd", {"prison": "LEI"}, "PGD role needs a group"),
        ("homs", {"prison": "QQQ"}, "no prison with the code"),
        ("wing_officer", {"prison": "LEI", "wing": "Z"}, "has no wing Z"),
    ],
)
def test_a_place_that_does_not_fit_is_refused(role: str, place: dict[str, str], why: str) -> None:
    PrisonFactory(code="LEI")
    staff = StaffFactory()
    with pytest.raises(CommandError, match=why):
        call_command("post_staff", staff.username, role, **place)
    assert not Posting.objects.exists()


def test_the_same_posting_twice_is_refused() -> None:
    posting = PostingFactory(role="homs")
    with pytest.raises(CommandError, match="stands already"):
        call_command("post_staff", posting.staff.username, "homs", prison=posting.prison_id)


def test_an_ended_posting_is_gone_from_that_day() -> None:
    posting = PostingFactory(role="homs")
    call_command(
        "post_staff", posting.staff.username, "homs", "--prison", posting.prison_id, "--end", "--until", "2026-11-20"
    )
    assert not Posting.objects.on(date(2026, 11, 20)).exists()
    assert Posting.objects.on(date(2026, 11, 19)).exists()
    assert AuditEvent.objects.get().action == "end_posting"


def test_ending_what_does_not_stand_is_refused() -> None:
    posting = PostingFactory(role="homs", starts_on=date(2026, 11, 20))
    with pytest.raises(CommandError, match="No such posting"):
        call_command(
            "post_staff",
            posting.staff.username,
            "homs",
            "--prison",
            posting.prison_id,
            "--end",
            "--until",
            "2026-11-19",
        )


def test_a_wing_of_another_prison_is_refused() -> None:
    wing = WingFactory(prison=PrisonFactory(code="MDI"))
    with pytest.raises(PostingRefusedError, match="no wing"):
        post_staff(
            staff=StaffFactory(), role=Role.WING_OFFICER, prison=PrisonFactory(), wing=wing,
            starts_on=TODAY, by=Actor(job="test"), at=NOW,
        )  # fmt: skip


def test_two_groups_can_be_held_at_once() -> None:
    staff = StaffFactory()
    for group in ("North", "South"):
        post_staff(staff=staff, role=Role.PGD, group=group, starts_on=TODAY, by=Actor(job="test"), at=NOW)
    assert staff.postings.count() == 2
