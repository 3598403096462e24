"""The session's own fields; what comes next is added by followups.forms.log_session."""

import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from django import forms
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from accounts.ids import new_id
from caseload.forms.hints import hinted
from caseload.models import Activity, Goal, Participant, Quotation, Session, SessionStatus, Strand
from caseload.models.glance import Line
from caseload.models.goals import Answer
from caseload.models.sessions import MET

# A phone's clock may be a little ahead of ours.
CLOCK_TOLERANCE = timedelta(minutes=5)
# Further back the year is more likely a slip than a session nobody has logged.
LONGEST_AGO = timedelta(days=366)
LENGTHS = [(15, _("15 min")), (30, _("30 min")), (45, _("45 min")), (60, _("1 hour")), (90, _("1½ hours"))]

# That it was shared, never what: the story is the person's.
SHARED = [("unknown", _("Not said")), ("true", _("Yes")), ("false", _("No"))]


class TouchedFields(forms.Form):
    """What a session touched, and what was done; mixed into the forms that ask for it."""

    strands = forms.MultipleChoiceField(
        label=_("What it touched"),
        choices=Strand,
        required=False,
        widget=forms.CheckboxSelectMultiple,
        help_text=_("Up to two."),
    )
    activities = forms.ModelMultipleChoiceField(
        label=_("What you did together"),
        queryset=Activity.objects.none(),
        required=False,
        widget=forms.CheckboxSelectMultiple,
    )

    def offer_activities(self, chosen: Sequence[str] = ()) -> None:
        """Those in use, and those chosen before."""
        offered = Activity.objects.filter(Q(is_active=True) | Q(pk__in=chosen))
        self.fields["activities"].queryset = offered.order_by("position", "pk")

    def clean_strands(self) -> list[str]:
        """At most two strands, as the record has it."""
        strands = self.cleaned_data["strands"]
        if len(strands) > 2:
            raise forms.ValidationError(_("Please choose the two that matter most."))
        return strands


