"""The Celery application. Beat only rings: what a job did is its `Run` row, never the broker's memory."""

import os

from celery import Celery

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "omic.settings")

app = Celery("omic")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.autodiscover_tasks(["omic.nomis"])
