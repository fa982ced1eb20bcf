"""What somebody typed when their session had ended: kept while they sign in, shown to them again, saved by nobody else.

A form takes part with the hidden field `typed_by`, its author's signed id: without it nothing is kept, because on a
shared computer the next to sign in may be somebody else. What was kept is shown once, on the page it was typed on, to
its author alone, and is never submitted by itself.
"""

from typing import Any

from django.contrib import messages
from django.core import signing
from django.http import QueryDict

from omic.http import PrisonRequest
from omic.models import Staff

KEY = "typed_before_sign_in"
FIELD = "typed_by"
SALT = "omic.pending"
LARGEST = 100_000  # characters; far beyond any form, well below what a session may hold
KEPT_SECONDS = 60 * 60
SIGNED_FOR_SECONDS = 7 * 24 * 60 * 60


def stamp(staff: Staff) -> str:
    """The value of a form's `typed_by` field: who this page was drawn for, signed."""
    return signing.dumps(staff.pk, salt=SALT)


def keep(request: Any) -> bool:
    """Keep a POST that came without a session, if it says who typed it. Called before the redirect to sign-in.

    Says whether it was kept: then its own address is where to go on, for a form that takes part answers a GET there.
    """
    try:
        author = signing.loads(request.POST.get(FIELD, ""), salt=SALT, max_age=SIGNED_FOR_SECONDS)
    except signing.BadSignature:
        return False
    typed = request.POST.copy()
    typed.pop("csrfmiddlewaretoken", None)
    if len(body := typed.urlencode()) > LARGEST:
        return False
    request.session[KEY] = {"staff": author, "path": request.get_full_path(), "typed": body}
    request.session.set_expiry(KEPT_SECONDS)
    return True


def guard(request: Any) -> None:
    """Drop what somebody else typed as soon as anybody is signed in. Called at every request of somebody signed in."""
    kept = request.session.get(KEY)
    if kept is None:
        return
    if kept["staff"] != request.user.pk:
        del request.session[KEY]
    if request.session.get("_session_expiry"):
        request.session.set_expiry(None)


def typed(request: PrisonRequest) -> QueryDict | None:
    """What this page's form is bound to: the POST, else what its author typed before the session ended, else None."""
    kept = request.session.get(KEY)
    if kept and kept["path"] == request.get_full_path():
        del request.session[KEY]
    else:
        kept = None
    if request.method == "POST":
        return request.POST
    if kept is None:
        return None
    messages.warning(request, "You were signed out before this was saved. Check what you typed and save it now.")
    return QueryDict(kept["typed"])
