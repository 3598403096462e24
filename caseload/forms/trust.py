"""A setback, a complaint, what is passed on, a talk, and the wish for another peer."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from caseload.forms.hints import hinted
from caseload.forms.words import day_input
from caseload.models import Complaint, Concern, CrisisContact, Prompt, Setback
from caseload.models.setbacks import OFFERED

# Further back the days after a setback are over, whichever was chosen.
LONG_AGO = timedelta(days=366)
WIDE = {"rows": 4, "dir": "auto"}


def check_day(form: Any, name: str, today: date) -> None:
    """The day has come, and is not so long ago that the year must be wrong."""
    day = form.cleaned_data.get(name)
    if day and day > today:
        form.add_error(name, _("This day is still to come."))
    if day and day.year < today.year - 2:
        form.add_error(name, _("This is very long ago. Is the year right?"))


class OnADay(forms.ModelForm):
    """A form about something on a local day that has come, sent once."""

    form_token = forms.UUIDField(widget=forms.HiddenInput)
    day_field = ""

    def __init__(self, *args: Any, today: Any, **kwargs: Any) -> None:
        super().__init__(*args, initial={self.day_field: today, "form_token": new_id()}, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Nothing is written down before it happened."""
        cleaned = super().clean()
        check_day(self, self.day_field, self.today)
        return cleaned

    def row(self) -> Any:
        """The row, not saved, with its token; call on a valid form."""
        row = self.save(commit=False)
        row.form_token = self.cleaned_data["form_token"]
        return row


class SetbackForm(OnADay):
    """What happened, in their words, and what they wish for."""

    day_field = "happened_on"

    class Meta:
        model = Setback
        fields = ["answer", "words", "happened_on"]
        widgets = {"answer": forms.RadioSelect, "words": forms.Textarea(attrs=WIDE), "happened_on": day_input()}
        error_messages = {"answer": {"required": _("Ask them; “ask me later” is an answer too.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["answer"].choices = [(answer.value, answer.label) for answer in OFFERED]

    def show_days(self, days: dict[str, str]) -> None:
        """Beside each answer the days it would bring."""
        self.fields["answer"].choices = [
            (answer.value, f"{answer.label} · {days[answer]}" if days.get(answer) else answer.label)
            for answer in OFFERED
        ]

    def day_told(self) -> date:
        """The day given, where it can be read and has come; else today."""
        given = self["happened_on"].value()
        try:
            day = self.fields["happened_on"].to_python(given) or self.today
        except forms.ValidationError:
            day = self.today
        return min(day, self.today)


class ComplaintForm(OnADay):
    """What somebody is not happy with."""

    day_field = "said_on"

    class Meta:
        model = Complaint
        fields = ["words", "said_by", "for_supervisor", "said_on"]
        widgets = {"words": forms.Textarea(attrs=WIDE), "said_by": forms.RadioSelect, "said_on": day_input()}
        error_messages = {"words": {"required": _("What is it about? A few words are enough.")}}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["said_by"].choices = Complaint.said_by.field.choices


class ConcernForm(OnADay):
    """Who is not happy, in words, and what it is about; the team only where there is more than one."""

    day_field = "said_on"

    class Meta:
        model = Concern
        fields = ["team", "about", "words", "said_on"]
        widgets = {
            "about": forms.TextInput(attrs={"dir": "auto"}),
            "words": forms.Textarea(attrs=WIDE),
            "said_on": day_input(),
        }
        error_messages = {
            "team": {"required": _("Whose supervisors are to read it?")},
            "about": {"required": _("Who is it about? A name, or how they are known.")},
            "words": {"required": _("What is it about? A few words are enough.")},
        }

    def __init__(self, *args: Any, teams: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["team"].queryset = teams
        self.teams = list(teams)
        if len(self.teams) == 1:
            del self.fields["team"]

    def row(self) -> Any:
        """The row, not saved; of the only team where there is but one."""
        row = super().row()
        if len(self.teams) == 1:
            row.team = self.teams[0]
        return row


class TalkForm(forms.Form):
    """What was agreed on when it was talked about, and when that was. `today` is the team's local day."""

    on = forms.DateField(label=_("Talked about on"), widget=day_input())
    agreed = forms.CharField(
        label=_("What you agreed on"),
        max_length=2000,
        widget=forms.Textarea(attrs={**WIDE, **hinted()}),
        help_text=_("Everybody who sees the record reads this."),
        error_messages={"required": _("What did you agree on? A few words are enough.")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": today}, **kwargs)
        self.today = today

    def clean(self) -> dict[str, Any]:
        """Nothing is written down before it happened."""
        cleaned = super().clean()
        check_day(self, "on", self.today)
        return cleaned


class AnotherPeerForm(forms.Form):
    """What would suit them better, if they like to say, and who is to read it."""

    words = forms.CharField(
        label=_("What would suit them better, if they like to say"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs=WIDE),
    )
    for_supervisor = forms.BooleanField(
        label=_("For the supervisor only"), required=False, help_text=_("Whoever walks with them does not see it.")
    )


class AnswerRequestForm(forms.Form):
    """What was agreed on about the wish for another peer."""

    words = forms.CharField(
        label=_("What you agreed on"), max_length=500, widget=forms.TextInput(attrs={"dir": "auto", **hinted()})
    )


PromptFormSet = forms.modelformset_factory(Prompt, fields=["text", "position", "is_active"], extra=0, max_num=8)
ContactFormSet = forms.modelformset_factory(
    CrisisContact,
    fields=["label", "number", "may_text", "team", "position", "is_active"],
    extra=1,
    max_num=40,
)
