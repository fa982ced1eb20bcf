"""What a roll record does to the sentence we hold: corrects it, closes it, or opens the next one. Pure."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from omic.calendar import london_day, london_midnight
from omic.nomis.cells import FieldError
from omic.nomis.facts import DATES, SENTENCE, Change, Facts, Stored, differences
from omic.nomis.records import Leaving, RollRecord, SentenceKind

# A date read in the wrong order lies a median of 118 days off (hazard H6); days added or given back move a release
# date by less than a month. What moves further waits for a person.
MOVES_AT_MOST = timedelta(days=28)
# These do not come off a sentence by themselves; a curfew, parole or confirmed date does.
LASTING = ("started_on", "sed", "ard", "crd", "ped", "ted")
SAYS_SENTENCED = frozenset(("legal_status", "indeterminate", "sentence_start", "sed"))
FIXED_TERM, STANDARD = re.compile(r"(?:14|28)(?=FTR)|(?<=FTR_)(?:14|28)(?![0-9])"), re.compile(r"LR")


@dataclass(frozen=True, slots=True, kw_only=True)
class SentenceChange:
    """`facts` go to the current sentence, or to a new one if it `opens`; `closes` ends the one that stood."""

    facts: Facts
    changes: dict[str, Change]
    opens: bool = False
    closes: bool = False


UNTOUCHED = SentenceChange(facts={}, changes={})


def sentence_change(record: RollRecord, stored: Stored | None, stated: frozenset[str]) -> SentenceChange | FieldError:
    """The change, or the cell that contradicts what we hold (a CSV may state but one of two dates)."""
    current = stored.sentence if stored else None
    if not stated & SAYS_SENTENCED:
        return UNTOUCHED
    if record.sentence_kind == SentenceKind.NONE:
        return SentenceChange(facts={}, changes={"sentence": ("current", None)}, closes=True) if current else UNTOUCHED
    facts = sentence_facts(record, stated, stored)
    opens = current is None or begins_anew(current["started_on"], facts.get("started_on"))
    before: Mapping[str, Any] = {} if opens else current or {}
    after = {**before, **facts}
    if after.get("sed") and after.get("started_on") and after["sed"] < after["started_on"]:
        words = f"is before the sentence started on {after['started_on']}"
        return FieldError("sentenceExpiryDate", str(after["sed"]), words)
    if opens:
        changes = differences({"recalled": False, "recall_kind": "", **(current or {})}, facts)
        return SentenceChange(facts=facts, changes=changes, opens=True, closes=current is not None)
    changes = differences(before, facts)
    return SentenceChange(facts=facts if changes else {}, changes=changes)


def begins_anew(before: date | None, after: date | None) -> bool:
    """Whether a start is another sentence's: a few days off it is the same one, corrected."""
    return before is not None and after is not None and abs(after - before) > MOVES_AT_MOST


def sentence_facts(record: RollRecord, stated: frozenset[str], stored: Stored | None) -> Facts:
    """The columns of `Sentence` that the file states, without the dates that somebody has refused."""
    facts: Facts = {column: getattr(record, name) for column, name in SENTENCE.items() if name in stated}
    for column, refused in stored.rejected if stored else ():
        if column in facts and (facts[column].isoformat() if facts[column] else None) == refused:
            del facts[column]
    facts["kind"] = record.sentence_kind.value
    if stated & {"recall", "legal_status"}:
        facts |= _recall(record, stored)
    return facts


def _recall(record: RollRecord, stored: Stored | None) -> Facts:
    """What the roll says of a recall; a kind that it does not say is left as it is."""
    if not record.recalled:
        return {"recalled": False, "recall_kind": "", "returned_at": None}
    facts: Facts = {"recalled": True}
    if record.reception_date:
        facts["returned_at"] = returned_at(record.reception_date, stored)
    if kind := recall_kind(record.imprisonment_status or ""):
        facts["recall_kind"] = kind
    return facts


def returned_at(reception_on: date, stored: Stored | None) -> datetime:
    """When somebody recalled came back. The roll knows the day alone: its beginning is kept, so that what counts from
    it is early, not late (RC-01). An hour that somebody entered stands, on another day too, until the roll says another
    day than it did.
    """
    current = stored.sentence if stored else None
    known: datetime | None = current["returned_at"] if current and current["recalled"] else None
    if stored and known:
        by_the_hour = known != london_midnight(london_day(known))
        if london_day(known) == reception_on or (by_the_hour and stored.person["reception_on"] == reception_on):
            return known
    return london_midnight(reception_on)


def recall_kind(status: str) -> str:
    """fixed_14, fixed_28 or standard where the imprisonment status says so (14FTR_ORA, LR_ORA); else nothing."""
    if days := FIXED_TERM.search(status):
        return f"fixed_{days[0]}"
    return "standard" if STANDARD.match(status) else ""


def moved_dates(record: RollRecord, stored: Stored, stated: frozenset[str]) -> dict[str, Change]:
    """Dates that move by more than 28 days, or lasting ones that vanish, for somebody who stays in custody.

    Whoever has been released begins a new term with new dates, and nobody plans by those of a person who leaves.
    """
    if stored.sentence is None or stored.person["presence"] == "out" or record.leaving == Leaving.RELEASED:
        return {}
    if not stated & SAYS_SENTENCED:
        return {}
    now = sentence_facts(record, stated, stored)
    if record.sentence_kind == SentenceKind.NONE:
        now = dict.fromkeys(SENTENCE)
    changes = {name: (stored.sentence[name], now[name]) for name in ("started_on", *DATES) if name in now}
    return {name: (before, after) for name, (before, after) in changes.items() if _is_doubtful(name, before, after)}


def _is_doubtful(name: str, before: date | None, after: date | None) -> bool:
    if before is None or before == after:
        return False
    return name in LASTING if after is None else abs(after - before) > MOVES_AT_MOST
