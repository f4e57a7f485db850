import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '__first__'),
        ('places', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='policies', to='places.place')),
                ('version', models.PositiveIntegerField()),
                ('year', models.CharField(max_length=7, verbose_name='year')),
                ('preset', models.CharField(blank=True, max_length=20)),
                ('rate', models.PositiveIntegerField(default=100, verbose_name='rate in hundredths of a per cent')),
                ('base', models.CharField(choices=[('place', 'everything that is counted in the place'), ('council', 'the council only'), ('net', "the council's spending that council tax does not pay for"), ('transfers', 'the money the council gets from the government above it')], default='place', max_length=10, verbose_name='taken of')),
                ('year_kind', models.CharField(choices=[('either', 'what was spent; where that is not known yet, what was planned'), ('budget', 'what was planned (budget)'), ('outturn', 'what was spent (outturn)')], default='either', max_length=8, verbose_name='figures')),
                ('excluded', models.JSONField(blank=True, default=list, verbose_name='left out')),
                ('counts', models.CharField(choices=[('both', 'running costs, and building and buying'), ('revenue', 'running costs only'), ('capital', 'building and buying only')], default='both', max_length=8, verbose_name='kind of spending')),
                ('floor_pence', models.BigIntegerField(blank=True, null=True, verbose_name='least that one agency gives')),
                ('cap_pence', models.BigIntegerField(blank=True, null=True, verbose_name='most that one agency gives')),
                ('rounding', models.CharField(choices=[('nearest', 'to the nearest (a half goes up)'), ('down', 'down'), ('up', 'up')], default='nearest', max_length=8, verbose_name='rounding')),
                ('unit_pence', models.PositiveIntegerField(default=1, verbose_name='rounded to')),
                ('carry_over', models.CharField(choices=[('kept', "It stays in the fund and is shown apart from next year's money."), ('returned', 'It goes back to those who paid it.')], default='kept', max_length=8, verbose_name='money not given out')),
                ('binding', models.BooleanField(default=False, verbose_name="the residents' decision binds")),
                ('source', models.TextField(blank=True, verbose_name='where the policy comes from')),
                ('due_on', models.DateField(blank=True, null=True, verbose_name='agencies pay by')),
                ('label', models.CharField(blank=True, max_length=200)),
                ('state', models.CharField(choices=[('draft', 'proposed'), ('adopted', 'adopted')], default='draft', max_length=7)),
                ('drafted_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('drafted_at', models.DateTimeField()),
                ('adopted_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('adopted_at', models.DateTimeField(blank=True, null=True)),
                ('reason', models.TextField(blank=True, verbose_name='why')),
            ],
            options={
                'ordering': ['place', '-version'],
                'constraints': [models.UniqueConstraint(fields=('place', 'version'), name='one_policy_a_version'), models.UniqueConstraint(condition=models.Q(('state', 'draft')), fields=('place', 'year'), name='one_proposed_policy_a_year'), models.CheckConstraint(condition=models.Q(('rate__gte', 1), ('rate__lte', 10000)), name='policy_rate_is_a_part'), models.CheckConstraint(condition=models.Q(('unit_pence__in', [1, 100, 100000])), name='policy_unit_is_known'), models.CheckConstraint(condition=models.Q(models.Q(('floor_pence__isnull', True), ('floor_pence__gte', 0), _connector='OR'), models.Q(('cap_pence__isnull', True), ('cap_pence__gte', 0), _connector='OR'), models.Q(('floor_pence__isnull', True), ('cap_pence__isnull', True), ('floor_pence__lte', models.F('cap_pence')), _connector='OR')), name='policy_limits_are_in_order'), models.CheckConstraint(condition=models.Q(models.Q(('adopted_at__isnull', True), ('state', 'draft')), models.Q(('adopted_at__isnull', False), ('state', 'adopted')), _connector='OR'), name='an_adopted_policy_says_when')],
            },
        ),
        migrations.CreateModel(
            name='Contribution',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to='fund.policyversion')),
                ('agency', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='contributions', to='places.agency')),
                ('base_pence', models.BigIntegerField()),
                ('due_pence', models.BigIntegerField()),
                ('limit', models.CharField(blank=True, max_length=5)),
                ('extra_penny', models.BooleanField(default=False)),
            ],
            options={
                'ordering': ['policy', '-due_pence', 'agency__name'],
                'constraints': [models.UniqueConstraint(fields=('policy', 'agency'), name='one_contribution_an_agency'), models.CheckConstraint(condition=models.Q(('due_pence__gte', 0)), name='contribution_is_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Pledge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('contribution', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='pledges', to='fund.contribution')),
                ('version', models.PositiveIntegerField()),
                ('new_pence', models.BigIntegerField(default=0)),
                ('redirected_pence', models.BigIntegerField(default=0)),
                ('capital_pence', models.BigIntegerField(default=0)),
                ('reason', models.TextField(blank=True)),
                ('label', models.CharField(blank=True, max_length=200)),
                ('signed_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('signed_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'ordering': ['contribution', '-version'],
                'constraints': [models.UniqueConstraint(fields=('contribution', 'version'), name='one_pledge_a_version'), models.CheckConstraint(condition=models.Q(('capital_pence__gte', 0), ('new_pence__gte', 0), ('redirected_pence__gte', 0)), name='pledge_is_not_negative')],
            },
        ),
        migrations.CreateModel(
            name='Ledger',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='ledger', to='places.place')),
                ('opened_at', models.DateTimeField(auto_now_add=True)),
                ('checked_at', models.DateTimeField(null=True)),
                ('checked_entries', models.BigIntegerField(default=0)),
                ('problems', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Account',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='accounts', to='places.place')),
                ('code', models.CharField(max_length=100)),
                ('name', models.CharField(max_length=200)),
                ('currency', models.CharField(default='GBP', max_length=3)),
                ('floor_pence', models.BigIntegerField(blank=True, null=True)),
                ('balance_pence', models.BigIntegerField(default=0)),
            ],
            options={
                'ordering': ['place', 'code'],
                'constraints': [models.UniqueConstraint(fields=('place', 'code'), name='one_account_a_code'), models.UniqueConstraint(fields=('id', 'place', 'currency'), name='account_with_its_currency'), models.CheckConstraint(condition=models.Q(('floor_pence__isnull', True), ('balance_pence__gte', models.F('floor_pence')), _connector='OR'), name='no_pot_below_its_floor'), models.CheckConstraint(condition=models.Q(('code__regex', '^(fund|returned|outside|(agency|area|round|project|match):[a-z0-9-]+)$')), name='account_code_is_known'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='currency_has_three_letters'), models.CheckConstraint(condition=models.Q(('code', 'outside'), ('code__startswith', 'agency:'), models.Q(('floor_pence__gte', 0), ('floor_pence__isnull', False)), _connector='OR'), name='a_pot_has_a_floor')],
            },
        ),
        migrations.CreateModel(
            name='Entry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='entries', to='places.place')),
                ('number', models.BigIntegerField()),
                ('key', models.CharField(max_length=80)),
                ('kind', models.CharField(choices=[('contribution', 'an agency paid its share'), ('split', 'split among areas'), ('reserve', 'kept for a round'), ('release', 'no longer kept for a round'), ('award', 'awarded'), ('payment', 'paid out'), ('match', 'match money'), ('return', 'given back'), ('reversal', 'taken back: it was a mistake')], max_length=12)),
                ('year', models.CharField(max_length=7)),
                ('memo', models.CharField(blank=True, max_length=300)),
                ('reverses', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='reversed_by', to='fund.entry')),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField()),
                ('transfer_count', models.PositiveIntegerField()),
                ('previous_hash', models.BinaryField(max_length=32)),
                ('hash', models.BinaryField(max_length=32)),
            ],
            options={
                'ordering': ['place', 'number'],
                'constraints': [models.UniqueConstraint(fields=('place', 'number'), name='one_entry_a_number'), models.UniqueConstraint(fields=('place', 'key'), name='one_entry_a_key'), models.UniqueConstraint(fields=('id', 'place'), name='entry_with_its_place'), models.CheckConstraint(condition=models.Q(models.Q(('kind', 'reversal'), ('reverses__isnull', False)), models.Q(models.Q(('kind', 'reversal'), _negated=True), ('reverses__isnull', True)), _connector='OR'), name='a_reversal_reverses_something'), models.CheckConstraint(condition=models.Q(('transfer_count__gte', 1)), name='an_entry_moves_something'), models.CheckConstraint(condition=models.Q(('key', ''), _negated=True), name='an_entry_has_a_key')],
            },
        ),
        migrations.CreateModel(
            name='Transfer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.place')),
                ('entry', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='transfers', to='fund.entry')),
                ('position', models.PositiveIntegerField()),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers_out', to='fund.account')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='transfers_in', to='fund.account')),
                ('currency', models.CharField(max_length=3)),
                ('pence', models.BigIntegerField()),
                ('money', models.CharField(blank=True, choices=[('new', 'new money'), ('redirected', 'redirected from another budget'), ('capital', 'money for building and buying')], max_length=10)),
            ],
            options={
                'ordering': ['entry', 'position'],
                'constraints': [models.UniqueConstraint(fields=('entry', 'position'), name='one_transfer_a_position'), models.CheckConstraint(condition=models.Q(('pence__gt', 0)), name='a_transfer_moves_something'), models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='a_transfer_has_two_ends'), models.CheckConstraint(condition=models.Q(('money__in', ['', 'new', 'redirected', 'capital'])), name='money_is_labelled_as_known')],
            },
        ),
    ]
