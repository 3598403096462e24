"""A promise that could not be kept."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from caseload.forms.hints import hinted
from followups.forms.dates import FURTHEST, quick_dates


class NotKeptForm(forms.Form):
    """What came in between, and whether it is promised anew."""

    words = forms.CharField(
        label=_("What came in between"),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto", **hinted()}),
        error_messages={"required": _("A few words are enough.")},
    )
    choice = forms.ChoiceField(
        label=_("And now"), widget=forms.RadioSelect, error_messages={"required": _("What happens with it now?")}
    )
    on = forms.DateField(
        label=_("On"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )

    def __init__(self, *args: Any, team: Team, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.quick = {quick.code: quick for quick in quick_dates(team, today)}
        self.fields["choice"].choices = [
            *((quick.code, quick.words) for quick in self.quick.values()),
            ("date", _("Pick a date")),
            ("none", _("It is no longer wanted")),
        ]

    def clean(self) -> dict[str, Any]:
        """A picked day is there, from today on, within a year."""
        cleaned = super().clean()
        on = cleaned.get("on")
        if cleaned.get("choice") == "date" and "on" not in self.errors:
            if on is None:
                self.add_error("on", _("Which day?"))
            elif on < self.today:
                self.add_error("on", _("This day has passed. Choose today or a later day."))
            elif on > self.today + FURTHEST:
                self.add_error("on", _("This is more than a year away. Choose an earlier day."))
        return cleaned

    def again_on(self) -> date | None:
        """The day it is promised for anew; None where it is no longer wanted. Call on a valid form."""
        choice = self.cleaned_data["choice"]
        if choice == "none":
            return None
        return self.cleaned_data["on"] if choice == "date" else self.quick[choice].due_on
