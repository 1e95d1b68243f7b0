"""Billing as operators see it. dj-stripe's own pages are taken away: they show keys and would change the mirror."""

from django.apps import apps
from django.contrib import admin

from billing.admin.customers import CustomerAdmin
from billing.admin.deliveries import WebhookDeliveryAdmin
from billing.admin.experiments import ExperimentAdmin
from billing.admin.offers import OfferAdmin
from billing.admin.orders import OrderAdmin

__all__ = ["CustomerAdmin", "ExperimentAdmin", "OfferAdmin", "OrderAdmin", "WebhookDeliveryAdmin"]

for _model in apps.get_app_config("djstripe").get_models():
    if admin.site.is_registered(_model):
        admin.site.unregister(_model)
