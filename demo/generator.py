"""Makes a program in its third month, from a seed, at any size, relative to any moment.

Writes rows in bulk, past the deeds, because their dates lie in the past; it keeps to all rules the
database holds, and to those it does not: owners are the current specialists, last contact and tries
are what the rows say, and everybody has a next step, a decision, or is one of the two exceptions.
"""

from datetime import datetime, timedelta

from demo.chance import Chance
from demo.people import People
from demo.present import Present
from demo.program import Program
from demo.record import Record
from demo.rows import Rows
from demo.story import Story
from followups.models import SweepRun

BATCH = 400

# How the day of the next contact lies to today: situation, days overdue or to come from – to, how often.
SITUATIONS = {
    ("overdue", 1, 3): 8,
    ("overdue", 4, 7): 5,
    ("overdue", 8, 14): 4,
    ("overdue", 15, 40): 3,
    ("today", 0, 0): 11,
    ("coming", 1, 7): 34,
    ("coming", 8, 20): 14,
    ("waiting", 0, 0): 8,
    ("paused", 0, 0): 4,
    ("decided", 0, 0): 3,
    ("ended", 0, 0): 6,
}
# The demo specialist's people, again and again in this order: something of everything.
BY_HAND = (
    ("overdue", 1, 2),
    ("today", 0, 0),
    ("coming", 1, 5),
    ("overdue", 5, 6),
    ("waiting", 0, 0),
    ("today", 0, 0),
    ("coming", 2, 6),
    ("forgotten", 0, 0),
    ("overdue", 9, 12),
    ("today", 0, 0),
    ("waiting", 0, 0),
    ("coming", 3, 7),
    ("today", 0, 0),
    ("paused", 0, 0),
)
# Every team shows every age of what is overdue, by the place of the person in the team.
IN_EVERY_TEAM = {1: ("overdue", 16, 35), 2: ("overdue", 8, 14), 3: ("overdue", 1, 3), 5: ("overdue", 4, 7)}
# Beside the one of the demo specialist, the second exception: active, and nobody knows what comes next.
ALSO_FORGOTTEN = 61


class Generator:
    """One made-up program: `people` participants, `caseload` a specialist, three teams or one for each 500 people."""

    def __init__(
        self, *, people: int = 150, caseload: int = 15, seed: int = 7, now: datetime, password: str | None = None
    ) -> None:
        self.people, self.caseload, self.now, self.password = people, caseload, now, password
        self.chance = Chance(seed)
        self.was_forgotten = False

    def run(self) -> None:
        """Make it all."""
        program = Program(
            people=self.people, caseload=self.caseload, now=self.now, chance=self.chance, password=self.password
        )
        people = People(program)
        story = Story(program, people)
        present = Present(program, story)
        record = Record(program)
        rows = Rows()
        for number in range(self.people):
            place, turn = divmod(number, len(program.teams))
            team = program.teams[turn]
            colleagues = program.specialists[team.pk]
            situation = self.situation(number, place, is_first_team=turn == 0, colleagues=len(colleagues))
            person = people.make(number, team, colleagues[place % len(colleagues)], situation, rows)
            present.arrange(person, story.tell(person, rows), rows)
            record.add(person, rows)
            if len(rows.participants) >= BATCH:
                rows.write()
                rows = Rows()
        rows.write()
        record.finish()
        SweepRun.objects.create(
            started_at=self.now - timedelta(seconds=40), finished_at=self.now - timedelta(seconds=39)
        )

    def situation(self, number: int, place: int, *, is_first_team: bool, colleagues: int) -> tuple[str, int]:
        """How things stand with one person, and by how many days; those who wait for a peer are simply to be met."""
        turn, first_specialist = divmod(place, colleagues)
        if number % 20 == 19:
            kind, first, last = "coming", 1, 7
        elif number == ALSO_FORGOTTEN:
            kind, first, last = "forgotten", 0, 0
        elif is_first_team and first_specialist == 0:
            kind, first, last = BY_HAND[turn % len(BY_HAND)]
            if kind == "forgotten" and self.was_forgotten:
                kind, first, last = "coming", 1, 7
            self.was_forgotten |= kind == "forgotten"
        elif place in IN_EVERY_TEAM:
            kind, first, last = IN_EVERY_TEAM[place]
        else:
            kind, first, last = self.chance.weighted(SITUATIONS)
        return kind, self.chance.randint(first, last)
