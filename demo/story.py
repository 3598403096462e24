"""Sessions one after another, each ending in a follow-up which the next one settles, up to yesterday."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from caseload.models import Session, SessionStatus, Win
from caseload.models.sessions import MET
from demo import notes, words
from demo.people import People, Person
from demo.program import Program
from demo.rows import Rows
from followups.calendar import DAY
from followups.models import ContactAttempt, FollowUp, NextStep, Purpose, State
from followups.models.decisions import DecidedBy

STATUSES = {"held": 80, "cut_short": 4, "no_show": 9, "cancelled_by_them": 5, "cancelled_by_us": 2}
PURPOSES = {
    "check_in": 62,
    "promise": 12,
    "after_setback": 6,
    "after_discharge": 3,
    "referral": 6,
    "goal_step": 8,
    "celebration": 3,
}
WHAT = {
    "promise": notes.PROMISES,
    "referral": notes.REFERRALS,
    "goal_step": notes.GOAL_STEPS,
    "celebration": notes.CELEBRATIONS,
}
TRIES = {"no_answer": 5, "message_left": 3, "text_sent": 2, "someone_else": 1, "call_later": 1}
# How many days before today the last meeting lies at least, so that what was tried since has room.
QUIET = {"overdue": 3, "waiting": 4, "paused": 8}


@dataclass
class Last:
    """Where the past ends: the last session, and the follow-up it led to, still to be dated."""

    session: Session | None
    followup: FollowUp | None


class Story:
    """Tells the past of one person after another."""

    def __init__(self, program: Program, people: People) -> None:
        self.program, self.people, self.chance = program, people, program.chance

    def tell(self, person: Person, rows: Rows) -> Last:
        """All sessions and what lay between them."""
        days = self.meeting_days(person)
        previous: FollowUp | None = None
        session: Session | None = None
        for place, on in enumerate(days):
            session = self.session(person, on, place, rows)
            if previous is not None:
                self.settle(person, previous, session, on, rows)
            is_last = place == len(days) - 1
            if is_last and person.situation in ("decided", "forgotten", "ended"):
                self.close_story(person, session, rows)
                return Last(session, None)
            due_on = person.today if is_last else days[place + 1]
            previous = self.followup(person, session, due_on, session.logged_at, rows)
            rows.next_steps.append(NextStep(session=session, followup=previous))
            if not is_last:
                previous = self.between(person, previous, on, due_on, rows)
        if previous is None:
            previous = self.followup(person, None, person.today, person.row.created_at, rows)
        return Last(session, previous)

    def meeting_days(self, person: Person) -> list[date]:
        """Working days on which the two met or meant to, about weekly, oldest first, after the day of intake."""
        calendar = self.program.calendars[person.team.pk]
        overdue = person.offset if person.situation == "overdue" else 0
        end = person.today - (overdue + QUIET.get(person.situation, 1)) * DAY
        if person.situation in ("coming", "today", "waiting") and self.chance.one_in(9):
            end = person.today - self.chance.randint(32, 50) * DAY
        days: list[date] = []
        on = person.since + DAY
        while on <= end:
            on = calendar.next_working_day(on)
            if on <= end:
                days.append(on)
            on += self.chance.choice((5, 7, 7, 8, 10, 14)) * DAY
        if not days and person.situation in ("decided", "forgotten", "ended"):
            days.append(person.since + DAY)
        return days

    def session(self, person: Person, on: date, place: int, rows: Rows) -> Session:
        """One meeting; a few were missed, cancelled, cut short, or logged later."""
        is_first = place == 0
        status = SessionStatus.HELD if is_first else SessionStatus(self.chance.weighted(STATUSES))
        met = status in MET
        began = min(self.program.at(on, self.chance.randint(9, 17), person.team), self.program.now - timedelta(hours=2))
        late = self.chance.one_in(10) and began < self.program.now - timedelta(days=3)
        strands = self.chance.sample(("goals", "skills", "advocacy", "community"), self.chance.choice((0, 1, 1, 2)))
        session = Session(
            team=person.team,
            participant=person.row,
            specialist=person.specialist,
            method=self.chance.choice(("in_person", "in_person", "phone", "video", "text")),
            status=status,
            started_at=began,
            minutes=self.chance.choice((15, 20, 30, 30, 45, 60, 90)) if met else None,
            strands=strands if met else [],
            note=self.chance.deal(notes.NOTES).format(p=person.row.name_used) if met else "",
            logged_at=began + timedelta(days=1) if late else began + timedelta(minutes=70),
            logged_late=late,
            form_token=self.chance.token(),
        )
        rows.sessions.append(session)
        if met:
            self.enrich(person, session, on, rows)
        return session

    def enrich(self, person: Person, session: Session, on: date, rows: Rows) -> None:
        """What they did, what was said, a win."""
        self.was_in_touch(person, session.started_at)
        through = Session.activities.through
        fitting = [row for row in self.program.activities if row.strand in session.strands]
        for activity in self.chance.sample(fitting, min(2, len(fitting))):
            rows.activities.append(through(session=session, activity=activity))
        if self.chance.one_in(8):
            self.people.say(person, "said", words.SAID, on, rows)
        if self.chance.one_in(3.5):
            rows.wins.append(
                Win(
                    participant=person.row,
                    session=session,
                    text=self.chance.deal(words.WINS),
                    happened_on=on,
                    recorded_at=session.logged_at,
                    recorded_by=person.specialist,
                )
            )

    def followup(
        self, person: Person, session: Session | None, due_on: date, created_at: datetime, rows: Rows
    ) -> FollowUp:
        """What was agreed at the end of a meeting, at intake, or on the phone."""
        purpose = Purpose(self.chance.weighted(PURPOSES))
        if session is not None and session.status == SessionStatus.NO_SHOW:
            purpose = Purpose.AFTER_MISSED
        elif session is None:
            purpose = Purpose.CHECK_IN
        row = FollowUp(
            team=person.team,
            participant=person.row,
            owner=person.owner,
            purpose=purpose,
            what=self.chance.deal(WHAT[purpose]) if purpose in WHAT else "",
            due_on=due_on,
            planned_on=due_on,
            session=session,
            created_at=created_at,
            created_by=person.specialist,
        )
        rows.followups.append(row)
        return row

    def between(self, person: Person, row: FollowUp, on: date, following: date, rows: Rows) -> FollowUp:
        """Now and then a call in between, which reached them and led on to the next meeting."""
        calendar = self.program.calendars[person.team.pk]
        called_on = calendar.next_working_day(on + 3 * DAY)
        if called_on >= following or not self.chance.one_in(4):
            return row
        row.due_on = row.planned_on = called_on
        attempt = self.attempt(person, row, "reached", called_on, rows)
        self.close(row, State.DONE, attempt.at, person)
        attempt.next_followup = self.followup(person, None, following, attempt.at, rows)
        return attempt.next_followup

    def settle(self, person: Person, row: FollowUp, session: Session, on: date, rows: Rows) -> None:
        """The next meeting answered it; now and then after a try, and after a missed one always."""
        self.close(row, State.DONE, session.logged_at, person)
        if session.status not in MET:
            row.closing_reason = str(SessionStatus(session.status).label)
        tried_on = self.program.calendars[person.team.pk].previous_working_day(on - DAY)
        has_room = row.created_at < self.program.at(tried_on, 0, person.team)
        if has_room and (row.purpose == Purpose.AFTER_MISSED or self.chance.one_in(6)):
            self.attempt(person, row, self.chance.weighted(TRIES), tried_on, rows)

    def close_story(self, person: Person, session: Session, rows: Rows) -> None:
        """The last meeting ends in a decision, or, for the two exceptions, in something that was simply done."""
        if person.situation != "forgotten":
            reason, decided_by = self.chance.deal(notes.WHY_NONE), DecidedBy.PARTICIPANT
            rows.next_steps.append(NextStep(session=session, reason=reason, decided_by=decided_by))
            return
        row = self.followup(person, session, session.logged_at.date(), session.logged_at, rows)
        row.purpose, row.what = Purpose.PROMISE, notes.PROMISES[0]
        self.close(row, State.DONE, session.logged_at, person)
        rows.next_steps.append(NextStep(session=session, followup=row))

    def attempt(self, person: Person, row: FollowUp, outcome: str, on: date, rows: Rows) -> ContactAttempt:
        """One try on that local day, in working hours, after what it is about was agreed."""
        at = max(self.program.at(on, self.chance.randint(9, 16), person.team), row.created_at + timedelta(minutes=20))
        known = self.program.outcomes[outcome]
        row.attempts += 1
        attempt = ContactAttempt(
            team=person.team,
            participant=person.row,
            followup=row,
            outcome=known,
            label=known.label,
            channel=known.channel,
            at=at,
            by=person.specialist,
            form_token=self.chance.token(),
        )
        rows.attempts.append(attempt)
        if known.counts_as_presence:
            self.was_in_touch(person, at)
        return attempt

    def close(self, row: FollowUp, state: str, at: datetime, person: Person) -> None:
        """Settled, then and by whom."""
        row.state, row.closed_at, row.closed_by = state, at, person.specialist
        if row.purpose == Purpose.PROMISE and state == State.DONE:
            row.kept = not self.chance.one_in(6)
            row.closing_reason = "" if row.kept else self.chance.deal(notes.NOT_KEPT)

    def was_in_touch(self, person: Person, at: datetime) -> None:
        """The last contact is the latest there was."""
        person.row.last_contact_at = max(person.row.last_contact_at or at, at)
