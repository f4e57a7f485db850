import django.contrib.postgres.fields
import django.db.models.deletion
import uuid
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    initial = True

    dependencies = [
        ('people', '__first__'),
        ('places', '0001_initial'),
        ('rounds', '0001_initial'),
    ]

    operations = [
        migrations.CreateModel(
            name='Election',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='election', to='rounds.round')),
                ('origin', models.CharField(max_length=200, unique=True)),
                ('box_public_key', models.BinaryField(null=True)),
                ('sign_public_key', models.BinaryField(null=True)),
                ('test_ballot', models.BinaryField(null=True)),
                ('test_commitment', models.BinaryField(null=True)),
                ('config', models.JSONField(default=dict)),
                ('config_sha256', models.CharField(blank=True, max_length=64)),
                ('by_paper', models.BooleanField(default=False, verbose_name='people can vote on paper too')),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('rehearsed_at', models.DateTimeField(blank=True, null=True)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
                ('round_key_destroyed_at', models.DateTimeField(blank=True, null=True)),
                ('witness', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ballots_opened_at', models.DateTimeField(blank=True, null=True)),
                ('counted_at', models.DateTimeField(blank=True, null=True)),
                ('roll_counts', models.JSONField(blank=True, default=dict)),
                ('turnout', models.JSONField(blank=True, default=dict)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('opened_at__isnull', True), models.Q(('box_public_key__isnull', False), ('config_sha256__regex', '^[0-9a-f]{64}$'), ('rehearsed_at__isnull', False), ('sign_public_key__isnull', False)), _connector='OR'), name='an_election_opens_after_its_rehearsal'), models.CheckConstraint(condition=models.Q(('closed_at__isnull', True), ('opened_at__isnull', False), _connector='OR'), name='only_what_opened_closes'), models.CheckConstraint(condition=models.Q(('round_key_destroyed_at__isnull', True), models.Q(('closed_at__isnull', False), ('witness__isnull', False)), _connector='OR'), name='the_round_key_goes_before_a_witness'), models.CheckConstraint(condition=models.Q(('ballots_opened_at__isnull', True), ('round_key_destroyed_at__isnull', False), _connector='OR'), name='ballots_are_opened_when_no_slot_leads_to_a_voter'), models.CheckConstraint(condition=models.Q(('counted_at__isnull', True), ('ballots_opened_at__isnull', False), _connector='OR'), name='only_opened_ballots_are_counted')],
            },
        ),
        migrations.CreateModel(
            name='KeyHolder',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('election', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='key_holders', to='voting.election')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('which', models.PositiveSmallIntegerField(choices=[(1, 'accountable officer'), (2, 'community scrutineer'), (3, 'auditor')])),
                ('share_sha256', models.BinaryField()),
                ('given_at', models.DateTimeField(blank=True, null=True)),
                ('rehearsed_at', models.DateTimeField(blank=True, null=True)),
                ('opened_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['election', 'which'],
                'constraints': [models.UniqueConstraint(fields=('election', 'which'), name='three_shares'), models.UniqueConstraint(fields=('election', 'person'), name='one_share_a_person'), models.CheckConstraint(condition=models.Q(('which__in', [1, 2, 3])), name='shares_are_one_to_three')],
            },
        ),
        migrations.CreateModel(
            name='Checkpoint',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('election', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='checkpoints', to='voting.election')),
                ('size', models.PositiveBigIntegerField()),
                ('root', models.BinaryField()),
                ('note', models.TextField()),
                ('at', models.DateTimeField()),
            ],
            options={
                'ordering': ['election', 'size'],
                'constraints': [models.UniqueConstraint(fields=('election', 'size'), name='one_checkpoint_a_size')],
            },
        ),
        migrations.CreateModel(
            name='VoidRequest',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('election', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='void_requests', to='voting.election')),
                ('index', models.PositiveBigIntegerField()),
                ('reason', models.CharField(choices=[('court', 'a court or an ombudsman decided so'), ('twice', 'one person voted twice'), ('other-person', "somebody voted in another person's name"), ('not-eligible', 'the voter was not allowed to vote'), ('test', 'it was a test')], max_length=12, verbose_name='why')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('agreed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('agreed_at', models.DateTimeField(blank=True, null=True)),
                ('leaf', models.PositiveBigIntegerField(blank=True, null=True)),
            ],
            options={
                'ordering': ['election', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('election', 'index'), name='one_void_request_a_leaf'), models.CheckConstraint(condition=models.Q(('agreed_by__isnull', True), models.Q(('agreed_by', models.F('by')), _negated=True), _connector='OR'), name='two_officers_make_a_ballot_void'), models.CheckConstraint(condition=models.Q(models.Q(('agreed_by__isnull', True), ('leaf__isnull', True)), models.Q(('agreed_by__isnull', False), ('leaf__isnull', False)), _connector='OR'), name='a_void_leaf_has_two_officers')],
            },
        ),
        migrations.CreateModel(
            name='RollEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='roll', to='rounds.round')),
                ('person', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.SET_NULL, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('how', models.CharField(choices=[('posted_code', 'a code by post'), ('roll_code', 'a code from an uploaded roll'), ('roll_email', 'a link by e-mail, from an uploaded roll'), ('email_postcode', 'a link by e-mail, and a postcode'), ('sms', 'a code by text message'), ('oidc', 'a sign-in with a provider'), ('desk', 'in person at a desk')], max_length=14)),
                ('code_hash', models.BinaryField(blank=True, null=True)),
                ('email_hash', models.BinaryField(blank=True, null=True)),
                ('document_hash', models.BinaryField(blank=True, null=True)),
                ('area', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='places.area')),
                ('age_band', models.CharField(blank=True, max_length=10)),
                ('street', models.CharField(blank=True, max_length=10)),
                ('state', models.CharField(choices=[('invited', 'has a code or a link, not used yet'), ('eligible', 'has shown that they may vote'), ('voted', 'voted'), ('paper', 'votes on paper'), ('removed', 'taken off the roll')], default='invited', max_length=8)),
                ('day', models.DateField()),
            ],
            options={
                'verbose_name_plural': 'roll entries',
                'indexes': [models.Index(fields=['round', 'state'], name='roll_by_state')],
                'constraints': [models.UniqueConstraint(fields=('round', 'code_hash'), name='one_roll_entry_a_code'), models.UniqueConstraint(fields=('round', 'email_hash'), name='one_roll_entry_an_address'), models.UniqueConstraint(fields=('round', 'document_hash'), name='one_roll_entry_a_document'), models.UniqueConstraint(condition=models.Q(('person__isnull', False)), fields=('round', 'person'), name='one_roll_entry_a_person')],
            },
        ),
        migrations.CreateModel(
            name='Attempt',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('round', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='attempts', to='rounds.round')),
                ('how', models.CharField(choices=[('posted_code', 'a code by post'), ('roll_code', 'a code from an uploaded roll'), ('roll_email', 'a link by e-mail, from an uploaded roll'), ('email_postcode', 'a link by e-mail, and a postcode'), ('sms', 'a code by text message'), ('oidc', 'a sign-in with a provider'), ('desk', 'in person at a desk')], max_length=14)),
                ('let_in', models.BooleanField()),
                ('ip', models.GenericIPAddressField()),
                ('minute', models.DateTimeField()),
                ('subject_hash', models.BinaryField(null=True)),
                ('street', models.CharField(blank=True, max_length=10)),
            ],
            options={
                'indexes': [models.Index(fields=['round', 'minute'], name='attempts_by_minute')],
            },
        ),
        migrations.CreateModel(
            name='Tries',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('bucket', models.BinaryField()),
                ('window', models.DateTimeField()),
                ('count', models.PositiveIntegerField()),
            ],
            options={
                'verbose_name_plural': 'tries',
                'indexes': [models.Index(fields=['window'], name='tries_by_age')],
                'constraints': [models.UniqueConstraint(fields=('bucket', 'window'), name='one_count_a_stretch_of_time')],
            },
        ),
        migrations.CreateModel(
            name='EntryLink',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='entry_links', to='rounds.round')),
                ('how', models.CharField(choices=[('posted_code', 'a code by post'), ('roll_code', 'a code from an uploaded roll'), ('roll_email', 'a link by e-mail, from an uploaded roll'), ('email_postcode', 'a link by e-mail, and a postcode'), ('sms', 'a code by text message'), ('oidc', 'a sign-in with a provider'), ('desk', 'in person at a desk')], max_length=14)),
                ('token_hash', models.BinaryField(unique=True)),
                ('email_hash', models.BinaryField()),
                ('area', models.ForeignKey(null=True, on_delete=django.db.models.deletion.CASCADE, related_name='+', to='places.area')),
                ('street', models.CharField(blank=True, max_length=10)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['round', 'email_hash'], name='links_by_address')],
            },
        ),
        migrations.CreateModel(
            name='PhoneCode',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='phone_codes', to='rounds.round')),
                ('phone_hash', models.BinaryField()),
                ('code_hash', models.BinaryField()),
                ('tries', models.PositiveSmallIntegerField(default=0)),
                ('expires_at', models.DateTimeField()),
                ('used_at', models.DateTimeField(null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['round', 'phone_hash'], name='phone_codes_by_phone')],
            },
        ),
        migrations.CreateModel(
            name='TextSpending',
            fields=[
                ('day', models.DateField(primary_key=True, serialize=False)),
                ('texts', models.PositiveIntegerField(default=0)),
                ('pence', models.BigIntegerField(default=0)),
            ],
        ),
        migrations.CreateModel(
            name='PostcodeList',
            fields=[
                ('round', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, primary_key=True, related_name='postcode_list', serialize=False, to='rounds.round')),
                ('text', models.TextField()),
                ('rows', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='Head',
            fields=[
                ('election', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, primary_key=True, related_name='head', serialize=False, to='voting.election')),
                ('size', models.PositiveBigIntegerField(default=0)),
                ('root', models.BinaryField()),
                ('edge', django.contrib.postgres.fields.ArrayField(base_field=models.BinaryField(), default=list, size=None)),
                ('closed', models.BooleanField(default=False)),
            ],
        ),
        migrations.CreateModel(
            name='LogEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('election', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='events', to='voting.election')),
                ('index', models.PositiveBigIntegerField()),
                ('kind', models.CharField(choices=[('open', 'Open'), ('keys', 'Keys'), ('cast', 'Cast'), ('paper', 'Paper'), ('void', 'Void'), ('close', 'Close'), ('tally', 'Tally')], max_length=5)),
                ('leaf', models.BinaryField()),
                ('leaf_hash', models.BinaryField()),
                ('nodes', models.BinaryField(default=b'')),
                ('refers', models.PositiveBigIntegerField(blank=True, null=True)),
            ],
            options={
                'ordering': ['election', 'index'],
                'constraints': [models.UniqueConstraint(fields=('election', 'index'), name='one_leaf_an_index'), models.UniqueConstraint(condition=models.Q(('kind', 'void')), fields=('election', 'refers'), name='a_ballot_is_void_once'), models.UniqueConstraint(condition=models.Q(('kind', 'cast')), fields=('election', 'refers'), name='a_ballot_is_replaced_once'), models.UniqueConstraint(condition=models.Q(('kind__in', ['open', 'keys', 'close', 'tally'])), fields=('election', 'kind'), name='an_election_opens_and_closes_once')],
            },
        ),
        migrations.CreateModel(
            name='SealedBallot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('election', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='voting.election')),
                ('index', models.PositiveBigIntegerField()),
                ('commitment', models.BinaryField()),
                ('sealed', models.BinaryField()),
            ],
            options={
                'ordering': ['election', 'index'],
                'constraints': [models.UniqueConstraint(fields=('election', 'index'), name='one_sealed_ballot_a_leaf'), models.UniqueConstraint(fields=('election', 'commitment'), name='one_sealed_ballot_a_commitment')],
            },
        ),
        migrations.CreateModel(
            name='Slot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('election', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='slots', to='voting.election')),
                ('slot', models.BinaryField()),
                ('revision', models.PositiveIntegerField()),
                ('index', models.PositiveBigIntegerField()),
            ],
            options={
                'ordering': ['election', 'slot', 'revision'],
                'constraints': [models.UniqueConstraint(fields=('election', 'slot', 'revision'), name='one_person_one_ballot'), models.UniqueConstraint(fields=('election', 'index'), name='one_slot_a_leaf')],
            },
        ),
        migrations.CreateModel(
            name='SlotLock',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('election', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='slot_locks', to='voting.election')),
                ('slot', models.BinaryField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('election', 'slot'), name='a_slot_is_locked_once')],
            },
        ),
        migrations.CreateModel(
            name='FormToken',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('election', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='form_tokens', to='voting.election')),
                ('token_hash', models.BinaryField()),
                ('index', models.PositiveBigIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('election', 'token_hash'), name='one_ballot_a_form'), models.UniqueConstraint(fields=('election', 'index'), name='one_form_a_leaf')],
            },
        ),
        migrations.CreateModel(
            name='PaperClerk',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('round', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.CASCADE, related_name='paper_clerks', to='rounds.round')),
                ('person', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('named_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('round', 'person'), name='a_clerk_is_named_once'), models.CheckConstraint(condition=models.Q(('person', models.F('named_by')), _negated=True), name='nobody_names_themselves_clerk')],
            },
        ),
        migrations.CreateModel(
            name='DeskVisit',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='desk_visits', to='rounds.round')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='desk_visits', to='voting.rollentry')),
                ('shown', models.CharField(choices=[('letter', 'a letter with a voting code'), ('passport', 'a passport'), ('licence', 'a driving licence'), ('card', 'another card with a photo')], max_length=8)),
                ('gave', models.CharField(choices=[('paper', 'a ballot paper'), ('code', 'a code for the tablet or at home')], max_length=5)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('day', models.DateField()),
            ],
        ),
        migrations.CreateModel(
            name='LetterRun',
            fields=[
                ('id', models.UUIDField(default=uuid.uuid4, editable=False, primary_key=True, serialize=False)),
                ('round', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='letter_runs', to='rounds.round')),
                ('letters', models.PositiveIntegerField()),
                ('parts', models.PositiveIntegerField(default=0)),
                ('language', models.CharField(max_length=10)),
                ('large', models.BooleanField(default=False)),
                ('public_key', models.BinaryField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('made_at', models.DateTimeField(auto_now_add=True)),
                ('gone_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'ordering': ['-made_at'],
                'constraints': [models.CheckConstraint(condition=models.Q(('letters__gt', 0)), name='a_run_has_letters')],
            },
        ),
        migrations.CreateModel(
            name='PaperEnvelope',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('election', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='envelopes', to='voting.election')),
                ('entry', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='envelopes', to='voting.rollentry')),
                ('via', models.CharField(choices=[('post', 'an envelope'), ('desk', 'given at a desk')], default='post', max_length=4)),
                ('state', models.CharField(choices=[('checked', 'checked, not opened yet'), ('opened', 'opened'), ('refused', 'sent back')], default='checked', max_length=7)),
                ('reason', models.CharField(blank=True, max_length=300)),
                ('checked_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('day', models.DateField()),
            ],
            options={
                'ordering': ['election', 'pk'],
                'constraints': [models.UniqueConstraint(condition=models.Q(('state', 'refused'), _negated=True), fields=('election', 'entry'), name='one_envelope_a_voter'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'opened'), _negated=True), models.Q(('ended_by__isnull', False), models.Q(('ended_by', models.F('checked_by')), _negated=True)), _connector='OR'), name='two_officers_open_an_envelope'), models.CheckConstraint(condition=models.Q(models.Q(('state', 'refused'), _negated=True), models.Q(('ended_by__isnull', False), models.Q(('reason', ''), _negated=True)), _connector='OR'), name='an_envelope_sent_back_says_why')],
            },
        ),
        migrations.CreateModel(
            name='PaperBatch',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('election', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='batches', to='voting.election')),
                ('number', models.PositiveIntegerField()),
                ('envelopes', models.PositiveIntegerField()),
                ('opened_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('day', models.DateField()),
            ],
            options={
                'verbose_name_plural': 'paper batches',
                'ordering': ['election', 'number'],
                'constraints': [models.UniqueConstraint(fields=('election', 'number'), name='one_batch_a_number'), models.CheckConstraint(condition=models.Q(('envelopes__gt', 0)), name='a_batch_holds_ballots')],
            },
        ),
        migrations.CreateModel(
            name='PaperKeying',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='keyings', to='voting.paperbatch')),
                ('number', models.PositiveIntegerField()),
                ('officer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('look', models.PositiveSmallIntegerField(default=1)),
                ('mark', models.BinaryField()),
            ],
            options={
                'ordering': ['batch', 'number', 'pk'],
                'constraints': [models.UniqueConstraint(fields=('batch', 'number', 'officer', 'look'), name='an_officer_keys_a_ballot_once')],
            },
        ),
        migrations.CreateModel(
            name='PaperBallot',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('batch', models.ForeignKey(db_index=False, on_delete=django.db.models.deletion.PROTECT, related_name='ballots', to='voting.paperbatch')),
                ('number', models.PositiveIntegerField()),
                ('one', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='voting.paperkeying')),
                ('other', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='voting.paperkeying')),
                ('spoilt', models.CharField(blank=True, choices=[('empty', 'nothing is marked'), ('unclear', 'the marks are unclear'), ('too-many', 'more is marked than the rules allow'), ('named', 'it says who the voter is'), ('foreign', 'it is not a ballot of this round'), ('several', 'there was more than one ballot in the envelope'), ('missing', 'there was no ballot in the envelope')], max_length=8)),
            ],
            options={
                'ordering': ['batch', 'number'],
                'constraints': [models.UniqueConstraint(fields=('batch', 'number'), name='a_paper_ballot_is_settled_once')],
            },
        ),
    ]
