"""The case mix by tier, part and type of POM; limits and planning figures with their sources."""

import pytest

from omic.models import Role
from tests.allocation.cases import determine, profile
from tests.allocation.test_pages import address
from tests.cast import Cast
from tests.factories import PomAllocationFactory, PostingFactory

pytestmark = pytest.mark.django_db
KNOWN = ("yes", "unknown")


@pytest.fixture
def mixed(cast: Cast) -> Cast:
    prison_pom = PostingFactory(role=Role.POM, prison=cast.prison).staff
    profile(cast.of(Role.POM), cast.prison, "probation", 2.5)
    profile(prison_pom, cast.prison, "prison")
    for staff, tiers in ((cast.of(Role.POM), "AAB"), (prison_pom, "C")):
        for tier in tiers:
            PomAllocationFactory(person=determine(cast.person(), tier=tier), staff=staff)
    against = {"pom_type": "prison", "recommended_type": "probation", "started_because": "Knows him"}
    PomAllocationFactory(person=determine(cast.person(), tier="B"), staff=prison_pom, **against)
    determine(cast.person(), tier="D")
    return cast


def test_cases_by_tier_and_type(mixed: Cast) -> None:
    mix = mixed.client(Role.HOMD).get(address("case-mix")).context["mix"]
    by_tier = {row.words: [number.count for number in (*row.by_type, row.without)] for row in mix.tiers}
    assert by_tier["Tier A"] == [2, 0, 0, 0]
    assert by_tier["Tier B"] == [1, 1, 0, 0]
    assert by_tier["Tier D"] == [0, 0, 0, 1]
    assert (mix.together.together.count, mix.against.count) == (5, 1)


def test_a_type_that_nobody_had_recorded_is_not_against_the_advice_and_is_listed_apart(mixed: Cast) -> None:
    PomAllocationFactory(person=determine(mixed.person(), tier="B"), recommended_type="probation", pom_type="")
    client = mixed.client(Role.HOMD)
    assert client.get(address("case-mix")).context["mix"].against.count == 1
    found = {answer: client.get(address("cases"), {"against": answer}).context["list"].count for answer in KNOWN}
    assert found == {"yes": 1, "unknown": 1}


def test_the_planning_share_is_information_with_its_source(mixed: Cast) -> None:
    page = mixed.client(Role.HOMD).get(address("case-mix"))
    assert "40% of the cases are held by prison POMs; about 30% was planned" in page.content.decode()
    assert [limit.step.rule for limit in page.context["limits"]] == ["AL-06", "AL-07", "AL-08"]
    assert all(limit.step.source and not limit.warning for limit in page.context["limits"])
