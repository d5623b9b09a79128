"""Tags that hold the formats, so that no template formats by hand: `{% load look %}`."""

from collections.abc import Iterable
from datetime import date, datetime, time

from django import template
from django.forms import BoundField
from django.forms.forms import BaseForm
from django.utils import timezone
from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

from chopmark.look import formats, forms, pictures
from chopmark.look.language import in_chinese
from chopmark.look.statuses import STATUSES

register = template.Library()


@register.simple_tag
def icon(name: str, label: str = "") -> SafeString:
    """A drawing beside words; with a label where it stands alone."""
    naming = format_html('role="img" aria-label="{}"', label) if label else mark_safe('aria-hidden="true"')
    drawing = mark_safe(pictures.ICONS[name])  # noqa: S308  # a constant of ours
    return format_html('<svg class="icon" viewBox="0 0 24 24" {}>{}</svg>', naming, drawing)


@register.simple_tag
def mark() -> SafeString:
    return mark_safe(pictures.MARK)  # noqa: S308  # a constant of ours


@register.simple_tag
def status(name: str) -> SafeString:
    """The tag of a state: icon, word, ground."""
    meaning = STATUSES[str(name)]
    kind = f" tag--{meaning.kind}" if meaning.kind else ""
    return format_html('<span class="tag{}">{}{}</span>', kind, icon(meaning.icon), meaning.word)


def _groups(groups: Iterable[str]) -> SafeString:
    # The gaps are margins, so that copying gives one unbroken string.
    spans = format_html_join(mark_safe("<wbr>"), "<span>{}</span>", ((group,) for group in groups))
    return format_html('<span class="serial">{}</span>', spans)


@register.simple_tag
def serial(value: bytes | str) -> SafeString:
    """A certificate's serial number or a fingerprint: 5E0C 91D7 …"""
    return _groups(formats.serial(value))


@register.simple_tag
def reference(value: str) -> SafeString:
    """An application: AP 2611 00419."""
    return _groups(formats.reference(value))


@register.simple_tag
def subscriber_number(value: str) -> SafeString:
    """0001 540 127."""
    return _groups(formats.subscriber_number(value))


@register.simple_tag
def envelope(value: str) -> SafeString:
    """0481 7236-5."""
    return _groups(formats.envelope(value))


@register.simple_tag
def number4(value: str | int) -> SafeString:
    """Any long number or code in fours."""
    return _groups(formats.fours(str(value)))


def _here(value: datetime) -> datetime:
    return timezone.localtime(value)


def _date(value: date) -> date:
    return _here(value).date() if isinstance(value, datetime) else value


def _time_element(machine: str, words: str) -> SafeString:
    return format_html('<time datetime="{}">{}</time>', machine, words)


@register.simple_tag
def day(value: date, style: str = "long") -> SafeString:
    """A date; `{% day d "short" %}` in tables."""
    here = _date(value)
    return _time_element(here.isoformat(), formats.day(here, chinese=in_chinese(), short=style == "short"))


@register.simple_tag
def moment(value: datetime, *styles: str) -> SafeString:
    """A date and time of day, Hong Kong time; "short" in tables, "seconds" in evidence."""
    here = _here(value)
    words = formats.moment(here, chinese=in_chinese(), short="short" in styles, seconds="seconds" in styles)
    return _time_element(here.isoformat(timespec="seconds"), words)


@register.simple_tag
def clock(value: datetime, style: str = "minutes") -> SafeString:
    """The time of day of a moment that everybody knows is today."""
    here = _here(value)
    return _time_element(here.isoformat(timespec="seconds"), formats.clock(here, seconds=style == "seconds"))


@register.simple_tag
def period(first: date, last: date, style: str = "long") -> str:
    """From a day to a day."""
    return formats.period(_date(first), _date(last), chinese=in_chinese(), short=style == "short")


@register.simple_tag
def hours(opens: time, closes: time) -> str:
    return formats.hours(opens, closes, chinese=in_chinese())


@register.simple_tag
def duration(total_seconds: int) -> str:
    return formats.duration(total_seconds, chinese=in_chinese())


@register.simple_tag
def hkd(amount_minor: int, style: str = "plain") -> str:
    """An amount in cents as HK$50; `{% hkd n "receipt" %}` as HK$50.00."""
    return formats.money(amount_minor, receipt=style == "receipt")


@register.simple_tag
def number(value: int | float) -> str:
    return formats.number(value)


@register.simple_tag
def control(field: BoundField) -> SafeString:
    """The input of a field, with the class that its kind of control has."""
    return forms.control(field)


@register.simple_tag
def first_control(field: BoundField) -> str:
    """The id of the control that an error line leads to."""
    return forms.first_control(field)


@register.filter
def choices_of(field: BoundField) -> str:
    """How a field is drawn: fieldset, checkbox or plain."""
    return forms.drawn_as(field)


@register.inclusion_tag("look/components/error_summary.html")
def error_summary(form: BaseForm) -> dict[str, object]:
    """First in `<main>`: every fault of the form, each line a link to its field."""
    return {"form": form}
