"""Agreeing on a rhythm."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caseload.forms.words import day_input
from caseload.models import Participant
from followups.forms.dates import FURTHEST
from followups.models import CheckInPlan
from followups.models.decisions import DecidedBy
from followups.models.plans import RhythmKind

WEEKDAYS = [(1, _("Mon")), (2, _("Tue")), (3, _("Wed")), (4, _("Thu")), (5, _("Fri")), (6, _("Sat")), (7, _("Sun"))]


class PlanForm(forms.Form):
    """How often, from when, and on which weekdays."""

    kind = forms.ChoiceField(label=_("How often"), choices=RhythmKind, widget=forms.RadioSelect)
    every = forms.IntegerField(
        label=_("Every how many days"),
        min_value=1,
        max_value=365,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    weekdays = forms.TypedMultipleChoiceField(
        label=_("Only on these days, if it matters"),
        choices=WEEKDAYS,
        coerce=int,
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )
    starts_on = forms.DateField(label=_("First check-in"), widget=day_input())
    agreed_by = forms.ChoiceField(
        label=_("Who wished for it"),
        choices=DecidedBy,
        widget=forms.RadioSelect,
        error_messages={"required": _("Who wished for it?")},
    )

    def __init__(self, *args: Any, today: date, running: CheckInPlan | None, **kwargs: Any) -> None:
        initial: dict[str, Any] = {"kind": RhythmKind.WEEKLY, "starts_on": today, "every": 10}
        if running is not None:
            initial |= {"kind": running.kind, "every": running.every, "weekdays": running.weekdays}
        super().__init__(*args, initial=initial, **kwargs)
        self.today = today

    def clean_starts_on(self) -> date:
        """From today on, within a year."""
        on = self.cleaned_data["starts_on"]
        if on < self.today:
            raise forms.ValidationError(_("This day has passed. Choose today or a later day."))
        if on > self.today + FURTHEST:
            raise forms.ValidationError(_("This is more than a year away. Choose an earlier day."))
        return on

    def clean(self) -> dict[str, Any]:
        """A number of days where the rhythm needs one."""
        cleaned = super().clean()
        if cleaned.get("kind") == RhythmKind.EVERY_N_DAYS and not cleaned.get("every") and "every" not in self.errors:
            self.add_error("every", _("Every how many days?"))
        return cleaned

    def plan(self, participant: Participant) -> CheckInPlan:
        """The plan, not saved; call on a valid form."""
        cleaned = self.cleaned_data
        return CheckInPlan(
            participant=participant,
            team=participant.team,
            agreed_by=cleaned["agreed_by"],
            kind=cleaned["kind"],
            every=cleaned["every"] or 7,
            weekdays=sorted(cleaned["weekdays"]),
            starts_on=cleaned["starts_on"],
        )
