from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Offers, customers, orders and money."""

    name = "billing"
    verbose_name = "Billing"

    def ready(self) -> None:
        """Bound Stripe's client, listen to dj-stripe, and register schedules and system checks."""
        from billing import checks, mirror  # noqa: F401
        from billing.stripe_gateway import install_defaults
        from execution.services.schedules import register_schedule

        install_defaults()
        register_schedule("sweep webhooks", "billing.tasks.sweep_webhooks", minutes=1)
        register_schedule("sweep orders", "billing.tasks.sweep_orders", minutes=10)
        register_schedule("purge webhooks", "billing.tasks.purge_webhooks", minutes=24 * 60)
        register_schedule("reconcile the ledger", "billing.tasks.reconcile_ledger", minutes=10)  # does it once a night
