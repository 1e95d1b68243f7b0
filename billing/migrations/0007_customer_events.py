"""Who took out or erased a customer's data, kept append-only."""

import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('billing', '0006_daily_revenue'),
        ('proposals', '0002_append_only'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.AlterModelOptions(
            name='customer',
            options={'permissions': [('export_customer', 'Can export all data of a customer'), ('erase_customer', "Can erase a customer's data")]},
        ),
        migrations.CreateModel(
            name='CustomerEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('kind', models.CharField(choices=[('exported', 'Data exported'), ('erased', 'Data erased'), ('erased_at_stripe', 'Deleted at Stripe')], max_length=20)),
                ('reason', models.CharField(max_length=500)),
                ('at', models.DateTimeField(auto_now_add=True)),
                ('by', models.ForeignKey(blank=True, help_text='None: a command.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='billing.customer')),
            ],
            options={
                'indexes': [models.Index(fields=['customer', 'at'], name='customer_event_timeline')],
            },
        ),
        migrations.RunSQL(
            "CREATE TRIGGER billing_customerevent_append_only BEFORE UPDATE OR DELETE ON billing_customerevent "
            "FOR EACH ROW EXECUTE FUNCTION fsarsite_refuse_change();",
            "DROP TRIGGER billing_customerevent_append_only ON billing_customerevent;",
        ),
    ]
