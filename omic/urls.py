"""Every address of the application. What belongs to a prison stands below its code."""

from django.urls import URLPattern, URLResolver, include, path

from omic import (
    access_log,
    arrivals,
    case_history,
    details_pages,
    duties,
    guidance,
    home,
    mail_urls,
    merge_pages,
    merge_undo_pages,
    missing,
    nomis_entries,
    people,
    person_tabs,
    prison_settings,
    signin,
    why,
)
from omic.health import health
from omic.nomis import urls as import_pages

IN_A_PRISON: list[URLPattern | URLResolver] = [
    path("", home.home, name="home"),
    *people.urls,
    *person_tabs.urls,
    *prison_settings.urls,
    *guidance.urls,
    *mail_urls.urls,
    *missing.urls,
    *details_pages.urls,
    *why.urls,
    *nomis_entries.urls,
    *import_pages.urls,
    *duties.urls,
    *arrivals.urls,
    *merge_pages.urls,
    *merge_undo_pages.urls,
    *access_log.urls,
    *case_history.urls,
    path("", include("tiering.urls")),
    path("", include("handover.urls")),
    path("", include("allocation.urls")),
    path("", include("keywork.urls")),
    path("", include("wellbeing.urls")),
]

urlpatterns = [
    path("", home.start, name="start"),
    path("health", health, name="health"),
    path("sign-in/", signin.sign_in, name="sign-in"),
    path("sign-in/as/<str:username>/", signin.sign_in_as, name="sign-in-as"),
    path("sign-out/", signin.sign_out, name="sign-out"),
    path("prisons/", home.prisons, name="prisons"),
    path("prisons/<str:code>/", include(IN_A_PRISON)),
    path("assurance/", include("wellbeing.several_urls")),
]
handler500 = "omic.errors.server_error"
