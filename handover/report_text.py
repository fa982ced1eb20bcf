"""A handover report as text: the case in facts, the steps that are recorded, and the POM's four parts (HO-30, HO-31).

What was sent is kept as this text, for facts go on. `read` finds its headings again; whatever has none stays as it is.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date

from handover.models import HandoverReport, HandoverStep
from omic.formats import day
from omic.models import CaseDetails, Person, Sentence, Staff

# Its parts, in the order in which they are written and read.
PARTS = {
    "done_in_custody": "What has been done in custody",
    "still_to_do": "What is still to do",
    "risks": "Risks, and what keeps them low",
    "release_needs": "What is needed for release",
}
THE_CASE, STEPS = "The case", "What is recorded of the handover"
HEADINGS = (THE_CASE, STEPS, *PARTS.values())
DATES = ("crd", "ard", "ped", "ted", "hdced", "sed")
UNKNOWN = "Not known"


@dataclass(frozen=True, slots=True)
class Section:
    """One section of a report: its heading, none at its beginning; rows of facts, or text."""

    heading: str
    text: str

    @property
    def rows(self) -> list[list[str]]:
        """The facts about the case, each with what it is called."""
        return [line.split(": ", 1) for line in self.text.splitlines()] if self.heading == THE_CASE else []


def in_text(report: HandoverReport, *, on: date, to: str = "") -> str:
    """The report as it goes out on a day: whom it is about, who wrote it, to whom it goes, the case, and its parts."""
    person = report.person
    about = f"Handover report on {person.name} ({person.prison_number}), {report.prison}"
    written = f"Written by {report.written_by}, {day(report.written_at)}."
    sent = f" Sent to {to} on {day(on)}." if to else ""
    facts = "\n".join(f"{name}: {value}" for name, value in _facts(report, on))
    parts = [f"{words}\n{getattr(report, name).strip() or 'Nothing noted.'}" for name, words in PARTS.items()]
    return "\n\n".join([about, f"{written}{sent}", f"{THE_CASE}\n{facts}", f"{STEPS}\n{_steps(report)}", *parts])


def read(text: str) -> list[Section]:
    """The text in sections, by the headings in their order."""
    found: list[Section] = []
    heading, rest = "", text
    for following in HEADINGS:
        before, mark, after = rest.partition(f"\n\n{following}\n")
        if mark:
            found.append(Section(heading, before))
            heading, rest = following, after
    return [*found, Section(heading, rest)]


def _facts(report: HandoverReport, on: date) -> Iterator[tuple[str, str]]:
    person, sentence = report.person, report.sentence
    details = CaseDetails.objects.filter(person=person).first() or CaseDetails(person=person)
    yield "Date of birth", day(person.date_of_birth)
    yield from _term(sentence)
    stored = person.handoverdeterminations.current().first()
    yield "Handover date", day(stored.handover_on if stored else None) or "None"
    yield "RoSH", details.get_rosh_display() or UNKNOWN
    yield "MAPPA", _mappa(details)
    tier = person.tierdeterminations.current().first()
    yield "Tier", (tier and tier.letter) or UNKNOWN
    yield "Last OASys", _oasys(person, on)
    yield "COM", _reached(details.com_name, details.com_email) or "Nobody is named"
    yield "LDU", details.ldu or UNKNOWN
    yield "POM", _contact(person.pom or report.written_by)


def _term(sentence: Sentence) -> Iterator[tuple[str, str]]:
    yield "Sentence", f"{sentence.get_kind_display()}, began on {day(sentence.started_on) or 'a day not known'}"
    dates = [f"{name.upper()} {day(getattr(sentence, name))}" for name in DATES if getattr(sentence, name)]
    yield "Dates of release", "; ".join(dates) or UNKNOWN
    if sentence.confirmed_release_on:
        yield "Release confirmed for", day(sentence.confirmed_release_on)


def _mappa(details: CaseDetails) -> str:
    if details.mappa_level is None:
        return UNKNOWN
    category = f", category {details.mappa_category}" if details.mappa_category else ""
    return f"Level {details.mappa_level}{category}" if details.mappa_level else "None"


def _oasys(person: Person, on: date) -> str:
    newest = person.oasys.standing().filter(completed_on__lte=on).order_by("-completed_on", "-pk").first()
    if newest is None:
        return "None recorded"
    kind, by = newest.get_kind_display(), newest.get_completed_by_display()
    return f"{kind}, layer {newest.layer}, {day(newest.completed_on)}, by the {by}"


def _contact(staff: Staff) -> str:
    return _reached(str(staff), staff.email)


def _reached(name: str | None, email: str | None) -> str:
    return ", ".join(part for part in (name, email) if part)


def _steps(report: HandoverReport) -> str:
    """The steps that count; the report's own is recorded after it is written."""
    steps = HandoverStep.objects.counting().filter(sentence=report.sentence).select_related("recorded_by")
    lines = [f"{step.get_kind_display()}, {day(step.done_on)} ({step.recorded_by})" for step in steps]
    return "\n".join(lines) or "Nothing yet."
