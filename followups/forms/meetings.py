"""One meeting of a group: who led it, who was there, what is shared, and what comes next for each."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from accounts.models import Team, User
from caseload.forms.hints import hinted
from caseload.forms.session import LENGTHS, TouchedFields, check_when
from caseload.models import GroupMeeting, Participant
from followups.actions.groups import Attendance
from followups.actions.planning import ByPlan, NextContact, NoNextStep, WhatNext
from followups.calendar import moment
from followups.forms.dates import FURTHEST
from followups.forms.groups import colleagues_of
from followups.forms.what_next import WhatNextFields
from followups.models.decisions import DecidedBy

EACH = ("tomorrow", "3_days", "week", "two_weeks")
MOST_NEW = 20
SHARED_BY_ALL = _("Everybody who came has these words in their story, so no names here.")
BY_OWN_PLAN = _("By their own plan; in a week where there is none")
OF_EACH = ("here", "comment", "next", "on", "because", "decided")


class LedFields(forms.Form):
    """Who led the meeting, and whether so many came that it wants a reason; mixed into its two forms."""

    facilitators = forms.ModelMultipleChoiceField(
        label=_("Who led it"),
        queryset=User.objects.none(),
        widget=forms.CheckboxSelectMultiple,
        error_messages={"required": _("Who led it? Tick at least one.")},
    )

    def offer_leaders(self, team: Team, size: int) -> None:
        """The colleagues of the team; `size` people for each who leads is usual."""
        self.fields["facilitators"].queryset = colleagues_of(team)
        self.fields["description"].help_text = SHARED_BY_ALL
        self.size = size

    def check_size(self, cleaned: dict[str, Any], there: int) -> None:
        """Somebody was there; more than is usual for each who leads asks for a reason."""
        if not there:
            self.add_error("guests", _("Was nobody there? Tick who came, or count those without a name."))
        most = self.size * max(1, len(cleaned.get("facilitators") or ()))
        if there > most and not cleaned.get("over_size_reason", "").strip():
            words = _("%(there)d people are more than %(most)d. Why was it so today?")
            self.add_error("over_size_reason", words % {"there": there, "most": most})


@dataclass(frozen=True)
class Line:
    """One person on the page of a meeting, with their bound fields."""

    person: Participant
    here: Any
    comment: Any
    next_step: Any
    next_on: Any
    because: Any
    decided_by: Any
    on_roster: bool

    @property
    def is_open(self) -> bool:
        """Whether there is something to see behind it."""
        return bool(self.comment.value() or self.next_step.value() or self.comment.errors)


class MeetingForm(LedFields, TouchedFields, WhatNextFields, forms.ModelForm):
    """One meeting: everybody on the roster is ticked; the exceptions are tapped."""

    form_token = forms.UUIDField(widget=forms.HiddenInput)
    when_date = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    when_time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    length = forms.TypedChoiceField(
        label=_("How long"), choices=LENGTHS, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    newcomers = forms.CharField(
        label=_("Somebody new, by the name they like"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("One name a line, also another than in their papers. They have a record, and wait for a peer."),
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
            "over_size_reason": forms.TextInput(attrs={"dir": "auto", **hinted()}),
        }

    def __init__(
        self,
        *args: Any,
        roster: Sequence[Participant],
        others: Sequence[Participant],
        size: int,
        local_now: datetime,
        **kwargs: Any,
    ) -> None:
        """`roster` are ticked, `others` may be dropping in, `size` people for each who leads is usual."""
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
        self.zone = self.instance.team.time_zone
        self.offer_leaders(self.instance.team, size)
        self.offer_activities()
        self.fields["method"].choices = GroupMeeting.method.field.choices
        self.fields["minutes"].required = False
        self.fields["minutes"].label = _("or exactly, in minutes")
        self.offer(team=self.instance.team, today=local_now.date(), plan_label=str(BY_OWN_PLAN))
        each = [("", _("as for all")), *((code, self.quick[code].words) for code in EACH if code in self.quick)]
        each += [("plan", BY_OWN_PLAN), ("date", _("Pick a date")), ("none", _("No next step, because …"))]
        for person in (*self.roster, *self.others):
            self.add_fields_of(person, each)

    def add_fields_of(self, person: Participant, each: list[tuple[str, Any]]) -> None:
        """One person's own fields."""
        fields = {
            "here": forms.BooleanField(
                label=person.name_used,
                required=False,
                initial=person in self.roster,
                widget=forms.CheckboxInput(attrs={"class": "form-check-input"}),
            ),
            "comment": forms.CharField(
                label=_("About this person alone"),
                required=False,
                max_length=20000,
                widget=forms.Textarea(attrs={"rows": 2, "dir": "auto", "class": "form-control", **hinted()}),
            ),
            "next": forms.ChoiceField(
                label=_("Next"), choices=each, required=False, widget=forms.Select(attrs={"class": "form-select"})
            ),
            "on": forms.DateField(
                label=_("On"),
                required=False,
                widget=forms.DateInput(attrs={"type": "date", "class": "form-control"}, format="%Y-%m-%d"),
            ),
            "because": forms.CharField(
                label=_("Because"),
                max_length=300,
                required=False,
                widget=forms.TextInput(attrs={"dir": "auto", "class": "form-control", **hinted()}),
            ),
            "decided": forms.ChoiceField(
                label=_("Who decided"),
                choices=[("", "—"), *DecidedBy.choices],
                required=False,
                widget=forms.Select(attrs={"class": "form-select"}),
            ),
        }
        for name in OF_EACH:
            self.fields[f"{name}-{person.pk}"] = fields[name]

    def lines(self) -> list[Line]:
        """Everybody on the page with their fields."""
        people = [(person, True) for person in self.roster] + [(person, False) for person in self.others]
        return [Line(person, *(self[f"{name}-{person.pk}"] for name in OF_EACH), listed) for person, listed in people]

    def clean(self) -> dict[str, Any]:
        """A length, a time that has come, and a reason where the group was larger than usual."""
        cleaned = super().clean()
        self.check_what_next(cleaned)
        minutes = cleaned.get("minutes") or cleaned.get("length")
        if minutes is None and "minutes" not in self.errors:
            self.add_error("minutes", _("How long did it take? A guess is fine."))
        cleaned["minutes"] = minutes
        check_when(self, self.local_now)
        self.check_each(cleaned)
        there = sum(bool(cleaned.get(f"here-{person.pk}")) for person in (*self.roster, *self.others))
        self.check_size(cleaned, there + len(cleaned.get("newcomers") or ()) + (cleaned.get("guests") or 0))
        return cleaned

    def clean_newcomers(self) -> list[str]:
        """Each name once, and nobody's who stands on the page."""
        names = list(dict.fromkeys(" ".join(line.split()) for line in self.cleaned_data["newcomers"].splitlines()))
        names = [name for name in names if name]
        known = {person.name_used.casefold() for person in (*self.roster, *self.others)}
        for name in names:
            if name.casefold() in known:
                raise forms.ValidationError(
                    _("%(name)s is on the page already: tick them. Or write the new name so that both can be told.")
                    % {"name": name}
                )
            if len(name) > Participant.name_used.field.max_length:
                raise forms.ValidationError(_("This name is too long. One name a line, please."))
        if len(names) > MOST_NEW:
            raise forms.ValidationError(_("So many? Count those without a name as guests."))
        return names

    def belonging(self, cleaned: dict[str, Any]) -> list[Participant]:
        """Those who have a part in the meeting: who is on the roster, and who dropped in."""
        people = (*self.roster, *self.others)
        return [person for person in people if person in self.roster or cleaned.get(f"here-{person.pk}")]

    def check_each(self, cleaned: dict[str, Any]) -> None:
        """The day, or the reason and who decided, where that is somebody's own next step."""
        for key in (person.pk for person in self.belonging(cleaned)):
            choice, on = cleaned.get(f"next-{key}"), cleaned.get(f"on-{key}")
            if choice == "date" and f"on-{key}" not in self.errors:
                if not on:
                    self.add_error(f"on-{key}", _("Which day?"))
                elif not self.today <= on <= self.today + FURTHEST:
                    self.add_error(f"on-{key}", _("Choose today or a later day, within a year."))
            if choice == "none" and not cleaned.get(f"because-{key}"):
                self.add_error(f"because-{key}", _("Why is there no next step? A few words are enough."))
            if choice == "none" and not cleaned.get(f"decided-{key}"):
                self.add_error(f"decided-{key}", _("Who decided it?"))

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
            for person in self.belonging(cleaned)
        ]

    def new_people(self) -> list[tuple[str, WhatNext]]:
        """Those who are new, each with what comes next; call on a valid form."""
        return [(name, self.what_next()) for name in self.cleaned_data["newcomers"]]

    def next_of(self, key: UUID, same: WhatNext) -> WhatNext | None:
        """What comes next for one person: their own choice, else as for all; who was missed is asked after."""
        cleaned = self.cleaned_data
        code = cleaned[f"next-{key}"]
        if code == "plan":
            return ByPlan()
        if code == "date":
            return NextContact(due_on=cleaned[f"on-{key}"], planned_on=cleaned[f"on-{key}"])
        if code == "none":
            return NoNextStep(reason=cleaned[f"because-{key}"], decided_by=cleaned[f"decided-{key}"])
        if code:
            return self.on_quick_date(code)
        return same if cleaned[f"here-{key}"] else None

    def meeting(self) -> GroupMeeting:
        """The meeting, not saved; call on a valid form."""
        cleaned = self.cleaned_data
        meeting = self.instance
        meeting.minutes, meeting.form_token = cleaned["minutes"], cleaned["form_token"]
        began = moment(cleaned["when_date"], cleaned["when_time"], self.zone)
        meeting.started_at = min(began, self.local_now)
        return meeting
