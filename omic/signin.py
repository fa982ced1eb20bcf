"""Signing in and out. In the demonstration the page lists who can sign in, and one button does it."""

from django.conf import settings
from django.contrib.auth import login, views
from django.contrib.auth.forms import AuthenticationForm
from django.http import Http404, HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST

from omic.access import Action, requires
from omic.demo.personas import PASSWORD, PERSONAS
from omic.forms import GovukForm
from omic.models import Prison, Staff


class SignInForm(GovukForm, AuthenticationForm):
    """Username and password."""


def _persona_rows() -> list[dict[str, str]]:
    """The personas whose staff exist, with their prison's name; one query."""
    names = dict(Prison.objects.values_list("code", "name"))
    known = set(Staff.objects.filter(username__in=[p.username for p in PERSONAS]).values_list("username", flat=True))
    return [
        {
            "username": persona.username,
            "name": f"{persona.forename} {persona.surname}",
            "role": persona.role.label,
            "prison": names.get(persona.prison, "Prison group"),
            "does": persona.does,
        }
        for persona in PERSONAS
        if persona.username in known
    ]


class SignIn(views.LoginView):
    """Username and password; then the page that was asked for, or the prisons one is posted to."""

    template_name = "omic/sign_in.html"
    authentication_form = SignInForm

    def get_context_data(self, **kwargs: object) -> dict[str, object]:
        personas = _persona_rows() if settings.DEMONSTRATION else []
        return super().get_context_data(title="Sign in", personas=personas, password=PASSWORD, **kwargs)


sign_in = requires(Action.PUBLIC)(SignIn.as_view())
sign_out = requires(Action.PUBLIC)(require_POST(views.LogoutView.as_view()))


@requires(Action.PUBLIC)
@require_POST
def sign_in_as(request: HttpRequest, username: str) -> HttpResponse:
    """Sign in as a persona without a password: in the demonstration only, and only as a persona."""
    if not settings.DEMONSTRATION or username not in {persona.username for persona in PERSONAS}:
        raise Http404("Nobody to sign in as.")
    login(request, get_object_or_404(Staff, username=username), "django.contrib.auth.backends.ModelBackend")
    onward = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(onward, allowed_hosts={request.get_host()}, require_https=False)
    return HttpResponseRedirect(onward if safe else reverse("start"))
