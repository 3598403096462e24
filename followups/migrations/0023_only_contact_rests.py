"""A rest sets only contacts aside, to bring them back."""

from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followups", "0022_let_go_with_what_it_is_about")]

    operations = [
        migrations.AddConstraint(
            model_name="followup",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("set_aside", False),
                    ("rests_from", None),
                    ("purpose__in", ("check_in", "after_missed", "after_setback", "after_discharge")),
                    _connector="OR",
                ),
                name="followup_set_aside_rests_only_contact",
            ),
        ),
    ]
