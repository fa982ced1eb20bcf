"""Imports in the background. The broker only carries the call: where it is down, the import runs at once."""

from contextlib import suppress

from celery import shared_task
from kombu.exceptions import OperationalError

from omic import clock
from omic.audit import Actor
from omic.models import RollImport
from omic.nomis.files import kept_file
from omic.nomis.run import refuse, take_in
from omic.nomis.turns import AlreadyRunningError


@shared_task
def run_import(pk: int) -> None:
    """Take in, or go on with, the import whose file is kept. One that is done, or at work elsewhere, is left alone."""
    taken = RollImport.objects.filter(pk=pk, state=RollImport.State.RUNNING).first()
    if taken is None:
        return
    staff = taken.decided_by or taken.uploaded_by
    actor = Actor(staff=staff) if staff else Actor(job="run_import")
    path, at = kept_file(taken), clock.now()
    if not path.exists():
        because = f"Stopped after {taken.rows} of its rows, and the file is not kept here. Import it again."
        refuse(taken, because, by=actor, at=at)
        return
    with suppress(AlreadyRunningError):
        take_in(taken, path, by=actor, at=at)


def start(taken: RollImport) -> None:
    """Have the worker take it in; without a broker, do it here. Call it after the transaction that made the import."""
    try:
        with run_import.app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0)  # Celery by itself waits for ever
            producer = run_import.app.amqp.Producer(broker, auto_declare=False)
            run_import.apply_async((taken.pk,), producer=producer, retry=False)
    except OperationalError:
        run_import(taken.pk)
