"""Participants: how they are called and reached, what they said, who walks with them."""

from dataclasses import dataclass
from datetime import date

from accounts.models import Team, User
from caseload.models import Assignment, Participant, PhoneNumber, Quotation, ServiceEpisode
from demo import names, words
from demo.program import Program
from demo.rows import Rows
from followups.calendar import DAY

# Which words, and how many of ten people said some.
SAYINGS = (
    ("vision", words.VISION, 9),
    ("vision", words.VISION, 2),
    ("helps", words.HELPS, 6),
    ("does_not_help", words.NOT_HELPS, 3),
    ("hard_day", words.HARD_DAY, 3),
    ("reaching_me", words.REACHING, 3),
)


@dataclass
class Person:
    """One participant while their story is told. `since` and `today` are local days of the team."""

    number: int
    row: Participant
    team: Team
    specialist: User
    since: date
    today: date
    situation: str
    offset: int
    has_peer: bool = True

    @property
    def owner(self) -> User | None:
        """Who keeps what comes next."""
        return self.specialist if self.has_peer else None


class People:
    """Makes participants of a program, one after another."""

    def __init__(self, program: Program) -> None:
        self.program, self.chance = program, program.chance
        self.phone_number = 0

    def make(self, number: int, team: Team, specialist: User, situation: tuple[str, int], rows: Rows) -> Person:
        """A person with episode, numbers, words and assignments; no story yet."""
        today = self.program.today(team)
        kind, offset = situation
        # Whoever is overdue for long has been with us for longer.
        since = today - self.chance.randint(10 + (offset if kind == "overdue" else 0), 88) * DAY
        name = names.NAMES[number * 37 % len(names.NAMES)]
        if number >= len(names.NAMES):
            name = f"{name} {chr(65 + number // len(names.NAMES) % 26)}."
        row = Participant(
            team=team,
            name_used=name,
            legal_name=f"{name.split()[0]} {self.chance.choice(names.LEGAL)}" if self.chance.one_in(2) else "",
            pronouns=self.chance.choice(names.PRONOUNS),
            language=self.chance.choice(names.LANGUAGES),
            preferred_channel=self.chance.choice(("call", "text", "in_person", "")),
            good_times=self.chance.choice(names.TIMES),
            created_at=self.program.at(since, 9, team),
            created_by=specialist,
            is_active=kind != "ended",
        )
        has_peer = number % 20 != 19
        person = Person(number, row, team, specialist, since, today, kind, offset, has_peer)
        rows.participants.append(row)
        rows.episodes.append(self.episode(person))
        self.make_phones(person, rows)
        self.make_words(person, rows)
        self.make_assignments(person, rows)
        return person

    def episode(self, person: Person) -> ServiceEpisode:
        """From intake to now, or to yesterday."""
        episode = ServiceEpisode(participant=person.row, started_on=person.since)
        if person.situation == "ended":
            episode.ended_on = person.today - DAY
            episode.ending_reason = self.chance.choice(("goals_reached", "moved", "own_choice"))
            episode.ended_by = person.specialist
        return episode

    def make_phones(self, person: Person, rows: Rows) -> None:
        """None to two numbers from the range kept for fiction, with different permissions."""
        codes = self.program.area_codes[person.team.pk]
        for position in range(self.chance.choice((0, 1, 1, 1, 2))):
            self.phone_number += 1
            turn, line = divmod(self.phone_number, 100)
            area = codes[turn] if turn < len(codes) else 200 + turn % 700
            message = self.chance.choice(("none", "none", "name_only", "may_say"))
            text = self.chance.deal(names.MESSAGES).format(specialist=first_name(person.specialist))
            rows.phones.append(
                PhoneNumber(
                    participant=person.row,
                    number=f"+1{area}555{100 + line:04d}",
                    label=self.chance.choice(names.WHOSE),
                    may_call=self.chance.random() < 0.85,
                    may_text=self.chance.one_in(2),
                    message=message,
                    message_text=text if message == "may_say" else "",
                    position=position,
                )
            )

    def make_words(self, person: Person, rows: Rows) -> None:
        """Their words, some of them said again later in another way."""
        for topic, texts, in_ten in SAYINGS:
            if self.chance.random() * 10 < in_ten:
                on = person.since + self.chance.randint(0, (person.today - person.since).days) * DAY
                self.say(person, topic, texts, on, rows)

    def say(self, person: Person, topic: str, texts: tuple[str, ...], on: date, rows: Rows) -> None:
        """One quotation on that local day."""
        rows.quotations.append(
            Quotation(
                participant=person.row,
                topic=topic,
                text=self.chance.deal(texts).format(specialist=first_name(person.specialist)),
                said_on=on,
                recorded_at=min(self.program.at(on, 15, person.team), self.program.now),
                recorded_by=person.specialist,
            )
        )

    def make_assignments(self, person: Person, rows: Rows) -> None:
        """Who walks with them; some were passed on, some wait for a peer."""
        start = self.program.at(person.since, 10, person.team)
        stop = self.program.at(person.today - DAY, 12, person.team)
        base = {"team": person.team, "participant": person.row}
        base["assigned_by"] = self.program.supervisors[person.team.pk]
        if not person.has_peer:
            if self.chance.one_in(2):
                row = Assignment(**base, specialist=person.specialist, started_at=start, ended_at=stop)
                row.end_reason = "back_to_waiting"
                rows.assignments.append(row)
            return
        others = [one for one in self.program.specialists[person.team.pk] if one is not person.specialist]
        if others and person.today - person.since > 20 * DAY and self.chance.one_in(12):
            change = start + 9 * DAY
            row = Assignment(**base, specialist=others[0], started_at=start, ended_at=change)
            row.end_reason = "transferred"
            rows.assignments.append(row)
            start = change
        row = Assignment(**base, specialist=person.specialist, started_at=start)
        if person.situation == "ended":
            row.ended_at, row.end_reason = stop, "services_ended"
        rows.assignments.append(row)


def first_name(user: User) -> str:
    """How a colleague is called."""
    return user.name.split()[0]
