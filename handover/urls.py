"""Addresses of handover, below a prison's code."""

from django.urls import path

from handover import views
from handover.queries import LISTS

app_name = "handover"
urlpatterns = [
    *(path(f"handovers/{row.key}/", views.handovers, {"key": row.key}, name=row.key) for row in LISTS),
    path("people/<uuid:ref>/handover/record/", views.record, name="record"),
]
