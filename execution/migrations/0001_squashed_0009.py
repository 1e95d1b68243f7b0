"""The tables as migrations 0001 to 0009 leave them: thinking those through takes an empty database seconds."""

from decimal import Decimal
from django.conf import settings
from django.db import migrations, models
from importlib import import_module
import django.core.validators
import django.db.models.deletion
import django.utils.timezone
import uuid

trigger = import_module("proposals.migrations.0002_append_only").trigger

class Migration(migrations.Migration):
    initial = True
    replaces = [
        ('execution', '0001_initial'),
        ('execution', '0002_append_only'),
        ('execution', '0003_limits_and_backoff'),
        ('execution', '0004_ai_models'),
        ('execution', '0005_rehearsal'),
        ('execution', '0006_plans_and_windows'),
        ('execution', '0007_task_phases'),
        ('execution', '0008_copies_and_retention'),
        ('execution', '0009_narrow_indexes'),
    ]
    dependencies = [
        ('proposals', '0009_estimates_threads_looks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='ExecutionTask',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='tasks', to='proposals.proposal')),
                ('parent', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='children', to='execution.executiontask')),
                ('type', models.CharField(choices=[('idea_implementation', 'Idea implementation'), ('self_improvement', 'Self improvement'), ('implement_idea', 'Implement idea'), ('unknown', 'Unknown')], max_length=20)),
                ('kind', models.CharField(choices=[('file', 'File'), ('sql', 'SQL'), ('plan', 'Plan'), ('idea', 'Idea'), ('person', 'For a person'), ('draft', 'Draft by a model')], max_length=10)),
                ('description', models.TextField()),
                ('ai_model', models.CharField(blank=True, help_text='The model that wrote the change.', max_length=255)),
                ('priority', models.SmallIntegerField(default=0)),
                ('status', models.CharField(choices=[('queued', 'Queued'), ('leased', 'Leased'), ('running', 'Running'), ('waiting', 'Waiting'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('rolled_back', 'Rolled back')], default='queued', max_length=20)),
                ('payload', models.JSONField(default=dict)),
                ('approved_by', models.ForeignKey(blank=True, db_index=False, help_text='Empty when the policy let it go ahead.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='approved_tasks', to=settings.AUTH_USER_MODEL)),
                ('signature', models.CharField(blank=True, help_text='The same for the same action of any plan.', max_length=80)),
                ('same_as', models.ForeignKey(blank=True, db_index=False, help_text='The first task with this signature.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='repeats', to='execution.executiontask')),
                ('assignee', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='assigned_tasks', to=settings.AUTH_USER_MODEL)),
                ('due_on', models.DateField(blank=True, null=True)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('max_attempts', models.PositiveSmallIntegerField(default=3)),
                ('fence', models.PositiveIntegerField(default=0)),
                ('leased_by', models.CharField(blank=True, max_length=100)),
                ('lease_until', models.DateTimeField(blank=True, null=True)),
                ('not_before', models.DateTimeField(blank=True, help_text='When a retry may start.', null=True)),
                ('queued_at', models.DateTimeField()),
                ('started_at', models.DateTimeField(blank=True, null=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('result', models.JSONField(default=dict)),
                ('error', models.TextField(blank=True)),
                ('depends_on', models.ManyToManyField(blank=True, help_text='What must have succeeded first.', related_name='dependents', to='execution.executiontask')),
            ],
            options={
                'db_table': 'execution_tasks',
                'permissions': [('rollback_task', 'Can roll back executed tasks'), ('run_task', 'Can cancel, retry and complete tasks'), ('halt_execution', 'Can use the kill switch')],
                'indexes': [models.Index(condition=models.Q(('status', 'queued')), fields=['type', '-priority', 'id'], name='task_claim'), models.Index(condition=models.Q(('status__in', ['leased', 'running'])), fields=['lease_until'], name='task_lease'), models.Index(condition=models.Q(('signature', ''), _negated=True), fields=['signature', 'id'], name='task_by_signature'), models.Index(condition=models.Q(('status__in', ['leased', 'running']), _negated=True), fields=['status', '-id'], name='task_by_status'), models.Index(condition=models.Q(('parent__isnull', False)), fields=['parent', 'id'], name='task_parts'), models.Index(condition=models.Q(('same_as__isnull', False)), fields=['same_as', 'id'], name='task_repeats'), models.Index(condition=models.Q(('assignee__isnull', False)), fields=['assignee', '-id'], name='task_by_assignee'), models.Index(condition=models.Q(('approved_by__isnull', False)), fields=['approved_by', '-id'], name='task_by_approver')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('lease_until__isnull', False), ('status__in', ['leased', 'running'])), models.Q(models.Q(('status__in', ['leased', 'running']), _negated=True), ('lease_until__isnull', True)), _connector='OR'), name='task_lease_when_in_flight'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', False), ('status__in', ['succeeded', 'failed', 'cancelled', 'rolled_back'])), models.Q(models.Q(('status__in', ['succeeded', 'failed', 'cancelled', 'rolled_back']), _negated=True), ('finished_at__isnull', True)), _connector='OR'), name='task_ended_has_end'), models.UniqueConstraint(condition=models.Q(('parent__isnull', True)), fields=('proposal',), name='task_one_root_per_proposal')],
            },
        ),
        migrations.CreateModel(
            name='TaskEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='execution.executiontask')),
                ('name', models.CharField(max_length=40)),
                ('before', models.CharField(blank=True, choices=[('queued', 'Queued'), ('leased', 'Leased'), ('running', 'Running'), ('waiting', 'Waiting'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('rolled_back', 'Rolled back')], max_length=20)),
                ('after', models.CharField(choices=[('queued', 'Queued'), ('leased', 'Leased'), ('running', 'Running'), ('waiting', 'Waiting'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('cancelled', 'Cancelled'), ('rolled_back', 'Rolled back')], max_length=20)),
                ('attempt', models.PositiveSmallIntegerField(default=0)),
                ('actor_kind', models.CharField(max_length=10)),
                ('actor', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('note', models.TextField(blank=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['task', 'id'], name='task_event_timeline')],
            },
        ),
        migrations.CreateModel(
            name='AiModel',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.SlugField(help_text='What its drafts are signed with.', max_length=60, unique=True)),
                ('endpoint', models.CharField(help_text='Base address of the API, e.g. http://localhost:11434/v1', max_length=300, validators=[django.core.validators.URLValidator(schemes=['http', 'https'])])),
                ('remote_name', models.CharField(help_text='What the endpoint calls it.', max_length=200, verbose_name='name there')),
                ('key_variable', models.CharField(blank=True, help_text='The environment variable that holds the key, ending in _API_KEY. Empty: the endpoint asks for none.', max_length=100, validators=[django.core.validators.RegexValidator('^(?!STRIPE)[A-Z][A-Z0-9_]*_API_KEY\\Z', 'Name a variable that ends in _API_KEY.')])),
                ('drafts_ideas', models.BooleanField(default=True, verbose_name='may draft ideas')),
                ('drafts_actions', models.BooleanField(default=True, verbose_name='may draft actions of plans')),
                ('input_price', models.DecimalField(decimal_places=4, default=Decimal('0'), help_text='$ per million', max_digits=10, validators=[django.core.validators.MinValueValidator(0)])),
                ('output_price', models.DecimalField(decimal_places=4, default=Decimal('0'), help_text='$ per million', max_digits=10, validators=[django.core.validators.MinValueValidator(0)])),
                ('max_answer_tokens', models.PositiveIntegerField(default=4096, validators=[django.core.validators.MinValueValidator(1)])),
                ('timeout_seconds', models.PositiveIntegerField(default=120, validators=[django.core.validators.MinValueValidator(1)])),
                ('max_running', models.PositiveSmallIntegerField(default=1, help_text='Over all workers. 0: it is not called.', verbose_name='calls at once')),
                ('daily_budget', models.DecimalField(blank=True, decimal_places=2, help_text='$ per day, UTC. Empty: no limit.', max_digits=10, null=True)),
                ('priority', models.SmallIntegerField(default=0, help_text='Higher is asked first; the next when it fails. Equal ones share the work.')),
                ('is_active', models.BooleanField(default=True)),
            ],
            options={
                'verbose_name': 'AI model',
                'constraints': [models.CheckConstraint(condition=models.Q(('input_price__gte', 0), ('output_price__gte', 0), models.Q(('daily_budget__isnull', True), ('daily_budget__gte', 0), _connector='OR')), name='ai_model_amounts')],
            },
        ),
        migrations.CreateModel(
            name='ModelCall',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('model', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='calls', to='execution.aimodel')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='model_calls', to='execution.executiontask')),
                ('outcome', models.CharField(choices=[('open', 'Open'), ('answered', 'Answered'), ('unusable', 'Unusable answer'), ('failed', 'Failed')], default='open', max_length=10)),
                ('prompt_tokens', models.PositiveIntegerField(default=0)),
                ('answer_tokens', models.PositiveIntegerField(default=0)),
                ('cost', models.DecimalField(decimal_places=6, help_text='in dollars', max_digits=14)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('open_until', models.DateTimeField(help_text='After that, an open call is one whose worker died.')),
                ('duration_ms', models.PositiveIntegerField(null=True)),
                ('error', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'indexes': [models.Index(fields=['model', 'started_at'], name='model_call_spent')],
            },
        ),
        migrations.CreateModel(
            name='Draft',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='draft', to='execution.executiontask')),
                ('source', models.ForeignKey(help_text='The task that was to be drafted.', on_delete=django.db.models.deletion.PROTECT, related_name='drafts', to='execution.executiontask')),
                ('proposal', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='draft', to='proposals.proposal')),
                ('call', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='draft', to='execution.modelcall')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='ExecutionControl',
            fields=[
                ('id', models.PositiveSmallIntegerField(default=1, editable=False, primary_key=True, serialize=False)),
                ('is_halted', models.BooleanField(default=False)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('changed_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, to=settings.AUTH_USER_MODEL)),
                ('changed_at', models.DateTimeField(default=django.utils.timezone.now)),
            ],
            options={
                'verbose_name': 'kill switch',
                'verbose_name_plural': 'kill switch',
                'constraints': [models.CheckConstraint(condition=models.Q(('id', 1)), name='control_single_row')],
            },
        ),
        migrations.CreateModel(
            name='WorkerHeartbeat',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', models.CharField(max_length=100, unique=True)),
                ('started_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('beat_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('data', models.JSONField(default=dict)),
            ],
        ),
        migrations.CreateModel(
            name='Freeze',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('starts_at', models.DateTimeField(default=django.utils.timezone.now)),
                ('ends_at', models.DateTimeField()),
                ('reason', models.CharField(help_text='Every admin page shows it meanwhile.', max_length=200)),
                ('created_by', models.ForeignKey(editable=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
            ],
            options={
                'indexes': [models.Index(fields=['ends_at'], name='freeze_current')],
                'constraints': [models.CheckConstraint(condition=models.Q(('ends_at__gt', models.F('starts_at'))), name='freeze_ends_after_start', violation_error_message='A freeze ends after it starts.')],
            },
        ),
        migrations.CreateModel(
            name='TypeLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('type', models.CharField(choices=[('idea_implementation', 'Idea implementation'), ('self_improvement', 'Self improvement'), ('implement_idea', 'Implement idea'), ('unknown', 'Unknown')], max_length=20, unique=True)),
                ('max_running', models.PositiveSmallIntegerField(blank=True, help_text='Empty: no limit. 0: tasks of this type wait.', null=True)),
                ('priority', models.SmallIntegerField(default=0, help_text='Higher goes first, whatever the priority of its tasks.')),
            ],
        ),
        migrations.CreateModel(
            name='KindLimit',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('file', 'File'), ('sql', 'SQL'), ('plan', 'Plan'), ('idea', 'Idea'), ('person', 'For a person'), ('draft', 'Draft by a model')], max_length=10, unique=True)),
                ('max_running', models.PositiveSmallIntegerField(help_text='0: tasks of this kind wait.')),
            ],
        ),
        migrations.CreateModel(
            name='TaskPhase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='phases', to='execution.executiontask')),
                ('attempt', models.PositiveSmallIntegerField()),
                ('name', models.CharField(choices=[('rehearse', 'Rehearse'), ('compare', 'Compare'), ('apply', 'Apply'), ('verify', 'Verify'), ('check', 'Check'), ('commit', 'Commit'), ('push', 'Push'), ('write', 'Write'), ('ask', 'Ask the model'), ('submit', 'Submit')], max_length=10)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('milliseconds', models.PositiveIntegerField(help_text='Of a phase that took turns with another, the sum of its turns.', null=True)),
            ],
            options={
                'indexes': [models.Index(fields=['task', 'id'], name='task_phase_timeline')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('milliseconds__isnull', True)), models.Q(('ended_at__isnull', False), ('milliseconds__isnull', False)), _connector='OR'), name='task_phase_ended_has_milliseconds')],
            },
        ),
        migrations.CreateModel(
            name='PlanChoice',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('decision', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='plan_choice', to='proposals.decision')),
                ('left_out', models.JSONField(default=list)),
            ],
        ),
        migrations.CreateModel(
            name='RehearsalCertificate',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('public_id', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('proposal', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rehearsals', to='proposals.proposal')),
                ('content_hash', models.CharField(max_length=80)),
                ('sql_hash', models.CharField(max_length=80)),
                ('place', models.PositiveSmallIntegerField(default=0, help_text='Which SQL text of the proposal, from 0.')),
                ('result', models.CharField(choices=[('passed', 'Passed'), ('already_satisfied', 'Already satisfied'), ('not_representative', 'Not representative'), ('failed', 'Failed')], max_length=20)),
                ('error', models.TextField(blank=True)),
                ('doubt', models.TextField(blank=True, help_text='Why the rows of the copy prove little; empty when they prove enough.')),
                ('copied', models.JSONField(default=dict, help_text='How much of each table that it names or touches the copy held; masked columns.')),
                ('schema_before', models.CharField(blank=True, help_text='Fingerprint of the target; empty for a text that follows another.', max_length=80)),
                ('sizes', models.JSONField(default=dict, help_text='Digits of the row count, by table that it touches rows of.')),
                ('locks', models.JSONField(default=list, help_text='[table, mode], held until the commit.')),
                ('rows', models.JSONField(default=dict, help_text='Rows touched, by table.')),
                ('milliseconds', models.PositiveIntegerField(default=0, help_text='The whole rehearsal.')),
                ('held_milliseconds', models.PositiveIntegerField(default=0, help_text='How long the change held its locks.')),
                ('reversibility', models.PositiveSmallIntegerField(help_text='1 rollback proven, 2 restore proven, 3 neither.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('expires_at', models.DateTimeField()),
            ],
            options={
                'indexes': [models.Index(fields=['content_hash', 'sql_hash', '-id'], name='rehearsal_standing')],
                'constraints': [models.CheckConstraint(condition=models.Q(('reversibility__range', (1, 3))), name='rehearsal_reversibility_in_range')],
            },
        ),
        migrations.CreateModel(
            name='RollbackArtifact',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.OneToOneField(on_delete=django.db.models.deletion.PROTECT, related_name='rollback_artifact', to='execution.executiontask')),
                ('data', models.JSONField(help_text="Shape per kind, in its handler's docstring.")),
                ('proven_at', models.DateTimeField(help_text='When a rehearsal last undid the change with it.', null=True)),
                ('stale_since', models.DateTimeField(help_text='Since when it would not undo the change any more.', null=True)),
                ('stale_because', models.TextField(blank=True)),
                ('kept_bytes', models.BigIntegerField(default=0, help_text='What the target keeps for it, as last measured.')),
                ('let_go_at', models.DateTimeField(help_text='Since when what was kept is gone: there is no way back.', null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
        ),
        migrations.CreateModel(
            name='Rollback',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rollbacks', to='execution.executiontask')),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='rollbacks', to=settings.AUTH_USER_MODEL)),
                ('reason', models.TextField()),
                ('outcome', models.CharField(choices=[('done', 'Done'), ('refused', 'Refused')], max_length=10)),
                ('detail', models.TextField(blank=True)),
                ('result', models.JSONField(default=dict)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('outcome', 'done')), fields=('task',), name='rollback_once_per_task')],
            },
        ),
        migrations.CreateModel(
            name='RunRule',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('band', models.CharField(choices=[('block', 'block'), ('mitigate', 'mitigate'), ('clear', 'clear')], max_length=10, unique=True)),
                ('is_held', models.BooleanField(default=True, help_text='An approved proposal waits until a person runs it.', verbose_name='started by hand')),
                ('by_another', models.BooleanField(default=True, help_text='Who approved it may not be the one who runs it.', verbose_name='by another person')),
            ],
        ),
        *[trigger(table) for table in ("execution_taskevent", "execution_rollback")],
    ]
