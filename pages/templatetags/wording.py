"""Small filters that put dates and phone numbers into words. Built in: no template has to load them."""

from datetime import date, datetime
from functools import cache
from typing import Any

import phonenumbers
from django import template
from django.templatetags.static import static
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from caseload.models.words import Topic

register = template.Library()


@register.simple_tag
def icon(name: str) -> str:
    """A small picture beside words; it says nothing of its own to a screen reader."""
    return picture(name or "note")


@cache
def picture(name: str) -> str:
    """The markup of one icon; the same on every page, so it is put together once."""
    markup = '<svg class="icon" aria-hidden="true" focusable="false"><use href="{}#{}"></use></svg>'
    return format_html(markup, static("img/icons.svg"), name)


@register.filter
def phone(number: str) -> str:
    """A number as people of its country read it; the stored form if it cannot be parsed."""
    try:
        parsed = phonenumbers.parse(number)
    except phonenumbers.NumberParseException:
        return number
    national = parsed.country_code == 1
    style = phonenumbers.PhoneNumberFormat.NATIONAL if national else phonenumbers.PhoneNumberFormat.INTERNATIONAL
    return phonenumbers.format_number(parsed, style)


@register.filter
def overdue_words(days: int) -> str:
    """How long something has been waiting, or when it is due, from whole days overdue."""
    if days > 0:
        return ngettext("%(days)d day overdue", "%(days)d days overdue", days) % {"days": days}
    if days == 0:
        return _("today")
    if days == -1:
        return _("tomorrow")
    return ngettext("in %(days)d day", "in %(days)d days", -days) % {"days": -days}


@register.filter
def days_since(then: date | datetime | None, today: date) -> int | None:
    """Whole days from a date to today."""
    if then is None:
        return None
    return (today - (then.date() if isinstance(then, datetime) else then)).days


@register.filter
def topic(code: str) -> str:
    """What a quotation is about, from its code."""
    return str(dict(Topic.choices).get(code, ""))


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """The value of a dictionary under a key that only the template knows."""
    return mapping.get(key)
