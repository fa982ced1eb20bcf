"""Two numbers that are one woman: her watch after a step down goes along, and is one (H18, WB-11, WB-14)."""

import pytest

from omic.models import PersonMerge
from tests.factories import NOW, TODAY, CohortDecisionFactory, StaffFactory, days
from tests.wellbeing.test_cohorts import DAILY, WEEKLY, follow, open_now, woman
from wellbeing.actions.cohorts import How, Told, newest_decision, tell_step_down
from wellbeing.actions.merging import carry_over
from wellbeing.models import Cohort
from wellbeing.self_harm import on_watch, stepped_down

pytestmark = [pytest.mark.django_db, pytest.mark.usefixtures("frozen")]


@pytest.mark.parametrize("told", [False, True])
@pytest.mark.parametrize("own", [None, WEEKLY])
def test_h18_a_merge_carries_the_watch_of_a_step_down_to_its_own_end(own: Cohort | None, told: bool) -> None:
    gone, kept = woman(), woman()
    CohortDecisionFactory(person=gone, starts_on=days(-30))
    down = CohortDecisionFactory(person=gone, cohort=WEEKLY, stepped_down=True, starts_on=days(-10))
    if own:
        CohortDecisionFactory(person=kept, cohort=own, starts_on=days(-20))
    follow(gone)
    if told:
        facts = {"told": Told(days(-9), How.PRIVATE, "Well"), "by": StaffFactory(), "at": NOW}
        tell_step_down(person=gone, prison=gone.prison, **facts)
    carry_over(gone=gone, kept=kept, by=StaffFactory(), at=NOW)
    follow(kept)
    assert on_watch(kept.pk, on=TODAY).starts_on == down.starts_on
    assert (on_watch(kept.pk, on=days(18)) is not None, on_watch(kept.pk, on=days(19))) == (True, None)
    assert bool(open_now(kept, "step_down_talk")) is not told
    assert open_now(kept, "daily_check") == []
    assert not kept.obligations.filter(kind="daily_check").exclude(state="void").exists()


def test_a_step_down_that_a_merge_carried_counts_once() -> None:
    gone, kept, by = woman(), woman(), StaffFactory()
    CohortDecisionFactory(person=gone, cohort=WEEKLY, stepped_down=True, starts_on=days(-3))
    carry_over(gone=gone, kept=kept, by=by, at=NOW)
    PersonMerge.objects.create(
        gone=gone, kept=kept, prison=kept.prison, because="Twice", asked_by=by, asked_at=NOW,
        confirmed=True, decided_by=StaffFactory(), decided_at=NOW, decision="Yes",
    )  # fmt: skip
    assert stepped_down(kept.prison, days(-7), TODAY).count() == 1


def test_daily_checks_of_the_number_that_stays_need_no_watch() -> None:
    gone, kept = woman(), woman()
    CohortDecisionFactory(person=gone, cohort=WEEKLY, stepped_down=True, starts_on=days(-10))
    CohortDecisionFactory(person=kept, starts_on=days(-20))
    carry_over(gone=gone, kept=kept, by=StaffFactory(), at=NOW)
    assert (newest_decision(kept).cohort, on_watch(kept.pk, on=TODAY)) == (DAILY, None)
