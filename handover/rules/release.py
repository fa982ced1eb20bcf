"""HO-21: the date that time is counted to, which differs by version. A date that is today has been reached."""

from collections.abc import Callable
from datetime import date

from handover.rules.facts import HandoverFacts, Release, make

ReleaseDate = Callable[[HandoverFacts, date], Release | None]


def determinate_release(facts: HandoverFacts, _today: date | None = None) -> Release | None:
    """Parole eligibility if there is any, else the earlier of ARD and CRD, whatever the day; HDC does not count."""
    if facts.ped is not None:
        return make(Release, ("ped", facts.ped))
    return automatic_or_conditional(facts)


def release_or_curfew(facts: HandoverFacts, today: date) -> Release | None:
    """`omic_2019`, `omic_2022`: a CRC case's is the day curfew was granted for, else the earliest of HDCED, ARD, CRD.

    Without CRC it is as ever: the curfew dates do not count as release dates for the NPS.
    """
    if facts.provider != "crc":
        return determinate_release(facts, today)
    if facts.hdc_actual is not None:
        return make(Release, ("hdc_actual", facts.hdc_actual))
    release, hdced = automatic_or_conditional(facts), facts.hdced
    if hdced is not None and (release is None or hdced < release.on):
        return make(Release, ("hdced", hdced))
    return release


def parole_date(facts: HandoverFacts, today: date) -> Release | None:
    """Tariff expiry while ahead, else the hearing while ahead, else the later, which is the nearer to today."""
    ted, thd = facts.ted, facts.thd
    if ted is not None and (ted > today or thd is None or (thd <= today and ted >= thd)):
        return make(Release, ("ted", ted))
    return make(Release, ("thd", thd)) if thd is not None else None


def tariff_or_hearing(facts: HandoverFacts, today: date) -> Release | None:
    """`omic_2019` to `omic_2023_11`: tariff expiry while ahead, else the hearing, ahead or not; a past tariff never."""
    ted, thd = facts.ted, facts.thd
    if ted is not None and ted > today:
        return make(Release, ("ted", ted))
    return make(Release, ("thd", thd)) if thd is not None else None


def automatic_or_conditional(facts: HandoverFacts) -> Release | None:
    """The earlier of ARD and CRD, whether or not there is a parole eligibility date."""
    ard, crd = facts.ard, facts.crd
    if ard is not None and (crd is None or ard <= crd):
        return make(Release, ("ard", ard))
    return make(Release, ("crd", crd)) if crd is not None else None
