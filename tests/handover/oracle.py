"""Responsibility and handover once more, written from the rulebook by itself: a flat function a version, relativedelta.

Nothing of the rules or of their numbers is used here. Facts are plain keys and values, and so is the answer.
"""

from datetime import date, timedelta
from typing import Any, NamedTuple

from dateutil.relativedelta import relativedelta

Facts = dict[str, Any]


class Expected(NamedTuple):
    """What a version answers on a day; `fixed` where no dates decide."""

    reason: str
    fixed: str | None = None
    start_on: date | None = None
    handover_on: date | None = None
    release: tuple[str, date] | None = None
    blocking: tuple[str, ...] = ()
    provisional: tuple[str, ...] = ()

    def responsible_on(self, day: date) -> str | None:
        if self.start_on is None or self.handover_on is None:
            return self.fixed
        return "COM" if day >= self.handover_on else "POM_WITH_COM" if day >= self.start_on else "POM"


class F:
    """Facts by name; what is unknown is None."""

    def __init__(self, facts: Facts) -> None:
        self.__dict__.update(facts)

    def __getattr__(self, name: str) -> Any:
        return None


def earlier(day: date, months: int = 0, days: int = 0) -> date:
    return day - relativedelta(months=months) - timedelta(days=days)


def first_of(*dates: tuple[str, date | None]) -> tuple[str, date] | None:
    """The earliest known date with its name; of equal ones the first named."""
    known = [(kind, day) for kind, day in dates if day]
    return min(known, key=lambda named: named[1]) if known else None


def unknown_provider(f: F) -> tuple[str, ...]:
    late = f.sentence_start and f.sentence_start >= date(2021, 6, 26)
    return () if f.provider or late else ("provider_unknown",)


def release_of_determinate(f: F) -> tuple[str, date] | None:
    return ("ped", f.ped) if f.ped else first_of(("ard", f.ard), ("crd", f.crd))


def nearer_to_today(f: F) -> tuple[str, date] | None:
    dates = [(kind, day) for kind, day in (("ted", f.ted), ("thd", f.thd)) if day]
    ahead = [named for named in dates if named[1] > f.today]
    return ahead[0] if ahead else min(dates, key=lambda named: abs((named[1] - f.today).days), default=None)


def tariff_else_hearing(f: F) -> tuple[str, date] | None:
    if f.ted and f.ted > f.today:
        return "ted", f.ted
    return ("thd", f.thd) if f.thd else None


def short(f: F, release: date) -> bool:
    return bool(f.sentence_start) and f.sentence_start + relativedelta(months=10) >= release


def crc(f: F, release: tuple[str, date], provisional: tuple[str, ...]) -> Expected:
    takes_over = release[1] - timedelta(weeks=12)
    if f.sentence_start and f.sentence_start >= takes_over:
        return Expected("crc_short", "COM", release=release, provisional=provisional)
    return Expected("crc", None, takes_over, takes_over, release, provisional=provisional)


def open_since(f: F, handover: date) -> date:
    """HO-22."""
    if f.womens_estate:
        since = f.category_active_since if f.open_conditions else None
    else:
        since = max(filter(None, (f.prison_arrival, f.sentence_start))) if f.prison_arrival else None
        rules_from = date(2020, 10, 19) if f.welsh_open else date(2021, 3, 31)
        since = since if since and since >= rules_from and (f.open_conditions or f.welsh_open) else None
    return min(since or handover, handover)


def by_open_estate(
    f: F, reason: str, handover: date, release: tuple[str, date], provisional: tuple[str, ...]
) -> Expected:
    in_open = f.open_conditions or (f.welsh_open and not f.womens_estate)
    if reason == "indeterminate" and in_open:
        reason = "indeterminate_open"
    return Expected(reason, None, open_since(f, handover), handover, release, provisional=provisional)


