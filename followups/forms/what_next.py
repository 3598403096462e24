"""What happens next: a dated follow-up, or why there is none and who decided. One of them, never none."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from caseload.forms.hints import hinted
from followups.actions.planning import ByPlan, NextContact, NoNextStep, WhatNext
from followups.forms.dates import FURTHEST, quick_dates
from followups.models import Purpose
from followups.models.decisions import DecidedBy

OFFERED = [(code, label) for code, label in Purpose.choices if code != Purpose.REVIEW]


class WhatNextFields(forms.Form):
    """The fields of the next step; mixed into the session form, and a form of its own."""

    next_choice = forms.ChoiceField(
        label=_("When"), widget=forms.RadioSelect, error_messages={"required": _("Choose what happens next.")}
    )
    next_date = forms.DateField(
        label=_("On"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    purpose = forms.ChoiceField(
        label=_("What for"), choices=OFFERED, initial=Purpose.CHECK_IN, required=False, widget=forms.RadioSelect
    )
    what = forms.CharField(
        label=_("What exactly, if you like"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", **hinted()}),
        help_text=_("For example what you promised to find out."),
    )
    none_reason = forms.CharField(
        label=_("Because"), max_length=300, required=False, widget=forms.TextInput(attrs={"dir": "auto", **hinted()})
    )
    none_decided_by = forms.ChoiceField(
        label=_("Who decided"), choices=DecidedBy, required=False, widget=forms.RadioSelect
    )

    def offer(self, *, team: Team, today: date, plan_label: str = "", may_be_none: bool = True) -> None:
        """Fill in the choices for this team and day; `plan_label` is empty where no check-in plan runs."""
        self.today = today
        self.quick = {quick.code: quick for quick in quick_dates(team, today)}
        choices: list[tuple[str, Any]] = [(quick.code, quick.words) for quick in self.quick.values()]
        if plan_label:
            choices.append(("plan", plan_label))
        choices.append(("date", _("Pick a date")))
        if may_be_none:
            choices.append(("none", _("No next step, because …")))
        self.fields["next_choice"].choices = choices

    def clean_next_date(self) -> date | None:
        """A day from today on, within a year."""
        on = self.cleaned_data["next_date"]
        if self.cleaned_data.get("next_choice") != "date":
            return None  # left from another choice, and out of sight
        if on and on < self.today:
            raise forms.ValidationError(_("This day has passed. Choose today or a later day."))
        if on and on > self.today + FURTHEST:
            raise forms.ValidationError(_("This is more than a year away. Choose an earlier day."))
        return on

    def check_what_next(self, cleaned: dict[str, Any]) -> None:
        """Put messages beside what is missing for the choice made."""
        choice = cleaned.get("next_choice")
        if choice == "date" and not cleaned.get("next_date") and "next_date" not in self.errors:
            self.add_error("next_date", _("Which day?"))
        if choice == "none":
            if not cleaned.get("none_reason"):
                self.add_error("none_reason", _("Why is there no next step? A few words are enough."))
            if not cleaned.get("none_decided_by"):
                self.add_error("none_decided_by", _("Who decided it?"))
        elif cleaned.get("purpose") == Purpose.PROMISE and not cleaned.get("what") and choice != "plan":
            self.add_error("what", _("What did you promise? It will stand on your card."))

    def what_next(self) -> WhatNext:
        """The choice as the deed takes it; call on a valid form."""
        cleaned = self.cleaned_data
        choice = cleaned["next_choice"]
        if choice == "none":
            return NoNextStep(reason=cleaned["none_reason"], decided_by=cleaned["none_decided_by"])
        if choice == "plan":
            return ByPlan()
        words = {"purpose": cleaned["purpose"] or Purpose.CHECK_IN, "what": cleaned["what"]}
        if choice == "date":
            return NextContact(due_on=cleaned["next_date"], planned_on=cleaned["next_date"], **words)
        return self.on_quick_date(choice, **words)

    def on_quick_date(self, choice: str, **words: str) -> NextContact:
        """The contact on one of the quick dates."""
        quick = self.quick[choice]
        return NextContact(due_on=quick.due_on, planned_on=quick.planned_on, why_here=quick.why_here, **words)


class NextStepForm(WhatNextFields):
    """A next step for somebody outside a session."""

    def __init__(self, *args: Any, team: Team, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.offer(team=team, today=today, may_be_none=False)

    def clean(self) -> dict[str, Any]:
        """The fields of the chosen date are there."""
        cleaned = super().clean()
        self.check_what_next(cleaned)
        return cleaned
