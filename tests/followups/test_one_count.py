"""Dashboard, export, the page in the program and the e-mail say the same, on made-up teams, and it is true."""

import csv
import io
import random
import re
from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from accounts.models import OutgoingEmail, Team, User
from caseload.models import Participant, Win
from followups.models import FollowUp
from followups.models.followups import STANDING
from followups.reminders.digests import send_digests
from tests import factories
from tests.conftest import member

NOW = factories.NOON - timedelta(days=2)  # a Monday, 10:00 in New York, 4:00 in Honolulu
# Covers run by the database's clock.
LASTS = {"starts_at": NOW.replace(year=2020), "ends_at": NOW.replace(year=2200)}
ZONES = ("America/New_York", "Pacific/Honolulu", "Pacific/Auckland")


class Town:
    """Teams in several zones with colleagues, people and follow-ups in every state, by chance.

    In each team the second specialist stands in for the first; in the last one Vera for its supervisor.
    """

    def __init__(self, seed: int) -> None:
        chance = self.chance = random.Random(seed)
        self.supervisor = factories.UserFactory(name="Vera", remind_by="email")
        self.specialists: list[User] = []
        self.stands_in: dict[User, User] = {}
        for number, zone in enumerate(ZONES):
            team = factories.TeamFactory(time_zone=zone, holiday_country="", working_days=[1, 2, 3, 4, 5, 6, 7])
            own = self.supervisor if number < 2 else member(team, "supervisor", f"Omar{seed}")
            if number < 2:
                factories.MembershipFactory(user=own, team=team, role="supervisor")
            else:
                factories.CoverFactory(team=team, absent=own, cover=self.supervisor, role="supervisor", **LASTS)
            mine = [member(team, "specialist", f"S{seed}{number}{one}") for one in range(3)]
            self.specialists += mine
            self.stands_in[mine[1]] = mine[0]
            factories.CoverFactory(team=team, absent=mine[0], cover=mine[1], **LASTS)
            for _person in range(8):
                self.person(team, chance.choice([*mine, None]), mine)
        User.objects.filter(pk__in=[one.pk for one in self.specialists]).update(remind_by="digest")

    def person(self, team, specialist, colleagues) -> None:
        """Somebody, with a win now and then, perhaps back again, and what they are owed."""
        chance = self.chance
        active = chance.random() > 0.15
        today = today_in(team)
        person = factories.ParticipantFactory(team=team, is_active=active)
        person.episodes.all().delete()
        if chance.random() < 0.3:
            ended = {"ended_on": today - timedelta(days=40), "ending_reason": "moved", "ended_by": self.supervisor}
            person.episodes.create(started_on=today - timedelta(days=90), **ended)
        started = today - timedelta(days=chance.choice([1, 6, 30]))
        end = {} if active else {"ended_on": today, "ending_reason": "moved", "ended_by": self.supervisor}
        person.episodes.create(started_on=started, **end)
        if active and specialist:
            factories.AssignmentFactory(participant=person, specialist=specialist)
        for _win in range(chance.choice([0, 0, 1, 5])):
            factories.WinFactory(participant=person, happened_on=today - timedelta(days=chance.randrange(20)))
        for _followup in range(chance.randrange(7)):
            state = chance.choice(["open", "open", "open", "waiting", "paused"]) if active else "ended"
            state = "done" if chance.random() < 0.15 else state
            purpose = chance.choice(["check_in", "promise"])
            closed: dict[str, object] = {}
            if state not in STANDING:
                closed = {"closed_at": NOW, "closing_reason": "ended", "closed_by": self.supervisor}
            if (state, purpose) == ("done", "promise"):
                closed["kept"] = True
            keeper = specialist or chance.choice([None, *colleagues])
            factories.FollowUpFactory(
                participant=person,
                owner=keeper if active and specialist else None,
                state=state,
                purpose=purpose,
                due_on=today + timedelta(days=chance.randrange(-12, 4)),
                **closed,
            )

    def owed(self, days: range) -> list[FollowUp]:
        """What stands and was due so many local days ago, worked out row by row."""
        rows = FollowUp.objects.filter(state__in=STANDING).select_related("team", "owner")
        return [row for row in rows if (today_in(row.team) - row.due_on).days in days]

    def wins(self, days: int, people: Callable[[Participant], bool]) -> int:
        """How many wins of these people happened in the last local days, worked out row by row."""
        rows = Win.objects.select_related("participant__team")
        return sum(
            people(win.participant) and (today_in(win.participant.team) - win.happened_on).days <= days for win in rows
        )

    def returns(self, days: int, people: Callable[[Participant], bool]) -> int:
        """How many of these people came back in the last local days, worked out row by row."""
        found = 0
        for person in filter(people, Participant.objects.select_related("team").prefetch_related("episodes")):
            episodes = person.episodes.all()
            fresh = [
                one for one in episodes if not one.ended_on and (today_in(person.team) - one.started_on).days <= days
            ]
            found += bool(fresh and any(one.ended_on for one in episodes))
        return found

    def kept_by(self, one: User) -> set[User | None]:
        """The specialist, and whom they stand in for."""
        return {one, self.stands_in.get(one, one)}


