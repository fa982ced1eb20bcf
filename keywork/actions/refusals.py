"""Why key work is not written: what stands in the way, in words fit to show."""

from omic.formats import clock
from omic.models import Contact


class RefusedError(Exception):
    """What was asked for cannot be done. The message is fit to show; `field` is the form's field it is about."""

    def __init__(self, message: str, field: str | None = None) -> None:
        super().__init__(message)
        self.field = field


class SameSessionError(RefusedError):
    """Another session stands within the hour: it may be the same one, recorded twice."""

    def __init__(self, contact: Contact) -> None:
        super().__init__(f"{contact.by} has recorded a session at {clock(contact.at)}. Is this the same session?")
        self.contact = contact
