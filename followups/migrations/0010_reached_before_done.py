from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followups", "0009_words_of_earlier_attempts")]

    operations = [
        migrations.AddConstraint(
            model_name="contactattempt",
            constraint=models.CheckConstraint(
                condition=models.Q(("label", ""), _negated=True), name="contactattempt_says_what_came_of_it"
            ),
        ),
        migrations.AddConstraint(
            model_name="outcome",
            constraint=models.CheckConstraint(
                condition=models.Q(models.Q(("effect", "completes"), _negated=True), ("reached", True), _connector="OR"),
                name="outcome_completes_when_reached",
            ),
        ),
    ]
