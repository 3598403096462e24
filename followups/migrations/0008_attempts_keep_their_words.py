from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("followups", "0007_milestones")]

    operations = [
        migrations.AddField(
            model_name="contactattempt",
            name="label",
            field=models.CharField(
                default="",
                help_text="The outcome's words at the time.",
                max_length=80,
                verbose_name="what came of it",
            ),
            preserve_default=False,
        ),
    ]
