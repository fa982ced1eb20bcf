"""Whether a note reads like a copy of another one: a hint for its author and its reviewer, never a block. Pure."""

import re
from collections.abc import Iterable
from difflib import SequenceMatcher
from typing import NamedTuple

_WORD = re.compile(r"\w+")


class Earlier(NamedTuple):
    """The text of an earlier note, by the id of its contact."""

    contact_id: int
    text: str


class Likeness(NamedTuple):
    """The note that another one is most like, and the share of their words that is the same, in order (0 to 1)."""

    contact_id: int
    ratio: float


def nearest(text: str, earlier: Iterable[Earlier], *, ratio: float, shortest: int) -> Likeness | None:
    """The most alike of `earlier` notes at or above `ratio`, the first of equals; None where there is none.

    Capitals, punctuation and line breaks do not count. Notes of fewer than `shortest` words say too little to judge.
    """
    words = _words(text)
    if len(words) < shortest:
        return None
    # The second sequence is the one that is indexed: it is the note, which is compared with every other.
    matcher = SequenceMatcher(isjunk=None, b=words, autojunk=False)
    found: Likeness | None = None
    for note in earlier:
        alike = _ratio(matcher, _words(note.text), at_least=max(ratio, found.ratio if found else 0))
        if alike >= ratio and (found is None or alike > found.ratio):
            found = Likeness(note.contact_id, alike)
    return found


def _words(text: str) -> list[str]:
    return _WORD.findall(text.lower())


def _ratio(matcher: "SequenceMatcher[str]", words: list[str], *, at_least: float) -> float:
    """How alike the notes are; 0 as soon as a cheaper upper bound shows that they are less than `at_least` alike."""
    matcher.set_seq1(words)
    if matcher.real_quick_ratio() < at_least or matcher.quick_ratio() < at_least:
        return 0.0
    return matcher.ratio()
