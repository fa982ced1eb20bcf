"""Posting staff: the only way to a role, and the only way out of it."""

from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Q

from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.models import Cover, Posting, Prison, Role, Staff, Wing
from omic.reconcile import reconcile_in_batches, window_of


class PostingRefusedError(Exception):
    """The posting cannot be; the message is fit to show."""


def post_staff(
    *,
    staff: Staff,
    role: Role,
    starts_on: date,
    by: Actor,
    at: datetime,
    prison: Prison | None = None,
    wing: Wing | None = None,
    group: str = "",
    ends_on: date | None = None,
) -> Posting:
    """Give `staff` a role in a prison, a prison group (PGD) or nationally, until `ends_on` (not included) if given.

    Raises PostingRefusedError when the place does not fit the role or the same posting stands already.
    """
    if wing and wing.prison_id != (prison and prison.pk):
        raise PostingRefusedError(f"{wing} is no wing of {prison}.")
    posting = Posting(
        staff=staff, role=role, prison=prison, wing=wing, group=group, starts_on=starts_on, ends_on=ends_on
    )
    try:
        with transaction.atomic():
            posting.full_clean()
            posting.save()
            audit.record(by=by, action="post_staff", at=at, prison=prison, posting=posting.pk, role=role)
            _follow(posting, from_on=starts_on, at=at)
    except (ValidationError, IntegrityError) as error:
        raise PostingRefusedError(_why(error)) from error
    return posting


@transaction.atomic
def end_posting(*, posting: Posting, ends_on: date, by: Actor, at: datetime) -> None:
    """`ends_on` is the first day without the posting. Raises PostingRefusedError when it would never have begun."""
    if ends_on <= posting.starts_on:
        raise PostingRefusedError(f"The posting starts on {posting.starts_on}: it can end on a later day only.")
    posting.ends_on = ends_on
    posting.save(update_fields=["ends_on"])
    audit.record(by=by, action="end_posting", at=at, prison=posting.prison, posting=posting.pk, ends_on=str(ends_on))
    _follow(posting, from_on=ends_on, at=at)


def _follow(posting: Posting, *, from_on: date, at: datetime) -> None:
    """What is owed to a key worker's people, and to those for whom they stand in from a day on, follows at once."""
    if posting.role == Role.KEY_WORKER and posting.prison:
        covers = Cover.objects.filter(staff=posting.staff, role=Role.KEY_WORKER).exclude(ends_on__lte=from_on)
        mine = Q(key_worker=posting.staff) | Q(covers__in=covers)
        people = posting.prison.people.filter(mine).distinct().order_by("pk")
        reconcile_in_batches(list(people.values_list("pk", flat=True)), window_of(london_day(at), at))


def _why(error: Exception) -> str:
    words = str(error)
    if "posting_place_fits_role" in words:
        return "A PGD role needs a group, a national role no place, and every other role a prison."
    if "posting_once_at_a_time" in words:
        return "This posting stands already, at least for part of that time."
    return "; ".join(error.messages) if isinstance(error, ValidationError) else words
