import pytest
from django.urls import reverse

from accounts.models import OutgoingEmail, User
from followups import reminders
from followups.models import Reminder
from tests import factories

NOON = factories.NOON


@pytest.mark.parametrize(("channel", "mails"), [("email", 1), ("digest", 0), ("app", 0)])
def test_each_chooses_and_the_notice_stands_in_the_program_always(
    sign_in, specialist, participant, channel: str, mails: int
) -> None:
    client = sign_in(specialist)
    assert client.post(reverse("reminding"), {"remind_by": channel}).status_code == 302
    factories.FollowUpFactory(participant=participant, owner=specialist)
    reminders.sweep(NOON)
    assert Reminder.objects.filter(recipient=specialist).count() == 1
    assert OutgoingEmail.objects.count() == mails
    assert "checked" in client.get(reverse("reminding")).content.decode().split(f'value="{channel}"')[1][:60]


def test_another_way_is_refused(sign_in, specialist) -> None:
    page = sign_in(specialist).post(reverse("reminding"), {"remind_by": "pigeon"})
    assert "remind_by" in page.context["form"].errors
    assert User.objects.get(pk=specialist.pk).remind_by == "email"
