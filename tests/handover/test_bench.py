"""The bench runs, its floor answers as the product does, and nothing of it stays."""

import pytest

from handover.bench import rules
from handover.models import HandoverDetermination
from omic.models import Prison


@pytest.mark.long
@pytest.mark.django_db
def test_the_bench_prints_each_version_and_two_nights_and_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "PASSES", 1)  # each begins by collecting the garbage of all tests before
    lines = list(rules.bench(60))
    assert len(lines) == 8 and "omic_2026" in lines[5] and "ratio" in lines[7]
    assert not HandoverDetermination.objects.exists() and not Prison.objects.filter(code="ZZZ").exists()
