"""The outcomes a new program starts with (product design, "Contact attempts"); programs reword, the codes stay."""

from django.db import migrations

# code, label, icon, reached, counts as presence, effect, working days until the next date, channel, on the card
OUTCOMES = [
    ("reached", "Reached", "check", True, True, "completes", None, "call", True),
    ("message_left", "Message left", "phone", False, False, "waits", 2, "call", True),
    ("no_answer", "No answer", "phone", False, False, "try_again", 1, "call", True),
    ("text_sent", "Text sent", "text", False, False, "waits", 2, "text", True),
    ("call_later", "Asked to be called later", "clock", True, True, "try_again", 1, "call", True),
    ("letter_sent", "Letter sent", "note", False, False, "waits", 5, "letter", False),
    ("someone_else", "Someone else answered, nothing disclosed", "phone", False, False, "try_again", 1, "call", False),
    ("wrong_number", "Wrong number or no number", "phone", False, False, "try_again", 1, "call", False),
    ("no_calls_for_now", "Prefers no calls for now", "clock", True, True, "pauses", 20, "call", False),
    ("away", "In hospital or away", "calendar", False, False, "pauses", 5, "call", False),
    ("no_contact", "Asked for no contact", "note", True, True, "stops_all", None, "call", False),
    ("died", "Died", "note", False, False, "stops_all", None, "call", False),
]


def add(apps, schema_editor):
    Outcome = apps.get_model("followups", "Outcome")
    Outcome.objects.bulk_create(
        Outcome(
            code=code, label=label, icon=icon, reached=reached, counts_as_presence=presence, effect=effect,
            again_in_days=days, channel=channel, is_quick=quick, position=position,
        )
        for position, (code, label, icon, reached, presence, effect, days, channel, quick) in enumerate(OUTCOMES)
    )


class Migration(migrations.Migration):
    dependencies = [("followups", "0002_session_ends_in_a_next_step")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
