"""The night's determine, compare and write beside the SQL that does the same to the same stored facts."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from time import perf_counter

from django.db import connection, transaction

from handover.bench.sql import COPY, CREATE, QUERIES, copy_line
from handover.pipeline import determine_handovers
from handover.rules import HandoverFacts
from omic import clock
from omic.models import Estate, Operator, Person, Prison
from omic.policy import DEFAULT_POLICY
from omic.reconcile import Window, in_batches, window_of

CODE = "ZZZ"
# Made-up people straight into the tables: what is measured is reading, determining, comparing and writing.
_PEOPLE = """
    INSERT INTO omic_person (ref, prison_number, forename, middle_names, surname, date_of_birth, sex, legal_status,
        imprisonment_status, prison_id, presence, cell, reception_on, arrived_on, restricted_patient, hospital,
        location_description, csra, category, earliest_release_kind, booking_id, roll_digest, version)
    SELECT gen_random_uuid(), 'Z' || lpad((i %% 10000)::text, 4, '0') || 'Z' || chr(65 + i / 10000), 'Bench', '',
        'Mark' || i, date '1980-01-01' + i %% 9000, 'male', 'SENTENCED', '', %(code)s, 'in', '',
        %(on)s::date - i %% 3650, %(on)s::date - i %% 730, false, '', '', '', '', '', '', '', 1
    FROM generate_series(0, %(last)s) i
"""
_SENTENCES = """
    INSERT INTO omic_sentence (person_id, kind, started_on, crd, ard, ped, ted, recalled, recall_kind, policy, version)
    SELECT id, CASE WHEN n %% 100 < 15 THEN 'indeterminate' ELSE 'determinate' END, reception_on,
        CASE WHEN n %% 100 >= 20 THEN reception_on + 60 + (n * 7919 %% 2700)::int END,
        CASE WHEN n %% 100 >= 50 THEN reception_on + 70 + (n * 7919 %% 2700)::int END,
        CASE WHEN n %% 100 >= 88 THEN reception_on + 90 + (n * 104729 %% 3600)::int END,
        CASE WHEN n %% 100 < 14 THEN reception_on + 730 + (n * 15485863 %% 8395)::int END,
        n %% 12 = 0, '', '', 1
    FROM (SELECT id, reception_on, id %% 100000 AS n FROM omic_person WHERE prison_id = %(code)s) p
"""
_DETAILS = """
    INSERT INTO omic_casedetails (person_id, provider, mappa_level, early_allocation, version)
    SELECT id, 'nps', CASE WHEN id %% 2 = 0 THEN id %% 4 END, id %% 50 = 0, 1
    FROM omic_person WHERE prison_id = %(code)s
"""
_FACTS = """
    CREATE TEMPORARY VIEW people AS
    SELECT p.id, %(policy)s::text AS policy, s.kind AS sentence_type, 'sentenced'::text AS legal_status,
        s.started_on AS sentence_start, s.ard, s.crd, s.ped, s.ted, s.hdced, s.hdc_actual, NULL::date AS thd,
        s.recalled, false AS immigration, d.provider, d.mappa_level,
        coalesce(d.early_allocation, false) AS early_allocation, d.early_allocation_agreed_on,
        NULL::text AS parole_outcome, coalesce(d.com_oasys_reviewed, false) AS com_oasys_reviewed,
        NULL::date AS last_review_on, d.recall_hearing_outcome,
        coalesce(d.additional_isp, false) AS additional_isp, false AS open_conditions,
        false AS womens_estate, p.arrived_on AS prison_arrival, d.category_active_since, d.moved_to_open_on,
        coalesce(d.welsh_open, false) AS welsh_open, %(on)s::date AS today, s.id AS sentence_id
    FROM omic_person p JOIN omic_sentence s ON s.person_id = p.id AND s.closed_at IS NULL
    LEFT JOIN omic_casedetails d ON d.person_id = p.id WHERE p.prison_id = %(code)s