def today_in(team: Team) -> date:
    """The local day of a team."""
    return NOW.astimezone(ZoneInfo(team.time_zone)).date()


def numbers(text: str) -> dict[str, int]:
    """Each `words: number` of a message, and the numbers of its good news."""
    found = {words.strip(): int(number) for words, number in re.findall(r"^ *([^\n:]+): (\d+)$", text, re.M)}
    good = re.search(r"^(A win|\d+ wins)", text, re.M)
    found["wins"] = int(good[1].split()[0].replace("A", "1")) if good else 0
    back = re.search(r"^(Somebody|\d+ people) came back", text, re.M)
    found["back"] = int(back[1].split()[0].replace("Somebody", "1")) if back else 0
    return found


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(6))
def test_what_a_supervisor_reads_in_four_places_is_one_truth(seed: int, sign_in, time_machine) -> None:
    time_machine.move_to(NOW, tick=False)
    town = Town(seed)
    client = sign_in(town.supervisor)
    board = client.get(reverse("overdue")).context
    page = client.get(reverse("week")).context["summary"]
    table = client.get(reverse("overdue_csv")).content.decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(table)))[1:]
    send_digests(NOW + timedelta(hours=12))  # when it is morning in both zones
    mail = numbers(OutgoingEmail.objects.get(recipient=town.supervisor).text)

    late = town.owed(range(1, 99))
    truth = Counter(row.owner.name if row.owner else "" for row in late)
    assert sum(truth.values()) > 5

    assert {row.name: row.total for row in board["board"]} == truth
    assert {row.name: row.total for row in page.colleagues} == truth
    assert Counter(line[5].replace("Nobody yet", "") for line in lines) == truth
    assert {name or "kept by nobody yet": mail.get(name or "kept by nobody yet") for name in truth} == {
        name or "kept by nobody yet": number for name, number in truth.items()
    }
    assert board["total"] == page.overdue == len(lines) == mail["Overdue"] == len(late)
    assert page.due_today == mail["Due today"] == len(town.owed(range(1)))
    assert page.wins.number == mail["wins"] == town.wins(7, lambda _person: True) > 0
    assert page.came_back.number == mail["back"] == town.returns(7, lambda _person: True)
    assert page.covers.number == mail["Standing in this week"] == len(ZONES) + 1
    assert page.waiting == mail["Waiting for a peer"] == len(board["waiting"])


@pytest.mark.django_db
@pytest.mark.parametrize("seed", range(3))
def test_what_a_specialist_reads_in_three_places_is_one_truth(seed: int, sign_in, time_machine) -> None:
    time_machine.move_to(NOW, tick=False)
    town = Town(seed)
    send_digests(NOW + timedelta(hours=12))
    for one in town.specialists[:6]:
        today = sign_in(one).get(reverse("today") + "?all=1").context
        page = sign_in(one).get(reverse("week")).context["summary"]
        theirs = town.kept_by(one)
        late = [row for row in town.owed(range(1, 99)) if row.owner in theirs]
        due = [row for row in town.owed(range(1)) if row.owner in theirs]
        walks_with = set(Participant.objects.filter(assignments__specialist__in=theirs))
        written = Counter(page_text_of(one))

        assert len(today["sections"]["overdue"]) == page.overdue == len(late)
        waiting = [row for row in today["sections"]["waiting"] if row.days_overdue == 0]
        assert len(today["sections"]["today"]) + len(waiting) == page.due_today == len(due)
        assert page.promises == sum(row.purpose == "promise" for row in due)
        assert page.wins.number == town.wins(1, walks_with.__contains__)
        assert page.came_back.number == town.returns(1, walks_with.__contains__)
        if one in town.stands_in.values():
            assert not written, "who is away is not written to"
        elif late or due:
            assert (written["Overdue"], written["Due today"]) == (len(late), len(due))
            assert (written["wins"], written["back"]) == (page.wins.number, page.came_back.number)


def page_text_of(user: User) -> dict[str, int]:
    """The numbers of the summary that was queued for them; none where there was nothing to say."""
    message = OutgoingEmail.objects.filter(recipient=user).first()
    return numbers(message.text) if message else {}
