"""Several lists counted in one query: what a panel of numbers costs."""

from typing import Any

from django.db.models import F, Func, IntegerField, QuerySet, Subquery

from omic.models import Prison


def counted(rows: QuerySet[Any]) -> Subquery:
    """How many rows there are, as part of another query."""
    return Subquery(_only(rows, "COUNT", "pk"), output_field=IntegerField())


def latest(rows: QuerySet[Any], field: str) -> Subquery:
    """The greatest value of a field, as part of another query."""
    return Subquery(_only(rows, "MAX", field))


def ask(prison: Prison, **asked: Subquery) -> dict[str, Any]:
    """The answers to several questions about a prison, by their names."""
    answers: dict[str, Any] = dict(Prison.objects.filter(pk=prison.pk).values(**asked).get())
    return answers


def _only(rows: QuerySet[Any], function: str, field: str) -> QuerySet[Any]:
    # A plain function, so that Django groups by nothing.
    return rows.order_by().annotate(only=Func(F(field), function=function)).values("only")
