"""Makes a program in its third month, from a seed, at any size, relative to any moment.

Writes rows in bulk, past the deeds, because their dates lie in the past; it keeps to all rules the
database holds, and to those it does not: owners are the current specialists, last contact and tries
are what the rows say, and everybody has a next step, a decision, or is one of the two exceptions.
"""

import random
import uuid
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from typing import Any

from django.db import transaction

from accounts.models import Membership, Role, Team, TeamClosedDay, User
from caseload.models import (
    Activity,
    Assignment,
    Cover,
    Participant,
    PhoneNumber,
    Quotation,
    ServiceEpisode,
    Session,
    SessionDraft,
    Win,
)
from demo import words
from followups.calendar import local_date, midnight, moment
from followups.models import (
    CheckInPlan,
    ContactAttempt,
    FollowUp,
    NextStep,
    Outcome,
    Purpose,
    Reminder,
    State,
    SweepRun,
)
from followups.models.calendars import calendar_of

BATCH = 400
DAY = timedelta(days=1)

# How the day of the next contact lies to today, and how often: days overdue (positive), or to come.
SITUATIONS = (
    ("overdue", 1, 3, 8),
    ("overdue", 4, 7, 5),
    ("overdue", 8, 14, 4),
    ("overdue", 15, 40, 3),
    ("today", 0, 0, 11),
    ("coming", 1, 7, 34),
    ("coming", 8, 20, 14),
    ("waiting", 1, 4, 8),
    ("paused", 5, 15, 4),
    ("decided", 0, 0, 3),
    ("ended", 0, 0, 6),
)


@dataclass
class Rows:
    """Everything of one batch, in the order in which it has to be written."""

    participants: list[Participant] = field(default_factory=list)
    episodes: list[ServiceEpisode] = field(default_factory=list)
    phones: list[PhoneNumber] = field(default_factory=list)
    quotations: list[Quotation] = field(default_factory=list)
    assignments: list[Assignment] = field(default_factory=list)
    sessions: list[Session] = field(default_factory=list)
    activities: list[Any] = field(default_factory=list)
    wins: list[Win] = field(default_factory=list)
    plans: list[CheckInPlan] = field(default_factory=list)
    followups: list[FollowUp] = field(default_factory=list)
    next_steps: list[NextStep] = field(default_factory=list)
    attempts: list[ContactAttempt] = field(default_factory=list)
    reminders: list[Reminder] = field(default_factory=list)
    drafts: list[SessionDraft] = field(default_factory=list)

    @transaction.atomic
    def write(self) -> None:
        """Write the batch in one transaction: a session and its next step belong together."""
        for rows in vars(self).values():
            if rows:
                type(rows[0]).objects.bulk_create(rows, batch_size=2_000)


