"""The one form: what happened, and what happens next."""

from datetime import date, datetime
from typing import Any

from django import forms
from django.utils import formats
from django.utils.translation import gettext as _t
from django.utils.translation import gettext_lazy as _

from accounts.models import Team
from caseload.forms.session import SessionForm
from caseload.models import Participant, Session, SessionStatus
from followups.actions.sessions import EARLY
from followups.calendar import FAR, local_date, moment
from followups.forms.what_next import WhatNextFields
from followups.models import CheckInPlan, FollowUp, Purpose, State
from followups.models.calendars import calendar_of
from followups.models.followups import CONTACT, HEAVY


class StillOwed(forms.ModelMultipleChoiceField):
    """Check boxes for follow-ups; one settled elsewhere while the page was open no longer matters."""

    def clean(self, value: Any) -> Any:
        """Pass over what is not offered any more."""
        offered = {key for key, _label in self.choices}
        return super().clean([key for key in value or [] if key in offered])


class LogSessionForm(SessionForm, WhatNextFields):
    """Extends the session with its next step, and with the follow-ups the meeting settles."""

    settles = StillOwed(
        label=_("This settles"), queryset=FollowUp.objects.none(), required=False, widget=forms.CheckboxSelectMultiple
    )

    def __init__(
        self,
        *args: Any,
        participant: Participant,
        local_now: datetime,
        standing: list[FollowUp],
        plan: CheckInPlan | None,
        chosen: str = "",
        **kwargs: Any,
    ) -> None:
        """`standing` are the participant's follow-ups still owed, `chosen` the id of the one we come from."""
        today = local_now.date()
        due = [row for row in standing if row.due_on <= today + EARLY or awaits_them(row)]
        initial = {
            "settles": [str(row.pk) for row in due if is_likely_meant(row, today) or str(row.pk) == chosen],
            **(kwargs.pop("initial", None) or {}),
        }
        super().__init__(*args, participant=participant, local_now=local_now, initial=initial, **kwargs)
        offered = [row for row in standing if row in due or str(row.pk) == chosen]
        offered = [row for row in offered if not row.asks_after_something]
        coming = [row for row in standing if row.due_on > today]
        settled = [row for row in offered if str(row.pk) in initial["settles"]]
        words = plan_words(plan, coming, offered, settled, participant.team, today)
        self.offer(team=participant.team, today=today, plan_label=words)
        field = self.fields["settles"]
        field.queryset = FollowUp.objects.filter(pk__in=[row.pk for row in offered])
        field.choices = [(str(row.pk), in_a_line(row)) for row in offered]

    def clean(self) -> dict[str, Any]:
        """Both halves hold; after a missed meeting the next step is proposed as the next working day."""
        cleaned = super().clean()
        self.check_what_next(cleaned)
        self.planned_since = [row for row in cleaned.get("settles", ()) if self.is_planned_since(row)]
        cleaned["settles"] = [row for row in cleaned.get("settles", ()) if row not in self.planned_since]
        if cleaned.get("status") == SessionStatus.NO_SHOW and not self.data.get("next_choice"):
            self.data = self.data.copy()
            self.data["next_choice"], self.data["purpose"] = "tomorrow", Purpose.AFTER_MISSED
        return cleaned

    def is_planned_since(self, followup: FollowUp) -> bool:
        """Whether it is no matter of a session logged late: planned after the day of it, for a later one."""
        day, zone = self.cleaned_data.get("when_date"), self.participant.team.time_zone
        return day is not None and followup.due_on > day and local_date(followup.created_at, zone) > day

    def session(self) -> Session:
        """The session, not saved; call on a valid form."""
        cleaned = self.cleaned_data
        session = self.save(commit=False)
        session.participant = self.participant
        session.form_token = cleaned["form_token"]
        session.minutes = cleaned["minutes"]
        session.strands = cleaned["strands"]
        began = moment(cleaned["when_date"], cleaned["when_time"], self.participant.team.time_zone)
        session.started_at = min(began, self.local_now)
        return session


def is_likely_meant(followup: FollowUp, today: date) -> bool:
    """Whether meeting them most likely was this contact; one promised for the days to come is still owed then."""
    if awaits_them(followup):
        return True
    return followup.purpose in CONTACT and not (followup.purpose in HEAVY and followup.due_on > today)


def awaits_them(followup: FollowUp) -> bool:
    """Whether it waits for a reply of theirs: meeting is that reply, however far ahead its day."""
    return followup.state == State.WAITING and followup.purpose in CONTACT


def plan_words(
    plan: CheckInPlan | None,
    coming: list[FollowUp],
    offered: list[FollowUp],
    settled: list[FollowUp],
    team: Team,
    today: date,
) -> str:
    """The choice "their check-in plan", with the day it leads to; empty where neither plan nor closer rhythm leads on.

    A closer contact comes first where the plan rests for it, or where it is nearer. `coming` are the follow-ups after
    today, earliest first; `offered` those which this session may settle, `settled` those which it most likely does.
    """
    of_plan = plan and plan.pk
    leading = [row for row in coming if row.closer_id or (row.plan_id and row.plan_id == of_plan)]
    first = next((row for row in leading if row not in settled), None)
    day = first and first.due_on
    if day is None and plan is not None:
        laid_out = max(today, plan.planned_until or today)
        meant = next(plan.rhythm.dates(laid_out, laid_out + FAR), None)
        day = meant and calendar_of(team).move(meant, team.closed_day_rule)
    if day is None:
        return ""
    name = _t("Their closer rhythm") if first and first.closer_id else _t("Their check-in plan")
    words = f"{name} · {formats.date_format(day, 'D j M')}"
    if first in offered:
        return _t("%(choice)s, or the next one if this settles it") % {"choice": words}
    sooner = next((row.due_on for row in leading if row in settled and row.due_on < day), None)
    if sooner is None:
        return words
    return _t("%(choice)s, or %(day)s if that still stands") % {
        "choice": words,
        "day": formats.date_format(sooner, "D j M"),
    }


def in_a_line(followup: FollowUp) -> str:
    """A follow-up in one line: what for, what exactly, which day."""
    what = f": {followup.what}" if followup.what else ""
    return f"{followup.get_purpose_display()}{what} · {formats.date_format(followup.due_on, 'D j M')}"
