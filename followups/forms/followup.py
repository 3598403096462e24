"""Another date for a follow-up, or the decision that it is not needed."""

from datetime import date
from typing import Any

from django import forms
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from accounts.models import Team
from caseload.forms.hints import hinted
from followups.forms.dates import FURTHEST, quick_dates
from followups.models import FollowUp
from followups.models.decisions import DecidedBy
from followups.models.outreach import Outreach


class RescheduleForm(forms.Form):
    """A new day, and why."""

    choice = forms.ChoiceField(
        label=_("New date"), widget=forms.RadioSelect, error_messages={"required": _("Choose the new date.")}
    )
    on = forms.DateField(
        label=_("On"), required=False, widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    reason = forms.CharField(
        label=_("Why"),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto", **hinted()}),
        help_text=_("It will stand on the card when the day comes."),
        error_messages={"required": _("A few words why, so that you remember on the day.")},
    )

    def __init__(self, *args: Any, team: Team, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.today = today
        self.quick = {quick.code: quick for quick in quick_dates(team, today)}
        self.fields["choice"].choices = [
            *((quick.code, quick.words) for quick in self.quick.values()),
            ("date", _("Pick a date")),
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

    def due_on(self) -> date:
        """The day chosen; call on a valid form."""
        choice = self.cleaned_data["choice"]
        return self.cleaned_data["on"] if choice == "date" else self.quick[choice].due_on


class NotNeededForm(forms.Form):
    """Why it is not needed, and who decided."""

    reason = forms.CharField(
        label=_("Because"),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto", **hinted()}),
        error_messages={"required": _("A few words why are enough.")},
    )
    decided_by = forms.ChoiceField(
        label=_("Who decided"),
        choices=DecidedBy,
        widget=forms.RadioSelect,
        error_messages={"required": _("Who decided it?")},
    )


def words_of_asking(followup: FollowUp) -> str:
    """How a follow-up about a referral or a step is settled instead."""
    if followup.referral_id:
        return _t("This asks how it went with a place on offer. Say how it stands there; “Not now” is an answer too.")
    return _t("This asks after a step. Tick it, give it another date, or set the step aside among their goals.")


def words_of_outreach(outreach: Outreach) -> str:
    """How often it was tried, and what is still missing before staff may decide to stop."""
    so_far = ngettext("One try so far", "%(tries)d tries so far", outreach.tries) % {"tries": outreach.tries}
    rule = _t(
        "%(so_far)s, on %(days)d days, in %(ways)d ways. A supervisor may decide to stop after %(needed)d tries"
        " on %(needed)d days in two ways; the person themselves may say so at any time."
    )
    return rule % {"so_far": so_far, "days": outreach.days, "ways": outreach.ways, "needed": outreach.needed}
