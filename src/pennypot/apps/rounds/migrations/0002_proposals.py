"""Proposals and all that hangs on them. The rules that the database holds: see the SQL file beside this one."""

from pathlib import Path

from django.contrib.postgres.operations import TrigramExtension
import django.contrib.postgres.indexes
import django.contrib.postgres.search
import django.db.models.deletion
import django.db.models.functions.datetime
from django.conf import settings
from django.db import migrations, models


RULES = (Path(__file__).parent / "proposal_rules.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):

    dependencies = [
        ('house', '0002_history_stays'),
        ('places', '0001_initial'),
        ('rounds', '0001_round'),
        ('talk', '0001_initial'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        TrigramExtension(),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField(blank=True, null=True)),
                ('title', models.CharField(blank=True, max_length=120, verbose_name='title')),
                ('plain_summary', models.TextField(blank=True, verbose_name='in short')),
                ('what', models.TextField(blank=True, verbose_name='what you want to do')),
                ('why', models.TextField(blank=True, verbose_name='why it matters')),
                ('for_whom', models.TextField(blank=True, verbose_name='who it is for')),
                ('latitude', models.FloatField(blank=True, null=True)),
                ('longitude', models.FloatField(blank=True, null=True)),
                ('place_said', models.CharField(blank=True, max_length=200, verbose_name='where exactly')),
                ('state', models.CharField(choices=[('draft', 'draft'), ('submitted', 'sent in'), ('withdrawn', 'withdrawn'), ('merged', 'joined with another')], default='draft', max_length=9)),
                ('decision', models.CharField(blank=True, choices=[('', 'not decided yet'), ('accepted', 'accepted'), ('refused', 'refused')], default='', max_length=8)),
                ('draft_key_hash', models.BinaryField(max_length=32, null=True, unique=True)),
                ('links_mailed', models.PositiveSmallIntegerField(default=0)),
                ('withdrawn_reason', models.CharField(blank=True, max_length=500)),
                ('withdrawn_at', models.DateTimeField(blank=True, null=True)),
                ('version', models.PositiveIntegerField(default=0)),
                ('revision', models.PositiveIntegerField(default=0)),
                ('proposed_cost_pence', models.BigIntegerField(default=0)),
                ('cost_pence', models.BigIntegerField(default=0)),
                ('yearly_pence', models.BigIntegerField(default=0)),
                ('ballot_position', models.PositiveIntegerField(blank=True, null=True)),
                ('endorsement_count', models.PositiveIntegerField(default=0)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('changed_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('submitted_at', models.DateTimeField(blank=True, null=True)),
                ('told_at', models.DateTimeField(blank=True, null=True)),
                ('search', models.GeneratedField(db_persist=True, expression=django.contrib.postgres.search.CombinedSearchVector(django.contrib.postgres.search.CombinedSearchVector(django.contrib.postgres.search.SearchVector('title', config='english', weight='A'), '||', django.contrib.postgres.search.SearchVector('plain_summary', config='english', weight='B'), django.contrib.postgres.search.SearchConfig('english')), '||', django.contrib.postgres.search.SearchVector('what', 'why', 'for_whom', 'place_said', config='english', weight='C'), django.contrib.postgres.search.SearchConfig('english')), output_field=django.contrib.postgres.search.SearchVectorField())),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='places.area')),
                ('category', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='proposals', to='rounds.category')),
                ('merged_into', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='merged_from', to='rounds.proposal')),
                ('owner', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to=settings.AUTH_USER_MODEL)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='rounds.round')),
                ('thread', models.OneToOneField(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposal', to='talk.thread')),
            ],
            options={
                'ordering': ['round', 'number', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Picture',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=40, unique=True)),
                ('file', models.FileField(upload_to='proposals/large')),
                ('small', models.FileField(upload_to='proposals/small')),
                ('width', models.PositiveIntegerField()),
                ('height', models.PositiveIntegerField()),
                ('alt', models.CharField(max_length=200, verbose_name='what it shows')),
                ('position', models.PositiveSmallIntegerField()),
                ('added_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='pictures', to='rounds.proposal')),
            ],
            options={
                'ordering': ['proposal', 'position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Need',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('room', 'a room or a place'), ('skill', 'somebody who can do something'), ('hours', 'hours of help'), ('kit', 'tools or things'), ('land', 'land'), ('match', 'money from others'), ('other', 'something else')], default='hours', max_length=5, verbose_name='what kind')),
                ('what', models.CharField(max_length=160, verbose_name='what')),
                ('quantity', models.CharField(blank=True, max_length=60, verbose_name='how much')),
                ('when_said', models.CharField(blank=True, max_length=80, verbose_name='when')),
                ('position', models.PositiveSmallIntegerField()),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='needs', to='rounds.proposal')),
            ],
            options={
                'ordering': ['proposal', 'position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Merge',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('why', models.CharField(max_length=500, verbose_name='why they belong together')),
                ('state', models.CharField(choices=[('asked', 'waiting for all authors'), ('done', 'joined'), ('stopped', 'not joined')], default='asked', max_length=7)),
                ('asked_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('ended_at', models.DateTimeField(blank=True, null=True)),
                ('asked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('source', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges', to='rounds.proposal')),
                ('target', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='merges_in', to='rounds.proposal')),
            ],
            options={
                'ordering': ['-pk'],
            },
        ),
        migrations.CreateModel(
            name='Endorsement',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='endorsements', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='endorsements', to='rounds.proposal')),
            ],
        ),
        migrations.CreateModel(
            name='CostLine',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('one-off', 'once'), ('yearly', 'every year')], default='one-off', max_length=7, verbose_name='how often')),
                ('what', models.CharField(max_length=160, verbose_name='what for')),
                ('pence', models.BigIntegerField(verbose_name='how much, in pounds')),
                ('position', models.PositiveSmallIntegerField()),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='cost_lines', to='rounds.proposal')),
            ],
            options={
                'ordering': ['proposal', 'position', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='Author',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('email', models.EmailField(blank=True, max_length=254)),
                ('token_hash', models.BinaryField(max_length=32, null=True, unique=True)),
                ('state', models.CharField(choices=[('invited', 'asked'), ('consented', 'author'), ('declined', 'said no, or left')], max_length=9)),
                ('made_at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('invited_by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='authorships', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='authors', to='rounds.proposal')),
            ],
            options={
                'ordering': ['proposal', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='ProposalVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('content', models.JSONField()),
                ('note', models.CharField(blank=True, max_length=300)),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('by', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('proposal', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='versions', to='rounds.proposal')),
            ],
            options={
                'ordering': ['proposal', '-number'],
            },
        ),
        migrations.CreateModel(
            name='MergeConsent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('agrees', models.BooleanField()),
                ('at', models.DateTimeField(db_default=django.db.models.functions.datetime.Now())),
                ('merge', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='consents', to='rounds.merge')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('merge', 'person'), name='one_answer_an_author')],
            },
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=django.contrib.postgres.indexes.GinIndex(fields=['search'], name='proposal_words'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=django.contrib.postgres.indexes.GinIndex(django.contrib.postgres.indexes.OpClass(models.F('title'), name='gin_trgm_ops'), name='proposal_title_likeness'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(fields=['round', 'state', '-submitted_at'], name='proposals_newest'),
        ),
        migrations.AddIndex(
            model_name='proposal',
            index=models.Index(condition=models.Q(('state', 'draft')), fields=['changed_at'], name='drafts_by_age'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.UniqueConstraint(fields=('round', 'number'), name='one_proposal_a_number'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('number__isnull', True), ('state', 'draft'), ('submitted_at__isnull', True)), models.Q(models.Q(('state', 'draft'), _negated=True), models.Q(('title', ''), _negated=True), ('draft_key_hash__isnull', True), ('number__isnull', False), ('owner__isnull', False), ('submitted_at__isnull', False), ('thread__isnull', False)), _connector='OR'), name='proposal_sent_in_has_number_owner_and_thread'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('owner__isnull', False), ('draft_key_hash__isnull', False), _connector='OR'), name='proposal_belongs_to_somebody'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('latitude__isnull', True), ('longitude__isnull', True)), models.Q(('latitude__range', (-90, 90)), ('longitude__range', (-180, 180))), _connector='OR'), name='proposal_point_is_on_earth'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(('cost_pence__gte', 0), ('proposed_cost_pence__gte', 0), ('yearly_pence__gte', 0)), name='proposal_costs_are_not_negative'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('merged_into__isnull', False), ('state', 'merged'), models.Q(('merged_into', models.F('id')), _negated=True)), models.Q(models.Q(('state', 'merged'), _negated=True), ('merged_into__isnull', True)), _connector='OR'), name='a_merged_proposal_says_into_which'),
        ),
        migrations.AddConstraint(
            model_name='proposal',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'withdrawn'), ('withdrawn_at__isnull', False), models.Q(('withdrawn_reason', ''), _negated=True)), models.Q(models.Q(('state', 'withdrawn'), _negated=True), ('withdrawn_at__isnull', True), ('withdrawn_reason', '')), _connector='OR'), name='a_withdrawn_proposal_says_why'),
        ),
        migrations.AddConstraint(
            model_name='picture',
            constraint=models.UniqueConstraint(fields=('proposal', 'position'), name='one_picture_a_position'),
        ),
        migrations.AddConstraint(
            model_name='picture',
            constraint=models.CheckConstraint(condition=models.Q(('alt', ''), _negated=True), name='a_picture_says_what_it_shows'),
        ),
        migrations.AddConstraint(
            model_name='need',
            constraint=models.UniqueConstraint(fields=('proposal', 'position'), name='one_need_a_position'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(('source', models.F('target')), _negated=True), name='a_merge_joins_two'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'asked')), fields=('source',), name='one_merge_at_a_time'),
        ),
        migrations.AddConstraint(
            model_name='merge',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('state', 'asked')), models.Q(models.Q(('state', 'asked'), _negated=True), ('ended_at__isnull', False)), _connector='OR'), name='an_ended_merge_has_its_day'),
        ),
        migrations.AddConstraint(
            model_name='endorsement',
            constraint=models.UniqueConstraint(fields=('proposal', 'person'), name='endorsed_once'),
        ),
        migrations.AddConstraint(
            model_name='costline',
            constraint=models.CheckConstraint(condition=models.Q(('pence__gt', 0)), name='a_cost_line_costs_something'),
        ),
        migrations.AddConstraint(
            model_name='costline',
            constraint=models.UniqueConstraint(fields=('proposal', 'position'), name='one_cost_line_a_position'),
        ),
        migrations.AddConstraint(
            model_name='author',
            constraint=models.UniqueConstraint(fields=('proposal', 'person'), name='one_authorship_a_person'),
        ),
        migrations.AddConstraint(
            model_name='author',
            constraint=models.UniqueConstraint(condition=models.Q(('email', ''), _negated=True), fields=('proposal', 'email'), name='one_letter_an_address_a_proposal'),
        ),
        migrations.AddConstraint(
            model_name='author',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('person__isnull', True), ('state', 'invited'), ('token_hash__isnull', False)), models.Q(('email', ''), ('person__isnull', False), ('state', 'consented'), ('token_hash__isnull', True)), models.Q(('email', ''), ('state', 'declined'), ('token_hash__isnull', True)), _connector='OR'), name='an_author_is_asked_or_has_answered'),
        ),
        migrations.AddConstraint(
            model_name='proposalversion',
            constraint=models.UniqueConstraint(fields=('proposal', 'number'), name='one_version_a_number'),
        ),
        migrations.RunSQL(RULES),
    ]
