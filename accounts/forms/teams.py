"""A team's settings."""

import zoneinfo
from collections.abc import Collection, Iterable
from datetime import date, timedelta
from typing import Any

import holidays
from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.known import plain
from accounts.models import Team

WEEKDAYS = [(1, _("Mon")), (2, _("Tue")), (3, _("Wed")), (4, _("Thu")), (5, _("Fri")), (6, _("Sat")), (7, _("Sun"))]
# In a row; with public holidays beside them still well within what the calendar looks ahead.
LONGEST_CLOSED = 45
US_ZONES = (
    "America/New_York",
    "America/Chicago",
    "America/Denver",
    "America/Phoenix",
    "America/Los_Angeles",
    "America/Anchorage",
    "Pacific/Honolulu",
    "America/Puerto_Rico",
)


class TeamForm(forms.ModelForm):
    """Name, zone, working days, holidays, and when who is told."""

    time_zone = forms.ChoiceField(label=_("Time zone"))
    working_days = forms.TypedMultipleChoiceField(
        label=_("Working days"), choices=WEEKDAYS, coerce=int, widget=forms.CheckboxSelectMultiple
    )
    holiday_region = forms.ChoiceField(label=_("Public holidays"), required=False)
    closed = forms.CharField(
        label=_("Other closed days"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 4}),
        help_text=_("One a line, as 2026-12-24 and, if you like, what for."),
    )

    class Meta:
        model = Team
        fields = [
            "name",
            "time_zone",
            "working_days",
            "closed_day_rule",
            "again_after_days",
            "supervisor_after_days",
            "anyone_after_days",
            "quiet_from",
            "quiet_until",
            "most_mails_a_day",
            "tries_before_ending",
            "silence_after_days",
        ]
        widgets = {
            "closed_day_rule": forms.RadioSelect,
            "quiet_from": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
            "quiet_until": forms.TimeInput(attrs={"type": "time"}, format="%H:%M"),
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        team = kwargs.get("instance")
        initial: dict[str, Any] = {"holiday_region": "US"}
        if team is None:
            initial["working_days"] = Team().working_days
        else:
            initial["holiday_region"] = ":".join(part for part in (team.holiday_country, team.holiday_region) if part)
            days = team.closed_days.order_by("on")
            initial["closed"] = "\n".join(f"{day.on.isoformat()} {day.name}".strip() for day in days)
        super().__init__(*args, initial=initial, **kwargs)
        self.fields["time_zone"].choices = zones()
        self.fields["closed_day_rule"].choices = Team.closed_day_rule.field.choices
        self.fields["holiday_region"].choices = [
            ("", _("none")),
            ("US", _("United States, federal")),
            *((f"US:{state}", f"United States, {state}") for state in holidays.list_supported_countries()["US"]),
        ]

    def clean(self) -> dict[str, Any]:
        """The ladder climbs: nobody is told before those of the rung below. And the team is open now and then."""
        cleaned = super().clean()
        closed = [day for day, _name in cleaned.get("closed") or []]
        if longest_stretch(closed, cleaned.get("working_days") or range(1, 8)) > LONGEST_CLOSED:
            words = _t("Closed for more than %(days)d days in a row: nobody could be called, and nothing planned.")
            self.add_error("closed", words % {"days": LONGEST_CLOSED})
        again, supervisor, anyone = (cleaned.get(f"{name}_after_days") for name in ("again", "supervisor", "anyone"))
        if again and supervisor and supervisor < again:
            self.add_error("supervisor_after_days", _("Not before whoever keeps it is told again."))
        if supervisor and anyone and anyone < supervisor:
            self.add_error("anyone_after_days", _("Not before the supervisor is told."))
        return cleaned

    def clean_name(self) -> str:
        """As it looks."""
        return plain(self.cleaned_data["name"])

    def clean_closed(self) -> list[tuple[date, str]]:
        """Lines into dates; names the line that cannot be read."""
        days = []
        for line in filter(None, map(str.strip, self.cleaned_data["closed"].splitlines())):
            day, _blank, name = line.partition(" ")
            try:
                days.append((closed_day(day), name.strip()[:80]))
            except ValueError:
                message = _("“%(line)s” does not begin with a date such as 2026-12-24.")
                raise forms.ValidationError(message, params={"line": line[:40]}) from None
        return days

    def team(self) -> Team:
        """The team, not saved; call on a valid form."""
        team = self.save(commit=False)
        country, _colon, region = self.cleaned_data["holiday_region"].partition(":")
        team.holiday_country, team.holiday_region = country, region
        return team


def closed_day(text: str) -> date:
    """The day as it is written on the form, in this century; raises ValueError for what is none."""
    day = date.fromisoformat(text)
    if day.isoformat() != text or not 2000 <= day.year < 2100:
        raise ValueError(text)
    return day


def longest_stretch(closed: Iterable[date], working_days: Collection[int]) -> int:
    """How many days in a row a team would be closed at the most, public holidays not counted."""
    longest = stretch = 0
    ours = set(closed)
    for number in range((max(ours) - min(ours)).days + 8) if ours else ():
        day = min(ours) + timedelta(days=number)
        stretch = stretch + 1 if day in ours or day.isoweekday() not in working_days else 0
        longest = max(longest, stretch)
    return longest


def zones() -> list[tuple[Any, Any]]:
    """The zones most programs need, then all others."""
    others = sorted(zone for zone in zoneinfo.available_timezones() if "/" in zone and zone not in US_ZONES)
    return [
        (_("United States"), [(zone, zone) for zone in US_ZONES]),
        (_("Elsewhere"), [(zone, zone) for zone in others if not zone.startswith("Etc/")]),
    ]
