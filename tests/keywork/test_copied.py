"""When a note reads like a copy: nearly the same words in the same order, whatever the punctuation."""

import pytest

from keywork.copied import Earlier, nearest

NOTE = "Settled and talkative today. Worried about housing on release, to book a call with the housing worker."


def like(text: str, *others: str, ratio: float = 0.9, shortest: int = 12) -> int | None:
    found = nearest(text, [Earlier(n, other) for n, other in enumerate(others)], ratio=ratio, shortest=shortest)
    return found and found.contact_id


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(NOTE, id="word for word"),
        pytest.param(NOTE.upper().replace(".", "!\n"), id="other capitals, punctuation and lines"),
        pytest.param(NOTE.replace("today", "again"), id="one word of seventeen changed"),
    ],
)
def test_a_note_is_like_its_copy(other: str) -> None:
    assert like(NOTE, "Quiet at first, opened up after a while, and that is all there is to say of it.", other) == 1


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(NOTE.replace("housing", "debt").replace("today", "again"), id="three words changed"),
        pytest.param(" ".join(reversed(NOTE.split())), id="the same words in another order"),
        pytest.param("", id="nothing written"),
    ],
)
def test_a_note_is_not_like_what_says_something_else(other: str) -> None:
    assert like(NOTE, other) is None


def test_short_notes_are_not_judged() -> None:
    eleven = " ".join(NOTE.split()[:11])
    assert like(eleven, eleven) is None
    assert like(f"{eleven} call", f"{eleven} call") == 0


def test_the_most_alike_is_named() -> None:
    nearly = NOTE.replace("today", "again")
    assert like(NOTE, nearly, NOTE, NOTE) == 1


def test_the_threshold_itself_counts() -> None:
    a, b = "a b c d e f g h i j", "a b c d e f g h i x"
    assert like(a, b, ratio=0.9, shortest=10) == 0
    assert like(a, b, ratio=0.91, shortest=10) is None
