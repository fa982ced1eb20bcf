"""The addresses of the product, and one that answers with nothing: what every page costs before it is one."""

from django.http import HttpResponse
from django.urls import path

from omic.access import Action, requires
from omic.http import PrisonRequest
from omic.urls import urlpatterns as pages


@requires(Action.HOME)
def plain(_request: PrisonRequest, code: str) -> HttpResponse:
    """Signed in, in a prison, and nothing to show."""
    return HttpResponse("ok", content_type="text/plain")


urlpatterns = [*pages, path("prisons/<str:code>/plain/", plain, name="plain")]
