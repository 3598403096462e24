"""What changes about a meeting that is logged: what all share, and somebody who was forgotten."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from caseload.forms.hints import hinted
from caseload.models import GroupMeeting, Participant
from followups.actions.groups import Attendance
from followups.forms.meetings import BY_OWN_PLAN, LedFields
from followups.forms.what_next import WhatNextFields


class EditMeetingForm(LedFields, forms.ModelForm):
    """What all share of a meeting, while nobody's part is signed; when it was and who came stay."""

    class Meta:
        model = GroupMeeting
        fields = ["method", "place", "description", "guests", "over_size_reason"]
        widgets = {
            "method": forms.RadioSelect,
            "guests": forms.NumberInput(attrs={"inputmode": "numeric", "min": "0"}),
            "description": forms.Textarea(attrs={"rows": 4, "dir": "auto", **hinted()}),
            "over_size_reason": forms.TextInput(attrs={"dir": "auto", **hinted()}),
        }

    def __init__(self, *args: Any, size: int, named: int, **kwargs: Any) -> None:
        """`named` people were there by name; `size` people for each who leads is usual."""
        super().__init__(*args, **kwargs)
        self.named = named
        self.fields["method"].choices = GroupMeeting.method.field.choices
        self.offer_leaders(self.instance.team_id, size)

    def clean(self) -> dict[str, Any]:
        """A reason where the group was larger than usual for those who led it."""
        cleaned = super().clean()
        self.check_size(cleaned, self.named + (cleaned.get("guests") or 0))
        return cleaned


class PartForm(WhatNextFields):
    """Somebody who was forgotten when the meeting was logged: whether they were there, and what comes next."""

    participant = forms.ModelChoiceField(label=_("Who is missing"), queryset=Participant.objects.none())
    here = forms.BooleanField(label=_("They were there"), required=False, initial=True)
    comment = forms.CharField(
        label=_("About this person alone"),
        required=False,
        max_length=20000,
        widget=forms.Textarea(attrs={"rows": 3, "dir": "auto", **hinted()}),
    )

    def __init__(self, *args: Any, people: Any, team: Team, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={"next_choice": "plan"}, **kwargs)
        self.fields["participant"].queryset = people
        self.offer(team=team, today=today, plan_label=str(BY_OWN_PLAN))

    def clean(self) -> dict[str, Any]:
        """The fields of the chosen next step are there."""
        cleaned = super().clean()
        self.check_what_next(cleaned)
        return cleaned

    def part(self) -> Attendance:
        """Their part, as the deed takes it; call on a valid form."""
        cleaned = self.cleaned_data
        return Attendance(cleaned["participant"].pk, cleaned["here"], cleaned["comment"], self.what_next())
