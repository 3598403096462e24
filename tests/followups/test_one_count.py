"""Dashboard, export, the page in the program and the e-mail say the same, on made-up teams, and it is true."""

import csv
import io
import random
import re
from collections import Counter
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.urls import reverse

from accounts.models import OutgoingEmail, User
from followups.models import FollowUp
from followups.models.followups import STANDING
from followups.reminders.digests import send_digests
from tests import factories
from tests.conftest import member

NOW = factories.NOON - timedelta(days=2)  # a Monday, 10:00 in New York, 4:00 in Honolulu
ZONES = ("America/New_York", "Pacific/Honolulu", "Pacific/Auckland")


class Town:
    """Teams in several zones with colleagues, people and follow-ups in every state, by chance."""

    def __init__(self, seed: int) -> None:
        chance = self.chance = random.Random(seed)
        self.supervisor = factories.UserFactory(name="Vera", remind_by="email")
        self.specialists: list[User] = []
        for number, zone in enumerate(ZONES):
            team = factories.TeamFactory(time_zone=zone, holiday_country="", working_days=[1, 2, 3, 4, 5, 6, 7])
            if number < 2:
                factories.MembershipFactory(user=self.supervisor, team=team, role="supervisor")
            mine = [member(team, "specialist", f"S{seed}{number}{one}") for one in range(3)]
            self.specialists += mine
            for _person in range(8):
                self.person(team, chance.choice([*mine, None]), mine)
        User.objects.filter(pk__in=[one.pk for one in self.specialists]).update(remind_by="digest")

    def person(self, team, specialist, colleagues) -> None:
        """Somebody, with a win now and then, perhaps back again, and what they are owed."""
        chance = self.chance
        active = chance.random() > 0.15
        today = NOW.astimezone(ZoneInfo(team.time_zone)).date()
        person = factories.ParticipantFactory(team=team, is_active=active)
        person.episodes.all().delete()
        if chance.random() < 0.3:
            ended = {"ended_on": today - timedelta(days=40), "ending_reason": "moved", "ended_by": self.supervisor}
            person.episodes.create(started_on=today - timedelta(days=90), **ended)
        started = today - timedelta(days=chance.choice([2, 30]))
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
        return [row for row in rows if (NOW.astimezone(ZoneInfo(row.team.time_zone)).date() - row.due_on).days in days]


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

    ours = {team for _role, team in town.supervisor.memberships.values_list("role", "team")}
    late = [row for row in town.owed(range(1, 99)) if row.team_id in ours]
    truth = Counter(row.owner.name if row.owner else "" for row in late)
    assert sum(truth.values()) > 5

    assert {row.name: row.total for row in board["board"]} == truth
    assert {row.name: row.total for row in page.colleagues} == truth
    assert Counter(line[5].replace("Nobody yet", "") for line in lines) == truth
    assert {name or "kept by nobody yet": mail.get(name or "kept by nobody yet") for name in truth} == {
        name or "kept by nobody yet": number for name, number in truth.items()
    }
    assert board["total"] == page.overdue == len(lines) == mail["Overdue"] == len(late)
    today = [row for row in town.owed(range(1)) if row.team_id in ours]
    assert page.due_today == mail["Due today"] == len(today)
    assert page.wins.number == mail["wins"]
    assert page.came_back.number == mail["back"]
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
        late = [row for row in town.owed(range(1, 99)) if row.owner == one]
        due = [row for row in town.owed(range(1)) if row.owner == one]
        written = Counter(page_text_of(one))

        assert len(today["sections"]["overdue"]) == page.overdue == len(late)
        waiting = [row for row in today["sections"]["waiting"] if row.days_overdue == 0]
        assert len(today["sections"]["today"]) + len(waiting) == page.due_today == len(due)
        assert page.promises == sum(row.purpose == "promise" for row in due)
        if late or due:
            assert (written["Overdue"], written["Due today"]) == (len(late), len(due))


def page_text_of(user: User) -> dict[str, int]:
    """The numbers of the summary that was queued for them; none where there was nothing to say."""
    message = OutgoingEmail.objects.filter(recipient=user).first()
    return numbers(message.text) if message else {}
