"""The record: words on top, what is planned, and the story."""

from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from accounts.access import Permission, requires, supervised_teams
from caseload.models import EndingReason, Strand
from caseload.models.glance import Line, at_a_glance
from caseload.models.goals import Doer
from caseload.models.rules import rules_of
from caseload.models.words import Topic
from followups.calendar import local_date
from followups.models.asked import record as asked
from followups.models.plans import RhythmKind
from followups.models.timeline import page, read_cursor
from followups.models.undoing import offer_undo
from pages.found import the_one

ENTRIES = 25
# Of each topic; older words still stand in the story.
WORDS = 10
# Whoever took somebody in may not have seen that they were here before; for so long their supervisor is told.
NEW = timedelta(days=30)


@requires(Permission.READ_RECORDS)
def participant(request: HttpRequest, participant_id: UUID) -> HttpResponse:
    now = timezone.now()
    found = asked.record_of(request.user, participant_id, now, now - NEW if supervised_teams(request.user) else None)
    person = the_one(found)
    before = read_cursor(request.GET.get("before", ""))
    today, rules = local_date(now, person.team.time_zone), rules_of(person.team)
    entries, following = page(person, before, ENTRIES)
    supervises = person.team_id in supervised_teams(request.user)
    if person.is_active:
        offer_undo(entries, request.user, supervises, now)
    planned, glance = asked.standing_of_person(person.pk, now), at_a_glance(person, WORDS)
    return render(
        request,
        "participant/participant.html",
        {
            "participant": person,
            "ending": dict(EndingReason.choices).get(person.ending_reason) if person.ended_on else "",
            "topics": by_topic(glance.get("words", []), today - timedelta(days=rules.words_again_days)),
            "glance": glance,
            "rhythm": dict(RhythmKind.choices).get(person.rhythm_kind, ""),
            "standing": planned,
            "today": today,
            "doers": Doer.choices,
            "back_on": person.back_on,
            "untouched": untouched(person, today - timedelta(days=rules.untouched_days)),
            "ask_expectations_before": today - timedelta(days=rules.expectations_days),
            "entries": entries,
            "next": following,
            "is_first": before is None,
            "supervises": supervises,
            **(for_supervisors(person) if supervises else {}),
        },
    )


def for_supervisors(person: Any) -> dict[str, Any]:
    """What only supervisors are told: what was put into this record, and that somebody new may be here twice."""
    merges = [one | {"at": datetime.fromisoformat(one["at"])} for one in person.put_together]
    return {"merges": merges, "perhaps_twice": person.perhaps_twice}


def untouched(person: Any, since: date) -> list[str]:
    """The strands no session has touched lately; none to speak of for somebody who is new with us."""
    if not person.is_active or person.with_us_since > since:
        return []
    touched = {*person.touched_in, *person.touched_by, *([Strand.GOALS] if person.touched_goals else [])}
    return [str(label) for code, label in Strand.choices if code not in touched]


def by_topic(words: list[Line], ask_before: date) -> list[dict[str, object]]:
    """For each topic the newest words and the older ones, in the order of the topics; old ones may be asked again."""
    topics: dict[str, list[Line]] = {}
    for one in words:
        topics.setdefault(one.state, []).append(one)
    return [
        {
            "about": label,
            "latest": topics[code][0],
            "older": topics[code][1:],
            "ask_again": code != Topic.SAID and topics[code][0].day < ask_before,
        }
        for code, label in Topic.choices
        if code in topics
    ]
