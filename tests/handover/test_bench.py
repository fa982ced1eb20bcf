"""The bench runs, its floor answers as the product does, and nothing of it stays."""

import pytest

from handover.bench.rules import bench
from handover.models import HandoverDetermination
from omic.models import Prison


@pytest.mark.django_db
def test_the_bench_prints_each_version_and_two_nights_and_keeps_nothing() -> None:
    lines = list(bench(60))
    assert len(lines) == 8 and "omic_2026" in lines[5] and "ratio" in lines[7]
    assert not HandoverDetermination.objects.exists() and not Prison.objects.filter(code="ZZZ").exists()
