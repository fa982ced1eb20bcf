"""Fictional rows for `import_details` about a fictional roll: risk, community staff, parole, OASys, sentence plans.

A few sentenced people get none, and others lack a fact here and there, so that the list of missing details has
something to say.
"""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

from omic.fictional.names import MEN, SURNAMES, WOMEN

ROSH = {"low": 14, "medium": 46, "high": 33, "very_high": 4, None: 3}
MAPPA_LEVELS = {1: 84, 2: 12, 3: 4}
UNIFIED = date(2021, 6, 26)  # from this day there is one probation service, so the provider is known
LDUS = ("Harbour East", "Harbour West", "Moor and Dale", "Northern Valleys", "Riverside", "Severnside", "Weald")
TARGETS = (
    "Complete the thinking skills programme",
    "Work towards a level 1 qualification",
    "Keep in touch with family",
    "Stay free of drugs and attend recovery sessions",
    "Take part in work or education every week",
)
REVIEWED = "Reviewed at the last sentence plan meeting; nothing has changed since"
RATIONALE = "Agencies in three areas need time to plan accommodation and supervision"
SOURCE = "OASys and nDelius extract"
Raw = dict[str, Any]


def details(records: Iterable[Raw], *, on: date, seed: int = 1) -> Iterator[Raw]:
    """Rows of every kind about each sentenced person of the records, true on the day."""
    for record in records:
        if "sentenceStartDate" not in record:
            continue
        rng = Random(f"{seed}/{record['prisonerNumber']}/details")  # noqa: S311  fictional people, not secrets
        if rng.random() > 0.04:
            yield from _rows(rng, record, on)


def _rows(rng: Random, record: Raw, on: date) -> Iterator[Raw]:
    stated = {"prisonNumber": record["prisonerNumber"], "source": SOURCE, "as_at": on.isoformat()}
    facts = _risk(rng, record) | _community(rng, record, on) | _parole(rng, record, on) | _progress(rng, record, on)
    apart = Random(f"{record['prisonerNumber']}/seldom")  # noqa: S311  so that these draws move no other fact
    facts |= _seldom(apart, record, on) | _early_allocation(apart, record, facts["rosh"])
    yield stated | {"kind": "details"} | {field: value for field, value in facts.items() if value is not None}
    if facts["last_oasys_on"]:
        kind = rng.choice(("initial", "review", "review"))
        done = {"layer": rng.choice((3, 3, 1)), "oasys_kind": kind, "completed_on": facts["last_oasys_on"]}
        yield stated | {"kind": "oasys", "by": rng.choice(("pom", "com"))} | done
        yield stated | {"kind": "sentence_plan", "active": rng.random() < 0.85, "targets": rng.sample(TARGETS, 2)}
    if facts["thd"]:
        heard = {"outcome": facts["parole_outcome"], "outcome_on": facts["last_review_on"]}
        yield stated | {"kind": "parole_review", "thd": facts["thd"]} | (heard if facts["parole_outcome"] else {})


def _risk(rng: Random, record: Raw) -> Raw:
    """Alerts and facts agree where both speak: a terrorism alert brings MAPPA category 4."""
    rosh = rng.choices(list(ROSH), list(ROSH.values()))[0]
    terrorism = _has_alert(record, "XTACT")
    managed = terrorism or rng.random() < {"high": 0.6, "very_high": 0.95}.get(rosh or "", 0.15)
    category = 4 if terrorism else rng.choice((1, 1, 2, 2, 3))
    return {
        "rosh": rosh,
        "mappa_level": rng.choices(list(MAPPA_LEVELS), list(MAPPA_LEVELS.values()))[0] if managed else 0,
        "mappa_category": category if managed else None,
        "rsr": round(min(99.98, rng.lognormvariate(0.9, 0.9)), 2) if rng.random() > 0.03 else None,
        "ogrs3": int(rng.triangular(1, 98, 50)),
        "care_experienced": _has_alert(record, "LCE") or None,
    }


def _has_alert(record: Raw, code: str) -> bool:
    return any(alert["alertCode"] == code for alert in record["alerts"])


