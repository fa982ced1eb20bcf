"""The frame of every page, its tags, its error pages, and where its stylesheets come from."""

from datetime import UTC, date, datetime
from typing import Any

import pytest
from django.contrib.staticfiles import finders
from django.template import engines
from django.test import Client, RequestFactory

from omic import access, formats
from omic.assets import DesignSystemFinder
from omic.context import Tab, Tile, shell
from omic.errors import server_error
from omic.models import Role
from tests.cast import Cast
from tests.factories import TODAY, days
from tests.omic import sample

URL = "/prisons/LEI/parts/"


@pytest.fixture
def client(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: Any) -> Client:
    """Signed in, where the sample pages stand."""
    settings.ROOT_URLCONF = "tests.omic.sample"
    monkeypatch.setattr(access, "NAVIGATION", sample.NAVIGATION)
    return cast.client(Role.HOMD)


def draw(template: str, **context: object) -> str:
    """A scrap of template as a page would draw it."""
    return engines["django"].from_string(template).render(context, RequestFactory().get(URL)).strip()


def test_the_frame_says_who_where_and_what_is_open(client: Client) -> None:
    html = client.get(URL).content.decode()
    for part in ("Hollis Delivery", "HMP Leeds", "Demonstration", 'href="/prisons/LEI/list/"', "<h1", 'lang="en-GB"'):
        assert part in html, part
    assert "gov.uk" not in html.lower().replace("govuk", "")


def test_the_frame_bears_a_request_that_nothing_has_touched() -> None:
    framed = shell(RequestFactory().get("/"))["shell"]
    assert (framed["prison"], framed["staff"], framed["navigation"], framed["home"]) == (None, None, [], "/")


def test_real_installations_do_not_say_demonstration(client: Client, settings: Any) -> None:
    settings.DEMONSTRATION = False
    assert "Demonstration" not in client.get(URL).content.decode()


def test_the_present_page_is_marked(client: Client) -> None:
    html = client.get("/prisons/LEI/list/").content.decode()
    assert 'href="/prisons/LEI/list/" aria-current="page"' in html
    assert 'href="/prisons/LEI/form/" aria-current' not in html


def test_a_page_carries_no_inline_script_or_style(client: Client) -> None:
    html = client.get(URL).content.decode() + client.get("/prisons/LEI/list/").content.decode()
    assert "style=" not in html
    assert "<style" not in html
    assert "onclick" not in html
    assert html.count("<script ") == html.count("></script>")


def test_a_page_that_is_not_there_has_the_frame(client: Client) -> None:
    response = client.get("/prisons/LEI/nowhere/")
    assert response.status_code == 404
    assert "Page not found" in response.content.decode()


def test_a_refusal_has_the_frame(client: Client) -> None:
    response = client.get("/prisons/LEI/list/", {"export": "csv", "refuse": ""})
    assert response.status_code == 403
    assert "You cannot open this page" in response.content.decode()


def test_a_fault_keeps_what_was_typed_but_no_secret(client: Client) -> None:
    client.raise_request_exception = False
    response = client.post("/prisons/LEI/fault/", {"concerns": "He is <low>", "password": "secret"})
    html = response.content.decode()
    assert response.status_code == 500
    assert "He is &lt;low&gt;" in html
    assert "secret" not in html


def test_a_fault_page_asks_nothing_of_the_database() -> None:
    assert b"Something went wrong" in server_error(RequestFactory().get("/")).content


def test_a_stale_form_keeps_what_was_typed(client: Client, cast: Cast) -> None:
    strict = Client(enforce_csrf_checks=True)
    response = strict.post("/prisons/LEI/form/", {"concerns": "Wants to talk"})
    assert response.status_code == 403
    assert "Wants to talk" in response.content.decode()


@pytest.mark.parametrize(
    ("on", "closed", "said"),
    [
        (days(-1), False, '<strong class="govuk-tag govuk-tag--red">1 day overdue</strong>'),
        (TODAY, False, '<strong class="govuk-tag govuk-tag--yellow">Due today</strong>'),
        (days(12), False, "30 Nov 2026"),
        (days(-1), True, "17 Nov 2026"),
        (None, False, "No date"),
    ],
)
def test_due_says_in_words_what_its_colour_says(on: date | None, closed: bool, said: str) -> None:
    assert draw("{% due on today closed %}", on=on, today=TODAY, closed=closed) == said


