"""What moves when two records of one person are put together, and what stays with the one that is not kept."""

from dataclasses import dataclass, field
from typing import Any

from django.apps import apps
from django.db import models
from django.db.models import Count, Exists, F, OuterRef, Q, QuerySet, UniqueConstraint, Value
from django.utils.translation import gettext_lazy as _

from caseload.models import Merge, Participant
from caseload.models.trust import reads_all

# Each table with a participant is in one of the two. A test walks all models: a new one has to be named.
# Goals before sessions: a session works on a goal of the same person. Those that move by what their rows are called.
MOVES = {
    "caseload.Goal": _("Goals"),
    "caseload.Session": _("Sessions"),
    "caseload.PhoneNumber": _("Phone numbers"),
    "caseload.Quotation": _("Their own words"),
    "caseload.Expectations": _("What you expect of each other"),
    "caseload.Tried": _("What they tried"),
    "caseload.Win": _("Wins"),
    "caseload.Setback": _("Setbacks"),
    "caseload.RosterPlace": _("Places in groups"),
    "caseload.Milestone": _("Days to remember"),
    "caseload.Barrier": _("What is in the way"),
    "caseload.Referral": _("Other help offered"),
    "caseload.Connection": _("Where they belong"),
    "caseload.Complaint": _("Complaints"),
    "caseload.SignalTalk": _("Talks about the relationship"),
    "caseload.PeerRequest": _("Wishes for another peer"),
    "caseload.SessionDraft": _("Sessions not saved yet"),
    "followups.CloserRhythm": _("Times of closer contact"),
    "followups.FollowUp": _("Follow-ups"),
    "followups.ContactAttempt": _("Tries to reach them"),
}
STAYS = {
    "caseload.ServiceEpisode": "two stretches may overlap; it says when the record itself was open",
    "caseload.Assignment": "two may overlap; nobody else walked with the record that is kept",
    "caseload.RecordReview": "only that record was looked through",
    "followups.CheckInPlan": "one rhythm at a time; its dates move",
    "caseload.Merge": "the trace itself",
}

# What the deed sees to before rows move: of two closer rhythms one has ended by then.
SEEN_TO = ("closerrhythm_one_at_a_time",)


class Obstacle(models.TextChoices):
    """Why two records cannot be put together like this."""

    GONE = "gone", _("These two cannot be put together, or one of them changed meanwhile. Nothing was changed.")
    HOLDS_OTHERS = "holds_others", _("Another record was put into this one before. Keep it, and merge the other one.")
    WITH_US = "with_us", _("One of them is with us now, and services of the other have ended. Keep the one with us.")


def obstacle(kept: Participant, merged: Participant) -> Obstacle | None:
    """What stands in the way of putting `merged` into `kept`; one query at most."""
    if kept.pk == merged.pk or kept.team_id != merged.team_id or kept.merged_into_id or merged.merged_into_id:
        return Obstacle.GONE
    if merged.is_active and not kept.is_active:
        return Obstacle.WITH_US
    return Obstacle.HOLDS_OTHERS if Participant.objects.filter(merged_into=merged).exists() else None


def tables() -> list[Any]:
    """The models whose rows move."""
    return [apps.get_model(label) for label in MOVES]


def clashes(model: Any, others: Participant) -> Q:
    """True of rows that a unique rule would not let stand with `others`, because a twin is there already."""
    found = Q(pk__in=[])
    for rule in model._meta.constraints:
        may_clash = isinstance(rule, UniqueConstraint) and rule.name not in SEEN_TO
        columns = columns_of(rule) if may_clash else set()
        if "participant" in columns:
            same = {name: OuterRef(name) for name in columns - {"participant"}}
            holds = rule.condition or Q()
            found |= holds & Q(Exists(model._base_manager.filter(holds, participant=others, **same)))
    return found


def columns_of(rule: UniqueConstraint) -> set[str]:
    """The columns that a unique rule is about, also where it is about an expression of them (a hash of long words)."""
    pending, found = list(rule.expressions), set(rule.fields)
    while pending:
        part = pending.pop()
        if isinstance(part, F):
            found.add(part.name)
        else:
            pending += [one for one in part.get_source_expressions() if one is not None]
    return found


def that_fit(model: Any, *, of: Participant, into: Participant) -> QuerySet[Any]:
    """The rows of one record that can stand with the other one."""
    return model._base_manager.filter(participant=of).exclude(clashes(model, into))


def that_stay(model: Any, *, of: Participant, into: Participant) -> QuerySet[Any]:
    """The rows of one record of which the other one has a twin."""
    return model._base_manager.filter(clashes(model, into), participant=of)


@dataclass
class Line:
    """One kind of row: how many the record that is kept has, how many come, and how many cannot."""

    title: str
    kept: int = 0
    moving: int = 0
    staying: int = 0


@dataclass
class Preview:
    """What would happen, in numbers; a kind of which there is nothing is left out."""

    lines: list[Line] = field(default_factory=list)
    stays: int = 0


def preview(user: Any, kept: Participant, merged: Participant) -> Preview:
    """Both records side by side in numbers, of what this person may see; three queries, whatever they hold."""
    parts = []
    reads = reads_all(user, kept) and reads_all(user, merged)
    for model in tables():
        # What is said for the supervisor alone is not counted for who walks with the person.
        rows = model._base_manager.all()
        if hasattr(model, "for_supervisor") and not reads:
            rows = rows.filter(for_supervisor=False)
        cannot = Q(participant=merged) & clashes(model, kept)
        counted = rows.filter(participant__in=[kept, merged]).order_by().values("participant")
        parts.append(
            counted.annotate(label=Value(model._meta.label), held=Count("pk"), clashing=Count("pk", filter=cannot))
        )
    lines = {model._meta.label: Line(title(model)) for model in tables()}
    rows = [part.values_list("label", "participant", "held", "clashing") for part in parts]
    for label, person, held, clashing in rows[0].union(*rows[1:], all=True):
        line = lines[label]
        if person == kept.pk:
            line.kept = held
        else:
            line.moving, line.staying = held - clashing, clashing
    shown = [line for line in lines.values() if line.kept or line.moving or line.staying]
    return Preview(shown, sum(line.staying for line in shown))


def moved_in_words(user: Any, merge: Merge) -> list[tuple[str, int]]:
    """What moved, as titles and numbers; nothing that is for the supervisor alone to who walks with the person."""
    reads = reads_all(user, merge.kept)
    shown = [model for model in tables() if reads or not hasattr(model, "for_supervisor")]
    found = [(title(model), len(merge.moved.get(model._meta.db_table, []))) for model in shown]
    found.append((str(_("Steps of goals that both had")), len(merge.before.get("steps", {}))))
    return [(words, number) for words, number in found if number]


def title(model: Any) -> str:
    """What the rows of a table are called."""
    return str(MOVES[model._meta.label])
