"""Parts beside primary POMs as a list."""

from django.utils.html import format_html

from allocation.lists import Cells, about, surname_first
from allocation.models import PomAllocation
from omic.access import Action
from omic.http import PrisonRequest
from omic.lists import Column, link


def share_columns(request: PrisonRequest) -> tuple[Column, ...]:
    """Parts beside the primary POM: whose case, which part, who has it, and the way to end all of theirs."""
    cells, may = Cells(request), request.standing.may(Action.ALLOCATE_POM)

    def end(row: PomAllocation) -> str:
        words = format_html("End all of {}", row.staff)
        return link(cells.url("allocation:end-shares", row.staff_id), words) if may else ""

    return (
        about(request, "person", "Person"),
        Column("part", "Part", "get_part_display", order=("part",)),
        Column("staff", "Who", lambda row: surname_first(row.staff), order=("staff__surname", "staff__forename")),
        Column("since", "Since", "started_at", order=("started_at",)),
        Column("end", "End", cell=end, export=False),
    )
