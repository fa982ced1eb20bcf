"""The request as views see it, after `omic.middleware.AccessMiddleware`."""

from datetime import date, datetime

from django.http import HttpRequest

from omic.access import Standing
from omic.models import Person, Prison, Staff


class PrisonRequest(HttpRequest):
    """A request of somebody signed in, in a prison. `person` is there where the address has `people/<ref>`."""

    user: Staff
    on: date
    now: datetime
    standing: Standing
    prison: Prison
    person: Person
