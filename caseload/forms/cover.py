"""Who stands in for whom."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.access import supervised_teams
from accounts.models import Membership, Role, Team, User
from caseload.forms.words import day_input

LONGEST = timedelta(days=366)


class CoverForm(forms.Form):
    """Team, the colleague who is away, who stands in, from – to as the team's local days."""

    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), empty_label=None)
    absent = forms.ModelChoiceField(label=_("Who is away"), queryset=User.objects.none())
    cover = forms.ModelChoiceField(label=_("Who stands in"), queryset=User.objects.none())
    first = forms.DateField(label=_("From"), widget=day_input())
    last = forms.DateField(label=_("Up to and including"), widget=day_input())

    def __init__(self, *args: Any, user: Any, today: date, **kwargs: Any) -> None:
        teams = Team.objects.filter(pk__in=supervised_teams(user)).order_by("name")
        only = teams[0].pk if len(teams) == 1 else None
        super().__init__(*args, initial={"first": today, "last": today, "team": only}, **kwargs)
        self.today = today
        self.fields["team"].queryset = teams
        if only:
            self.fields["team"].widget = forms.HiddenInput()
        colleagues = User.objects.members_of([team.pk for team in teams], Role.SPECIALIST)
        self.fields["absent"].queryset = self.fields["cover"].queryset = colleagues

    def clean(self) -> dict[str, Any]:
        """Two people of that team, and days in order."""
        cleaned = super().clean()
        team, absent, cover = (cleaned.get(name) for name in ("team", "absent", "cover"))
        if absent and absent == cover:
            self.add_error("cover", _("Choose somebody else to stand in."))
        for name, person in (("absent", absent), ("cover", cover)):
            rows = Membership.objects.filter(team=team, user=person, role=Role.SPECIALIST)
            if team and person and not rows.exists():
                self.add_error(name, _("This colleague is not a peer specialist of that team."))
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("This is before the first day."))
        if last and last > self.today + LONGEST:
            self.add_error("last", _("This is more than a year away. Choose an earlier day."))
        if last and last < self.today:
            self.add_error("last", _("This day has passed."))
        return cleaned
