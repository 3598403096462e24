"""The activities a new program starts with; programs reword and add, the codes stay."""

from django.db import migrations

ACTIVITIES = [
    ("goal_chosen", "goals", "Chose or reworded a goal"),
    ("next_steps", "goals", "Broke it into steps"),
    ("looked_back", "goals", "Looked back at what worked"),
    ("coping", "skills", "Ways of coping"),
    ("communication", "skills", "Saying what I need"),
    ("crisis_plan", "skills", "Plan for a hard day"),
    ("daily_life", "skills", "Daily life: money, cooking, getting around"),
    ("housing", "advocacy", "Housing"),
    ("benefits", "advocacy", "Benefits and papers"),
    ("court_or_services", "advocacy", "Went along to court or services"),
    ("health_care", "advocacy", "Getting health care"),
    ("mutual_aid", "community", "Mutual aid or a meeting"),
    ("family", "community", "Family and friends"),
    ("work_or_learning", "community", "Work, volunteering, learning"),
    ("free_time", "community", "Free time, sport, faith, art"),
]


def add(apps, schema_editor):
    Activity = apps.get_model("caseload", "Activity")
    Activity.objects.bulk_create(
        Activity(code=code, strand=strand, label=label, position=position)
        for position, (code, strand, label) in enumerate(ACTIVITIES)
    )


class Migration(migrations.Migration):
    dependencies = [("caseload", "0001_initial")]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
