"""NOMIS alerts in words, and who is shown which: the wings what keeps people safe, the OMU and Safer Custody all."""

from omic.access import Action, Standing

# What residential staff must know of whoever they unlock. Codes as the alerts service has them.
SAFETY = {
    "HA": "Open ACCT",
    "HA1": "ACCT post-closure",
    "HA2": "ACCT closed",
    "HC": "Self-harm in custody",
    "HS": "Self-harm in the community",
    "RNO121": "No one-to-one",
    "XRF": "Risk to women",
    "RSS": "Risk to staff",
    "XSA": "Has assaulted staff",
    "XHT": "Hostage taker",
    "RCON": "Conflict with others here",
    "XCU": "Controlled unlock",
    "VU": "Poor coper",
    "VIP": "Isolated",
    "VI": "Victim in custody",
    "VOP": "Own protection",
    "V45": "Own protection (rule 45)",
    "AAR": "Adult at risk",
    "OCVM": "Violence management",
    "OFR": "Food refusal",
    "CSIP": "Challenge, support and intervention plan",
    "PEEP": "Personal emergency evacuation plan",
    "HID": "Hidden disability",
    "PGWCP": "Pregnant",
    "VLES": "Little English",
    "ADSC": "Adult social care",
}
OTHERS = {
    "ROV": "Very high risk of serious harm (alert, not the RoSH)",
    "ROH": "High risk of serious harm (alert, not the RoSH)",
    "ROM": "Medium risk of serious harm (alert, not the RoSH)",
    "XTACT": "Terrorism Act",
    "XGANG": "Gang member",
    "XEL": "Escape list",
    "XELH": "Escape list, heightened",
    "XER": "Escape risk",
    "RDV": "Domestic violence",
    "RCC": "Risk to children, custody",
    "RCS": "Risk to children, community",
    "LCE": "Care experienced",
    "F1": "Veteran",
    "OCYP": "Looked-after young person",
    "OFNA": "Women’s needs assessment",
    "TAH": "Hold: allocation",
    "TAP": "Hold: programme",
    "TM": "Hold: medical",
    "TPR": "Hold: parole",
    "TSE": "Hold: security",
    "TG": "Hold: Governor",
}
WORDS = SAFETY | OTHERS


def shown_to(standing: Standing) -> frozenset[str] | None:
    """The codes that somebody is shown; None for every one there is."""
    if standing.may(Action.SEE_DATES) or standing.may(Action.SEE_SAFETY):
        return None
    return frozenset(SAFETY)


def in_words(code: str) -> str:
    """An alert's words; the code itself where we have none."""
    return WORDS.get(code, code)
