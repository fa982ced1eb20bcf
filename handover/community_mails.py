"""What an LDU reads. A prison number is what the community knows a case by: no letter bears a person's name."""

from collections.abc import Sequence
from dataclasses import dataclass

from handover.community_cases import CommunityCase
from handover.models import ResponsibilityOverride
from handover.rules.community import Ask
from omic.formats import day, plural
from omic.models import Ldu, Prison, Staff

PLEASE = "Please answer with the name and email address of the COM: to the POM, or where there is none to the OMU."


@dataclass(frozen=True, slots=True)
class Letter:
    """An email before it is known who writes it and to whom."""

    subject: str
    opening: str
    cases: Sequence[CommunityCase]
    closing: str = PLEASE

    def title(self, prison: Prison) -> str:
        return f"{prison.name}: {self.subject}"

    def body(self, prison: Prison, ldu: Ldu) -> str:
        cases = "\n\n".join(in_lines(case) for case in self.cases)
        closing = f"\n{self.closing}\n" if self.closing else ""
        return f"To {ldu.name}, from {prison.name}\n\n{self.opening}\n\n{cases}\n{closing}"


def in_lines(case: CommunityCase) -> str:
    """One case: its number, from when the COM has a part, and whom to answer."""
    return "\n".join(
        [
            f"Prison number: {case.prison_number}",
            f"COM has a part from: {day(case.need.com_from_on) or 'not known'}",
            f"COM responsible from: {day(case.responsible_on) or 'not by a date'}",
            f"POM: {case.pom or 'none allocated yet'}",
        ]
    )


SINGLE = {
    Ask.SHORT: (
        "a COM is needed from the start of a short sentence",
        "10 months or less were left to serve at sentence: the COM is responsible from the start.",
    ),
    Ask.OPEN: (
        "a supporting COM is needed in open conditions",
        "An indeterminate sentence is served in open conditions: a COM supports until responsibility passes.",
    ),
}


def single_letter(ask: Ask, case: CommunityCase) -> Letter:
    """A COM is needed at once."""
    subject, opening = SINGLE[ask]
    return Letter(subject, opening, [case])


def list_letter(cases: Sequence[CommunityCase], month: str) -> Letter:
    """The monthly list; `month` in words."""
    return Letter(
        f"{plural(len(cases), 'case needs,cases need')} a COM, {month}",
        f"No COM is recorded for {plural(len(cases), 'case,cases')} in which the COM has a part within 45 days or has "
        "one already.",
        cases,
    )


def chaser_letter(cases: Sequence[CommunityCase]) -> Letter:
    """The reminder that a COM still lacks."""
    return Letter(
        f"still no COM for {plural(len(cases), 'case,cases')}",
        "The COM's part began 7 days ago or longer, and no COM is recorded.",
        cases,
    )


def override_letter(case: CommunityCase, row: ResponsibilityOverride) -> Letter:
    """Who is responsible was decided, or the decision was taken back."""
    if row.ended_at:
        opening = "The decision about who is responsible was taken back: the dates below hold again."
        return Letter("a decision about responsibility was taken back", opening, [case], closing="")
    lead = row.get_responsibility_display()
    opening = (
        f"It was decided in prison, and confirmed by a second person: {lead}. The decision holds in place of dates."
    )
    return Letter(f"decided: {lead}", opening, [case], PLEASE if row.responsibility == "COM" else "")


def early_letter(case: CommunityCase) -> Letter:
    """A referral for early allocation, which itself goes its own way."""
    opening = "This case is referred for early allocation. The referral comes from the POM."
    return Letter("referred for early allocation", opening, [case], "Please tell the POM what is decided.")


def information_letter(case: CommunityCase, question: str, by: Staff) -> Letter:
    """What a POM, or the HOMD, asks the LDU for, in their own words (HO-35)."""
    asker = ", ".join(filter(None, (str(by), by.email)))
    opening = f"{asker} asks for information about this case:\n\n{question}"
    return Letter("information asked for", opening, [case], "Please answer whoever asks.")
