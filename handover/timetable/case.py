"""A person's case as the timetable's rules ask about it: the facts, and what several rules conclude from them."""

from dataclasses import dataclass, replace
from datetime import date, timedelta

from handover.policy import TIMING_BY_VERSION, Reason, Responsibility
from handover.rules import Determination, HandoverFacts, Release, determine, state_on
from handover.rules.release import automatic_or_conditional, determinate_release
from handover.timetable.facts import TimetableFacts
from handover.timetable.policy import NUMBERS, VERSIONS_BY_PROVIDER, Owner
from omic.calendar import add_months, shift
from omic.policy import Outcome, Step

# The community has such a case from the first day: there is nothing to hand over, and nothing to bring forward.
FROM_THE_START = (Reason.DETERMINATE_SHORT, Reason.CRC_SHORT, Reason.RECALL_CASE, Reason.IMMIGRATION_CASE)


@dataclass(frozen=True, slots=True)
class Case:
    """The facts, the version, responsibility as determined on `today`, and what follows from them.

    Time left is counted from the sentence date to the earliest release. Unknown dates leave a test of it unasked: then
    it is neither short nor known to be long, and there are periodic reviews.
    """

    facts: TimetableFacts
    policy: str
    outcome: Outcome[Determination]
    handover: HandoverFacts
    today: date
    determination: Determination
    responsibility: Responsibility | None  # on the day asked about; None: nobody's case
    sentenced: bool  # serving a sentence: not on remand, civil or held for immigration alone
    sentence_start: date | None  # of somebody who serves a sentence
    indeterminate: bool
    nps: bool  # unknown is read as NPS, as is all in versions that know no provider; an indeterminate one is no CRC's
    acr_on: date | None  # the earlier of ARD and CRD, of a determinate sentence
    release: Release | None  # what time left to serve is counted to: parole dates, else ACR
    short: bool  # 10 months or less left at sentence (HO-02)
    long: bool | None  # more than 48 months left at sentence
    reviewed: bool  # 2 years or more left at sentence
    under_recall: bool  # not so once an indeterminate recall's release was refused: then parole goes on (HO-08)
    last_oasys_on: date | None  # completed in this sentence, one after a significant event included

    @property
    def by_provider(self) -> bool:
        """Whether the version asks for NPS or CRC (AL-13)."""
        return self.policy in VERSIONS_BY_PROVIDER

    @property
    def woman(self) -> bool:
        """Where the sex is not known, the women's estate tells."""
        sex = self.facts.person.sex
        return sex == "female" or (sex is None and self.handover.womens_estate)

    @property
    def from_the_start(self) -> bool:
        """The COM, or a CRC's responsible officer, has the case from the start, or throughout the recall."""
        community = self.determination.responsibility_fixed == Responsibility.COM
        return community and (self.under_recall or self.outcome.reason in FROM_THE_START)

    @property
    def in_hospital(self) -> bool:
        """Transferred and not remitted since; a remission before the transfer ended another stay."""
        went_on, back_on = self.facts.hospital.hospital_transfer_on, self.facts.hospital.remitted_on
        if went_on is None or went_on > self.today:
            return False
        return back_on is None or back_on > self.today or back_on < went_on

    def responsible_on(self, day: date) -> Owner:
        """Who is responsible on `day`, by the version's rules asked on that day. The POM where it is nobody's case."""
        if day == self.today:
            state = self.responsibility
        else:
            asked = replace(self.handover, today=day)
            state = state_on(determine(asked, policy=self.policy).value, day)
        return Owner.COM if state == Responsibility.COM else Owner.POM


def case_of(facts: TimetableFacts, policy: str) -> Case:
    """The case that the facts make under a version. Raises KeyError for an unknown version."""
    handover = facts.handover
    outcome = determine(handover, policy=policy)
    sentenced = handover.legal_status == "sentenced" and not handover.immigration
    indeterminate = handover.sentence_type == "indeterminate"
    start = handover.sentence_start if sentenced else None
    release = outcome.value.earliest_release if indeterminate else determinate_release(handover)
    acr = None if indeterminate else automatic_or_conditional(handover)
    left = None if indeterminate or start is None or release is None else (start, release.on)
    refused = indeterminate and handover.recall_hearing_outcome == "not_release"
    return Case(
        facts=facts,
        policy=policy,
        outcome=outcome,
        handover=handover,
        today=handover.today,
        determination=outcome.value,
        responsibility=state_on(outcome.value, handover.today),
        sentenced=sentenced,
        sentence_start=start,
        indeterminate=indeterminate,
        nps=indeterminate or handover.provider != "crc" or policy not in VERSIONS_BY_PROVIDER,
        acr_on=acr.on if acr else None,
        release=release,
        short=left is not None and left[1] <= add_months(left[0], TIMING_BY_VERSION[policy].short_months),
        long=None if left is None else left[1] > add_months(left[0], NUMBERS.long_months),
        reviewed=left is None or left[1] >= add_months(left[0], NUMBERS.reviewed_months),
        under_recall=handover.recalled and not refused,
        last_oasys_on=_last_oasys_on(facts),
    )


def _last_oasys_on(facts: TimetableFacts) -> date | None:
    """The last full OASys that was completed by today, in this sentence."""
    start, today = facts.handover.sentence_start, facts.handover.today
    done = (facts.oasys.last_oasys_on, facts.oasys.significant_event_oasys_on)
    days = [day for day in done if day is not None and day <= today and (start is None or day >= start)]
    return max(days, default=None)


def has_come(day: date | None, today: date) -> bool:
    """Whether a known day has been reached."""
    return day is not None and day <= today


def count(rule_id: str, label: str, on: date, *, months: int = 0, days: int = 0) -> tuple[date, Step]:
    """`on` moved by months, then by days, and the step that says so: `Sentence 2025-01-10 + 14 days = 2025-01-24`."""
    moved = shift(on, months=months, days=days)
    return moved, Step(rule_id, f"{label} {on}{_words(months, 'months')}{_words(days, 'days')} = {moved}")


def _words(number: int, unit: str) -> str:
    if number == 0:
        return ""
    return f" {'−' if number < 0 else '+'} {abs(number)} {unit}"


def day_before(on: date) -> date:
    """The last day that is still before `on`."""
    return on - timedelta(days=1)
