"""Forms: what is drawn, what is accepted, what errors say and where they lead."""

import re
from datetime import UTC, date, datetime

import pytest
from django import forms
from django.http import QueryDict
from django.test import Client

from omic import access
from omic.fields import parse_date, parse_time
from omic.forms import BaseForm, DateField, DateTimeField, in_sentence
from omic.models import Role
from tests.cast import Cast
from tests.omic import sample
from tests.omic.sample import SampleForm

URL = "/prisons/LEI/form/"
GOOD = {
    "at_day": "18",
    "at_month": "11",
    "at_year": "2026",
    "at_time": "9:15am",
    "mode": "room",
    "wing": "A",
    "length": "45",
    "officer": "Kay Weaver",
    "password": "s",
    "agreed": "on",
}


@pytest.fixture
def client(cast: Cast, monkeypatch: pytest.MonkeyPatch, settings: object) -> Client:
    """Signed in, where the sample pages stand."""
    settings.ROOT_URLCONF = "tests.omic.sample"  # type: ignore[attr-defined]
    monkeypatch.setattr(access, "NAVIGATION", sample.NAVIGATION)
    return cast.client(Role.HOMD)


def errors(data: dict[str, str]) -> dict[str, list[str]]:
    return dict(SampleForm(GOOD | data).errors)


@pytest.mark.parametrize("month", ["3", "03", "mar", "March"])
def test_a_month_may_be_a_number_or_a_name(month: str) -> None:
    assert parse_date("9", month, "2026", called="Date") == date(2026, 3, 9)


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        (("", "3", "2026"), "Date must include a day"),
        (("9", "", ""), "Date must include a month and year"),
        (("9", "3", "26"), "Date must have a year of 4 numbers, like 2026"),
        (("31", "2", "2026"), "Date must be a real date"),
        (("9", "Smarch", "2026"), "Date must be a real date"),
        (("x", "3", "2026"), "Date must be a real date"),
    ],
)
def test_a_wrong_date_is_told_what_is_wrong(typed: tuple[str, str, str], message: str) -> None:
    with pytest.raises(forms.ValidationError, match=re.escape(message)):
        parse_date(*typed, called="Date")


@pytest.mark.parametrize(
    ("typed", "hour"), [("14:30", 14), ("1430", 14), ("2.30pm", 14), ("12:30am", 0), ("12:30pm", 12), ("2:30", 2)]
)
def test_a_time_may_be_written_as_people_write_it(typed: str, hour: int) -> None:
    assert (parse_time(typed, called="At").hour, parse_time(typed, called="At").minute) == (hour, 30)


@pytest.mark.parametrize("typed", ["", "2", "25:00", "14:75", "noon"])
def test_a_wrong_time_is_refused(typed: str) -> None:
    with pytest.raises(forms.ValidationError):
        parse_time(typed, called="At")


def test_a_moment_is_londons() -> None:
    form = SampleForm(GOOD | {"at_month": "6"})
    assert form.is_valid(), form.errors
    assert form.cleaned_data["at"] == datetime(2026, 6, 18, 8, 15, tzinfo=UTC)


@pytest.mark.parametrize(("day", "month"), [("29", "3"), ("25", "10")])
def test_an_hour_that_clocks_skip_or_repeat_is_refused(day: str, month: str) -> None:
    found = errors({"at_day": day, "at_month": month, "at_time": "01:30"})
    assert found["at"][0].startswith("The clocks changed at that time")


def test_a_date_may_come_whole_under_its_own_name() -> None:
    form = SampleForm(GOOD | {"born_on": "1990-05-17"})
    assert form.is_valid()
    assert form.cleaned_data["born_on"] == date(1990, 5, 17)


def test_a_whole_date_that_is_none_is_an_error_not_nothing() -> None:
    assert errors({"born_on": "soon"}) == {"born_on": ["Date of birth must include a month and year"]}


def test_an_optional_date_may_be_empty() -> None:
    form = SampleForm(GOOD)
    assert form.is_valid()
    assert form.cleaned_data["born_on"] is None


def test_a_saved_moment_fills_the_boxes() -> None:
    class MomentForm(BaseForm):
        at = DateTimeField()
        on = DateField()

    form = MomentForm(initial={"at": datetime(2026, 6, 8, 8, 15, tzinfo=UTC), "on": date(2026, 3, 9)})
    assert re.findall(r'value="([^"]*)"', str(form)) == ["8", "6", "2026", "09:15", "9", "3", "2026"]


