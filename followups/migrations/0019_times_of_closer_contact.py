"""What closer rhythms are called where rows are counted: in the numbers of two records put together."""

from django.db import migrations


class Migration(migrations.Migration):
    dependencies = [("followups", "0018_one_index_each")]

    operations = [
        migrations.AlterModelOptions(
            name="closerrhythm",
            options={
                "verbose_name": "time of closer contact",
                "verbose_name_plural": "times of closer contact",
            },
        ),
    ]
