"""Reviews of daily checks decided many at once: each woman's decision is her own and is saved by itself (WB-03)."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, timedelta
from typing import Any, NamedTuple
from uuid import UUID

from django.db import OperationalError
from django.db.models import QuerySet

from keywork.actions.refusals import RefusedError
from keywork.policy import GROUP_WORDS
from omic.http import PrisonRequest
from omic.models import Person
from omic.reconcile import is_busy
from wellbeing import cohorts
from wellbeing.actions.cohorts import decide_cohort
from wellbeing.cohort_forms import ReviewForm
from wellbeing.cohort_lists import why_words
from wellbeing.models import CohortDecision
from wellbeing.rules import policy_on
from wellbeing.ticking import BUSY, LINE, Ticks, read_stamp, stamp_page

AT_ONCE = 20  # women on one page: about a meeting's agenda


class Review(NamedTuple):
    """One woman on the page: as `cohorts.with_cohort` knows her, and the form."""

    woman: Any
    form: ReviewForm

    @property
    def whys(self) -> list[str]:
        """Why a review is asked for; nothing where somebody has decided meanwhile."""
        return [why_words(review) for review in self.woman.reviews]

    @property
    def groups(self) -> list[str]:
        """The priority groups of the review, in words."""
        return [GROUP_WORDS[group] for group in self.woman.priority or () if group in GROUP_WORDS]


@dataclass(frozen=True, slots=True)
class Reviews:
    """The page: those whose review has waited longest first, of `due` in all."""

    request: PrisonRequest
    lines: Sequence[Review]
    due: int

    @property
    def form(self) -> Ticks:
        """All lines as one form, for the page's error summary."""
        return Ticks(self.lines)

    @property
    def touched(self) -> list[ReviewForm]:
        """The lines on which anything was chosen or written."""
        return [line.form for line in self.lines if line.form.touched]

    @property
    def drawn(self) -> str:
        """The hidden field that says, signed, about whom the page was drawn."""
        return stamp_page(self.request.user, [line.woman.pk for line in self.lines], at=self.request.now)


def open_reviews(request: PrisonRequest, data: Mapping[str, Any] | None) -> Reviews:
    """The reviews due, as `data` fills them in: only a line on which something stands is bound to it.

    Who was on the page when it was drawn keeps her line, also when somebody else has decided meanwhile or she has left:
    it is told why it could not be saved.
    """
    due = cohorts.to_review(_women(request.prison.people.all(), request), on=request.on)
    women = list(due.order_by("review_on", "surname", "forename", "pk")[:AT_ONCE])
    more = list(_drawn_before(request, data, women)) if data else []
    review_on = request.on + timedelta(days=policy_on(request.on).review_days)
    more_facts = {"staff": request.user, "rolled_out": cohorts.is_rolled_out(request.prison, request.on)}
    lines = [Review(one, _line(data, one, review_on, **more_facts)) for one in [*more, *women]]
    strays = {one.pk for one in more}
    return Reviews(request, [one for one in lines if one.form.touched or one.woman.pk not in strays], due.count())


def _women(people: QuerySet[Person], request: PrisonRequest) -> QuerySet[Person]:
    return cohorts.with_cohort(people.select_related("wing"), on=request.on)


def _drawn_before(request: PrisonRequest, data: Mapping[str, Any], shown: Sequence[Person]) -> QuerySet[Person]:
    refs = {str(UUID(found[1])) for name in data if (found := LINE.match(name))}
    drawn = read_stamp(data.get("drawn", ""), request.user).people
    rows = Person.objects.filter(pk__in=drawn, ref__in=refs).exclude(pk__in=[woman.pk for woman in shown])
    return _women(rows, request)


def _line(data: Mapping[str, Any] | None, woman: Any, review_on: date, **facts: Any) -> ReviewForm:
    present = next(iter(woman.standing), None)
    initial = {"next_review_on": review_on, "instead_of": present and present.pk}
    form = ReviewForm(data, person=woman, initial=initial, **facts)
    return form if form.touched else ReviewForm(None, person=woman, initial=initial, **facts)


def save_reviews(page: Reviews) -> list[CohortDecision]:
    """Save every decision that says all it must, each in a transaction of its own; the others say why not."""
    return [made for form in page.touched if form.is_valid() and (made := _save(page.request, form))]


def _save(request: PrisonRequest, form: ReviewForm) -> CohortDecision | None:
    try:
        return decide_cohort(person=form.person, prison=request.prison, by=request.user, at=request.now, **form.told())
    except RefusedError as error:
        form.refuse(error)
    except OperationalError as error:
        if not is_busy(error):
            raise
        form.add_error("cohort", BUSY)
    return None


def draw_again(page: Reviews) -> Reviews:
    """After saving: what was not saved as it was typed, first, and then who is still due."""
    kept = [line for line in page.lines if line.form.touched and line.form.errors]
    fresh = open_reviews(page.request, None)
    shown = {line.woman.pk for line in kept}
    return replace(fresh, lines=[*kept, *(line for line in fresh.lines if line.woman.pk not in shown)])
