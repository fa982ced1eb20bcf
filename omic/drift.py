"""The night's reconcile: what it writes is told apart into what time alone has changed, and drift, which should be 0.

Everything that follows from a fact was written when the fact was. So a night should find nothing but new days: duties
that come into sight, answers whose next change has come, priority groups whose window opens or closes, and a policy
version that the prison has adopted from this day on.
"""

from collections.abc import Sequence
from datetime import date
from functools import partial

from django.conf import settings
from django.db import transaction
from django.db.models import Min, Q
from django.utils.module_loading import import_string

from omic import ledger, obligations
from omic.models import Determination, Obligation, Prison, Run
from omic.reconcile import AHEAD, LOOK_BACK, Window, in_batches, reconcile

Groups = dict[int, list[str]]


def reconcile_everyone(prison: Prison, run: Run, window: Window, *, last_done: date | None) -> None:
    """Reconcile everyone of the prison in batches, and count on the run: opened, fell_due and drift.

    Those for whom an answer's next change has come go first: whatever is written for them fell due. When a policy
    version that the prison has adopted has begun since the last night, that is everybody.
    """
    everyone = _everyone(prison)
    due = everyone if _has_moved_on(prison, window.on, last_done) else _fallen_due(window.on)
    if last_done is not None:
        for name in settings.BY_TIME:
            due = due | import_string(name)(prison, last_done, window.on)
    for people, by_time in ((everyone & due, True), (everyone - due, False)):
        for batch in in_batches(list(people)):
            ledger.patiently(partial(_reconcile_batch, run, batch, window, by_time, last_done))


def _everyone(prison: Prison) -> set[int]:
    """Who is held here, and whoever else is still owed something here."""
    owed = Obligation.objects.demanding().filter(prison=prison)
    return set(prison.people.values_list("pk", flat=True)) | set(owed.values_list("person_id", flat=True))


def _has_moved_on(prison: Prison, on: date, last_done: date | None) -> bool:
    """Whether an adopted version has begun by `on` and after the last night that was done (HO-20)."""
    begun = prison.policy_adoptions.standing().filter(from_on__lte=on, from_on__gt=last_done or date.min)
    return begun.exists()


def _fallen_due(on: date) -> set[int]:
    """People with a stored answer of any kind that time alone has changed by `on`."""
    found: set[int] = set()
    for model in Determination.__subclasses__():
        found.update(model.objects.fallen_due(on).values_list("person_id", flat=True))
    return found


@transaction.atomic
def _reconcile_batch(run: Run, batch: Sequence[int], window: Window, by_time: bool, last_done: date | None) -> None:
    before = _groups(batch, window.on)
    written = reconcile(batch, window)
    written["settled"] += _settle_old(batch, window)
    opened = written.pop("opened", 0)
    if by_time:
        late, regrouped = 0, written.total()
    else:
        late = _late(batch, window, last_done) if opened else 0
        regrouped = _regrouped(before, _groups(batch, window.on)) if written["moved"] else 0
    drift = written.total() - regrouped + late
    ledger.add(run, {"opened": opened - late, "fell_due": regrouped, "drift": drift})


def _settle_old(batch: Sequence[int], window: Window) -> int:
    """Duties unmet for longer than an edit looks back: a later contact ends their asking too."""
    horizon = window.first - LOOK_BACK
    old = Obligation.objects.demanding().filter(person__in=batch, due_on__lt=horizon)
    people = list(old.order_by("person_id").values_list("person_id", flat=True).distinct())
    return obligations.settle(people, first=old.aggregate(first=Min("due_on"))["first"], last=horizon) if people else 0


def _late(batch: Sequence[int], window: Window, last_done: date | None) -> int:
    """Of the duties just opened, those that should have stood after the last night.

    Contacts stand 14 days ahead; any other duty opens with the fact that causes it.
    """
    if last_done is None:
        return 0
    opened = Obligation.objects.filter(person__in=batch, created_at=window.at)
    return opened.filter(Q(met_by="") | Q(opens_on__lte=last_done + AHEAD)).count()


def _groups(batch: Sequence[int], on: date) -> Groups:
    """The priority groups of the duties still to come, by duty."""
    rows = Obligation.objects.demanding().filter(person__in=batch, due_on__gte=on)
    return dict(rows.values_list("pk", "priority_groups"))


def _regrouped(before: Groups, after: Groups) -> int:
    return sum(pk in after and after[pk] != groups for pk, groups in before.items())