class Generator:
    """One made-up program: `people` participants, `caseload` a specialist, three teams or one for each 500 people."""

    def __init__(
        self, *, people: int = 150, caseload: int = 15, seed: int = 7, now: datetime, password: str | None = None
    ) -> None:
        self.random = random.Random(seed)
        self.people, self.caseload, self.now, self.password = people, caseload, now, password
        self.activities = list(Activity.objects.order_by("position"))
        self.outcomes = {row.pk: row for row in Outcome.objects.all()}
        self.phone_number = 0

    def run(self) -> None:
        """Make it all."""
        self.make_teams()
        self.make_staff()
        rows = Rows()
        for number in range(self.people):
            self.make_person(number, rows)
            if len(rows.participants) >= BATCH:
                rows.write()
                rows = Rows()
        rows.write()
        SweepRun.objects.create(
            started_at=self.now - timedelta(seconds=40), finished_at=self.now - timedelta(seconds=39)
        )

    # --- Places and colleagues ---------------------------------------------------------------

    def make_teams(self) -> None:
        """Teams in several zones, with holidays and a closed day of their own."""
        self.teams = []
        for number in range(max(3, self.people // 500)):
            name, zone, state = words.TEAMS[number % 3]
            label = name if number < 3 else f"{name} {number // 3 + 1}"
            self.teams.append(Team(name=label, time_zone=zone, holiday_country="US", holiday_region=state))
        Team.objects.bulk_create(self.teams)
        TeamClosedDay.objects.bulk_create(
            TeamClosedDay(team=team, on=self.today(team) + timedelta(days=45), name="Staff day") for team in self.teams
        )
        self.calendars = {team.pk: calendar_of(team) for team in self.teams}

    def make_staff(self) -> None:
        """One administrator, a supervisor for each team, specialists by the number of participants."""
        users, memberships = [], []
        self.specialists: dict[Any, list[User]] = {team.pk: [] for team in self.teams}
        self.supervisors: dict[Any, User] = {}
        admin = self.colleague("admin", words.STAFF[-1])
        users.append(admin)
        memberships.append(Membership(user=admin, role=Role.ADMINISTRATOR))
        for number, team in enumerate(self.teams):
            address = "supervisor" if number == 0 else f"supervisor{number + 1}"
            user = self.colleague(address, words.STAFF[10 + number % 3])
            self.supervisors[team.pk] = user
            users.append(user)
            memberships.append(Membership(user=user, team=team, role=Role.SUPERVISOR))
        for number in range(max(10, self.people // self.caseload)):
            team = self.teams[number % len(self.teams)]
            name = words.STAFF[number % 10] if number < 10 else f"{words.STAFF[number % 10].split()[0]} {number}"
            user = self.colleague("specialist" if number == 0 else f"specialist{number + 1}", name)
            self.specialists[team.pk].append(user)
            users.append(user)
            memberships.append(Membership(user=user, team=team, role=Role.SPECIALIST))
        User.objects.bulk_create(users)
        Membership.objects.bulk_create(memberships)
        self.make_cover()

    def colleague(self, address: str, name: str) -> User:
        """One account; all share the demo's password, hashed once."""
        user = User(email=f"{address}@demo.example", name=name, credential="CPS", is_active=True)
        user.created_at = user.joined_at = self.now - timedelta(days=100)
        if self.password and not hasattr(self, "hashed"):
            user.set_password(self.password)
            self.hashed = user.password
        user.password = getattr(self, "hashed", "!")
        return user

    def make_cover(self) -> None:
        """The demo specialist stands in for a colleague for a few days."""
        team = self.teams[0]
        colleagues = self.specialists[team.pk]
        today = self.today(team)
        if len(colleagues) > 1:
            Cover.objects.create(
                team=team,
                absent=colleagues[1],
                cover=colleagues[0],
                starts_at=midnight(today - DAY, team.time_zone),
                ends_at=midnight(today + timedelta(days=4), team.time_zone),
                created_by=self.supervisors[team.pk],
            )

    # --- One participant ------------------------------------------------------------------------

    def make_person(self, number: int, rows: Rows) -> None:
        """A person, how they are reached, what they said, their story so far, and what comes next."""
        team = self.teams[number % len(self.teams)]
        colleagues = self.specialists[team.pk]
        specialist = colleagues[(number // len(self.teams)) % len(colleagues)]
        today = self.today(team)
        since = today - timedelta(days=self.random.randint(6, 88))
        person = self.person(number, team, specialist, since)
        situation, first, last = self.situation(number)
        waiting_for_peer = number % 20 == 19
        if waiting_for_peer:
            situation = "coming"
        rows.participants.append(person)
        ended = situation == "ended"
        rows.episodes.append(
            ServiceEpisode(
                participant=person,
                started_on=since,
                ended_on=today - DAY if ended else None,
                ending_reason=self.random.choice(("goals_reached", "moved", "own_choice")) if ended else "",
                ended_by=specialist if ended else None,
            )
        )
        person.is_active = not ended
        self.make_phones(person, rows)
        self.make_quotations(person, specialist, since, today, rows)
        self.make_assignments(person, specialist, colleagues, since, today, ended, waiting_for_peer, rows)
        owner = None if waiting_for_peer else specialist
        offset = self.random.randint(first, last)
        self.make_story(person, owner, specialist, since, today, situation, offset, number, rows)

    def situation(self, number: int) -> tuple[str, int, int]:
        """How things stand with one person; the first fifteen of the demo specialist are laid out by hand."""
        mine = (
            number % len(self.teams) == 0 and (number // len(self.teams)) % len(self.specialists[self.teams[0].pk]) == 0
        )
        if mine:
            hand = (
                ("overdue", 1, 2),
                ("today", 0, 0),
                ("coming", 1, 5),
                ("overdue", 5, 6),
                ("waiting", 1, 3),
                ("today", 0, 0),
            )
            hand += ("coming", 2, 6), ("forgotten", 0, 0), ("overdue", 9, 12), ("today", 0, 0), ("waiting", 2, 4)
            place = number // (len(self.teams) * len(self.specialists[self.teams[0].pk]))
            return hand[place % len(hand)]
        # Every team shows every age of what is overdue.
        always = {1: ("overdue", 16, 35), 2: ("overdue", 8, 14), 3: ("overdue", 1, 3), 5: ("overdue", 4, 7)}
        if number // len(self.teams) in always:
            return always[number // len(self.teams)]
        weights = [weight for *_rest, weight in SITUATIONS]
        kind, first, last, _weight = self.random.choices(SITUATIONS, weights)[0]
        return kind, first, last

    def person(self, number: int, team: Team, specialist: User, since: date) -> Participant:
        """Names, pronouns, language, times that suit."""
        name = words.NAMES[number % len(words.NAMES)]
        if number >= len(words.NAMES):
            name = f"{name} {chr(65 + number // len(words.NAMES) % 26)}."
        return Participant(
            team=team,
            name_used=name,
            legal_name=f"{name.split()[0]} {self.random.choice(words.LEGAL)}" if self.random.random() < 0.5 else "",
            pronouns=self.random.choice(words.PRONOUNS),
            language=self.random.choice(words.LANGUAGES),
            preferred_channel=self.random.choice(("call", "text", "in_person", "")),
            good_times=self.random.choice(words.TIMES),
            created_at=self.at(since, 9, team),
            created_by=specialist,
        )

    def make_phones(self, person: Participant, rows: Rows) -> None:
        """None to two numbers from the range kept for fiction, with different permissions."""
        for position in range(self.random.choice((0, 1, 1, 1, 2))):
            self.phone_number += 1
            area, line = 200 + self.phone_number // 100 % 700, 100 + self.phone_number % 100
            message = self.random.choice(("none", "none", "name_only", "may_say"))
            rows.phones.append(
                PhoneNumber(
                    participant=person,
                    number=f"+1{area}555{line:04d}",
                    label=self.random.choice(("", "own", "sister’s", "front desk")),
                    may_call=self.random.random() < 0.85,
                    may_text=self.random.random() < 0.5,
                    message=message,
                    message_text="It’s about the library books." if message == "may_say" else "",
                    position=position,
                )
            )

    def make_quotations(self, person: Participant, by: User, since: date, today: date, rows: Rows) -> None:
        """Their words, some of them said again later in another way."""
        said = [("vision", words.VISION, 0.85), ("vision", words.VISION, 0.25), ("helps", words.HELPS, 0.6)]
        said += [("does_not_help", words.NOT_HELPS, 0.3), ("hard_day", words.HARD_DAY, 0.25)]
        said += [("reaching_me", words.REACHING, 0.3)]
        for topic, texts, chance in said:
            if self.random.random() < chance:
                on = since + timedelta(days=self.random.randint(0, (today - since).days))
                at = min(self.at(on, 15, person.team), self.now)
                rows.quotations.append(
                    Quotation(
                        participant=person,
                        topic=topic,
                        text=self.random.choice(texts),
                        said_on=on,
                        recorded_at=at,
                        recorded_by=by,
                    )
                )

    def make_assignments(
        self,
        person: Participant,
        specialist: User,
        colleagues: list[User],
        since: date,
        today: date,
        ended: bool,
        waiting: bool,
        rows: Rows,
    ) -> None:
        """Who walks with them; some were passed on, some wait for a peer."""
        start = self.at(since, 10, person.team)
        stop = self.at(today - DAY, 12, person.team)
        base = {"team": person.team, "participant": person, "assigned_by": self.supervisors[person.team.pk]}
        if waiting:
            if self.random.random() < 0.5 and start < stop:
                row = Assignment(**base, specialist=specialist, started_at=start, ended_at=stop)
                row.end_reason = "back_to_waiting"
                rows.assignments.append(row)
            return
        if self.random.random() < 0.08 and len(colleagues) > 1 and (today - since).days > 20:
            change = start + timedelta(days=9)
            before = next(user for user in colleagues if user is not specialist)
            rows.assignments.append(
                Assignment(**base, specialist=before, started_at=start, ended_at=change, end_reason="transferred")
            )
            start = change
        row = Assignment(**base, specialist=specialist, started_at=start)
        if ended:
            row.ended_at, row.end_reason = max(stop, start), "services_ended"
        rows.assignments.append(row)

    # --- Their story ------------------------------------------------------------------------------

    def make_story(
        self,
        person: Participant,
        owner: User | None,
        by: User,
        since: date,
        today: date,
        situation: str,
        offset: int,
        number: int,
        rows: Rows,
    ) -> None:
        """Sessions one after another, each leading to the follow-up the next one settles; the last leads to now."""
        calendar = self.calendars[person.team.pk]
        last_due = today - timedelta(days=offset) if situation == "overdue" else None
        end = min(last_due or today, today) - DAY
        if situation in ("coming", "today", "waiting") and self.random.random() < 0.12:
            end = today - timedelta(days=self.random.randint(32, 50))
        days = self.meeting_days(since, end)
        previous: FollowUp | None = None
        for place, on in enumerate(days):
            session = self.session(person, by, on, place, rows)
            if previous is not None:
                self.settle(previous, session, on, calendar, rows)
            is_last = place == len(days) - 1
            if is_last and situation in ("decided", "forgotten", "ended"):
                self.last_of(person, session, situation, rows)
                return
            due_on = days[place + 1] if not is_last else self.due(situation, offset, today, calendar)
            previous = self.followup(person, owner, by, session, due_on, rows)
            rows.next_steps.append(NextStep(session=session, followup=previous))
        if previous is None:
            previous = self.followup(person, owner, by, None, self.due(situation, offset, today, calendar), rows)
        if situation == "ended":
            previous.state, previous.closed_at, previous.closed_by = (
                State.ENDED,
                self.at(today - DAY, 12, person.team),
                by,
            )
            return
        self.leave_standing(previous, situation, number, by, today, rows)

    def meeting_days(self, since: date, end: date) -> list[date]:
        """Days on which the two met or meant to, about weekly, oldest first; none where it has only begun."""
        days, on = [], since
        while on <= end:
            days.append(on)
            on += timedelta(days=self.random.choice((5, 7, 7, 8, 10, 14)))
        return days

    def due(self, situation: str, offset: int, today: date, calendar: Any) -> date:
        """The day of what comes next."""
        if situation == "overdue":
            return today - timedelta(days=offset)
        if situation == "today":
            return today
        return calendar.next_working_day(today + timedelta(days=max(1, offset)))

    def session(self, person: Participant, by: User, on: date, place: int, rows: Rows) -> Session:
        """One meeting; a few were missed, cancelled, cut short, or logged later."""
        status = self.random.choices(
            ("held", "cut_short", "no_show", "cancelled_by_them", "cancelled_by_us"), (80, 4, 9, 5, 2)
        )[0]
        met = status in ("held", "cut_short")
        began = min(self.at(on, self.random.randint(9, 17), person.team), self.now - timedelta(hours=2))
        late = self.random.random() < 0.1 and began < self.now - timedelta(days=2)
        strands = self.random.sample(("goals", "skills", "advocacy", "community"), self.random.choice((0, 1, 1, 2)))
        session = Session(
            team=person.team,
            participant=person,
            specialist=by,
            method=self.random.choice(("in_person", "in_person", "phone", "video", "text")),
            status=status,
            started_at=began,
            minutes=self.random.choice((15, 20, 30, 30, 45, 60, 90)) if met else None,
            strands=strands if met else [],
            note=self.random.choice(words.NOTES).format(p=person.name_used) if met else "",
            logged_at=began + timedelta(days=1) if late else began + timedelta(minutes=70),
            logged_late=late,
            form_token=uuid.UUID(int=self.random.getrandbits(128)),
        )
        rows.sessions.append(session)
        if not met:
            return session
        person.last_contact_at = max(person.last_contact_at or began, began)
        through = Session.activities.through
        fitting = [row for row in self.activities if row.strand in strands]
        for activity in self.random.sample(fitting, min(2, len(fitting))):
            rows.activities.append(through(session=session, activity=activity))
        if self.random.random() < 0.28:
            rows.wins.append(
                Win(
                    participant=person,
                    session=session,
                    text=self.random.choice(words.WINS),
                    happened_on=on,
                    recorded_at=session.logged_at,
                    recorded_by=by,
                )
            )
        return session

    def followup(
        self, person: Participant, owner: User | None, by: User, session: Session | None, due_on: date, rows: Rows
    ) -> FollowUp:
        """What was agreed at the end of a meeting, or at intake."""
        purpose, what = Purpose.CHECK_IN, ""
        if session is not None and session.status == "no_show":
            purpose = Purpose.AFTER_MISSED
        else:
            purpose = self.random.choices(
                ("check_in", "promise", "after_setback", "after_discharge", "referral", "goal_step", "celebration"),
                (62, 12, 7, 4, 6, 6, 3),
            )[0]
            texts = {"promise": words.PROMISES, "referral": words.REFERRALS, "goal_step": words.GOAL_STEPS}
            texts["celebration"] = words.CELEBRATIONS
            what = self.random.choice(texts[purpose]) if purpose in texts else ""
        row = FollowUp(
            team=person.team,
            participant=person,
            owner=owner,
            purpose=purpose,
            what=what,
            due_on=due_on,
            planned_on=due_on,
            session=session,
            created_at=session.logged_at if session else person.created_at,
            created_by=by,
        )
        rows.followups.append(row)
        return row

    def settle(self, row: FollowUp, session: Session, on: date, calendar: Any, rows: Rows) -> None:
        """The next meeting answered it; now and then after a try or two."""
        row.state, row.closed_at, row.closed_by = State.DONE, session.logged_at, session.specialist
        if self.random.random() < 0.2:
            self.attempt(row, "no_answer", on - DAY, session.specialist, rows)

    def attempt(self, row: FollowUp, outcome: str, on: date, by: User, rows: Rows) -> None:
        """One try on that local day."""
        at = min(self.at(on, self.random.randint(9, 16), row.team), self.now - timedelta(hours=13))
        if at <= row.created_at:
            return
        row.attempts += 1
        rows.attempts.append(
            ContactAttempt(
                team=row.team,
                participant=row.participant,
                followup=row,
                outcome=self.outcomes[outcome],
                channel=self.outcomes[outcome].channel,
                at=at,
                by=by,
                form_token=uuid.UUID(int=self.random.getrandbits(128)),
            )
        )

    def last_of(self, person: Participant, session: Session, situation: str, rows: Rows) -> None:
        """The last meeting ends in a decision, or, for the two exceptions, in a follow-up that was simply done."""
        if situation == "forgotten" and self.forgotten < 2:
            self.forgotten += 1
            row = self.followup(person, None, session.specialist, session, session.logged_at.date(), rows)
            row.purpose, row.what = Purpose.PROMISE, words.PROMISES[0]
            row.state, row.closed_at, row.closed_by = State.DONE, session.logged_at, session.specialist
            rows.next_steps.append(NextStep(session=session, followup=row))
            return
        reason = self.random.choice(words.WHY_NONE)
        rows.next_steps.append(NextStep(session=session, reason=reason, decided_by="participant"))

    forgotten = 0

    def leave_standing(self, row: FollowUp, situation: str, number: int, by: User, today: date, rows: Rows) -> None:
        """How the follow-up of now stands: waiting, paused, tried, told about, with a draft half written."""
        if situation == "waiting":
            row.state, row.why_here = State.WAITING, "Message left"
            self.attempt(row, "message_left", today - DAY, by, rows)
        elif situation == "paused":
            row.state, row.why_here = State.PAUSED, "Prefers no calls for now"
        elif situation == "overdue":
            if number % 7 == 2:
                row.purpose, row.what = Purpose.AFTER_SETBACK, ""
            for tries in range(self.random.choice((0, 0, 1, 2))):
                self.attempt(row, "no_answer", row.due_on + timedelta(days=tries), by, rows)
            self.tell(row, today, rows)
        if situation == "today" and number == 12:
            rows.drafts.append(
                SessionDraft(
                    author=by,
                    participant=row.participant,
                    fields={"note": ["We sat on the steps and"], "method": ["in_person"], "next_choice": ["week"]},
                    form_token=uuid.UUID(int=self.random.getrandbits(128)),
                    updated_at=self.now - timedelta(minutes=25),
                )
            )
        if situation == "coming" and number % 5 == 0:
            self.make_plan(row, by, rows)

    def tell(self, row: FollowUp, today: date, rows: Rows) -> None:
        """What the worker would have done by now; the freshest are left for it to do."""
        team = row.team
        if (today - row.due_on).days < 2:
            return
        told_at = midnight(row.due_on + DAY, team.time_zone) + timedelta(minutes=1)
        row.flagged_rung, row.flagged_at = 1, told_at
        supervisor = self.supervisors[team.pk]
        rows.reminders.append(self.reminder(row, 1, row.owner or supervisor, told_at))
        if row.due_on <= self.calendars[team.pk].due_before(today, team.supervisor_after_days):
            row.flagged_rung = 2
            rows.reminders.append(self.reminder(row, 2, supervisor, told_at + timedelta(days=3)))

    def reminder(self, row: FollowUp, rung: int, recipient: User, at: datetime) -> Reminder:
        """One notice, e-mailed at its time."""
        at = min(at, self.now)
        return Reminder(
            team=row.team, followup=row, rung=rung, recipient=recipient, due_on=row.due_on, created_at=at, mailed_at=at
        )

    def make_plan(self, row: FollowUp, by: User, rows: Rows) -> None:
        """An agreed rhythm whose next date is this follow-up."""
        plan = CheckInPlan(
            team=row.team,
            participant=row.participant,
            kind=self.random.choice(("weekly", "every_two_weeks", "monthly")),
            starts_on=row.due_on,
            created_at=row.created_at,
            created_by=by,
            planned_until=row.due_on,
        )
        rows.plans.append(plan)
        row.plan, row.purpose, row.what = plan, Purpose.CHECK_IN, ""

    # --- Time ---------------------------------------------------------------------------------------

    def today(self, team: Team) -> date:
        """The team's local day."""
        return local_date(self.now, team.time_zone)

    def at(self, on: date, hour: int, team: Team) -> datetime:
        """A moment on a local day."""
        return moment(on, time(hour, self.random.choice((0, 10, 15, 30, 45))), team.time_zone)
