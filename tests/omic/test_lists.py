"""The list machine: filter, count, sort, page, print and export, in a constant number of queries."""

import csv
import io
from collections.abc import Callable
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest
from django.test import Client, RequestFactory
from openpyxl import load_workbook

from omic import access, lists
from omic.exports import csv_response, safe, xlsx_response
from omic.lists import Column, ListPage
from omic.models import Prison, Role
from tests.cast import Cast
from tests.omic import sample

URL = "/prisons/LEI/list/"
pytestmark = pytest.mark.django_db


def request(query: str = "") -> HttpRequest:
    return RequestFactory().get(f"{URL}?{query}")


def a_list(query: str = "", **changes: Any) -> ListPage:
    """The sample list of prisons."""
    given = {
        "title": "Prisons",
        "columns": sample.COLUMNS,
        "sort": "name",
        "empty": "None.",
        "filterset": sample.PrisonFilter,
    }
    rows = changes.pop("rows", Prison.objects.all())
    return ListPage(request(query), rows, **(given | changes))


def names(page: ListPage) -> list[str]:
    return [prison.name for prison in page.page]


@pytest.fixture
def client(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Client:
    """Signed in, where the sample pages stand."""
    settings.ROOT_URLCONF = "tests.omic.sample"
    monkeypatch.setattr(access, "NAVIGATION", sample.NAVIGATION)
    return cast.client(Role.HOMD)


def test_a_page_has_fifty_rows_and_the_count_is_of_all() -> None:
    page = a_list("page=3")
    assert (page.count, len(names(page))) == (Prison.objects.count(), Prison.objects.count() - 100)


@pytest.mark.parametrize("asked", ["0", "999", "x", ""])
def test_a_page_that_is_not_there_is_the_nearest(asked: str) -> None:
    assert a_list(f"page={asked}").page.number in (1, 3)


def test_a_heading_sorts_and_sorts_back() -> None:
    forwards, backwards = a_list("sort=code"), a_list("sort=-code")
    assert names(forwards)[0] == Prison.objects.order_by("code")[0].name
    assert names(backwards)[0] == Prison.objects.order_by("-code")[0].name
    assert [heading.url for heading in forwards.headings()][1] == "?sort=-code"


@pytest.mark.parametrize("asked", ["see", "password", "-", "name,code", "--name"])
def test_what_cannot_be_sorted_by_is_ignored(asked: str) -> None:
    assert a_list(f"sort={asked}").sort == "name"


def test_ties_never_put_a_row_on_two_pages() -> None:
    seen = [name for number in (1, 2, 3) for name in names(a_list(f"sort=country&page={number}"))]
    assert len(set(seen)) == len(seen) == Prison.objects.count()


def test_unknown_values_come_last_both_ways() -> None:
    order = [str(a_list(f"sort={sort}").ordered.query) for sort in ("code", "-code")]
    assert all("NULLS LAST" in sql for sql in order)


def test_a_filter_narrows_and_says_so_and_can_be_dropped() -> None:
    page = a_list("estate=women&operator=private&sort=-code&page=2&fictional=false")
    assert set(page.ordered.values_list("estate", flat=True)) == {"women"}
    assert [(f.label, f.text) for f in page.active_filters()] == [
        ("Estate", "Women's"),
        ("Operator", "Private"),
        ("Fictional", "No"),
    ]
    assert page.active_filters()[0].url == "?operator=private&sort=-code&fictional=false"


def test_links_keep_filters_and_only_paging_keeps_the_page() -> None:
    page = a_list("estate=men_closed&page=2")
    assert page.next_url() == "" or page.next_url().startswith("?estate=men_closed&page=")
    assert page.previous_url() == "?estate=men_closed&page=1"
    assert page.headings()[1].url == "?estate=men_closed&sort=code"
    assert page.print_url() == "?estate=men_closed&print=1"


def test_a_wrong_filter_is_an_error_and_filters_nothing(client: Client) -> None:
    html = client.get(URL, {"estate": "moon"}).content.decode()
    assert "There is a problem" in html
    assert f"<strong>{Prison.objects.count()} prisons</strong>" in html


def test_paper_has_every_row_and_says_when_it_has_not(monkeypatch: pytest.MonkeyPatch, client: Client) -> None:
    assert len(names(a_list("print=1"))) == Prison.objects.count()
    monkeypatch.setattr(lists, "PRINT_LIMIT", 10)
    html = client.get(URL, {"print": "1"}).content.decode()
    assert "Only the first 10 rows are printed." in html
    assert 'aria-label="Pages"' not in html


@pytest.mark.parametrize("rows", [1, 50])
def test_a_list_costs_two_queries(rows: int, django_assert_num_queries: Callable[..., Any]) -> None:
    few = Prison.objects.filter(pk__in=Prison.objects.values_list("pk", flat=True)[:rows])
    with django_assert_num_queries(2):
        page = a_list("operator=public&operator=private", rows=few)
        assert page.count == len(list(page.rows())) == rows


def test_the_table_says_how_it_is_sorted(client: Client) -> None:
    html = client.get(URL, {"sort": "-code"}).content.decode()
    assert html.count('aria-sort="descending"') == 1
    assert html.count('aria-sort="none"') == 3
    assert 'aria-current="page"' in html


def test_an_empty_list_says_why(client: Client) -> None:
    assert "Nothing matches these filters." in client.get(URL, {"name": "nowhere"}).content.decode()
    Prison.objects.exclude(code="LEI").delete()
    page = a_list(rows=Prison.objects.none())
    assert "None." in page.response().content.decode()


def test_a_cell_may_be_a_value_a_function_or_a_template() -> None:
    prison = Prison.objects.get(code="LEI")
    assert Column("x", "X", "get_country_display").shown(prison, {}) == "England"
    assert Column("x", "X", cell=lambda row: row.code).shown(prison, {}) == "LEI"
    drawn = Column("x", "X", "name", cell="govuk/summary_row.html").shown(prison, {"key": "Name"})
    assert prison.name in drawn
    assert "Name" in drawn


def test_a_path_that_meets_nothing_is_nothing() -> None:
    column = Column("x", "X", "wing.code")
    assert column.value_of(type("Row", (), {"wing": None})()) is None
    assert column.shown(type("Row", (), {"wing": None})(), {}) == "–"


def test_cells_are_escaped() -> None:
    Prison.objects.filter(code="LEI").update(name="<script>")
    assert "<script>alert" not in "".join(str(cell) for row in a_list("name=script").rows() for _, cell in row)
    assert "&lt;script&gt;" in str(next(a_list("name=script").rows())[0][1])


def test_a_csv_holds_every_filtered_row_and_is_logged(client: Client) -> None:
    sample.EXPORTS.clear()
    response = client.get(URL, {"export": "csv", "estate": "women", "page": "2"})
    text = response.getvalue().decode("utf-8-sig")
    rows = list(csv.reader(io.StringIO(text)))
    women = Prison.objects.filter(estate="women")
    assert rows[0] == ["Prison", "Code", "Country", "Estate", "Assurance due", "Fictional"]
    assert [row[1] for row in rows[1:]] == list(women.order_by("name").values_list("code", flat=True))
    assert list(sample.EXPORTS) == [("csv", women.count())]


def test_an_export_is_named_for_the_list_the_prison_and_the_day(client: Client) -> None:
    response = client.get(URL, {"export": "xlsx"})
    assert response["Content-Disposition"] == 'attachment; filename="prisons-LEI-2026-11-18.xlsx"'


def test_a_workbook_holds_dates_as_dates(client: Client) -> None:
    sheet = load_workbook(io.BytesIO(client.get(URL, {"export": "xlsx"}).getvalue())).active
    assert sheet.max_row == Prison.objects.count() + 1
    assert sheet["E2"].value == datetime(2026, 11, 18)


def test_an_export_without_leave_is_refused_and_not_offered(client: Client) -> None:
    assert client.get(URL, {"export": "csv", "refuse": ""}).status_code == 403
    assert "export=csv" not in client.get(URL, {"refuse": ""}).content.decode()
    with pytest.raises(PermissionDenied):
        a_list("export=csv").response()
    with pytest.raises(Http404):
        a_list("export=pdf", may_export=True).response()


@pytest.mark.parametrize("text", ["=1+1", "+44", "-1", "@x", "\t=1", "\r=1", "\n=1", "＝1"])
def test_a_text_is_never_a_formula(text: str) -> None:
    assert safe(text) == f"'{text}"


@pytest.mark.parametrize(
    ("value", "held"),
    [
        (-5, -5),
        (Decimal("-0.5"), Decimal("-0.5")),
        (None, ""),
        (True, "Yes"),
        (date(2026, 3, 9), date(2026, 3, 9)),
        (datetime(2026, 6, 9, 8, 15, 30, 9, UTC), datetime(2026, 6, 9, 9, 15, 30)),
        (["B wing", "A"], "B wing, A"),
        ("bell\x07", "bell"),
        ("O'Neil", "O'Neil"),
    ],
)
def test_a_file_holds_values_as_they_are(value: object, held: object) -> None:
    assert safe(value) == held


def test_rows_that_are_no_list_download_too() -> None:
    rows = [["A1234BC", "=cmd"], ["A1234BD", None]]
    text = csv_response("rows", ["Number", "Reason"], rows).getvalue().decode("utf-8-sig")
    assert text == "Number,Reason\r\nA1234BC,'=cmd\r\nA1234BD,\r\n"
    book = load_workbook(io.BytesIO(xlsx_response("rows", ["Number", "Reason"], rows).getvalue()))
    assert [cell.value for cell in book.active[2]] == ["A1234BC", "'=cmd"]
