"""Purposes, promises, closer rhythms, pauses, the four rungs, and digests."""

import accounts.ids
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


# Supervisors were on the second rung before; now whoever keeps it is told again in between.
RUNGS = """
    UPDATE followups_followup SET flagged_rung = 3 WHERE flagged_rung = 2;
    UPDATE followups_reminder SET rung = 3 WHERE rung = 2;
"""
SETTLED = """
    UPDATE followups_followup SET kept = true WHERE purpose = 'promise' AND state = 'done';
    UPDATE followups_followup SET set_aside = true FROM followups_checkinplan AS plan
    WHERE plan.id = plan_id AND plan.ended_at = closed_at AND state = 'not_needed';
"""


class Migration(migrations.Migration):

    dependencies = [
        ('accounts', '0003_the_ladder_and_covers'),
        ('caseload', '0003_covers_move_to_accounts'),
        ('followups', '0003_starter_outcomes'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Digest',
            fields=[
                ('id', models.UUIDField(default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('kind', models.CharField(choices=[('day', "a specialist's day"), ('week', "a supervisor's week")], max_length=10)),
                ('on', models.DateField(help_text="The local day it is for, in the zone of the recipient's team.")),
                ('created_at', models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name='checkinplan',
            name='agreed_by',
            field=models.CharField(choices=[('participant', 'The participant'), ('together', 'Decided together'), ('specialist', 'The peer specialist'), ('supervisor', 'The supervisor')], default='together', max_length=20, verbose_name='who wished for it'),
        ),
        migrations.AddField(
            model_name='checkinplan',
            name='paused_until',
            field=models.DateField(editable=False, help_text='No check-ins before this local day; the pause ends by itself.', null=True),
        ),
        migrations.AddField(
            model_name='followup',
            name='came_from',
            field=models.ForeignKey(help_text='The one it takes up again.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='came_back_as', to='followups.followup'),
        ),
        migrations.AddField(
            model_name='followup',
            name='kept',
            field=models.BooleanField(help_text='Of a promise that is done: whether it was kept.', null=True),
        ),
        migrations.AddField(
            model_name='followup',
            name='latest_on',
            field=models.DateField(help_text='The last day of the window it belongs to, where there is one.', null=True),
        ),
        migrations.AddField(
            model_name='followup',
            name='moved_at',
            field=models.DateTimeField(help_text='When this date was chosen, if it was changed.', null=True),
        ),
        migrations.AddField(
            model_name='followup',
            name='moved_by',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='followup',
            name='set_aside',
            field=models.BooleanField(default=False, help_text='Closed by a change of rhythm or a pause, and taken up again if that is undone.'),
        ),
        migrations.AddField(
            model_name='followup',
            name='unheard',
            field=models.BooleanField(default=False, help_text='At the last rung there was nobody who could be told.'),
        ),
        migrations.AlterField(
            model_name='checkinplan',
            name='kind',
            field=models.CharField(choices=[('weekly', 'Every week'), ('weekly_12', 'Every week for twelve weeks, then we ask'), ('step_down', 'Every week for three months, every two weeks up to a year, then every month'), ('every_two_weeks', 'Every two weeks'), ('monthly', 'Every month'), ('every_n_days', 'Every so many days')], default='weekly', max_length=20, verbose_name='how often'),
        ),
        migrations.AlterField(
            model_name='followup',
            name='flagged_at',
            field=models.DateTimeField(help_text='When the worker first told anybody about this date.', null=True),
        ),
        migrations.AlterField(
            model_name='reminder',
            name='rung',
            field=models.PositiveSmallIntegerField(choices=[(1, 'Due'), (2, 'Still waiting'), (3, 'For the supervisor'), (4, 'For whoever is on duty'), (9, 'A kind nudge from your supervisor')]),
        ),
        migrations.CreateModel(
            name='CloserRhythm',
            fields=[
                ('id', models.UUIDField(default=accounts.ids.new_id, editable=False, primary_key=True, serialize=False)),
                ('occasion', models.CharField(choices=[('setback', 'A setback'), ('hospital_stay', 'Coming home from a hospital or treatment stay'), ('emergency_visit', 'A visit to an emergency department')], max_length=20, verbose_name='after')),
                ('happened_on', models.DateField(verbose_name='on')),
                ('until', models.DateField()),
                ('created_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('created_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('participant', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='closer_rhythms', to='caseload.participant')),
                ('team', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='accounts.team')),
            ],
        ),
        migrations.AddField(
            model_name='followup',
            name='closer',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='followups', to='followups.closerrhythm'),
        ),
        migrations.RunSQL(RUNGS, migrations.RunSQL.noop),
        migrations.RunSQL(SETTLED, migrations.RunSQL.noop),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(condition=models.Q(('state__in', ('open', 'waiting', 'paused')), ('unheard', True)), fields=['team'], name='followup_unheard'),
        ),
        migrations.AddIndex(
            model_name='followup',
            index=models.Index(models.F('team'), models.OrderBy(models.F('closed_at'), descending=True), models.OrderBy(models.F('id'), descending=True), condition=models.Q(('set_aside', False), ('state', 'not_needed')), name='followup_decided'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.UniqueConstraint(condition=models.Q(('came_from', None), ('closer__isnull', False)), fields=('closer', 'planned_on'), name='followup_one_per_closer_date'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.UniqueConstraint(fields=('came_from',), name='followup_taken_up_again_once'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(('kept', None), models.Q(('purpose', 'promise'), ('state', 'done')), _connector='OR'), name='followup_kept_is_a_promise'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('purpose', 'promise'), ('state', 'done'), _negated=True), ('kept__isnull', False), _connector='OR'), name='followup_promise_done_says_kept'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('moved_at', None), ('moved_by', None)), models.Q(('moved_at__isnull', False), ('moved_by__isnull', False)), _connector='OR'), name='followup_moved_at_and_by_paired'),
        ),
        migrations.AddConstraint(
            model_name='followup',
            constraint=models.CheckConstraint(condition=models.Q(('set_aside', False), ('state', 'not_needed'), _connector='OR'), name='followup_set_aside_is_closed'),
        ),
        migrations.AddField(
            model_name='digest',
            name='email',
            field=models.ForeignKey(null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='digests', to='accounts.outgoingemail'),
        ),
        migrations.AddField(
            model_name='digest',
            name='recipient',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddConstraint(
            model_name='closerrhythm',
            constraint=models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('participant',), name='closerrhythm_one_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='closerrhythm',
            constraint=models.CheckConstraint(condition=models.Q(('until__gte', models.F('happened_on'))), name='closerrhythm_ends_after'),
        ),
        migrations.AddConstraint(
            model_name='digest',
            constraint=models.UniqueConstraint(fields=('recipient', 'kind', 'on'), name='digest_once_a_day'),
        ),
    ]
