"""Labelling words that stand alone, and those that were missing; what an organisation has reworded stays."""

from django.db import migrations

HINTS = (
    ("abuse", "abuse", "use (of drugs), misuse (of medicine)"),
    ("abusers", "abusers", "people with a substance use disorder"),
    ("alcoholics", "alcoholics", "people with alcohol use disorder"),
    ("clean", "clean", "in recovery, not using; of a test: tested negative"),
    ("dirty", "dirty", "tested positive"),
    ("denial", "denial", "ambivalence, of two minds"),
    ("compliant_with", "compliant with", "consistent with, working towards"),
    ("consumer", "consumer", "participant"),
    ("former_addicts", "former addicts", "people in recovery"),
    ("relapses", "relapses", "returns to use"),
    ("relapsing", "relapsing", "returning to use"),
    ("self_help_groups", "self-help groups", "mutual aid groups"),
)
# What the first list said otherwise than the tables it was taken from.
REWORDED = (
    ("abuser", "person who uses drugs", "person with a substance use disorder"),
    ("relapse", "return to use", "recurrence, return to use"),
    ("clients", "participants", "people we serve, participants"),
    ("consumers", "people we serve", "people we serve, participants"),
)


def add(apps, _schema_editor) -> None:
    WordHint = apps.get_model("caseload", "WordHint")
    known = {avoid.casefold() for avoid in WordHint.objects.values_list("avoid", flat=True)}
    for code, avoid, prefer in HINTS:
        if avoid not in known:
            WordHint.objects.get_or_create(code=code, defaults={"avoid": avoid, "prefer": prefer})
    for code, before, prefer in REWORDED:
        WordHint.objects.filter(code=code, prefer=before).update(prefer=prefer)


class Migration(migrations.Migration):
    dependencies = [("caseload", "0022_words_and_wishes_stay")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
