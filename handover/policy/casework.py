"""The rules of casework that no duty carries: what a handover is made of, and who does what (HO-31 to HO-38)."""

from omic.policy import OPERATING_MODEL, PROBATION_BLOG, Cite, Rule, registry

COM_VISITS = 3  # HO-38
BEGINS_DAYS = 8 * 7  # HO-24: from so long before its date on, a handover is worked on
_PRE_RELEASE = "Pre-release: NPS Determinate sentenced individuals over 10 months"

RULES = (
    Rule(
        "HO-31",
        "The written report that the model asks for under another pre-release heading is that of the cases without a "
        "handover meeting, CRC cases. The report sent is then also the POM's report before release.",
        Cite(OPERATING_MODEL, "Pre-release: over 48 months, 10-48 months medium Risk of Serious Harm"),
    ),
    Rule(
        "HO-33",
        "Once allocated the COM introduces themselves and builds a relationship, by letter, telephone, video or visit, "
        "and does a MAPPA screen, with a referral to approved premises where that is apt.",
        Cite(OPERATING_MODEL, _PRE_RELEASE),
    ),
    Rule(
        "HO-34",
        "Where the case is the community's from the start, the COM does all planning before release, OASys and MAPPA "
        "referral included; the POM supports.",
        Cite(OPERATING_MODEL, "Pre-release: Short sentences NPS under 10 and CRC cases with less than 12 weeks"),
    ),
    Rule(
        "HO-36",
        "To the first handover meeting of a case that goes to parole come the COM, the POM, the person, the key worker "
        "and significant others.",
        Cite(OPERATING_MODEL, "Community Offender Manager Handover meeting"),
    ),
    Rule(
        "HO-38",
        "The COM is said to be expected to see the person three times before release. No standard that could be read "
        "says so: the visits are counted, and nothing is owed.",
        Cite(PROBATION_BLOG, "The first entry"),
    ),
)
RULES_BY_ID = registry(RULES)
