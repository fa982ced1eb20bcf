"""The addresses of key work, below a prison's."""

from django.urls import path

from keywork import views

app_name = "keywork"
urlpatterns = [
    path("key-work/mine/", views.mine, name="mine"),
    path("key-work/overdue/", views.overdue, name="overdue"),
    path("key-work/allocate/", views.unallocated, name="unallocated"),
    path("key-work/unseen/", views.unseen, name="unseen"),
    path("key-work/expected/<int:arrival>/sessions/new/", views.log_expected, name="log-expected"),
    path("key-work/left/<int:allocation>/sessions/new/", views.log_left, name="log-left"),
    path("people/<uuid:ref>/sessions/new/", views.log, name="log"),
    path("people/<uuid:ref>/sessions/<int:contact>/", views.session, name="session"),
    path("people/<uuid:ref>/sessions/<int:contact>/amend/", views.amend, name="amend"),
    path("people/<uuid:ref>/sessions/<int:contact>/withdraw/", views.withdraw, name="withdraw"),
    path("people/<uuid:ref>/key-worker/", views.allocate, name="allocate"),
    path("people/<uuid:ref>/key-worker/end/", views.end, name="end"),
]
