"""Who is in which priority group: alerts, details and what was decided, brought to the rule (PG-1 to PG-5)."""

import re
from collections import defaultdict
from collections.abc import Collection, Mapping
from datetime import date

from django.db.models import QuerySet

from keywork.models import PriorityGroup
from keywork.policy import RULES_BY_ID, Group
from keywork.regime import Decision, decisions_on
from keywork.rules import Priority, PriorityFacts, priority_on
from keywork.rules.priority import HIGH_ROSH
from omic.formats import short_day
from omic.models import Alert, Person
from omic.policy import Outcome, Rule, Step

OPEN_ACCT, POST_CLOSURE, SELF_HARM, TACT = "HA", "HA1", "HC", "XTACT"
ALERTS = (OPEN_ACCT, POST_CLOSURE, SELF_HARM, TACT)
# The rule that each decision is about, and the group that it puts somebody in.
RULE_OF = {
    PriorityGroup.ACCT_POST_CLOSURE: ("PG-1", Group.ACCT),
    PriorityGroup.HIGH_ROSH: ("PG-2", Group.HIGH_ROSH),
    PriorityGroup.TACT: ("PG-3a", Group.TACT),
    PriorityGroup.NON_TACT: ("PG-3b", Group.NON_TACT),
    PriorityGroup.SHIELDING: ("PG-4", Group.SHIELDING),
    PriorityGroup.LOCAL: ("PG-5", Group.LOCAL),
}
SHORT = {
    PriorityGroup.ACCT_POST_CLOSURE: "ACCT in post-closure, or self-harm alert",
    PriorityGroup.HIGH_ROSH: "High RoSH, time before release",
    PriorityGroup.TACT: "TACT, time before release",
    PriorityGroup.NON_TACT: "Extremist concern without TACT",
    PriorityGroup.SHIELDING: "Shielding",
    PriorityGroup.LOCAL: "Local addition",
}
ISO_DAY = re.compile(r"\d{4}-\d{2}-\d{2}")
DATED = (PriorityGroup.HIGH_ROSH, PriorityGroup.TACT, PriorityGroup.NON_TACT)  # they hang off the release date


def priority_facts(
    *, alerts: Collection[str], rosh: str | None, release_on: date | None, decisions: Mapping[str, Decision], on: date
) -> PriorityFacts:
    """The rule's facts from active alert codes, the RoSH, the earliest release and what stands decided.

    A self-harm alert without an ACCT waits for a decision as an ACCT in post-closure does. Somebody decided to be in a
    dated group while the release date is unknown is in it outright: no window could open. Of somebody who is still here
    the day after it, the release date is unknown: somebody decides, where they would fall out of the group in silence.
    """
    if release_on is not None and release_on < on:
        release_on = None
    kept = decisions.get(PriorityGroup.ACCT_POST_CLOSURE)
    pathfinder = _yes(decisions, PriorityGroup.TACT) or _yes(decisions, PriorityGroup.NON_TACT)
    irmm, local = _yes(decisions, PriorityGroup.HIGH_ROSH), _yes(decisions, PriorityGroup.LOCAL)
    outright = DATED if release_on is None else ()
    return PriorityFacts(
        acct_open=OPEN_ACCT in alerts,
        acct_post_closure=kept is not None or POST_CLOSURE in alerts or SELF_HARM in alerts,
        acct_kept=kept and kept.included,
        rosh=rosh,
        tact=TACT in alerts,
        release_on=release_on,
        irmm_weeks=irmm and irmm.length,
        extremist_concern=_yes(decisions, PriorityGroup.NON_TACT) is not None,
        pathfinder_recommends=_yes(decisions, PriorityGroup.NON_TACT) is not None,
        pathfinder_months=pathfinder and pathfinder.length,
        shielding=_yes(decisions, PriorityGroup.SHIELDING) is not None,
        local_group=local is not None,
        pgd_agreed=local is not None and local.pgd_agreed is True,
        stated=tuple(RULE_OF[group][1] for group in outright if _yes(decisions, group)),
    )


def _yes(decided: Mapping[str, Decision], group: str) -> Decision | None:
    one = decided.get(group)
    return one if one and one.included else None


def found_on(people: QuerySet[Person], on: date) -> dict[int, Outcome[Priority]]:
    """What the rule finds about each of the people on a day, by primary key; three queries however many they are.

    Left out are people with no alert, RoSH or decision that any group asks about.
    """
    alerts: dict[int, set[str]] = defaultdict(set)
    rows = Alert.objects.filter(person__in=people.values("pk"), code__in=ALERTS, ends_on=None)
    for person, code in rows.values_list("person_id", "code"):
        alerts[person].add(code)
    facts = list(people.order_by().values_list("pk", "details__rosh", "earliest_release_on"))
    decided = decisions_on([pk for pk, _rosh, _release in facts], on)
    return {
        pk: priority_on(
            priority_facts(alerts=alerts[pk], rosh=rosh, release_on=release_on, decisions=decided.get(pk, {}), on=on),
            on=on,
        )
        for pk, rosh, release_on in facts
        if alerts[pk] or rosh in HIGH_ROSH or pk in decided
    }


def found_about(person: Person, on: date) -> Outcome[Priority] | None:
    """What the rule finds about one person on a day; None where no group asks about them."""
    return found_on(Person.objects.filter(pk=person.pk), on).get(person.pk)


def rule_of(group: str) -> Rule:
    """The rule that a decision about a group stands on."""
    return RULES_BY_ID[RULE_OF[PriorityGroup(group)][0]]


def in_words(step: Step) -> str:
    """What a step found, with its days as pages show them."""
    return ISO_DAY.sub(lambda found: short_day(date.fromisoformat(found[0])), step.found)
