"""Of teams whose names differ in capital letters only, the later ones get a number, so that a name can be there once."""

from django.db import migrations
from django.db.models.functions import Lower


def tell_apart(apps, _schema_editor) -> None:
    Team = apps.get_model("accounts", "Team")
    teams = list(Team.objects.annotate(lower=Lower("name")).order_by("pk"))
    taken, seen = {team.lower for team in teams}, set()
    for team in teams:
        if team.lower in seen:
            number = 2
            while f"{team.lower[:110]} ({number})" in taken:
                number += 1
            taken.add(f"{team.lower[:110]} ({number})")
            Team.objects.filter(pk=team.pk).update(name=f"{team.name[:110]} ({number})")
        seen.add(team.lower)


class Migration(migrations.Migration):
    dependencies = [("accounts", "0007_one_index_each")]

    operations = [migrations.RunPython(tell_apart, migrations.RunPython.noop)]
