"""A made-up prison of any size, straight into the tables: what is measured is reading pages, not how rows came.

Half a year of weekly key work stands behind everybody, and the OMU's duties ahead. The same number makes the same rows.
"""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db import connection

from allocation.models import Pom
from omic.copying import tell_planner
from omic.models import Estate, Operator, Posting, Prison, Role, Staff, Wing

CASES_OF_POM, PEOPLE_OF_KEY_WORKER, WEEKS = 45, 6, 26
FILLED = 67  # people, nine of ten sentenced: as many fill a page of a list in a prison of 200 as in a greater one
TABLES = (
    "omic_person", "omic_stay", "omic_sentence", "omic_casedetails", "omic_obligation", "omic_contact", "omic_staff",
    "omic_posting", "tiering_tierdetermination", "handover_handoverdetermination", "allocation_pomallocation",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class MadeUp:
    """A prison with so many people, and who of its staff reads the pages."""

    prison: Prison
    people: int
    homd: Staff
    pom: Staff
    key_worker: Staff


# Nine of ten are sentenced, the others on remand. The first wait for a POM, the next have a handover ahead, the next
# have been handed over; from there on release is any day of two and a half years.
_PEOPLE = """
    WITH made AS (
        SELECT i, %(on)s::date + CASE
            WHEN i BETWEEN %(filled)s AND %(filled)s * 2 - 1 THEN 256 + i %% 50
            WHEN i BETWEEN %(filled)s * 2 AND %(filled)s * 3 - 1 THEN 2 * (i %% 120)
            ELSE i * 7919 %% 900 END AS release_on
        FROM generate_series(0, %(last)s) i
    )
    INSERT INTO omic_person (ref, prison_number, forename, middle_names, surname, date_of_birth, sex, legal_status,
        imprisonment_status, prison_id, presence, wing_id, cell, reception_on, arrived_on, restricted_patient, hospital,
        location_description, csra, category, earliest_release_on, earliest_release_kind, pom_id, key_worker_id,
        booking_id, roll_digest, seen_on_roll_at, version)
    SELECT gen_random_uuid(), %(letter)s || lpad((i %% 10000)::text, 4, '0') || 'ZZ', 'Sam', '',
        chr(65 + i %% 26) || 'ersonable' || i, date '1980-01-01' + i %% 9000, 'male',
        CASE WHEN i %% 10 = 0 THEN 'REMAND' ELSE 'SENTENCED' END, '', %(code)s, 'in',
        (%(wings)s::bigint[])[1 + i %% 8], 'A-1-' || i, %(on)s::date - i %% 900, %(on)s::date - i %% 400, false, '', '',
        '', 'C', release_on, 'crd',
        CASE WHEN i %% 10 > 0 AND i >= %(filled)s THEN (%(poms)s::bigint[])[1 + (i + i / 10) %% %(pom_count)s] END,
        (%(workers)s::bigint[])[1 + i %% %(worker_count)s], '', '', %(at)s, 1
    FROM made
"""
_STAYS = """
    INSERT INTO omic_stay (person_id, prison_id, arrived_on, ended_because)
    SELECT id, prison_id, arrived_on, '' FROM omic_person WHERE prison_id = %(code)s
"""
_SENTENCES = """
    INSERT INTO omic_sentence (person_id, kind, started_on, crd, ped, sed, recalled, recall_kind, policy, version)
    SELECT id, 'determinate', reception_on, earliest_release_on, CASE WHEN id %% 5 = 0 THEN earliest_release_on END,
        earliest_release_on + 900, false, '', '', 1
    FROM omic_person WHERE prison_id = %(code)s AND legal_status = 'SENTENCED'
"""
_DETAILS = """
    INSERT INTO omic_casedetails (person_id, rosh, mappa_level, rsr, provider, com_name, ldu, version)
    SELECT id, CASE WHEN id %% 20 > 0 THEN 'medium' END, 0, 2, 'nps', CASE WHEN id %% 2 = 0 THEN 'Casey Munity' END,
        'Anytown', 1
    FROM omic_person WHERE prison_id = %(code)s
"""
_TIERS = """
    INSERT INTO tiering_tierdetermination (person_id, reason, policy, facts, steps, digest, determined_on,
        determined_at, letter, points, breakdown, provisional, origin, community_breakdown, community_provisional)
    SELECT id, 'settled', 'tier', '{{}}', '[]', '', %(on)s::date - 30, %(at)s - interval '30 days',
        substr('ABCD', 1 + (id %% 4)::int, 1), 10, '[]', false, 'computed', '[]', false
    FROM omic_person WHERE prison_id = %(code)s AND legal_status = 'SENTENCED'
"""
_HANDOVERS = """
    INSERT INTO handover_handoverdetermination (person_id, reason, policy, facts, steps, digest, determined_on,
        determined_at, start_on, handover_on, earliest_release_kind, earliest_release_on, blocking, provisional)
    SELECT id, 'determinate', 'omic', '{{}}', '[]', '', %(on)s::date - 30, %(at)s - interval '30 days',
        earliest_release_on - 255, earliest_release_on - 255, 'crd', earliest_release_on, '{{}}', '{{}}'
    FROM omic_person WHERE prison_id = %(code)s AND legal_status = 'SENTENCED'
"""
_ALLOCATIONS = """
    INSERT INTO allocation_pomallocation (person_id, prison_id, staff_id, part, pom_type, recommended_type, started_at,
        started_because, note, ended_because)
    SELECT id, prison_id, pom_id, 'primary', 'probation', 'probation', %(at)s - id %% 300 * interval '1 day', '', '', ''
    FROM omic_person WHERE prison_id = %(code)s AND pom_id IS NOT NULL
"""
_OBLIGATION = """
    INSERT INTO omic_obligation (person_id, prison_id, kind, slot, owner_role, owner_id, wing_id, priority_groups,
        opens_on, due_on, due_before, met_by, waived_by, quantity, unit, done, basis, with_roles, rule, policy, steps,
        state, note, created_at, met_at, closed_at, closed_because)
    SELECT p.id, p.prison_id, {kind}, {slot}, {role}, {owner}, p.wing_id, '{{}}', {opens}, {due},
        ({due} + 1)::timestamp AT TIME ZONE 'Europe/London', {met_by}, '{{}}', 1, 'contacts', {done}, 'owed', '{{}}',
        'XX-00', 'bench', '[]', {state}, '', %(at)s, {met_at}, {closed_at}, {because}
    FROM omic_person p {more} WHERE p.prison_id = %(code)s AND {where}
"""
_OPEN = {"met_by": "''", "done": "0", "state": "'open'", "met_at": "NULL", "closed_at": "NULL", "because": "''"}
_OF_POM = {**_OPEN, "role": "'pom'", "owner": "p.pom_id", "more": ""}
_MONDAY = "date_trunc('week', %(on)s::date)::date - w * 7"
_WEEKS = {
    "kind": "'key_work_session'",
    "slot": f"({_MONDAY})::text || '@' || p.prison_id",
    "role": "'key_worker'",
    "owner": "p.key_worker_id",
    "opens": _MONDAY,
    "due": f"({_MONDAY} + 6)",
    "met_by": "'session'",
    "done": "CASE WHEN (p.id + w) %% 10 < 7 THEN 1 ELSE 0 END",
    "state": "CASE WHEN (p.id + w) %% 10 < 7 THEN 'met' ELSE 'missed' END",
    "met_at": f"CASE WHEN (p.id + w) %% 10 < 7 THEN ({_MONDAY})::timestamptz END",
    # What was missed last week is still to be held.
    "closed_at": f"CASE WHEN w > 1 OR (p.id + w) %% 10 < 7 THEN ({_MONDAY})::timestamptz END",
    "because": "CASE WHEN w > 1 OR (p.id + w) %% 10 < 7 THEN 'met' ELSE '' END",
    "more": "CROSS JOIN generate_series(1, %(weeks)s) w",
    "where": "true",
}
_THIS_WEEK = {**_WEEKS, **_OPEN, "met_by": "'session'", "more": "CROSS JOIN generate_series(-1, 0) w"}
_DUTIES = (
    _WEEKS,
    _THIS_WEEK,
    {
        **_OF_POM,
        "kind": "'handover'",
        "slot": "'1'",
        "opens": "p.earliest_release_on - 311",
        "due": "(p.earliest_release_on - 255)",
        "where": "p.legal_status = 'SENTENCED' AND p.earliest_release_on > %(on)s::date + 250",
    },
    {
        **_OF_POM,
        "kind": "'oasys_review'",
        "slot": "'1'",
        "opens": "%(on)s::date - 60",
        "due": "(%(on)s::date - 20 + (p.id %% 400)::int)",
        "where": "p.pom_id IS NOT NULL",
    },
    {
        **_OF_POM,
        "kind": "'risk_to_read'",
        "slot": "'1'",
        "opens": "%(on)s::date - 5",
        "due": "NULL::date",
        "where": "p.pom_id IS NOT NULL AND p.id %% 20 = 0",
    },
    {
        **_OF_POM,
        "kind": "'allocate_pom'",
        "slot": "'1'",
        "role": "'homd'",
        "owner": "NULL",
        "opens": "p.arrived_on",
        "due": "NULL::date",
        "where": "p.legal_status = 'SENTENCED' AND p.pom_id IS NULL",
    },
)
_CONTACTS = """
    INSERT INTO omic_contact (person_id, prison_id, kind, at, minutes, by_id, text, nomis_type, recorded_at, request_id,
        amended_because)
    SELECT person_id, prison_id, 'session', met_at, 45, owner_id, 'We talked.', 'KA/KS', met_at, gen_random_uuid(), ''
    FROM omic_obligation WHERE prison_id = %(code)s AND kind = 'key_work_session' AND state = 'met'
"""


def make_prison(number: int, people: int, *, on: date, at: datetime) -> MadeUp:
    """A prison with so many people; `number` tells several apart. Call it inside a transaction that is rolled back."""
    code = f"ZZ{number}"
    prison = Prison.objects.create(
        code=code,
        name=f"HMP Bench {number}",
        country="england",
        estate=Estate.MEN_CLOSED,
        operator=Operator.PUBLIC,
        fictional=True,
    )
    wings = Wing.objects.bulk_create(Wing(prison=prison, code=letter) for letter in "ABCDEFGH")
    homd, filled = _staff(prison, Role.HOMD, 1, on)[0], min(FILLED, people // 3)
    poms = _staff(prison, Role.POM, max(1, (people - filled) * 9 // 10 // CASES_OF_POM), on)
    workers = _staff(prison, Role.KEY_WORKER, max(1, people // PEOPLE_OF_KEY_WORKER), on)
    Pom.objects.bulk_create(
        Pom(staff=pom, prison=prison, pom_type="probation", working_days=5, starts_on=on, recorded_at=at)
        for pom in poms
    )
    facts = {"code": code, "letter": "VWXYZ"[number], "on": on, "at": at, "last": people - 1}
    facts |= {"weeks": WEEKS, "filled": filled}
    facts |= {"wings": [wing.pk for wing in wings], "poms": [pom.pk for pom in poms], "pom_count": len(poms)}
    facts |= {"workers": [one.pk for one in workers], "worker_count": len(workers)}
    duties = [_OBLIGATION.format(**duty) for duty in _DUTIES]
    statements = (_STAYS, _SENTENCES, _DETAILS, _TIERS, _HANDOVERS)
    with connection.cursor() as cursor:
        for statement in (_PEOPLE, *(one.format() for one in statements), _ALLOCATIONS, *duties, _CONTACTS):
            cursor.execute(statement, facts)
    return MadeUp(prison, people, homd, poms[0], workers[0])


def settle_statistics() -> None:
    """Plans as they are on an evening after an import, not those of empty tables."""
    tell_planner(*TABLES)


def _staff(prison: Prison, role: Role, count: int, on: date) -> list[Staff]:
    staff = Staff.objects.bulk_create(
        Staff(username=f"{prison.pk}-{role}-{number}", forename="Robin", surname=f"Bench{number:03}")
        for number in range(count)
    )
    starts_on = on - timedelta(days=1000)
    Posting.objects.bulk_create(Posting(staff=one, role=role, prison=prison, starts_on=starts_on) for one in staff)
    return staff
