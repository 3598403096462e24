"""Labelling words to begin with; an organisation edits them."""

from django.db import migrations

HINTS = (
    ("addict", "addict", "person with a substance use disorder"),
    ("addicts", "addicts", "people with a substance use disorder"),
    ("abuser", "abuser", "person who uses drugs"),
    ("alcoholic", "alcoholic", "person with alcohol use disorder"),
    ("substance_abuse", "substance abuse", "substance use"),
    ("drug_abuse", "drug abuse", "drug use"),
    ("got_clean", "got clean", "is in recovery"),
    ("is_clean", "is clean", "is not using"),
    ("clean_test", "clean test", "tested negative"),
    ("dirty_test", "dirty test", "tested positive"),
    ("former_addict", "former addict", "person in recovery"),
    ("drug_habit", "drug habit", "substance use disorder"),
    ("in_denial", "in denial", "of two minds"),
    ("non_compliant", "non-compliant", "chose otherwise"),
    ("noncompliant", "noncompliant", "chose otherwise"),
    ("compliant", "compliant", "working towards"),
    ("relapse", "relapse", "return to use"),
    ("relapsed", "relapsed", "returned to use"),
    ("drug_of_choice", "drug of choice", "drug of use"),
    ("self_help_group", "self-help group", "mutual aid group"),
    ("client", "client", "participant"),
    ("clients", "clients", "participants"),
    ("consumers", "consumers", "people we serve"),
    ("opioid_replacement", "opioid replacement", "medication treatment"),
)


def add(apps, _schema_editor) -> None:
    WordHint = apps.get_model("caseload", "WordHint")
    for code, avoid, prefer in HINTS:
        WordHint.objects.get_or_create(code=code, defaults={"avoid": avoid, "prefer": prefer})


class Migration(migrations.Migration):
    dependencies = [("caseload", "0011_word_hints")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
