"""Recording the facts that the roll does not hold: each with who stated it and the day on which it was true.

`state_*` write one statement and say whether it told anything new; `record_*` are the same for one person at a page:
locked, audited and reconciled at once. A file of thousands of rows weighs them by the same rules and writes at once.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from math import inf
from typing import Any

from django.core.exceptions import ValidationError
from django.db import models, transaction

from omic import audit
from omic.audit import Actor
from omic.calendar import london_day
from omic.models import CaseDetails, DetailEntry, OasysAssessment, Person, SentencePlan
from omic.reconcile import lock, reconcile, window_of
from omic.recorded import check_oasys

FIELDS = {
    field.name: field for field in CaseDetails._meta.concrete_fields if field.name not in ("id", "person", "version")
}
# EA-01 to EA-10: an early allocation follows from an assessment, on pages of its own; a file may state it as well.
BY_ASSESSMENT = ("early_allocation", "early_allocation_agreed_on")
REASONED = ("handover_oasys_not_needed", "handover_oasys_reason")  # HO-32: a judgement and its reason
REASON_MISSING = "Say why no OASys review is needed before handover"


class ConflictError(Exception):
    """Somebody else saved these details after they were shown; `details` are as they stand now."""

    def __init__(self, details: CaseDetails) -> None:
        super().__init__("These details were changed by somebody else.")
        self.details = details


class PlanChangedError(Exception):
    """Somebody else saved the sentence plan after it was shown; `plan` is as it stands now."""

    def __init__(self, plan: SentencePlan) -> None:
        super().__init__("The sentence plan was changed by somebody else.")
        self.plan = plan


class OlderError(Exception):
    """What is known of these fields is newer than what is being recorded; `newer` are the entries that stand."""

    def __init__(self, newer: Mapping[str, DetailEntry]) -> None:
        super().__init__("Something newer is known.")
        self.newer = newer


@dataclass(frozen=True, slots=True)
class Statement:
    """Where facts come from: who stated them, the day they were true, who records them, and when."""

    source: str
    as_at: date
    by: Actor
    at: datetime


@dataclass(frozen=True, slots=True)
class Stated:
    """What became of a statement: fields whose value changed, and fields of which something newer was known."""

    changed: tuple[str, ...] = ()
    older: tuple[str, ...] = ()
    entries: int = 0


def in_text(value: Any) -> str | None:
    """A value as its entry keeps it: true and false, ISO days, plain numbers. None for unknown."""
    if value is None:
        return None
    if isinstance(value, bool):
        return "true" if value else "false"
    return str(value)


def from_text(name: str, text: str | None) -> Any:
    """The value of a field as its entry kept it: the reverse of `in_text`."""
    if isinstance(FIELDS[name], models.BooleanField):
        return None if text is None else text == "true"
    return clean_value(name, text)


def state_details(
    person: Person, values: Mapping[str, Any], statement: Statement, *, deliberate: bool = False
) -> Stated:
    """State `values` (fields of CaseDetails; None for "not known any more"). Call it inside a transaction.

    A statement that is older than what stands is kept as an entry and changes nothing. One that was made before is
    passed over, so that a file can be taken in twice, unless somebody makes it again `deliberate`ly. Raises KeyError
    for what is no field, ValidationError for what cannot be its value.
    """
    details, _ = CaseDetails.objects.select_for_update().get_or_create(person=person)
    entries = list(DetailEntry.objects.filter(person=person, field__in=values))
    new, stated = weigh(details, entries, values, statement, deliberate=deliberate)
    _keep(person, new, statement)
    _change(details, {name: new[name] for name in stated.changed})
    return stated


def weigh(
    details: CaseDetails,
    entries: Sequence[DetailEntry],
    values: Mapping[str, Any],
    statement: Statement,
    *,
    deliberate: bool = False,
) -> tuple[dict[str, Any], Stated]:
    """What of `values` becomes entries, and what they change of what is known and stands. Writes nothing."""
    made = set() if deliberate else {(entry.field, entry.value, entry.source, entry.as_at) for entry in entries}
    told = {name: clean_value(name, value) for name, value in values.items()}
    news = {
        name
        for name, value in told.items()
        if (name, in_text(value), statement.source, statement.as_at) not in made
        and (value is not None or getattr(details, name) is not None)
    }
    new = {name: told[name] for name in _with_its_reason(news, told)}
    standing = newest(entries)
    before = {name for name in new if name in standing and standing[name].as_at > statement.as_at}
    older = _with_its_reason(before, told)
    changed = tuple(name for name in new if name not in older and getattr(details, name) != new[name])
    _require_reason(details, {name: new[name] for name in changed})
    return new, Stated(changed=changed, older=older, entries=len(new))


def _with_its_reason(names: set[str], told: Mapping[str, Any]) -> tuple[str, ...]:
    """`names` in the order they were told in; a judgement and its reason told together also count together."""
    together = names | set(REASONED) if names & set(REASONED) else names
    return tuple(name for name in told if name in together)


def _require_reason(details: CaseDetails, changes: Mapping[str, Any]) -> None:
    """Raises ValidationError where the changes would leave the judgement without its reason (HO-32)."""
    needless, reason = (changes.get(name, getattr(details, name)) for name in REASONED)
    if needless and not reason:
        raise ValidationError({REASONED[1]: REASON_MISSING})


def clean_value(name: str, value: Any) -> Any:
    """The value as the column holds it; empty is unknown. Raises KeyError, or ValidationError for what cannot be."""
    field = FIELDS[name]
    value = field.clean(value, None)
    if isinstance(field, models.DecimalField) and value is not None:
        return value.quantize(Decimal(1).scaleb(-field.decimal_places))
    return None if value == "" else value


def newest(entries: Any) -> dict[str, DetailEntry]:
    """The entry that stands for each field: of the latest day, and of one day the last recorded (unsaved ones last)."""
    ordered = sorted(entries, key=lambda entry: (entry.as_at, entry.pk or inf))
    return {entry.field: entry for entry in ordered}


def _keep(person: Person, values: Mapping[str, Any], statement: Statement) -> None:
    DetailEntry.objects.bulk_create(
        DetailEntry(
            person=person,
            field=name,
            value=in_text(value),
            source=statement.source,
            as_at=statement.as_at,
            recorded_at=statement.at,
            recorded_by=statement.by.staff,
        )
        for name, value in values.items()
    )


def _change(details: CaseDetails, values: Mapping[str, Any]) -> None:
    if not values:
        return
    for name, value in values.items():
        setattr(details, name, value)
    details.version += 1
    details.save(update_fields=[*values, "version"])


def state_oasys(
    person: Person, statement: Statement, *, layer: int, kind: str, completed_on: date, completed_by: str
) -> bool:
    """State one completed OASys. Says whether it was news; one that is known is left as it was recorded."""
    key = {"layer": layer, "kind": kind, "completed_on": completed_on}
    created = OasysAssessment.objects.standing().get_or_create(
        person=person, **key, defaults={"completed_by": completed_by, **_recorded(statement)}
    )[1]
    return bool(created)


def state_sentence_plan(
    person: Person,
    statement: Statement,
    *,
    active: bool,
    targets: str = "",
    pom_agreed_on: date | None = None,
    pom_agreed_by: str = "",
) -> bool:
    """State the sentence plan as it stands. Says whether anything was news."""
    told = {"active": active, "targets": targets, "pom_agreed_on": pom_agreed_on, "pom_agreed_by": pom_agreed_by}
    known = SentencePlan.objects.select_for_update().filter(person=person).first()
    return state_row(known or SentencePlan(person=person, version=0), told, statement)


def _recorded(statement: Statement) -> dict[str, Any]:
    return {"source": statement.source, "recorded_at": statement.at, "recorded_by": statement.by.staff}


def state_row(row: Any, told: Mapping[str, Any], statement: Statement) -> bool:
    """Make a row, of version 0 where it is new, say what was `told`; write nothing when it does already."""
    if row.version and all(getattr(row, name) == value for name, value in told.items()):
        return False
    columns = {field.name for field in row._meta.concrete_fields}
    recorded = {name: value for name, value in _recorded(statement).items() if name in columns}
    for name, value in {**told, **recorded}.items():
        setattr(row, name, value)
    row.version += 1
    row.save()
    return True


@transaction.atomic
def record_details(
    *,
    person: Person,
    values: Mapping[str, Any],
    source: str,
    as_at: date,
    by: Actor,
    at: datetime,
    version: int | None = None,
) -> Stated:
    """Record `values` about `person`, and bring tier, dates and duties up to date.

    `version` is the one that was shown (0: no details yet). Raises ConflictError when somebody has saved since, and
    OlderError when something newer than `as_at` is known of a field.
    """
    lock([person.pk])
    details = CaseDetails.objects.filter(person=person).first()
    if version is not None and details is not None and details.version != version:
        raise ConflictError(details)
    stated = state_details(person, values, Statement(source, as_at, by, at), deliberate=True)
    if stated.older:
        entries = DetailEntry.objects.filter(person=person, field__in=stated.older, as_at__gt=as_at)
        raise OlderError(newest(entries))
    if stated.entries:
        _follow(person, by, at, "record_details", fields=sorted(values), source=source)
    return stated


def record_stated(action: str, state: Any, person: Person, statement: Statement, facts: Mapping[str, Any]) -> bool:
    """`state` the facts about one person; what was news is audited as `action`, and everything follows at once."""
    lock([person.pk])
    news: bool = state(person, statement, **facts)
    if news:
        _follow(person, statement.by, statement.at, action, source=statement.source)
    return news


def _follow(person: Person, by: Actor, at: datetime, action: str, **detail: Any) -> None:
    audit.record(by=by, action=action, at=at, prison=person.prison, person=person, **detail)
    reconcile([person.pk], window_of(london_day(at), at))


@transaction.atomic
def record_oasys(*, person: Person, statement: Statement, **facts: Any) -> bool:
    """`state_oasys` for one person at a page. Raises RecordedError when it is known as completed by somebody else."""
    lock([person.pk])
    check_oasys(person, **facts)
    return record_stated("record_oasys", state_oasys, person, statement, facts)


@transaction.atomic
def record_sentence_plan(*, person: Person, statement: Statement, version: int | None = None, **facts: Any) -> bool:
    """`state_sentence_plan` for one person at a page. `version` is the one that was shown (0: no plan yet).

    Raises PlanChangedError when somebody has saved since.
    """
    lock([person.pk])
    plan = SentencePlan.objects.filter(person=person).first()
    if version is not None and plan is not None and plan.version != version:
        raise PlanChangedError(plan)
    return record_stated("record_sentence_plan", state_sentence_plan, person, statement, facts)
