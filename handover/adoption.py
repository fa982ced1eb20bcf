"""Adopting a policy version, and taking a planned adoption back before its day (HO-20)."""

from collections import Counter
from datetime import date, datetime

from django.db import transaction

from handover.cases import adopted_by, newer
from omic import audit
from omic.audit import Actor
from omic.calendar import add_months, london_day
from omic.formats import day
from omic.models import PolicyAdoption, Prison, Staff
from omic.policy import POLICY_VERSIONS
from omic.reconcile import reconcile_in_batches, window_of

VERSIONS = {version.id: version for version in POLICY_VERSIONS}
FURTHEST_MONTHS = 12  # a day further off is a mistyped year


class AdoptionRefusedError(Exception):
    """The adoption cannot be made or taken back; the message is fit to show."""


@transaction.atomic
def adopt_policy(
    *, prison: Prison, version: str, from_on: date, reason: str, by: Staff, at: datetime
) -> PolicyAdoption:
    """The cases of `prison` move on to `version` from `from_on`, today or later.

    From today everybody's answers and duties move at once, all or nothing; from a later day that day's night moves
    them. The same adoption a second time changes nothing. Raises AdoptionRefusedError.
    """
    Prison.objects.select_for_update().get(pk=prison.pk)
    today = london_day(at)
    made_already = prison.policy_adoptions.standing().filter(version=version, from_on=from_on).first()
    if made_already:
        return made_already
    if because := refusal(prison, version, from_on, today=today):
        raise AdoptionRefusedError(because)
    adoption = prison.policy_adoptions.create(
        version=version, from_on=from_on, reason=reason, recorded_by=by, recorded_at=at
    )
    written = _move_everyone(prison, today, at) if from_on == today else Counter()
    audit.record(
        by=Actor(staff=by),
        action="adopt_policy",
        at=at,
        prison=prison,
        version=version,
        from_on=from_on.isoformat(),
        written={name: count for name, count in written.items() if count},
    )
    return adoption


def _move_everyone(prison: Prison, on: date, at: datetime) -> Counter[str]:
    """Reconcile everybody held here. In batches, because a step's memory grows with its people; one transaction."""
    return reconcile_in_batches(list(prison.people.values_list("pk", flat=True)), window_of(on, at))


def refusal(prison: Prison, version: str, from_on: date, *, today: date) -> str:
    """Why `prison` cannot adopt `version` from that day, in words; empty when it can."""
    if because := day_refusal(from_on, today=today):
        return because
    if from_on < VERSIONS[version].from_on:
        return (
            f"This version is national practice from {day(VERSIONS[version].from_on)}: choose that day or a later one"
        )
    if is_planned := planned(prison, today):
        return f"{is_planned.version} is planned from {day(is_planned.from_on)}. Withdraw that first"
    if prison.policy_adoptions.standing().filter(from_on=from_on).exists():
        return "Another version has been adopted from that day. Choose a later day"
    bound = version_on(prison, from_on)
    if newer(version, bound) == bound:
        return f"{bound} is in force here, and a prison only ever moves on to a newer version"
    return ""


def day_refusal(from_on: date, *, today: date) -> str:
    """Why no version can be adopted from that day, in words; empty when one can."""
    if from_on < today:
        return "The day must be today or later: what was determined before stands"
    if from_on > add_months(today, FURTHEST_MONTHS):
        return f"The day must lie within the next {FURTHEST_MONTHS} months"
    return ""


def version_on(prison: Prison, on: date) -> str:
    """The version that the prison has adopted by the day."""
    return adopted_by({prison.pk}, on)[prison.pk]


def planned(prison: Prison, today: date) -> PolicyAdoption | None:
    """The adoption whose day has not come; there is at most one, so that a preview is of one step."""
    return prison.policy_adoptions.standing().filter(from_on__gt=today).first()


@transaction.atomic
def withdraw_adoption(*, adoption: PolicyAdoption, reason: str, by: Staff, at: datetime) -> PolicyAdoption:
    """Take back an adoption before its day; a second time changes nothing. Raises AdoptionRefusedError from its day on.

    In the night of the day it has begun, although nobody may have been reconciled yet: an edit moves that person.
    """
    adoption = PolicyAdoption.objects.select_for_update(of=("self",)).select_related("prison").get(pk=adoption.pk)
    if adoption.withdrawn_at is not None:
        return adoption
    if adoption.from_on <= london_day(at):
        raise AdoptionRefusedError("It is in force since its day came: a prison only ever moves on to a newer version")
    adoption.withdrawn_by, adoption.withdrawn_at, adoption.withdrawn_because = by, at, reason
    adoption.save(update_fields=["withdrawn_by", "withdrawn_at", "withdrawn_because"])
    audit.record(
        by=Actor(staff=by),
        action="withdraw_adoption",
        at=at,
        prison=adoption.prison,
        version=adoption.version,
        from_on=adoption.from_on.isoformat(),
    )
    return adoption
