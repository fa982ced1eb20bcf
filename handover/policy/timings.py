"""The numbers of every policy version, each with the place it was read in. A version is never edited, only followed."""

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from omic.policy import MANAGE_POM_CASES, OPERATING_MODEL, Cite


class Span(NamedTuple):
    """Months, then days; without months, whole weeks."""

    months: int
    days: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Timing:
    """The numbers of one policy version. None: the version knows no such rule."""

    version: str
    cites: tuple[Cite, ...]
    short_months: int  # HO-02: this much or less left at sentence is short
    crc: Span | None = None  # HO-03: 12 weeks; without it the provider is not read
    early_allocation: Span  # EA-23: before the release date
    early_support: Span | None = None  # HO-27: COM support before it
    indeterminate: Span  # HO-04, PA-06: before tariff expiry, or the parole date that follows it
    parole: Span  # HO-06: before parole eligibility
    determinate: Span  # before automatic or conditional release
    determinate_rule: str = "HO-20"  # the rule that says so
    low_mappa: Span | None = None  # below MAPPA level 2, where `determinate` only starts the COM's support
    override_months: int | None = None  # PA-07: a next review this soon after the last lets the HOMD override
    far_hearing_months: int | None = None  # HO-23: a hearing this far off, or farther
    last_checked_on: date


_CHECKED_ON = date(2026, 11, 21)
OVERRIDE_MONTHS = 12  # PA-07: a next review this soon after the last lets the HOMD override the shift back
_DATES_UNTIL_2023 = Cite(MANAGE_POM_CASES, "app/services/handover_date_service.rb, as it was until February 2023")
_DATES = Cite(MANAGE_POM_CASES, "app/lib/handover/handover_calculation.rb")
_SPECIAL_CASES = Cite(MANAGE_POM_CASES, "app/domains/offender_handover.rb")

TIMINGS = (
    Timing(
        version="seed_2019",
        cites=(Cite(OPERATING_MODEL, "Community Offender Manager Allocation; Early Allocation; Annex C"),),
        short_months=10,
        crc=Span(0, 12 * 7),
        early_allocation=Span(15),
        indeterminate=Span(8),
        parole=Span(8),
        determinate=Span(8),
        determinate_rule="HO-26",
        override_months=OVERRIDE_MONTHS,
        last_checked_on=_CHECKED_ON,
    ),
    Timing(
        version="omic_2019",
        cites=(_DATES_UNTIL_2023,),
        short_months=10,
        crc=Span(0, 12 * 7),
        early_allocation=Span(15),
        early_support=Span(18),  # the service dropped it in February 2021; the version is not divided for that
        indeterminate=Span(8),
        parole=Span(8),
        determinate=Span(7, 15),
        low_mappa=Span(4, 15),
        last_checked_on=_CHECKED_ON,
    ),
    Timing(
        version="omic_2022",
        cites=(_DATES_UNTIL_2023,),
        short_months=10,
        crc=Span(0, 12 * 7),
        early_allocation=Span(15),
        indeterminate=Span(8),
        parole=Span(8),
        determinate=Span(7, 15),  # "not before the sentence starts" cannot happen: 10 months or less are short
        last_checked_on=_CHECKED_ON,
    ),
    Timing(
        version="omic_2023_04",
        cites=(_DATES,),
        short_months=10,
        early_allocation=Span(15),
        indeterminate=Span(8),
        parole=Span(8),
        determinate=Span(8, 14),
        last_checked_on=_CHECKED_ON,
    ),
    Timing(
        version="omic_2023_11",
        cites=(_DATES,),
        short_months=10,
        early_allocation=Span(15),
        indeterminate=Span(12),
        parole=Span(12),
        determinate=Span(8, 14),
        last_checked_on=_CHECKED_ON,
    ),
    Timing(
        version="omic_2026",
        cites=(_DATES, _SPECIAL_CASES),
        short_months=10,
        early_allocation=Span(15),
        indeterminate=Span(12),
        parole=Span(12),
        determinate=Span(8, 14),
        far_hearing_months=12,
        last_checked_on=_CHECKED_ON,
    ),
)
TIMING_BY_VERSION = {timing.version: timing for timing in TIMINGS}

# From this day every sentence is the unified Probation Service's: an unknown provider is then read as NPS.
CRCS_ENDED_ON = date(2021, 6, 26)

# HO-22: men who came to an open prison from this day on are under its rules; Welsh cases at Prescoed were so earlier.
MEN_OPEN_FROM = date(2021, 3, 31)
WELSH_OPEN_FROM = date(2020, 10, 19)


@dataclass(frozen=True, slots=True)
class WorkLists:
    """HO-24: when a handover comes up on the work lists, and from when on a COM who is not named is overdue."""

    upcoming_days: int  # 8 weeks before the handover date
    com_days: int  # 48 hours after the COM's part has begun, in days
    last_checked_on: date


WORK_LISTS = WorkLists(upcoming_days=8 * 7, com_days=2, last_checked_on=_CHECKED_ON)
