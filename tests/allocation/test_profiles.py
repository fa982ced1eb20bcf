"""What is recorded of a POM: type, days, grade and base from a day on, and the priority courses (AL-18, AL-19)."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from allocation.limits import caseload_limit, span_limit
from allocation.models import Pom, PomTraining
from allocation.profiles import Profile, record_course, set_pom_profile, take_back_course
from allocation.refusals import RefusedError
from omic.models import AuditEvent, Prison, Role, Staff
from tests.allocation.cases import profile
from tests.allocation.test_pages import address
from tests.cast import Cast
from tests.factories import NOW, TODAY, PostingFactory, days

pytestmark = pytest.mark.django_db


def say(
    cast: Cast, pom_type: str = "prison", version: int | None = None, *, starts_on: date = TODAY, **more: Any
) -> Pom:
    said = Profile(pom_type=pom_type, working_days=Decimal("4.5"), **more)
    return set_pom_profile(
        staff=cast.of(Role.POM), prison=cast.prison, profile=said, starts_on=starts_on, version=version, on=TODAY,
        by=cast.of(Role.HOMD), at=NOW,
    )  # fmt: skip


def test_a_type_holds_from_its_day(cast: Cast) -> None:
    first = say(cast, starts_on=days(-10))
    second = say(cast, "probation", first.version)
    assert Pom.objects.on(days(-1)).get().pom_type == "prison"
    assert Pom.objects.on(TODAY).get() == second
    assert AuditEvent.objects.filter(action="set_pom_profile").count() == 2


def test_a_type_corrected_on_the_same_day_is_one_row(cast: Cast) -> None:
    first = say(cast)
    assert say(cast, "probation", first.version).version == 2
    assert Pom.objects.get().pom_type == "probation"


def test_a_change_is_planned_and_gives_way_to_what_is_said_later(cast: Cast) -> None:
    first = say(cast, starts_on=days(-10))
    planned = say(cast, "probation", first.version, starts_on=days(20))
    assert (Pom.objects.on(TODAY).get().pom_type, Pom.objects.on(days(20)).get()) == ("prison", planned)
    say(cast, "prison", planned.version, starts_on=days(5), operational=True)
    assert [(row.starts_on, row.ends_on) for row in Pom.objects.order_by("starts_on")] == [
        (days(-10), days(5)),
        (days(5), None),
    ]


def test_what_was_changed_meanwhile_is_not_overwritten(cast: Cast) -> None:
    say(cast)
    with pytest.raises(RefusedError, match="Somebody else has changed"):
        say(cast, "probation", None)


@pytest.mark.parametrize(
    ("facts", "field"),
    [
        ({"pom_type": "probation", "operational": True}, "operational"),
        ({"base": "hub"}, "hub"),
        ({"hub": "North"}, "hub"),
        ({"starts_on": days(-11)}, "starts_on"),
    ],
)
def test_what_cannot_be_is_refused_by_its_field(cast: Cast, facts: dict[str, Any], field: str) -> None:
    first = say(cast, starts_on=days(-10))
    with pytest.raises(RefusedError) as refused:
        say(cast, version=first.version, **facts)
    assert refused.value.field == field
    assert Pom.objects.get() == first


def test_a_course_is_recorded_corrected_and_taken_back(cast: Cast) -> None:
    about = {"staff": cast.of(Role.POM), "prison": cast.prison, "course": "oasys", "by": cast.of(Role.HOMD), "at": NOW}
    record_course(completed_on=days(-9), **about)
    record_course(completed_on=days(-8), **about)
    assert PomTraining.objects.get().completed_on == days(-8)
    with pytest.raises(RefusedError):
        record_course(completed_on=days(1), **about)
    take_back_course(**about)
    assert not PomTraining.objects.exists()


def loaded(staff: Staff, pom_type: str, days_worked: Decimal | None) -> Staff:
    staff.pom_type, staff.working_days, staff.cases = pom_type, days_worked, 41
    return staff


@pytest.mark.parametrize(
    ("pom_type", "days_worked", "warns"),
    [("probation", Decimal("2.5"), True), ("probation", Decimal(5), False), ("prison", Decimal(1), False)],
)
def test_too_many_cases_for_the_days_worked_warn_with_their_source(
    cast: Cast, pom_type: str, days_worked: Decimal, warns: bool
) -> None:
    limit = caseload_limit(loaded(cast.of(Role.POM), pom_type, days_worked), on=TODAY)
    assert bool(limit.warning) is warns
    assert (limit.step.rule, limit.step.source) == ("AL-06", "004_a1d17e901f71e4ae.txt")


@pytest.mark.parametrize(("poms", "warns"), [(14, False), (15, True)])
def test_more_than_fourteen_full_time_equivalents_warn(cast: Cast, poms: int, warns: bool) -> None:
    assert cast.of(Role.HOMD)
    rows = [PostingFactory(role=Role.POM, prison=cast.prison).staff for _ in range(poms)]
    assert bool(span_limit(cast.prison, on=TODAY).warning) is warns
    profile(rows[0], cast.prison, "prison", 2.5)
    assert "14.5" in span_limit(cast.prison, on=TODAY).words or not warns


def test_a_little_above_fourteen_for_each_homd_warns_too(cast: Cast) -> None:
    PostingFactory(role=Role.HOMD, prison=cast.prison)
    assert cast.of(Role.HOMD)
    rows = [PostingFactory(role=Role.POM, prison=cast.prison).staff for _ in range(29)]
    for staff, days_worked in zip(rows, (3, 2.5), strict=False):
        profile(staff, cast.prison, "prison", days_worked)
    limit = span_limit(cast.prison, on=TODAY)
    assert limit.words.startswith("28.1 full-time")
    assert limit.warning and "14.05" in limit.step.found


def test_no_span_where_the_contractor_manages_or_nobody_does(cast: Cast) -> None:
    assert cast.of(Role.POM)
    assert span_limit(cast.prison, on=TODAY) is None
    assert cast.of(Role.HOMD)
    Prison.objects.filter(pk="LEI").update(operator="private")
    assert span_limit(Prison.objects.get(pk="LEI"), on=TODAY) is None


def on_the_form(**more: str) -> dict[str, str]:
    starts_on = {f"starts_on_{name}": value for name, value in (("day", "18"), ("month", "11"), ("year", "2026"))}
    return {"pom_type": "prison", "working_days": "2.5", "base": "prison", **starts_on, **more}


def test_the_profile_in_the_browser(cast: Cast) -> None:
    homd, pom = cast.client(Role.HOMD), cast.of(Role.POM).pk
    page = homd.get(address("pom-profile", pom)).content.decode()
    assert "5 priority courses are not recorded" in page
    assert "002_3686c8077551630d.txt, Training" in page
    answer = homd.post(address("change-profile", pom), on_the_form(operational="no", base="hub", hub="North"))
    assert answer["Location"] == address("pom-profile", pom)
    saved = Pom.objects.get()
    assert (saved.working_days, saved.operational, saved.hub, saved.starts_on) == (
        Decimal("2.5"),
        False,
        "North",
        TODAY,
    )
    page = homd.get(address("pom-profile", pom)).content.decode()
    assert "Non-operational" in page
    assert "North" in page


def test_a_refusal_keeps_what_was_typed(cast: Cast) -> None:
    typed = on_the_form(hub="North", working_days="3.5")
    page = cast.client(Role.HOMD).post(address("change-profile", cast.of(Role.POM).pk), typed).content.decode()
    assert "There is a problem" in page
    assert 'value="North"' in page
    assert 'value="3.5"' in page
    assert not Pom.objects.exists()


def test_a_course_in_the_browser(cast: Cast) -> None:
    homd, pom = cast.client(Role.HOMD), cast.of(Role.POM).pk
    done = {"completed_on_day": "1", "completed_on_month": "10", "completed_on_year": "2026"}
    homd.post(address("pom-course", pom), {"course": "oasys", **done})
    assert "4 priority courses are not recorded" in homd.get(address("pom-profile", pom)).content.decode()
    homd.post(address("remove-course", pom, "oasys"))
    assert not PomTraining.objects.exists()


@pytest.mark.parametrize(
    ("name", "role", "status"),
    [
        ("pom-profile", Role.HOMS, 200),
        ("pom-profile", Role.POM, 403),
        ("change-profile", Role.HOMS, 403),
        ("pom-course", Role.POM, 403),
        ("pom-cover", Role.HOMS, 403),
    ],
)
def test_who_sees_and_who_records(cast: Cast, name: str, role: Role, status: int) -> None:
    pom = cast.of(Role.POM).pk
    assert cast.client(role).get(address(name, pom)).status_code == status
    elsewhere = PostingFactory(role=Role.POM, prison=cast.elsewhere).staff
    assert cast.client(Role.HOMD).get(address(name, elsewhere.pk)).status_code == 404


def test_a_prison_pom_whose_grade_is_recorded_becomes_a_probation_pom(cast: Cast) -> None:
    say(cast, operational=True)
    homd, url = cast.client(Role.HOMD), address("change-profile", cast.of(Role.POM).pk)
    form = homd.get(url).context["form"]
    assert 'value="yes" checked' in str(form["operational"])
    typed = {
        "pom_type": "probation", "operational": "yes", "working_days": "5", "base": "prison", "hub": "", "version": "1",
        "starts_on_day": "18", "starts_on_month": "11", "starts_on_year": "2026",
    }  # fmt: skip
    refused = homd.post(url, typed).content.decode()
    assert "grade: choose “Not said, or a probation POM”" in refused
    assert "Not said, or a probation POM</label>" in refused
    assert homd.post(url, typed | {"operational": ""}).status_code == 302
    assert (Pom.objects.get().pom_type, Pom.objects.get().operational) == ("probation", None)
