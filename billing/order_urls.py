"""The pages of one order."""

from __future__ import annotations

from django.urls import path

from billing.views import orders

app_name = "orders"
urlpatterns = [
    path("<slug:token>/", orders.status, name="status"),
    path("<slug:token>/cancelled/", orders.cancelled, name="cancelled"),
    path("<slug:token>/pay/", orders.pay, name="pay"),
    path("<slug:token>/receipt/", orders.receipt, name="receipt"),
    path("<slug:token>/receipt.pdf", orders.receipt_pdf, name="receipt-pdf"),
]
