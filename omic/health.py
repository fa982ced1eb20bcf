"""Whether this process can serve: the launcher, compose and a load balancer ask."""

from django.db import OperationalError, connection
from django.http import HttpRequest, HttpResponse

from omic.access import Action, requires


@requires(Action.PUBLIC)
def health(_request: HttpRequest) -> HttpResponse:
    """200 when the database answers, 503 when it does not."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 1")
    except OperationalError:
        return HttpResponse("The database does not answer.", status=503, content_type="text/plain")
    return HttpResponse("ok", content_type="text/plain")
