"""What the pages about one person's sentence have in common."""

from typing import Any

from omic.http import PrisonRequest
from omic.people import identity


def about(request: PrisonRequest, back: str) -> dict[str, Any]:
    """Who the page is about, with where it leads back to."""
    return {"person": request.person, "back": back, "cancel": back, **identity(request.person)}
