"""A small shop to look at: reports of our own, offers, logins, and the target database that approved SQL changes."""

from fsarsite.samples.accounts import AGENT, Login, ensure_logins
from fsarsite.samples.documents import load_reports
from fsarsite.samples.offers import load_offers
from fsarsite.samples.target import ensure_shop_tables
from fsarsite.samples.workspace import ensure_workspace

__all__ = ["AGENT", "Login", "ensure_logins", "ensure_shop_tables", "ensure_workspace", "load_offers", "load_reports"]
