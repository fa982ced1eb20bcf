"""Several lists counted in one query: what a panel of numbers costs."""

from collections.abc import Callable, Hashable
from functools import lru_cache, wraps
from typing import Any

from django.db import connection
from django.db.models import Count, F, Func, IntegerField, Q, QuerySet, Subquery

from omic.models import Prison

KEPT = 256  # questions of one kind: a day of every prison that one server serves, and of the staff who look


def counted(rows: QuerySet[Any]) -> Subquery:
    """How many rows there are, as part of another query."""
    return Subquery(_only(rows, "COUNT", "pk"), output_field=IntegerField())


def latest(rows: QuerySet[Any], field: str) -> Subquery:
    """The greatest value of a field, as part of another query."""
    return Subquery(_only(rows, "MAX", field))


def about(prison: Prison, **asked: Subquery) -> QuerySet[Any]:
    """Several questions about a prison: one row, in which the answers stand by their names."""
    return Prison.objects.filter(pk=prison.pk).values(**asked)


def tally(rows: QuerySet[Any], **which: Q) -> QuerySet[Any]:
    """How many of the rows are among each of several: one row, in which the numbers stand by their names."""
    return rows.order_by().values(**{name: _Number("pk", filter=among, distinct=True) for name, among in which.items()})


def kept(question: Callable[..., QuerySet[Any]]) -> Callable[..., dict[str, Any]]:
    """A question of one row whose SQL is written once for the same arguments and from then on only sent.

    Writing what stands on every page takes Django longer than answering it takes PostgreSQL. `question` may look at its
    arguments alone, at the identity of those that are rows (a prison, a member of staff, a standing); what it said
    would be kept with the SQL, so that asking the database meanwhile raises RuntimeError. One argument is the day:
    nothing is kept for longer than somebody looks at that day.
    """

    @lru_cache(maxsize=KEPT)
    def written(*args: Hashable) -> tuple[tuple[str, ...], str, tuple[Any, ...]]:
        with connection.execute_wrapper(_refuse):
            query = question(*args).query
            return tuple(query.annotation_select), *query.sql_with_params()

    @wraps(question)
    def asked(*args: Hashable) -> dict[str, Any]:
        names, sql, parameters = written(*args)
        with connection.cursor() as cursor:
            cursor.execute(sql, parameters)
            return dict(zip(names, cursor.fetchone(), strict=True))

    return asked


def _refuse(*_: Any) -> Any:
    raise RuntimeError("A question that is kept may not ask the database while it is written.")


class _Number(Count):
    contains_aggregate = False  # as below


def _only(rows: QuerySet[Any], function: str, field: str) -> QuerySet[Any]:
    # A plain function, so that Django groups by nothing.
    return rows.order_by().annotate(only=Func(F(field), function=function)).values("only")
