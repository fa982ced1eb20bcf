"""Steps, registries and versions: what every rule speaks in."""

import json
from datetime import date, timedelta

import pytest

from omic.policy import (
    DEFAULT_POLICY,
    OPERATING_MODEL,
    POLICY_IDS,
    POLICY_VERSIONS,
    TIER_SERVICE,
    Cite,
    Rule,
    Step,
    in_force,
    registry,
    render_steps,
    steps_as_json,
    steps_from_json,
)

HO_06 = Rule("HO-06", "Eight months before parole eligibility.", Cite(OPERATING_MODEL, "Allocation"))
TI_07 = Rule("TI-07", "The national criteria.", Cite(TIER_SERVICE, "ProtectLevelCalculator.kt"))
STEPS = (Step("HO-06", "PED 2026-12-31"), Step("TI-07", "25 points"))


def test_steps_survive_storage() -> None:
    stored = json.dumps(steps_as_json(STEPS))
    assert stored == '[["HO-06", "PED 2026-12-31"], ["TI-07", "25 points"]]'
    assert steps_from_json(json.loads(stored)) == STEPS


def test_steps_are_rendered_with_words_and_citation() -> None:
    parole, tier = render_steps(STEPS, registry((HO_06, TI_07)))
    assert (parole.rule, parole.text, parole.found) == ("HO-06", HO_06.words, "PED 2026-12-31")
    assert (parole.source, parole.locator) == ("002_3686c8077551630d.txt", "Allocation")
    assert tier.source == "HMPPS Tier (national service)"


def test_an_id_stands_once() -> None:
    with pytest.raises(ValueError, match="HO-06"):
        registry((HO_06, HO_06))


@pytest.mark.parametrize("version", POLICY_VERSIONS[1:], ids=lambda version: version.id)
def test_a_version_starts_on_its_first_day(version) -> None:
    before = in_force(POLICY_VERSIONS, version.from_on - timedelta(days=1))
    assert in_force(POLICY_VERSIONS, version.from_on) == version
    assert before is not None
    assert before.id == POLICY_IDS[POLICY_IDS.index(version.id) - 1]


def test_nothing_is_in_force_before_the_first() -> None:
    assert in_force(POLICY_VERSIONS[1:], date(2019, 9, 30)) is None


def test_only_the_default_needs_no_adoption() -> None:
    assert [version.id for version in POLICY_VERSIONS if not version.by_adoption] == [DEFAULT_POLICY]
