"""A group, who comes to it, and one meeting of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import User
from caseload.forms.hints import hinted
from caseload.forms.session import LENGTHS, check_when
from caseload.models import GroupMeeting, GroupSeries, Participant
from followups.actions.groups import Attendance
from followups.actions.planning import WhatNext
from followups.calendar import moment
from followups.forms.what_next import WhatNextFields

EACH = ("tomorrow", "3_days", "week", "two_weeks")


class SeriesForm(forms.ModelForm):
    """A group that meets again and again."""

    class Meta:
        model = GroupSeries
        fields = ["name", "when_words", "method", "place", "facilitators", "is_active"]
        widgets = {
            "name": forms.TextInput(attrs={"dir": "auto"}),
            "when_words": forms.TextInput(attrs={"dir": "auto"}),
            "facilitators": forms.CheckboxSelectMultiple,
        }

    def __init__(self, *args: Any, colleagues: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["facilitators"].queryset = colleagues
        self.fields["method"].choices = GroupSeries.method.field.choices
        if self.instance._state.adding:
            del self.fields["is_active"]

    def clean_name(self) -> str:
        """One group of that name meets in a team."""
        name = self.cleaned_data["name"]
        same = GroupSeries.objects.filter(team=self.instance.team_id, name=name, is_active=True)
        if same.exclude(pk=self.instance.pk).exists():
            raise forms.ValidationError(_("A group of this name meets already."))
        return name


@dataclass(frozen=True)
class Line:
    """One person on the page of a meeting, with their bound fields."""

    person: Participant
    here: Any
    comment: Any
    next_step: Any
    on_roster: bool


class MeetingForm(WhatNextFields, forms.ModelForm):
    """One meeting: everybody on the roster is ticked; the exceptions are tapped."""

    form_token = forms.UUIDField(widget=forms.HiddenInput)
    when_date = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    when_time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    length = forms.TypedChoiceField(
        label=_("How long"), choices=LENGTHS, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )

    class Meta:
        model = GroupMeeting
        fields = ["name", "method", "place", "minutes", "description", "guests", "over_size_reason"]
        widgets = {
            "name": forms.TextInput(attrs={"dir": "auto"}),
            "method": forms.RadioSelect,
            "minutes": forms.NumberInput(attrs={"inputmode": "numeric"}),
            "guests": forms.NumberInput(attrs={"inputmode": "numeric", "min": "0"}),
            "description": forms.Textarea(attrs={"rows": 4, "dir": "auto", **hinted()}),
            "over_size_reason": forms.TextInput(attrs={"dir": "auto"}),
        }

    def __init__(
        self,
        *args: Any,
        roster: Sequence[Participant],
        others: Sequence[Participant],
        leaders: int,
        size: int,
        local_now: datetime,
        **kwargs: Any,
    ) -> None:
        """`roster` are ticked, `others` may be dropping in, `size` people for each of `leaders` is usual."""
        initial = {
            "form_token": new_id(),
            "when_date": local_now.date(),
            "when_time": local_now.time(),
            "length": 60,
            "guests": 0,
            "next_choice": "plan",
            **(kwargs.pop("initial", None) or {}),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.roster, self.others, self.local_now = list(roster), list(others), local_now
        self.leaders, self.size, self.zone = leaders, size, self.instance.team.time_zone
        self.fields["method"].choices = GroupMeeting.method.field.choices
        self.fields["minutes"].required = False
        self.fields["minutes"].label = _("or exactly, in minutes")
        own = str(_("By their own plan; in a week where there is none"))
        self.offer(team=self.instance.team, today=local_now.date(), plan_label=own)
        each = [("", _("as for all")), *((code, self.quick[code].words) for code in EACH if code in self.quick)]
        for person in (*self.roster, *self.others):
            self.fields[f"here-{person.pk}"] = forms.BooleanField(
                label=person.name_used,
                required=False,
                initial=person in self.roster,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            )
            self.fields[f"comment-{person.pk}"] = forms.CharField(
                label=_("About this person alone"),
                required=False,
                max_length=20000,
                widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", **hinted()}),
            )
            self.fields[f"next-{person.pk}"] = forms.ChoiceField(label=_("Next"), choices=each, required=False)

    def lines(self) -> list[Line]:
        """Everybody on the page with their fields."""
        people = [(person, True) for person in self.roster] + [(person, False) for person in self.others]
        names = ("here", "comment", "next")
        return [Line(person, *(self[f"{name}-{person.pk}"] for name in names), listed) for person, listed in people]

    def clean(self) -> dict[str, Any]:
        """A length, a time that has come, and a reason where the group was larger than usual."""
        cleaned = super().clean()
        self.check_what_next(cleaned)
        minutes = cleaned.get("minutes") or cleaned.get("length")
        if minutes is None and "minutes" not in self.errors:
            self.add_error("minutes", _("How long did it take? A guess is fine."))
        cleaned["minutes"] = minutes
        check_when(self, self.local_now)
        self.check_size(cleaned)
        return cleaned

    def check_size(self, cleaned: dict[str, Any]) -> None:
        """Somebody was there; more than is usual for each who leads asks for a reason."""
        there = sum(bool(cleaned.get(f"here-{person.pk}")) for person in (*self.roster, *self.others))
        there += cleaned.get("guests") or 0
        if not there:
            self.add_error("guests", _("Was nobody there? Tick who came, or count those without a name."))
        most = self.size * max(1, self.leaders)
        if there > most and not cleaned.get("over_size_reason", "").strip():
            words = _("%(there)d people are more than %(most)d. Why was it so today?")
            self.add_error("over_size_reason", words % {"there": there, "most": most})

    def attendances(self) -> list[Attendance]:
        """Each person's part; who dropped in only where they were there. Call on a valid form."""
        cleaned, same = self.cleaned_data, self.what_next()
        return [
            Attendance(
                person.pk,
                cleaned[f"here-{person.pk}"],
                cleaned[f"comment-{person.pk}"],
                self.next_of(person.pk, same),
            )
            for person in (*self.roster, *self.others)
            if person in self.roster or cleaned[f"here-{person.pk}"]
        ]

    def next_of(self, key: UUID, same: WhatNext) -> WhatNext | None:
        """What comes next for one person: their own choice, else as for all; who was missed is asked after."""
        code = self.cleaned_data[f"next-{key}"]
        if code:
            return self.on_quick_date(code)
        return same if self.cleaned_data[f"here-{key}"] else None

    def meeting(self) -> GroupMeeting:
        """The meeting, not saved; call on a valid form."""
        cleaned = self.cleaned_data
        meeting = self.instance
        meeting.minutes, meeting.form_token = cleaned["minutes"], cleaned["form_token"]
        began = moment(cleaned["when_date"], cleaned["when_time"], self.zone)
        meeting.started_at = min(began, self.local_now)
        return meeting


class RosterForm(forms.Form):
    """Who comes to the group from now on."""

    participant = forms.ModelChoiceField(label=_("Somebody more"), queryset=Participant.objects.none())

    def __init__(self, *args: Any, people: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["participant"].queryset = people


def colleagues_of(team: Any) -> Any:
    """Who may lead a group of the team: its peer specialists and supervisors."""
    return User.objects.active().filter(memberships__team=team).distinct().order_by("name")
