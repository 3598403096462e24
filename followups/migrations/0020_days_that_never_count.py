"""Outcomes that close a follow-up, or stop everything, lead to no next date: a number of days there never counted."""

from django.db import migrations


def empty(apps, schema_editor):
    Outcome = apps.get_model("followups", "Outcome")
    Outcome.objects.filter(effect__in=["completes", "stops_all"]).update(again_in_days=None)


class Migration(migrations.Migration):
    dependencies = [("followups", "0019_times_of_closer_contact")]

    operations = [migrations.RunPython(empty, migrations.RunPython.noop)]
