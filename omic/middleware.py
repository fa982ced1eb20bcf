"""Who is signed in, where, and whether they may: decided before any view runs."""

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import pghistory
from django.contrib.auth.views import redirect_to_login
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from omic import clock, pending
from omic.access import Action, declared_action, require_declared_views, standing_in
from omic.calendar import london_day
from omic.errors import busy
from omic.models import PersonMerge
from omic.reconcile import is_busy

PRISON_CODE = re.compile(r"[A-Z0-9]{3}")
Respond = Callable[[HttpRequest], HttpResponse]


class AccessMiddleware:
    """Gives each request its day, its prison and, for `people/<ref>`, its person; refuses what the table forbids.

    A prison in which someone holds no posting today does not exist for them (404), nor does a person who is not
    held there; a page that their role may not open is refused (403), and so is a person beyond their reach. The
    address of a number that was merged into another leads to whoever has that other number.
    """

    def __init__(self, get_response: Respond) -> None:
        self.get_response = get_response
        require_declared_views()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        request.now = clock.now()  # type: ignore[attr-defined]
        request.on = london_day(request.now)  # type: ignore[attr-defined]
        with pghistory.context(path=request.path):
            response = self.get_response(request)
        if request.user.is_authenticated:
            response.headers.setdefault("Cache-Control", "no-store")
        return response

    def process_view(
        self, request: HttpRequest, view: Callable[..., Any], _args: Any, kwargs: dict[str, Any]
    ) -> HttpResponse | None:
        action = declared_action(view)
        if action == Action.PUBLIC:
            return None
        if not request.user.is_authenticated:
            onward = request.get_full_path() if pending.keep(request) else _page_of(request)
            return redirect_to_login(onward, reverse("sign-in"))
        pghistory.context(staff=request.user.pk)
        pending.guard(request)
        if action is None:
            raise PermissionDenied("This page declares no action.")
        return None if action == Action.OPEN else self._admit(request, action, kwargs)

    def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
        """Somebody else holds the rows that this request wants to change: says so and shows what was typed."""
        return busy(request) if is_busy(error) else None

    def _admit(self, request: Any, action: Action, kwargs: dict[str, Any]) -> HttpResponse | None:
        if not PRISON_CODE.fullmatch(kwargs["code"]):
            raise Http404("No prison has such a code.")
        standing = standing_in(request.user, kwargs["code"], on=request.on)
        if standing is None:
            raise Http404("No posting in this prison today.")
        if not standing.may(action):
            raise PermissionDenied("Your role here does not open this page.")
        request.standing, request.prison = standing, standing.prison
        return self._admit_person(request, action, kwargs) if "ref" in kwargs else None

    def _admit_person(self, request: Any, action: Action, kwargs: dict[str, Any]) -> HttpResponse | None:
        ref = kwargs["ref"]
        person = request.standing.people(action).select_related("prison", "wing", "pom", "key_worker").filter(ref=ref)
        request.person = person.first()
        if request.person is not None:
            return None
        if request.prison.people.filter(ref=ref).exists():
            raise PermissionDenied("This person is not one of yours.")
        merged = PersonMerge.objects.standing().filter(gone__ref=ref)
        kept = request.standing.people(action).filter(numbers_taken_in__in=merged).first()
        if kept and request.method in ("GET", "HEAD"):
            return redirect(request.resolver_match.view_name, **{**kwargs, "ref": kept.ref})
        raise Http404("Nobody with this address is held here.")


def _page_of(request: HttpRequest) -> str:
    """Where to go on after signing in: this address, or for a button the page that it stood on."""
    if request.method in ("GET", "HEAD"):
        return request.get_full_path()
    before = urlsplit(request.headers.get("Referer", ""))
    return before._replace(scheme="", netloc="").geturl() if before.netloc == request.get_host() else reverse("start")
