"""The rules against the same rulebook as set-based SQL, in Postgres, over a table of facts.

`ORACLE_PEOPLE=1000000 pytest tests/handover/test_oracle_sql.py` compares a million.
"""

from collections.abc import Iterator
from io import StringIO
from itertools import islice

import pytest
from django.db import connection

from handover.bench.sql import COPY, CREATE, QUERIES, copy_line
from handover.rules import HandoverFacts, determine
from tests.handover.oracle import Expected, Facts
from tests.handover.people import people
from tests.handover.test_oracle import PEOPLE, answered

AT_ONCE = 100_000


def by_sql(asked: list[tuple[Facts, str]]) -> Iterator[tuple[int, Expected]]:
    """The answers of the database, each with its person's number."""
    lines = StringIO("".join(copy_line(number, policy, facts) for number, (facts, policy) in enumerate(asked)))
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE IF EXISTS people")
        cursor.execute(CREATE)
        cursor.cursor.copy_expert(COPY, lines)
        for query in QUERIES.values():
            cursor.execute(query)
            for number, reason, fixed, start_on, handover_on, kind, on, blocking, provisional in cursor:
                release, marks = (kind, on) if kind else None, ("provider_unknown",) if provisional else ()
                yield number, Expected(reason, fixed, start_on, handover_on, release, tuple(blocking), marks)


@pytest.mark.django_db
def test_no_person_is_answered_differently_by_the_database() -> None:
    everyone, compared = people(PEOPLE, seed=20260331), 0
    while asked := list(islice(everyone, AT_ONCE)):
        for number, expected in by_sql(asked):
            facts, policy = asked[number]
            assert answered(determine(HandoverFacts(**facts), policy=policy)) == expected, (policy, facts)
            compared += 1
    assert compared == PEOPLE
