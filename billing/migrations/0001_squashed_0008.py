"""The tables as migrations 0001 to 0008 leave them: thinking those through takes an empty database seconds."""

from django.conf import settings
from django.db import migrations, models
from importlib import import_module
import billing.encryption
import billing.models.experiment
import billing.models.order
import django.db.models.deletion
import django.db.models.expressions
import uuid

append_only = import_module("billing.migrations.0003_append_only")
daily_revenue = import_module("billing.migrations.0006_daily_revenue")
TABLES = (*append_only.TABLES, "billing_revenueprojection", "billing_customerevent", "billing_allocation")

class Migration(migrations.Migration):
    initial = True
    replaces = [
        ('billing', '0001_initial'),
        ('billing', '0002_orders'),
        ('billing', '0003_append_only'),
        ('billing', '0004_resend_receipt'),
        ('billing', '0005_money'),
        ('billing', '0006_daily_revenue'),
        ('billing', '0007_customer_events'),
        ('billing', '0008_experiments'),
    ]
    dependencies = [
        ('proposals', '0009_estimates_threads_looks'),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]
    operations = [
        migrations.CreateModel(
            name='Customer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('name', billing.encryption.EncryptedTextField(blank=True)),
                ('email', billing.encryption.EncryptedTextField(blank=True)),
                ('email_index', models.CharField(blank=True, editable=False, help_text='Keyed hash; none when erased.', max_length=64, null=True, unique=True)),
                ('stripe_id', models.CharField(blank=True, max_length=255, null=True, unique=True)),
                ('anonymised_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'db_table': 'customers',
                'permissions': [('export_customer', 'Can export all data of a customer'), ('erase_customer', "Can erase a customer's data")],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('anonymised_at__isnull', True), ('email_index__isnull', False)), models.Q(('anonymised_at__isnull', False), ('email_index__isnull', True)), _connector='OR'), name='customer_anonymised_has_no_index')],
            },
        ),
        migrations.CreateModel(
            name='CustomerEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='billing.customer')),
                ('kind', models.CharField(choices=[('exported', 'Data exported'), ('erased', 'Data erased'), ('erased_at_stripe', 'Deleted at Stripe')], max_length=20)),
                ('reason', models.CharField(max_length=500)),
                ('by', models.ForeignKey(blank=True, help_text='None: a command.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['customer', 'at'], name='customer_event_timeline')],
            },
        ),
        migrations.CreateModel(
            name='WebhookDelivery',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('event_id', models.CharField(max_length=255, unique=True)),
                ('event_type', models.CharField(max_length=100)),
                ('object_id', models.CharField(max_length=255)),
                ('order_reference', models.CharField(blank=True, help_text='Filled in when it was processed.', max_length=64)),
                ('payload', models.JSONField()),
                ('signature_digest', models.CharField(help_text='SHA-256 of the signature header: replays match it.', max_length=64)),
                ('status', models.CharField(choices=[('received', 'Received'), ('failed', 'Failed, to be tried again'), ('processed', 'Processed'), ('dead', 'Dead letter')], default='received', max_length=12)),
                ('attempts', models.PositiveSmallIntegerField(default=0)),
                ('error', models.CharField(blank=True, max_length=500)),
                ('next_attempt_at', models.DateTimeField(help_text='When the sweeper takes it up, should nobody have by then.')),
                ('received_at', models.DateTimeField(auto_now_add=True)),
                ('processed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'webhook deliveries',
                'permissions': [('replay_webhookdelivery', 'Can replay webhook deliveries')],
                'indexes': [models.Index(condition=models.Q(('status__in', ['received', 'failed'])), fields=['next_attempt_at'], name='delivery_due'), models.Index(condition=models.Q(('status', 'dead')), fields=['-received_at'], name='delivery_dead'), models.Index(fields=['-received_at'], name='delivery_newest'), models.Index(fields=['order_reference', 'received_at'], name='delivery_of_order')],
                'constraints': [models.CheckConstraint(condition=models.Q(models.Q(('processed_at__isnull', False), ('status', 'processed')), models.Q(models.Q(('status', 'processed'), _negated=True), ('processed_at__isnull', True)), _connector='OR'), name='delivery_processed_at')],
            },
        ),
        migrations.CreateModel(
            name='Offer',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opportunity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='offers', to='proposals.opportunity')),
                ('slug', models.SlugField(unique=True)),
                ('name', models.CharField(max_length=120)),
                ('summary', models.CharField(max_length=240)),
                ('description', models.TextField(blank=True)),
                ('is_published', models.BooleanField(default=False, help_text='Only published offers are shown to customers.')),
                ('position', models.PositiveSmallIntegerField(default=100, help_text='Lower comes first in the shop.')),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(condition=models.Q(('is_published', True)), fields=['position', 'id'], name='offer_shop')],
            },
        ),
        migrations.CreateModel(
            name='Price',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='prices', to='billing.offer')),
                ('amount', models.PositiveIntegerField(help_text='In minor units: 1900 is 19.00 EUR, and 1900 JPY.')),
                ('currency', models.CharField(help_text='ISO 4217, upper case.', max_length=3)),
                ('is_active', models.BooleanField(default=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('is_active', True)), fields=('offer', 'currency'), name='price_one_active_per_currency'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='price_currency_form')],
            },
        ),
        migrations.CreateModel(
            name='Experiment',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='experiments', to='billing.offer')),
                ('slug', models.SlugField(max_length=40, unique=True)),
                ('question', models.CharField(help_text='What it should tell.', max_length=240)),
                ('salt', models.CharField(default=billing.models.experiment.new_salt, editable=False, max_length=32)),
                ('status', models.CharField(choices=[('draft', 'Draft'), ('running', 'Running'), ('ended', 'Ended')], default='draft', editable=False, max_length=10)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('started_at', models.DateTimeField(blank=True, editable=False, null=True)),
                ('ended_at', models.DateTimeField(blank=True, editable=False, null=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'running')), fields=('offer',), name='experiment_one_running_per_offer'), models.CheckConstraint(condition=models.Q(models.Q(('ended_at__isnull', True), ('started_at__isnull', True), ('status', 'draft')), models.Q(('ended_at__isnull', True), ('started_at__isnull', False), ('status', 'running')), models.Q(('ended_at__isnull', False), ('started_at__isnull', False), ('status', 'ended')), _connector='OR'), name='experiment_times')],
            },
        ),
        migrations.CreateModel(
            name='Variant',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('experiment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='variants', to='billing.experiment')),
                ('key', models.SlugField(max_length=40)),
                ('name', models.CharField(blank=True, max_length=120)),
                ('summary', models.CharField(blank=True, max_length=240)),
                ('description', models.TextField(blank=True)),
                ('price', models.ForeignKey(blank=True, help_text="In place of the offer's price in the same currency; best one that is not active.", null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to='billing.price')),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('experiment', 'key'), name='variant_key_per_experiment')],
            },
        ),
        migrations.CreateModel(
            name='Allocation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('experiment', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='allocations', to='billing.experiment')),
                ('version', models.PositiveIntegerField()),
                ('weights', models.JSONField()),
                ('by', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'constraints': [models.UniqueConstraint(fields=('experiment', 'version'), name='allocation_version')],
            },
        ),
        migrations.CreateModel(
            name='Exposure',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='exposures', to='billing.offer')),
                ('context', models.JSONField(default=dict, help_text='{page, position, language}; nothing about the person.')),
                ('variant', models.CharField(max_length=60)),
                ('propensity', models.FloatField(help_text='How likely this variant was to be shown, above 0 and up to 1.')),
                ('policy_version', models.CharField(max_length=60)),
                ('arm', models.ForeignKey(blank=True, db_index=False, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='exposures', to='billing.variant')),
                ('shown_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['offer', 'shown_at'], name='exposure_of_offer'), models.Index(condition=models.Q(('arm__isnull', False)), fields=['arm'], name='exposure_of_arm')],
                'constraints': [models.CheckConstraint(condition=models.Q(('propensity__gt', 0), ('propensity__lte', 1)), name='exposure_propensity_range')],
            },
        ),
        migrations.CreateModel(
            name='Order',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, help_text='The name Stripe knows.', unique=True)),
                ('token', models.CharField(default=billing.models.order.new_token, editable=False, max_length=64, unique=True)),
                ('customer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='billing.customer')),
                ('opportunity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='orders', to='proposals.opportunity')),
                ('order_details', models.JSONField(default=dict)),
                ('status', models.CharField(choices=[('pending', 'Waiting for payment'), ('processing', 'Payment under way'), ('paid', 'Paid'), ('partially_refunded', 'Refunded in part'), ('refunded', 'Refunded'), ('disputed', 'Disputed'), ('dispute_lost', 'Dispute lost'), ('expired', 'Expired')], default='pending', max_length=20)),
                ('currency', models.CharField(max_length=3)),
                ('amount_subtotal', models.PositiveBigIntegerField()),
                ('amount_discount', models.PositiveBigIntegerField(default=0)),
                ('amount_total', models.PositiveBigIntegerField()),
                ('amount_refunded', models.PositiveBigIntegerField(default=0)),
                ('stripe_session_id', models.CharField(blank=True, max_length=255, null=True, unique=True)),
                ('stripe_payment_intent_id', models.CharField(blank=True, max_length=255, null=True, unique=True)),
                ('checkout_url', models.TextField(blank=True, help_text='The hosted page while it is open.')),
                ('last_error', models.CharField(blank=True, help_text='Why the last try to pay failed.', max_length=500)),
                ('fulfilled_at', models.DateTimeField(blank=True, null=True)),
                ('receipt_sent_at', models.DateTimeField(blank=True, null=True)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'db_table': 'orders',
                'permissions': [('refund_order', 'Can refund orders'), ('resend_receipt', 'Can send receipts again')],
                'indexes': [models.Index(fields=['-created_at'], name='order_newest'), models.Index(fields=['status', '-created_at'], name='order_by_status')],
                'constraints': [models.CheckConstraint(condition=models.Q(('status__in', ['pending', 'processing', 'paid', 'partially_refunded', 'refunded', 'disputed', 'dispute_lost', 'expired'])), name='order_status_known'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='order_currency_form'), models.CheckConstraint(condition=models.Q(('amount_total', django.db.models.expressions.CombinedExpression(models.F('amount_subtotal'), '-', models.F('amount_discount')))), name='order_amounts_add_up'), models.CheckConstraint(condition=models.Q(('amount_refunded__lte', models.F('amount_total'))), name='order_refund_within'), models.CheckConstraint(condition=models.Q(('fulfilled_at__isnull', True), ('status__in', ['dispute_lost', 'disputed', 'paid', 'partially_refunded', 'refunded']), _connector='OR'), name='order_fulfilled_once_paid')],
            },
        ),
        migrations.CreateModel(
            name='OrderEvent',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='events', to='billing.order')),
                ('kind', models.CharField(choices=[('created', 'Created'), ('checkout', 'Sent to Stripe'), ('status', 'Status'), ('fulfilled', 'Fulfilled'), ('receipt', 'Receipt sent'), ('refund', 'Refund'), ('dispute', 'Dispute'), ('stripe', 'Stripe')], max_length=20)),
                ('note', models.CharField(max_length=500)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['order', 'at'], name='order_event_timeline')],
            },
        ),
        migrations.CreateModel(
            name='LedgerEntry',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('external_id', models.CharField(max_length=255, unique=True)),
                ('kind', models.CharField(choices=[('payment', 'Payment'), ('refund', 'Refund'), ('refund_failure', 'Refund that failed'), ('dispute', 'Dispute'), ('dispute_reversal', 'Dispute given back'), ('other', 'Other')], max_length=20)),
                ('gross', models.BigIntegerField()),
                ('fee', models.BigIntegerField()),
                ('net', models.BigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to='billing.order')),
                ('opportunity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to='proposals.opportunity')),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='ledger_entries', to='billing.offer')),
                ('source_id', models.CharField(help_text='The charge, refund or dispute at Stripe.', max_length=255)),
                ('occurred_at', models.DateTimeField()),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'verbose_name_plural': 'ledger entries',
                'indexes': [models.Index(fields=['currency', 'occurred_at'], name='ledger_by_day'), models.Index(fields=['opportunity', 'occurred_at'], name='ledger_by_opportunity'), models.Index(fields=['offer', 'occurred_at'], name='ledger_by_offer'), models.Index(fields=['-occurred_at', '-id'], name='ledger_newest')],
                'constraints': [models.CheckConstraint(condition=models.Q(('net', django.db.models.expressions.CombinedExpression(models.F('gross'), '-', models.F('fee')))), name='ledger_adds_up'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='ledger_currency_form')],
            },
        ),
        migrations.CreateModel(
            name='Reconciliation',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('status', models.CharField(choices=[('running', 'Under way'), ('agreed', 'Agrees'), ('drifted', 'Differs'), ('failed', 'Failed')], default='running', max_length=10)),
                ('since', models.DateTimeField()),
                ('until', models.DateTimeField()),
                ('started_at', models.DateTimeField(auto_now_add=True)),
                ('finished_at', models.DateTimeField(blank=True, null=True)),
                ('by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('compared', models.PositiveIntegerField(default=0, help_text='Transactions of ours, here or there.')),
                ('foreign', models.PositiveIntegerField(default=0, help_text="Transactions at Stripe that are none of our orders'.")),
                ('missing_here', models.PositiveIntegerField(default=0)),
                ('missing_there', models.PositiveIntegerField(default=0)),
                ('differing', models.PositiveIntegerField(default=0)),
                ('stale_days', models.PositiveIntegerField(default=0, help_text="Daily sums that are not the ledger's.")),
                ('totals', models.JSONField(default=list)),
                ('error', models.CharField(blank=True, max_length=500)),
            ],
            options={
                'permissions': [('reconcile_ledger', 'Can compare the ledger with Stripe and repair it')],
                'indexes': [models.Index(fields=['-started_at'], name='reconciliation_newest')],
                'constraints': [models.UniqueConstraint(condition=models.Q(('status', 'running')), fields=('status',), name='reconciliation_one_running'), models.CheckConstraint(condition=models.Q(models.Q(('finished_at__isnull', True), ('status', 'running')), models.Q(models.Q(('status', 'running'), _negated=True), ('finished_at__isnull', False)), _connector='OR'), name='reconciliation_finished_at'), models.CheckConstraint(condition=models.Q(('until__gt', models.F('since'))), name='reconciliation_time_in_order')],
            },
        ),
        migrations.CreateModel(
            name='Discrepancy',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('run', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='discrepancies', to='billing.reconciliation')),
                ('external_id', models.CharField(max_length=255)),
                ('problem', models.CharField(choices=[('missing_here', 'Missing here'), ('missing_there', 'Missing at Stripe'), ('differs', 'Differs')], max_length=20)),
                ('currency', models.CharField(max_length=3)),
                ('drift', models.BigIntegerField()),
                ('here', models.JSONField(null=True)),
                ('there', models.JSONField(null=True)),
                ('order', models.ForeignKey(null=True, on_delete=django.db.models.deletion.PROTECT, related_name='discrepancies', to='billing.order')),
                ('payment_intent_id', models.CharField(blank=True, max_length=255)),
                ('occurred_at', models.DateTimeField()),
                ('repair_asked_at', models.DateTimeField(blank=True, null=True)),
                ('repair_asked_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('note', models.CharField(blank=True, help_text='What the last repair came to.', max_length=500)),
                ('closing', models.CharField(blank=True, choices=[('repaired', 'Repaired'), ('compared_again', 'Compared again by a later run')], max_length=20)),
                ('closed_at', models.DateTimeField(blank=True, null=True)),
            ],
            options={
                'verbose_name_plural': 'discrepancies',
                'indexes': [models.Index(condition=models.Q(('closed_at__isnull', True)), fields=['occurred_at'], name='discrepancy_open')],
                'constraints': [models.UniqueConstraint(fields=('run', 'external_id'), name='discrepancy_once_a_run'), models.CheckConstraint(condition=models.Q(models.Q(('closed_at__isnull', True), ('closing', '')), models.Q(('closed_at__isnull', False), models.Q(('closing', ''), _negated=True)), _connector='OR'), name='discrepancy_closed_at')],
            },
        ),
        migrations.CreateModel(
            name='DailyRevenue',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('day', models.DateField()),
                ('currency', models.CharField(max_length=3)),
                ('offer', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='daily_revenue', to='billing.offer')),
                ('opportunity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='daily_revenue', to='proposals.opportunity')),
                ('entries', models.BigIntegerField()),
                ('gross', models.BigIntegerField()),
                ('refunds', models.BigIntegerField()),
                ('disputes', models.BigIntegerField()),
                ('other', models.BigIntegerField()),
                ('fees', models.BigIntegerField()),
                ('net', models.BigIntegerField()),
            ],
            options={
                'verbose_name': 'revenue of a day',
                'verbose_name_plural': 'revenue',
                'indexes': [models.Index(fields=['currency', 'day'], name='revenue_of_currency'), models.Index(fields=['offer', 'day'], name='revenue_of_offer'), models.Index(fields=['opportunity', 'day'], name='revenue_of_opportunity')],
                'constraints': [models.UniqueConstraint(fields=('day', 'currency', 'offer', 'opportunity'), name='revenue_one_row_each'), models.CheckConstraint(condition=models.Q(('net', django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(django.db.models.expressions.CombinedExpression(models.F('gross'), '+', models.F('refunds')), '+', models.F('disputes')), '+', models.F('other')), '-', models.F('fees')))), name='revenue_adds_up')],
            },
        ),
        migrations.CreateModel(
            name='RevenueProjection',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('opportunity', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='projections', to='proposals.opportunity')),
                ('proposal', models.ForeignKey(blank=True, help_text='The change.', null=True, on_delete=django.db.models.deletion.PROTECT, related_name='projections', to='proposals.proposal')),
                ('amount', models.BigIntegerField(help_text='Net, in minor units: 190000 is 1,900.00 EUR, and 190,000 JPY.')),
                ('currency', models.CharField(help_text='ISO 4217, upper case.', max_length=3)),
                ('since', models.DateField(help_text='UTC.', verbose_name='first day')),
                ('until', models.DateField(help_text='UTC, included.', verbose_name='last day')),
                ('reason', models.CharField(help_text='What the figure rests on.', max_length=500)),
                ('by', models.ForeignKey(editable=False, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
            ],
            options={
                'indexes': [models.Index(fields=['opportunity', 'since'], name='projection_of_opportunity')],
                'constraints': [models.CheckConstraint(condition=models.Q(('until__gte', models.F('since'))), name='projection_days_in_order'), models.CheckConstraint(condition=models.Q(('currency__regex', '^[A-Z]{3}$')), name='projection_currency_form')],
            },
        ),
        migrations.CreateModel(
            name='Refund',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('reference', models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='refunds', to='billing.order')),
                ('stripe_id', models.CharField(blank=True, max_length=255, null=True, unique=True)),
                ('amount', models.PositiveBigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('status', models.CharField(choices=[('requested', 'Requested'), ('pending', 'Pending'), ('requires_action', 'Requires action'), ('succeeded', 'Succeeded'), ('failed', 'Failed'), ('canceled', 'Canceled')], default='requested', max_length=20)),
                ('reason', models.CharField(blank=True, max_length=500)),
                ('failure', models.CharField(blank=True, max_length=500)),
                ('requested_by', models.ForeignKey(blank=True, null=True, on_delete=django.db.models.deletion.PROTECT, related_name='+', to=settings.AUTH_USER_MODEL)),
                ('created_at', models.DateTimeField(auto_now_add=True)),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
            options={
                'constraints': [models.CheckConstraint(condition=models.Q(('amount__gt', 0)), name='refund_amount_positive'), models.UniqueConstraint(condition=models.Q(('status', 'requested')), fields=('order',), name='refund_one_requested_per_order')],
            },
        ),
        migrations.CreateModel(
            name='Dispute',
            fields=[
                ('id', models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name='ID')),
                ('order', models.ForeignKey(on_delete=django.db.models.deletion.PROTECT, related_name='disputes', to='billing.order')),
                ('stripe_id', models.CharField(max_length=255, unique=True)),
                ('amount', models.PositiveBigIntegerField()),
                ('currency', models.CharField(max_length=3)),
                ('status', models.CharField(max_length=40)),
                ('reason', models.CharField(blank=True, max_length=60)),
                ('due_by', models.DateTimeField(blank=True, null=True)),
                ('opened_at', models.DateTimeField()),
                ('updated_at', models.DateTimeField(auto_now=True)),
            ],
        ),
        *[append_only.trigger(table) for table in TABLES],
        daily_revenue.Migration.operations[0],
    ]
