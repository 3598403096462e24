"""Who stands in for whom."""

from datetime import date, datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.access import supervised_teams
from accounts.actions.cover import holds, may_be_lent
from accounts.models import Membership, Role, Team, User

LONGEST = timedelta(days=366)


class CoverForm(forms.Form):
    """Team, the colleague who is away, who stands in, from – to as the team's local days."""

    team = forms.ModelChoiceField(label=_("Team"), queryset=Team.objects.none(), empty_label=None)
    absent = forms.ChoiceField(label=_("Who is away"))
    cover = forms.ModelChoiceField(label=_("Who stands in"), queryset=User.objects.none())
    first = forms.DateField(label=_("From"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    last = forms.DateField(
        label=_("Up to and including"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, user: Any, at: datetime, **kwargs: Any) -> None:
        teams = Team.objects.filter(pk__in=supervised_teams(user)).order_by("name")
        only = teams[0].pk if len(teams) == 1 else None
        today = teams[0].day_at(at) if teams else None
        super().__init__(*args, initial={"first": today, "last": today, "team": only}, **kwargs)
        self.at, self.user = at, user
        self.fields["team"].queryset = teams
        if only:
            self.fields["team"].widget = forms.HiddenInput()
        keys = [team.pk for team in teams]
        own = Membership.objects.filter(user=user, role=Role.SUPERVISOR, team__in=keys).values_list("team", flat=True)
        away: list[Any] = [("", "---------")]
        for heading, role, where in (
            (_("Peer specialists"), Role.SPECIALIST, keys),
            (_("Supervisors"), Role.SUPERVISOR, list(own)),  # lent on by nobody to whom it is lent
        ):
            if people := choices(role, User.objects.members_of(where, role)):
                away.append((heading, people))
        self.fields["absent"].choices = away
        anyone = Q(memberships__team__in=keys) | Q(memberships__role=Role.SUPERVISOR)
        self.fields["cover"].queryset = User.objects.active().filter(anyone).distinct().order_by("name", "pk")

    def clean_absent(self) -> tuple[str, User]:
        """The role in which they are away, and who."""
        role, _colon, key = self.cleaned_data["absent"].partition(":")
        return role, User.objects.get(pk=key)

    def clean(self) -> dict[str, Any]:
        """Two people who fit the team, and days in order."""
        cleaned = super().clean()
        team, away, cover = (cleaned.get(name) for name in ("team", "absent", "cover"))
        if away and away[1] == cover:
            self.add_error("cover", _("Choose somebody else to stand in."))
        elif team and away and not holds(away[1], team, away[0]):
            self.add_error("absent", _("This colleague does not have that role in this team."))
        elif team and away and away[0] == Role.SUPERVISOR and not holds(self.user, team, Role.SUPERVISOR):
            self.add_error("absent", _("Only this team’s own supervisors arrange who stands in for one of them."))
        elif team and away and cover and not may_be_lent(cover, team, away[0]):
            self.add_error("cover", _("This colleague cannot stand in here: they do not do that work in this team."))
        if team:
            self.check_days(cleaned, team.day_at(self.at))
        return cleaned

    def check_days(self, cleaned: dict[str, Any], today: date) -> None:
        """From today on in the team's zone, in order, and not for longer than a year."""
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("This is before the first day."))
        if last and last > today + LONGEST:
            self.add_error("last", _("This is more than a year away. Choose an earlier day."))
        for name, day in (("first", first), ("last", last)):
            if day and day < today:
                self.add_error(name, _("This day has passed."))


def choices(role: str, people: Any) -> list[tuple[str, str]]:
    """People as choices that carry the role in which they are away."""
    return [(f"{role}:{user.pk}", str(user)) for user in people]
