"""Overriding who is responsible: two people, honoured wherever responsibility is read, shown as such, reversible."""

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse

from handover.duty_actions import RefusedError
from handover.models import HandoverDetermination, Responsibility, ResponsibilityOverride
from handover.override_actions import ask_override, decide_override, end_override
from handover.queries import list_counts
from handover.rules import HandoverFacts, Override, determine, state_on
from omic import formats
from omic.models import AuditEvent, CaseDetails, ObligationKind, Person, Role, Sentence
from omic.policy import POLICY_IDS
from omic.reconcile import reconcile, window_of
from tests.cast import Cast
from tests.factories import NOW, TODAY, CaseDetailsFactory, PomAllocationFactory, SentenceFactory, StaffFactory, days

pytestmark = pytest.mark.django_db
BECAUSE = "The community team has known him for years"


def case(cast: Cast) -> Person:
    """The POM is responsible until a handover about eight months from now."""
    person = cast.person(arrived_on=days(-30), reception_on=days(-30))
    SentenceFactory(person=person, started_on=days(-30), crd=days(500), sed=days(900))
    CaseDetailsFactory(person=person, provider="nps", com_name=None, com_email=None)
    PomAllocationFactory(person=person, staff=cast.of(Role.POM))
    return follow(person)


def follow(person: Person, after: int = 0) -> Person:
    reconcile([person.pk], window_of(days(after), NOW + timedelta(days=after)))
    person.refresh_from_db()
    return person


def asked(cast: Cast, person: Person, lead: str = "COM") -> ResponsibilityOverride:
    return ask_override(
        person=person, responsibility=lead, reason="community", because=BECAUSE, by=cast.of(Role.HOMD), at=NOW
    )


def decided(cast: Cast, override: ResponsibilityOverride, *, confirmed: bool = True) -> None:
    decide_override(override=override.pk, confirmed=confirmed, decision="", by=cast.of(Role.GOVERNOR), at=NOW)


def stored(person: Person) -> HandoverDetermination:
    return person.handoverdeterminations.with_responsibility(TODAY).current().get()


def lists(person: Person, after: int = 0) -> set[str]:
    counts = list_counts(person.prison, days(after))
    return {key for key, count in counts.items() if count and key != "everyone"}


# --- the rule ---------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("policy", POLICY_IDS)
@pytest.mark.parametrize(("lead", "computed"), [("COM", "POM"), ("POM", "COM")])
def test_an_override_stands_in_place_of_what_is_computed(policy: str, lead: str, computed: str) -> None:
    crd = days(900) if computed == "POM" else days(30)
    facts = HandoverFacts(today=TODAY, sentence_start=days(-500), crd=crd, provider="nps")
    assert state_on(determine(facts, policy=policy).value, TODAY) == computed
    over = determine(replace(facts, override=Override(Responsibility(lead), TODAY)), policy=policy)
    assert (state_on(over.value, TODAY), over.reason, over.value.handover_on) == (lead, "overridden", None)
    assert over.value.earliest_release == ("crd", crd)


def test_it_binds_from_its_day_and_tells_what_was_computed() -> None:
    facts = {"sentence_start": days(-500), "crd": days(900), "override": Override("COM", TODAY)}
    before = determine(HandoverFacts(today=days(-1), **facts))
    after = determine(HandoverFacts(today=TODAY, **facts))
    assert (before.reason, after.reason) == ("determinate", "overridden")
    said = next(step for step in after.steps if step.rule_id == "XC-55")
    assert "computed" in said.found
    assert [step for step in after.steps if step is not said] == list(before.steps), (
        "the computed steps stand beside it"
    )


# --- asking, deciding, taking back ------------------------------------------------------------------------------------


def test_until_a_second_person_confirms_the_computed_answer_stands(cast: Cast) -> None:
    person = case(cast)
    asked(cast, person)
    assert stored(follow(person)).responsibility == "POM"
    assert lists(person) == {"overridden"}


def test_once_confirmed_it_is_honoured_by_answer_duties_and_lists(cast: Cast) -> None:
    person = case(cast)
    CaseDetails.objects.update(hospital_transfer_on=days(-3))
    owner = follow(person).obligations.demanding().filter(kind=ObligationKind.HOSPITAL_LIAISON)
    assert owner.get().owner_role == "pom", "the responsible manager's"
    assert person.obligations.demanding().filter(kind=ObligationKind.HANDOVER).exists()
    decided(cast, asked(cast, person))
    row = stored(person)
    assert (row.responsibility, row.reason, row.facts["override"]) == ("COM", "overridden", f"COM from {TODAY}")
    assert not person.obligations.demanding().filter(kind=ObligationKind.HANDOVER).exists()
    assert owner.get().owner_role == "com", "who is responsible now owes it"
    assert lists(person) == {"overridden"}
    assert lists(person, after=2) == {"overridden", "no-com"}, "48 hours after the decision, not after the sentence"