class SessionForm(TouchedFields, forms.ModelForm):
    """What happened. Date and time are the team's local ones; `moment` of the calendar turns them into UTC."""

    form_token = forms.UUIDField(widget=forms.HiddenInput)
    when_date = forms.DateField(label=_("Day"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d"))
    when_time = forms.TimeField(label=_("Time"), widget=forms.TimeInput(attrs={"type": "time"}, format="%H:%M"))
    length = forms.TypedChoiceField(
        label=_("How long"), choices=LENGTHS, coerce=int, empty_value=None, required=False, widget=forms.RadioSelect
    )
    minutes = forms.IntegerField(
        label=_("or exactly, in minutes"),
        min_value=1,
        max_value=1440,
        required=False,
        widget=forms.NumberInput(attrs={"inputmode": "numeric"}),
    )
    win = forms.CharField(
        label=_("A win, in a sentence"),
        max_length=500,
        required=False,
        help_text=_("However small. It comes back before your next contact."),
    )

    said = forms.CharField(
        label=_("Something they said, word for word"),
        max_length=Quotation.text.field.max_length,
        required=False,
        widget=forms.Textarea(attrs={"rows": 2, "dir": "auto"}),
        help_text=_("Nothing is corrected."),
    )
    tried = forms.CharField(
        label=_("What you tried, in a few words"),
        max_length=300,
        required=False,
        help_text=_("Next time you are reminded to ask whether it helped."),
    )
    tried_answer = forms.ChoiceField(
        label=_("Did that help?"), choices=Answer, required=False, widget=forms.RadioSelect
    )
    # Of what: the answer must not land on something tried meanwhile.
    tried_asked = forms.UUIDField(required=False, widget=forms.HiddenInput)

    class Meta:
        model = Session
        fields = ["method", "status", "place", "strands", "activities", "shared_experience", "goal", "note"]
        widgets = {
            "method": forms.RadioSelect,
            "status": forms.RadioSelect,
            "note": forms.Textarea(attrs={"rows": 4, "dir": "auto", **hinted()}),
            "shared_experience": forms.RadioSelect,
        }

    def __init__(
        self,
        *args: Any,
        participant: Participant,
        local_now: datetime,
        goals: Sequence[Line] = (),
        asked: Line | None = None,
        **kwargs: Any,
    ) -> None:
        """`local_now` is this moment in the team's zone, `goals` are open, `asked` is what was tried last time."""
        initial = {
            "form_token": new_id(),
            "when_date": local_now.date(),
            "when_time": local_now.time(),
            "method": "in_person",
            "status": SessionStatus.HELD,
            "length": 30,
            "tried_asked": asked.pk if asked else None,
            **(kwargs.pop("initial", None) or {}),
        }
        super().__init__(*args, initial=initial, **kwargs)
        self.participant = participant
        self.local_now = local_now
        self.offer_activities()
        # Every choice is made already or has to be made; an empty one would only be one more to read.
        for name, choices in (("method", Session.method.field.choices), ("status", SessionStatus.choices)):
            self.fields[name].choices = choices
        self.fields["win"].widget.attrs["dir"] = "auto"
        self.fields["tried"].widget.attrs["dir"] = "auto"
        self.asked = asked
        if asked is None:
            del self.fields["tried_answer"], self.fields["tried_asked"]
        self.offer_goals(goals)
        self.fields["shared_experience"].widget.choices = SHARED
        self.fields["shared_experience"].label = _("I shared own lived experience")

    def offer_goals(self, goals: Sequence[Line]) -> None:
        """The open goals to choose from; nothing where there is none."""
        if not goals:
            del self.fields["goal"]
            return
        field = self.fields["goal"]
        field.queryset = Goal.objects.filter(pk__in=[goal.pk for goal in goals])
        field.choices = [("", _("none in particular")), *((str(goal.pk), goal.text) for goal in goals)]

    def clean_form_token(self) -> uuid.UUID:
        """The token is never empty: without it a page sent again would be saved again."""
        return self.cleaned_data["form_token"]

    def clean(self) -> dict[str, Any]:
        """Minutes, strands and activities where the two met, none where they did not; no time to come."""
        cleaned = super().clean()
        met = cleaned.get("status") in MET
        minutes = cleaned.get("minutes") or cleaned.get("length")
        if met and minutes is None and "minutes" not in self.errors:
            self.add_error("minutes", _("How long did it take? A guess is fine."))
        cleaned["minutes"] = minutes if met else None
        if not met:
            cleaned["strands"], cleaned["activities"] = [], Activity.objects.none()
            cleaned["place"], cleaned["shared_experience"], cleaned["goal"] = "", None, None
            cleaned["said"] = ""
            cleaned["tried"], cleaned["tried_answer"] = "", ""
        check_when(self, self.local_now)
        return cleaned


def chips_of(form: forms.BaseForm) -> dict[str, Any]:
    """What `_parts/_activities.html` shows of a form: the activities by strand, and which are chosen."""
    if "activities" not in form.fields:
        return {}
    offered = list(form.fields["activities"].queryset)
    by_strand = [
        {"label": label, "activities": [row for row in offered if row.strand == code]} for code, label in Strand.choices
    ]
    chosen = {str(getattr(code, "pk", code)) for code in form["activities"].value() or []}
    return {"by_strand": by_strand, "chosen_activities": chosen}


def check_when(form: forms.BaseForm, local_now: datetime) -> None:
    """Put a message beside a day and time that are still to come, or too long ago to be meant."""
    day, clock = form.cleaned_data.get("when_date"), form.cleaned_data.get("when_time")
    if not day or not clock:
        return
    naive_now = local_now.replace(tzinfo=None)
    if datetime.combine(day, clock) > naive_now + CLOCK_TOLERANCE:
        form.add_error("when_date", _("This is still to come. Log it once it has happened."))
    elif day < naive_now.date() - LONGEST_AGO:
        form.add_error("when_date", _("This is more than a year ago. Is the year right?"))
