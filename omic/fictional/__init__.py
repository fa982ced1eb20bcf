"""Fictional rolls and details for the demonstration, the benches and the tests: the same every time from a seed."""

from omic.fictional.days import CORRUPTIONS, corrupt, next_day
from omic.fictional.facts import details
from omic.fictional.people import FictionalPrison, Mix, person, prison_number, roll

__all__ = [
    "CORRUPTIONS",
    "FictionalPrison",
    "Mix",
    "corrupt",
    "details",
    "next_day",
    "person",
    "prison_number",
    "roll",
]
