"""Who has a tier, by the legal statuses that the kernel stores: the rules themselves know no Django."""

from omic.models import SENTENCED_STATUSES, UNCLEAR_STATUSES, LegalStatus
from tests.case_files import read_cases
from tiering.policy import SENTENCED, UNCLEAR


def test_every_legal_status_has_a_case_and_means_what_the_kernel_means() -> None:
    assert {case["legal_status"] for case in read_cases("tiering_who")} == set(LegalStatus)
    assert (set(SENTENCED), set(UNCLEAR)) == (set(SENTENCED_STATUSES), set(UNCLEAR_STATUSES))