def test_a_computed_date_links_to_its_why() -> None:
    html = draw('{% why "/why" value %}', value=TODAY)
    assert html.startswith('<a class="govuk-link omic-why" href="/why">18 November 2026')
    assert ">Not known<" in draw('{% why "/why" value %}', value=None)


def test_a_summary_row_links_its_action_and_escapes_its_value() -> None:
    html = draw('{% summary_row "Key worker" value href="/change" %}', value="<b>")
    assert (
        '<a class="govuk-link" href="/change">Change<span class="govuk-visually-hidden"> key worker</span></a>' in html
    )
    assert "&lt;b&gt;" in html
    assert "18 November 2026" in draw('{% summary_row "Handover" value why="/why" %}', value=TODAY)


def test_a_panel_escapes_what_it_wraps_once() -> None:
    html = draw("{% panel title %}<p>{{ text }}</p>{% endpanel %}", title="A & B", text="<i>")
    assert "A &amp; B" in html
    assert "<p>&lt;i&gt;</p>" in html


def test_a_table_can_be_scrolled_by_keyboard() -> None:
    html = draw('{% table "Load" %}<tbody><tr><td>{{ text }}</td></tr></tbody>{% endtable %}', text="<i>")
    assert 'role="region" aria-label="Load" tabindex="0"' in html
    assert "<td>&lt;i&gt;</td>" in html


@pytest.mark.parametrize(
    ("value", "maximum", "width"), [(0, 6, "0"), (3, 6, "50"), (9, 6, "100"), (0, 0, "0"), (2, 0, "100")]
)
def test_a_bar_is_as_long_as_its_share(value: int, maximum: int, width: str) -> None:
    html = draw("{% bar value maximum %}", value=value, maximum=maximum)
    assert f'omic-bar__load" width="{width}"' in html
    assert (", over" in html) is (value > maximum)


def test_the_tab_of_this_page_is_current() -> None:
    html = draw("{% sub_navigation tabs %}", tabs=[Tab("Here", f"{URL}?late=1", 0), Tab("There", "/there/")])
    assert html.count('aria-current="page"') == 1
    assert '<span class="omic-count">0</span>' in html


def test_a_tile_opens_its_list() -> None:
    html = draw("{% tiles items %}", items=[Tile(3, "overdue", "/late", "red")])
    assert 'omic-tile--red"><a class="govuk-link omic-tile__link" href="/late"' in html


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        (formats.day(date(2026, 3, 9)), "9 March 2026"),
        (formats.short_day(datetime(2026, 3, 31, 23, 30, tzinfo=UTC)), "1 Apr 2026"),
        (formats.moment(datetime(2026, 6, 9, 13, 30, tzinfo=UTC)), "9 June 2026 at 2:30pm"),
        (formats.short_moment(datetime(2026, 1, 9, 0, 5, tzinfo=UTC)), "9 Jan 2026, 12:05am"),
        (formats.clock(datetime(2026, 1, 9, 12, tzinfo=UTC)), "midday"),
        (formats.clock(datetime(2026, 1, 9, 0, tzinfo=UTC)), "midnight"),
        (formats.minutes(0), "0 minutes"),
        (formats.minutes(45), "45 minutes"),
        (formats.minutes(60), "1 hour"),
        (formats.minutes(125), "2 hours 5 minutes"),
        (formats.plural(1, "person,people"), "1 person"),
        (formats.plural(1200, "person,people"), "1,200 people"),
        (formats.day(None) + formats.clock(None) + formats.minutes(None) + formats.short_moment(None), ""),
        (formats.shown([]), "–"),
        (formats.shown([date(2026, 3, 9), True]), "9 Mar 2026, Yes"),
    ],
)
def test_words(said: str, meant: str) -> None:
    assert said == meant


def test_known_tells_nothing_from_nought() -> None:
    assert draw("{{ a|known }} {{ b|known }}", a=None, b=0) == "Not known 0"


def test_stylesheets_come_from_npm_and_nothing_else_does() -> None:
    assert finders.find("govuk-frontend.min.css").endswith("govuk-frontend/dist/govuk/govuk-frontend.min.css")
    assert finders.find("omic/omic.css")
    assert finders.find("none.min.css") is None
    finder = DesignSystemFinder()
    assert finder.find("../package.json", find_all=True) == []
    assert len(list(finder.list(["*.map"]))) == 4
