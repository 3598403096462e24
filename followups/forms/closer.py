"""A closer rhythm, and a rest: both agreed with the person."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caseload.forms.words import day_input
from followups.forms.dates import FURTHEST
from followups.models.closer import Occasion
from followups.models.decisions import DecidedBy

# Longer ago, and the windows are over.
LONGEST_AGO = timedelta(days=60)


class CloserForm(forms.Form):
    """After what, when that was, and who wished for it."""

    occasion = forms.ChoiceField(
        label=_("After"),
        choices=Occasion,
        widget=forms.RadioSelect,
        error_messages={"required": _("After what?")},
    )
    happened_on = forms.DateField(label=_("On"), widget=day_input())
    decided_by = forms.ChoiceField(
        label=_("Who wished for it"),
        choices=DecidedBy,
        initial=DecidedBy.TOGETHER,
        widget=forms.RadioSelect,
        error_messages={"required": _("Who wished for it?")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"happened_on": today, "occasion": Occasion.SETBACK}, **kwargs)
        self.today = today

    def clean_happened_on(self) -> date:
        """Today, or a day of the last weeks."""
        on = self.cleaned_data["happened_on"]
        if on > self.today:
            raise forms.ValidationError(_("This day is still to come. Choose the day it happened."))
        if on < self.today - LONGEST_AGO:
            raise forms.ValidationError(_("This is long ago. Agree on a rhythm instead."))
        return on


class PauseForm(forms.Form):
    """Until when nobody calls, and who wished for it."""

    until = forms.DateField(label=_("First contact again on"), widget=day_input())
    decided_by = forms.ChoiceField(
        label=_("Who wished for it"),
        choices=DecidedBy,
        initial=DecidedBy.PARTICIPANT,
        widget=forms.RadioSelect,
        error_messages={"required": _("Who wished for it?")},
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, initial={"until": today + timedelta(days=14)}, **kwargs)
        self.today = today

    def clean_until(self) -> date:
        """From tomorrow on, within a year."""
        on = self.cleaned_data["until"]
        if on <= self.today:
            raise forms.ValidationError(_("Choose a day after today."))
        if on > self.today + FURTHEST:
            raise forms.ValidationError(_("This is more than a year away. Choose an earlier day."))
        return on


class WishForm(forms.Form):
    """Whose wish an end is; beside the button that ends a plan, a closer rhythm or a pause."""

    decided_by = forms.ChoiceField(
        label=_("Who wished for it"),
        choices=DecidedBy,
        widget=forms.RadioSelect,
        error_messages={"required": _("Who wished for it?")},
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        # Its page may have another form that asks the same.
        super().__init__(*args, auto_id="end_%s", **kwargs)
