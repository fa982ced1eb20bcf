"""The timetable of duties: every dated duty of the OMU for one person, and what is said of the case beside them."""

from collections.abc import Callable

from handover.timetable import early_allocation as early
from handover.timetable import oasys, parole, recall, reception, special_groups
from handover.timetable.case import Case, case_of
from handover.timetable.facts import Task, Timetable, TimetableFacts
from handover.timetable.scope import (
    additional_step,
    additional_tasks,
    handover_form,
    handover_form_step,
    layer3_in_scope,
    layer3_step,
)
from omic.policy import DEFAULT_POLICY

# In the rulebook's order; each answers with its duty, or None where the case has none. EA-21 follows the others.
DUTIES: tuple[Callable[[Case], Task | None], ...] = (
    reception.public_protection_screen,
    reception.initial_categorisation,
    reception.lisp1,
    reception.complexity_screening,
    reception.bail_screening,
    reception.opd_decision,
    reception.malrap,
    reception.pom_contact,
    early.first_review,
    early.referral_review,
    early.transfer,
    early.mappa_referral,
    parole.pre_tariff_review,
    parole.parole_review,
    recall.recall_explanation,
    recall.post_recall_meeting,
    oasys.initial,
    oasys.review,
    oasys.handover,
    oasys.parole_tariff,
    oasys.parole_community,
    oasys.pre_release,
    oasys.significant_event,
    special_groups.personal_adviser,
    special_groups.transition_ready,
    special_groups.transition_meeting,
    special_groups.transition_key_work,
    special_groups.oasys_on_transfer,
    special_groups.oasys_before_remission,
    special_groups.aftercare_meeting,
    special_groups.hospital_liaison,
)


def timetable(facts: TimetableFacts, *, policy: str = DEFAULT_POLICY) -> Timetable:
    """Every duty as it stands on `facts.handover.today`, past and future alike, in no order of dates.

    Of a recurring duty only the next, counted from the last one done; a duty whose starting fact is unknown is left
    out. Raises KeyError for an unknown version.
    """
    case = case_of(facts, policy)
    tasks = tuple(task for duty in DUTIES if (task := duty(case)) is not None)
    early_allocation, early_steps = early.early_allocation(case)
    at_parole, parole_steps = parole.parole(case)
    recalled, recall_steps = recall.recall(case)
    scope_steps = (layer3_step(case), additional_step(case), handover_form_step(case))
    return Timetable(
        policy=case.outcome.policy,
        determination=case.outcome,
        responsibility=case.responsibility,
        tasks=(*tasks, *early.reviews(case, tasks)),
        layer3_in_scope=layer3_in_scope(case),
        additional_tasks=additional_tasks(case),
        early_allocation=early_allocation,
        handover_form=handover_form(case),
        parole=at_parole,
        recall=recalled,
        steps=(*scope_steps, *early_steps, *parole_steps, *recall_steps),
    )
