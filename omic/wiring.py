"""How the apps meet: named here, found by import, never called across a tower. Part of the settings."""

# The one pipeline that edit, import and night call, in this order (see omic/reconcile.py).
RECONCILE_STEPS = [
    "tiering.pipeline.determine_tiers",
    "handover.pipeline.determine_handovers",
    "handover.resetting.end_steps",
    "allocation.pipeline.settle_holders",
    "keywork.pipeline.settle_holders",
    "handover.pipeline.open_obligations",
    "handover.meetings.keep_first_meetings",
    "handover.duties.keep_timetable",
    "handover.reminders.keep_reminders",
    "handover.community.follow_community",
    "allocation.pipeline.open_obligations",
    "keywork.pipeline.open_obligations",
    "keywork.meetings.keep_meetings",
    "wellbeing.pipeline.open_obligations",
    "omic.arrivals.close_arrived",
]
# Those of them that ask what a prison has decided for everybody in it about contacts: regime level, fortnights, rollout
# of OMiC, suspensions. Nothing else follows from that.
CADENCE_STEPS = ["keywork.pipeline.open_obligations", "wellbeing.pipeline.open_obligations"]
# What the number that stays takes over in a merge, by a function of both numbers, who and when (see omic/merges.py).
MERGE_STEPS = [
    "keywork.actions.merging.carry_over",
    "wellbeing.actions.merging.carry_over",
    "handover.merging.carry_over",
]
# What is taken back of that when the merge is undone, by a function of the merge, who and when; and what there is of
# it, in words for whoever decides, by a function of the merge.
UNMERGE_STEPS = ["keywork.actions.unmerging.take_back", "handover.unmerging.take_back"]
MERGE_CARRIED = ["keywork.actions.unmerging.carried", "wellbeing.merged.carried", "handover.unmerging.carried"]
# Whose duties time alone has changed since a day, by a function of prison, that day and today (see omic/drift.py).
BY_TIME = ["keywork.by_time.people_changed", "wellbeing.by_time.people_changed"]
# What the night does when duties are settled and flagged, before its run is done (see omic/nightly.py).
NIGHTLY_STEPS = ["wellbeing.compliance.write_email"]
# What the night writes besides: each by itself, so that one that fails stops neither that email nor the others. Each
# makes up the next night for what it could not do.
NIGHTLY_EXTRAS = [
    "allocation.reports.tell_governors",
    "handover.reminder_mails.send_reminders",
    "handover.community_night.write_to_community",
]
# Files that an app takes in through the kernel's importer, by the kind that its imports bear (see omic/nomis/kinds.py).
IMPORT_KINDS = {"self_harm": "wellbeing.self_harm_file.SELF_HARM_FILE"}
# What everyone held must have before the nightly email is complete; each counts those of a prison who have not.
COVERAGE = {"tier": "tiering.coverage.undetermined", "handover answer": "handover.coverage.undetermined"}
# What `manage.py calculate KIND` answers, each by a function of facts (see omic/calculator.py).
CALCULATOR_KINDS = {
    "contact": "keywork.calculate.contact.answer",
    "complexity": "allocation.calculate_complexity.answer",
    "handover": "handover.calculate.answer",
    "key-work-figures": "keywork.calculate.figures.answer",
    "key-worker-allocation": "keywork.calculate.allocation.answer",
    "may": "omic.may.answer",
    "pom-type": "allocation.calculate.answer",
    "self-harm": "wellbeing.calculate.self_harm.answer",
    "tasks": "handover.timetable.calculate.answer",
    "tier": "tiering.calculate.answer",
}
# What the calculator kind `may` answers, each action by a function of facts (see omic/may.py).
MAY = {
    "assign_task": "allocation.may.assign_task",
    "hold_cases": "allocation.may.hold_cases",
    "line_manage": "allocation.may.line_manage",
    "allocate_key_worker": "keywork.calculate.may.allocate_key_worker",
    "join_daily_cohort": "keywork.calculate.may.join_daily_cohort",
    "start_progression_plan": "keywork.calculate.may.start_progression_plan",
}
# What `manage.py bench NAME` measures: each by a function of the number of people that yields the lines to print.
BENCHES = {
    "allocation": "keywork.bench.bench",
    "pages": "allocation.bench.pages.bench",
    "rules": "handover.bench.rules.bench",
}
# Why somebody may not be the key worker of a person who is expected, in words (see omic/arrivals.py).
EXPECTED_KEY_WORKER = "keywork.expected.refusal"
# Whom somebody in a role holds beside those who point at them: people of a prison, by a function of both (omic.access).
ALSO_THEIRS = {"pom": "allocation.holders.shared_with"}
# For each pointer on the person, the open rows that it must agree with (see omic/holders.py).
HOLDER_CHECKS = {"pom": "allocation.holders.open_rows", "key_worker": "keywork.holders.open_rows"}
# What `manage.py demo` makes, in order, each by a function of the demonstration (see omic/demo/places.py). Those by
# place look at nothing outside the places that they are given, so that two processes can make half of it each.
DEMO_PARTS = [
    (
        "whole",
        [
            "omic.demo.staffing.make_prisons",
            "omic.demo.staffing.make_staff",
            "handover.demo_community.name_ldus",
            "wellbeing.demo.recipients.approve_recipients",
        ],
    ),
    (
        "by place",
        [
            "omic.demo.people.import_first_rolls",
            "allocation.demo.allocate",
            "keywork.demo.allocations.allocate",
            "keywork.demo.staff.make_profiles",
            "keywork.demo.regime.set_levels",
            "keywork.demo.sessions.hold_sessions",
            "allocation.demo_contacts.see",
            "wellbeing.demo.cohorts.decide",
            "wellbeing.demo.exceptions.suspend",
            "wellbeing.demo.exceptions.send_out",
            "wellbeing.demo.lockdown.lock_down",
            "wellbeing.demo.checks.check",
            "wellbeing.demo.self_harm.harm",
            "omic.demo.year.reconcile_year",
            "wellbeing.demo.cohorts.tell",
            "keywork.demo.plans.make_plans",
            "keywork.demo.plans.draw_samples",
            "handover.demo_community.remind",
            "handover.demo.hand_over",
            "handover.demo_community.ask",
            "handover.demo.override",
            "handover.demo_casework.work",
            "allocation.demo_casework.work",
        ],
    ),
    ("whole", ["omic.demo.people.import_todays_rolls", "omic.demo.people.expect_arrivals"]),
    ("by place", ["omic.demo.year.run_night"]),
    ("whole", ["omic.demo.year.send_mail"]),
]
# What the why page explains, each by a function of the request; the rules that stored steps cite (see omic/why.py).
WHY = {"tier": "tiering.why.explain", "handover": "handover.why.explain"}
RULEBOOKS = [
    "tiering.policy.STORED_RULES_BY_ID",
    "handover.policy.STORED_RULES_BY_ID",
    "handover.timetable.citations.RULES_BY_ID",
    "handover.policy.casework.RULES_BY_ID",
    "allocation.policy.RULES_BY_ID",
    "keywork.policy.RULES_BY_ID",
    "wellbeing.policy.RULES_BY_ID",
]
# What each app misses when it is not recorded, and what that blocks (see omic/missing.py).
MISSING_DETAILS = ["tiering.missing.MISSING", "handover.missing.MISSING", "allocation.missing.MISSING"]
# The panels of a person's page and the numbers of the home page, in order; each answers by role, or not at all.
PERSON_PANELS = [
    "wellbeing.panels.check_panel",
    "wellbeing.shared.shared_panel",
    "omic.person_panels.alerts_panel",
    "keywork.panels.key_work_panel",
    "keywork.plans.plan_panel",
    "keywork.panels.priority_panel",
    "wellbeing.self_harm_panel.self_harm_panel",
    "allocation.panels.pom_panel",
    "allocation.extra_lists.extra_panel",
    "allocation.panels.engagement_panel",
    "allocation.panels.complexity_panel",
    "handover.panels.duties_panel",
    "handover.panels.handover_panel",
    "handover.panels.notes_panel",
    "tiering.panels.tier_panel",
    "omic.person_panels.dates_panel",
    "allocation.case_panels.risk_panel",
    "allocation.case_panels.victim_liaison_panel",
]
# Those of them that the person's page has on its tab of dates.
PERSON_DATES = ["omic.person_panels.dates_panel", "handover.panels.handover_panel", "tiering.panels.tier_panel"]
# The page of one contact, by its kind: URL name, and the action that opens it.
CONTACT_PAGES = {
    "session": ("keywork:session", "see_person"),
    "entry": ("keywork:session", "see_person"),
    "engagement": ("allocation:engagement", "see_dates"),
}
# What is said beside a contact in the list of somebody's contacts: what to read with each, and the function of one.
CONTACT_REMARKS = ("check_note__entered_by", "wellbeing.notes.late_entry")
# What other apps show on the HOMD's dashboard, each by a function of the request; by role, or not at all.
OMU_PANELS = ["keywork.omu_panel.cases_panel"]
# What other apps show on wellbeing's assurance page, each by a function of the request; by role, or not at all.
ASSURANCE_PANELS = ["allocation.engagement_lists.assurance_panel"]
# Pages about one person that the person's page leads to: words, URL name, the action that opens it.
PERSON_LINKS = (
    ("Contacts", "person-contacts", "see_person"),
    ("Duties", "person-duties", "see_person"),
    ("Dates and tier", "person-dates", "see_dates"),
    ("Plans", "keywork:plan", "see_person"),
    ("Case history", "case-history", "see_history"),
    ("Case notes", "allocation:notes", "see_notes"),
    ("Handover", "handover:case", "see_dates"),
    ("Community", "handover:community-answer", "record_community"),
)
# What case history tells of somebody, each by a function of the person that gives events (see omic/case_history.py).
CASE_HISTORY = [
    "omic.case_history.stays",
    "omic.case_history.merges",
    "omic.case_history.details",
    "omic.case_history.alerts",
    "omic.case_history.contacts",
    "omic.case_history.duties",
    "tiering.case_history.tiers",
    "handover.case_history.responsibility",
    "handover.case_history.overrides",
    "handover.community_history.requests",
    "handover.early_history.early_allocation",
    "handover.early_history.recall",
    "handover.parole_history.reviews",
    "handover.parole_history.returns",
    "handover.case_history.forms",
    "handover.case_history.steps",
    "handover.case_history.oasys",
    "handover.case_history.reports",
    "handover.case_history.sending_notes",
    "allocation.case_history.poms",
    "allocation.case_history.covers",
    "allocation.case_history.extra_resource",
    "allocation.case_history.complexity",
    "allocation.case_history.notes",
    "allocation.case_history.victim_liaison",
    "keywork.case_history.key_workers",
]
HOME_TILES = [
    "wellbeing.self_harm_panel.home_tiles",
    "wellbeing.tiles.home_tiles",
    "wellbeing.shared.home_tiles",
    "handover.early_pages.home_tiles",
    "omic.duties.home_tiles",
    "omic.nomis.desk.home_tiles",
    "allocation.panels.home_tiles",
    "keywork.panels.home_tiles",
    "keywork.panels.regime_tiles",
    "handover.panels.home_tiles",
    "handover.community_tabs.home_tiles",
    "handover.ldu_pages.home_tiles",
    "keywork.quality.home_tiles",
    "omic.missing.home_tiles",
    "omic.merge_pages.home_tiles",
    "omic.nomis_entries.home_tiles",
]
