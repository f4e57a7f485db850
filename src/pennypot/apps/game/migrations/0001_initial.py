import django.core.validators
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '__first__'),
        ('places', '0001_initial'),
        ('rounds', '0002_rules'),
    ]

    operations = [
        migrations.CreateModel(
            name='Pack',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='packs', to='places.place')),
                ('slug', models.SlugField(max_length=60)),
                ('version', models.PositiveIntegerField(default=1)),
                ('title', models.CharField(max_length=120)),
                ('given', models.JSONField()),
                ('hash', models.CharField(blank=True, max_length=64)),
                ('state', models.CharField(choices=[('draft', 'being written'), ('published', 'published')], default='draft', max_length=9)),
                ('rehearsal', models.JSONField(blank=True, default=dict)),
                ('made_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('changed_at', models.DateTimeField(auto_now=True)),
                ('published_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('place', 'slug', 'version'), name='pack_version_once', nulls_distinct=False), models.CheckConstraint(condition=models.Q(('state', 'draft'), models.Q(('published_at__isnull', False), models.Q(('hash', ''), _negated=True)), _connector='OR'), name='published_pack_has_hash')],
            },
        ),
        migrations.CreateModel(
            name='Session',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='game_sessions', to='places.place')),
                ('pack', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='sessions', to='game.pack')),
                ('code', models.CharField(max_length=8, unique=True)),
                ('title', models.CharField(max_length=120)),
                ('starts_at', models.DateTimeField(blank=True, null=True)),
                ('order', models.CharField(choices=[('cut-first', 'cut, then create'), ('create-first', 'create, then cut')], default='cut-first', max_length=12)),
                ('rule', models.CharField(choices=[('consent', 'consent + 1'), ('unanimity', 'everybody'), ('two-thirds', 'two thirds')], default='consent', max_length=10)),
                ('target_pence', models.BigIntegerField(validators=[django.core.validators.MinValueValidator(0)])),
                ('minutes', models.PositiveSmallIntegerField(default=120, validators=[django.core.validators.MinValueValidator(30), django.core.validators.MaxValueValidator(480)])),
                ('state', models.CharField(choices=[('lobby', 'people are arriving'), ('running', 'being played'), ('over', 'over')], default='lobby', max_length=7)),
                ('timer', models.CharField(choices=[('running', 'running'), ('paused', 'paused'), ('off', 'no timer')], default='running', max_length=7)),
                ('phase_since', models.DateTimeField(blank=True, null=True)),
                ('added_seconds', models.IntegerField(default=0)),
                ('paused_left', models.IntegerField(blank=True, null=True)),
                ('screen', models.CharField(default='welcome', max_length=40)),
                ('blank', models.BooleanField(default=False)),
                ('approve_words', models.BooleanField(default=True)),
                ('turn', models.BigIntegerField(default=0)),
                ('round', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='game_sessions', to='rounds.round')),
                ('facilitator', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('demonstration', models.BooleanField(default=False)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['place', '-id'], name='sessions_of_a_place')],
                'constraints': [models.CheckConstraint(condition=models.Q(('target_pence__gte', 0)), name='session_target_not_below_nought')],
            },
        ),
        migrations.CreateModel(
            name='Table',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tables', to='game.session')),
                ('number', models.PositiveSmallIntegerField()),
                ('name', models.CharField(blank=True, max_length=60)),
                ('source', models.CharField(choices=[('phones', 'on phones'), ('paper', 'on paper'), ('bots', 'by bots')], default='phones', max_length=6)),
                ('state', models.TextField()),
                ('moves', models.PositiveIntegerField(default=0)),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='game.table')),
            ],
            options={
                'ordering': ['number'],
                'constraints': [models.UniqueConstraint(fields=('session', 'number'), name='table_number_once'), models.CheckConstraint(condition=models.Q(('merged_into__isnull', True), models.Q(('merged_into', models.F('id')), _negated=True), _connector='OR'), name='table_merged_into_another')],
            },
        ),
        migrations.CreateModel(
            name='Note',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='game.session')),
                ('table', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='notes', to='game.table')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('text', models.TextField()),
                ('incident', models.BooleanField(default=False)),
                ('handled', models.TextField(blank=True)),
                ('key', models.UUIDField(unique=True)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='HelpAsk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='help_asks', to='game.table')),
                ('seat', models.CharField(max_length=40)),
                ('wanted', models.CharField(max_length=20)),
                ('text', models.CharField(blank=True, max_length=300)),
                ('key', models.UUIDField(unique=True)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('taken_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('done_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('done_at__isnull', True)), fields=('table', 'wanted'), name='table_asks_once_at_a_time')],
            },
        ),
        migrations.CreateModel(
            name='TableMove',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='log', to='game.table')),
                ('number', models.PositiveIntegerField()),
                ('move', models.JSONField()),
                ('source', models.CharField(choices=[('phone', 'from a phone'), ('paper', 'from paper'), ('facilitator', 'by the facilitator'), ('bot', 'by a bot')], default='phone', max_length=11)),
                ('key', models.UUIDField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'ordering': ['table', 'number'],
                'constraints': [models.UniqueConstraint(fields=('table', 'number'), name='move_number_once'), models.UniqueConstraint(fields=('table', 'key'), name='move_key_once')],
            },
        ),
        migrations.CreateModel(
            name='Chair',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='chairs', to='game.table')),
                ('seat', models.CharField(max_length=40)),
                ('card', models.PositiveSmallIntegerField(default=1)),
                ('bot', models.CharField(blank=True, max_length=20)),
            ],
            options={
                'ordering': ['pk'],
                'constraints': [models.UniqueConstraint(fields=('table', 'seat'), name='chair_once')],
            },
        ),
        migrations.CreateModel(
            name='Phone',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('chair', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='phones', to='game.chair')),
                ('token_hash', models.BinaryField(unique=True)),
                ('name', models.CharField(blank=True, max_length=40)),
                ('as_themselves', models.BooleanField(default=False)),
                ('seen_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('left_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['chair', 'seen_at'], name='phones_of_a_chair')],
            },
        ),
        migrations.CreateModel(
            name='Words',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='words', to='game.table')),
                ('number', models.PositiveIntegerField()),
                ('field', models.CharField(max_length=30)),
                ('text', models.TextField()),
                ('state', models.CharField(choices=[('waiting', 'not read yet'), ('shown', 'may be shown'), ('hidden', 'not to be shown')], default='waiting', max_length=7)),
                ('decided_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('table', 'number', 'field'), name='words_once')],
            },
        ),
        migrations.CreateModel(
            name='Try',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bucket', models.BinaryField()),
                ('window', models.DateTimeField()),
                ('count', models.PositiveIntegerField(default=0)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('bucket', 'window'), name='game_tries_once')],
            },
        ),
        migrations.CreateModel(
            name='Advice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='advice', to='places.place')),
                ('session', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='advice', to='game.session')),
                ('agency', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.agency')),
                ('card', models.CharField(max_length=60)),
                ('kind', models.CharField(choices=[('cut', 'could be cut'), ('keep', 'should not be cut'), ('pool', 'could be shared'), ('split', 'tables did not agree')], max_length=5)),
                ('title', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('tables_for', models.PositiveSmallIntegerField()),
                ('tables_all', models.PositiveSmallIntegerField()),
                ('sent_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('sent_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('due_on', models.DateField()),
            ],
            options={
                'ordering': ['due_on', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('session', 'card'), name='advice_once_a_card'), models.CheckConstraint(condition=models.Q(('tables_for__lte', models.F('tables_all'))), name='advice_counts_tables')],
            },
        ),
        migrations.CreateModel(
            name='Reply',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('advice', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='reply', to='game.advice')),
                ('kind', models.CharField(choices=[('adopted', 'adopted'), ('partly', 'adopted in part'), ('no', 'not adopted')], max_length=7)),
                ('why', models.TextField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
        ),
        migrations.CreateModel(
            name='Forward',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('table', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='forwards', to='game.table')),
                ('project', models.CharField(max_length=40)),
                ('proposal', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='from_game', to='rounds.proposal')),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('table', 'project'), name='project_forward_once')],
            },
        ),
        migrations.CreateModel(
            name='Confirmation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('forward', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='confirmations', to='game.forward')),
                ('kind', models.CharField(choices=[('lead', 'I take this project forward'), ('offer', 'my offer is real')], max_length=5)),
                ('offer', models.CharField(blank=True, max_length=40)),
                ('address', models.EmailField(blank=True, max_length=254)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('confirmed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('confirmed_at__isnull', False)), fields=('forward', 'kind', 'offer'), name='confirmed_once'), models.CheckConstraint(condition=models.Q(('confirmed_at__isnull', True), ('person__isnull', False), _connector='OR'), name='confirmed_by_somebody')],
            },
        ),
        migrations.CreateModel(
            name='Solo',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('place', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='solos', to='places.place')),
                ('pack', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='solos', to='game.pack')),
                ('token_hash', models.BinaryField(unique=True)),
                ('seed', models.CharField(max_length=32)),
                ('state', models.TextField()),
                ('moves', models.JSONField(default=list)),
                ('turn', models.PositiveIntegerField(default=0)),
                ('started_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['place', 'submitted_at'], name='solos_of_a_place')],
            },
        ),
    ]
