"""Two HOMDs at once, on connections of their own: one wins, the other is told who (H10, R4)."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from django.db import connection

from allocation.actions import RefusedError, allocate_pom
from allocation.models import PomAllocation
from omic.models import Obligation, ObligationKind, Person, Role, Staff
from tests.cast import make_cast
from tests.factories import NOW, PostingFactory

HOMDS = 4
ROLES = (Role.POM, Role.HOMD)


def decide(barrier: Barrier, person: Person, pom: Staff, homd: Staff, number: int) -> str:
    try:
        barrier.wait()
        allocate_pom(person=person, staff=pom, replaces=None, by=homd, at=NOW + timedelta(seconds=number))
    except RefusedError as refused:
        return str(refused)
    else:
        return "won"
    finally:
        connection.close()


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("attempt", range(5))
def test_of_several_who_decide_at_once_one_wins_and_is_named(attempt: int) -> None:
    cast = make_cast()
    person, barrier = cast.person(), Barrier(HOMDS)
    pairs = [
        (
            PostingFactory(role=Role.POM, prison=cast.prison).staff,
            PostingFactory(role=Role.HOMD, prison=cast.prison).staff,
        )
        for _ in range(HOMDS)
    ]
    with ThreadPoolExecutor(HOMDS) as pool:
        jobs = [pool.submit(decide, barrier, person, *pair, number) for number, pair in enumerate(pairs)]
    answers = [job.result() for job in jobs]
    allocation = PomAllocation.objects.get()
    assert answers.count("won") == 1
    assert pairs[answers.index("won")] == (allocation.staff, allocation.started_by)
    told = f"{allocation.started_by} allocated {allocation.staff}"
    assert all(answer == "won" or answer.startswith(told) for answer in answers)
    assert Person.objects.get().pom == allocation.staff
    assert not Obligation.objects.demanding().filter(kind=ObligationKind.ALLOCATE_POM).exists()
