"""Covers belong to accounts now; the table has been renamed there."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("caseload", "0002_starter_activities"), ("accounts", "0003_the_ladder_and_covers")]

    operations = [
        migrations.SeparateDatabaseAndState(state_operations=[migrations.DeleteModel(name="Cover")]),
    ]
