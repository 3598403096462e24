"""What the record keeps beside the story: goals and steps, what was tried, hard stretches, groups, signed notes."""

from datetime import timedelta

from django.db.models import Exists, F, OuterRef, Subquery

from accounts.ids import new_id
from accounts.models import User
from caseload.models import (
    Complaint,
    Expectations,
    Goal,
    GoalProgress,
    GoalStep,
    GroupMeeting,
    GroupSeries,
    PeerRequest,
    RecordRules,
    RosterPlace,
    Session,
    Setback,
    Tried,
)
from demo import words
from demo.people import Person
from demo.program import Program
from demo.rows import Rows
from followups.calendar import DAY

# Older notes are signed; of the latest some still wait.
SIGNED_BEFORE = timedelta(days=4)


class Record:
    """Adds to each person what was talked over in three months."""

    def __init__(self, program: Program) -> None:
        self.program, self.chance = program, program.chance
        self.kept: list[Person] = []

    def add(self, person: Person, rows: Rows) -> None:
        """A goal for most, and now and then the rest."""
        if person.situation == "ended" or person.today - person.since < 12 * DAY:
            return
        self.kept.append(person)
        if not self.chance.one_in(4):
            self.goal(person, rows)
        self.tried(person, rows)
        dated = self.by(person)
        if person.number % 3 == 0:
            theirs, ours = self.chance.choice(words.EXPECTED)
            rows.expectations.append(
                Expectations(participant=person.row, theirs=theirs, ours=ours, agreed_on=self.day(person), **dated)
            )
        if person.number % 9 == 4:
            rows.setbacks.append(
                Setback(
                    participant=person.row,
                    words=self.chance.deal(words.SETBACKS),
                    happened_on=self.day(person),
                    answer=("keep", "soon")[person.number // 9 % 2],
                    form_token=self.chance.token(),
                    **dated,
                )
            )
        if person.number in (7, 22):
            said = {"said_on": person.today - 3 * DAY, "form_token": self.chance.token()}
            rows.complaints.append(
                Complaint(participant=person.row, words="You said Friday, and it was Monday.", **said, **dated)
            )
        if person.number == 31:
            asked = {"asked_on": person.today - 2 * DAY, "words": "Somebody nearer my age, if there is."}
            rows.requests.append(PeerRequest(participant=person.row, **asked, **dated))

    def goal(self, person: Person, rows: Rows) -> None:
        """A goal with two steps, one of them done, and how it goes."""
        wording, dimension, first, second = self.chance.choice(words.GOALS)
        started = self.day(person)
        dated = self.by(person)
        goal = Goal(
            participant=person.row, wording=wording, dimension=dimension, started_on=started, review_on=None, **dated
        )
        rows.goals.append(goal)
        rows.steps.append(GoalStep(goal=goal, text=first, done_on=started + 3 * DAY, done_by="them", **dated))
        rows.steps.append(GoalStep(goal=goal, text=second, **dated))
        if self.chance.one_in(2):
            said = {"said_on": started + 4 * DAY, "direction": self.chance.choice(("closer", "same", "closer"))}
            rows.progress.append(GoalProgress(goal=goal, **said, **dated))

    def tried(self, person: Person, rows: Rows) -> None:
        """Something tried, answered or still to be asked after."""
        on = self.day(person)
        answered = {"answer": self.chance.choice(("helped", "a_little", "not")), "answered_on": on + 4 * DAY}
        more = answered if self.chance.one_in(2) else {}
        text = self.chance.choice(words.TRIED)
        rows.tried.append(Tried(participant=person.row, text=text, tried_on=on, **more, **self.by(person)))

    def day(self, person: Person) -> object:
        """A day since intake, a while ago."""
        return person.since + self.chance.randint(1, (person.today - person.since).days - 6) * DAY

    def by(self, person: Person) -> dict[str, object]:
        """Who wrote it down, and when."""
        return {"recorded_by": person.specialist, "recorded_at": self.program.now - timedelta(hours=2)}

    def finish(self) -> None:
        """Two groups, the rules of the first team, and signatures under older notes."""
        now = self.program.now
        first = self.program.teams[0]
        RecordRules.objects.create(team=first, unit_rule="round8", unit_scope="day", notes_are_reviewed=True)
        for name, usual, turn in (("Tuesday circle", "Tuesdays at 4", 0), ("Walk by the river", "Saturdays, 10:00", 1)):
            team = self.program.teams[turn]
            leader = self.program.specialists[team.pk][0]
            series = GroupSeries.objects.create(
                team=team, name=name, when_words=usual, created_at=now - 60 * DAY, created_by=leader
            )
            series.facilitators.set([leader])
            mine = [person for person in self.kept if person.team == team and person.specialist == leader][:8]
            RosterPlace.objects.bulk_create(
                RosterPlace(series=series, participant=person.row, joined_on=person.today - 5 * DAY) for person in mine
            )
            met = GroupMeeting.objects.create(
                team=team,
                series=series,
                name=name,
                started_at=now - 7 * DAY,
                minutes=60,
                description="We cooked rice and talked about landlords.",
                guests=5,
                logged_at=now - 7 * DAY + timedelta(hours=2),
                logged_by=leader,
                form_token=new_id(),
            )
            met.facilitators.set([leader])
        sign_older(now - SIGNED_BEFORE)


def sign_older(before: object) -> None:
    """Notes from before then are signed by whoever was there; those with activities are left as they are."""
    name = Subquery(User.objects.filter(pk=OuterRef("specialist")).values("name")[:1])
    credential = Subquery(User.objects.filter(pk=OuterRef("specialist")).values("credential")[:1])
    done = Session.activities.through.objects.filter(session=OuterRef("pk"))
    Session.objects.filter(~Exists(done), started_at__lt=before).update(
        signed_at=F("logged_at"), signed_by=F("specialist"), signed_name=name, signed_credential=credential
    )
    recent = Session.objects.filter(started_at__gte=before, specialist__email="specialist@demo.example")
    recent.update(note_due_on=F("started_at__date") + timedelta(days=2))
