"""An outcome says after how many working days only where its effect leads to a next date."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followups", "0020_days_that_never_count")]

    operations = [
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(("effect__in", ["try_again", "waits", "pauses"]), ("again_in_days", None), _connector="OR"),
                name="outcome_days_only_for_a_date",
            ),
        ),
    ]
