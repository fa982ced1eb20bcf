"""What the night tells the Governor: how many closed notes were read with a reason since the night before (XC-54)."""

from django.conf import settings

from omic.formats import day, plural
from omic.ledger import Coverage
from omic.models import Role, Staff
from omic.nightly import JOB, Night
from omic.outbox import MailKind, queue_message


def tell_governors(night: Night) -> Coverage:
    """Queue the email, if there is anything to tell; answers how many closed notes it tells of."""
    told = night.prison.runs.filter(job=JOB, coverage__has_key="closed_notes_read").order_by("-finished_at").first()
    readings = night.prison.note_readings.filter(at__lte=night.at)
    if told is not None:
        readings = readings.filter(at__gt=told.finished_at)
    number = readings.count()
    if not number:
        return {}
    _mail(night, number)
    return {"closed_notes_read": number}


def _mail(night: Night, number: int) -> None:
    prison = night.prison
    posted = prison.postings.on(night.on).filter(role=Role.GOVERNOR)
    body = (
        f"{plural(number, 'closed case note was,closed case notes were')} read with a reason, up to the night of "
        f"{day(night.on)}.\n\nWho, which and why:\n{settings.SITE_URL}/prisons/{prison.pk}/access-log/\n"
    )
    for address in (
        Staff.objects.filter(pk__in=posted.values("staff")).exclude(email="").values_list("email", flat=True)
    ):
        queue_message(
            prison=prison,
            on=night.on,
            kind=MailKind.ACCESS,
            recipient=address,
            title=f"{prison.name}: closed notes read with a reason",
            body=body,
            at=night.at,
        )
