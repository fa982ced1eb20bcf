"""What each figure of key work is called and what it means: one definition, printed wherever the figure is shown."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Figure:
    """`key` names it in addresses. `means` is its definition. `rows` is the list that it opens: its own, or another's.
    `unit` is "%" or "days"; a plain count has none.
    """

    key: str
    label: str
    means: str
    rows: str
    unit: str = ""


def _figure(key: str, label: str, means: str, rows: str = "", unit: str = "") -> Figure:
    return Figure(key, label, means, rows or key, unit)


LAST_DAY = "on the last day of the period, as it stood at the end of that day"
SESSIONS = (
    _figure(
        "owed",
        "Sessions owed",
        "Key work sessions that fell due in the period, one for each week, fortnight or month in which somebody was to "
        "have one. Those that a rule, a decision or an approved suspension lifted are not among them. They belong to "
        "the wing and the key worker that the person had when they fell due.",
    ),
    _figure("delivered", "Delivered", "Those of the sessions owed that were held in time, whoever held them."),
    _figure(
        "delivery_rate",
        "Delivery rate",
        "Delivered of owed, in per cent. 0% when none was delivered; no rate when none was owed.",
        "owed",
        unit="%",
    ),
    _figure(
        "below_target",
        "Below target",
        "Owed as level 1's target of one a week and not delivered: no breach, which the floor below decides (ED-05).",
    ),
    _figure(
        "where_possible",
        "Where possible, not met",
        "Owed where possible at levels 3 and 2 and not delivered: a shortfall, not a breach (ED-02, ED-03).",
    ),
    _figure("breaches", "Breaches", "Owed without condition (priority groups, women, young adults) and not delivered."),
    _figure("to_come", "Still to hold", "Due on the last day of the period, and that day has not ended."),
)
FLOOR = (
    _figure(
        "floor_owed",
        "Months owed the floor",
        "A floor for each person and month at level 1: three sessions, two where key work is fortnightly (ED-05). It "
        "is met by the same sessions as the weekly target, so the two are never added.",
    ),
    _figure("floor_met", "Floor met", "Months in which at least so many sessions were held."),
    _figure("floor_rate", "Rate", "Met of owed, in per cent.", "floor_owed", unit="%"),
    _figure("floor_missed", "Floor missed", "Months that ended below the floor: breaches."),
)
CONTACT = (
    _figure(
        "sessions",
        "Sessions held",
        "Key work sessions (KA/KS) that happened in the period, also beyond what was owed, by who held them, on the "
        "day they happened however late they were written up.",
    ),
    _figure(
        "entries", "Entries", "Key work entries (KA/KE) on the day they happened. A wellbeing check is not one (WB-08)."
    ),
    _figure(
        "short",
        "Short sessions",
        "Sessions at level 1 of less than 45 minutes in all, 90 where key work is fortnightly (ED-06). They count as "
        "delivered, and so do those without minutes. Women's and open prisons have none.",
    ),
    _figure("people_seen", "People seen", "People with at least one session in the period."),
    _figure(
        "never_seen",
        "Never seen",
        f"People who are to have a key worker and had had no session here since they came, {LAST_DAY}.",
    ),
)
PLACED = (
    _figure(
        "eligible",
        "To have a key worker",
        f"People held here {LAST_DAY}, without women of high complexity (KW-15) and restricted patients in hospital. "
        "Nobody in an open prison (ED-15). By the wing where they live now.",
    ),
    _figure("allocated", "With a key worker", f"Of those, the people who had one {LAST_DAY}."),
    _figure(
        "allocated_rate",
        "Allocated",
        "People with a key worker of those who are to have one, in per cent.",
        "eligible",
        unit="%",
    ),
    _figure(
        "days_to_key_worker",
        "Days to the first key worker",
        "From reception here, or the day complexity of need stopped being high, to the first allocation. The mean over "
        "people whose first allocation was in the period and who had become eligible in the 6 months before it, "
        "rounded down.",
        unit="days",
    ),
    _figure(
        "days_to_first_session",
        "Days to the first session",
        "The same to the first session, on the day it happened, however late it was written up.",
        unit="days",
    ),
)
NATIONAL = (
    _figure(
        "mean_eligible",
        "Eligible on a mean day",
        "People who were to have a key worker at the end of each day, added up and divided by the days, rounded down.",
    ),
    _figure(
        "projected",
        "Projected sessions",
        "Eligible on a mean day, times the days of the period, by 7 days times the frequency: one week, two where key "
        "work is fortnightly, four in women's prisons (KW-17). Rounded down. It cannot be added up and nobody owes it.",
        "mean_eligible",
    ),
    _figure(
        "projected_rate",
        "Sessions held of projected",
        "Every session held, of the projected ones, in per cent; over 100 stands.",
        "sessions",
        unit="%",
    ),
)
SECTIONS = (
    ("Sessions owed and delivered", SESSIONS),
    ("The monthly floor of level 1, apart", FLOOR),
    ("Contact", CONTACT),
    ("Key workers and newcomers", PLACED),
)
PEOPLE = _figure(
    "people",
    "By person",
    f"Everybody who was owed or had a session in the period, or was to have a key worker {LAST_DAY}. Never seen first, "
    "then whoever had gone longest without a session.",
)
FIGURES = {one.key: one for one in (*SESSIONS, *FLOOR, *CONTACT, *PLACED, *NATIONAL, PEOPLE)}
# The figures that open lists of their own. `floor_to_come` only makes the floor's outcomes complete.
LISTS = sorted({one.rows for one in FIGURES.values()})
# Those that a key worker has; the others are a prison's or a wing's, whoever asks.
OWN_LISTS = sorted({one.rows for one in (*SESSIONS, *FLOOR, *CONTACT, PEOPLE)})
