"""The tables of billing: what is on offer, at which price."""

from billing.models.offer import Offer, Price

__all__ = ["Offer", "Price"]
