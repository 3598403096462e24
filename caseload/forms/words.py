"""What somebody said, and what went well."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caseload.models import Milestone, Quotation, Win


def day_input() -> forms.DateInput:
    """A date field as phones know it."""
    return forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")


class DatedForm(forms.ModelForm):
    """A form about something that happened on a local day, today unless said otherwise."""

    day_field = ""

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={self.day_field: today, **(kwargs.pop("initial", None) or {})}, **kwargs)
        self.today = today
        self.fields["text"].widget.attrs["dir"] = "auto"

    def clean(self) -> dict[str, Any]:
        """Nothing is written down before it happened."""
        cleaned = super().clean()
        day = cleaned.get(self.day_field)
        if day and day > self.today:
            self.add_error(self.day_field, _("This day is still to come."))
        if day and day.year < self.today.year - 100:
            self.add_error(self.day_field, _("This is very long ago. Is the year right?"))
        return cleaned


class QuotationForm(DatedForm):
    """Their words, exactly as said."""

    day_field = "said_on"

    class Meta:
        model = Quotation
        fields = ["topic", "text", "said_on"]
        widgets = {"topic": forms.RadioSelect, "text": forms.Textarea(attrs={"rows": 4}), "said_on": day_input()}
        error_messages = {
            "topic": {"required": _("What is it about?")},
            "text": {"required": _("What did they say? A few words are enough.")},
        }

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["topic"].choices = Quotation.topic.field.choices


class WinForm(DatedForm):
    """A win, in a sentence."""

    day_field = "happened_on"

    class Meta:
        model = Win
        fields = ["text", "happened_on"]
        # The page is for this one sentence.
        widgets = {"text": forms.TextInput(attrs={"autofocus": True}), "happened_on": day_input()}
        error_messages = {"text": {"required": _("What went well? A few words are enough.")}}


class MilestoneForm(forms.ModelForm):
    """A day they want remembered; in the past or to come."""

    class Meta:
        model = Milestone
        fields = ["what", "on", "yearly"]
        widgets = {"what": forms.TextInput(attrs={"dir": "auto"}), "on": day_input()}
        error_messages = {"what": {"required": _("What would they like remembered?")}}

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today

    def clean_on(self) -> date:
        """A day of this or the last century, or of the next years."""
        on = self.cleaned_data["on"]
        if not 1900 <= on.year <= 2100:
            raise forms.ValidationError(_("Is the year right?"))
        return on

    def clean(self) -> dict[str, Any]:
        """A day that comes: every year, or once and still ahead."""
        cleaned = super().clean()
        on = cleaned.get("on")
        if on and on < self.today and not cleaned.get("yearly"):
            self.add_error("on", _("This day has passed. Keep it for every year, or choose one to come."))
        return cleaned
