"""Imports in the background. The broker only carries the call: where it is down, the import runs at once."""

from celery import shared_task
from kombu.exceptions import OperationalError

from omic import clock
from omic.audit import Actor
from omic.models import RollImport
from omic.nomis.files import kept_file
from omic.nomis.run import take_in
from omic.nomis.turns import AlreadyRunningError


@shared_task
def run_import(pk: int) -> None:
    """Take in, or go on with, the import whose file is kept. One that is done, or at work elsewhere, is left alone."""
    taken = RollImport.objects.filter(pk=pk, state=RollImport.State.RUNNING).first()
    if taken is None:
        return
    staff = taken.decided_by or taken.uploaded_by
    actor = Actor(staff=staff) if staff else Actor(job="run_import")
    try:
        take_in(taken, kept_file(taken), by=actor, at=clock.now())
    except AlreadyRunningError:
        return


def start(taken: RollImport) -> None:
    """Have the worker take it in; without a broker, do it here. Call it after the transaction that made the import."""
    try:
        with run_import.app.connection_for_write() as broker:
            broker.ensure_connection(max_retries=1, interval_start=0)  # Celery by itself waits for ever
            producer = run_import.app.amqp.Producer(broker, auto_declare=False)
            run_import.apply_async((taken.pk,), producer=producer, retry=False)
    except OperationalError:
        run_import(taken.pk)
