"""Billing as operators see it. dj-stripe's own pages are taken away: they show keys and would change the mirror."""

from django.apps import apps
from django.contrib import admin

from billing.admin.customers import CustomerAdmin
from billing.admin.deliveries import WebhookDeliveryAdmin
from billing.admin.experiments import ExperimentAdmin
from billing.admin.ledger import LedgerEntryAdmin
from billing.admin.offers import OfferAdmin
from billing.admin.opportunity_money import actual_panel, changes_panel, projected_panel
from billing.admin.orders import OrderAdmin
from billing.admin.projections import RevenueProjectionAdmin
from billing.admin.reconciliation import ReconciliationAdmin
from billing.admin.revenue import DailyRevenueAdmin

__all__ = [
    "CustomerAdmin",
    "DailyRevenueAdmin",
    "ExperimentAdmin",
    "LedgerEntryAdmin",
    "OfferAdmin",
    "OrderAdmin",
    "ReconciliationAdmin",
    "RevenueProjectionAdmin",
    "WebhookDeliveryAdmin",
    "actual_panel",
    "changes_panel",
    "projected_panel",
]

for _model in apps.get_app_config("djstripe").get_models():
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)
