"""The link to the prison's own guidance on a kind of duty, for pages on which such a duty is done."""

from typing import Any

from django import template

from omic.guidance import guidance_on

register = template.Library()


@register.inclusion_tag("omic/_guidance.html", takes_context=True)
def guidance(context: dict[str, Any], kind: str) -> dict[str, Any]:
    """The prison's guidance on a kind of duty (XC-56); draws nothing where it keeps none."""
    request = context["request"]
    return {"address": guidance_on(request.prison, kind), "request": request}
