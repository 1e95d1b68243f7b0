"""What the page of an opportunity says about its money: what came in, after which changes, and what was expected."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.http import HttpRequest

from billing.admin.ledger import ledger_url
from billing.admin.revenue import table_row
from billing.models import RevenueProjection
from billing.money import format_money
from billing.revenue.figures import Scope, revenue_by, totals_of, utc_today
from billing.revenue.net_by_day import NetByDay
from billing.revenue.parts import Behind
from proposals.admin.panels import Panel, register_opportunity_panel
from proposals.models import Opportunity, ProposalEvent
from proposals.states import Status

_FIRST_DAY = date(2000, 1, 1)
_WINDOW = 30
_SHOWN = 20


@register_opportunity_panel
def actual_panel(request: HttpRequest, opportunity: Opportunity) -> Panel | None:
    """What the ledger holds, by offer. One query."""
    if not request.user.has_perm("billing.view_dailyrevenue"):
        return None
    scope = _everything(opportunity)
    rows = revenue_by("offer", scope)
    context = {
        "rows": [table_row(row) for row in rows],
        "sums": [table_row(row) for row in totals_of(rows, scope)],
        "columns": ["Gross", "Refunds", "Disputes", "Other", "Fees", "Net"],
        "opportunity": opportunity,
    }
    return Panel("Actual revenue", "admin/billing/opportunity/actual.html", context)


@register_opportunity_panel
def changes_panel(request: HttpRequest, opportunity: Opportunity) -> Panel | None:
    """The changes that were executed, with the net of the days before and after each. Two queries."""
    if not (request.user.has_perm("billing.view_dailyrevenue") and request.user.has_perm("proposals.view_proposal")):
        return None
    done = ProposalEvent.objects.filter(proposal__opportunity=opportunity, after=Status.EXECUTED)
    events = done.select_related("proposal").defer("proposal__text", "proposal__received").order_by("-created_at")
    net, scope = NetByDay(opportunity.pk), _everything(opportunity)
    context = {"changes": [_change(event, net, scope) for event in events[:_SHOWN]], "window": _WINDOW}
    return Panel("Changes, and what came in around them", "admin/billing/opportunity/changes.html", context)


@register_opportunity_panel
def projected_panel(request: HttpRequest, opportunity: Opportunity) -> Panel | None:
    """What somebody expected, beside what came of it; the two are never added. Two queries."""
    if not request.user.has_perm("billing.view_revenueprojection"):
        return None
    expected = RevenueProjection.objects.filter(opportunity=opportunity).select_related("proposal", "by")
    newest = expected.defer("proposal__text", "proposal__received").order_by("-since", "-id")[:_SHOWN]
    net, scope = NetByDay(opportunity.pk), _everything(opportunity)
    context = {
        "projections": [_projection(each, net, scope) for each in newest],
        "may_add": request.user.has_perm("billing.add_revenueprojection"),
        "opportunity": opportunity,
    }
    return Panel("Projected revenue", "admin/billing/opportunity/projected.html", context)


def _everything(opportunity: Opportunity) -> Scope:
    return Scope(_FIRST_DAY, utc_today(), opportunity_id=opportunity.pk)


def _change(event: ProposalEvent, net: NetByDay, scope: Scope) -> dict[str, Any]:
    """The day of the change counts as after it."""
    day = _utc_day(event.created_at)
    before = replace(scope, since=day - timedelta(days=_WINDOW), until=day - timedelta(days=1))
    after = replace(scope, since=day, until=min(day + timedelta(days=_WINDOW - 1), scope.until))
    return {
        "proposal": event.proposal,
        "day": day,
        "days_after": after.days,
        "currencies": [
            {"before": _figure(net, before, currency), "after": _figure(net, after, currency)}
            for currency in net.currencies
        ],
    }


def _projection(expected: RevenueProjection, net: NetByDay, scope: Scope) -> dict[str, Any]:
    days = replace(scope, since=expected.since, until=expected.until)
    return {
        "row": expected,
        "projected": format_money(expected.amount, expected.currency),
        "actual": _figure(net, days, expected.currency) if expected.since <= scope.until else None,
        "is_over": expected.until < scope.until,
    }


def _figure(net: NetByDay, scope: Scope, currency: str) -> dict[str, str]:
    return {
        "text": format_money(net.between(currency, scope.since, scope.until), currency),
        "link": ledger_url(Behind(replace(scope, currency=currency), "net")),
    }


def _utc_day(moment: datetime) -> date:
    return moment.astimezone(UTC).date()