def test_the_night_finds_no_drift_behind_an_override(cast: Cast) -> None:
    person = case(cast)
    decided(cast, asked(cast, person))
    assert not any(reconcile([person.pk], window_of(TODAY, NOW)).values())


def test_the_other_way_the_pom_keeps_a_case_that_would_be_the_coms(cast: Cast) -> None:
    person = cast.person(arrived_on=days(-500))
    SentenceFactory(person=person, started_on=days(-500), crd=days(30), sed=days(900))
    assert stored(follow(person)).responsibility == "COM"
    decided(cast, asked(cast, person, "POM"))
    assert stored(person).responsibility == "POM"
    assert "unknown-date" not in lists(person), "the date is known: it is overridden"


def test_nobody_confirms_what_they_asked_for(cast: Cast) -> None:
    override = asked(cast, case(cast))
    with pytest.raises(RefusedError, match="yourself"):
        decide_override(override=override.pk, confirmed=True, decision="", by=cast.of(Role.HOMD), at=NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        ResponsibilityOverride.objects.update(confirmed=True, decided_by=cast.of(Role.HOMD), decided_at=NOW)


def test_a_refusal_changes_nothing_and_leaves_room_for_another(cast: Cast) -> None:
    person = case(cast)
    decided(cast, asked(cast, person), confirmed=False)
    assert stored(person).responsibility == "POM"
    decided(cast, asked(cast, person))
    assert stored(person).responsibility == "COM"


def test_taken_back_the_computed_answer_and_its_handover_stand_again(cast: Cast) -> None:
    person = case(cast)
    computed = stored(person).handover_on
    override = asked(cast, person)
    decided(cast, override)
    end_override(override=override.pk, because="The LDU has no room", by=cast.of(Role.HOMD), at=NOW)
    assert stored(person).handover_on == computed
    assert person.obligations.demanding().filter(kind=ObligationKind.HANDOVER).exists()
    assert lists(person) == set()


def test_of_two_who_decide_the_second_is_told(cast: Cast) -> None:
    override = asked(cast, case(cast))
    decided(cast, override)
    with pytest.raises(RefusedError, match="already"):
        decided(cast, override, confirmed=False)
    with pytest.raises(RefusedError, match="asked for an override"):
        asked(cast, override.person)


def test_it_ends_with_the_sentence(cast: Cast) -> None:
    person = case(cast)
    decided(cast, asked(cast, person), confirmed=False)
    decided(cast, asked(cast, person))
    Sentence.objects.filter(person=person).update(closed_at=NOW)
    SentenceFactory(person=person, started_on=TODAY, crd=days(800), sed=days(1600))
    assert stored(follow(person)).responsibility == "POM"
    ended = ResponsibilityOverride.objects.exclude(ended_at=None).get()
    assert (ended.confirmed, ended.ended_because) == (True, "The sentence ended")
    page = read(cast.client(Role.HOMD), url(person))
    assert page.count("It ended with the sentence.") == 1 and "Taken back" not in page


def test_nobodys_case_cannot_be_overridden(cast: Cast) -> None:
    with pytest.raises(RefusedError, match="serves no sentence"):
        asked(cast, cast.person(legal_status="REMAND"))


@pytest.mark.parametrize(("crd", "same"), [(days(30), "COM"), (None, "POM")])
def test_what_the_rule_says_already_is_not_asked_for(cast: Cast, crd: date | None, same: str) -> None:
    person = cast.person(arrived_on=days(-500))
    SentenceFactory(person=person, started_on=days(-500), crd=crd, sed=None)
    assert stored(follow(person)).responsibility == same
    with pytest.raises(RefusedError, match=f"{same} responsible already") as error:
        asked(cast, person, same)
    assert error.value.field == "responsibility"
    assert asked(cast, person, "POM" if same == "COM" else "COM")


def test_every_step_is_in_the_audit(cast: Cast) -> None:
    override = asked(cast, case(cast))
    decided(cast, override)
    end_override(override=override.pk, because="Over", by=cast.of(Role.HOMD), at=NOW)
    actions = AuditEvent.objects.filter(action__contains="override").order_by("pk").values_list("action", flat=True)
    assert list(actions) == ["ask_override", "decide_override", "end_override"]


def timed_out(cast: Cast, address: str, field: str, **typed: Any) -> Any:
    """What a HOMD typed stands in its field again, after their session ended before it was saved."""
    author = cast.client(Role.HOMD).get(address).context["form"]["typed_by"].value()
    client = Client()
    client.post(address, {**typed, "typed_by": author})
    client.force_login(cast.of(Role.HOMD))
    return client.get(address).context["form"][field].value()


def test_what_was_typed_is_kept_while_somebody_signs_in_again(cast: Cast) -> None:
    person = case(cast)
    assert timed_out(cast, url(person, "-ask"), "because", responsibility="COM", because=BECAUSE) == BECAUSE
    override = asked(cast, person)
    assert timed_out(cast, url(person, "-decide", override.pk), "decision", confirmed="no", decision="Why") == "Why"
    assert timed_out(cast, url(person, "-end", override.pk), "because", because="No room") == "No room"
    override.refresh_from_db()
    assert (override.confirmed, override.ended_at) == (None, None), "nothing is saved by itself"


# --- the pages --------------------------------------------------------------------------------------------------------


def url(person: Person, name: str = "", *more: int) -> str:
    return reverse("handover:override" + name, args=["LEI", person.ref, *more])


def read(client: Client, address: str) -> str:
    return client.get(address).content.decode()


def answered(client: Client, address: str, **typed: Any) -> str:
    return client.post(address, typed, follow=True).content.decode()


def test_from_asking_to_taking_back_in_the_browsers_words(cast: Cast) -> None:
    person = case(cast)
    homd, governor = cast.client(Role.HOMD), cast.client(Role.GOVERNOR)
    page = answered(homd, url(person, "-ask"), responsibility="COM", reason="community", because=BECAUSE)
    assert "Waits for a second person" in page and "You asked for this yourself" in page
    number = ResponsibilityOverride.objects.get().pk
    assert url(person, "-decide", number) not in page and url(person, "-decide", number) in read(governor, url(person))
    assert "1</span>" in (home := read(governor, reverse("home", args=["LEI"]))) and "override to confirm" in home
    page = answered(governor, url(person, "-decide", number), confirmed="yes", decision="Agreed")
    assert "The COM is responsible" in page and "In force" in page
    shown = read(homd, reverse("person", args=["LEI", person.ref]))
    assert "Overridden" in shown and "The COM is responsible" in shown
    page = answered(homd, url(person, "-end", number), because="The LDU has no room")
    assert "Nothing is overridden" in page and "Taken back by Hollis Delivery" in page


def test_the_why_page_names_the_decision_and_what_was_computed(cast: Cast) -> None:
    person = case(cast)
    decided(cast, asked(cast, person))
    page = read(cast.client(Role.HOMD), reverse("why", args=["LEI", person.ref, "handover"]))
    assert "XC-55" in page and "Overridden: who is responsible" in page and "computed:" in page


def test_the_list_tells_who_waits_and_who_is_overridden(cast: Cast) -> None:
    person = case(cast)
    override = asked(cast, person)
    listing = reverse("handover:overridden", args=["LEI"])
    assert "waits for a second person" in read(cast.client(Role.HOMS), listing)
    decided(cast, override)
    assert "COM responsible, confirmed" in read(cast.client(Role.HOMS), listing)


def test_the_pom_kept_past_the_handover_is_warned_of_where_it_is_asked_and_confirmed(cast: Cast) -> None:
    person = case(cast)
    handover = f"takes the handover date of {formats.day(stored(person).handover_on)} away"
    page = read(cast.client(Role.HOMD), url(person, "-ask"))
    assert handover in page and "If the POM is to be responsible, the case then stays" in page
    page = read(cast.client(Role.GOVERNOR), url(person, "-decide", asked(cast, person, "POM").pk))
    assert handover in page and "The case then stays with the POM past that day" in page


def test_the_list_says_why_who_and_since_when(cast: Cast) -> None:
    waits, binds = case(cast), case(cast)
    asked(cast, waits)
    decided(cast, asked(cast, binds))
    client, listing = cast.client(Role.HOMS), reverse("handover:overridden", args=["LEI"])
    for sort in ("because", "-since"):
        page = read(client, f"{listing}?sort={sort}")
        for words in ("The community team is to take the case", "Hollis Delivery", str(cast.of(Role.GOVERNOR))):
            assert words in page
    assert formats.day(NOW) in page or formats.short_day(NOW) in page


def test_the_tile_opens_what_it_counts(cast: Cast) -> None:
    own, waits, binds = case(cast), case(cast), case(cast)
    asked(cast, own)
    decided(cast, asked(cast, binds))
    homd, other = cast.client(Role.HOMD), StaffFactory()
    assert "to confirm" not in read(homd, reverse("home", args=["LEI"]))
    ask_override(person=waits, responsibility="COM", reason="other", because=BECAUSE, by=other, at=NOW)
    tile = next(tile for tile in homd.get(reverse("home", args=["LEI"])).context["tiles"] if "confirm" in tile.text)
    assert (tile.count, tile.text) == (1, "override to confirm")
    assert list(homd.get(tile.url).context["list"].page) == [waits]
    assert list(homd.get(tile.url.replace("others", "me")).context["list"].page) == [own]


def test_another_homd_may_confirm(cast: Cast) -> None:
    person = case(cast)
    other = StaffFactory()
    override = ask_override(person=person, responsibility="COM", reason="other", because=BECAUSE, by=other, at=NOW)
    answered(cast.client(Role.HOMD), url(person, "-decide", override.pk), confirmed="no", decision="Too early")
    assert ResponsibilityOverride.objects.get().confirmed is False
