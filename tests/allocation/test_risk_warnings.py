"""Contradictions in what is known of RoSH and MAPPA, each told; agreement and mere change told as nothing."""

from datetime import date
from typing import Any

import pytest
from django.urls import reverse

from allocation.risk_warnings import RiskFacts, Said, risk_warnings
from omic.models import DetailEntry, Role
from tests.cast import Cast
from tests.factories import NOW, CaseDetailsFactory, SentenceFactory

MAY, JUNE, JULY = date(2026, 5, 1), date(2026, 6, 1), date(2026, 7, 1)


def said(field: str, *statements: tuple[str | None, str, date]) -> tuple[Said, ...]:
    return tuple(Said(field, value, source, as_at) for value, source, as_at in statements)


@pytest.mark.parametrize(
    ("facts", "words"),
    [
        ({}, ()),
        ({"rosh": "high", "said": said("rosh", ("high", "nDelius", MAY), ("high", "OASys", JUNE))}, ()),
        (
            {"said": said("rosh", ("high", "nDelius", MAY), ("medium", "OASys of June", JUNE))},
            ("RoSH differs: nDelius says high (as at 1 May 2026) and OASys says medium (as at 1 June 2026)",),
        ),
        ({"said": said("rosh", ("high", "nDelius", MAY), ("medium", "nDelius", JUNE))}, ()),
        ({"said": said("rosh", ("high", "nDelius", MAY), ("medium", "An email from the COM", JUNE))}, ()),
        ({"said": said("rosh", ("high", "nDelius", MAY), (None, "OASys", JUNE))}, ()),
        ({"said": said("rosh", ("high", "OASys and nDelius extract", MAY), ("very_high", "OASys", JUNE))}, ()),
        ({"said": said("rosh", ("high", "OASys and nDelius extract", MAY), ("very_high", "nDelius", JUNE))}, ()),
        ({"said": said("rosh", ("low", "nDelius", MAY), ("high", "nDelius/OASys", JUNE), ("low", "OASys", JULY))}, ()),
        (
            {
                "said": said(
                    "rosh", ("low", "nDelius and OASys", MAY), ("high", "nDelius", JUNE), ("medium", "OASys", JULY)
                )
            },
            ("RoSH differs: nDelius says high (as at 1 June 2026) and OASys says medium (as at 1 July 2026)",),
        ),
        (
            {"said": said("mappa_level", ("2", "OASys", MAY), ("1", "Delius", JUNE))},
            ("MAPPA level differs: nDelius says 1 (as at 1 June 2026) and OASys says 2 (as at 1 May 2026)",),
        ),
        (
            {"rosh": "medium", "alerts": frozenset({"ROH"})},
            ("A NOMIS alert (ROH) says high risk of serious harm, and the RoSH recorded is medium",),
        ),
        (
            {"alerts": frozenset({"ROV"})},
            ("A NOMIS alert (ROV) says very high risk of serious harm, and no RoSH is recorded",),
        ),
        ({"rosh": "high", "alerts": frozenset({"ROH", "HA"})}, ()),
        (
            {"mappa_level": 0, "alerts": frozenset({"P11", "P22"})},
            ("A NOMIS alert says MAPPA category 1, and MAPPA is recorded as none",),
        ),
        (
            {"mappa_level": 2, "mappa_category": 2, "alerts": frozenset({"P103"})},
            ("A NOMIS alert says MAPPA category 4, and 2 is recorded",),
        ),
        ({"mappa_level": 2}, ("MAPPA level 2 is recorded without its category",)),
        ({"mappa_level": 0, "mappa_category": 3}, ("MAPPA category 3 is recorded, and the level as none",)),
        ({"mappa_level": 1, "mappa_category": 1, "alerts": frozenset({"P44"})}, ()),
    ],
)
def test_what_contradicts_itself_is_told(facts: dict[str, Any], words: tuple[str, ...]) -> None:
    assert risk_warnings(RiskFacts(**facts)) == words


@pytest.mark.django_db
def test_the_person_and_the_allocation_page_show_it(cast: Cast) -> None:
    person = SentenceFactory(person=cast.person()).person
    CaseDetailsFactory(person=person, rosh="high", mappa_level=0)
    for value, source in (("high", "nDelius"), ("medium", "OASys")):
        stated = {"field": "rosh", "value": value, "source": source, "as_at": MAY, "recorded_at": NOW}
        DetailEntry.objects.create(person=person, **stated)
    for name in ("person", "allocation:allocate"):
        page = cast.client(Role.HOMD).get(reverse(name, args=["LEI", person.ref])).content.decode()
        assert "RoSH differs: nDelius says high (as at 1 May 2026) and OASys says medium" in page
    assert (
        "RoSH differs"
        not in cast.client(Role.KEY_WORK_MANAGER).get(reverse("person", args=["LEI", person.ref])).content.decode()
    )
