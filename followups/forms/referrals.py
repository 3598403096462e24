"""An offer to go somewhere, and what became of it."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from caseload.forms.hints import hinted
from caseload.forms.words import day_input
from caseload.models import Referral
from caseload.models.strands import ReferralState
from followups.forms.dates import FURTHEST

USUAL = timedelta(days=7)
ANSWERS = (ReferralState.GOT_THERE, ReferralState.DID_NOT, ReferralState.ACCEPTED, ReferralState.NOT_NOW)


def check_day(form: forms.Form, today: date) -> None:
    """The day on which it is asked after is there, from today on, within a year."""
    on = form.cleaned_data.get("ask_on")
    if on is None:
        if "ask_on" not in form.errors:
            form.add_error("ask_on", _("Which day?"))
    elif on < today:
        form.add_error("ask_on", _("This day has passed. Choose today or a later day."))
    elif on > today + FURTHEST:
        form.add_error("ask_on", _("This is more than a year away. Choose an earlier day."))


class ReferralForm(forms.ModelForm):
    """Where to, what for, and whether they want to go."""

    form_token = forms.UUIDField(widget=forms.HiddenInput)
    wants_to = forms.BooleanField(label=_("They want to go; ask on that day whether they got there"), required=False)
    ask_on = forms.DateField(label=_("Ask on"), required=False, widget=day_input())

    class Meta:
        model = Referral
        fields = ["service", "to_whom", "why"]
        widgets = {
            "to_whom": forms.TextInput(attrs={"dir": "auto"}),
            "why": forms.TextInput(attrs={"dir": "auto", **hinted()}),
        }

    def __init__(self, *args: Any, services: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"form_token": new_id(), "ask_on": today + USUAL}, **kwargs)
        self.fields["service"].queryset = services
        self.fields["service"].label_from_instance = lambda place: place.in_a_line
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Somewhere to go, and a day where they want to."""
        cleaned = super().clean()
        if not cleaned.get("service") and not cleaned.get("to_whom"):
            self.add_error("to_whom", _("Where to? Choose a place, or write one down."))
        if cleaned.get("service") and cleaned.get("to_whom"):
            self.add_error("to_whom", _("A place of the directory is chosen already. Keep one of the two."))
        if cleaned.get("wants_to"):
            check_day(self, self.today)
        return cleaned

    def day(self) -> date | None:
        """The day to ask on, where they want to go; call on a valid form."""
        return self.cleaned_data["ask_on"] if self.cleaned_data["wants_to"] else None


class AnswerForm(forms.Form):
    """Got there? If not, why?"""

    state = forms.ChoiceField(
        label=_("Did they get there?"),
        choices=[(state, state.label) for state in ANSWERS],
        widget=forms.RadioSelect,
        error_messages={"required": _("How does it stand?")},
    )
    why_not = forms.CharField(
        label=_("What came in between"),
        max_length=300,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    is_barrier = forms.BooleanField(label=_("Keep it as something in the way"), required=False)
    ask_on = forms.DateField(label=_("Ask again on"), required=False, widget=day_input())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"ask_on": today + USUAL}, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """A reason where they did not get there, a day where it is asked again."""
        cleaned = super().clean()
        if cleaned.get("state") == ReferralState.GOT_THERE:
            # Typed before they chose, and hidden since.
            cleaned["why_not"], cleaned["is_barrier"] = "", False
        if cleaned.get("state") == ReferralState.DID_NOT and not cleaned.get("why_not", "").strip():
            self.add_error("why_not", _("What came in between? A few words are enough."))
        if cleaned.get("state") == ReferralState.ACCEPTED:
            check_day(self, self.today)
        else:
            cleaned["ask_on"] = None
        return cleaned