@pytest.mark.parametrize(
    ("data", "field", "message"),
    [
        ({"length": ""}, "length", "Enter minutes"),
        ({"length": "many"}, "length", "Minutes must be a whole number"),
        ({"length": "0"}, "length", "Minutes must be 1 or more"),
        ({"length": "241"}, "length", "Minutes must be 240 or less"),
        ({"rsr": "low"}, "rsr", "RSR score must be a number"),
        ({"mode": ""}, "mode", "Select mode"),
        ({"mode": "zoo"}, "mode", "Select one of the options shown"),
        ({"officer": "x" * 21}, "officer", "Name of the officer must be 20 characters or fewer"),
        ({"email": "x"}, "email", "Enter an email address in the correct format, like name@example.com"),
        ({"agreed": ""}, "agreed", "Confirm the person agreed to this note"),
        ({"at_day": "", "at_month": "", "at_year": "", "at_time": ""}, "at", "Enter a date and time"),
    ],
)
def test_errors_are_sentences(data: dict[str, str], field: str, message: str) -> None:
    assert errors(data) == {field: [message]}


def test_an_authors_own_message_stays() -> None:
    class OwnForm(BaseForm):
        name = forms.CharField(error_messages={"required": "Say who you are"})

    assert OwnForm({}).errors["name"] == ["Say who you are"]


@pytest.mark.parametrize(
    ("label", "said"), [("Minutes", "minutes"), ("RoSH level", "RoSH level"), ("ACCT", "ACCT"), ("", "")]
)
def test_a_label_inside_a_sentence(label: str, said: str) -> None:
    assert in_sentence(label) == said


def test_a_line_end_counts_once() -> None:
    data = QueryDict(mutable=True)
    data.update(GOOD | {"concerns": "a\r\n" * 100})
    form = SampleForm(data)
    assert form.is_valid(), form.errors


def test_browsers_are_left_nothing_to_refuse_or_cut() -> None:
    assert not re.search(r"\s(required|maxlength|min|max|step)=?", re.sub(r">[^<]*<", "><", str(SampleForm())))


def test_every_error_link_leads_to_a_control(client: Client) -> None:
    html = client.post(URL, {"email": "x", "rsr": "low", "born_on_day": "1", "flags": "none"}).content.decode()
    targets = re.findall(r'<li><a href="#([^"]+)"', html)
    assert len(targets) == len(SampleForm.base_fields) - 2  # concerns and the file may be left empty
    for target in targets:
        assert re.search(rf'<(input|select|textarea)[^>]* id="{target}"', html), target


def test_an_error_of_the_whole_form_leads_to_its_first_control(client: Client) -> None:
    html = client.post(URL, GOOD | {"officer": "Nobody"}).content.decode()
    assert '<a href="#id_at_0">A session needs an officer who was there</a>' in html


def test_an_error_keeps_what_was_typed_and_says_so_in_the_title(client: Client) -> None:
    html = client.post(URL, GOOD | {"length": "soon", "at_day": "40"}).content.decode()
    assert "<title>Error: Log a session – " in html
    for typed in ('value="40"', 'value="9:15am"', 'value="soon"', 'value="A" selected', 'value="room" checked'):
        assert typed in html, typed
    assert 'value="s"' not in html  # a password is never sent back


def test_a_page_without_errors_has_no_summary(client: Client) -> None:
    html = client.get(URL).content.decode()
    assert "<title>Log a session – " in html
    assert "There is a problem" not in html


def test_a_saved_form_says_so_on_the_next_page(client: Client) -> None:
    response = client.post(URL, GOOD, follow=True)
    assert "Session of 09:15 saved." in response.content.decode()


def test_labels_say_what_is_optional_and_choices_have_no_dashes() -> None:
    html = str(SampleForm())
    assert "Concerns (optional)" in html
    assert "Minutes (optional)" not in html
    assert "----" not in html


def test_a_form_without_fieldsets_draws_every_field() -> None:
    class PlainForm(BaseForm):
        name = forms.CharField()
        ref = forms.CharField(widget=forms.HiddenInput)

    html = str(PlainForm())
    assert 'class="govuk-input"' in html
    assert '<input type="hidden" name="ref"' in html


def test_fields_that_no_fieldset_names_come_last() -> None:
    groups = SampleForm().groups()
    assert [legend for legend, _ in groups] == ["The session", "The person", ""]
    assert {field.name for _, fields in groups for field in fields} == set(SampleForm.base_fields)


@pytest.mark.parametrize(("words", "drawn"), [("Not said", True), ("---------", False)])
def test_an_empty_choice_is_drawn_where_it_has_words_of_its_own(words: str, drawn: bool) -> None:
    class GradeForm(BaseForm):
        grade = forms.ChoiceField(choices=[("", words), ("yes", "Yes")], required=False, widget=forms.RadioSelect)

    html = str(GradeForm())
    assert (words in html) is drawn
    assert ('value="" checked' in html) is drawn
    first = GradeForm()["grade"].first_control_id  # type: ignore[attr-defined]
    assert html.index("<input") == html.index(f'<input class="govuk-radios__input" id="{first}"')