def _community(rng: Random, record: Raw, on: date) -> Raw:
    """Near release most people have a community manager; before that only the local delivery unit is known."""
    release = record.get("releaseDate") or record.get("conditionalReleaseDate")
    near = release is not None and (date.fromisoformat(release) - on).days < 300
    named = rng.random() < (0.85 if near or record["recall"] else 0.1)
    name = _name(rng) if named else None
    earlier = rng.choice(("nps", "nps", "crc", None))
    return {
        "provider": "nps" if record["sentenceStartDate"] >= UNIFIED.isoformat() else earlier,
        "com_name": name,
        "com_email": f"{name.lower().replace(' ', '.')}@community.example" if name else None,
        "ldu": rng.choice(LDUS) if rng.random() < 0.95 else None,
        "early_allocation": True if rng.random() < 0.02 else None,
        "recall_type": _recall_type(record) if record["recall"] else None,
    }


def _recall_type(record: Raw) -> str:
    return {"14FTR_ORA": "fixed_14", "28FTR_ORA": "fixed_28"}.get(record["imprisonmentStatus"], "standard")


def _parole(rng: Random, record: Raw, on: date) -> Raw:
    """A target hearing date for most people whom the Parole Board may release; an outcome where it has passed."""
    facts: Raw = {"thd": None, "parole_outcome": None, "last_review_on": None, "additional_isp": None}
    eligible = record["indeterminateSentence"] or "paroleEligibilityDate" in record
    if not eligible or rng.random() < 0.35:
        return facts
    hearing = on + timedelta(rng.randint(-200, 700))
    facts["thd"] = hearing.isoformat()
    facts["additional_isp"] = True if record["indeterminateSentence"] and rng.random() < 0.03 else None
    if hearing < on:
        facts["parole_outcome"] = rng.choice(("not_release", "not_release", "release", "deferred"))
        facts["last_review_on"] = facts["thd"]
    return facts


def _progress(rng: Random, record: Raw, on: date) -> Raw:
    arrived = date.fromisoformat(record["lastAdmissionDate"])
    start = max(arrived, date.fromisoformat(record["sentenceStartDate"]))
    held = (on - start).days
    assessed = held > 56 and rng.random() < 0.9
    return {
        "last_oasys_on": (start + timedelta(rng.randint(40, held))).isoformat() if assessed else None,
        "category_active_since": (start + timedelta(min(held, 10))).isoformat(),
    }


def _seldom(rng: Random, record: Raw, on: date) -> Raw:
    """What few people have: a life sentence, the OPD pathway, a handover without OASys, a stay in hospital."""
    reviewed = rng.random() < 0.02
    facts: Raw = {
        "life": True if record["imprisonmentStatus"] in ("LIFE", "LR_LIFE") else None,
        "opd_screened_in": True if rng.random() < 0.05 else None,
        "handover_oasys_not_needed": True if reviewed else None,
        "handover_oasys_reason": REVIEWED if reviewed else None,
    }
    if record.get("restrictedPatient"):
        here = (on - date.fromisoformat(record["lastMovementDate"])).days
        facts["hospital_transfer_on"] = (on - timedelta(rng.randint(0, here))).isoformat()
        facts["remission_planned_on"] = (on + timedelta(rng.randint(10, 90))).isoformat()
    return facts


def _early_allocation(rng: Random, record: Raw, rosh: str | None) -> Raw:
    """The criteria of early allocation. Some who may be referred at discretion still lack the rationale."""
    terrorism = _has_alert(record, "XTACT")
    held_apart, screened = (terrorism and rng.random() < 0.4 for _ in range(2))
    ordered, needed = rng.random() < 0.01, rng.choice((1, 2, 2, 3)) if rng.random() < 0.03 else None
    exceptional = needed == 2 and rng.random() < 0.5
    reasoned = (screened or exceptional or rosh == "very_high") and rng.random() < 0.6
    drawn = {
        "separation_centre": held_apart,
        "cppc_in_principle": rng.random() < 0.005,
        "nca_case": ordered and rng.random() < 0.6,
        "scpo": ordered,
        "high_profile": rng.random() < 0.01,
        "extremism_screening": screened,
        "mappa_level_needed": needed,
        "mappa_exceptional": exceptional,
        "early_allocation_rationale": RATIONALE if reasoned else None,
    }
    return {name: value or None for name, value in drawn.items()}


def _name(rng: Random) -> str:
    return f"{rng.choice(MEN + WOMEN)} {rng.choice(SURNAMES)}"
