"""Staff of every role for each prison: the personas, who sign in, and the colleagues whom they meet."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta

from django.contrib.auth.hashers import make_password

from omic.demo.personas import PASSWORD, PERSONAS
from omic.demo.places import GROUP, Demonstration, Place
from omic.fictional.names import MEN, SURNAMES, WOMEN
from omic.models import PRISON_ROLES, Posting, Prison, PrisonSetting, Role, Staff, Wing

CANNOT_SIGN_IN = "!demonstration"  # a password that nothing hashes to
PEOPLE_A_KEY_WORKER = 6
PEOPLE_A_POM, FEWEST_POMS = 45, 3
OTHERS = {  # beside the personas, how many hold a role in each prison
    Role.KEY_WORK_MANAGER: 3,
    Role.KEY_WORK_CHAMPION: 1,
    Role.HOMD: 1,
    Role.HOMS: 1,
    Role.CASE_ADMINISTRATOR: 3,
    Role.SAFER_CUSTODY: 2,
    Role.GOVERNOR: 1,
}
LONG_AGO = timedelta(days=900)


@dataclass(frozen=True, slots=True)
class Job:
    """A posting to be filled."""

    role: Role
    place: Place
    wing: str = ""
    left: int = 0  # days since it ended, where it has


def make_prisons(demo: Demonstration) -> dict[str, int]:
    """The prisons with their wings."""
    Prison.objects.bulk_create(
        Prison(
            code=place.code,
            name=place.holds.name,
            country="england",
            estate=place.estate,
            operator=place.operator,
            fictional=True,
        )
        for place in demo.places
    )
    wings = [Wing(prison_id=place.code, code=code) for place in demo.places for code in place.holds.wings]
    Wing.objects.bulk_create(wings)
    return {"Prisons": len(demo.places), "Wings": len(wings)}


def make_staff(demo: Demonstration) -> dict[str, int]:
    """Personas first, with the password that the sign-in page shows; nobody else can sign in."""
    wings = {(wing.prison_id, wing.code): wing for wing in Wing.objects.filter(prison__fictional=True)}
    personas = _personas(demo)
    jobs = [job for place in demo.places for job in _jobs(place)]
    others = _colleagues(demo, len(jobs))
    Staff.objects.bulk_create([staff for staff, _ in personas] + others)
    postings = [posting for _, posting in personas]
    for staff, job in zip(others, jobs, strict=True):
        postings.append(_posting(demo, staff, job, wings.get((job.place.code, job.wing))))
    Posting.objects.bulk_create(postings)
    _give_persona_a_wing(wings)
    return {"Staff": len(postings)} | _settings(demo)


def _personas(demo: Demonstration) -> list[tuple[Staff, Posting]]:
    password = make_password(PASSWORD)
    made = []
    for persona in PERSONAS:
        staff = Staff(
            username=persona.username,
            forename=persona.forename,
            surname=persona.surname,
            email=f"{persona.username}@demonstration.example",
            password=password,
        )
        group = "" if persona.prison else GROUP
        place = {"prison_id": persona.prison or None, "group": group, "starts_on": demo.on - LONG_AGO}
        made.append((staff, Posting(staff=staff, role=persona.role, **place)))
    return made


def _give_persona_a_wing(wings: dict[tuple[str, str], Wing]) -> None:
    """The wing officer sees the people of one wing."""
    for persona in PERSONAS:
        if persona.role == Role.WING_OFFICER:
            wing = wings[persona.prison, "A"]
            Posting.objects.filter(staff__username=persona.username).update(wing=wing)


def _jobs(place: Place) -> Iterator[Job]:
    wings, size = place.holds.wings, place.holds.size
    for number in range(size // PEOPLE_A_KEY_WORKER + 1):
        yield Job(Role.KEY_WORKER, place, wings[number % len(wings)])
    yield Job(Role.KEY_WORKER, place, wings[0], left=3)  # whose people now wait for another
    for _ in range(max(FEWEST_POMS, size // PEOPLE_A_POM)):
        yield Job(Role.POM, place)
    for wing in wings:
        yield Job(Role.WING_OFFICER, place, wing)
    for role, number in OTHERS.items():
        assert role in PRISON_ROLES
        yield from [Job(role, place)] * number


def _colleagues(demo: Demonstration, number: int) -> list[Staff]:
    chance = demo.chance("staff")
    found = []
    for serial in range(number):
        forename, surname = chance.choice(MEN + WOMEN), chance.choice(SURNAMES)
        username = f"{forename}.{surname}.{serial + 1}".lower()
        found.append(
            Staff(
                username=username,
                forename=forename,
                surname=surname,
                email=f"{username}@demonstration.example",
                password=CANNOT_SIGN_IN,
            )
        )
    return found


def _posting(demo: Demonstration, staff: Staff, job: Job, wing: Wing | None) -> Posting:
    ends_on: date | None = demo.on - timedelta(days=job.left) if job.left else None
    starts_on = demo.on - LONG_AGO
    return Posting(
        staff=staff, role=job.role, prison_id=job.place.code, wing=wing, starts_on=starts_on, ends_on=ends_on
    )


def _settings(demo: Demonstration) -> dict[str, int]:
    """What HOMS has said of each prison; what is left out is unknown, and listed so."""
    homs = {posting.prison_id: posting.staff for posting in Posting.objects.filter(role=Role.HOMS)}
    rows = [
        PrisonSetting(
            prison_id=place.code,
            kind=kind,
            value=value,
            starts_on=demo.on - LONG_AGO,
            recorded_by=homs[place.code],
            recorded_at=demo.at,
        )
        for place in demo.places
        for kind, value in place.settings
    ]
    PrisonSetting.objects.bulk_create(rows)
    return {"Prison settings": len(rows)}
