import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('execution', '0006_plans_and_windows'),
    ]

    operations = [
        migrations.CreateModel(
            name='TaskPhase',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('attempt', models.PositiveSmallIntegerField()),
                ('name', models.CharField(choices=[('rehearse', 'Rehearse'), ('compare', 'Compare'), ('apply', 'Apply'), ('verify', 'Verify'), ('check', 'Check'), ('commit', 'Commit'), ('push', 'Push'), ('write', 'Write'), ('ask', 'Ask the model'), ('submit', 'Submit')], max_length=10)),
                ('started_at', models.DateTimeField()),
                ('ended_at', models.DateTimeField(null=True)),
                ('milliseconds', models.PositiveIntegerField(help_text='Of a phase that took turns with another, the sum of its turns.', null=True)),
                ('task', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='phases', to='execution.executiontask')),
            ],
            options={
                'indexes': [models.Index(fields=['task', 'id'], name='task_phase_timeline')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('milliseconds__isnull', True)), models.Q(('ended_at__isnull', False), ('milliseconds__isnull', False)), _connector='OR'), name='task_phase_ended_has_milliseconds')],
            },
        ),
    ]
