"""Goals, how they go, what was tried, and what the two expect of each other."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caseload.forms.words import day_input
from caseload.models import Expectations, Goal, GoalStep
from caseload.models.goals import Answer, Direction, Doer, GoalState

FURTHEST = timedelta(days=3 * 366)


def check_ahead(form: forms.BaseForm, name: str, today: date) -> None:
    """Put a message beside a day that has passed, or is too far away to be meant."""
    day = form.cleaned_data.get(name)
    if day and day < today:
        form.add_error(name, _("This day has passed. Choose today or a later day."))
    if day and day > today + FURTHEST:
        form.add_error(name, _("This is very far away. Is the year right?"))


class AheadForm(forms.ModelForm):
    """A form with one optional day, from today on."""

    ahead = ""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """The day is today or later, and within three years."""
        cleaned = super().clean()
        check_ahead(self, self.ahead, self.today)
        return cleaned


class GoalForm(AheadForm):
    """What the person wants, as they word it."""

    ahead = "review_on"

    class Meta:
        model = Goal
        fields = ["wording", "dimension", "review_on"]
        widgets = {"wording": forms.TextInput(attrs={"dir": "auto"}), "review_on": day_input()}
        error_messages = {"wording": {"required": _("What do they want? In their words.")}}


class StepForm(AheadForm):
    """One small step."""

    ahead = "due_on"
    asks = forms.BooleanField(label=_("Put it on my list for that day"), required=False, initial=True)

    class Meta:
        model = GoalStep
        fields = ["text", "due_on"]
        widgets = {"text": forms.TextInput(attrs={"dir": "auto"}), "due_on": day_input()}
        error_messages = {"text": {"required": _("Which step? A few words are enough.")}}


class StepDateForm(StepForm):
    """Another day for a step."""

    class Meta(StepForm.Meta):
        fields = ["due_on"]

    def clean_due_on(self) -> date:
        """There has to be one: without a day nothing is moved."""
        on = self.cleaned_data["due_on"]
        if on is None:
            raise forms.ValidationError(_("Which day?"))
        return on


class TickForm(forms.Form):
    """Who did the step."""

    done_by = forms.ChoiceField(choices=Doer)


class CloseGoalForm(forms.Form):
    """Reached, or set aside by their choice."""

    state = forms.ChoiceField(choices=[(GoalState.REACHED, ""), (GoalState.SET_ASIDE, "")])
    words = forms.CharField(max_length=500, required=False)


class ProgressForm(forms.Form):
    """How it goes, as the person sees it, and when it is looked at together again."""

    direction = forms.ChoiceField(
        label=_("As they see it"), choices=Direction, widget=forms.RadioSelect, error_messages={"required": _("Which?")}
    )
    words = forms.CharField(
        label=_("In their words, if they like"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto"}),
    )
    review_on = forms.DateField(label=_("Look at it together again on"), required=False, widget=day_input())

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """The day is today or later, and within three years."""
        cleaned = super().clean()
        check_ahead(self, "review_on", self.today)
        return cleaned


class AnswerForm(forms.Form):
    """Whether what was tried helped."""

    answer = forms.ChoiceField(choices=Answer)


class ExpectationsForm(forms.ModelForm):
    """Both directions, in ordinary words."""

    class Meta:
        model = Expectations
        fields = ["theirs", "ours"]
        widgets = {name: forms.Textarea(attrs={"rows": 4, "dir": "auto"}) for name in fields}

    def clean(self) -> dict[str, Any]:
        """At least one of the two."""
        cleaned = super().clean()
        if not cleaned.get("theirs") and not cleaned.get("ours"):
            self.add_error("theirs", _("What do you expect of each other? One of the two is enough."))
        return cleaned
