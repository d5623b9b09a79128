"""Forms: drawn as in design 7, and behaving as GOV.UK's do."""

import re
from datetime import date

import pytest
from django import forms
from django.template import engines
from django.utils import translation

from chopmark.look.forms import Choices, DayField, LookRenderer, printed, private


class Details(forms.Form):
    default_renderer = LookRenderer

    name = printed(forms.CharField(label="Name", help_text="Surname first."))
    born = private(DayField(label="Date of birth", birthday=True))
    medium = forms.ChoiceField(
        label="Medium", choices=[("file", "File"), ("usb", "USB")], widget=Choices(hints={"usb": "HK$40"})
    )
    agreed = forms.BooleanField(label="I agree")
    note = forms.CharField(label="Note", required=False, widget=forms.Textarea)


GOOD = {
    "name": "CHAN Tai Man",
    "born_day": "27",
    "born_month": "3",
    "born_year": "1988",
    "medium": "file",
    "agreed": "on",
}


def summary(form: forms.Form) -> str:
    return engines["django"].from_string("{% load look %}{% error_summary form %}").render({"form": form})


def test_it_works() -> None:
    form = Details(GOOD)
    assert form.is_valid()
    assert form.cleaned_data["born"] == date(1988, 3, 27)
    assert summary(form).strip() == ""


def test_every_control_has_its_kind_of_class() -> None:
    html = str(Details())
    for wanted in ('class="input"', 'class="textarea"', 'class="choice"', 'class="input input--2"'):
        assert wanted in html


def test_hint_and_error_are_read_out_with_the_control() -> None:
    html = str(Details(GOOD | {"name": ""}))
    assert 'aria-describedby="id_name_helptext id_name_error"' in html
    assert 'id="id_name_helptext"' in html
    assert 'id="id_name_error"' in html
    assert '<span class="visually-hidden">Error: </span>' in html


def test_a_personal_field_says_where_it_goes() -> None:
    html = str(Details())
    assert "Printed in the certificate, public" in html
    assert "Kept private" in html


def test_only_the_optional_is_marked() -> None:
    assert str(Details()).count("(optional)") == 1


def test_each_line_of_the_summary_leads_to_a_control_that_exists() -> None:
    for language in ("en", "zh-hant"):
        with translation.override(language):
            form = Details({})
            targets = re.findall(r'href="#([^"]+)"', summary(form))
            assert len(targets) == 4
            assert all(f'id="{target}"' in str(form) for target in targets)


def test_the_summary_leads_to_the_first_box_of_the_language() -> None:
    form = Details(GOOD | {"born_month": "13"})
    assert 'href="#id_born_0"' in summary(form)
    with translation.override("zh-hant"):
        assert 'href="#id_born_2"' in summary(form)


def test_boxes_stand_in_the_order_of_the_language() -> None:
    def order() -> list[str]:
        return re.findall(r'name="born_(\w+)"', str(Details()))

    assert order() == ["day", "month", "year"]
    with translation.override("zh-hant"):
        assert order() == ["year", "month", "day"]


@pytest.mark.parametrize(
    ("day", "month", "year", "says"),
    [
        ("31", "2", "2000", "in the calendar"),
        ("1", "x", "2000", "in the calendar"),
        ("1", "", "2000", "Enter the day, the month and the year"),
        ("", "", "", "Enter the day, the month and the year"),
        ("111", "1", "2000", "in the calendar"),
    ],
)
def test_a_day_that_is_not_one_is_refused_in_one_sentence(day: str, month: str, year: str, says: str) -> None:
    form = Details(GOOD | {"born_day": day, "born_month": month, "born_year": year})
    assert len(form.errors["born"]) == 1
    assert says in form.errors["born"][0]


def test_a_choice_carries_its_line_of_explanation() -> None:
    html = str(Details())
    assert '<span class="field__hint" id="id_medium_1_hint">HK$40</span>' in html
    assert 'aria-describedby="id_medium_1_hint"' in html


def test_what_was_typed_is_kept() -> None:
    html = str(Details(GOOD | {"born_month": "33"}))
    assert 'value="CHAN Tai Man"' in html
    assert 'value="33"' in html


def test_nothing_is_written_that_the_content_security_policy_refuses() -> None:
    assert not re.search(r"\sstyle=|\son[a-z]+=|<script", str(Details({})))
