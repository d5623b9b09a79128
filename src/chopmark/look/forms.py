"""The form renderer and the few controls that HTML lacks: fields drawn as in design 7, with GOV.UK's behaviour."""

from collections.abc import Mapping
from datetime import date
from enum import StrEnum
from typing import Any, Final, TypeVar

from django import forms
from django.core.exceptions import ValidationError
from django.forms import BoundField
from django.forms.renderers import DjangoTemplates
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from chopmark.look.language import in_chinese

F = TypeVar("F", bound=forms.Field)

# Django's own templates of choices are lists of bare inputs; ours are rows with the whole row as target.
OURS: Final = {
    "django/forms/widgets/radio.html": "look/forms/widgets/choices.html",
    "django/forms/widgets/checkbox_select.html": "look/forms/widgets/choices.html",
}


class LookRenderer(DjangoTemplates):
    """FORM_RENDERER of every face: `{{ form }}` writes one `.field` after another."""

    form_template_name = "look/forms/form.html"
    field_template_name = "look/forms/field.html"

    def get_template(self, template_name: str) -> Any:
        return super().get_template(OURS.get(template_name, template_name))


class Goes(StrEnum):
    """Where what is typed goes: every personal field says so."""

    PRINTED = "printed"  # printed in the certificate, public
    PRIVATE = "private"  # kept private


def printed(field: F) -> F:
    """Mark a field whose value is printed in the certificate."""
    field.goes = Goes.PRINTED  # type: ignore[attr-defined]  # read by look/forms/field.html
    return field


def private(field: F) -> F:
    """Mark a field whose value is never published."""
    field.goes = Goes.PRIVATE  # type: ignore[attr-defined]  # read by look/forms/field.html
    return field


class Choices(forms.RadioSelect):
    """Radios with a line of explanation under each, in boxes where the choice is the page's main one."""

    def __init__(
        self, *, hints: Mapping[str, str | Promise] | None = None, boxes: bool = False, **kwargs: Any
    ) -> None:
        super().__init__(**kwargs)
        self.hints = dict(hints or {})
        self.boxes = boxes

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        context["widget"]["boxes"] = self.boxes
        return context

    def create_option(self, name: str, value: Any, *args: Any, **kwargs: Any) -> dict[str, Any]:
        option = super().create_option(name, value, *args, **kwargs)
        option["hint"] = self.hints.get(str(value), "")
        return option


BOXES: Final[dict[str, tuple[Promise, str]]] = {
    "day": (_("Day"), "input--2"),
    "month": (_("Month"), "input--2"),
    "year": (_("Year"), "input--4"),
}


class DayBoxes(forms.MultiWidget):
    """Three boxes: day month year in English, 年月日 in Chinese. No date picker."""

    template_name = "look/forms/widgets/day.html"

    def __init__(self, *, birthday: bool = False) -> None:
        def box(part: str) -> forms.TextInput:
            attrs = {"class": f"input {BOXES[part][1]}", "inputmode": "numeric"}
            return forms.TextInput(
                attrs | ({"autocomplete": f"bday-{part}"} if birthday else {"autocomplete": "off"})
            )

        super().__init__({part: box(part) for part in BOXES})

    def decompress(self, value: date | None) -> list[int | None]:
        return [value.day, value.month, value.year] if value else [None, None, None]

    def get_context(self, name: str, value: Any, attrs: dict[str, Any] | None) -> dict[str, Any]:
        context = super().get_context(name, value, attrs)
        parts = zip((label for label, _width in BOXES.values()), context["widget"]["subwidgets"], strict=True)
        boxes = [{"label": label, "widget": widget} for label, widget in parts]
        context["widget"]["boxes"] = boxes[::-1] if in_chinese() else boxes
        return context

    @staticmethod
    def first_box() -> int:
        return 2 if in_chinese() else 0


class DayField(forms.MultiValueField):
    """A calendar day in three boxes."""

    default_error_messages = {
        "required": _("Enter the day, the month and the year"),
        "incomplete": _("Enter the day, the month and the year"),
        "no_such_day": _("Enter a day that is in the calendar, as figures"),
    }

    def __init__(self, *, birthday: bool = False, **kwargs: Any) -> None:
        digits = [forms.CharField(max_length=size) for size in (2, 2, 4)]
        super().__init__(fields=digits, widget=DayBoxes(birthday=birthday), **kwargs)

    def clean(self, value: Any) -> Any:
        # The parts' own faults would be said three times over; one sentence for the whole is enough.
        try:
            return super().clean(value)
        except ValidationError as error:
            code = "required" if self._empty(value) else "no_such_day"
            raise ValidationError(self.error_messages[code], code=code) from error

    @staticmethod
    def _empty(value: Any) -> bool:
        return not value or not all(value)

    def compress(self, data_list: list[str]) -> date | None:
        if not data_list:
            return None
        try:
            day, month, year = (int(part) for part in data_list)
            return date(year, month, day)
        except ValueError as error:
            raise ValidationError(self.error_messages["no_such_day"], code="no_such_day") from error


def drawn_as(field: BoundField) -> str:
    """Which of the three shapes of `look/forms/field.html` a field has."""
    if isinstance(field.field.widget, forms.CheckboxInput):
        return "checkbox"
    return "fieldset" if field.use_fieldset else "plain"


def control(field: BoundField) -> SafeString:
    """The widget, with `.input`, `.select` or `.textarea` beside whatever classes the form gave it."""
    widget = field.field.widget
    block = _block(widget)
    if not block:
        return field.as_widget()
    given = widget.attrs.get("class", "")
    return field.as_widget(attrs={"class": f"{block} {given}".strip()})


def _block(widget: forms.Widget) -> str:
    if isinstance(
        widget, forms.RadioSelect | forms.CheckboxInput | forms.MultiWidget | forms.CheckboxSelectMultiple
    ):
        return ""
    if isinstance(widget, forms.Select):
        return "select"
    return "textarea" if isinstance(widget, forms.Textarea) else "input"


def first_control(field: BoundField) -> str:
    """The id that a line of the error summary leads to."""
    widget = field.field.widget
    if isinstance(widget, DayBoxes):
        return f"{field.auto_id}_{widget.first_box()}"
    if isinstance(widget, forms.RadioSelect | forms.CheckboxSelectMultiple):
        return f"{field.auto_id}_0"
    return field.auto_id
