"""The tables as migrations 0001 to 0009 leave them: thinking those through takes an empty database seconds."""

from django.conf import settings
from django.db import migrations, models
from importlib import import_module
import django.contrib.auth.models
import django.contrib.auth.validators
import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
import django.utils.timezone

append_only = import_module("proposals.migrations.0002_append_only")
TABLES = (*append_only.TABLES, "proposals_mitigationcheck", "proposals_estimate", "proposals_linecomment")

class Migration(migrations.Migration):
    initial = True
    replaces = [
        ('proposals', '0001_initial'),
        ('proposals', '0002_append_only'),
        ('proposals', '0003_hindsight'),
        ('proposals', '0004_repetition'),
        ('proposals', '0005_measured'),
        ('proposals', '0006_waivers'),
        ('proposals', '0007_mitigation_checks'),
        ('proposals', '0008_measurements'),
        ('proposals', '0009_estimates_threads_looks'),
    ]
    dependencies = [
        ('auth', '0012_alter_user_first_name_max_length'),
    ]
    operations = [
        migrations.CreateModel(
            name='User',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('password', models.CharField(max_length=128, verbose_name='password')),
                ('last_login', models.DateTimeField(blank=True, null=True, verbose_name='last login')),
                ('is_superuser', models.BooleanField(default=False, help_text='Designates that this user has all permissions without explicitly assigning them.', verbose_name='superuser status')),
                ('username', models.CharField(error_messages={'unique': 'A user with that username already exists.'}, help_text='Required. 150 characters or fewer. Letters, digits and @/./+/-/_ only.', max_length=150, unique=True, validators=[django.contrib.auth.validators.UnicodeUsernameValidator()], verbose_name='username')),
                ('first_name', models.CharField(blank=True, max_length=150, verbose_name='first name')),
                ('last_name', models.CharField(blank=True, max_length=150, verbose_name='last name')),
                ('email', models.EmailField(blank=True, max_length=254, verbose_name='email address')),
                ('is_staff', models.BooleanField(default=False, help_text='Designates whether the user can log into this admin site.', verbose_name='staff status')),
                ('is_active', models.BooleanField(default=True, help_text='Designates whether this user should be treated as active. Unselect this instead of deleting accounts.', verbose_name='active')),
                ('date_joined', models.DateTimeField(default=django.utils.timezone.now, verbose_name='date joined')),
                ('kind', models.CharField(choices=[('person', 'Person'), ('service', 'Service'), ('model', 'AI model')], default='person', help_text='Services and AI models may submit proposals. They never approve one, whatever their permissions.', max_length=10)),
                ('groups', models.ManyToManyField(blank=True, help_text='The groups this user belongs to. A user will get all permissions granted to each of their groups.', related_name='user_set', related_query_name='user', to='auth.group', verbose_name='groups')),
                ('user_permissions', models.ManyToManyField(blank=True, help_text='Specific permissions for this user.', related_name='user_set', related_query_name='user', to='auth.permission', verbose_name='user permissions')),
            ],
            options={
                'verbose_name': 'user',
                'verbose_name_plural': 'users',
                'abstract': False,
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['person', 'service', 'model'])), name='account_kind_known')],
            },
            managers=[
                ('objects', django.contrib.auth.models.UserManager()),
            ],
        ),
        migrations.CreateModel(
            name='PolicyVersion',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField(unique=True)),
                ('document', models.JSONField(help_text='The rules as JSON; see docs/policy.md for what each key means.')),
                ('note', models.CharField(help_text='Why this version was made.', max_length=500)),
                ('created_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name': 'policy version',
            },
        ),
        migrations.CreateModel(
            name='Assessment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('content_hash', models.CharField(max_length=80)),
                ('policy', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, to='proposals.policyversion')),
                ('gate_version', models.CharField(max_length=40)),
                ('waivers', models.CharField(blank=True, help_text='Hash of the waived findings; empty without one.', max_length=80)),
                ('is_mitigated', models.BooleanField(default=False, help_text="Whether a mitigation's check ran and passed.")),
                ('measured', models.PositiveSmallIntegerField(default=0, help_text='The reversibility a rehearsal measured; 0: none.')),
                ('measurements', models.CharField(blank=True, help_text='Hash of what was measured outside of the content; empty without any.', max_length=80)),
                ('outcome', models.CharField(choices=[('returned', 'Returned'), ('blocked', 'Blocked'), ('needs_mitigation', 'Needs mitigation'), ('cleared', 'Cleared')], max_length=20)),
                ('band', models.CharField(choices=[('block', 'Block'), ('mitigate', 'Mitigate'), ('clear', 'Clear')], max_length=10)),
                ('likelihood', models.PositiveSmallIntegerField()),
                ('damage', models.PositiveSmallIntegerField()),
                ('reversibility', models.PositiveSmallIntegerField()),
                ('severity', models.PositiveSmallIntegerField()),
                ('evidence', models.JSONField(default=dict, help_text='One sentence for each of likelihood, damage, reversibility.')),
                ('decided_by', models.TextField(help_text='The floor, threshold or rule that decided.')),
                ('headline', models.TextField()),
                ('effect', models.TextField()),
                ('worst_case', models.TextField()),
                ('way_back', models.TextField()),
                ('distance', models.JSONField(blank=True, default=dict, help_text='How far from the next band; empty when blocked.')),
                ('retrospective', models.JSONField(blank=True, default=dict, help_text='The FSAR sections with something to say.')),
                ('truth', models.JSONField(blank=True, default=dict, help_text='Assumptions, unknowns and falsifiable claims.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('content_hash', 'policy', 'gate_version', 'measured', 'waivers', 'is_mitigated', 'measurements'), name='assessment_once_per_content'), models.CheckConstraint(condition=models.Q(('damage__range', (1, 5)), ('likelihood__range', (1, 5)), ('measured__range', (0, 3)), ('reversibility__range', (1, 3))), name='assessment_factors_in_range')],
            },
        ),
        migrations.CreateModel(
            name='Finding',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='findings', to='proposals.assessment')),
                ('rule_id', models.CharField(max_length=100)),
                ('level', models.CharField(choices=[('note', 'Note'), ('warning', 'Warning'), ('error', 'Error')], max_length=10)),
                ('effect', models.CharField(max_length=10)),
                ('message', models.TextField()),
                ('remedy', models.TextField()),
                ('artifact', models.CharField(blank=True, help_text='What the lines count in: the report or the file.', max_length=10)),
                ('start_line', models.PositiveIntegerField(null=True)),
                ('end_line', models.PositiveIntegerField(null=True)),
                ('fingerprint', models.CharField(max_length=80)),
                ('is_waived', models.BooleanField(default=False)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('artifact', ''), ('end_line__isnull', True), ('start_line__isnull', True)), models.Q(('end_line__gte', models.F('start_line')), ('start_line__gte', 1), models.Q(('artifact', ''), _negated=True)), _connector='OR'), name='finding_lines_paired')],
            },
        ),
        migrations.CreateModel(
            name='Opportunity',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=200, unique=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name_plural': 'opportunities',
            },
        ),
        migrations.CreateModel(
            name='RequestGroup',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.CharField(max_length=210, unique=True)),
                ('kind', models.CharField(choices=[('effect', 'Same effect'), ('text', 'Near-duplicate text')], max_length=10)),
                ('title', models.CharField(max_length=200)),
                ('voices', models.PositiveIntegerField(default=0)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('kind__in', ['effect', 'text'])), name='request_group_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Proposal',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('report_id', models.CharField(max_length=100, unique=True, verbose_name='report id')),
                ('type', models.CharField(choices=[('idea_implementation', 'Idea implementation'), ('self_improvement', 'Self improvement'), ('implement_idea', 'Implement idea'), ('unknown', 'Unknown')], max_length=20)),
                ('title', models.CharField(max_length=200)),
                ('text', models.TextField()),
                ('path', models.TextField(blank=True)),
                ('reported_at', models.DateTimeField()),
                ('reported_severity', models.PositiveSmallIntegerField()),
                ('reported_block', models.BooleanField()),
                ('received', models.BinaryField()),
                ('received_form', models.CharField(choices=[('markdown', 'markdown'), ('json', 'json')], max_length=10)),
                ('report_hash', models.CharField(max_length=80)),
                ('content_hash', models.CharField(max_length=80)),
                ('duplicate_of', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='duplicates', to='proposals.proposal')),
                ('measurements', models.JSONField(blank=True, default=list, help_text='What was measured of it outside of its text before it was judged.')),
                ('submitted_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='submissions', to=settings.AUTH_USER_MODEL)),
                ('submitted_at', models.DateTimeField(auto_now_add=True)),
                ('source', models.CharField(choices=[('api', 'API'), ('command', 'Import command'), ('admin', 'Admin upload'), ('producer', 'Own producer')], max_length=10)),
                ('opportunity', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='proposals.opportunity')),
                ('group', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='proposals.requestgroup')),
                ('status', models.CharField(choices=[('received', 'Received'), ('duplicate', 'Duplicate'), ('returned', 'Returned'), ('blocked', 'Blocked'), ('needs_mitigation', 'Needs mitigation'), ('cleared', 'Cleared'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired'), ('executed', 'Executed'), ('failed', 'Failed'), ('rolled_back', 'Rolled back')], default='received', max_length=20)),
                ('status_changed_at', models.DateTimeField()),
                ('assessment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='proposals', to='proposals.assessment')),
                ('band', models.CharField(blank=True, choices=[('block', 'block'), ('mitigate', 'mitigate'), ('clear', 'clear')], max_length=10)),
                ('severity', models.PositiveSmallIntegerField(null=True)),
                ('claimed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='claims', to=settings.AUTH_USER_MODEL)),
                ('claimed_at', models.DateTimeField(blank=True, null=True)),
                ('expires_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'permissions': [('decide_proposal', 'Can approve, reject, send back and reopen proposals'), ('claim_proposal', 'Can claim proposals for review')],
                'indexes': [models.Index(condition=models.Q(('status__in', ['blocked', 'needs_mitigation'])), fields=['-severity', 'id'], name='proposal_queue'), models.Index(fields=['status', '-id'], name='proposal_by_status'), models.Index(fields=['content_hash'], name='proposal_by_content'), models.Index(condition=models.Q(('status__in', ['executed', 'failed', 'rejected', 'rolled_back'])), fields=['submitted_by', '-id'], name='proposal_by_producer'), models.Index(condition=models.Q(('status__in', ['blocked', 'cleared', 'needs_mitigation', 'returned'])), fields=['expires_at'], name='proposal_expiring')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status', 'received'), models.Q(('assessment__isnull', False), ('severity__isnull', False), models.Q(('band', ''), _negated=True)), _connector='OR'), name='proposal_assessed_past_received'), models.CheckConstraint(condition=models.Q(models.Q(('duplicate_of__isnull', False), ('status', 'duplicate')), models.Q(models.Q(('status', 'duplicate'), _negated=True), ('duplicate_of__isnull', True)), _connector='OR'), name='proposal_duplicate_links'), models.CheckConstraint(condition=models.Q(models.Q(('claimed_at__isnull', True), ('claimed_by__isnull', True)), models.Q(('claimed_at__isnull', False), ('claimed_by__isnull', False)), _connector='OR'), name='proposal_claim_paired')],
            },
        ),
        migrations.CreateModel(
            name='ContentSignature',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.CASCADE, related_name='signature', to='proposals.proposal')),
                ('values', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
                ('bands', django.contrib.postgres.fields.ArrayField(base_field=models.BigIntegerField(), size=None)),
            ],
            options={
                'indexes': [django.contrib.postgres.indexes.GinIndex(fields=['bands'], name='signature_bands')],
            },
        ),
        migrations.CreateModel(
            name='RequestedAction',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='requests', to='proposals.proposal')),
                ('kind', models.CharField(choices=[('effect', 'Effect'), ('title', 'Title of an item')], max_length=10)),
                ('key', models.CharField(max_length=200)),
                ('words', models.CharField(max_length=200)),
                ('line', models.PositiveIntegerField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('key', 'proposal'), name='requested_action_once'), models.CheckConstraint(condition=models.Q(('kind__in', ['effect', 'title'])), name='requested_action_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Decision',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='proposals.proposal')),
                ('kind', models.CharField(choices=[('approve', 'Approved'), ('reject', 'Rejected'), ('send_back', 'Sent back')], max_length=10)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to=settings.AUTH_USER_MODEL)),
                ('note', models.TextField(blank=True)),
                ('content_hash', models.CharField(max_length=80)),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='decisions', to='proposals.assessment')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('kind', 'approve')), fields=('proposal', 'assessment', 'by'), name='decision_one_approval_per_person'), models.CheckConstraint(condition=models.Q(('kind__in', ['approve', 'reject', 'send_back'])), name='decision_kind_known')],
            },
        ),
        migrations.CreateModel(
            name='Estimate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='estimates', to='proposals.proposal')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='proposals.assessment')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='estimates', to=settings.AUTH_USER_MODEL)),
                ('likelihood', models.PositiveSmallIntegerField()),
                ('damage', models.PositiveSmallIntegerField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('proposal', 'by', 'assessment'), name='estimate_once_per_person'), models.CheckConstraint(condition=models.Q(('damage__range', (1, 5)), ('likelihood__range', (1, 5))), name='estimate_in_range')],
            },
        ),
        migrations.CreateModel(
            name='ProposalEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='proposals.proposal')),
                ('name', models.CharField(max_length=40)),
                ('before', models.CharField(blank=True, choices=[('received', 'Received'), ('duplicate', 'Duplicate'), ('returned', 'Returned'), ('blocked', 'Blocked'), ('needs_mitigation', 'Needs mitigation'), ('cleared', 'Cleared'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired'), ('executed', 'Executed'), ('failed', 'Failed'), ('rolled_back', 'Rolled back')], max_length=20)),
                ('after', models.CharField(choices=[('received', 'Received'), ('duplicate', 'Duplicate'), ('returned', 'Returned'), ('blocked', 'Blocked'), ('needs_mitigation', 'Needs mitigation'), ('cleared', 'Cleared'), ('approved', 'Approved'), ('rejected', 'Rejected'), ('withdrawn', 'Withdrawn'), ('expired', 'Expired'), ('executed', 'Executed'), ('failed', 'Failed'), ('rolled_back', 'Rolled back')], max_length=20)),
                ('actor_kind', models.CharField(choices=[('person', 'Person'), ('service', 'Service'), ('model', 'AI model'), ('policy', 'Policy'), ('system', 'System')], max_length=10)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('policy', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to='proposals.policyversion')),
                ('note', models.TextField(blank=True)),
                ('data', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['proposal', 'id'], name='event_timeline')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('actor__isnull', False), ('actor_kind__in', ['person', 'service', 'model'])), models.Q(('actor__isnull', True), ('actor_kind', 'policy'), ('policy__isnull', False)), models.Q(('actor__isnull', True), ('actor_kind', 'system')), _connector='OR'), name='event_actor_matches_kind')],
            },
        ),
        migrations.CreateModel(
            name='LineThread',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='threads', to='proposals.proposal')),
                ('artifact', models.CharField(choices=[('content', 'file'), ('report', 'text')], help_text='What the line counts in.', max_length=10)),
                ('line', models.PositiveIntegerField()),
                ('started_by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('blocked_by', models.ForeignKey(blank=True, help_text='Who said that nothing goes ahead before this is resolved.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('resolved_at', models.DateTimeField(blank=True, null=True)),
                ('resolved_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('artifact__in', ['content', 'report'])), name='thread_artifact_known'), models.CheckConstraint(condition=models.Q(('line__gte', 1)), name='thread_line_from_one'), models.CheckConstraint(condition=models.Q(models.Q(('resolved_at__isnull', True), ('resolved_by__isnull', True)), models.Q(('resolved_at__isnull', False), ('resolved_by__isnull', False)), _connector='OR'), name='thread_resolved_paired')],
            },
        ),
        migrations.CreateModel(
            name='LineComment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('thread', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='comments', to='proposals.linethread')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('text', models.TextField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Look',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='looks', to='proposals.proposal')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.CASCADE, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('assessment', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='proposals.assessment')),
                ('event', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='proposals.proposalevent')),
                ('looked_at', models.DateTimeField()),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('proposal', 'by'), name='look_one_per_person')],
            },
        ),
        migrations.CreateModel(
            name='MitigationCheck',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='mitigation_checks', to='proposals.proposal')),
                ('assessment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to='proposals.assessment')),
                ('mitigation', models.TextField(help_text='What the check proves, in words.')),
                ('statement', models.TextField(help_text='One SELECT of one boolean, asked of the target read-only.')),
                ('passed', models.BooleanField()),
                ('detail', models.TextField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('ran_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['proposal', '-id'], name='check_of_proposal')],
            },
        ),
        migrations.CreateModel(
            name='Waiver',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waivers', to='proposals.proposal')),
                ('fingerprint', models.CharField(max_length=80)),
                ('rule_id', models.CharField(max_length=100)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='waivers', to=settings.AUTH_USER_MODEL)),
                ('reason', models.TextField()),
                ('ends_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('ended_at', models.DateTimeField(blank=True, help_text='When it was revoked, or ended by its date.', null=True)),
                ('ended_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'permissions': [('waive_finding', 'Can waive findings and revoke waivers')],
                'indexes': [models.Index(condition=models.Q(('ended_at', None)), fields=['ends_at'], name='waiver_ending')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('ended_at', None)), fields=('proposal', 'fingerprint'), name='waiver_one_standing'), models.CheckConstraint(condition=models.Q(('ended_by__isnull', True), ('ended_at__isnull', False), _connector='OR'), name='waiver_ended_by_paired'), models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('created_at'))), name='waiver_ends_later')],
            },
        ),
        migrations.RunSQL(append_only.FUNCTION, "DROP FUNCTION fsarsite_refuse_change();"),
        *[append_only.trigger(table) for table in TABLES],
    ]