def seed_2019(facts: Facts) -> Expected:  # noqa: C901 - flat on purpose
    f = F(facts)
    isp = f.sentence_type == "indeterminate"
    release = nearer_to_today(f) if isp else release_of_determinate(f)
    if f.legal_status in ("remand", "civil"):
        return Expected("unsentenced", release=release)
    if f.immigration or f.legal_status == "immigration":
        return Expected("immigration_case", "COM", release=release)
    if f.recalled and not isp:
        return Expected("recall_case", "COM", release=release)
    expired = bool(f.ted) and f.ted <= f.today
    reviewed = expired and f.parole_outcome in ("not_release", "deferred")
    after_last = bool(f.thd) and bool(f.last_review_on) and f.thd > f.last_review_on
    next_on = f.thd if f.thd and (f.thd > f.today or after_last) else None
    if f.recalled and f.recall_hearing_outcome != "not_release":
        return Expected("isp_recall", "COM", release=release)
    if f.recalled and not (f.ted and not expired) and not next_on and not reviewed:
        return Expected("isp_recall", "POM", release=release)
    marks = unknown_provider(f)
    if release is None:
        return Expected("release_date_unknown", "POM", provisional=marks)
    kind, day = release
    if not isp and f.provider != "crc" and short(f, day):
        return Expected("determinate_short", "COM", release=release, provisional=marks)
    if f.provider == "crc":
        return crc(f, release, marks)
    if isp and reviewed:
        blocking = (
            *(["outcome"] if f.parole_outcome == "deferred" else []),
            *([] if f.com_oasys_reviewed else ["com_oasys_review"]),
            *(["mappa_2_or_3_active"] if f.mappa_level in (2, 3) else []),
        )
        if blocking or not next_on:
            return Expected("parole_window", "COM" if blocking else "POM", None, None, release, blocking, marks)
        day = next_on
    if isp:
        handover = earlier(day, 8)
        if f.moved_to_open_on and f.moved_to_open_on < handover:
            return Expected("isp_open", None, f.moved_to_open_on, handover, release, provisional=marks)
        return Expected("indeterminate", None, handover, handover, release, provisional=marks)
    ordinary = earlier(day, 8)
    counts_from = f.crd or f.ard
    if f.early_allocation and counts_from:
        early = max(earlier(counts_from, 15), f.early_allocation_agreed_on or date.min)
        on = min(early, ordinary)
        return Expected("early_allocation", None, on, on, release, provisional=marks)
    reason = "determinate_parole" if kind == "ped" else "determinate"
    return Expected(reason, None, ordinary, ordinary, release, provisional=marks)


def omic_2019(facts: Facts) -> Expected:
    return _until_2023(F(facts), by_mappa=True)


def omic_2022(facts: Facts) -> Expected:
    return _until_2023(F(facts), by_mappa=False)


def _until_2023(f: F, *, by_mappa: bool) -> Expected:  # noqa: C901 - flat on purpose
    isp = f.sentence_type == "indeterminate"
    crc_case = f.provider == "crc" and not isp
    if isp:
        release = tariff_else_hearing(f)
    elif crc_case and f.hdc_actual:
        release = ("hdc_actual", f.hdc_actual)
    elif crc_case:
        release = first_of(("ard", f.ard), ("crd", f.crd), ("hdced", f.hdced))
    else:
        release = release_of_determinate(f)
    if f.legal_status in ("remand", "civil"):
        return Expected("unsentenced", release=release)
    if f.immigration or f.legal_status == "immigration":
        return Expected("immigration_case", "COM", release=release)
    if f.recalled:
        return Expected("recall_case", "COM", release=release)
    marks = unknown_provider(f)
    if release is None:
        return Expected("release_date_unknown", "POM", provisional=marks)
    kind, day = release
    if isp:
        return by_open_estate(f, "indeterminate", earlier(day, 8), release, marks)
    if crc_case:
        return crc(f, release, marks)
    if short(f, day):
        return Expected("determinate_short", "COM", release=release, provisional=marks)
    if f.early_allocation:
        start = earlier(day, 18 if by_mappa else 15)
        return Expected("early_allocation", None, start, earlier(day, 15), release, provisional=marks)
    if kind == "ped":
        return Expected("determinate_parole", None, earlier(day, 8), earlier(day, 8), release, provisional=marks)
    start = earlier(day, 7, 15)
    if not by_mappa or f.mappa_level in (2, 3):
        reason = "mappa_2_3" if by_mappa else "determinate"
        return Expected(reason, None, start, start, release, provisional=marks)
    low = earlier(day, 4, 15)
    if f.hdc_actual:
        reason, handover = "hdc_actual", f.hdc_actual
    elif f.hdced and f.hdced < low:
        reason, handover = "hdc_eligibility", f.hdced
    else:
        reason, handover = "mappa_0_1", low
    return Expected(reason, None, min(start, handover), handover, release, provisional=marks)


