"""Experiments with their variants and allocations; showings point at the variant that was shown."""

import billing.models.experiment
import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0007_customer_events'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name='Experiment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('slug', models.SlugField(max_length=40, unique=True)),
                ('question', models.CharField(help_text='What it should tell.', max_length=240)),
                ('salt', models.CharField(default=billing.models.experiment.new_salt, editable=False, max_length=32)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('running', 'Running'), ('ended', 'Ended')], default='draft', editable=False, max_length=10)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('ended_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='experiments', to='billing.offer')),
            ],
        ),
        migrations.CreateModel(
            name='Variant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('key', models.SlugField(max_length=40)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('summary', models.CharField(blank=True, max_length=240)),
                ('description', models.TextField(blank=True)),
                ('experiment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='variants', to='billing.experiment')),
                ('price', models.ForeignKey(blank=True, help_text="In place of the offer's price in the same currency; best one that is not active.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.price')),
            ],
        ),
        migrations.CreateModel(
            name='Allocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('version', models.PositiveIntegerField()),
                ('weights', models.JSONField()),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('experiment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='billing.experiment')),
            ],
        ),
        migrations.AddConstraint(
            model_name='experiment',
            constraint=models.UniqueConstraint(condition=models.Q(('status', 'running')), fields=('offer',), name='experiment_one_running_per_offer'),
        ),
        migrations.AddConstraint(
            model_name='experiment',
            constraint=models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('started_at__isnull', True), ('status', 'draft')), models.Q(('ended_at__isnull', True), ('started_at__isnull', False), ('status', 'running')), models.Q(('ended_at__isnull', False), ('started_at__isnull', False), ('status', 'ended')), _connector='OR'), name='experiment_times'),
        ),
        migrations.AddConstraint(
            model_name='variant',
            constraint=models.UniqueConstraint(fields=('experiment', 'key'), name='variant_key_per_experiment'),
        ),
        migrations.AddConstraint(
            model_name='allocation',
            constraint=models.UniqueConstraint(fields=('experiment', 'version'), name='allocation_version'),
        ),
        migrations.AddField(
            model_name='exposure',
            name='arm',
            field=models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exposures', to='billing.variant'),
        ),
        migrations.AddIndex(
            model_name='exposure',
            index=models.Index(condition=models.Q(('arm__isnull', False)), fields=['arm'], name='exposure_of_arm'),
        ),
        migrations.RunSQL(
            "CREATE TRIGGER billing_allocation_append_only BEFORE UPDATE OR DELETE ON billing_allocation "
            "FOR EACH ROW EXECUTE FUNCTION fsarsite_refuse_change();",
            "DROP TRIGGER billing_allocation_append_only ON billing_allocation;",
        ),
    ]
