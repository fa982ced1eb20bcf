"""Addresses of the import pages, below a prison's."""

from django.urls import path

from omic.nomis import decision_views, views

urls = [
    path("imports/", views.imports, name="imports"),
    path("imports/files/", views.files, name="import-files"),
    path("imports/missing/", views.missing, name="import-missing"),
    path("imports/new/", views.upload, name="new-import"),
    path("imports/rows/<int:pk>/", decision_views.import_row, name="import-row"),
    path("imports/rows/<int:pk>/confirm/", decision_views.confirm, name="confirm-row"),
    path("imports/rows/<int:pk>/reject/", decision_views.reject, name="reject-row"),
    path("imports/rows/<int:pk>/correct/", decision_views.correct, name="correct-row"),
    path("imports/<int:pk>/", views.report, name="import"),
    path("imports/<int:pk>/confirm/", decision_views.confirm_file, name="confirm-import"),
    path("imports/<int:pk>/reject/", decision_views.reject_file, name="reject-import"),
    path("imports/<int:pk>/go-on/", views.go_on, name="go-on-import"),
    path("imports/<int:pk>/<str:outcome>/", views.report, name="import-rows"),
]
