"""What is known beside the roll of the people of a batch: read at once, stated row by row, written at once.

The rules of stating are `omic.details`'s; a file of thousands of rows only keeps its people in hand meanwhile.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from omic.details import FIELDS, Statement, in_text, weigh
from omic.early_stated import less_taken_back
from omic.models import CaseDetails, DetailEntry, OasysAssessment, ParoleReview, Sentence, SentencePlan
from omic.nomis.facts import Change
from omic.parole_reviews import OF_AN_OUTCOME, REVIEWED, asked_again_as_at, is_new_outcome

Changes = dict[str, Change]
REVIEW = ("thd", "parole_outcome", "last_review_on")  # facts that belong to a parole review
Versioned = SentencePlan | ParoleReview


class DetailsBook:
    """The details, entries, assessments, plans, reviews and sentences of some people, locked by the caller."""

    def __init__(self, people: Sequence[int]) -> None:
        self.details = {row.person_id: row for row in CaseDetails.objects.filter(person__in=people)}
        self.plans = {row.person_id: row for row in SentencePlan.objects.filter(person__in=people)}
        self.sentences = {
            row.person_id: row for row in Sentence.objects.filter(person__in=people, closed_at__isnull=True)
        }
        self.entries: dict[int, list[DetailEntry]] = defaultdict(list)
        for entry in DetailEntry.objects.filter(person__in=people):
            self.entries[entry.person_id].append(entry)
        self.reviews: dict[int, list[ParoleReview]] = defaultdict(list)
        for review in ParoleReview.objects.standing().filter(person__in=people):
            self.reviews[review.person_id].append(review)
        self.taken_back = _taken_back(people)
        oasys = OasysAssessment.objects.filter(person__in=people)  # also what was taken back, and stays so
        self.oasys = set(oasys.values_list("person", "layer", "kind", "completed_on"))
        self._new: list[DetailEntry | OasysAssessment] = []
        self._changed: dict[int, CaseDetails | Versioned | Sentence] = {}

    def state_facts(self, person: int, facts: Mapping[str, Any], told: Statement) -> Changes:
        """Each fact where it belongs: the case's details, a parole review, the recall, or kept for who will ask.

        An early allocation that somebody took back stays so, like a parole review (`state_review`).
        """
        sentence = self.sentences.get(person)
        facts = less_taken_back(facts, self.entries[person], sentence.started_on if sentence else None)
        columns = {name: value for name, value in facts.items() if name in FIELDS}
        news: Changes = {}
        if facts.get("thd") or facts.get("parole_outcome"):
            thd, outcome, outcome_on = (facts.get(name) for name in REVIEW)
            news |= self.state_review(person, told, thd=thd, outcome=outcome, outcome_on=outcome_on)
        news |= self._state_details(person, columns, told)  # what is told beside an outcome was told knowing it
        if kind := facts.get("recall_type"):
            news |= self._state_recall(person, kind)
        elsewhere = (*columns, *REVIEW, "recall_type")
        return news | self._keep(person, {n: in_text(v) for n, v in facts.items() if n not in elsewhere}, told)

    def state_oasys(
        self, person: int, told: Statement, *, layer: int, kind: str, completed_on: date, completed_by: str
    ) -> Changes:
        """A completed OASys; one that is known is left as it was recorded, also one that somebody took back."""
        key = (person, layer, kind, completed_on)
        if key in self.oasys:
            return {}
        self.oasys.add(key)
        self._new.append(
            OasysAssessment(
                person_id=person,
                layer=layer,
                kind=kind,
                completed_on=completed_on,
                completed_by=completed_by,
                source=told.source,
                recorded_at=told.at,
                recorded_by=told.by.staff,
            )
        )
        return {"oasys": (None, f"layer {layer}, {completed_on}")}

    def state_plan(self, person: int, told: Statement, **facts: Any) -> Changes:
        """The sentence plan, by columns. What the row leaves out, targets or the POM's agreement, stays as it was."""
        plan = self.plans.setdefault(person, SentencePlan(person_id=person, version=0))
        stated = {name: value for name, value in facts.items() if value not in (None, "")}
        return {"sentence_plan": (None, in_text(plan.active))} if self._tell(plan, stated, told) else {}

    def state_review(
        self, person: int, told: Statement, *, thd: date | None, outcome: str | None, outcome_on: date | None
    ) -> Changes:
        """A parole review, known by its hearing date, else by the day of its outcome.

        What somebody took back stays so until a file says something else of it, or a person records it again: files are
        read night after night, and would bring every mistake back.
        """
        if (person, thd, outcome or "", outcome_on) in self.taken_back:
            return {}
        reviews = self.reviews[person]
        review = next((row for row in reviews if _is_that(row, thd, outcome_on)), None)
        again = self._ask_com_again(person, outcome_on or told.as_at, told) if is_new_outcome(review, outcome) else {}
        if review is None:
            review = ParoleReview(person_id=person, target_hearing_on=thd, version=0)
            reviews.append(review)
        facts = {"outcome": outcome, "outcome_on": outcome_on} if outcome else {}
        news = self._tell(review, facts, told)
        said = {"parole_review": (None, " ".join(filter(None, (in_text(thd), outcome))))} if news else {}
        return again | said

    def write(self) -> None:
        """Everything that was news, a statement or two a table."""
        DetailEntry.objects.bulk_create(row for row in self._new if isinstance(row, DetailEntry))
        OasysAssessment.objects.bulk_create(row for row in self._new if isinstance(row, OasysAssessment))
        models: tuple[Any, ...] = (CaseDetails, SentencePlan, ParoleReview, Sentence)
        for model in models:
            rows = [row for row in self._changed.values() if isinstance(row, model)]
            columns = [column.name for column in model._meta.concrete_fields if column.name not in ("id", "person")]
            model.objects.bulk_create([row for row in rows if row.pk is None])
            known = [row for row in rows if row.pk is not None]
            model.objects.bulk_create(known, update_conflicts=True, unique_fields=["id"], update_fields=columns)

    def _ask_com_again(self, person: int, outcome_on: date, told: Statement) -> Changes:
        """PA-05, as at the pages."""
        details, as_at = self.details.get(person), asked_again_as_at(self.entries[person], outcome_on)
        if details is None or not details.com_oasys_reviewed or as_at is None:
            return {}
        follows = replace(told, source=OF_AN_OUTCOME, as_at=as_at)
        return self._state_details(person, {REVIEWED: False}, follows, deliberate=True)

    def _state_details(
        self, person: int, values: Mapping[str, Any], told: Statement, *, deliberate: bool = False
    ) -> Changes:
        details = self.details.setdefault(person, CaseDetails(person_id=person, version=0))
        new, stated = weigh(details, self.entries[person], values, told, deliberate=deliberate)
        self._add_entries(person, {name: in_text(value) for name, value in new.items()}, told)
        news = {name: (in_text(getattr(details, name)), in_text(new[name])) for name in stated.changed}
        for name in stated.changed:
            setattr(details, name, new[name])
        if news:
            self._touch(details)
        return news

    def _state_recall(self, person: int, kind: str) -> Changes:
        """The kind of a recall, where the roll's status did not tell it. Without a recall it says nothing."""
        sentence = self.sentences.get(person)
        if sentence is None or not sentence.recalled or sentence.recall_kind == kind:
            return {}
        before, sentence.recall_kind = sentence.recall_kind, kind
        self._touch(sentence)
        return {"recall_kind": (before or None, kind)}

    def _keep(self, person: int, facts: Mapping[str, str | None], told: Statement) -> Changes:
        """Facts without a column of their own are entries alone, with source and date."""
        made = {(entry.field, entry.value, entry.source, entry.as_at) for entry in self.entries[person]}
        new = {name: text for name, text in facts.items() if (name, text, told.source, told.as_at) not in made}
        self._add_entries(person, new, told)
        return {name: (None, text) for name, text in new.items()}

    def _add_entries(self, person: int, texts: Mapping[str, str | None], told: Statement) -> None:
        entries = [
            DetailEntry(
                person_id=person,
                field=name,
                value=text,
                source=told.source,
                as_at=told.as_at,
                recorded_at=told.at,
                recorded_by=told.by.staff,
            )
            for name, text in texts.items()
        ]
        self.entries[person] += entries
        self._new += entries

    def _tell(self, row: Versioned, facts: Mapping[str, Any], told: Statement) -> bool:
        """Make the row say the facts; whether that was news. A row that does not exist yet is news by itself."""
        if row.version and all(getattr(row, name) == value for name, value in facts.items()):
            return False
        for name, value in facts.items():
            setattr(row, name, value)
        row.source, row.recorded_at = told.source, told.at
        if isinstance(row, ParoleReview):
            row.recorded_by = told.by.staff
        self._touch(row)
        return True

    def _touch(self, row: CaseDetails | Versioned | Sentence) -> None:
        """To be written; its version goes up once a batch."""
        if id(row) not in self._changed:
            row.version += 1
            self._changed[id(row)] = row


def _taken_back(people: Sequence[int]) -> set[tuple[int, date | None, str, date | None]]:
    """All that was ever said by reviews that somebody has taken back since: person, hearing, outcome and its day."""
    gone = ParoleReview.objects.filter(person__in=people, withdrawn_at__isnull=False)
    said = ParoleReview.pgh_event_model.objects.filter(pgh_obj__in=gone.values("pk"))  # type: ignore[attr-defined]
    return set(said.values_list("person_id", "target_hearing_on", "outcome", "outcome_on"))


def _is_that(review: ParoleReview, thd: date | None, outcome_on: date | None) -> bool:
    return review.target_hearing_on == thd and (thd is not None or review.outcome_on == outcome_on)
