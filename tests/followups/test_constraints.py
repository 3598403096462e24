"""The database refuses broken states of what comes next, even from raw SQL."""

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction

from accounts.models import User
from caseload.models import Participant
from followups.models import CheckInPlan, ContactAttempt, Digest, FollowUp, NextStep, Outcome
from tests import factories


def refused(change, name: str) -> None:
    """Assert that the database refuses a change, by that rule, at the latest when the transaction ends."""

    def all_of_it() -> None:
        with transaction.atomic():
            change()
            connection.cursor().execute("SET CONSTRAINTS ALL IMMEDIATE")

    with pytest.raises(IntegrityError, match=name):
        all_of_it()


def test_a_session_without_a_next_step_or_a_decision(participant: Participant) -> None:
    refused(lambda: factories.SessionFactory(participant=participant, next_step=False), "neither a next step")


def test_taking_the_next_step_from_a_session(participant: Participant) -> None:
    session = factories.SessionFactory(participant=participant)
    refused(lambda: NextStep.objects.filter(session=session).delete(), "neither a next step")


def test_a_next_step_that_is_both_or_neither(participant: Participant) -> None:
    session = factories.SessionFactory(participant=participant)
    steps = NextStep.objects.filter(session=session)

    refused(lambda: steps.update(reason=""), "nextstep_followup_or_reason")
    refused(lambda: steps.update(decided_by=""), "nextstep_followup_or_reason")
    refused(
        lambda: steps.update(followup=factories.FollowUpFactory(participant=participant)),
        "nextstep_followup_or_reason",
    )


@pytest.mark.parametrize(
    ("fields", "rule"),
    [
        ({"state": "overdue"}, "followup_"),
        ({"state": "done"}, "followup_closed_when_closed"),
        ({"closed_at": factories.NOON}, "followup_closed_when_closed"),
        ({"state": "not_needed", "closed_at": factories.NOON}, "followup_not_needed_says_why_and_who"),
        (
            {"state": "not_needed", "closed_at": factories.NOON, "closing_reason": "Moved"},
            "followup_not_needed_says_why_and_who",
        ),
        (
            {
                "purpose": "goal_step",
                "state": "not_needed",
                "set_aside": True,
                "rests_from": factories.DAY,
                "closed_at": factories.NOON,
                "closing_reason": "Moved",
                "decided_by": "participant",
            },
            "followup_set_aside_rests_only_contact",
        ),
        ({"flagged_rung": 1}, "followup_flagged_when"),
        ({"flagged_at": factories.NOON}, "followup_flagged_when"),
        ({"discussed_at": factories.NOON}, "followup_discussed_at_and_by_paired"),
        ({"set_aside": True}, "followup_set_aside_is_closed"),
        ({"kept": True}, "followup_kept_is_a_promise"),
        ({"kept": False, "state": "done", "closed_at": factories.NOON}, "followup_kept_is_a_promise"),
        ({"purpose": "promise", "state": "done", "closed_at": factories.NOON}, "followup_promise_done_says_kept"),
        ({"state": "forgotten", "closed_at": factories.NOON}, "followup_(state_known|closed_when_closed)"),
    ],
)
def test_a_follow_up_that_contradicts_itself(participant: Participant, fields: dict, rule: str) -> None:
    followup = factories.FollowUpFactory(participant=participant)
    refused(lambda: FollowUp.objects.filter(pk=followup.pk).update(**fields), rule)


def test_somebody_who_chose_a_date_at_no_time(participant: Participant, specialist: User) -> None:
    followup = factories.FollowUpFactory(participant=participant)
    change = {"moved_by": specialist}
    refused(lambda: FollowUp.objects.filter(pk=followup.pk).update(**change), "followup_moved_by_says_when")


def test_two_follow_ups_for_one_date_of_a_plan(participant: Participant) -> None:
    plan = factories.CheckInPlanFactory(participant=participant)
    factories.FollowUpFactory(participant=participant, plan=plan)
    refused(lambda: factories.FollowUpFactory(participant=participant, plan=plan), "followup_one_per_plan_date")


def test_two_follow_ups_for_one_date_of_a_closer_rhythm(participant: Participant) -> None:
    closer = factories.CloserRhythmFactory(participant=participant)
    factories.FollowUpFactory(participant=participant, closer=closer)
    refused(lambda: factories.FollowUpFactory(participant=participant, closer=closer), "followup_one_per_closer_date")


def test_two_that_came_from_one(participant: Participant) -> None:
    decided = factories.FollowUpFactory(participant=participant)
    factories.FollowUpFactory(participant=participant, came_from=decided)
    refused(
        lambda: factories.FollowUpFactory(participant=participant, came_from=decided), "followup_taken_up_again_once"
    )


def test_two_closer_rhythms_at_once(participant: Participant) -> None:
    factories.CloserRhythmFactory(participant=participant)
    refused(lambda: factories.CloserRhythmFactory(participant=participant), "closerrhythm_one_at_a_time")


