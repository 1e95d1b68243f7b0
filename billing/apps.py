from django.apps import AppConfig


class BillingConfig(AppConfig):
    """Offers, and later orders and money."""

    name = "billing"
    verbose_name = "Billing"