def omic_2023_04(facts: Facts) -> Expected:
    f = F(facts)
    isp = f.sentence_type == "indeterminate"
    release = tariff_else_hearing(f) if isp else release_of_determinate(f)
    if f.legal_status in ("remand", "civil"):
        return Expected("unsentenced", release=release)
    if f.immigration or f.legal_status == "immigration":
        return Expected("immigration_case", "COM", release=release)
    if f.recalled:
        return Expected("recall_case", "COM", release=release)
    if release is None:
        return Expected("release_date_unknown", "POM")
    kind, day = release
    if isp:
        return by_open_estate(f, "indeterminate", earlier(day, 8), release, ())
    if short(f, day):
        return Expected("determinate_short", "COM", release=release)
    if f.early_allocation:
        return Expected("early_allocation", None, earlier(day, 15), earlier(day, 15), release)
    if kind == "ped":
        return Expected("determinate_parole", None, earlier(day, 8), earlier(day, 8), release)
    return Expected("determinate", None, earlier(day, 8, 14), earlier(day, 8, 14), release)


def omic_2023_11(facts: Facts) -> Expected:
    f = F(facts)
    isp = f.sentence_type == "indeterminate"
    release = tariff_else_hearing(f) if isp else release_of_determinate(f)
    if f.legal_status in ("remand", "civil"):
        return Expected("unsentenced", release=release)
    if f.immigration or f.legal_status == "immigration":
        return Expected("immigration_case", "COM", release=release)
    if f.recalled:
        return Expected("recall_case", "COM", release=release)
    return _since_2023_11(f, isp, release)


def omic_2026(facts: Facts) -> Expected:
    f = F(facts)
    isp = f.sentence_type == "indeterminate"
    release = nearer_to_today(f) if isp else release_of_determinate(f)
    far = isp and f.thd and f.thd >= f.today + relativedelta(months=12)
    if f.legal_status in ("remand", "civil"):
        return Expected("unsentenced", release=release)
    if isp and f.additional_isp:
        return Expected("additional_isp", "POM", release=release)
    if far and f.recalled and f.mappa_level in (None, 0, 1):
        return Expected("recall_thd_over_12_months", "POM_WITH_COM", release=release)
    if far and f.parole_outcome == "not_release" and f.mappa_level in (2, 3):
        return Expected("parole_mappa_2_3", "COM", release=release)
    if far and f.parole_outcome == "not_release":
        return Expected("thd_over_12_months", "POM_WITH_COM", release=release)
    if f.recalled:
        return Expected("recall_case", "COM", release=release)
    if f.immigration or f.legal_status == "immigration":
        return Expected("immigration_case", "COM", release=release)
    return _since_2023_11(f, isp, release)


def _since_2023_11(f: F, isp: bool, release: tuple[str, date] | None) -> Expected:
    if release is None:
        return Expected("release_date_unknown", "POM")
    kind, day = release
    if f.early_allocation and isp:
        return by_open_estate(f, "early_allocation", earlier(day, 15), release, ())
    if f.early_allocation:
        return Expected("early_allocation", None, earlier(day, 15), earlier(day, 15), release)
    if isp:
        return by_open_estate(f, "indeterminate", earlier(day, 12), release, ())
    if short(f, day):
        return Expected("determinate_short", "COM", release=release)
    if kind == "ped":
        return Expected("determinate_parole", None, earlier(day, 12), earlier(day, 12), release)
    return Expected("determinate", None, earlier(day, 8, 14), earlier(day, 8, 14), release)


ORACLES = {
    "seed_2019": seed_2019,
    "omic_2019": omic_2019,
    "omic_2022": omic_2022,
    "omic_2023_04": omic_2023_04,
    "omic_2023_11": omic_2023_11,
    "omic_2026": omic_2026,
}
