"""How things stand now: what is due, late, awaited or paused, whom the worker told, what is half written."""

from datetime import date, datetime, timedelta

from caseload.models import SessionDraft
from demo import notes
from demo.people import Person
from demo.program import Program
from demo.rows import Rows
from demo.story import Last, Story
from followups.calendar import DAY, midnight
from followups.models import CheckInPlan, CloserRhythm, FollowUp, Purpose, Reminder, Rung, State
from followups.models.decisions import DecidedBy

RHYTHMS = {"weekly": 3, "weekly_12": 2, "step_down": 2, "every_two_weeks": 3, "monthly": 2}


class Present:
    """Leads each story up to now."""

    def __init__(self, program: Program, story: Story) -> None:
        self.program, self.story, self.chance = program, story, program.chance
        self.drafts = list(notes.DRAFTS)

    def arrange(self, person: Person, last: Last, rows: Rows) -> None:
        """Date and state of the last follow-up, and what stands beside it."""
        if last.followup is not None:
            row = last.followup
            {
                "overdue": self.overdue,
                "today": self.due_today,
                "coming": self.coming,
                "waiting": self.waiting,
                "paused": self.paused,
            }[person.situation](person, row, rows)
        if last.session is not None and person.situation not in ("forgotten", "ended"):
            self.beside(person, last, rows)

    def overdue(self, person: Person, row: FollowUp, rows: Rows) -> None:
        """Tried before the day or not at all; some after a setback; whoever had to be told was told."""
        row.due_on = row.planned_on = person.today - person.offset * DAY
        if person.number % 7 == 2:
            row.purpose, row.what = Purpose.AFTER_SETBACK, ""
        calendar = self.program.calendars[person.team.pk]
        for _try in range(self.chance.choice((0, 0, 1, 2))):
            on = calendar.previous_working_day(row.planned_on - DAY)
            if row.created_at < self.program.at(on, 0, person.team):
                self.story.attempt(person, row, "no_answer", on, rows)
                row.planned_on, row.why_here = on, self.program.outcomes["no_answer"].label
        self.tell(person, row, rows)
        if person.offset > 7 and self.chance.one_in(4):
            row.discussed_at = self.program.at(person.today - DAY, 14, person.team)
            row.discussed_by = self.program.supervisors[person.team.pk]

    def due_today(self, person: Person, row: FollowUp, rows: Rows) -> None:
        """To be done today; the demo specialist has begun to write about one."""
        row.due_on = row.planned_on = person.today
        if person.specialist.email == "specialist@demo.example" and self.drafts:
            rows.drafts.append(
                SessionDraft(
                    author=person.specialist,
                    participant=person.row,
                    fields={"note": [self.drafts.pop()], "method": ["in_person"], "next_choice": ["week"]},
                    form_token=self.chance.token(),
                    updated_at=self.program.now - timedelta(minutes=25),
                )
            )
            self.drafts.clear()

    def coming(self, person: Person, row: FollowUp, rows: Rows) -> None:
        """On a working day to come, for some by an agreed rhythm."""
        calendar = self.program.calendars[person.team.pk]
        row.due_on = row.planned_on = calendar.next_working_day(person.today + max(1, person.offset) * DAY)
        if person.number % 6 == 4:
            self.closer(person, row, rows)
            return
        if not self.chance.one_in(3):
            return
        plan = CheckInPlan(
            team=person.team,
            participant=person.row,
            kind=self.chance.weighted(RHYTHMS),
            starts_on=row.due_on,
            created_at=row.created_at,
            created_by=person.specialist,
            planned_until=row.due_on,
        )
        rows.plans.append(plan)
        row.plan, row.purpose, row.what = plan, Purpose.CHECK_IN, ""

    def closer(self, person: Person, row: FollowUp, rows: Rows) -> None:
        """After a setback some days ago: weekly for a while, as agreed."""
        calendar = self.program.calendars[person.team.pk]
        days = [calendar.next_working_day(row.due_on + 7 * week * DAY) for week in range(4)]
        closer = CloserRhythm(
            team=person.team,
            participant=person.row,
            occasion="setback",
            happened_on=person.today - 3 * DAY,
            agreed_by="participant",
            until=days[-1],
            created_at=self.program.now - timedelta(days=2),
            created_by=person.specialist,
        )
        rows.closers.append(closer)
        row.closer, row.purpose, row.what = closer, Purpose.AFTER_SETBACK, ""
        for on in days[1:]:
            later = self.story.followup(person, None, on, closer.created_at, rows)
            later.closer, later.purpose, later.what = closer, Purpose.AFTER_SETBACK, ""

    def waiting(self, person: Person, row: FollowUp, rows: Rows) -> None:
        """A message was left or a text sent on the last working day."""
        on = self.program.calendars[person.team.pk].previous_working_day(person.today - DAY)
        self.tried(person, row, self.chance.choice(("message_left", "text_sent")), State.WAITING, on, rows)

    def paused(self, person: Person, row: FollowUp, rows: Rows) -> None:
        """Away, or wanting quiet; it comes back by itself."""
        on = self.program.calendars[person.team.pk].previous_working_day(person.today - self.chance.randint(1, 3) * DAY)
        self.tried(person, row, self.chance.choice(("no_calls_for_now", "away")), State.PAUSED, on, rows)

    def tried(self, person: Person, row: FollowUp, outcome: str, state: str, on: date, rows: Rows) -> None:
        """The outcome set the state and the next date."""
        known = self.story.attempt(person, row, outcome, on, rows).outcome
        row.state, row.planned_on, row.why_here = state, on, known.label
        row.due_on = self.program.calendars[person.team.pk].add_working_days(on, known.again_in_days)

    def beside(self, person: Person, last: Last, rows: Rows) -> None:
        """A promise that is still owed, or one that was not needed any more."""
        if last.followup is not None and self.chance.one_in(7):
            row = self.promise(person, last, rows)
            row.due_on = row.planned_on = self.program.calendars[person.team.pk].next_working_day(
                person.today + self.chance.randint(1, 9) * DAY
            )
        elif self.chance.one_in(8):
            row = self.promise(person, last, rows)
            row.due_on = row.planned_on = last.session.logged_at.date()
            self.story.close(row, State.NOT_NEEDED, last.session.logged_at + timedelta(minutes=5), person)
            row.closing_reason, row.decided_by = self.chance.deal(notes.NOT_NEEDED), DecidedBy.PARTICIPANT

    def promise(self, person: Person, last: Last, rows: Rows) -> FollowUp:
        """Something said in passing at the last meeting."""
        row = self.story.followup(person, None, person.today, last.session.logged_at, rows)
        row.purpose, row.what = Purpose.PROMISE, self.chance.deal(notes.PROMISES)
        return row

    def tell(self, person: Person, row: FollowUp, rows: Rows) -> None:
        """What the worker would have done by now; the freshest are left for it to do."""
        if person.offset < 2:
            return
        team, calendar = person.team, self.program.calendars[person.team.pk]
        rungs = {
            Rung.KEEPER: 0,
            Rung.AGAIN: team.again_after_days,
            Rung.SUPERVISOR: team.supervisor_after_days,
            Rung.ANYONE: team.anyone_after_days,
        }
        for rung, after in rungs.items():
            on = calendar.add_working_days(row.due_on, after)
            if on > person.today:
                break
            told_at = midnight(on, team.time_zone) + timedelta(minutes=1)
            row.flagged_rung, row.flagged_at = rung, row.flagged_at or told_at
            self.remind(row, rung, told_at, rows)

    def remind(self, row: FollowUp, rung: int, at: datetime, rows: Rows) -> None:
        """One notice, e-mailed at its time; older ones have mostly been looked at."""
        recipient = row.owner if rung <= Rung.AGAIN and row.owner else self.program.supervisors[row.team.pk]
        seen_at = at + timedelta(hours=self.chance.randint(7, 30))
        rows.reminders.append(
            Reminder(
                team=row.team,
                followup=row,
                rung=rung,
                recipient=recipient,
                due_on=row.due_on,
                created_at=at,
                mailed_at=at,
                seen_at=seen_at if seen_at < self.program.now - 2 * DAY else None,
            )
        )
