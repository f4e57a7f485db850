"""Paper: clerks, desk, letters, envelopes, batches and keyings, with their rules in the database."""

from pathlib import Path

import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models

RULES = (Path(__file__).parent / "paper_rules.sql").read_text(encoding="utf-8")


class Migration(migrations.Migration):

    dependencies = [
        ('places', '0001_initial'),
        ('rounds', '0004_ballot'),
        ('voting', '0003_entrance'),
        ('house', '0002_history_stays'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.DeleteModel('SpoiltBallot'),
        migrations.DeleteModel('PaperKeying'),
        migrations.DeleteModel('PaperEnvelope'),
        migrations.DeleteModel('PaperBatch'),
        migrations.CreateModel(
            name='DeskVisit',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('shown', models.CharField(choices=[('letter', 'a letter with a voting code'), ('passport', 'a passport'), ('licence', 'a driving licence'), ('card', 'another card with a photo')], max_length=8)),
                ('gave', models.CharField(choices=[('paper', 'a ballot paper'), ('code', 'a code for the tablet or at home')], max_length=5)),
                ('day', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='LetterRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('letters', models.PositiveIntegerField()),
                ('parts', models.PositiveIntegerField(default=0)),
                ('language', models.CharField(max_length=10)),
                ('large', models.BooleanField(default=False)),
                ('public_key', models.BinaryField()),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('gone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-made_at'],
            },
        ),
        migrations.CreateModel(
            name='PaperBallot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('spoilt', models.CharField(blank=True, choices=[('empty', 'nothing is marked'), ('unclear', 'the marks are unclear'), ('too-many', 'more is marked than the rules allow'), ('named', 'it says who the voter is'), ('foreign', 'it is not a ballot of this round'), ('several', 'there was more than one ballot in the envelope'), ('missing', 'there was no ballot in the envelope')], max_length=8)),
            ],
            options={
                'ordering': ['batch', 'number'],
            },
        ),
        migrations.CreateModel(
            name='PaperBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('envelopes', models.PositiveIntegerField()),
                ('day', models.DateField()),
            ],
            options={
                'verbose_name_plural': 'paper batches',
                'ordering': ['election', 'number'],
            },
        ),
        migrations.CreateModel(
            name='PaperClerk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
            ],
        ),
        migrations.CreateModel(
            name='PaperEnvelope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('via', models.CharField(choices=[('post', 'an envelope'), ('desk', 'given at a desk')], default='post', max_length=4)),
                ('state', models.CharField(choices=[('checked', 'checked, not opened yet'), ('opened', 'opened'), ('refused', 'sent back')], default='checked', max_length=7)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('day', models.DateField()),
            ],
            options={
                'ordering': ['election', 'pk'],
            },
        ),
        migrations.CreateModel(
            name='PaperKeying',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('number', models.PositiveIntegerField()),
                ('look', models.PositiveSmallIntegerField(default=1)),
                ('mark', models.BinaryField()),
            ],
            options={
                'ordering': ['batch', 'number', 'pk'],
            },
        ),
        migrations.AddField(
            model_name='rollentry',
            name='document_hash',
            field=models.BinaryField(blank=True, null=True),
        ),
        migrations.AddConstraint(
            model_name='rollentry',
            constraint=models.UniqueConstraint(fields=('round', 'document_hash'), name='one_roll_entry_a_document'),
        ),
        migrations.AddField(
            model_name='deskvisit',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='deskvisit',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='desk_visits', to='voting.rollentry'),
        ),
        migrations.AddField(
            model_name='deskvisit',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='desk_visits', to='rounds.round'),
        ),
        migrations.AddField(
            model_name='letterrun',
            name='by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='letterrun',
            name='round',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letter_runs', to='rounds.round'),
        ),
        migrations.AddField(
            model_name='paperbatch',
            name='election',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='voting.election'),
        ),
        migrations.AddField(
            model_name='paperbatch',
            name='opened_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paperballot',
            name='batch',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='voting.paperbatch'),
        ),
        migrations.AddField(
            model_name='paperclerk',
            name='named_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paperclerk',
            name='person',
            field=models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paperclerk',
            name='round',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='paper_clerks', to='rounds.round'),
        ),
        migrations.AddField(
            model_name='paperenvelope',
            name='checked_by',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paperenvelope',
            name='election',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='envelopes', to='voting.election'),
        ),
        migrations.AddField(
            model_name='paperenvelope',
            name='ended_by',
            field=models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paperenvelope',
            name='entry',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='envelopes', to='voting.rollentry'),
        ),
        migrations.AddField(
            model_name='paperkeying',
            name='batch',
            field=models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='keyings', to='voting.paperbatch'),
        ),
        migrations.AddField(
            model_name='paperkeying',
            name='officer',
            field=models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL),
        ),
        migrations.AddField(
            model_name='paperballot',
            name='one',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='voting.paperkeying'),
        ),
        migrations.AddField(
            model_name='paperballot',
            name='other',
            field=models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='voting.paperkeying'),
        ),
        migrations.AddConstraint(
            model_name='letterrun',
            constraint=models.CheckConstraint(condition=models.Q(('letters__gt', 0)), name='a_run_has_letters'),
        ),
        migrations.AddConstraint(
            model_name='paperbatch',
            constraint=models.UniqueConstraint(fields=('election', 'number'), name='one_batch_a_number'),
        ),
        migrations.AddConstraint(
            model_name='paperbatch',
            constraint=models.CheckConstraint(condition=models.Q(('envelopes__gt', 0)), name='a_batch_holds_ballots'),
        ),
        migrations.AddConstraint(
            model_name='paperclerk',
            constraint=models.UniqueConstraint(fields=('round', 'person'), name='a_clerk_is_named_once'),
        ),
        migrations.AddConstraint(
            model_name='paperclerk',
            constraint=models.CheckConstraint(condition=models.Q(('person', models.F('named_by')), _negated=True), name='nobody_names_themselves_clerk'),
        ),
        migrations.AddConstraint(
            model_name='paperenvelope',
            constraint=models.UniqueConstraint(condition=models.Q(('state', 'refused'), _negated=True), fields=('election', 'entry'), name='one_envelope_a_voter'),
        ),
        migrations.AddConstraint(
            model_name='paperenvelope',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'opened'), _negated=True), models.Q(('ended_by__isnull', False), models.Q(('ended_by', models.F('checked_by')), _negated=True)), _connector='OR'), name='two_officers_open_an_envelope'),
        ),
        migrations.AddConstraint(
            model_name='paperenvelope',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('ended_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='an_envelope_sent_back_says_why'),
        ),
        migrations.AddConstraint(
            model_name='paperkeying',
            constraint=models.UniqueConstraint(fields=('batch', 'number', 'officer', 'look'), name='an_officer_keys_a_ballot_once'),
        ),
        migrations.AddConstraint(
            model_name='paperballot',
            constraint=models.UniqueConstraint(fields=('batch', 'number'), name='a_paper_ballot_is_settled_once'),
        ),
        # Going back would mean paper ballots without rules: restore a backup instead.
        migrations.RunSQL(RULES),
    ]
