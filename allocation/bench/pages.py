"""`manage.py bench pages`: each page in prisons of 200, 800 and 1,600 people, beside what it cannot do without.

A page's floor is a plain response to the same reader (the whole middleware, sign-in and scope, no page), the page's own
SQL sent again without the ORM, and its own template rendered again from what it read, all timed in the same run. All
three prisons stand in the same tables.
"""

import gc
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from statistics import median
from time import perf_counter
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.template.backends.django import Template
from django.test import Client, override_settings
from django.urls import reverse

from allocation.bench.made_up import MadeUp, make_prison, settle_statistics
from omic import clock
from omic.calendar import london_day
from omic.models import Staff

SIZES, PASSES = (200, 800, 1_600), 15
OF_HOMD = (
    "home", "allocation:dashboard", "allocation:people", "allocation:cases", "allocation:poms", "allocation:pom",
    "allocation:duties", "allocation:case-mix", "handover:upcoming", "handover:no-com", "missing-details",
    "keywork:overdue", "keywork:unseen", "keywork:staff", "keywork:figures", "person",
)  # fmt: skip
OF_POM = ("home", "allocation:mine", "allocation:my-list", "allocation:my-duties")
OF_KEY_WORKER = ("home", "keywork:mine")
Rendered = tuple[Template, Any, Any]


@dataclass(frozen=True, slots=True)
class Asked:
    """One page for one reader in one prison, with what it sent to the database and what it rendered."""

    client: Client
    url: str
    plain_url: str
    statements: tuple[tuple[str, Any], ...]
    rendered: Rendered
    rows: int


@dataclass(slots=True)
class Times:
    """Seconds of each pass: the page, its SQL alone, its rendering alone, and a plain response."""

    page: list[float] = field(default_factory=list)
    sql: list[float] = field(default_factory=list)
    render: list[float] = field(default_factory=list)
    plain: list[float] = field(default_factory=list)

    def floor(self) -> float:
        """The sum of the parts."""
        return median(self.sql) + median(self.render) + median(self.plain)


def bench(people: int) -> Iterator[str]:
    """The lines that the command prints: prisons of at most so many people."""
    sizes = [size for size in SIZES if size <= people] or [people]
    now = clock.now()
    with transaction.atomic(), override_settings(ROOT_URLCONF="allocation.bench.urls"):
        made = [make_prison(number, size, on=london_day(now), at=now) for number, size in enumerate(sizes)]
        settle_statistics()
        yield f"{PASSES} passes; p50 of a page ÷ plain response, ÷ sum of its parts (SQL + rendering + plain response)"
        yield f"{'':34} people rows queries ÷plain    SQL render ÷parts p99÷50"
        for role, names in (("HOMD", OF_HOMD), ("POM", OF_POM), ("key worker", OF_KEY_WORKER)):
            for name in names:
                yield from _measured(f"{role}: {name}", [_ask(role, name, one) for one in made], sizes)
        transaction.set_rollback(True)


def _measured(title: str, asked: list[Asked], sizes: list[int]) -> Iterator[str]:
    times = [Times() for _ in asked]
    for _ in range(PASSES):
        for one, taken in zip(asked, times, strict=True):
            _once(one, taken)
    for one, taken, size in zip(asked, times, sizes, strict=True):
        yield _line(title, size, one, taken)
    if len(times) > 1:
        yield f"{'':34} {sizes[-1]:,} people ÷ {sizes[0]:,}: {median(times[-1].page) / median(times[0].page):.2f}"


def _line(title: str, size: int, asked: Asked, taken: Times) -> str:
    page, plain = median(taken.page), median(taken.plain)
    parts = [page / plain, median(taken.sql) / plain, median(taken.render) / plain]
    shares = " ".join(f"{part:>{width}.1f}" for part, width in zip(parts, (6, 6, 6), strict=True))
    slowest = max(taken.page) / page  # of so few passes the slowest stands for the 99th in a hundred
    made_of = f"{size:>6,} {asked.rows:>4} {len(asked.statements):>7}"
    return f"{title:34} {made_of} {shares} {page / taken.floor():>6.2f} {slowest:>6.2f}"


