"""Writing a note anew before it is signed, and adding to it afterwards."""

from datetime import date, timedelta
from typing import Any

from django import forms
from django.db.models import Q, QuerySet
from django.utils import formats
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from caseload.forms.hints import hinted
from caseload.forms.session import SHARED, TouchedFields
from caseload.models import Goal, NoteAddition, Session
from caseload.models.notes import FOR_A_WHILE, WITH_REASON, AdditionKind


class RewriteForm(TouchedFields, forms.ModelForm):
    """What may be written anew while the note is not signed; when and whether they met stays."""

    class Meta:
        model = Session
        fields = ["method", "place", "minutes", "strands", "activities", "shared_experience", "goal", "note"]
        widgets = {
            "method": forms.RadioSelect,
            "shared_experience": forms.RadioSelect,
            "note": forms.Textarea(attrs={"rows": 8, "dir": "auto", **hinted()}),
        }

    def __init__(self, *args: Any, goals: QuerySet[Goal], **kwargs: Any) -> None:
        """`goals` are those the session may have worked on; the one it names stays among them."""
        super().__init__(*args, **kwargs)
        self.fields["method"].choices = Session.method.field.choices
        self.offer_activities([one.pk for one in self.initial.get("activities", [])])
        self.fields["goal"].queryset = Goal.objects.filter(Q(pk__in=goals) | Q(pk=self.instance.goal_id))
        self.fields["goal"].empty_label = _("none in particular")
        self.fields["shared_experience"].widget.choices = SHARED
        self.fields["shared_experience"].label = _("I shared own lived experience")
        if self.instance.meeting_id:
            # What all of a group share stands with the meeting.
            for name in ("method", "place", "minutes"):
                del self.fields[name]
        elif self.instance.met:
            self.fields["minutes"].required = True
            self.fields["minutes"].min_value = 1
            self.fields["minutes"].widget.attrs["inputmode"] = "numeric"
        else:
            for name in ("place", "minutes", "strands", "activities", "shared_experience", "goal"):
                del self.fields[name]

    def clean_minutes(self) -> int:
        """Up to a day."""
        minutes = self.cleaned_data["minutes"]
        if not 1 <= minutes <= 1440:
            raise forms.ValidationError(_("Between 1 minute and a day (1,440)."))
        return minutes

    def _post_clean(self) -> None:
        """The session itself is left alone: the deed writes it, from what is in `cleaned_data`."""


class AdditionForm(forms.ModelForm):
    """A late entry, an addendum or a correction. `on` is the local day of the session, `today` today's."""

    form_token = forms.UUIDField(widget=forms.HiddenInput)

    class Meta:
        model = NoteAddition
        fields = ["kind", "text", "reason"]
        widgets = {
            "kind": forms.RadioSelect,
            "text": forms.Textarea(attrs={"rows": 5, "dir": "auto", **hinted()}),
            "reason": forms.TextInput(attrs={"dir": "auto", **hinted()}),
        }

    def __init__(self, *args: Any, on: date, today: date, within_days: int, **kwargs: Any) -> None:
        super().__init__(*args, initial={"form_token": new_id(), **(kwargs.pop("initial", None) or {})}, **kwargs)
        self.fields["kind"].choices = AdditionKind.choices
        self.fields["kind"].error_messages["required"] = _("Which of the three is it?")
        self.last_day, self.today = on + timedelta(days=within_days), today

    def clean(self) -> dict[str, Any]:
        """A reason where one is asked for; facts only while they may be added."""
        cleaned = super().clean()
        kind = cleaned.get("kind")
        if kind in WITH_REASON and not cleaned.get("reason", "").strip() and "reason" not in self.errors:
            self.add_error("reason", _("Why is it added?"))
        if kind in FOR_A_WHILE and self.today > self.last_day:
            day = formats.date_format(self.last_day, "j M Y")
            self.add_error(
                "kind", _t("This could be added until %(day)s. A correction is always possible.") % {"day": day}
            )
        return cleaned


class LeaveUnsignedForm(forms.Form):
    """Why a note stays without a signature."""

    reason = forms.CharField(
        label=_("Why it stays without a signature"),
        max_length=300,
        widget=forms.TextInput(attrs={"dir": "auto", **hinted()}),
        help_text=_("For example: left on 3 May, before it was signed."),
    )


class AgreementForm(forms.Form):
    """What the person says of the note after reading it."""

    agrees = forms.TypedChoiceField(
        label=_("Your answer"),
        choices=[("yes", _("Yes, this is right")), ("no", _("I would say it in my own words"))],
        coerce=lambda answer: answer == "yes",
        empty_value=None,
        widget=forms.RadioSelect,
        error_messages={"required": _("Which of the two?")},
    )
    words = forms.CharField(
        label=_("In your own words, if you like"),
        max_length=2000,
        required=False,
        widget=forms.Textarea(attrs={"rows": 4, "dir": "auto"}),
    )

    def clean(self) -> dict[str, Any]:
        """Own words where that is the answer."""
        cleaned = super().clean()
        if cleaned.get("agrees") is False and not cleaned.get("words", "").strip():
            self.add_error("words", _("How would you say it?"))
        return cleaned


class RecordReviewForm(forms.Form):
    """That the whole record was looked through, and what is to be done."""

    words = forms.CharField(
        label=_("What is to be done, if anything"),
        max_length=500,
        required=False,
        widget=forms.TextInput(attrs={"dir": "auto", **hinted()}),
    )
