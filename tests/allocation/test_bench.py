"""The bench of pages runs, opens every page that it names, and nothing of it stays."""

import pytest

from allocation.bench import pages
from omic.models import Person, Prison

pytestmark = [pytest.mark.long, pytest.mark.django_db]


def test_the_bench_prints_each_page_and_keeps_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pages, "PASSES", 1)
    monkeypatch.setattr(pages, "SIZES", (20,))
    lines = list(pages.bench(20))
    assert len(lines) == 2 + len((*pages.OF_HOMD, *pages.OF_POM, *pages.OF_KEY_WORKER))
    assert not Person.objects.exists()
    assert not Prison.objects.filter(code__startswith="ZZ").exists()
