"""Ending services, in neutral words."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from caseload.forms.words import day_input
from caseload.models.episodes import CHOSEN_TOGETHER, AfterTheEnd


class EndServicesForm(forms.Form):
    """On which day, and how it came about."""

    reason = forms.ChoiceField(
        label=_("How it ends"),
        choices=CHOSEN_TOGETHER,
        widget=forms.RadioSelect,
        error_messages={"required": _("How does it end?")},
    )
    may_contact = forms.ChoiceField(
        label=_("May somebody get in touch after that?"),
        choices=AfterTheEnd,
        initial=AfterTheEnd.NOT_ASKED,
        widget=forms.RadioSelect,
        required=False,
    )
    on = forms.DateField(label=_("Last day"), widget=day_input())

    def __init__(self, *args: Any, today: date, since: date | None, **kwargs: Any) -> None:
        super().__init__(*args, initial={"on": today}, **kwargs)
        self.today, self.since = today, since

    def clean_may_contact(self) -> str:
        """Not asked is no yes."""
        return self.cleaned_data["may_contact"] or AfterTheEnd.NOT_ASKED

    def clean_on(self) -> date:
        """Between the first day and today."""
        on = self.cleaned_data["on"]
        if on > self.today:
            raise forms.ValidationError(_("This day is still to come."))
        if self.since and on < self.since:
            raise forms.ValidationError(_("They were not with us yet on that day."))
        return on


class ContactAfterForm(forms.Form):
    """What the person says now about being contacted after the end: yes or no, as they are asked."""

    may_contact = forms.ChoiceField(choices=[row for row in AfterTheEnd.choices if row[0] != AfterTheEnd.NOT_ASKED])
