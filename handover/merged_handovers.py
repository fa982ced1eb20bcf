"""The recorded handovers that a merge carries over: of the same sentence, so that nobody hands a case over twice."""

import re
from collections.abc import Iterator
from datetime import datetime

from django.db.models import Exists, OuterRef

from handover.duty_actions import HANDED_OVER
from handover.merged_facts import same_review
from handover.merged_source import stated_by_merge
from omic.formats import day
from omic.models import Obligation, ObligationKind, ObligationState, Person, PersonMerge, Sentence
from omic.models.obligation import ObligationQuerySet

_SLOT = re.compile(r"(?P<cause>sentence|recall|review)-(?P<row>\d+)(?P<again>-\d+)?")


def carry_handovers(*, theirs: Sentence, own: Sentence, at: datetime) -> int:
    """Let the number that stays have the recorded handovers of the other, whose record stays; how many.

    Its open duty is met by whom and when as theirs, one that it has recorded itself stands. The steps of each tell
    where it comes from.
    """
    carried, said = 0, ["HO-24", stated_by_merge(theirs.person)]
    for duty in _recorded(theirs.person).order_by("pk"):
        slot = _own_slot(duty.slot, theirs, own)
        standing = own.person.obligations.filter(kind=ObligationKind.HANDOVER, slot=slot or "")
        present = standing.exclude(state=ObligationState.VOID).first()
        if slot is None or (present and present.closed_at):
            continue
        if present:
            _meet(present, duty, said)
        else:
            _write_anew(duty, own.person, slot, said, at)
        carried += 1
    return carried


def take_handovers_back(merge: PersonMerge, *, because: str, at: datetime) -> int:
    """What the merge has met is owed again, what it has written goes void; how many. The pipeline keeps what is owed.

    Where a handover was recorded since, all stay: each begins where the one before was recorded.
    """
    found = [] if _followed(merge) else list(_carried(merge))
    for duty in found:
        written_anew = duty.created_at == merge.decided_at
        duty.state = ObligationState.VOID if written_anew else ObligationState.OPEN
        duty.met_at, duty.closed_by = None, None
        duty.closed_at, duty.closed_because = (at, because) if written_anew else (None, "")
        duty.note = duty.note if written_anew else ""
        duty.save(update_fields=["state", "met_at", "closed_at", "closed_by", "closed_because", "note"])
    return len(found)


def handovers_carried(merge: PersonMerge) -> Iterator[str]:
    """In words, each with what becomes of it when the merge is undone."""
    kept, gone = merge.kept.prison_number, merge.gone.prison_number
    followed = _followed(merge)
    for duty in _carried(merge):
        words = f"Handover, recorded for {day(duty.met_at)}"
        if followed:
            yield f"{words}, and another since. Both stay under {kept}: look through them"
        else:
            yield f"{words}. Taken back under {kept}, stands under {gone}"


def _recorded(person: Person) -> ObligationQuerySet:
    rows: ObligationQuerySet = person.obligations.filter(kind=ObligationKind.HANDOVER, state=ObligationState.MET)
    return rows.filter(closed_because=HANDED_OVER)


def _carried(merge: PersonMerge) -> ObligationQuerySet:
    same = _recorded(merge.gone).filter(met_at=OuterRef("met_at"), closed_by=OuterRef("closed_by"))
    said = ["HO-24", stated_by_merge(merge.gone)]
    return _recorded(merge.kept).filter(Exists(same), steps__contains=[said]).order_by("pk")


def _followed(merge: PersonMerge) -> bool:
    """Whether a handover was recorded under the number that stayed after one that the merge carried over."""
    carried = list(_carried(merge).values_list("pk", flat=True))
    return bool(carried) and _recorded(merge.kept).filter(pk__gt=carried[0]).exclude(pk__in=carried).exists()


def _own_slot(slot: str, theirs: Sentence, own: Sentence) -> str | None:
    """The same slot of the number that stays; None for one of another sentence, or of a review it does not have."""
    found = _SLOT.fullmatch(slot)
    if found is None:
        return None
    row = int(found["row"])
    if found["cause"] != "review":
        cause = own.pk if row == theirs.pk else None
    else:
        reviews = theirs.person.parole_reviews.filter(pk=row).values("target_hearing_on", "outcome_on").first()
        cause = reviews and same_review(own.person, reviews).values_list("pk", flat=True).first()
    return cause and f"{found['cause']}-{cause}{found['again'] or ''}"


def _meet(present: Obligation, duty: Obligation, said: list[str]) -> None:
    for name in ("state", "met_at", "closed_at", "closed_by", "closed_because", "note"):
        setattr(present, name, getattr(duty, name))
    present.steps = [*present.steps, said]
    present.save()


def _write_anew(duty: Obligation, person: Person, slot: str, said: list[str], at: datetime) -> None:
    duty.pk, duty.person, duty.prison, duty.wing, duty.slot = None, person, person.prison, person.wing, slot
    duty.steps, duty.created_at = [*duty.steps, said], at
    duty.save(force_insert=True)
