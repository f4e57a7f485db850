"""The ballot of a round, and what the database holds about it: see the SQL file beside this one."""

from pathlib import Path

import django.db.models.deletion
from django.db import migrations, models

RULES = (Path(__file__).parent / "ballot_rules.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):

    dependencies = [
        ('house', '0002_history_stays'),
        ('rounds', '0003_review'),
    ]

    operations = [
        migrations.CreateModel(
            name='BallotItem',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('position', models.PositiveIntegerField()),
                ('title', models.CharField(max_length=120)),
                ('summary', models.TextField()),
                ('cost_pence', models.BigIntegerField()),
                ('area_name', models.CharField(blank=True, max_length=120)),
                ('category_name', models.CharField(blank=True, max_length=60)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('withdrawn_reason', models.TextField(blank=True)),
                ('pot', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='items', to='rounds.pot')),
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='ballot_item', to='rounds.proposal')),
                ('round', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ballot', to='rounds.round')),
            ],
            options={
                'ordering': ['round', 'position'],
                'constraints': [models.UniqueConstraint(fields=('round', 'position'), name='one_project_a_position'), models.UniqueConstraint(fields=('round', 'number'), name='one_project_a_number'), models.CheckConstraint(condition=models.Q(('cost_pence__gt', 0)), name='a_project_costs_something'), models.CheckConstraint(condition=models.Q(models.Q(('withdrawn_at__isnull', True), ('withdrawn_reason', '')), models.Q(('withdrawn_at__isnull', False), models.Q(('withdrawn_reason', ''), _negated=True)), _connector='OR'), name='a_project_withdrawn_says_why')],
            },
        ),
        migrations.RunSQL(RULES),
    ]
