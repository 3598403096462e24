"""Small filters that put dates and phone numbers into words. Built in: no template has to load them."""

from collections.abc import Iterable
from datetime import date, datetime
from functools import cache, lru_cache
from typing import Any

import phonenumbers
from django import template
from django.template.defaultfilters import date as plain_date
from django.templatetags.static import static
from django.utils.dateformat import format as date_format
from django.utils.html import format_html, format_html_join
from django.utils.timesince import timesince
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from followups.models.attempts import Effect
from followups.models.decisions import DecidedBy
from followups.models.followups import Purpose

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


@register.simple_tag
def outcome_buttons(outcomes: Iterable[Any], quick: bool) -> str:
    """The buttons of a card: the quick ones with their pictures, or the others."""
    return buttons(tuple((one.pk, one.icon or "note", one.label) for one in outcomes if one.is_quick == quick), quick)


@register.simple_tag
def try_buttons(outcomes: Iterable[Any]) -> str:
    """The buttons of a card that being in touch does not settle: what else can come of a try."""
    return buttons(tuple((one.pk, "", one.label) for one in outcomes if one.effect != Effect.COMPLETES), False)


@lru_cache(maxsize=16)
def buttons(outcomes: tuple[tuple[str, str, str], ...], with_pictures: bool) -> str:
    """The markup of some buttons: every card of every page has the same, so they are put together once."""
    markup = '<button class="btn btn-quiet" name="outcome" value="{}">{}{}</button>'
    rows = ((code, picture(name) if with_pictures else "", label) for code, name, label in outcomes)
    return format_html_join("", markup, rows)


@register.filter
def label_of(row: Any, name: str) -> str:
    """What `get_…_display` says; that makes the table of choices anew for every word."""
    value = getattr(row, name)
    return str(labels(type(row), name).get(value, value))


@cache
def labels(model: Any, name: str) -> dict[Any, Any]:
    """The words for the choices of a field, each still to be put into the reader's language."""
    return dict(model._meta.get_field(name).flatchoices)


@register.filter
def next_step_words(session: Any) -> str:
    """What came next of a session in the story, which carries it as `next_for` and `next_on`."""
    words = _("Next step: %(what)s, %(date)s")
    return words % {"what": Purpose(session.next_for).label, "date": date_format(session.next_on, "j M")}


@register.filter("date", expects_localtime=True, is_safe=False)
def date_words(value: Any, pattern: str | None = None) -> str:
    """Django's `date`; a page says few days, and says them often."""
    return day_words(value, pattern, get_language()) if type(value) is date and pattern else plain_date(value, pattern)


@lru_cache(maxsize=4096)
def day_words(day: date, pattern: str, _language: str | None) -> str:
    """One day in the words of one language."""
    return plain_date(day, pattern)


@register.filter
def ago_words(then: date | datetime, now: datetime | None = None) -> str:
    """How long ago something was."""
    return _("just now") if is_just_now(then, now) else _("%(ago)s ago") % {"ago": timesince(then, now)}


@register.filter
def lasting_words(since: date | datetime, now: datetime | None = None) -> str:
    """How long something has lasted."""
    return _("less than a minute") if is_just_now(since, now) else timesince(since, now)


def is_just_now(then: date | datetime, now: datetime | None) -> bool:
    """Whether whole minutes would say that it was none ago."""
    return timesince(then, now) == timesince(then, then)


@register.filter
def last_contact_words(then: datetime | None, now: datetime) -> str:
    """How long nobody has been in touch."""
    return _("last contact %(when)s") % {"when": ago_words(then, now)} if then else _("no contact yet")


@register.filter
def tries_words(number: int) -> str:
    """How often somebody tried."""
    return ngettext("%(number)s try", "%(number)s tries", number) % {"number": number}


@register.filter
def walks_with_words(name: str) -> str:
    """Who walks with somebody."""
    return _("walks with %(name)s") % {"name": name}


@register.filter
def next_words(day: date) -> str:
    """When somebody hears from us next."""
    return _("next %(date)s") % {"date": date_format(day, "D j M")}


@register.filter
def minutes_words(minutes: int) -> str:
    """How long a session was."""
    return _("%(minutes)s min") % {"minutes": minutes}


@register.filter
def addition_words(kind: str) -> str:
    """What was added to a signed note, as a tag says it."""
    return {"late_entry": _("late entry"), "addendum": _("addendum"), "correction": _("correction")}.get(kind, kind)


@register.filter
def said_on_words(day: date) -> str:
    """When words were said."""
    return _("said on %(date)s") % {"date": date_format(day, "j M Y")}


@register.filter
@lru_cache(maxsize=4096)
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
def decided_by_words(code: str) -> str:
    """Who decided, from the code."""
    return str(dict(DecidedBy.choices).get(code, ""))


@register.filter
def get(mapping: dict[Any, Any], key: Any) -> Any:
    """The value of a dictionary under a key that only the template knows."""
    return mapping.get(key)