"""
_COPY_OF_TABLE = "CREATE TEMPORARY TABLE bench_answers (LIKE handover_handoverdetermination INCLUDING ALL)"
# Compare with what stands and write what differs: the same columns, facts and a step as JSON, the same indexes.
_WRITE = """
    INSERT INTO bench_answers (person_id, reason, policy, facts, steps, digest, determined_on, determined_at, fixed,
        start_on, handover_on, earliest_release_kind, earliest_release_on, blocking, provisional, sentence_id)
    SELECT a.id, a.reason, f.policy, f.facts, jsonb_build_array(jsonb_build_array('HO-20', f.policy),
            jsonb_build_array(a.reason, a.handover_on)), md5(f.facts::text || a::text), f.today, now(),
        a.fixed, a.start_on, a.handover_on, a.kind, a.release_on, a.blocking::varchar[],
        CASE WHEN a.provisional THEN '{{provider_unknown}}' ELSE '{{}}' END::varchar[], f.sentence_id
    FROM ({query}) a (id, reason, fixed, start_on, handover_on, kind, release_on, blocking, provisional)
    JOIN (SELECT id, policy, today, sentence_id, to_jsonb(people) - 'today' - 'id' AS facts FROM people) f USING (id)
    LEFT JOIN bench_answers b ON b.person_id = a.id AND b.superseded_at IS NULL
    WHERE b.digest IS DISTINCT FROM md5(f.facts::text || a::text)
"""


@dataclass(frozen=True, slots=True)
class Night:
    """Seconds that a night took to write everybody's first answer, and to find that nothing has changed."""

    first: float
    again: float


def seconds_by_sql(people: Sequence[HandoverFacts], policy: str) -> float:
    """Seconds that the same rule takes as one query over a table of the same facts."""
    lines = (copy_line(number, policy, _as_columns(facts)) for number, facts in enumerate(people))
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(CREATE)
        cursor.copy_expert(COPY, StringIO("".join(lines)))
        seconds = _seconds(
            lambda: cursor.execute(f"SELECT count(*), max(handed.*::text) FROM ({QUERIES[policy]}) handed")  # noqa: S608
        )
        transaction.set_rollback(True)
    return seconds


def _as_columns(facts: HandoverFacts) -> dict[str, object]:
    return {name: getattr(facts, name) for name in facts.__slots__}


def measure_night(people: int) -> tuple[Night, Night]:
    """The product's night and the SQL's, over the same made-up people; all of it is rolled back."""
    with transaction.atomic():
        window = window_of(clock.today(), clock.now())
        _fill(people, window)
        ours, floor = _ours(window), _by_sql(window)
        _must_agree()
        transaction.set_rollback(True)
    return ours, floor


def _fill(people: int, window: Window) -> None:
    Prison.objects.create(
        code=CODE,
        name="HMP Bench",
        country="england",
        estate=Estate.MEN_CLOSED,
        operator=Operator.PUBLIC,
        fictional=True,
    )
    scope = {"code": CODE, "on": window.on, "last": people - 1, "policy": DEFAULT_POLICY}
    with connection.cursor() as cursor:
        for statement in (_PEOPLE, _SENTENCES, _DETAILS, _FACTS):
            cursor.execute(statement, scope)
        cursor.execute(_COPY_OF_TABLE)


def _ours(window: Window) -> Night:
    everybody = list(Person.objects.filter(prison=CODE).values_list("pk", flat=True))

    def night(window: Window) -> None:
        for batch in in_batches(everybody):
            determine_handovers(batch, window)

    tomorrow = window_of(window.on + timedelta(days=1), window.at + timedelta(days=1))
    return Night(_seconds(lambda: night(window)), _seconds(lambda: night(tomorrow)))


def _by_sql(_window: Window) -> Night:
    statement = _WRITE.format(query=QUERIES[DEFAULT_POLICY])
    with connection.cursor() as cursor:
        return Night(_seconds(lambda: cursor.execute(statement)), _seconds(lambda: cursor.execute(statement)))


def _must_agree() -> None:
    """A floor that answers something else is none."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            SELECT count(*) FROM bench_answers b JOIN handover_handoverdetermination h USING (person_id)
            WHERE h.superseded_at IS NULL
              AND (b.reason, b.fixed, b.start_on, b.handover_on, b.earliest_release_on)
                  IS DISTINCT FROM (h.reason, h.fixed, h.start_on, h.handover_on, h.earliest_release_on)
            """
        )
        (different,) = cursor.fetchone()
    if different:
        raise RuntimeError(f"{different} people are answered differently by the SQL.")


def _seconds(work: Callable[[], object]) -> float:
    begun = perf_counter()
    work()
    return perf_counter() - begun
