"""The pages for a fault of ours (urls.py names it as `handler500`), and for rows that somebody else is saving."""

from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import get_template


def server_error(request: HttpRequest) -> HttpResponse:
    """Says so, and shows what was typed, so that it is not lost. Asks nothing of the database: it may be the fault."""
    return HttpResponseServerError(get_template("500.html").render({"request": request}))


def busy(request: HttpRequest) -> HttpResponse:
    """Somebody else is saving the same rows: nothing was saved, and what was typed is shown to be sent again."""
    return HttpResponse(get_template("busy.html").render({"request": request}, request), status=503)
