from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("caseload", "0035_hint_once")]

    operations = [
        migrations.AddIndex("groupmeeting", models.Index(fields=["started_at"], name="groupmeeting_at_a_time")),
    ]
