"""Review, appeals, decisions, results. The rules that the database holds: see the SQL file beside this one."""

from pathlib import Path

import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models

RULES = (Path(__file__).parent / "review_rules.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):

    dependencies = [
        ('house', '0002_history_stays'),
        ('fund', '0002_ledger_rules'),
        ('places', '0001_initial'),
        ('rounds', '0002_proposals'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='ExclusiveGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reason', models.TextField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('ended_reason', models.TextField(blank=True)),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exclusive_groups', to='rounds.round')),
            ],
            options={
                'ordering': ['pk'],
            },
        ),
        migrations.CreateModel(
            name='ExclusiveMember',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('group', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='members', to='rounds.exclusivegroup')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='rounds.proposal')),
            ],
        ),
        migrations.AddField(
            model_name='exclusivegroup',
            name='proposals',
            field=models.ManyToManyField(related_name='exclusive_groups', through='rounds.ExclusiveMember', to='rounds.proposal'),
        ),
        migrations.CreateModel(
            name='Result',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('pb', models.TextField()),
                ('pb_sha256', models.CharField(max_length=64)),
                ('certificate', models.JSONField()),
                ('evidence', models.FileField(blank=True, max_length=200, upload_to='evidence')),
                ('turnout', models.JSONField(default=dict)),
                ('summary', models.JSONField()),
                ('compared', models.JSONField(default=list)),
                ('fairness', models.JSONField(default=dict)),
                ('ties', models.JSONField(default=list)),
                ('counted_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('published_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('entry', models.OneToOneField(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='fund.entry')),
                ('published_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('round', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='result', to='rounds.round')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Outcome',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('funded', models.BooleanField()),
                ('awarded_pence', models.BigIntegerField(default=0)),
                ('order_won', models.PositiveIntegerField(null=True)),
                ('explanation', models.JSONField()),
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='outcome', to='rounds.proposal')),
                ('result', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='outcomes', to='rounds.result')),
            ],
            options={
                'ordering': ['result', models.OrderBy(models.F('order_won'), nulls_last=True), 'proposal'],
            },
        ),
        migrations.CreateModel(
            name='Review',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('due_at', models.DateTimeField(blank=True, null=True)),
                ('state', models.CharField(choices=[('open', 'being looked at'), ('decided', 'decided')], default='open', max_length=7)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='reviews', to='places.agency')),
                ('officer', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='review', to='rounds.proposal')),
            ],
            options={
                'ordering': ['proposal'],
            },
        ),
        migrations.CreateModel(
            name='Check',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('legal', 'Is it lawful?'), ('competence', 'Is it ours to do?'), ('feasible', 'Can it be done?'), ('costed', 'Is the cost right?'), ('running', 'Who pays for it afterwards?')], max_length=10)),
                ('verdict', models.CharField(choices=[('yes', 'yes'), ('no', 'no'), ('unclear', 'not clear yet')], max_length=7)),
                ('reason', models.TextField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='checks', to='rounds.review')),
            ],
            options={
                'ordering': ['review', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ReviewMessage',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('for_agency', models.BooleanField()),
                ('text', models.TextField()),
                ('key', models.CharField(max_length=32, unique=True)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('review', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='messages', to='rounds.review')),
            ],
            options={
                'ordering': ['review', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Appeal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('text', models.TextField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='appeals', to='places.agency')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='appeal', to='rounds.proposal')),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='an_appeal_says_why')],
            },
        ),
        migrations.CreateModel(
            name='CostChange',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('from_pence', models.BigIntegerField()),
                ('to_pence', models.BigIntegerField()),
                ('reason', models.TextField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='cost_changes', to='rounds.proposal')),
            ],
            options={
                'ordering': ['proposal', 'pk'],
                'constraints': [models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_changed_cost_has_a_reason'), models.CheckConstraint(condition=models.Q(('to_pence__gt', 0)), name='a_changed_cost_is_above_nought'), models.CheckConstraint(condition=models.Q(('to_pence', models.F('from_pence')), _negated=True), name='a_changed_cost_is_another')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('level', models.CharField(choices=[('first', 'review'), ('appeal', 'appeal')], default='first', max_length=6)),
                ('outcome', models.CharField(choices=[('accepted', 'accepted: it goes on the ballot'), ('refused', 'refused: it does not go on the ballot')], max_length=8)),
                ('reason', models.TextField()),
                ('late', models.BooleanField(default=False)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('agency', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.agency')),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='rounds.proposal')),
            ],
            options={
                'ordering': ['-pk'],
                'constraints': [models.UniqueConstraint(fields=('proposal', 'level'), name='one_decision_a_level'), models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_decision_has_a_reason')],
            },
        ),
        migrations.AddConstraint(
            model_name='exclusivemember',
            constraint=models.UniqueConstraint(fields=('group', 'proposal'), name='a_rival_once'),
        ),
        migrations.AddConstraint(
            model_name='exclusivegroup',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='rivals_have_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='exclusivegroup',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('ended_reason', '')), models.Q(('ended_at__isnull', False), models.Q(('ended_reason', ''), _negated=True)), _connector='OR'), name='rivals_no_more_have_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='outcome',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('awarded_pence__gte', 0), ('funded', True), ('order_won__isnull', False)), models.Q(('awarded_pence', 0), ('funded', False), ('order_won__isnull', True)), _connector='OR'), name='an_outcome_is_funded_or_not'),
        ),
        migrations.AddConstraint(
            model_name='outcome',
            constraint=models.UniqueConstraint(fields=('result', 'order_won'), name='one_winner_a_turn'),
        ),
        migrations.AddConstraint(
            model_name='check',
            constraint=models.CheckConstraint(condition=models.Q(('reason', ''), _negated=True), name='a_check_has_a_reason'),
        ),
        migrations.AddConstraint(
            model_name='reviewmessage',
            constraint=models.CheckConstraint(condition=models.Q(('text', ''), _negated=True), name='a_message_says_something'),
        ),
        migrations.RunSQL(RULES),
    ]
