"""Of words in the list that differ in capital letters only, which a page never told apart, the first in use stays."""

from django.db import migrations
from django.db.models.functions import Lower


def keep_one(apps, _schema_editor) -> None:
    WordHint = apps.get_model("caseload", "WordHint")
    seen = set()
    for hint in WordHint.objects.annotate(lower=Lower("avoid")).order_by("-is_active", "code"):
        if hint.lower in seen:
            hint.delete()
        seen.add(hint.lower)


class Migration(migrations.Migration):
    dependencies = [("caseload", "0033_one_index_each")]

    operations = [migrations.RunPython(keep_one, migrations.RunPython.noop)]
