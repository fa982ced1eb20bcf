"""Duties at the start of custody (rulebook 3a), and the POM's contact after it (AL-12). Each function is one kind."""

from handover.timetable.case import Case, count
from handover.timetable.facts import Task
from handover.timetable.policy import CONTACT_MONTHS, NUMBERS, Cause, Kind, Owner
from omic.calendar import add_months
from omic.policy import Step


def public_protection_screen(case: Case) -> Task | None:
    """AL-20: from the sentence date, or from reception for somebody on remand or held as a civil prisoner."""
    unsentenced = case.handover.legal_status in ("remand", "civil")
    cause, label = (Cause.RECEPTION, "Reception") if unsentenced else (Cause.SENTENCE, "Sentence")
    start = case.handover.prison_arrival if unsentenced else case.sentence_start
    if start is None:
        return None
    due_on, step = count("AL-20", label, start, days=NUMBERS.screen_days)
    return Task(
        kind=Kind.PUBLIC_PROTECTION_SCREEN,
        owner=Owner.PROBATION_OFFICER,
        rule="AL-20",
        cause=cause,
        caused_on=start,
        due_on=due_on,
        steps=(step,),
    )


def initial_categorisation(case: Case) -> Task | None:
    """AL-21."""
    return _from_sentence(case, "AL-21", Kind.INITIAL_CATEGORISATION, days=NUMBERS.screen_days)


def lisp1(case: Case) -> Task | None:
    """AL-22, for a life sentence."""
    return _from_sentence(case, "AL-22", Kind.LISP1, days=NUMBERS.lisp1_days) if case.facts.person.life else None


def complexity_screening(case: Case) -> Task | None:
    """AL-23, for women."""
    return _from_sentence(case, "AL-23", Kind.COMPLEXITY_SCREENING, days=NUMBERS.screen_days) if case.woman else None


def bail_screening(case: Case) -> Task | None:
    """AL-24, on remand; the rule gives no date."""
    if case.handover.legal_status != "remand":
        return None
    return Task(
        kind=Kind.BAIL_SCREENING,
        owner=Owner.POM,
        rule="AL-24",
        cause=Cause.RECEPTION,
        caused_on=case.handover.prison_arrival,
        steps=(Step("AL-24", "On remand"),),
    )


def opd_decision(case: Case) -> Task | None:
    """AL-26, for somebody screened in to the pathway."""
    if not case.facts.person.opd_screened_in:
        return None
    with_ = (Owner.PSYCHOLOGIST,)
    return _from_sentence(case, "AL-26", Kind.OPD_DECISION, months=NUMBERS.opd_months, with_=with_)


def malrap(case: Case) -> Task | None:
    """AL-27, for an indeterminate sentence."""
    return _from_sentence(case, "AL-27", Kind.MALRAP, days=NUMBERS.malrap_days) if case.indeterminate else None


def pom_contact(case: Case) -> Task | None:
    """AL-12: the next contact, counted from the last one, or from when there could have been one and was none; an
    unknown RoSH gives no interval."""
    person = case.facts.person
    since, rosh = person.last_pom_contact_on or person.no_pom_contact_since, person.rosh
    if not case.sentenced or since is None or rosh is None:
        return None
    months = CONTACT_MONTHS[rosh]
    due_on = add_months(since, months)
    counted = "last contact" if person.last_pom_contact_on else "no contact since"
    found = f"RoSH {rosh.replace('_', ' ')}: {counted} {since} + {months} months = {due_on}"
    return Task(
        kind=Kind.POM_CONTACT,
        owner=Owner.POM,
        rule="AL-12",
        cause=Cause.CONTACT,
        caused_on=since,
        due_on=due_on,
        steps=(Step("AL-12", found),),
    )


def _from_sentence(
    case: Case, rule_id: str, kind: Kind, *, months: int = 0, days: int = 0, with_: tuple[Owner, ...] = ()
) -> Task | None:
    """The POM's duty, counted from the sentence date; None where that is not known."""
    start = case.sentence_start
    if start is None:
        return None
    due_on, step = count(rule_id, "Sentence", start, months=months, days=days)
    return Task(
        kind=kind,
        owner=Owner.POM,
        rule=rule_id,
        cause=Cause.SENTENCE,
        caused_on=start,
        with_=with_,
        due_on=due_on,
        steps=(step,),
    )
