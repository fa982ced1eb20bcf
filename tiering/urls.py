"""Addresses of tiering, below a prison's code."""

from django.urls import path

from tiering import views

app_name = "tiering"
urlpatterns = [
    path("people/<uuid:ref>/tier/", views.enter, name="enter"),
    path("people/<uuid:ref>/tier/withdraw/", views.withdraw, name="withdraw"),
    path("people/<uuid:ref>/tier/factors/", views.factors, name="factors"),
    path("people/<uuid:ref>/tier/history/", views.history, name="history"),
]