def _once(asked: Asked, taken: Times) -> None:
    gc.collect()
    taken.page.append(_seconds(lambda: asked.client.get(asked.url)))
    taken.plain.append(_seconds(lambda: asked.client.get(asked.plain_url)))
    taken.sql.append(_seconds(lambda: _send(asked.statements)))
    taken.render.append(_without_database(asked.rendered))


def _send(statements: tuple[tuple[str, Any], ...]) -> None:
    """The same statements to the driver itself, every row fetched."""
    with connection.connection.cursor() as cursor:
        for sql, parameters in statements:
            cursor.execute(sql, parameters)
            if cursor.description:
                cursor.fetchall()


def _without_database(rendered: Rendered) -> float:
    """Seconds to render once more, less what choices of a filter ask for again meanwhile."""
    template, context, request = rendered
    asked: list[float] = []

    def timed(execute: Callable[..., Any], *arguments: Any) -> Any:
        begun = perf_counter()
        try:
            return execute(*arguments)
        finally:
            asked.append(perf_counter() - begun)

    with connection.execute_wrapper(timed):
        whole = _seconds(lambda: template.render(context, request))
    return whole - sum(asked)


def _ask(role: str, name: str, made: MadeUp) -> Asked:
    """The page asked for once with everything noted, and once before, so that nothing is read for the first time."""
    client, url = _client({"HOMD": made.homd, "POM": made.pom}.get(role, made.key_worker)), _url(name, made)
    plain_url = reverse("plain", args=[made.prison.pk])
    answer = client.get(url)
    if answer.status_code != 200:
        raise RuntimeError(f"{url} answered {answer.status_code}.")
    scope, _ = _noted(client, plain_url)
    statements, rendered = _noted(client, url)
    rows = answer.content.count(b"<tr") - answer.content.count(b"<thead")
    return Asked(client, url, plain_url, tuple(statements[len(scope) :]), rendered[0], rows)


def _noted(client: Client, url: str) -> tuple[list[tuple[str, Any]], list[Rendered]]:
    """What one request sends to the database, and what it renders, the page itself first."""
    statements: list[tuple[str, Any]] = []
    rendered: list[Rendered] = []

    def note(execute: Callable[..., Any], sql: str, parameters: Any, many: bool, context: Any) -> Any:
        if not many and not sql.startswith(("SAVEPOINT", "RELEASE")):
            statements.append((sql, parameters))
        return execute(sql, parameters, many, context)

    with connection.execute_wrapper(note), _noting(rendered):
        client.get(url)
    return statements, rendered


class _noting:  # noqa: N801 - reads as what it does
    """Keeps what is rendered, the page itself first."""

    def __init__(self, rendered: list[Rendered]) -> None:
        self.rendered, self.render = rendered, Template.render

    def __enter__(self) -> None:
        render, rendered = self.render, self.rendered

        def noted(template: Template, context: Any = None, request: Any = None) -> Any:
            rendered.append((template, context, request))
            return render(template, context, request)

        Template.render = noted  # type: ignore[method-assign]

    def __exit__(self, *_: object) -> None:
        Template.render = self.render  # type: ignore[method-assign]


def _client(staff: Staff) -> Client:
    host = next((name for name in settings.ALLOWED_HOSTS if name.strip(".*")), "localhost")
    client = Client(SERVER_NAME=host.lstrip("."))
    client.force_login(staff)
    return client


def _url(name: str, made: MadeUp) -> str:
    further = {"allocation:pom": [made.pom.pk], "allocation:my-list": ["handovers"]}.get(name, [])
    if name == "person":
        further = [made.prison.people.filter(pom=made.pom).values_list("ref", flat=True)[0]]
    return reverse(name, args=[made.prison.pk, *further])


def _seconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun
