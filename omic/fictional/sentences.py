"""Fictional sentences as the roll states them: fields of a Prisoner Search record with dates around a given day.

Each builder takes the random source and the day and leaves the person in custody on that day.
"""

from collections.abc import Callable
from datetime import date, timedelta
from random import Random
from typing import Any

Fields = dict[str, Any]
HDC_MOST, HDC_SENTENCE_UNDER = 180, 4 * 365  # days


def remand(rng: Random, on: date) -> Fields:
    return _legal("REMAND", "RX") | {"receptionDate": _ago(rng, on, 0, 240)}


def unsentenced(rng: Random, on: date) -> Fields:
    return _legal("CONVICTED_UNSENTENCED", "JR") | {"receptionDate": _ago(rng, on, 10, 200)}


def civil(rng: Random, on: date) -> Fields:
    start = _ago(rng, on, 0, 30)
    return _legal("CIVIL_PRISONER", "CIVIL") | {
        "receptionDate": start,
        "automaticReleaseDate": start + timedelta(rng.randint(31, 60)),
    }


def immigration(rng: Random, on: date) -> Fields:
    return _legal("IMMIGRATION_DETAINEE", "DET") | {"receptionDate": _ago(rng, on, 20, 500)}


def short(rng: Random, on: date) -> Fields:
    return _determinate(rng, on, length=rng.randint(60, 640))


def long(rng: Random, on: date) -> Fields:
    return _determinate(rng, on, length=rng.randint(640, 5500))


def parole(rng: Random, on: date) -> Fields:
    """An extended sentence: parole eligibility at two thirds of the custodial term, which ends before the licence."""
    custody = rng.randint(1400, 5500)
    start = _ago(rng, on, 0, custody - 30)
    return _legal("SENTENCED", "EXSENT21") | {
        "receptionDate": start - timedelta(rng.randint(0, 200)),
        "sentenceStartDate": start,
        "paroleEligibilityDate": start + timedelta(custody * 2 // 3),
        "conditionalReleaseDate": start + timedelta(custody),
        "sentenceExpiryDate": start + timedelta(custody + 1095),
        "licenceExpiryDate": start + timedelta(custody + 1095),
    }


def life(rng: Random, on: date) -> Fields:
    """An indeterminate sentence with its tariff behind or ahead."""
    start, tariff = _ago(rng, on, 100, 7000), rng.randint(1500, 8000)
    return _legal("INDETERMINATE_SENTENCE", rng.choice(("LIFE", "LIFE", "IPP"))) | {
        "receptionDate": start - timedelta(rng.randint(0, 300)),
        "sentenceStartDate": start,
        "indeterminateSentence": True,
        "tariffDate": start + timedelta(tariff),
    }


def recall_standard(rng: Random, on: date) -> Fields:
    return _recalled(rng, on, status="LR_ORA", since=rng.randint(5, 400), term=None)


def recall_fixed(rng: Random, on: date) -> Fields:
    since, term = rng.choice(((rng.randint(1, 13), 14), (rng.randint(1, 27), 28)))
    return _recalled(rng, on, status=f"{term}FTR_ORA", since=since, term=term)


def recall_life(rng: Random, on: date) -> Fields:
    returned = _ago(rng, on, 20, 700)
    start = returned - timedelta(rng.randint(5000, 8000))
    return _legal("RECALL", "LR_LIFE") | {
        "receptionDate": returned,
        "sentenceStartDate": start,
        "indeterminateSentence": True,
        "recall": True,
        "tariffDate": start + timedelta(rng.randint(1500, 4000)),
    }


def _determinate(rng: Random, on: date, *, length: int) -> Fields:
    """Release at half way; home detention curfew for the shorter ones; a confirmed date when release is near."""
    half = length // 2
    start = _ago(rng, on, 0, half - 2)
    release = start + timedelta(half)
    dates: Fields = {"automaticReleaseDate" if rng.random() < 0.06 else "conditionalReleaseDate": release}
    dates["licenceExpiryDate" if length >= 365 else "topupSupervisionExpiryDate"] = start + timedelta(length)
    if length < HDC_SENTENCE_UNDER and rng.random() < 0.55:
        dates["homeDetentionCurfewEligibilityDate"] = release - timedelta(min(HDC_MOST, half // 2))
    curfew = dates.get("homeDetentionCurfewEligibilityDate")
    if curfew and 0 < (curfew - on).days < 60 and rng.random() < 0.5:
        dates["homeDetentionCurfewActualDate"] = curfew
    elif (release - on).days < 42 and rng.random() < 0.7:
        dates["confirmedReleaseDate"] = release
    leaves = dates.get("homeDetentionCurfewActualDate", release)
    return (
        _legal("SENTENCED", "ADIMP_ORA20")
        | dates
        | {
            "receptionDate": start - timedelta(rng.choice((0, 0, rng.randint(1, 150)))),
            "sentenceStartDate": start,
            "sentenceExpiryDate": start + timedelta(length),
            "releaseDate": leaves,
        }
    )


def _recalled(rng: Random, on: date, *, status: str, since: int, term: int | None) -> Fields:
    """Back in custody `since` days; a fixed term runs its days, a standard recall to the end of the sentence."""
    returned = on - timedelta(since)
    expiry = on + timedelta(rng.randint(40, 1500))
    release = returned + timedelta(term) if term else expiry
    return _legal("RECALL", status) | {
        "receptionDate": returned,
        "sentenceStartDate": returned - timedelta(rng.randint(400, 2500)),
        "sentenceExpiryDate": expiry,
        "licenceExpiryDate": expiry,
        "postRecallReleaseDate": release,
        "releaseDate": release,
        "recall": True,
    }


def _legal(legal: str, status: str) -> Fields:
    return {"legalStatus": legal, "imprisonmentStatus": status, "recall": False, "indeterminateSentence": False}


def _ago(rng: Random, on: date, least: int, most: int) -> date:
    return on - timedelta(rng.randint(least, most))


Builder = Callable[[Random, date], Fields]
LOCAL: dict[Builder, int] = {remand: 330, unsentenced: 80, short: 230, long: 130, parole: 30, life: 25}
LOCAL |= {recall_standard: 80, recall_fixed: 55, recall_life: 10, civil: 10, immigration: 20}
TRAINER: dict[Builder, int] = {short: 60, long: 500, parole: 140, life: 150, recall_standard: 90, recall_life: 40}
TRAINER |= {immigration: 20}
WOMEN: dict[Builder, int] = {remand: 210, unsentenced: 60, short: 290, long: 190, parole: 45, life: 50}
WOMEN |= {recall_standard: 70, recall_fixed: 55, recall_life: 10, civil: 8, immigration: 12}
