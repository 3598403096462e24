"""A team's ladder and quiet hours, how each colleague is reminded, and covers, which were the caseload's before.

The table of covers is renamed, not made anew: the rows stay.
"""

import datetime

import django.core.validators
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models

import accounts.ids

KEEP_ORDER = """
    UPDATE accounts_team SET again_after_days = least(2, supervisor_after_days),
        anyone_after_days = greatest(5, supervisor_after_days)
"""

COVER = [
    migrations.CreateModel(
        name="Cover",
        fields=[
            ("id", models.UUIDField(default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False)),
            ("starts_at", models.DateTimeField()),
            ("ends_at", models.DateTimeField()),
            (
                "absent",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="absences", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "cover",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="covers", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "created_by",
                models.ForeignKey(
                    on_delete=django.db.models.deletion.PROTECT, related_name="+", to=settings.AUTH_USER_MODEL
                ),
            ),
            (
                "team",
                models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name="+", to="accounts.team"),
            ),
        ],
        options={
            "indexes": [models.Index(fields=["cover", "ends_at"], name="cover_by_colleague")],
            "constraints": [
                models.CheckConstraint(
                    condition=models.Q(("ends_at__gt", models.F("starts_at"))), name="cover_ends_after_start"
                ),
                models.CheckConstraint(
                    condition=models.Q(("absent", models.F("cover")), _negated=True), name="cover_is_somebody_else"
                ),
            ],
        },
    ),
]


class Migration(migrations.Migration):
    dependencies = [("accounts", "0002_shared_cache"), ("caseload", "0001_initial")]

    operations = [
        migrations.SeparateDatabaseAndState(
            state_operations=COVER,
            database_operations=[
                migrations.RunSQL(
                    "ALTER TABLE caseload_cover RENAME TO accounts_cover",
                    "ALTER TABLE accounts_cover RENAME TO caseload_cover",
                )
            ],
        ),
        migrations.RemoveConstraint(
            model_name='team',
            name='team_limits_in_range',
        ),
        migrations.AddField(
            model_name='team',
            name='again_after_days',
            field=models.PositiveSmallIntegerField(default=2, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(30)], verbose_name='working days until whoever keeps it is told again'),
        ),
        migrations.AddField(
            model_name='team',
            name='anyone_after_days',
            field=models.PositiveSmallIntegerField(default=5, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(30)], verbose_name='working days until everybody on duty is told: whoever stands in, and all supervisors'),
        ),
        migrations.AddField(
            model_name='team',
            name='most_mails_a_day',
            field=models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(20)], verbose_name='reminders by e-mail, and nudges, a colleague gets in a day at most'),
        ),
        migrations.AddField(
            model_name='team',
            name='quiet_from',
            field=models.TimeField(default=datetime.time(20, 0), verbose_name='no e-mail from'),
        ),
        migrations.AddField(
            model_name='team',
            name='quiet_until',
            field=models.TimeField(default=datetime.time(8, 0), verbose_name='until, in the morning'),
        ),
        migrations.AddField(
            model_name='team',
            name='tries_before_ending',
            field=models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(12)], verbose_name='tries, each on a day of its own, before a supervisor may decide to stop reaching out'),
        ),
        migrations.AddField(
            model_name='user',
            name='remind_by',
            field=models.CharField(choices=[('email', 'An e-mail when something is due, one for all of it'), ('digest', 'One e-mail in the morning with the whole day, instead of single ones'), ('app', 'Only here, in the program')], default='email', max_length=10, verbose_name='how to be reminded'),
        ),
        migrations.AlterField(
            model_name='outgoingemail',
            name='kind',
            field=models.CharField(choices=[('reminder', 'reminder'), ('invitation', 'invitation'), ('account', 'account'), ('digest', 'digest')], max_length=20),
        ),
        migrations.AlterField(
            model_name='team',
            name='supervisor_after_days',
            field=models.PositiveSmallIntegerField(default=3, validators=[django.core.validators.MinValueValidator(1), django.core.validators.MaxValueValidator(30)], verbose_name='working days until the supervisor is told'),
        ),
        migrations.AddIndex(
            model_name='outgoingemail',
            index=models.Index(condition=models.Q(('kind', 'reminder')), fields=['recipient', 'created_at'], name='outgoingemail_of_day'),
        ),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.CheckConstraint(condition=models.Q(('silence_after_days__range', (3, 365)), ('most_mails_a_day__range', (1, 20)), ('tries_before_ending__range', (1, 12))), name='team_limits_in_range'),
        ),
        migrations.RunSQL(KEEP_ORDER, migrations.RunSQL.noop),
        migrations.AddConstraint(
            model_name='team',
            constraint=models.CheckConstraint(condition=models.Q(('again_after_days__range', (1, 30)), ('supervisor_after_days__range', (models.F('again_after_days'), 30)), ('anyone_after_days__range', (models.F('supervisor_after_days'), 30))), name='team_ladder_climbs'),
        ),
        migrations.AddField(
            model_name="cover",
            name="role",
            field=models.CharField(choices=[("specialist", "Peer specialist"), ("supervisor", "Supervisor"), ("administrator", "Administrator")], default="specialist", max_length=20, verbose_name="as"),
        ),
        migrations.AddIndex(
            model_name='cover',
            index=models.Index(fields=['team', 'ends_at'], name='cover_of_team'),
        ),
        migrations.AddConstraint(
            model_name='cover',
            constraint=models.CheckConstraint(condition=models.Q(('role__in', ['specialist', 'supervisor'])), name='cover_of_one_with_a_team'),
        ),
    ]
