"""The kernel's tasks. What they did is in the database; the broker only carries the call."""

from celery import shared_task

from omic import clock
from omic.outbox import send_waiting


@shared_task
def send_outbox() -> dict[str, int]:
    """Send the emails that wait; how many, by the state they now have."""
    return dict(send_waiting(clock.now()))