def test_a_closer_rhythm_that_ends_before_it_began(participant: Participant) -> None:
    until = factories.DAY - timedelta(days=1)
    refused(lambda: factories.CloserRhythmFactory(participant=participant, until=until), "closerrhythm_ends_after")


def test_two_summaries_of_one_day(specialist: User) -> None:
    made = {"recipient": specialist, "kind": "day", "on": factories.DAY, "created_at": factories.NOON}
    Digest.objects.create(**made)
    refused(lambda: Digest.objects.create(**made), "digest_once_a_day")


def test_two_plans_at_once(participant: Participant) -> None:
    factories.CheckInPlanFactory(participant=participant)
    refused(lambda: factories.CheckInPlanFactory(participant=participant), "checkinplan_one_running")


@pytest.mark.parametrize(
    ("fields", "rule"),
    [({"every": 0}, "checkinplan_every_in_range"), ({"weekdays": [0]}, "checkinplan_weekdays_known")],
)
def test_a_rhythm_that_cannot_be(participant: Participant, fields: dict, rule: str) -> None:
    factories.CheckInPlanFactory(participant=participant)
    refused(lambda: CheckInPlan.objects.filter(participant=participant).update(**fields), rule)


def test_telling_the_same_colleague_twice(db: None) -> None:
    reminder = factories.ReminderFactory()
    refused(
        lambda: factories.ReminderFactory(followup=reminder.followup, recipient=reminder.recipient),
        "reminder_once_per_rung_and_recipient",
    )


def test_an_attempt_sent_twice(participant: Participant) -> None:
    attempt = factories.ContactAttemptFactory(participant=participant)
    refused(
        lambda: factories.ContactAttemptFactory(participant=participant, form_token=attempt.form_token), "form_token"
    )


def test_taking_an_attempt_back_without_saying_who(participant: Participant) -> None:
    attempt = factories.ContactAttemptFactory(participant=participant)
    refused(
        lambda: ContactAttempt.objects.filter(pk=attempt.pk).update(undone_at=factories.NOON),
        "contactattempt_undone_at_and_by_paired",
    )


def test_an_outcome_that_closes_without_contact(db: None) -> None:
    refused(lambda: Outcome.objects.filter(pk="no_answer").update(effect="completes"), "outcome_completes_when_reached")
    refused(lambda: Outcome.objects.filter(pk="reached").update(reached=False), "outcome_completes_when_reached")


def test_an_attempt_that_does_not_say_what_came_of_it(participant: Participant) -> None:
    refused(
        lambda: factories.ContactAttemptFactory(participant=participant, label=""),
        "contactattempt_says_what_came_of_it",
    )


def test_an_outcome_that_comes_back_at_no_time(db: None) -> None:
    refused(lambda: Outcome.objects.filter(pk="no_answer").update(again_in_days=None), "outcome_says_when_again")


@pytest.mark.parametrize(("code", "days"), [("no_contact", 5), ("reached", 0)])
def test_an_outcome_with_days_that_never_count(db: None, code: str, days: int) -> None:
    refused(lambda: Outcome.objects.filter(pk=code).update(again_in_days=days), "outcome_days_only_for_a_date")


def test_services_that_have_ended_leave_nothing_standing(participant: Participant, specialist: User) -> None:
    factories.end_services(participant)
    for write in (
        lambda: factories.FollowUpFactory(participant=participant),
        lambda: factories.CheckInPlanFactory(participant=participant),
        lambda: factories.CloserRhythmFactory(participant=participant),
        lambda: factories.AssignmentFactory(
            participant=participant, specialist=specialist, started_at=factories.NOON + timedelta(days=1)
        ),
    ):
        refused(write, "have ended")
    factories.FollowUpFactory(participant=participant, state="done", closed_at=factories.NOON)


def test_nor_do_services_end_while_something_stands(participant: Participant, specialist: User) -> None:
    def end() -> None:
        Participant.objects.filter(pk=participant.pk).update(is_active=False)
        over = {"ended_on": factories.DAY, "ending_reason": "moved", "ended_by": specialist}
        participant.episodes.filter(ended_on=None).update(**over)

    refused(end, "have ended")  # somebody walks with them still
    participant.assignments.update(ended_at=factories.NOON, end_reason="services_ended")
    for standing in (factories.FollowUpFactory, factories.CheckInPlanFactory, factories.CloserRhythmFactory):
        row = standing(participant=participant)
        refused(end, "have ended")
        row.delete()
    end()


def test_who_is_active_has_an_open_episode_and_nobody_else(participant: Participant) -> None:
    refused(lambda: Participant.objects.filter(pk=participant.pk).update(is_active=False), "open episode")
    refused(lambda: participant.episodes.all().delete(), "open episode")
    refused(lambda: factories.ParticipantFactory(episode=False), "open episode")
    factories.end_services(participant)
    refused(lambda: Participant.objects.filter(pk=participant.pk).update(is_active=True), "open episode")
    reopened = {"ended_on": None, "ending_reason": "", "ended_by": None}
    refused(lambda: participant.episodes.update(**reopened), "open episode")
